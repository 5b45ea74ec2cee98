package client

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"sync"
	"time"

	"countersign/backend/secret"
	"countersign/backend/vault"
	"countersign/backend/workspace"
)

// Workspace is a workspace as it is used from this computer.
type Workspace struct {
	*workspace.Workspace
	log  *slog.Logger
	rand io.Reader
}

// Session is a profile that is signed in.
type Session struct {
	*workspace.Session
	w *Workspace

	mu    sync.Mutex // guards what follows
	keys  vault.Keys // of the vault, once they were opened: see keysOf
	ended bool
}

// Admin is what an owner or an admin may do while they are signed in.
type Admin struct {
	*workspace.Admin
	s *Session
}

// Challenge is a right password whose second factor is still due.
type Challenge struct {
	*workspace.Challenge
	w *Workspace
}

// EnrolmentSession is somebody who got in as far as enrolling a phone.
type EnrolmentSession struct {
	*workspace.EnrolmentSession
	w *Workspace
}

// Open reads what the store holds: see workspace.Open.
func Open(ctx context.Context, c workspace.Config) (*Workspace, error) {
	in, err := workspace.Open(ctx, c)
	if in == nil {
		return nil, err
	}
	w := &Workspace{Workspace: in, log: c.Log, rand: c.Rand}
	if w.log == nil {
		w.log = slog.New(slog.DiscardHandler)
	}
	if w.rand == nil {
		w.rand = rand.Reader
	}
	return w, err
}

func (w *Workspace) session(ctx context.Context, in *workspace.Session, err error) (*Session, error) {
	if in == nil {
		return nil, err
	}
	s := &Session{Session: in, w: w}
	s.leftover(s.giveWaiting(context.WithoutCancel(ctx)))
	return s, err
}

func (w *Workspace) entered(ctx context.Context, s *workspace.Session, c *workspace.Challenge, err error) (*Session, *Challenge, error) {
	in, err := w.session(ctx, s, err)
	if c == nil {
		return in, nil, err
	}
	return in, &Challenge{c, w}, err
}

// Create makes the workspace with an empty vault, and signs its owner in: see workspace.Workspace.Create.
func (w *Workspace) Create(ctx context.Context, in workspace.NewWorkspace) (*Session, error) {
	keys, err := vault.NewKeys()
	if err != nil {
		return nil, err
	}
	return w.create(ctx, in, keys, Recovered{})
}

// Recovered are the contracts of a workspace whose keychain or database is gone, as
// far as an Emergency Kit opens them. Its profiles cannot be believed any more, and
// are not among them.
type Recovered struct {
	Keys  vault.Keys // of the kit
	KitAt time.Time  // when the kit was made; zero: not known
	Rows  []workspace.DocumentRow
}

// CreateFrom makes a workspace with the contracts of one that was lost, and signs
// its owner in. The kit stays good. Errors: as Create.
func (w *Workspace) CreateFrom(ctx context.Context, in workspace.NewWorkspace, r Recovered) (*Session, error) {
	if r.KitAt.IsZero() {
		r.KitAt = w.Now()
	}
	return w.create(ctx, in, r.Keys, r)
}

func (w *Workspace) create(ctx context.Context, in workspace.NewWorkspace, keys vault.Keys, r Recovered) (*Session, error) {
	pair, err := newKeyPair(keys)
	if err != nil {
		return nil, err
	}
	s, err := w.Workspace.Create(ctx, in, workspace.NewVault{KeyPair: pair, PublicKey: publicKey(keys), Recovered: r.Rows, KitAt: r.KitAt})
	return w.session(ctx, s, err)
}

// SignIn checks the password. Of the two results one is set: see workspace.Workspace.SignIn.
func (w *Workspace) SignIn(ctx context.Context, email string, pw secret.Text) (*Session, *Challenge, error) {
	s, c, err := w.Workspace.SignIn(ctx, email, pw)
	return w.entered(ctx, s, c, err)
}

// Redeem takes an invitation or a reset code: see workspace.Workspace.Redeem.
func (w *Workspace) Redeem(ctx context.Context, email string, input, pw secret.Text) (*Session, *Challenge, error) {
	s, c, err := w.Workspace.Redeem(ctx, email, input, pw)
	return w.entered(ctx, s, c, err)
}

// Verify takes a verification code: see workspace.Challenge.Verify.
func (c *Challenge) Verify(ctx context.Context, input secret.Text) (*Session, error) {
	s, err := c.Challenge.Verify(ctx, input)
	return c.w.session(ctx, s, err)
}

// Recover takes a recovery code: see workspace.Challenge.Recover.
func (c *Challenge) Recover(ctx context.Context, input secret.Text) (*Session, error) {
	s, err := c.Challenge.Recover(ctx, input)
	return c.w.session(ctx, s, err)
}

// ChoosePassword takes a longer password: see workspace.Challenge.ChoosePassword.
func (c *Challenge) ChoosePassword(ctx context.Context, next secret.Text) (*Session, error) {
	s, err := c.Challenge.ChoosePassword(ctx, next)
	return c.w.session(ctx, s, err)
}

func (w *Workspace) enrolling(e *workspace.EnrolmentSession, err error) (*EnrolmentSession, error) {
	if e == nil {
		return nil, err
	}
	return &EnrolmentSession{e, w}, err
}

// Enrol lets somebody in as far as enrolling: see workspace.Challenge.Enrol.
func (c *Challenge) Enrol(ctx context.Context) (*EnrolmentSession, error) {
	return c.w.enrolling(c.Challenge.Enrol(ctx))
}

// UseHelpCode takes a help code: see workspace.Challenge.UseHelpCode.
func (c *Challenge) UseHelpCode(ctx context.Context, input secret.Text) (*EnrolmentSession, error) {
	return c.w.enrolling(c.Challenge.UseHelpCode(ctx, input))
}

// Enter gives the session, once the phone is enrolled: see workspace.EnrolmentSession.Enter.
func (e *EnrolmentSession) Enter(ctx context.Context) (*Session, error) {
	s, err := e.EnrolmentSession.Enter()
	return e.w.session(ctx, s, err)
}

func (s *Session) admin(a *workspace.Admin, err error) (*Admin, error) {
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
