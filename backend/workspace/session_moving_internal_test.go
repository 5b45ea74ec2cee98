package workspace

import (
	"context"
	"errors"
	"testing"

	"countersign/backend/store"
)

// Where a commit conflicts, it may be with another session that has ended this one: their epochs have the same number.
func TestEndingOthers_EpochOfATryThatDidNotCommitIsAnothersAgain(t *testing.T) {
	t.Parallel()
	lost := errors.New("the commit failed")
	s := &Session{epoch: 1, before: 1}
	goesOn := func(want ...int) {
		t.Helper()
		s.mu.Lock()
		defer s.mu.Unlock()
		for epoch := range 5 {
			if is := s.goesOnIn(epoch, true); is != (epoch == want[0] || epoch == want[len(want)-1]) {
				t.Errorf("in epoch %d: %v, want %d", epoch, is, want)
			}
		}
	}
	update := func(end error) func(context.Context, func(store.WriteTx) error) error {
		return func(_ context.Context, fn func(store.WriteTx) error) error {
			first := fn(nil)
			goesOn(s.epoch, s.epoch+1)
			return errors.Join(first, fn(nil), end)
		}
	}
	move := func(_ store.WriteTx, stay func(store.Profile)) error {
		goesOn(s.epoch)
		stay(store.Profile{Epoch: s.epoch + 1})
		return nil
	}
	if err := s.endingOthers(t.Context(), update(lost), move); !errors.Is(err, lost) {
		t.Fatal(err)
	}
	goesOn(1)
	if err := s.endingOthers(t.Context(), update(nil), move); err != nil {
		t.Fatal(err)
	}
	goesOn(2)
	if err := s.endingOthers(t.Context(), update(nil), move); err != nil {
		t.Fatal(err)
	}
	if !s.goesOnIn(2, false) || s.goesOnIn(1, false) {
		t.Error("a look that had begun goes on in the epoch before, and in none before that")
	}
	if len(s.moving) != 0 {
		t.Error("a change that is over is under way")
	}
}
