package workspace

import (
	"context"
	"errors"

	"countersign/backend/password"
	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/vault"
)

// redemption is a right invitation or password reset with the password that was
// chosen: it takes effect in the transaction that lets its person in.
type redemption struct {
	code   OneTime
	record PasswordRecord
	own    vault.Identity // came with the code; may be empty
}

// apply sets the password and uses the code up, within tx.
func (r *redemption) apply(tx WriteTx, w *Workspace, p *Profile) error {
	if err := consumeOneTime(tx, r.code); err != nil {
		return err
	}
	if p.State == ProfileInvited {
		p.State, p.StateAt = ProfileActive, w.now()
	}
	p.Password = r.record
	p.Epoch++ // whoever is signed in with the old password is not any more
	return nil
}

// Redeem takes an invitation or a password reset and the password that its
// person has chosen. Of the two results one is set, as for SignIn: with 2FA on,
// the new password waits for the second factor. An email that nobody has gets
// the same words, time and pauses as a wrong code. The password is looked at
// first, so that a weak one costs no guess. Errors: email_required,
// invitation_required, invitation_form, invitation_wrong, one_time_expired,
// one_time_used, one_time_ended, password_*, throttled; keychain and folder.
func (w *Workspace) Redeem(ctx context.Context, email string, input, pw secret.Text) (*Session, *Challenge, error) {
	key := emailKey(email)
	if key == "" {
		return nil, nil, refuse(CodeEmailRequired).at("email")
	}
	code, err := recovery.Parse(input)
	var form *recovery.FormError
	switch {
	case errors.Is(err, recovery.ErrEmpty):
		return nil, nil, refuse(CodeInvitationRequired).at("invitation")
	case errors.As(err, &form):
		return nil, nil, refuse(CodeInvitationForm).at("invitation").with("length", form.Length)
	case err != nil:
		return nil, nil, err
	case !w.Created() || len(key) > 4*MaxEmail:
		return nil, nil, refuse(CodeInvitationWrong).at("invitation")
	}
	var p Profile
	var on bool
	var info Info
	err = w.view(ctx, func(tx ReadTx) (err error) {
		if info, err = tx.Info(); err != nil {
			return err
		}
		p, err = tx.ProfileByEmail(key)
		if errors.Is(err, ErrNotFound) || err == nil && p.State == ProfileRemoved {
			p = Profile{}
			return nil
		}
		if err != nil {
			return err
		}
		_, err = tx.Factor(p.ID)
		on = err == nil
		return ignoreMissing(err)
	})
	if err != nil {
		return nil, nil, err
	}
	w.cacheInfo(info)
	if err := w.checkPassword(pw, "password", info.Name, email); err != nil {
		return nil, nil, err
	}
	subject := p.ID
	if subject == "" {
		subject = w.unknownSubject(key)
	}
	right, t, err := w.matchOneTime(ctx, p, subject, []OneTimeKind{OneTimeInvitation, OneTimeReset}, KindInvitation, code, CodeInvitationWrong)
	if err != nil {
		var e *Error
		if errors.As(err, &e) && e.Code == CodeInvitationWrong {
			err = e.at("invitation")
		}
		return nil, nil, err
	}
	// The name is no secret to whoever has the code, and is to everybody else.
	if err := w.checkPassword(pw, "password", info.Name, p.Name, email); err != nil {
		return nil, nil, afterwards(err, w.refund(ctx, t))
	}
	r := &redemption{code: right.OneTime}
	if r.own, err = w.ownOf(ctx, right); err != nil {
		return nil, nil, err
	}
	var wrapping secret.Bytes
	if r.record, wrapping, err = w.newPassword(ctx, pw); err != nil {
		return nil, nil, err
	}
	if on || info.Requires(w.now()) {
		if err := w.refund(ctx, t); err != nil {
			wrapping.Wipe()
			return nil, nil, err
		}
		c := w.newChallenge(p, wrapping)
		c.mustEnrol, c.redeems, c.short = !on, r, password.Short(pw, password.MinLength)
		return nil, c, nil
	}
	defer wrapping.Wipe()
	s, err := w.completeSignIn(ctx, p, signInDetails{factor: "none", redeems: r, key: wrapping})
	return s, nil, err
}

// ownOf unwraps the key pair that came with a code. One from an older version
// came without, and its person waits until somebody gives them the vault's keys.
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
