package client

import (
	"context"

	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/vault"
	"countersign/backend/workspace"
)

// Quarantine is a workspace whose database does not fit its log: see workspace.Quarantine.
type Quarantine struct {
	*workspace.Quarantine
	w *Workspace
}

// OpenQuarantined opens what Open has refused as not_authentic: see workspace.OpenQuarantined.
func OpenQuarantined(ctx context.Context, c workspace.Config) (*Quarantine, error) {
	q, in, err := workspace.OpenQuarantined(ctx, c)
	if q == nil {
		return nil, err
	}
	w := newClient(in, c)
	if err := w.loadShare(ctx); err != nil {
		in.Close()
		return nil, err
	}
	return &Quarantine{q, w}, nil
}

// Prove takes an owner's password and second factor, and gives what the owner would accept, with its review: see
// workspace.ReviewAttempt.Prove. Errors: email_required, password_required, and those of Prove.
func (q *Quarantine) Prove(ctx context.Context, email string, pw secret.Text, in FactorInput) (*workspace.Acceptance, error) {
	attempt, err := q.BeginProve(ctx, email)
	if err == nil && pw.Empty() {
		err = service.Refuse(service.CodePasswordRequired).At("password")
	}
	if err != nil {
		return nil, err
	}
	factor, err := in.sent(func() (workspace.CodeTerms, error) { return attempt.Recovery, nil })
	if err != nil {
		return nil, err
	}
	t, err := q.w.deriveTyped(ctx, pw, attempt.Salt, attempt.Params)
	if err != nil {
		return nil, err
	}
	defer t.wipe()
	a, err := attempt.Prove(ctx, t.sign(service.SignInMessage(attempt.WorkspaceID, attempt.Nonce)), factor)
	if err != nil {
		return nil, err
	}
	own, sealed, err := a.OwnKeys(ctx)
	if err != nil {
		return nil, err
	}
	var keys vault.Keys
	if pair, err := t.unwrap(own); err == nil {
		keys, _ = pair.Open(sealed.Ciphertext) // what does not open leaves the contracts without names
	}
	if err := a.Look(ctx, keys); err != nil {
		return nil, err
	}
	return a, nil
}
