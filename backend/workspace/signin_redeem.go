package workspace

import (
	"context"
	"errors"
	"sync"
	"time"

	"countersign/backend/password"
	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/vault"
)

// redemption is a right invitation or password reset with the password that was
// chosen: it takes effect in the transaction that lets its person in.
type redemption struct {
	code OneTime
	next NewPassword
}

// apply sets the password and uses the code up, within tx.
func (r *redemption) apply(tx WriteTx, w *Workspace, p *Profile) error {
	if err := consumeOneTime(tx, r.code); err != nil {
		return err
	}
	if p.State == ProfileInvited {
		p.State, p.StateAt = ProfileActive, w.now()
	}
	return w.setPassword(tx, p, r.next, &r.code)
}

// RedeemAttempt is an attempt to choose a password with an invitation or a password reset.
type RedeemAttempt struct {
	w      *Workspace
	key    string // of the email
	code   recovery.Code
	madeAt time.Time

	mu      sync.Mutex
	right   bool
	over    bool
	profile Profile
	on      bool // 2FA
	info    Info
	oneTime OneTime
	guess   attempt
}

// Redeemed is what a right code leads to.
type Redeemed struct {
	Name string         // of its person: no secret to whoever has the code, and one to everybody else
	Own  vault.Identity // the key pair that came with it; may be empty
}

// BeginRedeem looks at the form of an invitation or a password reset. Errors: email_required,
// invitation_required, invitation_form, invitation_wrong; folder.
func (w *Workspace) BeginRedeem(ctx context.Context, email string, input secret.Text) (*RedeemAttempt, error) {
	key := emailKey(email)
	if key == "" {
		return nil, refuse(service.CodeEmailRequired).At("email")
	}
	code, err := recovery.Parse(input)
	var form *recovery.FormError
	switch {
	case errors.Is(err, recovery.ErrEmpty):
		return nil, refuse(service.CodeInvitationRequired).At("invitation")
	case errors.As(err, &form):
		return nil, refuse(service.CodeInvitationForm).At("invitation").With("length", form.Length)
	case err != nil:
		return nil, err
	case !w.Created() || len(key) > 4*MaxEmail:
		return nil, refuse(service.CodeInvitationWrong).At("invitation")
	}
	a := &RedeemAttempt{w: w, key: key, code: code, madeAt: w.wall()}
	err = w.view(ctx, func(tx ReadTx) (err error) {
		if a.info, err = tx.Info(); err != nil {
			return err
		}
		a.profile, err = tx.ProfileByEmail(key)
		if errors.Is(err, ErrNotFound) || err == nil && a.profile.State == ProfileRemoved {
			a.profile = Profile{}
			return nil
		}
		if err != nil {
			return err
		}
		_, err = tx.Factor(a.profile.ID)
		a.on = err == nil
		return ignoreMissing(err)
	})
	if err != nil {
		return nil, err
	}
	w.cacheInfo(a.info)
	return a, nil
}

// Check pays for the guess and looks at the code. An email that nobody has gets
// the same words, time and pauses as a wrong code. Errors: invitation_wrong, one_time_expired,
// one_time_used, one_time_ended, throttled, challenge_ended; folder.
func (a *RedeemAttempt) Check(ctx context.Context) (r Redeemed, err error) {
	w := a.w
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.over || a.right || !within(a.madeAt, w.wall(), ChallengeLife) {
		return r, refuse(service.CodeChallengeEnded)
	}
	subject := a.profile.ID
	if subject == "" {
		subject = w.unknownSubject(a.key)
	}
	right, t, err := w.matchOneTime(ctx, a.profile, subject, []OneTimeKind{OneTimeInvitation, OneTimeReset}, KindInvitation, a.code, service.CodeInvitationWrong)
	if err != nil {
		a.over = true
		var e *service.Error
		if errors.As(err, &e) && e.Code == service.CodeInvitationWrong {
			err = e.At("invitation")
		}
		return r, err
	}
	a.right, a.oneTime, a.guess = true, right.OneTime, t
	r.Name = a.profile.Name
	r.Own, err = w.ownOf(ctx, right)
	return r, err
}

// Leave gives up after a right code, whose guess is then not counted: the password was not good enough.
// Errors: folder.
func (a *RedeemAttempt) Leave(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.over || !a.right {
		return nil
	}
	a.over = true
	return a.w.refund(ctx, a.guess)
}

// Redeem sets the password. Of the two results one is set, as for SignIn: with 2FA on,
// the new password waits for the second factor. Errors: one_time_used, one_time_ended, challenge_ended;
// keychain and folder.
func (a *RedeemAttempt) Redeem(ctx context.Context, next NewPassword) (*Session, *Challenge, error) {
	w := a.w
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.over || !a.right || !within(a.madeAt, w.wall(), ChallengeLife) {
		return nil, nil, refuse(service.CodeChallengeEnded)
	}
	a.over = true
	r := &redemption{code: a.oneTime, next: next}
	if a.on || a.info.Requires(w.now()) {
		if err := w.refund(ctx, a.guess); err != nil {
			return nil, nil, err
		}
		c := w.newChallenge(a.profile)
		c.mustEnrol, c.redeems, c.short = !a.on, r, next.Short
		return nil, c, nil
	}
	s, err := w.completeSignIn(ctx, a.profile, signInDetails{factor: "none", redeems: r})
	return s, nil, err
}

// ownOf unwraps the key pair that came with a code. Whoever has none waits until somebody gives them
// the vault's keys.
func (w *Workspace) ownOf(ctx context.Context, right rightOneTime) (own vault.Identity, err error) {
	defer right.wrapping.Wipe()
	var row VaultKey
	err = w.view(ctx, func(tx ReadTx) (err error) {
		row, err = tx.VaultKey(oneTimeHolder(right.Kind, right.ProfileID))
		return ignoreMissing(err)
	})
	if err != nil || row.Holder == "" {
		return own, err
	}
	own, err = vault.Unwrap(right.wrapping, row.Holder, row.Wrapped)
	if err != nil {
		w.log.Warn("the key of a one-time code could not be unwrapped", "error", err)
		return vault.Identity{}, nil
	}
	return own, nil
}

// minPassword is MinPassword of a snapshot.
func minPassword(required bool) int {
	if required {
		return password.MinLengthWith2FA
	}
	return password.MinLength
}
