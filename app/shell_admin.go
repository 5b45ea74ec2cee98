package app

import (
	"context"

	"countersign/backend/workspace"
)

// asAdmin runs a use case of an owner or an admin.
func (s *shell) asAdmin(token string, use func(context.Context, *workspace.Admin) error) error {
	ses, err := s.use(token)
	if err != nil {
		return err
	}
	ctx := s.context()
	a, err := ses.Admin(ctx)
	if err == nil {
		err = use(ctx, a)
	}
	return s.after(ses, err)
}

// asAdminProving is asAdmin for an act with a step-up.
func (s *shell) asAdminProving(token string, proof Proof, use func(context.Context, *workspace.Admin, workspace.Proof) error) error {
	if _, err := s.use(token); err != nil {
		return err
	}
	typed, err := s.proof(proof)
	if err != nil {
		return err
	}
	return s.asAdmin(token, func(ctx context.Context, a *workspace.Admin) error { return use(ctx, a, typed) })
}

// proved checks the step-up of an act that a dialog of the system stands before, so
// that a code cannot run out while the dialog is open. The act takes what it gives.
func (s *shell) proved(token string, proof Proof) (workspace.Proof, error) {
	if _, err := s.use(token); err != nil {
		return workspace.Proof{}, err
	}
	typed, err := s.proof(proof)
	if err != nil {
		return workspace.Proof{}, err
	}
	return typed, s.asAdmin(token, func(ctx context.Context, a *workspace.Admin) error { return a.Prove(ctx, typed) })
}
