package workspace

import (
	"context"
	"errors"
	"fmt"
	"time"

	"countersign/backend/secret"
	"countersign/backend/totp"
)

// codeUse is a verification code that was paid for and matches. It is good for
// nothing until consume, in the transaction that acts on it, says yes.
type codeUse struct {
	attempt attempt
	factor  Factor
	step    int64
	at      time.Time
	purpose Use
}

// matchFactor charges for a verification code and looks at it. A keychain that
// fails before the code could be looked at gives the charge back.
func (w *Workspace) matchFactor(ctx context.Context, profileID string, input secret.Text, purpose Use) (*codeUse, error) {
	code, err := parseCode(input)
	if err != nil {
		return nil, err
	}
	var f Factor
	err = w.view(ctx, func(tx ReadTx) (err error) {
		f, err = tx.Factor(profileID)
		return err
	})
	if errors.Is(err, ErrNotFound) {
		return nil, refuse(CodeTwoFactorOff)
	}
	if err != nil {
		return nil, err
	}
	t, err := w.recordAttempt(ctx, profileID, KindCode)
	if err != nil {
		return nil, err
	}
	steps, now, err := w.lookAt(ctx, f, code)
	if err != nil {
		return nil, afterwards(err, w.refund(ctx, t))
	}
	if len(steps) == 0 {
		return nil, w.wrong(ctx, t, CodeCodeWrong).at("code")
	}
	// The highest matching step: where two neighbours share a code, consuming
	// the lower one would let the same six digits in a second time.
	return &codeUse{attempt: t, factor: f, step: steps[len(steps)-1], at: now, purpose: purpose}, nil
}

// stepsAhead is how many steps the last one used may lie beyond those that are
// looked at, before the clock counts as set back. A used code may be of the step
// after now, and its run of equal codes a little longer.
const stepsAhead = 2

// lookAt reads the secret of f and returns the steps that the code belongs to. It
// is codes_ahead where a code of a much later time was used: the clock was set back, or
// had been ahead. No code of now can be taken then, since the same clock may have
// shown it before, and so none is looked at.
func (w *Workspace) lookAt(ctx context.Context, f Factor, code totp.Code) ([]int64, time.Time, error) {
	clockNow, now := w.wall(), w.now() // a phone shows what belongs to the real time
	current, err := totp.Step(clockNow)
	switch {
	case err != nil:
		return nil, now, clock(err)
	case f.LastStep > current+1+stepsAhead:
		return nil, now, refuse(CodeCodesAhead).at("code")
	}
	item, err := w.secrets.Get(ctx, f.Item)
	if err != nil {
		return nil, time.Time{}, Explain(err)
	}
	defer item.Wipe()
	key, err := totp.FromBase32(string(item.Reveal()))
	if err != nil {
		return nil, time.Time{}, Explain(fmt.Errorf("item of generation %d: %w: %w", f.Generation, err, ErrSecretMissing))
	}
	defer key.Wipe()
	steps, err := totp.Matches(key, code, clockNow)
	return steps, now, clock(err)
}

// consume uses the code up, or refuses: it was used before, or the factor is
// another one by now.
func (u *codeUse) consume(tx WriteTx) error {
	f, err := tx.Factor(u.factor.ProfileID)
	if errors.Is(err, ErrNotFound) || (err == nil && f.Generation != u.factor.Generation) {
		return refuse(CodeChallengeEnded)
	}
	if err != nil {
		return err
	}
	ok, err := tx.ConsumeStep(f.ProfileID, f.Generation, u.step, u.at, u.purpose)
	if err != nil {
		return err
	}
	if !ok {
		return refuse(CodeCodeUsed).at("code")
	}
	return nil
}

func (w *Workspace) authenticatorOff(ctx context.Context, profileID string) (off bool, err error) {
	err = w.view(ctx, func(tx ReadTx) (err error) {
		off, err = authenticatorOff(tx, profileID)
		return err
	})
	return off, err
}

func authenticatorOff(tx ReadTx, profileID string) (bool, error) {
	a, err := tx.Attempts(profileID, KindCode)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return a.Failures >= authenticator, err
}

func parseCode(input secret.Text) (totp.Code, error) {
	code, err := totp.ParseCode(input)
	switch {
	case errors.Is(err, totp.ErrCodeEmpty):
		return code, refuse(CodeCodeRequired).at("code")
	case err != nil:
		return code, refuse(CodeCodeForm).at("code")
	}
	return code, nil
}

// clock puts totp's answer to a clock before 1970 into words.
func clock(err error) error {
	if errors.Is(err, totp.ErrClock) {
		return refuse(CodeClockWrong).because(err)
	}
	return err
}
