package workspace

import (
	"context"
	"sync"
	"time"
)

const (
	// clockSlack is how far the clock may go back while somebody is signed in: a
	// computer that takes its time from the network puts it right by seconds.
	clockSlack = time.Minute
	// behindSlack is how far the clock may stand before the newest event: two
	// computers that write to one folder, or one that was ahead until it asked the
	// network. Within it, time stands still.
	behindSlack = 5 * time.Minute
)

// wall is the time of day as the computer has it, for what lasts minutes and for
// verification codes. It is without the monotonic reading, which stands still
// while the computer sleeps.
func (w *Workspace) wall() time.Time { return w.clock().Round(0) }

// now is the time for all that is written down or has a date: the wall clock, and
// never before the newest event of the log. A clock that is set back thus neither revives a
// code that has expired, nor lifts a date that has come, nor dates an event before another.
func (w *Workspace) now() time.Time {
	now, newest := w.wall(), w.newest.time()
	if now.Before(newest) {
		return newest
	}
	return now
}

// behind reports whether the clock stands before the newest event by more than can
// be let pass. It has been set back, or was ahead for a while.
func (w *Workspace) behind() bool {
	return w.wall().Before(w.newest.time().Add(-behindSlack))
}

// dated refuses what depends on a time that cannot be told: while the clock is
// behind, a code would be good for as long as it stays so. Errors: clock_behind.
func (w *Workspace) dated() error {
	if !w.behind() {
		return nil
	}
	return refuse(CodeClockBehind).with("clock", stampOf(w.wall())).with("log", stampOf(w.newest.time()))
}

// lastYear is the last one whose times all have a form in JSON (RFC 3339 section 1:
// four digits), with room for what is good for some time from now on.
const lastYear = 9998

// fits reports whether a time can be written down. 0 is no time in the database.
func fits(t time.Time) bool { return t.UnixMilli() > 0 && t.UTC().Year() <= lastYear }

// runs refuses to write where the clock shows a time that has no form. One before
// 1970 is none of a row's: the newest event's counts. Errors: clock_wrong.
func (w *Workspace) runs() error {
	if year := w.wall().UTC().Year(); year < 1 || year > lastYear {
		return refuse(CodeClockWrong)
	}
	return nil
}

func stampOf(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// within reports whether what began at a time and lasts for life goes on now. A
// clock that was set back since then ends it: how old it is cannot be told.
func within(from, now time.Time, life time.Duration) bool {
	age := now.Sub(from)
	return age >= -clockSlack && age < life
}

// newest is when the newest event of the log was, of those that any transaction
// has seen.
type newest struct {
	mu  sync.Mutex
	seq int64
	at  time.Time
}

func (n *newest) time() time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.at
}

// see takes a head in. An older one is of a snapshot from before.
func (n *newest) see(h Head) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if h.Seq >= n.seq {
		n.seq, n.at = h.Seq, h.At
	}
}

// look takes in the head that a transaction sees: another process may have written.
func (n *newest) look(tx ReadTx) (Head, error) {
	head, err := tx.Head()
	if err == nil {
		n.see(head)
	}
	return head, err
}

// Clock is the computer's clock beside the log's newest event.
type Clock struct {
	Now    time.Time
	Newest time.Time
	Behind bool // Now is before Newest by more than can be let pass
}

// Clock tells whether the clock is behind the log. Errors: forbidden,
// session_ended; folder.
func (a *Admin) Clock(ctx context.Context) (c Clock, err error) {
	err = a.view(ctx, func(ReadTx) error {
		w := a.s.w
		c = Clock{w.wall(), w.newest.time(), w.behind()}
		return nil
	})
	return c, err
}

// ConfirmClock takes the clock for right, and the newest event for one of a clock
// that was ahead: from now on the clock's own time counts. An owner does it, with
// a step-up. What was given out with a date cannot be told from what has expired:
// open one-time codes and requests for approval end. A clock that is not behind
// changes nothing. Errors: forbidden; those of a step-up; folder.
func (a *Admin) ConfirmClock(ctx context.Context, proof Proof) error {
	w := a.s.w
	check := func(tx ReadTx) error { _, err := a.ownersInfo(tx); return err }
	return a.change(ctx, &proof, check, func(tx WriteTx) error {
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
			if _, err := tx.DecideApproval(r.ID, r.State, ApprovalWithdrawn, a.s.id, now); err != nil {
				return err
			}
		}
		return w.record(tx, now, eventClockConfirmed, a.s.id, "", map[string]string{"from": stampOf(w.newest.time()), "to": stampOf(now)})
	})
}
