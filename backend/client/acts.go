package client

import (
	"context"
	"time"

	"countersign/backend/secret"
	"countersign/backend/service"
)

// The acts that ask for a proof. Each signs what was typed, and does what the method of the same name in package workspace
// says, with its errors.

// BeginEnable begins Enable 2FA.
func (s *Session) BeginEnable(ctx context.Context, pw secret.Text) (service.Shown, error) {
	shown, err := signing(ctx, s, Proof{Password: pw}, func(p service.Proof) (service.Shown, error) { return s.Session.BeginEnable(ctx, p) })
	s.codes.begun(s.w, true, err)
	return shown, err
}

// BeginChangePhone begins Change phone.
func (s *Session) BeginChangePhone(ctx context.Context, app int, proof Proof) (service.Shown, error) {
	shown, err := signing(ctx, s, proof, func(p service.Proof) (service.Shown, error) { return s.Session.BeginChangePhone(ctx, app, p) })
	s.codes.begun(s.w, false, err)
	return shown, err
}

// BeginAddApp begins Add an app.
func (s *Session) BeginAddApp(ctx context.Context, name string, proof Proof) (service.Shown, error) {
	shown, err := signing(ctx, s, proof, func(p service.Proof) (service.Shown, error) { return s.Session.BeginAddApp(ctx, name, p) })
	s.codes.begun(s.w, false, err)
	return shown, err
}

// RemoveApp removes an authenticator app.
func (s *Session) RemoveApp(ctx context.Context, app int, proof Proof) error {
	return s.signing(ctx, proof, func(p service.Proof) error { return s.Session.RemoveApp(ctx, app, p) })
}

// ChangeEmail gives the profile another email.
func (s *Session) ChangeEmail(ctx context.Context, email string, proof Proof) error {
	return s.signing(ctx, proof, func(p service.Proof) error { return s.Session.ChangeEmail(ctx, email, p) })
}

// Prove checks a step-up ahead of its act.
func (a *Admin) Prove(ctx context.Context, acts service.Acts, proof Proof) error {
	return a.s.signing(ctx, proof, func(p service.Proof) error { return a.Admin.Prove(ctx, acts, p) })
}

// SetRole gives somebody another role.
func (a *Admin) SetRole(ctx context.Context, id string, role service.Role, proof Proof) error {
	return a.s.signing(ctx, proof, func(p service.Proof) error { return a.Admin.SetRole(ctx, id, role, p) })
}

// Remove removes somebody.
func (a *Admin) Remove(ctx context.Context, id string, proof Proof) error {
	return a.s.signing(ctx, proof, func(p service.Proof) error { return a.Admin.Remove(ctx, id, p) })
}

// RemoveComputer takes a computer from somebody.
func (a *Admin) RemoveComputer(ctx context.Context, id, computer string, proof Proof) error {
	return a.s.signing(ctx, proof, func(p service.Proof) error { return a.Admin.RemoveComputer(ctx, id, computer, p) })
}

// Reset2FA turns somebody's 2FA off.
func (a *Admin) Reset2FA(ctx context.Context, id, approval string, proof Proof) error {
	return a.s.signing(ctx, proof, func(p service.Proof) error { return a.Admin.Reset2FA(ctx, id, approval, p) })
}

// SetTwoPeople says whether sensitive acts wait for a second admin.
func (a *Admin) SetTwoPeople(ctx context.Context, on bool, approval string, proof Proof) error {
	return a.s.signing(ctx, proof, func(p service.Proof) error { return a.Admin.SetTwoPeople(ctx, on, approval, p) })
}

// SetQuickUnlock says whether the password alone opens a session again whose window was locked.
func (a *Admin) SetQuickUnlock(ctx context.Context, on bool, approval string, proof Proof) error {
	return a.s.signing(ctx, proof, func(p service.Proof) error { return a.Admin.SetQuickUnlock(ctx, on, approval, p) })
}

// Require2FA requires 2FA of everybody.
func (a *Admin) Require2FA(ctx context.Context, from time.Time, approval string, proof Proof) error {
	return a.s.signing(ctx, proof, func(p service.Proof) error { return a.Admin.Require2FA(ctx, from, approval, p) })
}

// DropRequirement requires it no more.
func (a *Admin) DropRequirement(ctx context.Context, approval string, proof Proof) error {
	return a.s.signing(ctx, proof, func(p service.Proof) error { return a.Admin.DropRequirement(ctx, approval, p) })
}

// AskApproval asks a second admin.
func (a *Admin) AskApproval(ctx context.Context, kind service.ApprovalKind, members []string, reason string, proof Proof) (service.Approval, error) {
	return signing(ctx, a.s, proof, func(p service.Proof) (service.Approval, error) {
		return a.Admin.AskApproval(ctx, kind, members, reason, p)
	})
}

// Approve approves what another admin has asked for.
func (a *Admin) Approve(ctx context.Context, id string, proof Proof) error {
	return a.s.signing(ctx, proof, func(p service.Proof) error { return a.Admin.Approve(ctx, id, p) })
}

// ConfirmClock says that the clock is right.
func (a *Admin) ConfirmClock(ctx context.Context, proof Proof) error {
	return a.s.signing(ctx, proof, func(p service.Proof) error { return a.Admin.ConfirmClock(ctx, p) })
}

// Backup gives what a backup is made of. Only a workspace on this computer has one: see service.LocalAdmin. Errors: forbidden.
func (a *Admin) Backup(ctx context.Context, proof Proof, progress service.Progress, take func(service.BackupCopy) error) error {
	local, err := a.local()
	if err != nil {
		return err
	}
	return a.s.signing(ctx, proof, func(p service.Proof) error { return local.Backup(ctx, p, progress, take) })
}

// Move gives what a server takes the workspace from. Errors: as Backup.
func (a *Admin) Move(ctx context.Context, proof Proof, take func(service.BackupCopy) error) error {
	local, err := a.local()
	if err != nil {
		return err
	}
	return a.s.signing(ctx, proof, func(p service.Proof) error { return local.Move(ctx, p, take) })
}

// NoteRestored writes into the log that the workspace was restored. Errors: as Backup, and those of service.LocalAdmin.
func (a *Admin) NoteRestored(ctx context.Context, made time.Time) error {
	local, err := a.local()
	if err != nil {
		return err
	}
	return local.NoteRestored(ctx, made)
}

// NoteSecretsPassphrase writes into the log that the secrets file gets another passphrase. Errors: as NoteRestored.
func (a *Admin) NoteSecretsPassphrase(ctx context.Context) error {
	local, err := a.local()
	if err != nil {
		return err
	}
	return local.NoteSecretsPassphrase(ctx)
}

// local is what a server's workspace refuses: it is copied, and its secrets are kept, where it is.
func (a *Admin) local() (service.LocalAdmin, error) {
	local, ok := a.Admin.(service.LocalAdmin)
	if !ok {
		return nil, service.Refuse(service.CodeForbidden)
	}
	return local, nil
}

func (s *Session) signing(ctx context.Context, typed Proof, act func(service.Proof) error) error {
	p, err := s.sign(ctx, typed)
	if err != nil {
		return err
	}
	defer p.Factor.Proof.Wipe()
	if err := act(p); err != nil {
		return err
	}
	return s.witnessed(ctx)
}

func signing[T any](ctx context.Context, s *Session, typed Proof, act func(service.Proof) (T, error)) (out T, err error) {
	p, err := s.sign(ctx, typed)
	if err != nil {
		return out, err
	}
	defer p.Factor.Proof.Wipe()
	if out, err = act(p); err != nil {
		return out, err
	}
	return out, s.witnessed(ctx)
}
