package workspace

import (
	"context"
	"errors"
	"fmt"
	"time"

	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/totp"
)

// codeUse is a verification code that was paid for and matches. It is good for
// nothing until consume, in the transaction that acts on it, says yes.
type codeUse struct {
	attempt   attempt
	profileID string
	matches   matches
	at        time.Time
	purpose   store.Use
	app       string // its name, where the profile has several
}

// detail says in the log what was used.
func (u *codeUse) detail() map[string]string {
	how := map[string]string{"factor": "code"}
	if u.app != "" {
		how["used"] = u.app
	}
	return how
}

// match is an app to which a code belongs, with the steps. The last of them is used up: where two neighbours share a
// code, consuming the lower one would let the same six digits in a second time.
type match struct {
	generation int
	steps      []int64 // at least one
}

func (m match) last() int64 { return m.steps[len(m.steps)-1] }

// matches are of the apps that show one code. Nearly always that is one.
type matches []match

func (m matches) steps() (all []int64) {
	for _, one := range m {
		all = append(all, one.steps...)
	}
	return all
}

// matchFactor charges for a verification code and looks at it: a guess is one guess, whichever of the apps it
// hits. A keychain that fails before the code could be looked at gives the charge back. One that has failed for some of the apps does not, or a guess
// at the others would be free.
func (w *Workspace) matchFactor(ctx context.Context, profileID string, input secret.Text, purpose store.Use) (*codeUse, error) {
	code, err := parseCode(input)
	if err != nil {
		return nil, err
	}
	var f store.Factor
	err = w.view(ctx, func(tx store.ReadTx) (err error) {
		f, err = tx.Factor(profileID)
		return err
	})
	if err != nil {
		return nil, absent(err, service.CodeTwoFactorOff)
	}
	t, err := w.recordAttempt(ctx, profileID, store.KindCode)
	if err != nil {
		return nil, err
	}
	seen, err := w.lookAround(ctx, f, code, clockReach)
	switch {
	case err != nil && seen.any:
		return nil, err
	case err != nil:
		return nil, service.Afterwards(err, w.refund(ctx, t))
	case len(seen.matches) == 0:
		return nil, w.wrongCode(ctx, t, seen.off)
	}
	u := &codeUse{attempt: t, profileID: profileID, matches: seen.matches, at: seen.at, purpose: purpose}
	if app, is := f.App(seen.matches[0].generation); is && len(f.Apps) > 1 {
		u.app = app.Name
	}
	return u, nil
}

// stepsAhead is how many steps the last one used may lie beyond those that are
// looked at, before the clock counts as set back. A used code may be of the step
// after now, and its run of equal codes a little longer.
const stepsAhead = 2

// seen is what became of looking at a code.
type seen struct {
	matches matches
	off     *clockOff // where it would have been right, if it belongs to none
	at      time.Time
	any     bool // it was held against one app at least
}

// lookAround reads the secrets of f's apps and finds the steps that the code belongs to. Where it belongs
// to none it looks for another one within that time. It
// is codes_ahead where a code of a much later time was used: the clock was set back, or
// had been ahead. No code of now can be taken then, since the same clock may have
// shown it before, and so none is looked at. A secret that cannot be read is an error where no other app shows the code.
func (w *Workspace) lookAround(ctx context.Context, f store.Factor, code totp.Code, within time.Duration) (s seen, err error) {
	clockNow := w.wall() // a phone shows what belongs to the real time
	s.at = w.now()
	current, err := totp.Step(clockNow)
	switch {
	case err != nil:
		return s, clock(err)
	case f.LastStep() > current+1+stepsAhead:
		return s, refuse(service.CodeCodesAhead).At("code")
	}
	var unread error
	for _, a := range f.Apps {
		key, err := w.appKey(ctx, a)
		if err != nil {
			unread = err
			continue
		}
		err = s.look(key, a.Generation, code, clockNow, within)
		key.Wipe()
		if err != nil {
			return s, clock(err)
		}
	}
	if len(s.matches) > 0 {
		if unread != nil {
			w.log.Error("an authenticator app’s secret cannot be read; another app’s code was right", "error", service.Cause(unread))
		}
		s.off = nil
		return s, nil
	}
	return s, unread
}

// look holds a code against one app.
func (s *seen) look(key secret.Bytes, generation int, code totp.Code, now time.Time, within time.Duration) error {
	s.any = true
	steps, err := totp.Matches(key, code, now)
	if err != nil {
		return err
	}
	if len(steps) > 0 {
		s.matches = append(s.matches, match{generation, steps})
		return nil
	}
	if within == 0 {
		return nil
	}
	by, found, err := totp.Locate(key, code, now, within)
	if err != nil || !found || s.off != nil && s.off.by.Abs() <= by.Abs() {
		return err
	}
	current, err := totp.Step(now)
	s.off = &clockOff{by, current + int64(by/(totp.Period*time.Second))}
	return err
}

// appKey reads an app's secret.
func (w *Workspace) appKey(ctx context.Context, a store.App) (key secret.Bytes, err error) {
	item, err := w.secrets.Get(ctx, a.Item)
	if err != nil {
		return key, service.Explain(err)
	}
	defer item.Wipe()
	key, err = totp.FromBase32(string(item.Reveal()))
	if err != nil {
		return key, service.Explain(fmt.Errorf("item of generation %d: %w: %w", a.Generation, err, store.ErrSecretMissing))
	}
	return key, nil
}

// consume uses the code up for each app that shows it, or refuses: it was used before with one of them, or
// one of them is gone by now. So the same six digits open nothing twice, whichever app they come from.
func (u *codeUse) consume(tx store.WriteTx) error {
	f, err := tx.Factor(u.profileID)
	if err != nil {
		return absent(err, service.CodeChallengeEnded)
	}
	told, err := wasTold(tx, f.ProfileID, u.matches.steps(), u.at)
	if err != nil {
		return err
	}
	if told {
		return refuse(service.CodeCodeUsed).At("code")
	}
	for _, m := range u.matches {
		if _, is := f.App(m.generation); !is {
			return refuse(service.CodeChallengeEnded)
		}
		ok, err := tx.ConsumeStep(f.ProfileID, m.generation, m.last(), u.at, u.purpose)
		if err != nil {
			return err
		}
		if !ok {
			return refuse(service.CodeCodeUsed).At("code")
		}
	}
	return nil
}

func (w *Workspace) authenticatorOff(ctx context.Context, profileID string) (off bool, err error) {
	err = w.view(ctx, func(tx store.ReadTx) (err error) {
		off, err = authenticatorOff(tx, profileID)
		return err
	})
	return off, err
}

func authenticatorOff(tx store.ReadTx, profileID string) (bool, error) {
	a, err := tx.Attempts(profileID, store.KindCode)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return a.Failures >= authenticator, err
}

func parseCode(input secret.Text) (totp.Code, error) {
	code, err := totp.ParseCode(input)
	switch {
	case errors.Is(err, totp.ErrCodeEmpty):
		return code, refuse(service.CodeCodeRequired).At("code")
	case err != nil:
		return code, refuse(service.CodeCodeForm).At("code")
	}
	return code, nil
}

// clock puts totp's answer to a clock before 1970 into words.
func clock(err error) error {
	if errors.Is(err, totp.ErrClock) {
		return refuse(service.CodeClockWrong).Because(err)
	}
	return err
}
