package app

import (
	"errors"

	"countersign/app/platform"
	"countersign/backend/password"
	"countersign/backend/workspace"
)

// Door is what stands before a session: the first run, signing in, locking.
type Door struct{ s *shell }

// DoorState says which screen comes first.
type DoorState struct {
	Stage           string         `json:"stage"` // fault, unlock, create, signIn
	Workspace       string         `json:"workspace"`
	Fault           *AppError      `json:"fault,omitempty"`
	Version         string         `json:"version"`
	DataFolder      string         `json:"dataFolder"`
	MinimumPassword int            `json:"minimumPassword"`
	IdleMinutes     int            `json:"idleMinutes"`
	RenewsPage      bool           `json:"renewsPage"`          // a lock ends the page; another comes by itself
	Kit             bool           `json:"kit"`                 // an Emergency Kit could be used
	LockedFor       string         `json:"lockedFor,omitempty"` // why the page begins anew: a reason of "locked"
	CanUseFile      bool           `json:"canUseFile"`          // with the fault keychain_absent: MakeSecretsFile is a way on
	SecretsFile     bool           `json:"secretsFile"`         // secrets are in a file of the folder, not in the keychain
	Integrity       *IntegrityView `json:"integrity,omitempty"` // with the fault not_authentic
}

// State opens the data folder where it is not open yet, and says what to show.
func (d *Door) State() (DoorState, error) {
	w, err := d.s.ready()
	st := d.outside()
	if errors.Is(err, errFileLocked) {
		st.Stage = "unlock"
		return st, nil
	}
	if err != nil {
		return d.fault(err), nil
	}
	st.Workspace, st.MinimumPassword, st.IdleMinutes = w.Name(), w.MinPassword(), int(w.Idle().Minutes())
	if st.Kit, err = w.HasKit(); err != nil {
		return d.fault(err), nil
	}
	st.Stage = "create"
	if w.Created() {
		st.Stage = "signIn"
	}
	return st, nil
}

// outside is what is known while nothing is open.
func (d *Door) outside() DoorState {
	return DoorState{
		Version: Version, DataFolder: d.s.path, MinimumPassword: password.MinLength,
		RenewsPage: platform.RenewsPage, LockedFor: d.s.whyLocked(), SecretsFile: d.s.usesFile(),
	}
}

func (d *Door) fault(err error) DoorState {
	st, fault := d.outside(), d.s.present(err)
	st.Stage, st.Fault, st.Integrity, st.Kit = "fault", &fault, integrityView(err), canRescue(err)
	st.CanUseFile = errors.Is(err, errMayMakeFile)
	return st
}

// Retry tries again after a fault.
func (d *Door) Retry() (DoorState, error) { return d.State() }

// Key gives a key that closes one envelope.
func (d *Door) Key() (PublicKey, error) { return d.s.letters.newKey() }

// Strength says how good a password is, while it is being typed. words are what
// else the person has typed: name, email, workspace.
func (d *Door) Strength(pw Envelope, words []string) (Strength, error) {
	typed, err := d.s.letters.open(holdsPassword, pw)
	if err != nil {
		return Strength{}, err
	}
	minimum := password.MinLength
	if w, err := d.s.ready(); err == nil {
		minimum = w.MinPassword()
		words = append(words, w.Name())
	}
	r := password.Assess(typed, words)
	return Strength{Score: r.Score, Length: r.Length, Minimum: minimum, Common: r.Common}, nil
}

// Strength is a password's report.
type Strength struct {
	Score   int  `json:"score"` // 0 to 4
	Length  int  `json:"length"`
	Minimum int  `json:"minimum"`
	Common  bool `json:"common"`
}

// NewWorkspace is what the first run asks for.
type NewWorkspace struct {
	Workspace string   `json:"workspace"`
	Name      string   `json:"name"`
	Email     string   `json:"email"`
	Password  Envelope `json:"password"`
}

// CreateWorkspace makes the workspace and signs its owner in.
func (d *Door) CreateWorkspace(in NewWorkspace) (SignedIn, error) {
	w, err := d.s.ready()
	if err != nil {
		return SignedIn{}, err
	}
	pw, err := d.s.letters.open(holdsPassword, in.Password)
	if err != nil {
		return SignedIn{}, err
	}
	ses, err := w.Create(d.s.context(), workspace.NewWorkspace{
		Workspace: in.Workspace, Name: in.Name, Email: in.Email, Password: pw,
	})
	if err != nil {
		return SignedIn{}, err
	}
	return d.s.signedIn(ses)
}

// SignInResult holds a session, or a challenge where 2FA is on or required.
type SignInResult struct {
	Session   *SignedIn  `json:"session,omitempty"`
	Challenge *Challenge `json:"challenge,omitempty"`
}

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

// SignIn checks the password.
func (d *Door) SignIn(email string, pw Envelope) (SignInResult, error) {
	w, err := d.s.ready()
	if err != nil {
		return SignInResult{}, err
	}
	typed, err := d.s.letters.open(holdsPassword, pw)
	if err != nil {
		return SignInResult{}, err
	}
	return d.afterPassword(w.SignIn(d.s.context(), email, typed))
}

func (d *Door) afterPassword(ses *workspace.Session, ch *workspace.Challenge, err error) (SignInResult, error) {
	if err != nil {
		return SignInResult{}, err
	}
	if ses != nil {
		in, err := d.s.signedIn(ses)
		return SignInResult{Session: &in}, err
	}
	off, err := ch.AuthenticatorOff(d.s.context())
	if err != nil {
		return SignInResult{}, err
	}
	return SignInResult{Challenge: &Challenge{
		Token: d.s.keepChallenge(ch), Email: ch.Email(), AuthenticatorOff: off, MustEnrol: ch.MustEnrol(), RequiredSince: stamp(ch.RequiredSince()),
		ChoosePassword: ch.MustChoosePassword(), MinimumPassword: password.MinLength,
	}}, nil
}

// Redeem takes an invitation or a password reset, and the password that its
// person has chosen.
func (d *Door) Redeem(email string, code, pw Envelope) (SignInResult, error) {
	w, err := d.s.ready()
	if err != nil {
		return SignInResult{}, err
	}
	invitation, err := d.s.letters.open(holdsInvitation, code)
	if err != nil {
		return SignInResult{}, err
	}
	chosen, err := d.s.letters.open(holdsNewPassword, pw)
	if err != nil {
		return SignInResult{}, err
	}
	return d.afterPassword(w.Redeem(d.s.context(), email, invitation.Reveal(), chosen))
}

// GateView is somebody who is in as far as enrolling a phone.
type GateView struct {
	Token string `json:"token"`
	Kind  string `json:"kind"` // enrol, change-phone
	Email string `json:"email"`
}

// Enrol lets somebody in as far as enrolling, where 2FA is required and off.
func (d *Door) Enrol(challenge string) (GateView, error) {
	ch, err := d.s.findChallenge(challenge)
	if err != nil {
		return GateView{}, err
	}
	return d.gate(ch, func() (*workspace.Gate, error) { return ch.Enrol(d.s.context()) })
}

// UseHelpCode takes a help code in place of a lost phone.
func (d *Door) UseHelpCode(challenge string, code Envelope) (GateView, error) {
	ch, err := d.s.findChallenge(challenge)
	if err != nil {
		return GateView{}, err
	}
	typed, err := d.s.letters.open(holdsHelp, code)
	if err != nil {
		return GateView{}, err
	}
	return d.gate(ch, func() (*workspace.Gate, error) { return ch.UseHelpCode(d.s.context(), typed.Reveal()) })
}

func (d *Door) gate(ch *workspace.Challenge, open func() (*workspace.Gate, error)) (GateView, error) {
	g, err := open()
	if err != nil {
		return GateView{}, err
	}
	return GateView{Token: d.s.admitTo(g), Kind: string(g.Kind()), Email: ch.Email()}, nil
}

// Enter gives the session once the phone is enrolled.
func (d *Door) Enter(gate string) (SignedIn, error) {
	g, err := d.s.findGate(gate)
	if err != nil {
		return SignedIn{}, err
	}
	ses, err := g.Enter()
	if err != nil {
		return SignedIn{}, d.s.after(g, err)
	}
	o, err := ses.Overview(d.s.context())
	if err != nil {
		return SignedIn{}, d.s.after(g, err)
	}
	token, err := d.s.promote(g, ses)
	if err == nil {
		go d.s.afterSignIn(token, ses)
	}
	return SignedIn{Token: token, Profile: profileView(o), Welcome: welcomeView(ses.Welcome())}, err
}

// Verify takes a verification code.
func (d *Door) Verify(challenge string, code Envelope) (SignedIn, error) {
	ch, err := d.s.findChallenge(challenge)
	if err != nil {
		return SignedIn{}, err
	}
	typed, err := d.s.letters.open(holdsCode, code)
	if err != nil {
		return SignedIn{}, err
	}
	ses, err := ch.Verify(d.s.context(), typed.Reveal())
	if err != nil {
		return SignedIn{}, err
	}
	return d.s.signedIn(ses)
}

// ChoosePassword takes a longer password in the place of one that is too short to
// stand alone.
func (d *Door) ChoosePassword(challenge string, next Envelope) (SignedIn, error) {
	ch, err := d.s.findChallenge(challenge)
	if err != nil {
		return SignedIn{}, err
	}
	typed, err := d.s.letters.open(holdsNewPassword, next)
	if err != nil {
		return SignedIn{}, err
	}
	ses, err := ch.ChoosePassword(d.s.context(), typed)
	if err != nil {
		return SignedIn{}, err
	}
	return d.s.signedIn(ses)
}

// UseRecoveryCode takes a recovery code.
func (d *Door) UseRecoveryCode(challenge string, code Envelope) (SignedIn, error) {
	ch, err := d.s.findChallenge(challenge)
	if err != nil {
		return SignedIn{}, err
	}
	typed, err := d.s.letters.open(holdsRecovery, code)
	if err != nil {
		return SignedIn{}, err
	}
	ses, err := ch.Recover(d.s.context(), typed.Reveal())
	if err != nil {
		return SignedIn{}, err
	}
	return d.s.signedIn(ses)
}

// Leave drops the challenge: "Not you?".
func (d *Door) Leave(challenge string) {
	if ch, err := d.s.findChallenge(challenge); err == nil {
		ch.Leave()
	}
}

// Lock ends the session.
func (d *Door) Lock(session string) {
	if who, err := d.s.enrolling(session); err == nil {
		d.s.lockSession(who, "asked")
	}
}

// Touch says that the person is there.
func (d *Door) Touch(session string) error {
	who, err := d.s.enrolling(session)
	if err != nil {
		return err
	}
	return d.s.after(who, who.Touch())
}

func (s *shell) keepChallenge(ch *workspace.Challenge) string {
	s.mu.Lock()
	former := s.challenge
	s.challenge, s.chToken = ch, newToken()
	token := s.chToken
	s.mu.Unlock()
	if former != nil {
		former.Leave()
	}
	return token
}

func (s *shell) findChallenge(token string) (*workspace.Challenge, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.challenge == nil || token == "" || token != s.chToken {
		return nil, workspace.Fault(workspace.CodeChallengeEnded, nil, nil)
	}
	return s.challenge, nil
}

func (s *shell) signedIn(ses *workspace.Session) (SignedIn, error) {
	o, err := ses.Overview(s.context())
	if err != nil {
		return SignedIn{}, err
	}
	token := s.admit(ses)
	go s.afterSignIn(token, ses)
	return SignedIn{Token: token, Profile: profileView(o), Welcome: welcomeView(ses.Welcome())}, nil
}
