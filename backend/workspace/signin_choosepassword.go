package workspace

import (
	"context"

	"countersign/backend/password"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/vault"
)

// choseLonger is what the log says of a password that was chosen since the one
// before was too short to stand alone.
const choseLonger = "longer"

// MustChoosePassword reports whether the password stands alone and is too short
// for that: it was chosen while 2FA was required, or with 2FA on. ChoosePassword
// is then the only way on.
func (c *Challenge) MustChoosePassword() bool { return c.alone && c.short }

// ChoosePassword takes a longer password in the place of the one that was right,
// and lets its person in: one transaction sets it, ends every other session and
// challenge of the profile, and makes the session. Errors: password_required,
// password_short, password_long, password_common; challenge_ended; keychain and
// folder.
func (c *Challenge) ChoosePassword(ctx context.Context, next secret.Text) (*Session, error) {
	return c.once(func() (*Session, error) {
		if !c.MustChoosePassword() {
			return nil, refuse(service.CodeChallengeEnded)
		}
		if err := checkPassword(next, password.MinLength, "next", c.w.Name(), c.profile.Name, c.profile.Email); err != nil {
			return nil, err
		}
		record, wrapping, err := c.w.newPassword(ctx, next)
		if err != nil {
			return nil, err
		}
		defer wrapping.Wipe()
		return c.w.completeSignIn(ctx, c.profile, signInDetails{factor: "none", chooses: &chosen{record, wrapping}, key: c.key})
	})
}

// chosen is a password that takes effect in the transaction that lets its person in.
type chosen struct {
	record   PasswordRecord
	wrapping secret.Bytes
}

func (n *chosen) apply(p *Profile) {
	p.Password = n.record
	p.Epoch++ // whoever is signed in with the old password is not any more
}

// rewrap gives what s holds of the vault by then.
func (n *chosen) rewrap(tx WriteTx, s *Session) (vault.Identity, error) {
	err := s.rewrap(tx, n.wrapping)
	return s.own, err
}
