package client

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"

	"countersign/backend/secret"
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

func (w *Workspace) session(s *workspace.Session, err error) (*Session, error) {
	if s == nil {
		return nil, err
	}
	return &Session{s, w}, err
}

func (w *Workspace) entered(s *workspace.Session, c *workspace.Challenge, err error) (*Session, *Challenge, error) {
	in, err := w.session(s, err)
	if c == nil {
		return in, nil, err
	}
	return in, &Challenge{c, w}, err
}

// Create makes the workspace and signs its owner in: see workspace.Workspace.Create.
func (w *Workspace) Create(ctx context.Context, in workspace.NewWorkspace) (*Session, error) {
	return w.session(w.Workspace.Create(ctx, in))
}

// CreateFrom makes a workspace with the contracts of one that was lost: see
// workspace.Workspace.CreateFrom.
func (w *Workspace) CreateFrom(ctx context.Context, in workspace.NewWorkspace, r workspace.RecoveredContracts) (*Session, error) {
	return w.session(w.Workspace.CreateFrom(ctx, in, r))
}

// SignIn checks the password. Of the two results one is set: see workspace.Workspace.SignIn.
func (w *Workspace) SignIn(ctx context.Context, email string, pw secret.Text) (*Session, *Challenge, error) {
	return w.entered(w.Workspace.SignIn(ctx, email, pw))
}

// Redeem takes an invitation or a reset code: see workspace.Workspace.Redeem.
func (w *Workspace) Redeem(ctx context.Context, email string, input, pw secret.Text) (*Session, *Challenge, error) {
	return w.entered(w.Workspace.Redeem(ctx, email, input, pw))
}

// UseKit takes the Emergency Kit: see workspace.Workspace.UseKit.
func (w *Workspace) UseKit(ctx context.Context, in workspace.NewOwner) (*Session, *Challenge, error) {
	return w.entered(w.Workspace.UseKit(ctx, in))
}

// Verify takes a verification code: see workspace.Challenge.Verify.
func (c *Challenge) Verify(ctx context.Context, input secret.Text) (*Session, error) {
	return c.w.session(c.Challenge.Verify(ctx, input))
}

// Recover takes a recovery code: see workspace.Challenge.Recover.
func (c *Challenge) Recover(ctx context.Context, input secret.Text) (*Session, error) {
	return c.w.session(c.Challenge.Recover(ctx, input))
}

// ChoosePassword takes a longer password: see workspace.Challenge.ChoosePassword.
func (c *Challenge) ChoosePassword(ctx context.Context, next secret.Text) (*Session, error) {
	return c.w.session(c.Challenge.ChoosePassword(ctx, next))
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
func (e *EnrolmentSession) Enter() (*Session, error) {
	return e.w.session(e.EnrolmentSession.Enter())
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
