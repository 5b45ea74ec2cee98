package workspace

import (
	"context"
	"errors"
	"time"

	"countersign/backend/journal"
	"countersign/backend/service"
	"countersign/backend/store"
)

// The workspace's changes go through its journal. Every error that leaves these
// helpers has words where there are any.

// update runs fn as one change: one commit, one event (see record), and then the
// anchor. fn may be run several times: see journal.Journal.Change. What the commit says of the
// workspace is kept for those who ask outside of a transaction, and only once it stands.
func (w *Workspace) update(ctx context.Context, fn func(store.WriteTx) error) error {
	var info store.Info
	var ended bool
	err := w.journal.Change(ctx, func(tx store.WriteTx) (err error) {
		ended = false
		if err = fn(tx); err != nil {
			return err
		}
		info, err = tx.Info()
		ended = err == nil
		return err
	})
	switch {
	case err == nil:
		w.cacheInfo(info)
	case ended: // the commit may stand although its answer was lost, or its anchor could not be written
		w.refreshInfo(context.WithoutCancel(ctx))
	}
	return explainClock(err)
}

func (w *Workspace) refreshInfo(ctx context.Context) {
	_ = w.view(ctx, func(tx store.ReadTx) error {
		info, err := tx.Info()
		if err == nil {
			w.cacheInfo(info)
		}
		return err
	})
}

// updateUnanchored is for a change that only takes something back, such as the
// refund of a guess.
func (w *Workspace) updateUnanchored(ctx context.Context, fn func(store.WriteTx) error) error {
	return explainClock(w.journal.ChangeUnanchored(ctx, fn))
}

// unlogged changes rows while the workspace is being made: nothing is in the log yet.
func (w *Workspace) unlogged(ctx context.Context, fn func(store.WriteTx) error) error {
	return service.Explain(w.journal.Unlogged(ctx, fn))
}

func (w *Workspace) view(ctx context.Context, fn func(store.ReadTx) error) error {
	return service.Explain(w.journal.View(ctx, fn))
}

// record says what a change is, once. An actor is somebody at whom the change has
// looked: see looksAt. Otherwise the change is refused as it ends.
func (w *Workspace) record(tx store.WriteTx, at time.Time, kind, actor, subject string, detail map[string]string) {
	journal.Record(tx, at, kind, actor, subject, detail)
}

// looksAt notes that a change has looked at a profile as it is now, and at what it
// may do: only then can the profile be its actor.
func looksAt(tx store.ReadTx, profileID string) { journal.Look(tx, profileID) }

func explainClock(err error) error {
	if errors.Is(err, journal.ErrClock) {
		return refuse(service.CodeClockWrong).Because(err)
	}
	return service.Explain(err)
}
