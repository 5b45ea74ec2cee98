package client

import (
	"context"

	"countersign/backend/workspace"
)

// AddMember adds somebody, with the vault's keys in the invitation: see workspace.Admin.AddMember.
func (a *Admin) AddMember(ctx context.Context, n workspace.NewMember, proof Proof) (workspace.GivenOut, error) {
	pairs, err := a.s.newKeyPairs(ctx, 1)
	if err != nil {
		return workspace.GivenOut{}, err
	}
	return signing(ctx, a.s, proof, func(p workspace.Proof) (workspace.GivenOut, error) { return a.Admin.AddMember(ctx, n, pairs[0], p) })
}

// AddMembers adds all of them in one step, or none: see workspace.Admin.AddMembers.
func (a *Admin) AddMembers(ctx context.Context, people []workspace.NewMember, proof Proof, progress workspace.Progress) ([]workspace.GivenOut, error) {
	if len(people) > workspace.MaxImport { // which is refused
		return a.Admin.AddMembers(ctx, people, make([]workspace.KeyPair, len(people)), workspace.Proof{}, progress)
	}
	pairs, err := a.s.newKeyPairs(ctx, len(people))
	if err != nil {
		return nil, err
	}
	return signing(ctx, a.s, proof, func(p workspace.Proof) ([]workspace.GivenOut, error) {
		return a.Admin.AddMembers(ctx, people, pairs, p, progress)
	})
}

// InviteAgain gives members who have not used their invitation new ones, with the vault's keys in them: see workspace.Admin.InviteAgain.
func (a *Admin) InviteAgain(ctx context.Context, ids []string, proof Proof, progress workspace.Progress) ([]workspace.GivenOut, error) {
	if len(ids) > workspace.MaxImport { // which is refused
		return a.Admin.InviteAgain(ctx, ids, nil, workspace.Proof{}, progress)
	}
	pairs, err := a.s.newKeyPairs(ctx, len(ids))
	if err != nil {
		return nil, err
	}
	return signing(ctx, a.s, proof, func(p workspace.Proof) ([]workspace.GivenOut, error) {
		return a.Admin.InviteAgain(ctx, ids, pairs, p, progress)
	})
}

// ResetPassword gives out a code with which somebody chooses a new password, with the vault's keys
// in it: see workspace.Admin.ResetPassword.
func (a *Admin) ResetPassword(ctx context.Context, id, approval string, proof Proof) (workspace.GivenOut, error) {
	pairs, err := a.s.newKeyPairs(ctx, 1)
	if err != nil {
		return workspace.GivenOut{}, err
	}
	return signing(ctx, a.s, proof, func(p workspace.Proof) (workspace.GivenOut, error) {
		return a.Admin.ResetPassword(ctx, id, approval, pairs[0], p)
	})
}
