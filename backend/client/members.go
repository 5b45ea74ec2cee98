package client

import (
	"context"

	"countersign/backend/recovery"
	"countersign/backend/workspace"
)

// AddMember adds somebody, with the vault's keys in the invitation: see workspace.Admin.AddMember.
func (a *Admin) AddMember(ctx context.Context, n workspace.NewMember, proof Proof) (GivenOut, error) {
	codes, made, err := a.s.newCodes(ctx, 1, nil)
	if err != nil {
		return GivenOut{}, err
	}
	given, err := signing(ctx, a.s, proof, func(p workspace.Proof) (workspace.GivenOut, error) { return a.Admin.AddMember(ctx, n, codes[0], p) })
	return withCode(given, made[0], err)
}

func withCode(given workspace.GivenOut, code recovery.Code, err error) (GivenOut, error) {
	if err != nil {
		return GivenOut{}, err
	}
	return GivenOut{given, code}, nil
}

// AddMembers adds all of them in one step, or none: see workspace.Admin.AddMembers. What is wrong with one is said, and the proof is looked at, before
// codes are made, which takes a while for many. It can be cancelled until then.
func (a *Admin) AddMembers(ctx context.Context, people []workspace.NewMember, proof Proof, progress workspace.Progress) ([]GivenOut, error) {
	codes, made, err := a.codesFor(ctx, len(people), proof, progress, func() error {
		wrong, err := a.CheckMembers(ctx, people)
		if err == nil && len(wrong) > 0 {
			err = wrong[0].Err.With("row", wrong[0].Index+1)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	given, err := a.Admin.AddMembers(ctx, people, codes, workspace.Proof{})
	if err != nil {
		return nil, err
	}
	all := make([]GivenOut, len(given))
	for i, g := range given {
		all[i] = GivenOut{g, made[i]}
	}
	return all, nil
}

// codesFor makes codes for n people, after check and the proof. For more than can be added at a time, and for nobody, there
// are none: the workspace refuses it.
func (a *Admin) codesFor(ctx context.Context, n int, proof Proof, progress workspace.Progress, check func() error) ([]workspace.NewOneTime, []recovery.Code, error) {
	if n == 0 || n > workspace.MaxImport {
		return nil, nil, nil
	}
	if err := check(); err != nil {
		return nil, nil, err
	}
	if err := a.Prove(ctx, proof); err != nil {
		return nil, nil, err
	}
	return a.s.newCodes(ctx, n, progress)
}

// InviteAgain gives members who have not used their invitation new ones, with the vault's keys in them: see workspace.Admin.InviteAgain.
func (a *Admin) InviteAgain(ctx context.Context, ids []string, proof Proof, progress workspace.Progress) ([]GivenOut, error) {
	if len(ids) <= workspace.MaxImport {
		ids = distinct(ids)
	}
	codes, made, err := a.codesFor(ctx, len(ids), proof, progress, func() error { return a.CheckInviteAgain(ctx, ids) })
	if err != nil {
		return nil, err
	}
	given, err := a.Admin.InviteAgain(ctx, ids, codes, workspace.Proof{})
	if err != nil {
		return nil, err
	}
	of := make(map[string]recovery.Code, len(ids))
	for i, id := range ids {
		of[id] = made[i]
	}
	all := make([]GivenOut, len(given))
	for i, g := range given {
		all[i] = GivenOut{g, of[g.ProfileID]}
	}
	return all, nil
}

// ResetPassword gives out a code with which somebody chooses a new password, with the vault's keys
// in it: see workspace.Admin.ResetPassword.
func (a *Admin) ResetPassword(ctx context.Context, id, approval string, proof Proof) (GivenOut, error) {
	codes, made, err := a.s.newCodes(ctx, 1, nil)
	if err != nil {
		return GivenOut{}, err
	}
	given, err := signing(ctx, a.s, proof, func(p workspace.Proof) (workspace.GivenOut, error) {
		return a.Admin.ResetPassword(ctx, id, approval, codes[0], p)
	})
	return withCode(given, made[0], err)
}

// HelpCode gives out a temporary code.
func (a *Admin) HelpCode(ctx context.Context, id, approval string, proof Proof) (GivenOut, error) {
	code, made, err := a.s.w.newCode(nil)
	if err != nil {
		return GivenOut{}, err
	}
	given, err := signing(ctx, a.s, proof, func(p workspace.Proof) (workspace.GivenOut, error) {
		return a.Admin.HelpCode(ctx, id, approval, code, p)
	})
	return withCode(given, made, err)
}
