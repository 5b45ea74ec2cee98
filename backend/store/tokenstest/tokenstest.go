// Package tokenstest is the contract of every store.Tokens. Each runs it in its own tests:
//
//	func TestTokens(t *testing.T) { tokenstest.Run(t, open) }
package tokenstest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"countersign/backend/store"
)

// Open gives two handles on one new and empty place, as two instances of a server have.
type Open func(t *testing.T) (one, other store.Tokens)

// Run tests a Tokens.
func Run(t *testing.T, open Open) {
	for _, c := range []struct {
		name string
		test func(*fixture)
	}{
		{"Add_IsSeenByTheOther", add},
		{"Add_TakesADigestOnce", addOnce},
		{"Take_IsOneHoldersAtATime", take},
		{"Take_ComesAfterALeaseThatRanOut", takeOver},
		{"Renew_KeepsAHoldersToken", renew},
		{"Keep_IsItsHoldersAlone", keep},
		{"Remove_IsItsHoldersAlone", remove},
		{"Add_OldestOfAPersonMakesRoom", room},
		{"Over_GivesWhatHasToBeEnded", over},
		{"Over_IsBounded", overBounded},
		{"Take_OfManyAtOnceIsOnes", race},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			one, other := open(t)
			c.test(&fixture{t, one, other})
		})
	}
}

type fixture struct {
	*testing.T
	one, other store.Tokens
}

// long is a lease that no test outlives, and none one that is over at once.
const (
	long = time.Hour
	none = 0
)

func (f *fixture) ctx() context.Context { return context.WithoutCancel(f.Context()) }

func (f *fixture) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func (f *fixture) is(got, want error) {
	f.Helper()
	if !errors.Is(got, want) {
		f.Fatalf("%v, and not %v", got, want)
	}
}

func digest(name string) store.Digest { return sha256.Sum256([]byte(name)) }

var monday = time.UnixMilli(1_800_000_000_123)

func token(name string, kind store.TokenKind) store.Token {
	return store.Token{Digest: digest(name), Kind: kind, Person: "amara", State: []byte{0, 1, 0xff}, Until: monday}
}

func (f *fixture) add(t store.Token, holder string, lease time.Duration) {
	f.Helper()
	added, err := f.one.Add(f.ctx(), t, 20, holder, lease)
	if f.ok(err); !added {
		f.Fatal("it was not added")
	}
}

// looks expects what the other sees.
func (f *fixture) looks(want store.Token) {
	f.Helper()
	got, err := f.other.Look(f.ctx(), want.Digest)
	f.ok(err)
	if !got.Until.Equal(want.Until) {
		f.Fatalf("it is over at %v, not %v", got.Until, want.Until)
	}
	got.Until = want.Until
	if !reflect.DeepEqual(got, want) {
		f.Fatalf("%+v, not %+v", got, want)
	}
}

func add(f *fixture) {
	for _, kind := range []store.TokenKind{store.TokenOver, store.TokenRedeem, store.TokenChallenge, store.TokenEnrolment, store.TokenEntered, store.TokenSession} {
		t := token(string(kind), kind)
		f.add(t, "", none)
		f.looks(t)
	}
	_, err := f.other.Look(f.ctx(), digest("unknown"))
	f.is(err, store.ErrNotFound)
	_, err = f.other.Take(f.ctx(), digest("unknown"), "b", long, store.Digest{})
	f.is(err, store.ErrNotFound)
}

func addOnce(f *fixture) {
	t := token("a", store.TokenSession)
	t.Asked, t.Answer = digest("asked"), []byte("answered")
	f.add(t, "", none)
	second := t
	second.State, second.Asked, second.Answer = []byte("another"), digest("other"), []byte("another")
	added, err := f.other.Add(f.ctx(), second, 20, "b", long)
	if f.ok(err); added {
		f.Error("it was added twice")
	}
	f.looks(t)
	if _, err := f.one.Take(f.ctx(), t.Digest, "a", long, store.Digest{}); err != nil {
		f.Errorf("the one that was not added holds it: %v", err)
	}
}

func take(f *fixture) {
	t := token("a", store.TokenSession)
	f.add(t, "a", long)
	_, err := f.other.Take(f.ctx(), t.Digest, "b", long, store.Digest{})
	f.is(err, store.ErrHeld)
	_, err = f.one.Take(f.ctx(), t.Digest, "a", long, store.Digest{}) // a holder has it once
	f.is(err, store.ErrHeld)
	f.looks(t)
	t.State, t.Kind, t.Person, t.Until = []byte("changed"), store.TokenEntered, "bella", monday.Add(time.Minute)
	t.Asked, t.Answer = digest("asked"), []byte("answered")
	f.ok(f.one.Leave(f.ctx(), t, "a"))
	got, err := f.other.Take(f.ctx(), t.Digest, "b", long, store.Digest{})
	if f.ok(err); string(got.State) != "changed" || got.Person != "bella" {
		f.Errorf("%+v", got)
	}
	f.looks(t)
	f.is(f.one.Leave(f.ctx(), t, "a"), store.ErrHeld)
	_, err = f.one.Take(f.ctx(), t.Digest, "a", long, store.Digest{})
	f.is(err, store.ErrHeld)
}

func takeOver(f *fixture) {
	t := token("a", store.TokenSession)
	f.add(t, "a", none) // its holder is gone
	_, err := f.other.Take(f.ctx(), t.Digest, "b", long, store.Digest{})
	f.ok(err)
	late := t
	late.State = []byte("late")
	f.is(f.one.Keep(f.ctx(), late, "a"), store.ErrHeld)
	f.is(f.one.Leave(f.ctx(), late, "a"), store.ErrHeld)
	f.is(f.one.Renew(f.ctx(), t.Digest, "a", long), store.ErrHeld)
	f.is(f.one.Remove(f.ctx(), t.Digest, "a"), store.ErrHeld)
	f.looks(t)
}

func renew(f *fixture) {
	t := token("a", store.TokenSession)
	f.add(t, "a", long)
	f.ok(f.one.Renew(f.ctx(), t.Digest, "a", none))
	f.is(f.one.Renew(f.ctx(), t.Digest, "a", long), store.ErrHeld) // too late, even if nobody has taken it
	_, err := f.other.Take(f.ctx(), t.Digest, "b", long, store.Digest{})
	f.ok(err)
	f.ok(f.other.Renew(f.ctx(), t.Digest, "b", long))
	_, err = f.one.Take(f.ctx(), t.Digest, "a", long, store.Digest{})
	f.is(err, store.ErrHeld)
}

func keep(f *fixture) {
	t := token("a", store.TokenEnrolment)
	f.add(t, "a", long)
	t.State = []byte("more")
	f.ok(f.one.Keep(f.ctx(), t, "a"))
	f.looks(t)
	other := t
	other.State = []byte("forged")
	f.is(f.other.Keep(f.ctx(), other, "b"), store.ErrHeld)
	f.looks(t)
	t.State, t.Asked, t.Answer = nil, digest("asked"), []byte{0, 2}
	f.ok(f.one.Keep(f.ctx(), t, "a"))
	t.State = []byte("it still holds it")
	f.ok(f.one.Leave(f.ctx(), t, "a"))
	f.is(f.one.Keep(f.ctx(), t, "a"), store.ErrHeld)
}

func remove(f *fixture) {
	t := token("a", store.TokenSession)
	f.add(t, "a", long)
	f.is(f.other.Remove(f.ctx(), t.Digest, "b"), store.ErrHeld)
	f.looks(t)
	f.ok(f.one.Remove(f.ctx(), t.Digest, "a"))
	_, err := f.other.Look(f.ctx(), t.Digest)
	f.is(err, store.ErrNotFound)
	f.is(f.one.Leave(f.ctx(), t, "a"), store.ErrHeld) // nothing comes back
	_, err = f.other.Look(f.ctx(), t.Digest)
	f.is(err, store.ErrNotFound)
}

func room(f *fixture) {
	begin := func(name, person string, kind store.TokenKind) store.Token {
		t := token(name, kind)
		t.Person = person
		added, err := f.one.Add(f.ctx(), t, 2, "", none)
		if f.ok(err); !added {
			f.Fatal("it was not added")
		}
		return t
	}
	hers, due := begin("bella", "bella", store.TokenSession), begin("challenge", "amara", store.TokenChallenge)
	first := begin("1", "amara", store.TokenSession)
	held, err := f.other.Take(f.ctx(), first.Digest, "b", long, store.Digest{})
	f.ok(err)
	second := begin("2", "amara", store.TokenEnrolment)
	third := begin("3", "amara", store.TokenSession)
	f.ok(f.other.Leave(f.ctx(), held, "b")) // who was at work then does not make it last
	first.Until = time.Time{}
	for _, t := range []store.Token{hers, due, first, second, third} {
		f.looks(t)
	}
	all, err := f.one.Over(f.ctx(), monday.Add(-time.Hour), 10)
	if f.ok(err); len(all) != 1 || all[0] != first.Digest {
		f.Errorf("%d have made room", len(all))
	}
	begin("4", "amara", store.TokenSession)
	second.Until = time.Time{}
	f.looks(second)
	f.looks(third)
}

func over(f *fixture) {
	early, late, held := token("early", store.TokenSession), token("late", store.TokenEnrolment), token("held", store.TokenEntered)
	late.Until = monday.Add(time.Millisecond)
	f.add(early, "", none)
	f.add(late, "", none)
	f.add(held, "a", long)
	gone, stays, worked := token("gone", store.TokenOver), token("stays", store.TokenChallenge), token("worked on", store.TokenRedeem)
	stays.Until = monday.Add(time.Millisecond)
	f.add(gone, "", none)
	f.add(stays, "", none)
	f.add(worked, "a", long)
	due, err := f.other.Over(f.ctx(), monday, 10)
	if f.ok(err); len(due) != 1 || due[0] != early.Digest {
		f.Errorf("%d have to be ended", len(due))
	}
	for _, t := range []store.Token{early, late, held, stays, worked} {
		f.looks(t)
	}
	_, err = f.other.Look(f.ctx(), gone.Digest)
	f.is(err, store.ErrNotFound)
}

func overBounded(f *fixture) {
	for i := range 5 {
		f.add(token(fmt.Sprint("session ", i), store.TokenSession), "", none)
		f.add(token(fmt.Sprint("over ", i), store.TokenOver), "", none)
	}
	for _, want := range []int{3, 3, 3} {
		due, err := f.one.Over(f.ctx(), monday, 3)
		if f.ok(err); len(due) != want {
			f.Fatalf("%d, and not %d", len(due), want)
		}
	}
	for i := range 5 {
		_, err := f.one.Look(f.ctx(), digest(fmt.Sprint("over ", i)))
		f.is(err, store.ErrNotFound)
	}
}

func race(f *fixture) {
	t := token("a", store.TokenSession)
	f.add(t, "", none)
	var got, refused atomic.Int32
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			by := f.one
			if i%2 == 1 {
				by = f.other
			}
			switch _, err := by.Take(f.ctx(), t.Digest, fmt.Sprint(i), long, store.Digest{}); {
			case err == nil:
				got.Add(1)
			case errors.Is(err, store.ErrHeld):
				refused.Add(1)
			default:
				f.Error(err)
			}
		})
	}
	all.Wait()
	if got.Load() != 1 || refused.Load() != 15 {
		f.Errorf("%d have it, %d were refused", got.Load(), refused.Load())
	}
}
