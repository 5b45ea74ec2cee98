package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"countersign/backend/documents"
	"countersign/backend/password"
	"countersign/backend/sentences"
	"countersign/backend/sqlite"
	"countersign/backend/words"
	"countersign/backend/workspace"
	"countersign/cmd/internal/cli"
)

// place is a workspace that is open beside whoever else has it open. The folder
// is not held, so what a crash has left is not touched: Recover is for the
// process that holds it.
type place struct {
	store   *sqlite.Store
	secrets keeper
	*workspace.Workspace
}

func (e *env) open(ctx context.Context) (*place, error) {
	path, err := e.folder()
	if err != nil {
		return nil, err
	}
	store, err := openStore(ctx, databaseIn(path))
	if err != nil {
		return nil, err
	}
	files, err := documents.Open(filepath.Join(path, "documents"))
	if err != nil {
		return nil, errors.Join(workspace.Explain(err), store.Close())
	}
	secrets, err := e.secretsOf(ctx, path)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	w, err := workspace.Open(ctx, workspace.Config{Store: store, Secrets: secrets, Files: files, Now: e.now, Sentence: event})
	if err == nil && !w.Created() {
		err = errNoWorkspace
	}
	if err != nil {
		secrets.close()
		return nil, errors.Join(err, store.Close())
	}
	return &place{store, secrets, w}, nil
}

func (p *place) close() error {
	p.Workspace.Close()
	p.secrets.close()
	return p.store.Close()
}

// signedIn opens the workspace, signs in, and hands the session to act. The
// session ends with it.
func (e *env) signedIn(ctx context.Context, act func(*place, *workspace.Session) error) (err error) {
	p, err := e.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	s, err := e.signInTo(ctx, p)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.End(context.WithoutCancel(ctx))) }()
	e.welcome(s.Welcome())
	return whyEnded(s, act(p, s))
}

// whyEnded gives a sign-in that ended because 2FA is required by now the words of one
// that came too late for it.
func whyEnded(s *workspace.Session, err error) error {
	if workspace.IsCode(err, workspace.CodeSessionEnded) && s.Overdue() {
		return errEnrolFirst
	}
	return err
}

// asAdmin is signedIn for owners and admins.
func (e *env) asAdmin(ctx context.Context, act func(*workspace.Admin) error) error {
	return e.signedIn(ctx, func(_ *place, s *workspace.Session) error {
		s.ForOneAct()
		a, err := s.Admin(ctx)
		if err != nil {
			return err
		}
		return whyUnproven(act(a))
	})
}

// whyUnproven gives an act that asks for a proof the words of an answer that came too
// late: the sign-in stood for it, and does so for a few minutes only.
func whyUnproven(err error) error {
	if workspace.IsCode(err, workspace.CodePasswordRequired) || workspace.IsCode(err, workspace.CodeFactorRequired) {
		return errConfirmedLate
	}
	return err
}

var errConfirmedLate = cli.Fail("confirmed_late", "The answer came too late. Nothing was changed. Start the command again.", cli.ExitRefused)

func (e *env) signInTo(ctx context.Context, p *place) (*workspace.Session, error) {
	email := e.email
	if email == "" {
		typed, err := e.ask(ctx, "Email", true)
		if err != nil {
			return nil, err
		}
		email = typed.Reveal()
	}
	pw, err := e.ask(ctx, "Password", false)
	if err != nil {
		return nil, err
	}
	s, challenge, err := p.SignIn(ctx, email, pw)
	if err != nil || s != nil {
		return s, err
	}
	defer challenge.Leave()
	if challenge.MustEnrol() {
		return nil, errEnrolFirst
	}
	if challenge.MustChoosePassword() {
		return nil, errLongerFirst
	}
	return e.second(ctx, challenge)
}

var errEnrolFirst = cli.Fail("two_factor_due", "This workspace requires 2FA, and yours is off. Sign in with Countersign, which leads you through it.", cli.ExitRefused)

var errLongerFirst = cli.Fail("password_due", fmt.Sprintf(
	"Your password is too short to use without 2FA. Sign in with Countersign to choose one with at least %d characters.", password.MinLength), cli.ExitRefused)

var errAuthenticatorOff = cli.Fail(string(workspace.CodeAuthenticatorOff),
	"The authenticator app was turned off after too many wrong codes. Add --recovery-code, then change phone in Countersign.", cli.ExitRefused)

// second asks for the second factor, which is one guess: what is wrong is said,
// and the command is given again.
func (e *env) second(ctx context.Context, c *workspace.Challenge) (*workspace.Session, error) {
	what, take := "Verification code", c.Verify
	if e.recovery {
		what, take = "Recovery code", c.Recover
	}
	if !e.recovery {
		off, err := c.AuthenticatorOff(ctx)
		if err != nil {
			return nil, err
		}
		if off {
			return nil, errAuthenticatorOff
		}
	}
	typed, err := e.ask(ctx, what, false)
	if err != nil {
		return nil, err
	}
	return take(ctx, typed)
}

// welcome says what the window says after a sign-in: this one has cleared the counts, and
// the news are told once.
func (e *env) welcome(w workspace.Welcome) {
	at := func(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }
	if w.FailedCodes > 0 {
		e.notice("Wrong codes since the last sign-in: %d, the last on %s. If this wasn’t you, someone knows your password. Change it.", w.FailedCodes, at(w.LastFailedCodeAt))
	}
	if w.FailedPasswords > 0 {
		e.notice("Wrong passwords since the last sign-in: %d, the last on %s.", w.FailedPasswords, at(w.LastFailedPasswordAt))
	}
	for _, n := range w.News {
		e.notice("Since the last sign-in, on %s: %s", at(n.At), sentences.News(words.English(), n))
		if n.UsedKit() {
			e.notice("If no one you know did this, have their profile suspended, the vault key rotated and a new Emergency Kit created.")
		}
	}
	if w.UsedCode > 0 {
		e.notice("Recovery code %d is used up. Codes left: %d.", w.UsedCode, w.CodesLeft)
	}
}
