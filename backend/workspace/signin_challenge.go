package workspace

import (
	"context"
	"sync"
	"time"

	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// Challenge is a right password whose second factor is still due. It can take a
// verification code, a recovery code or a help code, and nothing else. Where 2FA
// is required and off, all it can do is to lead to enrolling: see Enrol. Where the
// password stands alone and is too short for that, all it can do is to take a
// longer one: see ChoosePassword.
type Challenge struct {
	w       *Workspace
	profile store.Profile
	madeAt  time.Time

	mustEnrol bool        // 2FA is required, and off: no factor can be asked for
	short     bool        // the password is too short to stand alone
	alone     bool        // it stands alone, and is too short for that: 2FA is off, and not required
	at        string      // the computer: see signInDetails
	redeems   *redemption // with an invitation or a password reset, else nil

	mu   sync.Mutex
	over bool
}

func (w *Workspace) newChallenge(p store.Profile) *Challenge {
	return &Challenge{w: w, profile: p, madeAt: w.wall()}
}

// Name is the name of the profile that is signing in.
func (c *Challenge) Name() string { return c.profile.Name }

// Email is the address of the profile that is signing in.
func (c *Challenge) Email() string { return c.profile.Email }

// AuthenticatorOff reports whether only a recovery code opens the profile,
// since too many wrong verification codes were typed.
func (c *Challenge) AuthenticatorOff(ctx context.Context) (bool, error) {
	return c.w.authenticatorOff(ctx, c.profile.ID)
}

// Leave ends the challenge: "Not you?".
func (c *Challenge) Leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over = true
}

// Verify takes a verification code. Errors: code_required, code_form,
// code_wrong, code_expired, code_clock, code_used, codes_ahead, throttled, authenticator_off,
// challenge_ended, clock_wrong; keychain and folder.
func (c *Challenge) Verify(ctx context.Context, input secret.Text) (*Session, error) {
	return c.once(func() (*Session, error) {
		if err := c.stands(ctx); err != nil {
			return nil, err
		}
		use, err := c.w.matchFactor(ctx, c.profile.ID, input, store.UseSignIn)
		if err != nil {
			return nil, err
		}
		return c.w.completeSignIn(ctx, c.profile, signInDetails{factor: "code", app: use.app, use: use.consume, redeems: c.redeems, short: c.short, at: c.at})
	})
}

// Recover takes what the client has made of a recovery code: recovery.Proof. Errors:
// recovery_wrong, recovery_used, recovery_none, throttled, challenge_ended;
// keychain and folder.
func (c *Challenge) Recover(ctx context.Context, proof secret.Bytes) (*Session, error) {
	return c.once(func() (*Session, error) {
		if err := c.stands(ctx); err != nil {
			return nil, err
		}
		use, err := c.w.matchRecovery(ctx, c.profile.ID, proof, store.UseSignIn)
		if err != nil {
			return nil, err
		}
		return c.w.completeSignIn(ctx, c.profile, signInDetails{factor: "recovery", number: use.number, use: use.consume, redeems: c.redeems, short: c.short, at: c.at})
	})
}

// once lets one attempt at a time through, while the challenge lasts.
func (c *Challenge) once(check func() (*Session, error)) (*Session, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over || !within(c.madeAt, c.w.wall(), service.ChallengeLife) {
		c.over = true
		return nil, refuse(service.CodeChallengeEnded)
	}
	s, err := check()
	if err == nil || service.IsCode(err, service.CodeChallengeEnded) || c.redeems != nil && codeGone(err) {
		c.over = true
	}
	return s, err
}

// stands refuses, before a second factor is looked at, where the profile has
// changed since the password was right, or what the challenge redeems has ended:
// whether a guess was right is then not told.
func (c *Challenge) stands(ctx context.Context) error {
	return c.w.view(ctx, func(tx store.ReadTx) error {
		p, err := tx.Profile(c.profile.ID)
		if err != nil {
			return absent(err, service.CodeChallengeEnded)
		}
		if p.Epoch != c.profile.Epoch {
			return refuse(service.CodeChallengeEnded)
		}
		if c.redeems == nil {
			return nil
		}
		return stillAllowed(tx, c.redeems.code)
	})
}

// codeGone reports whether a one-time code is good for nothing any more.
func codeGone(err error) bool {
	return service.IsCode(err, service.CodeOneTimeUsed) || service.IsCode(err, service.CodeOneTimeEnded)
}
