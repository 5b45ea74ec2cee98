package workspace

import (
	"context"
	"errors"
	"strconv"
	"time"

	"countersign/backend/service"
	"countersign/backend/store"
)

func decimal(n int) string { return strconv.Itoa(n) }

// undo ends an unfinished enrolment: first a commit says that its item is to go,
// then the item goes, then the intent. One that was finished meanwhile is left
// alone: its intent is gone, and the commit changes nothing. One that was begun to be
// undone, and came no further, is undone to its end.
func (w *Workspace) undo(ctx context.Context, in store.Intent) error {
	marked := false
	err := w.update(ctx, func(tx store.WriteTx) (err error) {
		if marked, err = tx.MarkForDeletion(in.ID); err != nil {
			return err
		}
		if !marked {
			marked, err = isMarked(tx, in.ID)
			return err
		}
		if _, err := dropPending(tx, in.ProfileID, w.now()); err != nil {
			return err
		}
		w.record(tx, w.now(), eventAbandoned, "", in.ProfileID, nil)
		return nil
	})
	if err != nil || !marked {
		return err
	}
	return w.finish(ctx, in)
}

func isMarked(tx store.ReadTx, id string) (bool, error) {
	in, err := tx.Intent(id)
	return err == nil && in.Kind == store.IntentDelete, ignoreMissing(err)
}

// finish deletes the item of a marked intent, then the intent itself.
func (w *Workspace) finish(ctx context.Context, in store.Intent) error {
	if err := w.secrets.Delete(ctx, in.Item); err != nil {
		return service.Explain(err)
	}
	return w.update(ctx, func(tx store.WriteTx) error {
		gone, err := tx.DeleteIntent(in.ID)
		if err != nil || !gone {
			return err
		}
		w.record(tx, w.now(), eventItemDeleted, "", in.ProfileID, nil)
		return nil
	})
}

// dropPending ends the sets of a profile that were shown and not kept. Those of a
// print run may be on paper, so that the ledger keeps them.
func dropPending(tx store.WriteTx, profileID string, now time.Time) (some bool, err error) {
	ids, err := tx.PendingSets(profileID)
	if err != nil {
		return false, err
	}
	for _, id := range ids {
		set, err := tx.Set(id)
		if err != nil {
			return false, err
		}
		if set.Run > 0 {
			if _, err := tx.MoveSet(id, store.SetPending, store.SetDropped, now); err != nil {
				return false, err
			}
		} else if err := tx.DeleteSet(id); err != nil {
			return false, err
		}
	}
	return len(ids) > 0, nil
}

// dropPendingSets is dropPending as a change of its own.
func (w *Workspace) dropPendingSets(ctx context.Context, profileID string) error {
	return w.update(ctx, func(tx store.WriteTx) error {
		some, err := dropPending(tx, profileID, w.now())
		if err != nil || !some {
			return err
		}
		w.record(tx, w.now(), eventDropped, "", profileID, nil)
		return nil
	})
}

// deleteLater leaves an order to delete each app's item, for after the commit.
func (w *Workspace) deleteLater(tx store.WriteTx, profileID string, apps []store.App, now time.Time) (later []store.Intent, err error) {
	for _, a := range apps {
		id, err := w.newID()
		if err != nil {
			return nil, err
		}
		in := store.Intent{ID: id, Kind: store.IntentDelete, ProfileID: profileID, Item: a.Item, Generation: a.Generation, CreatedAt: now}
		if err := tx.InsertIntent(in); err != nil {
			return nil, err
		}
		later = append(later, in)
	}
	return later, nil
}

// finishLater finishes what a committed act has left to do. The act stands
// whatever comes of it, and start-up tries again, so a failure is only logged.
func (w *Workspace) finishLater(ctx context.Context, in store.Intent) {
	_ = logLeftover(w, w.finish(context.WithoutCancel(ctx), in))
}

// logLeftover logs an error of cleaning up, where another error is already on its way
// to the person or the act has succeeded.
func logLeftover(w *Workspace, err error) error {
	if err != nil {
		w.log.Warn("clean-up is left for the next start", "error", service.Cause(err))
	}
	return nil
}

// Recover finishes or undoes what a crash has left, and leaves alone what somebody may still be
// at work on: it is for a store that others use as well. Doing it twice changes nothing. A
// keychain that does not answer leaves the rest for the next time. Errors: folder.
func (w *Workspace) Recover(ctx context.Context) error {
	if !w.Created() {
		return nil
	}
	_ = logLeftover(w, w.files.Tidy())
	return w.recover(ctx, func(until time.Time) bool { return w.now().Before(until) })
}

// RecoverAll is Recover for the process that holds the data folder alone. It is called once after
// Open: whatever is unfinished then is nobody's. A workspace that was not made to its end goes,
// and so do files of contracts that nothing speaks of.
func (w *Workspace) RecoverAll(ctx context.Context) error {
	if !w.Created() {
		return logLeftover(w, w.abandonCreation(ctx))
	}
	_ = logLeftover(w, w.tidyDocuments(ctx))
	return w.recover(ctx, func(time.Time) bool { return false })
}

// recover ends what held does not speak for: held tells whether somebody may be at work until then.
func (w *Workspace) recover(ctx context.Context, held func(until time.Time) bool) error {
	var intents []store.Intent
	err := w.view(ctx, func(tx store.ReadTx) (err error) {
		intents, err = tx.Intents()
		return err
	})
	if err != nil {
		return err
	}
	for _, in := range intents {
		switch {
		case in.Kind == store.IntentDelete:
			_ = logLeftover(w, w.finish(ctx, in))
		case !held(in.HeldUntil):
			_ = logLeftover(w, w.undo(ctx, in))
		}
	}
	return errors.Join(w.interruptRuns(ctx, held), w.dropLeftSets(ctx, held))
}

// dropLeftSets ends the sets that were shown, not kept, and that nobody holds. Those of a run that
// goes on are the run's.
func (w *Workspace) dropLeftSets(ctx context.Context, held func(until time.Time) bool) error {
	none := false
	err := w.view(ctx, func(tx store.ReadTx) error {
		ids, err := tx.PendingSets("")
		none = err == nil && len(ids) == 0
		return err
	})
	if err != nil || none { // an instance of a server looks every few minutes, and does not hold up the others
		return err
	}
	return w.update(ctx, func(tx store.WriteTx) error {
		ids, err := tx.PendingSets("")
		if err != nil {
			return err
		}
		some := false
		for _, id := range ids {
			set, err := tx.Set(id)
			if err != nil {
				return err
			}
			if set.Run > 0 || held(set.HeldUntil) {
				continue
			}
			if err := tx.DeleteSet(id); err != nil {
				return err
			}
			some = true
		}
		if !some {
			return nil
		}
		w.record(tx, w.now(), eventDropped, "", "", nil)
		return nil
	})
}
