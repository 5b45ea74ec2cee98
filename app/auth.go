package app

import (
	"errors"
	"time"

	"countersign/app/platform"
	"countersign/backend/client"
	"countersign/backend/password"
	"countersign/backend/service"
)

// Auth is what stands before a session: the first run, signing in, locking.
type Auth struct{ s *shell }

// AuthState says which screen comes first.
type AuthState struct {
	Stage           string         `json:"stage"` // fault, unlock, create, signIn
	Workspace       string         `json:"workspace"`
	Server          string         `json:"server,omitempty"` // where it is; empty: on this computer
	Joined          bool           `json:"joined"`           // the folder has joined a server's workspace, which may be away
	Others          bool           `json:"others"`           // this computer has workspaces beside the one that is shown
	Fault           *AppError      `json:"fault,omitempty"`
	Version         string         `json:"version"`
	DataFolder      string         `json:"dataFolder"`
	MinimumPassword int            `json:"minimumPassword"`
	IdleMinutes     int            `json:"idleMinutes"`
	RenewsPage      bool           `json:"renewsPage"`            // a lock ends the page; another comes by itself
	Kit             bool           `json:"kit"`                   // an Emergency Kit could be used
	LockedFor       string         `json:"lockedFor,omitempty"`   // why the page begins anew: a reason of "locked"
	LockedEmail     string         `json:"lockedEmail,omitempty"` // whose window was locked
	QuickUnlock     bool           `json:"quickUnlock"`           // and their password alone opens it
	CanRestore      bool           `json:"canRestore"`            // a backup could be restored
	CanUseFile      bool           `json:"canUseFile"`            // with the fault keychain_absent: MakeSecretsFile is a way on
	SecretsFile     bool           `json:"secretsFile"`           // secrets are in a file of the folder, not in the keychain
	Integrity       *IntegrityView `json:"integrity,omitempty"`   // with the fault not_authentic
}

// State opens the data folder where it is not open yet, and says what to show.
func (d *Auth) State() (AuthState, error) {
	o, err := d.s.ready()
	st := d.outside()
	if errors.Is(err, errFileLocked) {
		st.Stage = "unlock"
		return st, nil
	}
	if err != nil {
		return d.fault(err), nil
	}
	w := o.workspace
	d.s.label(o)
	st.Workspace, st.Server, st.MinimumPassword, st.IdleMinutes = w.Name(), o.server(), w.MinPassword(), int(w.Idle().Minutes())
	if st.Kit, err = w.HasKit(); err != nil {
		return d.fault(err), nil
	}
	st.Stage, st.CanRestore = "create", true
	if o.created() {
		st.Stage, st.CanRestore = "signIn", false
	}
	return st, nil
}

// outside is what is known while nothing is open.
func (d *Auth) outside() AuthState {
	return AuthState{
		Version: Version, DataFolder: d.s.path(), MinimumPassword: password.MinLength,
		RenewsPage: platform.RenewsPage, LockedFor: d.s.whyLocked(), LockedEmail: d.s.whoLeft(), QuickUnlock: d.s.canUnlock(), SecretsFile: d.s.usesFile(), Joined: d.s.hasJoined(),
		Others: d.s.hasOthers(),
	}
}

func (d *Auth) fault(err error) AuthState {
	st, fault := d.outside(), d.s.present(err)
	rescuable := canRescue(err) && !st.Joined // what a server has is its operator's to restore
	st.Stage, st.Fault, st.Integrity, st.Kit, st.CanRestore = "fault", &fault, integrityView(err), rescuable, rescuable
	st.CanUseFile = errors.Is(err, errMayMakeFile)
	return st
}

// Retry tries again after a fault.
func (d *Auth) Retry() (AuthState, error) { return d.State() }

// Key gives a key that closes one envelope.
func (d *Auth) Key() (PublicKey, error) { return d.s.current().keys.newKey() }

// Strength says how good a password is, while it is being typed. words are what
// else the person has typed: name, email, workspace.
func (d *Auth) Strength(pw Envelope, words []string) (Strength, error) {
	typed, err := d.s.current().keys.open(holdsPassword, pw)
	if err != nil {
		return Strength{}, err
	}
	minimum := password.MinLength
	if o, err := d.s.ready(); err == nil {
		minimum = o.workspace.MinPassword()
		words = append(words, o.workspace.Name())
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
func (d *Auth) CreateWorkspace(in NewWorkspace) (SignedIn, error) {
	at := d.s.current()
	o, err := d.s.ready()
	if err != nil {
		return SignedIn{}, err
	}
	if o.local == nil {
		return SignedIn{}, service.Fault(service.CodeWorkspaceExists, nil, nil)
	}
	pw, err := at.keys.open(holdsPassword, in.Password)
	if err != nil {
		return SignedIn{}, err
	}
	ses, err := o.local.Create(d.s.context(), client.NewWorkspace{
		Workspace: in.Workspace, Name: in.Name, Email: in.Email, Password: pw,
	})
	if err != nil {
		return SignedIn{}, err
	}
	return at.signedIn(ses, time.Time{})
}

// SignInResult holds a session, or a challenge where 2FA is on or required.
type SignInResult struct {
	Session   *SignedIn  `json:"session,omitempty"`
	Challenge *Challenge `json:"challenge,omitempty"`
}

// SignIn checks the password. After an idle lock it may be enough: see shell_unlock.go.
func (d *Auth) SignIn(email string, pw Envelope) (SignInResult, error) {
	at := d.s.current()
	o, err := d.s.ready()
	if err != nil {
		return SignInResult{}, err
	}
	typed, err := at.keys.open(holdsPassword, pw)
	if err != nil {
		return SignInResult{}, err
	}
	if ses, began, err := at.tryUnlock(email, typed); ses != nil || err != nil {
		return at.inAgain(ses, began, err)
	}
	return at.afterPassword(o.workspace.SignIn(d.s.context(), email, typed))
}

// afterPassword is the session, or the challenge that is in its way.
func (in *signIn) afterPassword(ses *client.Session, ch *client.Challenge, err error) (SignInResult, error) {
	if err != nil {
		return SignInResult{}, err
	}
	if ses != nil {
		return in.inAgain(ses, time.Time{}, nil)
	}
	off, err := ch.AuthenticatorOff(in.s.context())
	if err != nil {
		ch.Leave()
		return SignInResult{}, err
	}
	token, err := in.keepChallenge(ch)
	if err != nil {
		return SignInResult{}, err
	}
	return SignInResult{Challenge: &Challenge{
		Token: token, Email: ch.Email(), AuthenticatorOff: off, MustEnrol: ch.MustEnrol(), RequiredSince: stamp(ch.RequiredSince()),
		ChoosePassword: ch.MustChoosePassword(), MinimumPassword: password.MinLength,
	}}, nil
}

// inAgain is the session, which began then; zero: now.
func (in *signIn) inAgain(ses *client.Session, began time.Time, err error) (SignInResult, error) {
	if err != nil {
		return SignInResult{}, err
	}
	session, err := in.signedIn(ses, began)
	if err != nil {
		return SignInResult{}, err
	}
	return SignInResult{Session: &session}, nil
}

// Redeem takes an invitation or a password reset, and the password that its
// person has chosen.
func (d *Auth) Redeem(email string, code, pw Envelope) (SignInResult, error) {
	at := d.s.current()
	o, err := d.s.ready()
	if err != nil {
		return SignInResult{}, err
	}
	invitation, err := at.keys.open(holdsInvitation, code)
	if err != nil {
		return SignInResult{}, err
	}
	chosen, err := at.keys.open(holdsNewPassword, pw)
	if err != nil {
		return SignInResult{}, err
	}
	return at.afterPassword(o.workspace.Redeem(d.s.context(), email, invitation, chosen))
}

// Lock ends the session.
func (d *Auth) Lock(session string) {
	if in, err := d.s.named(session); err == nil {
		d.s.lockOnly(in, "asked")
	}
}

// Touch says that the person is there.
func (d *Auth) Touch(session string) error {
	in, err := d.s.named(session)
	if err != nil {
		return err
	}
	return in.after(in.who.Touch())
}

// signedIn makes ses the window's session, after this: see shell.startSession. One that can't be shown is ended.
func (in *signIn) signedIn(ses *client.Session, began time.Time) (SignedIn, error) {
	me, err := ses.Overview(in.s.context())
	if err != nil {
		in.s.drop(ses)
		return SignedIn{}, err
	}
	next, err := in.s.startSession(in, ses, began)
	if err != nil {
		return SignedIn{}, err
	}
	if o, err := in.s.ready(); err == nil {
		in.s.label(o) // it may have been created just now
	}
	go next.afterSignIn(me)
	go next.followNews()
	go next.keepDates()
	return next.view(me), nil
}

// view is the sign-in as its page holds it.
func (in *signIn) view(o service.Overview) SignedIn {
	in.knownAs(o.Profile.Email)
	return SignedIn{Token: in.token, Profile: in.s.profileView(o), Welcome: welcomeView(in.session.Welcome()), Kept: in.s.takeLeft(o.Profile.ID)}
}
