package journal_test

import (
	"bytes"
	"errors"
	"testing"

	"countersign/backend/journal"
	"countersign/backend/store"
)

// inside is an anchor that the store keeps. It notes what transactions were given, committed or not.
type inside struct {
	*memoryAnchor
	elsewhere bool // it is none of these transactions’
	fails     error
	staged    []journal.Anchored
}

func (i *inside) Inside() bool { return !i.elsewhere }

func (i *inside) WriteIn(_ store.WriteTx, a journal.Anchored) (bool, error) {
	if i.elsewhere || i.fails != nil {
		return false, i.fails
	}
	i.staged = append(i.staged, a)
	return true, nil
}

// inside is the log with such an anchor.
func (l *log) inside() *inside {
	i := &inside{memoryAnchor: l.anchor}
	l.j = journal.New(journal.Config{Store: l.store, Anchor: i, Clock: l.clock, Dependents: l, MarkEvery: 1000, Key: l.lendKey})
	if r, err := l.j.Open(l.Context()); r != nil || err != nil {
		l.Fatal(r, err)
	}
	return i
}

func TestChange_AnchorInsideTheStoreIsPartOfIt(t *testing.T) {
	t.Parallel()
	l := begun(t)
	i := l.inside()
	writes := l.anchor.writes
	l.store.ends = []error{store.ErrConflict} // which comes after the anchor: the next try has it again
	l.ok(l.change(func(tx store.WriteTx) error {
		b := profile("b")
		b.State = store.ProfileActive
		return tx.InsertProfile(b)
	}))
	if len(i.staged) != 2 || l.anchor.writes != writes {
		t.Fatalf("%d transactions were given the anchor, and it was written apart %d times", len(i.staged), l.anchor.writes-writes)
	}
	head, a := l.head(), i.staged[1]
	if a.Head.Seq != head.Seq || !bytes.Equal(a.Head.Signature, head.Signature) {
		t.Errorf("the anchor is at %d, the log at %d", a.Head.Seq, head.Seq)
	}
	// What it knows of the owners is what an anchor apart has after the same changes.
	l.anchor.is = &a
	l.fits()
	l.ok(l.rename("c"))
	if !bytes.Equal(l.anchor.is.Trusted, a.Trusted) || l.anchor.writes != writes+1 {
		t.Errorf("it keeps %x of the owners, and apart %x", a.Trusted, l.anchor.is.Trusted)
	}
}

func TestChange_AnchorInsideThatFailsKeepsItFromCommitting(t *testing.T) {
	t.Parallel()
	l := begun(t)
	i := l.inside()
	before, writes := l.head(), l.anchor.writes
	i.fails = store.ErrFailed
	if err := l.rename("b"); !errors.Is(err, store.ErrFailed) {
		t.Errorf("got %v", err)
	}
	if l.head().Seq != before.Seq || l.anchor.writes != writes {
		t.Error("the change stands without its anchor")
	}
}

func TestChange_AnchorOfAnotherStoreIsWrittenApart(t *testing.T) {
	t.Parallel()
	l := begun(t)
	i := l.inside()
	i.elsewhere = true
	l.ok(l.rename("b"))
	if len(i.staged) != 0 || l.anchor.is.Head.Seq != l.head().Seq {
		t.Errorf("%d were given it, and it is at %d of %d", len(i.staged), l.anchor.is.Head.Seq, l.head().Seq)
	}
}

func TestChangeUnanchored_LeavesAnAnchorInsideAlone(t *testing.T) {
	t.Parallel()
	l := begun(t)
	i := l.inside()
	l.ok(l.j.ChangeUnanchored(t.Context(), func(tx store.WriteTx) error {
		_, err := tx.NextRun()
		journal.Record(tx, l.now, "act", "", "", nil)
		return err
	}))
	l.ok(l.j.Change(t.Context(), func(store.WriteTx) error { return nil })) // nor does what changes nothing
	if len(i.staged) != 0 {
		t.Error("it was written")
	}
}
