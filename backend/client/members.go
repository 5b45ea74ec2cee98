package client

import (
	"context"

	"countersign/backend/recovery"
	"countersign/backend/service"
)

// AddMember adds somebody, with the vault's keys in the invitation: see workspace.Admin.AddMember.
func (a *Admin) AddMember(ctx context.Context, n service.NewMember, proof Proof) (GivenOut, error) {
	codes, made, err := a.s.newCodes(ctx, 1, nil)
	if err != nil {
		return GivenOut{}, err
	}
	defer wipeProofs(codes)
	given, err := signing(ctx, a.s, proof, func(p service.Proof) (service.GivenOut, error) { return a.Admin.AddMember(ctx, n, codes[0], p) })
	return a.withCode(given, made[0], err)
}

func (a *Admin) withCode(given service.GivenOut, code recovery.Code, err error) (GivenOut, error) {
	if err != nil {
		return GivenOut{}, err
	}
	return a.givenOut(given, code), nil
}

// AddMembers adds all of them in one step, or none: see workspace.Admin.AddMembers. What is wrong with one is said, and the proof is looked at, before
// codes are made, which takes a while for many. It can be cancelled until then.
func (a *Admin) AddMembers(ctx context.Context, people []service.NewMember, proof Proof, progress service.Progress) ([]GivenOut, error) {
	if len(people) == 0 || len(people) > service.MaxImport { // which is refused
		_, err := a.Admin.AddMembers(ctx, people, nil, service.Proof{})
		return nil, err
	}
	wrong, err := a.CheckMembers(ctx, people)
	if err != nil {
		return nil, err
	}
	if len(wrong) > 0 {
		return nil, wrong[0].Err.With("row", wrong[0].Index+1)
	}
	codes, made, err := a.codesFor(ctx, len(people), proof, progress)
	if err != nil {
		return nil, err
	}
	defer wipeProofs(codes)
	given, err := a.Admin.AddMembers(ctx, people, codes, service.Proof{})
	if err != nil {
		return nil, err
	}
	all := make([]GivenOut, len(given))
	for i, g := range given {
		all[i] = a.givenOut(g, made[i])
	}
	return all, nil
}

// codesFor makes codes for n people, after the proof.
func (a *Admin) codesFor(ctx context.Context, n int, proof Proof, progress service.Progress) ([]service.NewOneTime, []recovery.Code, error) {
	if err := a.Prove(ctx, service.MemberActs, proof); err != nil {
		return nil, nil, err
	}
	return a.s.newCodes(ctx, n, progress)
}

// InviteAgain gives members who have not used their invitation new ones, with the vault's keys in them: see workspace.Admin.InviteAgain.
// Whoever has come in is left out.
func (a *Admin) InviteAgain(ctx context.Context, ids []string, proof Proof, progress service.Progress) ([]GivenOut, error) {
	waiting, err := a.WaitingInvitations(ctx, ids)
	if err != nil {
		return nil, err
	}
	codes, made, err := a.codesFor(ctx, len(waiting), proof, progress)
	if err != nil {
		return nil, err
	}
	defer wipeProofs(codes)
	again, of := make([]service.NewInvitation, len(waiting)), make(map[string]recovery.Code, len(waiting))
	for i, id := range waiting {
		again[i], of[id] = service.NewInvitation{ProfileID: id, Code: codes[i]}, made[i]
	}
	given, err := a.Admin.InviteAgain(ctx, again, service.Proof{})
	if err != nil {
		return nil, err
	}
	all := make([]GivenOut, len(given))
	for i, g := range given {
		all[i] = a.givenOut(g, of[g.ProfileID])
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
	defer wipeProofs(codes)
	given, err := signing(ctx, a.s, proof, func(p service.Proof) (service.GivenOut, error) {
		return a.Admin.ResetPassword(ctx, id, approval, codes[0], p)
	})
	return a.withCode(given, made[0], err)
}

// HelpCode gives out a temporary code.
func (a *Admin) HelpCode(ctx context.Context, id, approval string, proof Proof) (GivenOut, error) {
	code, made, err := a.s.w.newCode(nil)
	if err != nil {
		return GivenOut{}, err
	}
	defer code.Proof.Wipe()
	given, err := signing(ctx, a.s, proof, func(p service.Proof) (service.GivenOut, error) {
		return a.Admin.HelpCode(ctx, id, approval, code, p)
	})
	return a.withCode(given, made, err)
}

func (a *Admin) givenOut(given service.GivenOut, code recovery.Code) GivenOut {
	return GivenOut{given, code, a.s.w.place}
}
