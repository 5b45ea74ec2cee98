package postgres_test

import (
	"errors"
	"fmt"
	"testing"

	"countersign/backend/postgres"
	"countersign/backend/store"
)

// TestWalk_IsWholeWhateverIsFetchedAtOnce walks over as many rows as are fetched at once, one fewer, one more,
// and twice as many, and ends walks at each of these places.
func TestWalk_IsWholeWhateverIsFetchedAtOnce(t *testing.T) {
	t.Parallel()
	s, _ := staffed(t)
	const most = 2*postgres.Step + 1
	update(t, s, func(tx store.WriteTx) error {
		for seq := int64(1); seq <= most; seq++ {
			e := event(seq, "k", "a", "b")
			if err := tx.AppendEvent(e); err != nil {
				return err
			}
		}
		return nil
	})
	view(t, s, func(tx store.ReadTx) error {
		for _, n := range []int64{0, 1, postgres.Step - 1, postgres.Step, postgres.Step + 1, 2 * postgres.Step, most} {
			next := most - n
			for e, err := range tx.Events(most - n) {
				if next++; err != nil || e.Seq != next {
					return fmt.Errorf("event %d in place of %d: %w", e.Seq, next, err)
				}
			}
			if next != most {
				t.Errorf("of the last %d events, those up to %d are given", n, next)
			}
			left := int64(0)
			for range tx.EventsBefore(most + 1) {
				if left++; left >= n {
					break
				}
			}
			if _, err := tx.Info(); err != nil {
				return fmt.Errorf("after a walk that ended at row %d: %w", n, err)
			}
		}
		return nil
	})
}

// TestWalk_HasNoOtherInside is what ReadTx asks of its callers: another look-up would take the place of the walk's
// next rows where a store reads them one by one.
func TestWalk_HasNoOtherInside(t *testing.T) {
	t.Parallel()
	s, _ := staffed(t, "a", "b")
	err := s.View(t.Context(), func(tx store.ReadTx) error {
		for range tx.Rows() {
			for _, err := range tx.Rows() {
				return err
			}
		}
		return nil
	})
	is(t, "a walk within a walk", err, store.ErrFailed)
}

func TestWalk_EndsAtTheEventThatCannotBeRead(t *testing.T) {
	t.Parallel()
	s, connString := staffed(t, "a")
	for seq := range int64(3) {
		update(t, s, func(tx store.WriteTx) error { return tx.AppendEvent(event(seq+1, "signed-in", "a", "a")) })
	}
	sneak(t, connString, "UPDATE countersign.events SET detail = 'no JSON' WHERE seq = 2")
	view(t, s, func(tx store.ReadTx) error {
		var said []string
		for e, err := range tx.Events(0) {
			said = append(said, fmt.Sprint(e.Seq, errors.Is(err, brokenLog)))
		}
		if got := fmt.Sprint(said); got != "[1 false 0 true]" {
			t.Error(got)
		}
		return nil
	})
}
