package app

import (
	"context"

	"countersign/backend/client"
	"countersign/backend/service"
)

// asAdmin runs a use case of an owner or an admin.
func (s *shell) asAdmin(token string, use func(context.Context, *client.Admin) error) error {
	in, err := s.use(token)
	if err != nil {
		return err
	}
	return in.asAdmin(use)
}

// asAdminProving is asAdmin for an act with a step-up.
func (s *shell) asAdminProving(token string, proof Proof, use func(context.Context, *client.Admin, client.Proof) error) error {
	in, err := s.use(token)
	if err != nil {
		return err
	}
	return in.asAdminProving(proof, use)
}

func (in *signIn) asAdmin(use func(context.Context, *client.Admin) error) error {
	ctx := in.s.context()
	a, err := in.session.Admin(ctx)
	if err == nil {
		err = use(ctx, a)
	}
	return in.after(err)
}

func (in *signIn) asAdminProving(proof Proof, use func(context.Context, *client.Admin, client.Proof) error) error {
	typed, err := in.proof(proof)
	if err != nil {
		return err
	}
	return in.asAdmin(func(ctx context.Context, a *client.Admin) error { return use(ctx, a, typed) })
}

// proved checks the step-up of an act that a dialog of the system stands before, so
// that a code cannot run out while the dialog is open. The act takes what it gives.
func (in *signIn) proved(proof Proof) (client.Proof, error) {
	typed, err := in.proof(proof)
	if err != nil {
		return client.Proof{}, err
	}
	return typed, in.asAdmin(func(ctx context.Context, a *client.Admin) error { return a.Prove(ctx, service.EachTime, typed) })
}
