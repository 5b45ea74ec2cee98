package workspace

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"slices"
	"time"

	"countersign/backend/recovery"
	"countersign/backend/service"
	"countersign/backend/store"
)

// PutInForce replaces the old sets by the new ones, a batch with each commit. It
// can be stopped by ctx between them: the members after that keep their old sets,
// and the result is of a cancelled run. After an error the run is to be
// cancelled, and the result says how far it got. Errors: session_ended, run_over;
// folder.
func (r *PrintRun) PutInForce(ctx context.Context, progress service.Progress) (service.RunResult, error) {
	if err := r.begin(stageMade, stagePutting); err != nil {
		return r.result(), err
	}
	w := r.a.s.w
	if err := r.madeSets(context.WithoutCancel(ctx)); err != nil {
		return r.result(), err
	}
	if err := r.sheetsAreOut(context.WithoutCancel(ctx)); err != nil {
		return r.result(), err
	}
	for from := 0; from < len(r.sets); from += service.RunBatch {
		if ctx.Err() != nil {
			return r.end(context.WithoutCancel(ctx), store.RunCancelled, eventRunCancelled)
		}
		if err := r.a.s.touch(true); err != nil {
			return r.result(), err
		}
		batch := r.sets[from:min(from+service.RunBatch, len(r.sets))]
		var moved []int
		var skipped []service.Skipped
		err := w.update(context.WithoutCancel(ctx), func(tx store.WriteTx) error {
			moved, skipped = nil, nil
			actor, err := r.goesOn(tx, store.RunReady)
			if err != nil {
				return err
			}
			now := w.now()
			for i, set := range batch {
				p, why, err := r.stillReady(tx, actor, set.ProfileID)
				if err != nil {
					return err
				}
				if pending, err := tx.Set(set.ID); errors.Is(err, store.ErrNotFound) || err == nil && pending.State != store.SetPending {
					why = cmp.Or(why, service.CodeCodesChanged) // whoever lost 2FA lost this set, too
				} else if err != nil {
					return err
				}
				if why != "" {
					skipped = append(skipped, service.Skipped{ID: set.ProfileID, Name: p.Name, Reason: why})
					if _, err := tx.MoveSet(set.ID, store.SetPending, store.SetDropped, now); err != nil {
						return err
					}
					continue
				}
				if err := errors.Join(putInForce(tx, set, now), reset(tx, set.ProfileID, false, store.KindRecovery)); err != nil {
					return err
				}
				moved = append(moved, i)
			}
			if len(moved) == 0 {
				w.record(tx, now, eventRunSheetsDropped, r.a.s.id, "", map[string]string{"run": decimal(r.run.Number)})
				return nil
			}
			if len(moved) == 1 {
				w.record(tx, now, eventRunSheetIssued, r.a.s.id, batch[moved[0]].ProfileID, r.detail(batch, moved))
				return nil
			}
			w.record(tx, now, eventRunSheetsIssued, r.a.s.id, "", r.detail(batch, moved))
			return nil
		})
		if err != nil {
			return r.result(), err
		}
		r.mu.Lock()
		r.inForce += len(moved)
		r.skipped = append(r.skipped, skipped...)
		r.mu.Unlock()
		if progress != nil {
			progress(int64(from+len(batch)), int64(len(r.sets)))
		}
	}
	return r.end(context.WithoutCancel(ctx), store.RunDone, eventRunDone)
}

// Cancel ends the run: who has the new set by then keeps it, the others keep the
// old one, and sheets that were printed for those are void. It may be called
// while the run goes on elsewhere, which then ends with run_over. A run that is
// over stays as it is. Errors: folder.
func (r *PrintRun) Cancel(ctx context.Context) (service.RunResult, error) {
	r.mu.Lock()
	over := r.state != store.RunIssuing && r.state != store.RunReady
	r.mu.Unlock()
	if over {
		return r.result(), nil
	}
	return r.end(context.WithoutCancel(ctx), store.RunCancelled, eventRunCancelled)
}

// sheetsAreOut notes that every sheet is on paper or in a file.
func (r *PrintRun) sheetsAreOut(ctx context.Context) error {
	w := r.a.s.w
	err := w.update(ctx, func(tx store.WriteTx) error {
		if _, err := r.goesOn(tx, store.RunIssuing); err != nil {
			return err
		}
		ok, err := tx.MoveRun(r.run.Number, store.RunIssuing, store.RunReady, time.Time{})
		if err := refuseUnless(ok, err, service.CodeRunOver); err != nil {
			return err
		}
		w.record(tx, w.now(), eventRunReady, r.a.s.id, "", map[string]string{"run": decimal(r.run.Number)})
		return nil
	})
	if err == nil {
		r.became(store.RunReady)
	}
	return err
}

func (r *PrintRun) became(s store.RunState) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state = s
}

// end ends the run in whichever state the store has it, and drops its sets that
// are not in force. It asks the ledger for them, since a batch may have been
// committed elsewhere a moment ago. A run is cancelled by whoever began it, even
// where they may do nothing else any more: that only takes back.
func (r *PrintRun) end(ctx context.Context, to store.RunState, event string) (service.RunResult, error) {
	w := r.a.s.w
	ended, inForce := to, 0
	err := w.update(ctx, func(tx store.WriteTx) error {
		looksAt(tx, r.a.s.id)
		if to == store.RunDone {
			if _, err := r.a.profile(tx); err != nil {
				return err
			}
		}
		row, err := tx.Run(r.run.Number)
		if err != nil {
			return err
		}
		var pending []string
		if pending, inForce, err = setsOf(tx, r.run.Number); err != nil {
			return err
		}
		if ended = row.State; ended != store.RunIssuing && ended != store.RunReady {
			return nil
		}
		ended = to
		now := w.now()
		if err := dropSets(tx, pending, now); err != nil {
			return err
		}
		ok, err := tx.MoveRun(r.run.Number, row.State, to, now)
		if err := refuseUnless(ok, err, service.CodeRunOver); err != nil {
			return err
		}
		w.record(tx, now, event, r.a.s.id, "", map[string]string{
			"run": decimal(r.run.Number), "count": decimal(inForce), "of": decimal(len(r.members)),
		})
		return nil
	})
	if err == nil {
		r.mu.Lock()
		r.state, r.inForce = ended, inForce
		r.mu.Unlock()
	}
	return r.result(), err
}

// setsOf gives the sets of a run that are not in force yet, and how many others are or were.
func setsOf(tx store.ReadTx, run int) (pending []string, inForce int, err error) {
	entries, err := tx.Ledger(run)
	for _, e := range entries {
		switch e.State {
		case store.SetPending:
			pending = append(pending, e.SetID)
		case store.SetDropped:
		default:
			inForce++
		}
	}
	return pending, inForce, err
}

// dropSets ends sets that were not put in force. They may be on paper, so the ledger keeps them.
func dropSets(tx store.WriteTx, ids []string, now time.Time) error {
	for _, id := range ids {
		if _, err := tx.MoveSet(id, store.SetPending, store.SetDropped, now); err != nil {
			return err
		}
	}
	return nil
}

func (r *PrintRun) result() service.RunResult {
	r.mu.Lock()
	defer r.mu.Unlock()
	return service.RunResult{State: r.state, InForce: r.inForce, Skipped: slices.Clone(r.skipped)}
}

// runHold is how long a run that makes sheets is its owner's without a sign of life. A batch takes
// seconds, and each renews it; the last one holds the run for as long as the session can last, since
// the sheets are printed then.
const runHold = 2 * time.Minute

// interruptRuns ends the runs that a crash has left and that nobody holds, with their sets that
// are not in force.
func (w *Workspace) interruptRuns(ctx context.Context, held func(until time.Time) bool) error {
	for _, state := range []store.RunState{store.RunIssuing, store.RunReady} {
		var left []store.Run
		err := w.view(ctx, func(tx store.ReadTx) (err error) {
			left, err = tx.RunsIn(state)
			return err
		})
		if err != nil {
			return err
		}
		for _, r := range left {
			err := w.update(ctx, func(tx store.WriteTx) error {
				now := w.now()
				if r, err := tx.Run(r.Number); err != nil || held(r.HeldUntil) {
					return err
				}
				if ok, err := tx.MoveRun(r.Number, state, store.RunInterrupted, now); err != nil || !ok {
					return err
				}
				pending, _, err := setsOf(tx, r.Number)
				if err := errors.Join(err, dropSets(tx, pending, now)); err != nil {
					return err
				}
				w.record(tx, now, eventRunInterrupted, "", "", map[string]string{"run": decimal(r.Number)})
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// checkWord is the word that the sheet of a set shows: it follows from the set
// and the pepper, and is kept nowhere.
func (w *Workspace) checkWord(setID string) string {
	w.mu.RLock()
	defer w.mu.RUnlock()
	mac := hmac.New(sha256.New, w.keys.pepper.Reveal())
	mac.Write([]byte("check word\x00" + setID))
	return recovery.CheckWord(mac.Sum(nil))
}
