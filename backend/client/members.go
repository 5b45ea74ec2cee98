package client

import (
	"context"

	"countersign/backend/recovery"
	"countersign/backend/service"
)

// AddMember adds somebody, with the vault's keys in the invitation: see workspace.Admin.AddMember.
func (a *Admin) AddMember(ctx context.Context, n service.NewMember, proof Proof) (GivenOut, error) {
	return a.withCode(ctx, proof, func(code service.NewOneTime, p service.Proof) (service.GivenOut, error) {
		return a.Admin.AddMember(ctx, n, code, p)
	})
}

// withCode makes a code, and has an act give it out.
func (a *Admin) withCode(ctx context.Context, proof Proof, act func(service.NewOneTime, service.Proof) (service.GivenOut, error)) (out GivenOut, err error) {
	err = a.s.withCodes(ctx, 1, nil, func(made []service.NewOneTime, codes []recovery.Code) error {
		given, err := signing(ctx, a.s, proof, func(p service.Proof) (service.GivenOut, error) { return act(made[0], p) })
		if err == nil {
			out = a.givenOut(given, codes[0])
		}
		return err
	})
	return out, err
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
	if err := a.Prove(ctx, service.MemberActs, proof); err != nil {
		return nil, err
	}
	var all []GivenOut
	err = a.s.withCodes(ctx, len(people), progress, func(made []service.NewOneTime, codes []recovery.Code) error {
		given, err := a.Admin.AddMembers(ctx, people, made, service.Proof{})
		for i, g := range given {
			all = append(all, a.givenOut(g, codes[i]))
		}
		return err
	})
	return all, err
}

// InviteAgain gives members who have not used their invitation new ones, with the vault's keys in them: see workspace.Admin.InviteAgain.
// Whoever has come in is left out.
func (a *Admin) InviteAgain(ctx context.Context, ids []string, proof Proof, progress service.Progress) ([]GivenOut, error) {
	waiting, err := a.WaitingInvitations(ctx, ids)
	if err != nil {
		return nil, err
	}
	if err := a.Prove(ctx, service.MemberActs, proof); err != nil {
		return nil, err
	}
	var all []GivenOut
	err = a.s.withCodes(ctx, len(waiting), progress, func(made []service.NewOneTime, codes []recovery.Code) error {
		again, of := make([]service.NewInvitation, len(waiting)), make(map[string]recovery.Code, len(waiting))
		for i, id := range waiting {
			again[i], of[id] = service.NewInvitation{ProfileID: id, Code: made[i]}, codes[i]
		}
		given, err := a.Admin.InviteAgain(ctx, again, service.Proof{})
		for _, g := range given {
			all = append(all, a.givenOut(g, of[g.ProfileID]))
		}
		return err
	})
	return all, err
}

// ResetPassword gives out a code with which somebody chooses a new password, with the vault's keys
// in it: see workspace.Admin.ResetPassword.
func (a *Admin) ResetPassword(ctx context.Context, id, approval string, proof Proof) (GivenOut, error) {
	return a.withCode(ctx, proof, func(code service.NewOneTime, p service.Proof) (service.GivenOut, error) {
		return a.Admin.ResetPassword(ctx, id, approval, code, p)
	})
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
	if err != nil {
		return GivenOut{}, err
	}
	return a.givenOut(given, made), nil
}

func (a *Admin) givenOut(given service.GivenOut, code recovery.Code) GivenOut {
	return GivenOut{given, code, a.s.w.place}
}
