package workspace

import (
	"context"
	"strings"

	"countersign/backend/service"
	"countersign/backend/store"
)

// InviteAgain gives members who have not used their invitation new ones, in one step, with a step-up: the old ones are no
// longer good. Whoever has come in meanwhile is left out. Errors: nobody_chosen, import_long, forbidden, not_yourself, member_gone; those of a
// step-up; folder.
func (a *Admin) InviteAgain(ctx context.Context, again []service.NewInvitation, proof service.Proof) ([]service.GivenOut, error) {
	ids, of := make([]string, len(again)), make(map[string]service.NewOneTime, len(again))
	for i, n := range again {
		ids[i], of[n.ProfileID] = n.ProfileID, n.Code
	}
	done, err := a.s.begin()
	if err != nil {
		return nil, err
	}
	defer done()
	w := a.s.w
	var actor store.Profile
	var invited []store.Profile
	check := func(tx store.ReadTx) (err error) {
		actor, invited, err = a.invitedAmong(tx, ids)
		return err
	}
	if err := w.view(ctx, check); err != nil {
		return nil, err
	}
	var out []service.GivenOut
	err = a.s.confirm(ctx, service.MemberActs, proof, func(c *confirmation) error {
		return c.update(ctx, func(tx store.WriteTx) error {
			if err := check(tx); err != nil {
				return err
			}
			out = nil
			var members []string
			for _, p := range invited {
				made, given, err := w.newOneTime(store.OneTimeInvitation, p, actor, of[p.ID])
				if err != nil {
					return err
				}
				if err := made.insert(tx); err != nil {
					return err
				}
				out, members = append(out, given), append(members, p.ID)
			}
			if len(out) == 1 {
				w.record(tx, out[0].IssuedAt, eventInvitedAgain, a.s.id, out[0].ProfileID, nil)
				return nil
			}
			w.record(tx, out[0].IssuedAt, eventMembersInvitedAgain, a.s.id, "", map[string]string{
				"count": decimal(len(out)), "members": strings.Join(members, " "),
			})
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// WaitingInvitations gives those of some members who have not used their invitation, each once. Errors: those of InviteAgain but
// for a step-up.
func (a *Admin) WaitingInvitations(ctx context.Context, ids []string) (waiting []string, err error) {
	err = a.view(ctx, func(tx store.ReadTx) error {
		_, invited, err := a.invitedAmong(tx, ids)
		waiting = nil
		for _, p := range invited {
			waiting = append(waiting, p.ID)
		}
		return err
	})
	return waiting, err
}

// invitedAmong gives those of ids who have not used their invitation, each once.
func (a *Admin) invitedAmong(tx store.ReadTx, ids []string) (actor store.Profile, invited []store.Profile, err error) {
	if len(ids) > service.MaxImport {
		return actor, nil, refuse(service.CodeImportLong).With("max", service.MaxImport)
	}
	if actor, err = a.profile(tx); err != nil {
		return actor, nil, err
	}
	for _, id := range distinct(ids) {
		var target store.Profile
		if actor, target, err = a.target(tx, id, service.MayResetPassword); err != nil {
			return actor, nil, err
		}
		if target.State == store.ProfileInvited {
			invited = append(invited, target)
		}
	}
	return actor, invited, refuseUnless(len(invited) > 0, nil, service.CodeNobodyChosen)
}
