package journal

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"countersign/backend/audit"
	"countersign/backend/secret"
	"countersign/backend/store"
)

// Config is what a Journal stands on.
type Config struct {
	Store  store.Store
	Anchor Anchor
	Clock  *Clock
	// Key lends the key that signs the log. It fails where there is none any more.
	Key func(use func(key secret.Bytes)) error
	// Dependents ends what depends on a row that changes; nil for nothing.
	Dependents Dependents
	// Aside reports of which kinds an event can come before what a request asks for; nil for none.
	Aside func(kind string) bool
	// MarkEvery is how many events lie between two marks, so that the check at the
	// start does not grow with the age of the log; 0 for 5,000.
	MarkEvery int64
}

// Dependents says what else a change of a row has to do, in the same transaction.
type Dependents interface {
	// ProfileChanged is called after a profile was changed.
	ProfileChanged(tx store.WriteTx, was, is store.Profile) error
	// FactorChanged is called before a profile's authenticator app is replaced or goes.
	FactorChanged(tx store.WriteTx, profileID string) error
}

// Journal is the log of one workspace. Its methods may be called at the same time.
type Journal struct {
	store      store.Store
	anchor     Anchor
	clock      *Clock
	key        func(use func(key secret.Bytes)) error
	dependents Dependents
	aside      func(kind string) bool
	markEvery  int64

	mu        sync.RWMutex
	mark      Mark // up to where the log was verified, kept with the anchor
	trusted   Trust
	trustedAt int64 // the event as of which trusted is right
}

const markEvery = 5_000

// New makes the journal of a workspace that is to be opened or made: see Open and Begin.
func New(c Config) *Journal {
	j := &Journal{store: c.Store, anchor: c.Anchor, clock: c.Clock, key: c.Key, dependents: c.Dependents, aside: c.Aside, markEvery: c.MarkEvery}
	if j.markEvery == 0 {
		j.markEvery = markEvery
	}
	return j
}

// Begin anchors a log of no events.
func (j *Journal) Begin(ctx context.Context) error {
	j.mu.Lock()
	j.mark, j.trusted, j.trustedAt = Mark{}, Trust{}, 0
	j.mu.Unlock()
	return j.writeAnchor(ctx, Place{Signature: make([]byte, audit.SignatureSize)})
}

// View reads one state of the store.
func (j *Journal) View(ctx context.Context, fn func(store.ReadTx) error) error {
	return j.store.View(ctx, func(tx store.ReadTx) error {
		if _, err := j.clock.look(tx); err != nil {
			return err
		}
		return fn(tx)
	})
}

// Change runs fn as one change: one commit, one event (see Record), and then the anchor,
// before anything of it is visible. A function that changes nothing leaves nothing. An
// anchor that cannot be written is an error even though the commit stands, and the next
// change writes it; but for an AnchorInside, which is committed with the change. fn may be run several times, where the store has conflicts.
func (j *Journal) Change(ctx context.Context, fn func(store.WriteTx) error) error {
	if err := j.unlockAnchor(ctx); err != nil {
		return err
	}
	return j.change(ctx, fn, true)
}

// ChangeUnanchored is for a change that only takes something back, such as the
// refund of a guess: putting an older copy in its place gains nobody anything,
// so the next change may anchor both.
func (j *Journal) ChangeUnanchored(ctx context.Context, fn func(store.WriteTx) error) error {
	return j.change(ctx, fn, false)
}

func (j *Journal) change(ctx context.Context, fn func(store.WriteTx) error, anchored bool) error {
	return j.store.Exclusive(ctx, func() error {
		var head store.Head
		var trusted trustChanges
		var inside bool // the anchor is
		var once *store.Once
		err := j.transact(ctx, func(tx store.WriteTx) error {
			head, trusted, inside, once = store.Head{}, trustChanges{}, false, nil
			prev, err := j.clock.look(tx)
			if err != nil {
				return err
			}
			t := &Tx{tx: tx, j: j, before: map[store.Key]audit.Hash{}}
			if err := fn(t); err != nil {
				return err
			}
			if head, trusted, err = t.close(prev); err == nil {
				once, err = t.once(ctx)
			}
			if err != nil || head.Seq == 0 || !anchored {
				return err
			}
			inside, err = j.anchorInside(tx, Place{head.Seq, head.Signature}, trusted)
			return err
		})
		if err == nil && once != nil {
			once.Noted()
		}
		if err != nil || head.Seq == 0 {
			return err
		}
		j.trusts(trusted)
		j.clock.see(head)
		if !anchored || inside {
			return nil
		}
		return j.anchorInTime(context.WithoutCancel(ctx), Place{head.Seq, head.Signature})
	})
}

// Unlogged changes rows while the workspace is being made: nothing is in the log yet.
func (j *Journal) Unlogged(ctx context.Context, fn func(store.WriteTx) error) error {
	return j.store.Exclusive(ctx, func() error { return j.transact(ctx, fn) })
}

// mostTries bounds how often a transaction is begun that conflicts with others.
const mostTries = 8

// transact runs fn in one transaction, and again where that conflicts with another.
func (j *Journal) transact(ctx context.Context, fn func(store.WriteTx) error) error {
	for tries := 1; ; tries++ {
		err := j.store.Update(ctx, fn)
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
		if tries == mostTries || ctx.Err() != nil {
			return fmt.Errorf("%w: %w", store.ErrBusy, err)
		}
	}
}

// Look notes that a change looks at a profile as it is now, and at what it may do.
// Only then can the profile be the change's actor: an act that goes on for several
// commits, and forgets to look again at one of them, makes none.
func Look(tx store.ReadTx, profileID string) {
	if t, ok := tx.(*Tx); ok {
		t.looked = profileID
	}
}

// Record says what a change is, once. An actor is somebody at whom the change has
// looked: see Look. What is wrong with the event is told when the change ends, and none of it stands:
// no caller can lose the error. An event outside a change is a mistake of the program, and panics.
func Record(tx store.WriteTx, at time.Time, kind, actor, subject string, detail map[string]string) {
	t, ok := tx.(*Tx)
	switch {
	case !ok:
		panic("journal: an event outside a change: " + kind)
	case t.event != nil:
		t.wrong = fmt.Errorf("%s: a second event", kind)
	case actor != "" && actor != t.looked:
		t.wrong = fmt.Errorf("%s: by somebody who was not looked at again", kind)
	}
	t.event = &audit.Event{At: time.UnixMilli(at.UnixMilli()).UTC(), Kind: kind, Actor: actor, Subject: subject, Detail: detail}
}

// The kinds of event that the journal itself knows. Once written they are never renamed.
const (
	KindAccepted       = "state-accepted"  // an owner took the rows as they are
	KindClockConfirmed = "clock-confirmed" // the one event that may be before the one before it
)
