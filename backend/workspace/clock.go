package workspace

import (
	"context"
	"time"

	"countersign/backend/service"
	"countersign/backend/store"
)

// clockSlack is how far the clock may go back while somebody is signed in: a
// computer that takes its time from the network puts it right by seconds.
const clockSlack = time.Minute

// wall is the time of day, for what lasts minutes and for verification codes: see
// journal.Clock.
func (w *Workspace) wall() time.Time { return w.clock.Wall() }

// elapsing is the latest time that the clock has shown, to somebody who is signed in. A clock that is set back takes nothing from what has gone by:
// the larger of what its two readings say counts, where both are known, for the monotonic one stands still while the computer sleeps.
type elapsing struct {
	latest time.Time
	seen   time.Time // the last reading; zero: none in this process
}

// reads takes a reading, and reports whether the clock goes on as it should: it stands no more than clockSlack before what it has shown.
func (e *elapsing) reads(at time.Time) bool {
	if monotonic(at) && monotonic(e.seen) {
		e.latest = e.latest.Add(max(0, at.Sub(e.seen)))
	}
	now := at.Round(0)
	if e.seen = at; now.After(e.latest) {
		e.latest = now
	}
	return !now.Before(e.latest.Add(-clockSlack))
}

// monotonic reports whether a time has a monotonic reading.
func monotonic(t time.Time) bool { return t != t.Round(0) }

// now is the time for all that is written down or has a date: see journal.Clock.
func (w *Workspace) now() time.Time { return w.clock.Now() }

// Now is the time for all that has a date: the computer's, and never before the newest event of the log.
func (w *Workspace) Now() time.Time { return w.now() }

// behind reports whether the clock has been set back: see journal.Clock.
func (w *Workspace) behind() bool { return w.clock.Behind() }

// dated refuses what depends on a time that cannot be told: while the clock is
// behind, a code would be good for as long as it stays so. Errors: clock_behind.
func (w *Workspace) dated() error {
	if !w.behind() {
		return nil
	}
	return refuse(service.CodeClockBehind).With("clock", stampOf(w.wall())).With("log", stampOf(w.clock.Newest()))
}

func stampOf(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// within reports whether what began at a time and lasts for life goes on now. A
// clock that was set back since then ends it: how old it is cannot be told.
func within(from, now time.Time, life time.Duration) bool {
	age := now.Sub(from)
	return age >= -clockSlack && age < life
}

// Clock tells whether the clock is behind the log. Errors: forbidden,
// session_ended; folder.
func (a *Admin) Clock(ctx context.Context) (c service.Clock, err error) {
	err = a.view(ctx, func(store.ReadTx) error {
		w := a.s.w
		c = service.Clock{Now: w.wall(), Newest: w.clock.Newest(), Behind: w.behind()}
		return nil
	})
	return c, err
}

// ConfirmClock takes the clock for right, and the newest event for one of a clock
// that was ahead: from now on the clock's own time counts. An owner does it, with
// a step-up. What was given out with a date cannot be told from what has expired:
// open one-time codes and requests for approval end. A clock that is not behind
// changes nothing. Errors: forbidden; those of a step-up; folder.
func (a *Admin) ConfirmClock(ctx context.Context, proof service.Proof) error {
	w := a.s.w
	check := func(tx store.ReadTx) error { return a.need(tx, service.MayConfirmClock) }
	return a.change(ctx, stepUp(service.PolicyActs, proof), check, func(tx store.WriteTx) error {
		if err := check(tx); err != nil || !w.behind() {
			return err
		}
		codes, err := tx.OneTimes()
		if err != nil {
			return err
		}
		for _, o := range codes {
			if err := dropOneTime(tx, o.ProfileID, o.Kind); err != nil {
				return err
			}
		}
		asked, err := tx.Approvals()
		if err != nil {
			return err
		}
		now := w.wall()
		for _, r := range asked {
			if _, err := tx.DecideApproval(r.ID, r.State, store.ApprovalWithdrawn, a.s.id, now); err != nil {
				return err
			}
		}
		w.record(tx, now, eventClockConfirmed, a.s.id, "", map[string]string{"from": stampOf(w.clock.Newest()), "to": stampOf(now)})
		return nil
	})
}
