package remote

import (
	"context"
	"sync/atomic"
	"time"

	"countersign/backend/api"
	"countersign/backend/secret"
	"countersign/backend/service"
)

// Workspace is a workspace at a server, as it is used before anybody has signed in.
type Workspace struct{ k *connection }

// Dial asks a server for its workspace. Close it. Errors: server_address, server_unreachable, server_other, server_certificate, server_failed.
func Dial(ctx context.Context, c Config) (*Workspace, error) {
	k, err := newConnection(c)
	if err != nil {
		return nil, err
	}
	if _, err := call(ctx, k, nobody{}, api.Workspace, api.None{}); err != nil {
		k.close()
		return nil, err
	}
	return &Workspace{k}, nil
}

// Close lets go of the connections, and cuts off what is under way. Sessions are not ended by it: end them before.
func (w *Workspace) Close() { w.k.close() }

// ID names the workspace.
func (w *Workspace) ID() string { s, _ := w.k.known(); return s.ID }

// Name is what it is called.
func (w *Workspace) Name() string { s, _ := w.k.known(); return s.Name }

// Now is the server's time: that of its last answer, and what this computer's clock has gone on since.
func (w *Workspace) Now() time.Time {
	s, at := w.k.known()
	return s.Now.Add(max(0, w.k.now().Sub(at)))
}

// Idle is how long a session lasts without use.
func (w *Workspace) Idle() time.Duration { s, _ := w.k.known(); return s.Idle }

// MinPassword is how long a password has to be, in characters.
func (w *Workspace) MinPassword() int { s, _ := w.k.known(); return s.MinPassword }

// HasKit reports whether an Emergency Kit lets somebody in.
func (w *Workspace) HasKit() (bool, error) { s, _ := w.k.known(); return s.HasKit, nil }

// Support says whom to ask.
func (w *Workspace) Support(ctx context.Context) (service.Support, error) {
	return call(ctx, w.k, nobody{}, api.Support, api.None{})
}

// BeginSignIn begins a sign-in.
func (w *Workspace) BeginSignIn(ctx context.Context, email, computer string) (service.SignInAttempt, error) {
	a, err := call(ctx, w.k, nobody{}, api.BeginSignIn, api.BeginSignInRequest{Email: email, Computer: computer})
	if err != nil {
		return nil, err
	}
	return signInAttempt{w.k, withToken{a.Token.Text}, a.Terms}, nil
}

// BeginRedeem begins to choose a password, or to add a computer, with a one-time code.
func (w *Workspace) BeginRedeem(ctx context.Context, email string, kind service.RedeemKind) (service.RedeemAttempt, error) {
	a, err := call(ctx, w.k, nobody{}, api.BeginRedeem, api.BeginRedeemRequest{Email: email, Kind: kind})
	if err != nil {
		return nil, err
	}
	return redeemAttempt{w.k, withToken{a.Token.Text}, a.Terms}, nil
}

// BeginKit begins to come in with the Emergency Kit.
func (w *Workspace) BeginKit(ctx context.Context) (service.KitAttempt, error) {
	a, err := call(ctx, w.k, nobody{}, api.BeginKit, api.None{})
	if err != nil {
		return nil, err
	}
	return kitAttempt{w.k, withToken{a.Token.Text}, a.Terms}, nil
}

type signInAttempt struct {
	k     *connection
	who   withToken
	terms service.PasswordTerms
}

func (a signInAttempt) Terms() service.PasswordTerms { return a.terms }

func (a signInAttempt) SignIn(ctx context.Context, in service.SignIn) (service.Session, service.Challenge, error) {
	return entered(a.k)(call(ctx, a.k, a.who, api.SignIn, in))
}

type redeemAttempt struct {
	k     *connection
	who   withToken
	terms service.CodeTerms
}

func (a redeemAttempt) Terms() service.CodeTerms { return a.terms }

func (a redeemAttempt) Check(ctx context.Context, proof secret.Bytes) (service.Redeemed, error) {
	return call(ctx, a.k, a.who, api.CheckCode, api.CodeProof{Proof: api.Bytes{Bytes: proof}})
}

func (a redeemAttempt) Redeem(ctx context.Context, next service.NewPassword) (service.Session, service.Challenge, error) {
	return entered(a.k)(call(ctx, a.k, a.who, api.Redeem, api.Next{Next: api.NewPasswordOf(next)}))
}

func (a redeemAttempt) AddComputer(ctx context.Context, c service.NewComputer) error {
	_, err := call(ctx, a.k, a.who, api.AddComputer, c)
	return err
}

func (a redeemAttempt) Leave(ctx context.Context) error {
	_, err := call(ctx, a.k, a.who, api.LeaveRedeem, api.None{})
	return err
}

type kitAttempt struct {
	k     *connection
	who   withToken
	terms service.KitTerms
}

func (a kitAttempt) Terms() service.KitTerms { return a.terms }

func (a kitAttempt) Use(ctx context.Context, in service.NewOwner, signature []byte) (service.Session, service.Challenge, error) {
	return entered(a.k)(call(ctx, a.k, a.who, api.UseKit, api.UseKitRequest{Owner: api.NewOwnerOf(in), Signature: signature}))
}

// entered makes values of the interface of what has one of the two, or none.
func entered(k *connection) func(api.Entered, error) (service.Session, service.Challenge, error) {
	return func(e api.Entered, err error) (service.Session, service.Challenge, error) {
		var due service.Challenge
		if e.Challenge != nil {
			due = &challenge{k: k, token: e.Challenge.Token.Text, is: *e.Challenge}
		}
		in, err := started(k, e.Session, err)
		return in, due, err
	}
}

// started makes the session of somebody who is in; nil for nobody.
func started(k *connection, s *api.SessionStart, err error) (service.Session, error) {
	if s == nil {
		return nil, err
	}
	return newSession(k, s), err
}

// challenge is a right password whose second factor, or whose longer password, is still due.
type challenge struct {
	k     *connection
	token secret.Text
	is    api.ChallengeStart
	left  atomic.Bool
}

// ofChallenge asks an operation of a challenge that was not left.
func ofChallenge[In, Out any](ctx context.Context, c *challenge, op api.Op[In, Out], in In) (out Out, err error) {
	if c.left.Load() {
		return out, service.Refuse(service.CodeChallengeEnded)
	}
	return call(ctx, c.k, withToken{c.token}, op, in)
}

func (c *challenge) Name() string             { return c.is.Name }
func (c *challenge) Email() string            { return c.is.Email }
func (c *challenge) MustEnrol() bool          { return c.is.MustEnrol }
func (c *challenge) MustChoosePassword() bool { return c.is.MustChoosePassword }
func (c *challenge) RequiredSince() time.Time { return c.is.RequiredSince }

func (c *challenge) AuthenticatorOff(ctx context.Context) (bool, error) {
	return ofChallenge(ctx, c, api.AuthenticatorOff, api.None{})
}

func (c *challenge) Verify(ctx context.Context, input secret.Text) (service.Session, error) {
	s, err := ofChallenge(ctx, c, api.Verify, api.Code{Code: api.Text{Text: input}})
	return started(c.k, s, err)
}

func (c *challenge) BeginRecovery(ctx context.Context) (service.CodeTerms, error) {
	return ofChallenge(ctx, c, api.BeginChallengeCodes, api.None{})
}

func (c *challenge) Recover(ctx context.Context, proof secret.Bytes) (service.Session, error) {
	s, err := ofChallenge(ctx, c, api.Recover, api.CodeProof{Proof: api.Bytes{Bytes: proof}})
	return started(c.k, s, err)
}

func (c *challenge) BeginHelp(ctx context.Context) (service.CodeTerms, error) {
	return ofChallenge(ctx, c, api.BeginHelp, api.None{})
}

func (c *challenge) UseHelpCode(ctx context.Context, proof secret.Bytes) (service.EnrolmentSession, error) {
	return c.enrolling(ofChallenge(ctx, c, api.UseHelpCode, api.CodeProof{Proof: api.Bytes{Bytes: proof}}))
}

func (c *challenge) Enrol(ctx context.Context) (service.EnrolmentSession, error) {
	return c.enrolling(ofChallenge(ctx, c, api.ChallengeEnrol, api.None{}))
}

func (c *challenge) enrolling(e *api.EnrolmentStart, err error) (service.EnrolmentSession, error) {
	if e == nil {
		return nil, err
	}
	return &enrolmentSession{newSession(c.k, &api.SessionStart{Token: e.Token}), e.Kind}, err
}

func (c *challenge) OwnKeys(ctx context.Context) (service.OwnKeys, error) {
	own, err := ofChallenge(ctx, c, api.ChallengeKeys, api.None{})
	return own.Service(), err
}

func (c *challenge) ChoosePassword(ctx context.Context, next service.NewPassword) (service.Session, error) {
	s, err := ofChallenge(ctx, c, api.ChallengeNextPassword, api.Next{Next: api.NewPasswordOf(next)})
	return started(c.k, s, err)
}

// Leave tells the server in the background, for nobody waits for it: it forgets the challenge by itself after a while.
func (c *challenge) Leave() {
	if c.left.Swap(true) {
		return
	}
	c.k.later(func() {
		ctx, cancel := context.WithTimeout(c.k.alive, timeToConnect)
		defer cancel()
		_, _ = call(ctx, c.k, withToken{c.token}, api.LeaveChallenge, api.None{})
	})
}
