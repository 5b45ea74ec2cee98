package workspace

import (
	"context"
	"errors"
	"strings"
	"time"

	"countersign/backend/service"
	"countersign/backend/store"
)

// The throttle. SP 800-63B-4 §3.2.2 asks for at most 100 failures in a row and
// suggests growing pauses; this is far below it.
const (
	freeFailures  = 4                // failures in a row without a pause
	firstPause    = 30 * time.Second // at the fifth, doubling from there
	longestPause  = time.Hour
	authenticator = 20 // failures in a row that turn the authenticator app off
	// staleAfter is how long guesses at what comes before a right password are
	// counted: see stale.
	staleAfter = 24 * time.Hour
)

// attempt is a guess that has been paid for: refund gives it back where the guess
// turned out right but more is still to be proven.
type attempt struct {
	subject  string
	kind     store.Kind
	failures int       // in a row, this one counted
	lock     time.Time // set by this charge, else zero
}

// pause is how long one waits after n failures in a row.
func pause(n int) time.Duration {
	if n <= freeFailures {
		return 0
	}
	d := firstPause
	for i := freeFailures + 1; i < n && d < longestPause; i++ {
		d *= 2
	}
	return min(d, longestPause)
}

// recordAttempt counts a guess before it is looked at, in a committed transaction of
// its own, so that no crash, error or race gives a guess for free. It refuses
// while a pause lasts, and refuses verification codes once the authenticator
// app is off; what it refuses is not counted, and must not be looked at.
func (w *Workspace) recordAttempt(ctx context.Context, subject string, kind store.Kind) (attempt, error) {
	t, err := w.guess(ctx, subject, kind, func(tx store.WriteTx, a store.Attempts) (string, error) {
		return eventCounted, tx.SaveAttempts(a)
	})
	return t, w.untold(ctx, t, err)
}

// recordResult counts a guess together with its result, for what takes no time to look at. The result must not be
// told unless this succeeds: a right guess waits for the commit as a wrong one does, so no crash, error or race
// tells them apart. A right guess leaves the counts as they were. It refuses as recordAttempt does, whatever the result.
func (w *Workspace) recordResult(ctx context.Context, subject string, kind store.Kind, right bool) (attempt, error) {
	t, err := w.guess(ctx, subject, kind, func(tx store.WriteTx, a store.Attempts) (string, error) {
		if right {
			return eventRight, nil
		}
		return eventWrong, tx.SaveAttempts(a)
	})
	if right {
		return t, err
	}
	return t, w.untold(ctx, t, err)
}

// untold gives back a guess that was counted and is not looked at, or told of: the keychain failed after the commit.
func (w *Workspace) untold(ctx context.Context, t attempt, err error) error {
	if err != nil && t.failures > 0 && unanchored(err) {
		return errors.Join(err, w.refund(context.WithoutCancel(ctx), t))
	}
	return err
}

// guess refuses a guess, or counts it: count gets the counts with the guess, and says what the event is.
func (w *Workspace) guess(ctx context.Context, subject string, kind store.Kind, count func(store.WriteTx, store.Attempts) (event string, err error)) (attempt, error) {
	now := w.wall()
	t := attempt{subject: subject, kind: kind}
	var paused *service.Error
	err := w.update(ctx, func(tx store.WriteTx) error {
		if err := dropStale(tx, subject, now); err != nil {
			return err
		}
		a, err := tx.Attempts(subject, kind)
		if errors.Is(err, store.ErrNotFound) {
			a, err = store.Attempts{Subject: subject, Kind: kind}, nil
		}
		if err != nil {
			return err
		}
		if kind == store.KindCode && a.Failures >= authenticator {
			return refuse(service.CodeAuthenticatorOff)
		}
		if left := remaining(a, now); left > 0 {
			paused = throttled(kind, left)
			if !setBack(a, now) {
				return paused
			}
			// The whole pause begins anew. Else it would last for years where the
			// clock had been ahead by years.
			a.ChargedAt, a.LockedUntil = now, now.Add(left)
			if err := tx.SaveAttempts(a); err != nil {
				return err
			}
			w.record(tx, now, eventClockBack, "", known(subject), map[string]string{"kind": string(kind)})
			return nil
		}
		if stale(a, now) {
			a.Failures = 0
		}
		a.Failures++
		a.SinceSignIn++
		a.BeforeAt, a.ChargedAt = a.ChargedAt, now
		a.LockedUntil, t.lock = time.Time{}, time.Time{}
		if p := pause(a.Failures); p > 0 {
			a.LockedUntil = now.Add(p)
			t.lock = a.LockedUntil
		}
		t.failures = a.Failures
		event, err := count(tx, a)
		if err != nil {
			return err
		}
		w.record(tx, now, event, "", known(subject), map[string]string{"kind": string(kind)})
		return nil
	})
	if err == nil && paused != nil {
		return t, paused
	}
	return t, err
}

// unanchored reports whether a change failed in the keychain, after its commit.
func unanchored(err error) bool {
	if service.IsCode(err, service.CodeKeychainMismatch) {
		return true
	}
	for _, keychain := range []error{store.ErrKeychainAbsent, store.ErrKeychainLocked, store.ErrKeychainSlow, store.ErrKeychainDismissed, store.ErrKeychainFailed} {
		if errors.Is(err, keychain) {
			return true
		}
	}
	return false
}

// stale reports whether the failures in a row no longer count: they are of a kind
// that anybody can guess at, and the last one is older than staleAfter. An email that nobody
// has is forgotten then, so one that somebody has must be as well, or the fifth
// guess, which begins a pause for one of them alone, would tell them apart. It costs nothing:
// who goes on gets 24 guesses a day at longestPause; who waits a day for each new
// row of 12 gets there more slowly.
func stale(a store.Attempts, now time.Time) bool {
	return (a.Kind == store.KindPassword || a.Kind == store.KindInvitation) && a.ChargedAt.Before(now.Add(-staleAfter))
}

// dropStale makes room: emails that nobody has are counted like others, and their
// rows go once they are stale.
func dropStale(tx store.WriteTx, subject string, now time.Time) error {
	if known(subject) != "" {
		return nil
	}
	subjects, err := tx.StaleAttempts(now.Add(-staleAfter))
	if err != nil {
		return err
	}
	for _, s := range subjects {
		for _, kind := range []store.Kind{store.KindPassword, store.KindInvitation} {
			a, err := tx.Attempts(s, kind)
			if errors.Is(err, store.ErrNotFound) || err == nil && !stale(a, now) {
				continue
			}
			if err := errors.Join(err, tx.DeleteAttempts(s, kind)); err != nil {
				return err
			}
		}
	}
	return nil
}

// known is the profile that a subject stands for, or empty.
func known(subject string) string {
	if strings.HasPrefix(subject, unknownPrefix) {
		return ""
	}
	return subject
}

// remaining is how long a pause still lasts. A clock that stands before the
// charge has been set back: the whole pause is then still due.
func remaining(a store.Attempts, now time.Time) time.Duration {
	if a.LockedUntil.IsZero() {
		return 0
	}
	if setBack(a, now) {
		return a.LockedUntil.Sub(a.ChargedAt)
	}
	return a.LockedUntil.Sub(now)
}

// setBack reports whether the clock stands before the last charge.
func setBack(a store.Attempts, now time.Time) bool {
	return now.Before(a.ChargedAt.Truncate(time.Millisecond))
}

func throttled(kind store.Kind, left time.Duration) *service.Error {
	return refuse(service.CodeThrottled).With("seconds", seconds(left)).With("kind", string(kind))
}

func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

// refund takes back this one charge and nothing else: a right password between
// wrong codes leaves their count.
func (w *Workspace) refund(ctx context.Context, t attempt) error {
	return w.updateUnanchored(ctx, func(tx store.WriteTx) error {
		if err := refundIn(tx, t); err != nil {
			return err
		}
		w.record(tx, w.now(), eventReturned, "", known(t.subject), map[string]string{"kind": string(t.kind)})
		return nil
	})
}

func refundIn(tx store.WriteTx, t attempt) error {
	a, err := tx.Attempts(t.subject, t.kind)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	a.Failures = max(0, a.Failures-1)
	a.SinceSignIn = max(0, a.SinceSignIn-1)
	a.ChargedAt = a.BeforeAt
	if !t.lock.IsZero() && a.LockedUntil.Equal(t.lock.Truncate(time.Millisecond)) {
		a.LockedUntil = time.Time{}
	}
	return tx.SaveAttempts(a)
}

// reset clears the failures in a row, and where signedIn what the next sign-in
// would tell, in the transaction in which all factors were right. An
// authenticator app that is off stays off: only a new phone re-binds it.
func reset(tx store.WriteTx, subject string, signedIn bool, kinds ...store.Kind) error {
	for _, kind := range kinds {
		a, err := tx.Attempts(subject, kind)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		was := a
		if signedIn {
			a.SinceSignIn = 0
		}
		if kind != store.KindCode || a.Failures < authenticator {
			a.Failures, a.LockedUntil = 0, time.Time{}
		}
		if a == was { // a row that is written is read three times for the log
			continue
		}
		if err := tx.SaveAttempts(a); err != nil {
			return err
		}
	}
	return nil
}

// rebind turns the authenticator app on again: a new phone was proven.
func rebind(tx store.WriteTx, subject string) error {
	a, err := tx.Attempts(subject, store.KindCode)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	a.Failures, a.LockedUntil = 0, time.Time{}
	return tx.SaveAttempts(a)
}

// wrong refuses a guess that was looked at, and says so in the log. The count
// stands already, so an event that cannot be written changes nothing.
func (w *Workspace) wrong(ctx context.Context, t attempt, c service.Code) *service.Error {
	err := w.updateUnanchored(ctx, func(tx store.WriteTx) error {
		w.record(tx, w.now(), eventWrong, "", known(t.subject), map[string]string{"kind": string(t.kind)})
		return nil
	})
	_ = logLeftover(w, err)
	return t.wrong(c)
}

// wrong makes the refusal of a guess that was looked at: how many are left
// before the next pause, and how long that is; none left means that the pause
// has begun. Before a right password it is told only that one has begun: a count
// would tell of what others have typed for the same email.
func (t attempt) wrong(c service.Code) *service.Error {
	if c == service.CodeCredentialsWrong || c == service.CodeInvitationWrong {
		if p := pause(t.failures); p > 0 {
			return refuse(c).With("pause", seconds(p))
		}
		return refuse(c)
	}
	left := freeFailures + 1 - t.failures
	next := pause(freeFailures + 1)
	if left <= 0 {
		left, next = 0, pause(t.failures)
	}
	return refuse(c).With("left", left).With("pause", seconds(next))
}
