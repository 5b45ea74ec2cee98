package postgres_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"countersign/backend/postgres"
	"countersign/backend/store"
)

var actUntil = time.UnixMilli(1_800_000_000_000)

func act(name, request string) store.Act {
	a := store.Act{Until: actUntil}
	copy(a.Digest[:], name)
	copy(a.Request[:], request)
	return a
}

// noted notes one with a change of a profile's name.
func noted(t *testing.T, s *postgres.Store, a store.Act, name string) error {
	return again(t.Context(), s, func(tx store.WriteTx) error {
		return errors.Join(rename(tx, "a", name), tx.(store.Acts).NoteAct(a))
	})
}

func TestNoteAct_StandsWithItsChangeOrNotAtAll(t *testing.T) {
	t.Parallel()
	one, other := two(t, "a")
	name := func() (name string) {
		view(t, other, func(tx store.ReadTx) error {
			p, err := tx.Profile("a")
			name = p.Name
			return err
		})
		return name
	}
	failed := errors.New("it failed afterwards")
	err := one.Update(t.Context(), func(tx store.WriteTx) error {
		return errors.Join(rename(tx, "a", "never"), tx.(store.Acts).NoteAct(act("k", "r")), failed)
	})
	is(t, "one that fails", err, failed)
	is(t, "the first", noted(t, one, act("k", "r"), "first"), nil)
	for what, c := range map[string]struct {
		a    store.Act
		want error
	}{"again": {act("k", "r"), store.ErrRepeated}, "for something else": {act("k", "s"), store.ErrOtherAct}} {
		for _, s := range []*postgres.Store{one, other} {
			is(t, what, noted(t, s, c.a, "second"), c.want)
		}
	}
	is(t, "another", noted(t, other, act("l", "r"), "other"), nil)
	if got := name(); got != "other" {
		t.Errorf("%q", got)
	}
}

func TestNoteAct_OfManyAtOnceOneStands(t *testing.T) {
	t.Parallel()
	one, other := two(t, "a")
	var stood, repeated atomic.Int32
	var all sync.WaitGroup
	for i := range 12 {
		all.Go(func() {
			s := one
			if i%2 == 1 {
				s = other
			}
			switch err := noted(t, s, act("k", "r"), fmt.Sprint("name ", i)); {
			case err == nil:
				stood.Add(1)
			case errors.Is(err, store.ErrRepeated):
				repeated.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if stood.Load() != 1 || repeated.Load() != 11 {
		t.Errorf("%d stood, %d were repeated", stood.Load(), repeated.Load())
	}
}

func TestTake_TellsOfTheActThatStands(t *testing.T) {
	t.Parallel()
	one, other := two(t, "a")
	token := store.Token{Digest: act("token", "").Digest, Kind: store.TokenSession, Until: actUntil}
	if _, err := one.Tokens().Add(t.Context(), token, 1, "", 0); err != nil {
		t.Fatal(err)
	}
	take := func(asks store.Digest) store.Digest {
		t.Helper()
		got, err := other.Tokens().Take(t.Context(), token.Digest, "h", time.Hour, asks)
		if err != nil {
			t.Fatal(err)
		}
		done := got.Done
		if err := other.Tokens().Leave(t.Context(), got, "h"); err != nil {
			t.Fatal(err)
		}
		return done
	}
	a := act("k", "r")
	none := store.Digest{}
	if take(a.Digest) != none {
		t.Error("it stands before it was noted")
	}
	is(t, "noted", noted(t, one, a, "first"), nil)
	if take(a.Digest) != a.Request || take(none) != none || take(act("l", "").Digest) != none {
		t.Error("another is told")
	}
	// It is forgotten when it is over, some at a time.
	is(t, "another", noted(t, one, act("l", "r"), "second"), nil)
	left := func(now time.Time, most int) (n int) {
		t.Helper()
		if _, err := one.Tokens().Over(t.Context(), now, most); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"k", "l"} {
			if take(act(name, "").Digest) != none {
				n++
			}
		}
		return n
	}
	for _, c := range []struct {
		now        time.Time
		most, want int
	}{{actUntil.Add(-time.Millisecond), 10, 2}, {actUntil, 1, 1}, {actUntil, 1, 0}} {
		if n := left(c.now, c.most); n != c.want {
			t.Errorf("%d are left, not %d", n, c.want)
		}
	}
	is(t, "the first again", noted(t, one, a, "third"), nil)
}
