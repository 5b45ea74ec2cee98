package client

import (
	"context"

	"countersign/backend/secret"
	"countersign/backend/service"
)

// Locked is a session whose window was locked. It has no key and no password, and nothing that either could be guessed by.
type Locked struct {
	service.Locked
	w *Workspace
}

// ForUnlock gives what opens the session again with the password alone, once it has ended: see workspace.Session.ForUnlock.
func (s *Session) ForUnlock(ctx context.Context) (*Locked, error) {
	l, err := s.Session.ForUnlock(ctx)
	if l == nil {
		return nil, err
	}
	return &Locked{l, s.w}, err
}

// Unlock takes the password: see workspace.Locked.Unlock. Errors: password_required, computer_unknown, and those of Unlock; keychain.
func (l *Locked) Unlock(ctx context.Context, pw secret.Text) (*Session, error) {
	switch {
	case pw.Empty():
		return nil, service.Refuse(service.CodePasswordRequired).At("password")
	case len(pw.Reveal()) > maxTyped:
		return nil, service.Refuse(service.CodeCredentialsWrong)
	}
	terms := l.Terms()
	share, err := l.w.shareOf(ctx, terms)
	if err != nil {
		return nil, err
	}
	t, err := l.w.deriveTyped(ctx, pw, terms.Salt, terms.Params, share)
	if err != nil {
		return nil, err
	}
	in := service.SignIn{Signature: t.sign(service.UnlockMessage(terms.WorkspaceID, terms.Nonce)), Short: t.short}
	if l.w.served {
		key, err := l.w.computerKey(ctx)
		if err != nil {
			t.wipe()
			return nil, err
		}
		in.Computer = key.Sign(service.ComputerMessage(terms.WorkspaceID, terms.Nonce))
	}
	s, err := l.Locked.Unlock(ctx, in)
	if s == nil {
		t.wipe()
		return nil, err
	}
	return l.w.session(ctx, s, t, err)
}
