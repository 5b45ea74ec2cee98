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
	attempt attempt
	factor  store.Factor
	steps   []int64 // that it belongs to: the last is used up
	at      time.Time
	purpose store.Use
}

// matchFactor charges for a verification code and looks at it. A keychain that
// fails before the code could be looked at gives the charge back.
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
	if errors.Is(err, store.ErrNotFound) {
		return nil, refuse(service.CodeTwoFactorOff)
	}
	if err != nil {
		return nil, err
	}
	t, err := w.recordAttempt(ctx, profileID, store.KindCode)
	if err != nil {
		return nil, err
	}
	steps, off, now, err := w.lookAround(ctx, f, code, clockReach)
	if err != nil {
		return nil, service.Afterwards(err, w.refund(ctx, t))
	}
	if len(steps) == 0 {
		return nil, w.wrongCode(ctx, t, off)
	}
	// The highest matching step: where two neighbours share a code, consuming
	// the lower one would let the same six digits in a second time.
	return &codeUse{attempt: t, factor: f, steps: steps, at: now, purpose: purpose}, nil
}

// stepsAhead is how many steps the last one used may lie beyond those that are
// looked at, before the clock counts as set back. A used code may be of the step
// after now, and its run of equal codes a little longer.
const stepsAhead = 2

// lookAt reads the secret of f and returns the steps that the code belongs to. It
// is codes_ahead where a code of a much later time was used: the clock was set back, or
// had been ahead. No code of now can be taken then, since the same clock may have
// shown it before, and so none is looked at.
func (w *Workspace) lookAt(ctx context.Context, f store.Factor, code totp.Code) ([]int64, time.Time, error) {
	steps, _, now, err := w.lookAround(ctx, f, code, 0)
	return steps, now, err
}

// lookAround is lookAt, and where the code belongs to none of its steps looks for another
// one within that time.
func (w *Workspace) lookAround(ctx context.Context, f store.Factor, code totp.Code, within time.Duration) ([]int64, *clockOff, time.Time, error) {
	clockNow, now := w.wall(), w.now() // a phone shows what belongs to the real time
	current, err := totp.Step(clockNow)
	switch {
	case err != nil:
		return nil, nil, now, clock(err)
	case f.LastStep > current+1+stepsAhead:
		return nil, nil, now, refuse(service.CodeCodesAhead).At("code")
	}
	item, err := w.secrets.Get(ctx, f.Item)
	if err != nil {
		return nil, nil, time.Time{}, service.Explain(err)
	}
	defer item.Wipe()
	key, err := totp.FromBase32(string(item.Reveal()))
	if err != nil {
		return nil, nil, time.Time{}, service.Explain(fmt.Errorf("item of generation %d: %w: %w", f.Generation, err, store.ErrSecretMissing))
	}
	defer key.Wipe()
	steps, err := totp.Matches(key, code, clockNow)
	if err != nil || len(steps) > 0 || within == 0 {
		return steps, nil, now, clock(err)
	}
	by, found, err := totp.Locate(key, code, clockNow, within)
	if err != nil || !found {
		return nil, nil, now, clock(err)
	}
	return nil, &clockOff{by, current + int64(by/(totp.Period*time.Second))}, now, nil
}

// consume uses the code up, or refuses: it was used before, or the factor is
// another one by now.
func (u *codeUse) consume(tx store.WriteTx) error {
	f, err := tx.Factor(u.factor.ProfileID)
	if errors.Is(err, store.ErrNotFound) || (err == nil && f.Generation != u.factor.Generation) {
		return refuse(service.CodeChallengeEnded)
	}
	if err != nil {
		return err
	}
	told, err := wasTold(tx, f.ProfileID, u.steps, u.at)
	if err != nil {
		return err
	}
	if told {
		return refuse(service.CodeCodeUsed).At("code")
	}
	ok, err := tx.ConsumeStep(f.ProfileID, f.Generation, u.steps[len(u.steps)-1], u.at, u.purpose)
	if err != nil {
		return err
	}
	if !ok {
		return refuse(service.CodeCodeUsed).At("code")
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
