package app

import (
	"time"

	"countersign/backend/client"

	"countersign/backend/service"
)

// Challenge waits for a second factor.
type Challenge struct {
	Token            string `json:"token"`
	Email            string `json:"email"`
	AuthenticatorOff bool   `json:"authenticatorOff"`
	MustEnrol        bool   `json:"mustEnrol"`               // 2FA is required, and off: Enrol is the only way on
	RequiredSince    string `json:"requiredSince,omitempty"` // with MustEnrol
	ChoosePassword   bool   `json:"choosePassword"`          // the password is too short to stand alone: a longer one is the only way on
	MinimumPassword  int    `json:"minimumPassword"`         // with ChoosePassword
}

// EnrolmentSession is somebody who is in as far as enrolling a phone.
type EnrolmentSession struct {
	Token string `json:"token"`
	Kind  string `json:"kind"` // enrol, change-phone
	Email string `json:"email"`
}

// Enrol lets somebody in as far as enrolling, where 2FA is required and off.
func (d *Auth) Enrol(challenge string) (EnrolmentSession, error) {
	at, ch, err := d.s.findChallenge(challenge)
	if err != nil {
		return EnrolmentSession{}, err
	}
	return at.enterEnrolment(ch, func() (*client.EnrolmentSession, error) { return ch.Enrol(d.s.context()) })
}

// UseHelpCode takes a help code in place of a lost phone.
func (d *Auth) UseHelpCode(challenge string, code Envelope) (EnrolmentSession, error) {
	at, ch, err := d.s.findChallenge(challenge)
	if err != nil {
		return EnrolmentSession{}, err
	}
	typed, err := at.keys.open(holdsHelp, code)
	if err != nil {
		return EnrolmentSession{}, err
	}
	return at.enterEnrolment(ch, func() (*client.EnrolmentSession, error) { return ch.UseHelpCode(d.s.context(), typed) })
}

func (in *signIn) enterEnrolment(ch *client.Challenge, open func() (*client.EnrolmentSession, error)) (EnrolmentSession, error) {
	g, err := open()
	if err != nil {
		return EnrolmentSession{}, err
	}
	next, err := in.s.startEnrolment(in, g)
	if err != nil {
		return EnrolmentSession{}, err
	}
	return EnrolmentSession{Token: next.token, Kind: string(g.Kind()), Email: ch.Email()}, nil
}

// Enter gives the session once the phone is enrolled.
func (d *Auth) Enter(token string) (SignedIn, error) {
	at, err := d.s.findEnrolment(token)
	if err != nil {
		return SignedIn{}, err
	}
	ses, err := at.enrolling.Enter(d.s.context())
	if err != nil {
		return SignedIn{}, at.after(err)
	}
	o, err := ses.Overview(d.s.context())
	if err != nil {
		d.s.drop(ses)
		return SignedIn{}, at.after(err)
	}
	in, err := d.s.completeEnrolment(at, ses)
	if err != nil {
		return SignedIn{}, err
	}
	go in.afterSignIn(o)
	go in.followNews()
	go in.keepDates()
	return in.view(o), nil
}

// Verify takes a verification code.
func (d *Auth) Verify(challenge string, code Envelope) (SignedIn, error) {
	at, ch, err := d.s.findChallenge(challenge)
	if err != nil {
		return SignedIn{}, err
	}
	typed, err := at.keys.open(holdsCode, code)
	if err != nil {
		return SignedIn{}, err
	}
	ses, err := ch.Verify(d.s.context(), typed)
	if err != nil {
		return SignedIn{}, err
	}
	return at.signedIn(ses, time.Time{})
}

// ChoosePassword takes a longer password in the place of one that is too short to
// stand alone.
func (d *Auth) ChoosePassword(challenge string, next Envelope) (SignedIn, error) {
	at, ch, err := d.s.findChallenge(challenge)
	if err != nil {
		return SignedIn{}, err
	}
	typed, err := at.keys.open(holdsNewPassword, next)
	if err != nil {
		return SignedIn{}, err
	}
	ses, err := ch.ChoosePassword(d.s.context(), typed)
	if err != nil {
		return SignedIn{}, err
	}
	return at.signedIn(ses, time.Time{})
}

// UseRecoveryCode takes a recovery code.
func (d *Auth) UseRecoveryCode(challenge string, code Envelope) (SignedIn, error) {
	at, ch, err := d.s.findChallenge(challenge)
	if err != nil {
		return SignedIn{}, err
	}
	typed, err := at.keys.open(holdsRecovery, code)
	if err != nil {
		return SignedIn{}, err
	}
	ses, err := ch.Recover(d.s.context(), typed)
	if err != nil {
		return SignedIn{}, err
	}
	return at.signedIn(ses, time.Time{})
}

// Leave drops the challenge: "Not you?".
func (d *Auth) Leave(challenge string) {
	if _, ch, err := d.s.findChallenge(challenge); err == nil {
		ch.Leave()
	}
}

var errChallengeEnded = service.Fault(service.CodeChallengeEnded, nil, nil)

// keepChallenge keeps a challenge in the place of one that there was, and gives its token.
func (in *signIn) keepChallenge(ch *client.Challenge) (token string, err error) {
	var former *client.Challenge
	err = in.note(func() error {
		former = in.challenge
		in.challenge, in.chToken = ch, newToken()
		token = in.chToken
		return nil
	})
	if err != nil { // another sign-in, or a lock, came before it
		ch.Leave()
		return "", errChallengeEnded
	}
	if former != nil {
		former.Leave()
	}
	return token, nil
}

func (s *shell) findChallenge(token string) (*signIn, *client.Challenge, error) {
	in := s.current()
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.challenge == nil || token == "" || token != in.chToken {
		return nil, nil, errChallengeEnded
	}
	return in, in.challenge, nil
}
