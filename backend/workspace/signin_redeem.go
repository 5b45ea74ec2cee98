package workspace

import (
	"context"
	"errors"
	"sync"
	"time"

	"countersign/backend/password"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// redemption is a right invitation or password reset with the password that was
// chosen: it takes effect in the transaction that lets its person in.
type redemption struct {
	code store.OneTime
	next service.NewPassword
}

// apply sets the password and uses the code up, within tx.
func (r *redemption) apply(tx store.WriteTx, w *Workspace, p *store.Profile) error {
	if err := consumeOneTime(tx, r.code); err != nil {
		return err
	}
	if p.State == store.ProfileInvited {
		p.State, p.StateAt = store.ProfileActive, w.now()
	}
	return w.setPassword(tx, p, r.next, &r.code)
}

// RedeemAttempt is an attempt to choose a password with an invitation or a password reset.
type RedeemAttempt struct {
	service.CodeTerms
	w      *Workspace
	key    string // of the email
	kinds  []store.OneTimeKind
	madeAt time.Time

	mu      sync.Mutex
	right   bool
	over    bool
	profile store.Profile
	on      bool // 2FA
	info    store.Info
	oneTime store.OneTime
	guess   attempt
}

// redeemable are the kinds of code that each kind of attempt is for.
var redeemable = map[service.RedeemKind][]store.OneTimeKind{
	service.RedeemPassword: {store.OneTimeInvitation, store.OneTimeReset},
	service.RedeemComputer: {store.OneTimeComputer},
}

// BeginRedeem begins one, which is good for ChallengeLife and for one guess. An email that nobody has gets terms of the
// same form, and always the same. Errors: email_required, invitation_wrong; folder.
func (w *Workspace) BeginRedeem(ctx context.Context, email string, kind service.RedeemKind) (*RedeemAttempt, error) {
	key := emailKey(email)
	switch {
	case key == "":
		return nil, refuse(service.CodeEmailRequired).At("email")
	case !w.Created() || len(key) > 4*service.MaxEmail:
		return nil, refuse(service.CodeInvitationWrong).At("invitation")
	}
	a := &RedeemAttempt{w: w, key: key, kinds: redeemable[kind], madeAt: w.wall()}
	if a.kinds == nil {
		return nil, service.ErrMalformed
	}
	err := w.view(ctx, func(tx store.ReadTx) (err error) {
		if a.profile, a.on, a.info, err = whoRedeems(tx, key); err == nil {
			a.CodeTerms, err = w.codeTerms(tx, a.profile, key, a.kinds)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	w.cacheInfo(a.info)
	return a, nil
}

// whoRedeems looks up who has an email, whether their 2FA is on, and the workspace. The zero Profile is nobody whose code could be right.
func whoRedeems(tx store.ReadTx, emailKey string) (p store.Profile, on bool, info store.Info, err error) {
	if info, err = tx.Info(); err != nil {
		return p, false, info, err
	}
	p, err = tx.ProfileByEmail(emailKey)
	if errors.Is(err, store.ErrNotFound) || err == nil && p.State == store.ProfileRemoved {
		p, err = store.Profile{}, nil
	}
	if err != nil {
		return p, false, info, err
	}
	_, err = tx.Factor(p.ID)
	return p, err == nil, info, ignoreMissing(err)
}

// Check pays for the guess and looks at what the client has made of the code: recovery.Proof. An email that nobody has gets
// the same words and pauses as a wrong code. Errors: invitation_wrong, one_time_expired,
// one_time_used, one_time_ended, throttled, challenge_ended; folder.
func (a *RedeemAttempt) Check(ctx context.Context, proof secret.Bytes) (r service.Redeemed, err error) {
	w := a.w
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.over || a.right || !within(a.madeAt, w.wall(), service.ChallengeLife) {
		return r, refuse(service.CodeChallengeEnded)
	}
	subject := a.profile.ID
	if subject == "" {
		subject = w.unknownSubject(a.key)
	}
	right, t, err := w.matchOneTime(ctx, a.profile, subject, a.kinds, store.KindInvitation, proof, service.CodeInvitationWrong)
	if err != nil {
		a.over = true
		var e *service.Error
		if errors.As(err, &e) && e.Code == service.CodeInvitationWrong {
			err = e.At("invitation")
		}
		return r, err
	}
	a.right, a.oneTime, a.guess = true, right, t
	r.Name, r.Share, r.Box = a.profile.Name, a.profile.Password.Share, right.Box
	err = w.view(ctx, func(tx store.ReadTx) error {
		row, err := tx.VaultKey(oneTimeHolder(right.Kind, right.ProfileID))
		r.KeyPair = service.WrappedKeyPair{Recipient: row.Recipient, Wrapped: row.Wrapped}
		return ignoreMissing(err)
	})
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
func (a *RedeemAttempt) Redeem(ctx context.Context, next service.NewPassword) (*Session, *Challenge, error) {
	w := a.w
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.over || !a.right || a.oneTime.Kind == store.OneTimeComputer || !within(a.madeAt, w.wall(), service.ChallengeLife) {
		return nil, nil, refuse(service.CodeChallengeEnded)
	}
	if err := checkPassword(next); err != nil {
		return nil, nil, err
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

// minPassword is MinPassword of a snapshot.
func minPassword(required bool) int {
	if required {
		return password.MinLengthWith2FA
	}
	return password.MinLength
}
