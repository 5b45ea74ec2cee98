package client

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"runtime"
	"sync"

	"countersign/backend/computer"
	"countersign/backend/password"
	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
)

// Workspace is a workspace as it is used from this computer.
type Workspace struct {
	service.Workspace
	log      *slog.Logger
	rand     io.Reader
	secrets  store.Secrets
	cost     store.Argon2id
	codeCost store.Argon2id
	place    Place
	hashing  chan struct{} // bounds the memory of Argon2id: each holds 64 MiB

	served   bool   // at a server
	computer string // what this one is called there

	witnessing sync.Mutex  // of the log, one at a time
	offered    restoredLog // that was refused: under witnessing

	making sync.Mutex     // of shares and of the key, one at a time
	key    computer.Key   // this computer's, once it was read: under making
	mu     sync.Mutex     // guards what follows
	shares []secret.Bytes // see findShares
	closed bool
	untold map[string]service.Welcome // by profile: see keepUntold
}

// Session is a profile that is signed in.
type Session struct {
	service.Session
	w       *Workspace
	welcome service.Welcome
	codes   shownCodes

	mu     sync.Mutex     // guards what follows
	own    vault.Identity // the person's key pair
	share  secret.Bytes   // the person's
	pinned vault.Pin      // the vault that their client believes in
	keys   vault.Keys     // of the vault, once they were opened: see keysOf
	broken error          // what keeps the contracts closed; nil: nothing
	ended  bool
}

// Admin is what an owner or an admin may do while they are signed in.
type Admin struct {
	service.Admin
	s *Session
}

// Challenge is a right password whose second factor is still due.
type Challenge struct {
	service.Challenge
	w     *Workspace
	typed typed // the password that was right
}

// EnrolmentSession is somebody who got in as far as enrolling a phone.
type EnrolmentSession struct {
	service.EnrolmentSession
	w     *Workspace
	codes shownCodes
	typed typed
}

// Config is what the client's half stands on.
type Config struct {
	Secrets  store.Secrets  // with this computer's share
	Log      *slog.Logger   // nil for none
	Rand     io.Reader      // nil for crypto/rand
	Password store.Argon2id // the cost of new passwords; zero for password.DefaultParams
	Recovery store.Argon2id // the cost of new recovery codes and one-time codes; zero for recovery.DefaultParams
	Place    Place          // where the workspace is
	Computer string         // what this computer is called at a server; empty: by its host name
}

func newClient(in service.Workspace, c Config) *Workspace {
	w := &Workspace{
		Workspace: in, log: c.Log, rand: c.Rand, secrets: c.Secrets, cost: c.Password, codeCost: c.Recovery, place: c.Place,
		hashing: make(chan struct{}, min(4, runtime.NumCPU())), computer: c.Computer,
	}
	if w.log == nil {
		w.log = slog.New(slog.DiscardHandler)
	}
	if w.rand == nil {
		w.rand = rand.Reader
	}
	if w.cost == (store.Argon2id{}) {
		w.cost = store.Argon2id(password.DefaultParams)
	}
	if w.codeCost == (store.Argon2id{}) {
		w.codeCost = store.Argon2id(recovery.DefaultParams)
	}
	if w.computer == "" {
		w.computer = nameOfThis()
	}
	return w
}

// session is what somebody who is in gets, whose password was typed.
func (w *Workspace) session(ctx context.Context, in service.Session, t typed, err error) (*Session, error) {
	if in == nil {
		return nil, err
	}
	s := &Session{Session: in, w: w, welcome: in.Welcome()}
	if refused := s.witness(ctx); refused != nil {
		t.wipe()
		s.leftover(in.End(context.WithoutCancel(ctx)))
		w.keepUntold(in.ProfileID(), s.welcome)
		return nil, errors.Join(&RefusedHere{s.welcome, refused}, err)
	}
	s.welcome = w.takeUntold(in.ProfileID(), s.welcome)
	s.enter(context.WithoutCancel(ctx), t)
	t.wipe()
	return s, err
}

// Welcome is what the person is told after this sign-in: see workspace.Session.Welcome.
func (s *Session) Welcome() service.Welcome { return s.welcome }

// entered is what a right password leads to. What is made of it is kept for as long as more is due.
func (w *Workspace) entered(ctx context.Context, s service.Session, c service.Challenge, t typed, err error) (*Session, *Challenge, error) {
	if c != nil {
		return nil, &Challenge{c, w, t}, err
	}
	in, err := w.session(ctx, s, t, err)
	if in == nil {
		t.wipe()
	}
	return in, nil, err
}

// SignIn checks the password. Of the two results one is set: see workspace.SignInAttempt.SignIn. An email that nobody has
// costs the same time as a wrong password. Errors: computer_unknown, email_required, password_required, and those of SignIn.
func (w *Workspace) SignIn(ctx context.Context, email string, pw secret.Text) (*Session, *Challenge, error) {
	if err := w.needShare(ctx); err != nil {
		return nil, nil, err
	}
	at, err := w.computerID(ctx)
	if err != nil {
		return nil, nil, err
	}
	attempt, err := w.BeginSignIn(ctx, email, at)
	if pw.Empty() && (err == nil || service.IsCode(err, service.CodeCredentialsWrong)) {
		err = service.Refuse(service.CodePasswordRequired).At("password")
	}
	if err == nil && len(pw.Reveal()) > maxTyped {
		err = service.Refuse(service.CodeCredentialsWrong)
	}
	if err != nil {
		return nil, nil, err
	}
	terms := attempt.Terms()
	share, err := w.shareOf(ctx, terms)
	if err != nil {
		return nil, nil, err
	}
	t, err := w.deriveTyped(ctx, pw, terms.Salt, terms.Params, share)
	if err != nil {
		return nil, nil, err
	}
	in := service.SignIn{Signature: t.sign(service.SignInMessage(terms.WorkspaceID, terms.Nonce)), Short: t.short}
	if w.served {
		key, err := w.computerKey(ctx)
		if err != nil {
			return nil, nil, err
		}
		in.Computer = key.Sign(service.ComputerMessage(terms.WorkspaceID, terms.Nonce))
	}
	s, c, err := attempt.SignIn(ctx, in)
	return w.entered(ctx, s, c, t, err)
}

// Verify takes a verification code: see workspace.Challenge.Verify.
func (c *Challenge) Verify(ctx context.Context, input secret.Text) (*Session, error) {
	s, err := c.Challenge.Verify(ctx, input)
	return c.w.session(ctx, s, c.typed, err)
}

// ChoosePassword takes a longer password in the place of the one that was right: see workspace.Challenge.ChoosePassword. Errors:
// password_required, password_short, password_long, password_common; and those of ChoosePassword.
func (c *Challenge) ChoosePassword(ctx context.Context, next secret.Text) (*Session, error) {
	keys, err := c.OwnKeys(ctx)
	if err != nil {
		return nil, err
	}
	if err := checkPassword(next, password.MinLength, "next", c.w.Name(), c.Name(), c.Email()); err != nil {
		return nil, err
	}
	var pair keyPair
	if pair, err = c.typed.unwrap(keys); err != nil {
		c.w.log.Warn("the key of a profile could not be unwrapped", "error", err)
		if pair, err = c.w.newKeyPair(vault.Keys{}); err != nil {
			return nil, err
		}
	}
	chosen, t, err := c.w.choose(ctx, next, pair, c.typed.share)
	if err != nil {
		return nil, err
	}
	s, err := c.Challenge.ChoosePassword(ctx, chosen)
	if s != nil {
		c.typed.wipe()
	}
	in, _, err := c.w.entered(ctx, s, nil, t, err)
	return in, err
}

// Leave ends the challenge, and forgets the password: see workspace.Challenge.Leave.
func (c *Challenge) Leave() {
	c.Challenge.Leave()
	c.typed.wipe()
}

func (c *Challenge) enrolling(e service.EnrolmentSession, err error) (*EnrolmentSession, error) {
	if e == nil {
		return nil, err
	}
	t := c.typed.clone()
	c.typed.wipe() // the challenge is over
	return &EnrolmentSession{EnrolmentSession: e, w: c.w, typed: t}, err
}

// Enrol lets somebody in as far as enrolling: see workspace.Challenge.Enrol.
func (c *Challenge) Enrol(ctx context.Context) (*EnrolmentSession, error) {
	return c.enrolling(c.Challenge.Enrol(ctx))
}

// Enter gives the session, once the phone is enrolled: see workspace.EnrolmentSession.Enter.
func (e *EnrolmentSession) Enter(ctx context.Context) (*Session, error) {
	s, err := e.EnrolmentSession.Enter(ctx)
	return e.w.session(ctx, s, e.typed, err)
}

// End ends it, and forgets the password: see workspace.EnrolmentSession.End.
func (e *EnrolmentSession) End(ctx context.Context) error {
	err := e.EnrolmentSession.End(ctx)
	_ = e.codes.ended(nil)
	e.typed.wipe()
	return err
}

func (s *Session) admin(a service.Admin, err error) (*Admin, error) {
	if a == nil {
		return nil, err
	}
	return &Admin{a, s}, err
}

// Admin gives what an owner or an admin may do: see workspace.Session.Admin.
func (s *Session) Admin(ctx context.Context) (*Admin, error) {
	return s.admin(s.Session.Admin(ctx))
}

// Watcher is Admin for what nobody asked for: see workspace.Session.Watcher.
func (s *Session) Watcher(ctx context.Context) (*Admin, error) {
	return s.admin(s.Session.Watcher(ctx))
}

// begin opens a use case: the session must be alive, and it counts as use.
func (s *Session) begin() error {
	if err := s.Whole(); err != nil {
		return err
	}
	return s.Touch()
}
