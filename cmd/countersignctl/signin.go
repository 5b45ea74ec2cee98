package main

import (
	"context"
	"errors"
	"path/filepath"

	"countersign/backend/client"
	"countersign/backend/documents"
	"countersign/backend/joined"
	"countersign/backend/local"
	"countersign/backend/password"
	"countersign/backend/remote"
	"countersign/backend/sentences"
	"countersign/backend/service"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// place is a workspace that is open beside whoever else has it open: on this computer, or at the server that the
// folder has joined. The folder is not held, so what a crash has left is not touched: Recover is for the
// process that holds it.
type place struct {
	*client.Workspace
	close func() error
}

func (e *env) open(ctx context.Context) (*place, error) {
	path, err := e.folder()
	if err != nil {
		return nil, err
	}
	there, err := joined.Has(path)
	if err != nil {
		return nil, err
	}
	if there {
		return e.openJoined(ctx, path)
	}
	return e.openLocal(ctx, path)
}

func (e *env) openJoined(ctx context.Context, path string) (*place, error) {
	secrets, err := e.secretsOf(ctx, path)
	if err != nil {
		return nil, err
	}
	w, err := joined.Open(ctx, path, client.Config{Secrets: secrets}, remote.Config{Now: e.now})
	if err != nil {
		secrets.close()
		return nil, err
	}
	return &place{w.Workspace, func() error {
		w.Close()
		secrets.close()
		return nil
	}}, nil
}

func (e *env) openLocal(ctx context.Context, path string) (*place, error) {
	store, err := openStore(ctx, databaseIn(path))
	if err != nil {
		return nil, err
	}
	files, err := documents.Open(filepath.Join(path, "documents"))
	if err != nil {
		return nil, errors.Join(service.Explain(err), store.Close())
	}
	secrets, err := e.secretsOf(ctx, path)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	w, err := local.Open(ctx, local.Config{Store: store, Secrets: secrets, Files: files, Now: e.now, Sentence: searched})
	if err == nil && !w.Created() {
		err = errNoWorkspace
	}
	if err != nil {
		secrets.close()
		return nil, errors.Join(err, store.Close())
	}
	return &place{w.Workspace, func() error {
		w.Close()
		secrets.close()
		return store.Close()
	}}, nil
}

// signedIn opens the workspace, signs in, and hands the session to act. The
// session ends with it.
func (e *env) signedIn(ctx context.Context, act func(*place, *client.Session) error) (err error) {
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
func whyEnded(s *client.Session, err error) error {
	if service.IsCode(err, service.CodeSessionEnded) && s.Overdue() {
		return errEnrolFirst
	}
	return err
}

// asAdmin is signedIn for owners and admins.
func (e *env) asAdmin(ctx context.Context, act func(*client.Admin) error) error {
	return e.signedIn(ctx, func(_ *place, s *client.Session) error {
		if err := s.ForOneAct(ctx); err != nil {
			return err
		}
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
	if service.IsCode(err, service.CodePasswordRequired) || service.IsCode(err, service.CodeFactorRequired) {
		return errConfirmedLate
	}
	return err
}

var errConfirmedLate = cli.Fail("confirmed_late", cli.ExitRefused, words.TerminalFailureConfirmedLate, nil)

// signInTo signs in. Where this computer refuses what the workspace has let in, it tells what the sign-in would have: the workspace tells it once.
func (e *env) signInTo(ctx context.Context, p *place) (*client.Session, error) {
	s, err := e.entering(ctx, p)
	if refused := (*client.RefusedHere)(nil); errors.As(err, &refused) {
		e.welcome(refused.Untold)
	}
	return s, err
}

func (e *env) entering(ctx context.Context, p *place) (*client.Session, error) {
	email := e.email
	if email == "" {
		typed, err := e.ask(ctx, words.TerminalAskEmail, true)
		if err != nil {
			return nil, err
		}
		email = typed.Reveal()
	}
	pw, err := e.ask(ctx, words.TerminalAskPassword, false)
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

var errEnrolFirst = cli.Fail("two_factor_due", cli.ExitRefused, words.TerminalFailureTwoFactorDue, nil)

var errLongerFirst = cli.Fail("password_due", cli.ExitRefused, words.TerminalFailurePasswordDue, words.Args{"minimum": password.MinLength})

var errAuthenticatorOff = cli.Fail(string(service.CodeAuthenticatorOff), cli.ExitRefused, words.TerminalFailureAuthenticatorOff, nil)

// second asks for the second factor, which is one guess: what is wrong is said,
// and the command is given again.
func (e *env) second(ctx context.Context, c *client.Challenge) (*client.Session, error) {
	what, take := words.TerminalAskVerificationCode, c.Verify
	if e.recovery {
		what, take = words.TerminalAskRecoveryCode, c.Recover
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
// the news are told once, or until they are dismissed.
func (e *env) welcome(w service.Welcome) {
	if w.FailedCodes > 0 {
		e.notice(words.TerminalNewsFailedCodes, words.Args{"n": w.FailedCodes, "at": minute(w.LastFailedCodeAt)})
	}
	if w.FailedPasswords > 0 {
		e.notice(words.TerminalNewsFailedPasswords, words.Args{"n": w.FailedPasswords, "at": minute(w.LastFailedPasswordAt)})
	}
	stay := false
	for _, n := range w.News {
		if n.Stays > 0 && e.listsNews {
			continue
		}
		stay = stay || n.Stays > 0
		e.notice(words.TerminalNewsEvent, words.Args{"at": minute(n.At), "event": sentences.News(cli.Words(), n)})
		if n.UsedKit {
			e.notice(words.TerminalNewsKit, nil)
		}
	}
	if stay {
		e.notice(words.TerminalNewsStay, nil)
	}
	if w.UsedCode > 0 {
		e.notice(words.TerminalNewsUsedCode, words.Args{"number": w.UsedCode, "left": w.CodesLeft})
	}
}
