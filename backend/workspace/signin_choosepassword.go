package workspace

import (
	"context"

	"countersign/backend/service"
	"countersign/backend/store"
)

// choseLonger is what the log says of a password that was chosen since the one
// before was too short to stand alone.
const choseLonger = "longer"

// MustChoosePassword reports whether the password stands alone and is too short
// for that: it was chosen while 2FA was required, or with 2FA on. ChoosePassword
// is then the only way on.
func (c *Challenge) MustChoosePassword() bool { return c.alone }

// OwnKeys gives what unwraps the key pair of somebody who must choose a longer password: there is no other factor.
// Errors: challenge_ended; folder.
func (c *Challenge) OwnKeys(ctx context.Context) (own service.OwnKeys, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over || !c.MustChoosePassword() || c.w.requires() { // or there would be another factor
		return own, refuse(service.CodeChallengeEnded)
	}
	err = c.w.view(ctx, func(tx store.ReadTx) error {
		p, err := tx.Profile(c.profile.ID) // whose epoch moves on where 2FA is turned on
		if err := refuseUnless(err == nil && p.Epoch == c.profile.Epoch, ignoreMissing(err), service.CodeChallengeEnded); err != nil {
			return err
		}
		own, err = c.w.ownKeys(tx, p)
		return err
	})
	return own, err
}

// ChoosePassword takes a longer password in the place of the one that was right,
// and lets its person in: one transaction sets it, ends every other session and
// challenge of the profile, and makes the session. Errors: challenge_ended; keychain and
// folder.
func (c *Challenge) ChoosePassword(ctx context.Context, next service.NewPassword) (*Session, error) {
	return c.once(func() (*Session, error) {
		if !c.MustChoosePassword() || next.Short {
			return nil, refuse(service.CodeChallengeEnded)
		}
		return c.w.completeSignIn(ctx, c.profile, signInDetails{factor: "none", chooses: &next, at: c.at})
	})
}
