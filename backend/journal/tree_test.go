package journal_test

import (
	"errors"
	"testing"

	"countersign/backend/audit"
	"countersign/backend/store"
)

// checkpoint is that of the log as it is.
func (l *log) checkpoint() (c audit.Checkpoint) {
	l.Helper()
	l.ok(l.j.View(l.Context(), func(tx store.ReadTx) error {
		h, err := tx.Head()
		c = audit.Checkpoint{Size: h.Seq, At: h.At, State: audit.StateOf(h.Seq, h.State)}
		root, rootErr := audit.RootOf(h.Seq, tx.Trees)
		c.Root = root
		return errors.Join(err, rootErr)
	}))
	return c
}

func TestTree_GrowsWithTheEventInOneCommit(t *testing.T) {
	t.Parallel()
	l := begun(t)
	for n := int64(2); n < 40; n++ {
		before := l.checkpoint()
		l.ok(l.rename("b"))
		after := l.checkpoint()
		if after.Size != n || before.Size != n-1 || after.Root == before.Root || after.State == before.State || !after.At.Equal(l.head().At) {
			t.Fatalf("after %+v comes %+v", before, after)
		}
	}
	l.store.ends = []error{store.ErrFull}
	was := l.checkpoint()
	if err := l.rename("c"); !errors.Is(err, store.ErrFull) || l.checkpoint() != was {
		t.Fatalf("a change that was not committed: %v", err)
	}
	if c := l.checked(); c.Breaks != 0 {
		t.Fatalf("%+v", c.First)
	}
	l.restart()
	if r, err := l.j.Open(t.Context()); r != nil || err != nil {
		t.Fatal(r, err)
	}
}

func TestTree_WithoutTheKeyNothingIsAppended(t *testing.T) {
	t.Parallel()
	l := begun(t)
	l.ok(l.rename("b"))
	l.eachKeyFault("a change", func() error { return l.rename("c") })
	l.eachKeyFault("a leaf", func() error {
		_, err := l.j.Leaf(store.SignedEvent{Event: audited(1)})
		return err
	})
}

func TestOpen_HoldsTheTreeAgainstTheEventsSinceTheMark(t *testing.T) {
	t.Parallel()
	for _, seq := range []string{"2", "3", "4", "(SELECT max(seq) FROM events)"} {
		l := begun(t)
		for range 4 {
			l.ok(l.rename("b"))
		}
		l.edit("UPDATE events SET tree = zeroblob(length(tree)) WHERE seq = " + seq)
		l.finds(audit.FoundLogBroken, "")
		if c := l.checked(); c.First == nil || c.First.Kind != audit.BreakEventChanged {
			t.Errorf("event %s: %+v", seq, c.First)
		}
	}
}

func TestAccept_GoesOnWithATreeThatHasLostEvents(t *testing.T) {
	t.Parallel()
	l := begun(t)
	for range 6 {
		l.ok(l.rename("b"))
	}
	was := l.checkpoint()
	l.edit("DELETE FROM events WHERE seq IN (1, 3, 4)")
	l.ok(l.j.Accept(t.Context(), "a", nil, func(store.WriteTx) error { return nil }))
	for range 9 {
		l.ok(l.rename("c"))
	}
	l.restart()
	if r, err := l.j.Open(t.Context()); r != nil || err != nil {
		t.Fatal(r, err)
	}
	if c := l.checkpoint(); c.Size != was.Size+10 {
		t.Errorf("%+v", c)
	}
}
