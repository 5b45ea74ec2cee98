package workspace

import (
	"context"
	"errors"
	"strings"

	"countersign/backend/service"
)

// InviteAgain gives those of some members who have not used their invitation new ones, in one
// step, with a step-up: the old ones are no longer good. Whoever has come in meanwhile is left
// out. The client has made the codes, one for each member, each named once. Errors: nobody_chosen, import_long, forbidden, not_yourself, member_gone; those of a
// step-up; folder.
func (a *Admin) InviteAgain(ctx context.Context, ids []string, codes []NewOneTime, proof Proof) ([]GivenOut, error) {
	if len(ids) > MaxImport {
		return nil, refuse(service.CodeImportLong).With("max", MaxImport)
	}
	if len(codes) != len(ids) {
		return nil, errors.New("there is not one code for each who is invited again")
	}
	done, err := a.s.begin()
	if err != nil {
		return nil, err
	}
	defer done()
	w := a.s.w
	var actor Profile
	var invited []Profile
	check := func(tx ReadTx) (err error) {
		actor, invited, err = a.invitedAmong(tx, ids)
		return err
	}
	if err := w.view(ctx, check); err != nil {
		return nil, err
	}
	of := make(map[string]NewOneTime, len(ids))
	for i, id := range ids {
		of[id] = codes[i]
	}
	var out []GivenOut
	err = a.s.confirm(ctx, proof, func(c *confirmation) error {
		return c.update(ctx, func(tx WriteTx) error {
			if err := check(tx); err != nil {
				return err
			}
			out = nil
			var members []string
			for _, p := range invited {
				made, given, err := w.newOneTime(OneTimeInvitation, p, actor, of[p.ID])
				if err != nil {
					return err
				}
				if err := made.insert(tx); err != nil {
					return err
				}
				out, members = append(out, given), append(members, p.ID)
			}
			if len(out) == 1 {
				return w.record(tx, out[0].IssuedAt, eventInvitedAgain, a.s.id, out[0].ProfileID, nil)
			}
			return w.record(tx, out[0].IssuedAt, eventMembersInvitedAgain, a.s.id, "", map[string]string{
				"count": decimal(len(out)), "members": strings.Join(members, " "),
			})
		})
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// CheckInviteAgain says whether InviteAgain would be refused, before codes are made for many. Errors: those of
// InviteAgain but for a step-up.
func (a *Admin) CheckInviteAgain(ctx context.Context, ids []string) error {
	return a.view(ctx, func(tx ReadTx) error {
		_, _, err := a.invitedAmong(tx, ids)
		return err
	})
}

func (a *Admin) invitedAmong(tx ReadTx, ids []string) (actor Profile, invited []Profile, err error) {
	if actor, err = a.profile(tx); err != nil {
		return actor, nil, err
	}
	for _, id := range ids {
		var target Profile
		if actor, target, err = a.target(tx, id, mayResetPassword); err != nil {
			return actor, nil, err
		}
		if target.State == ProfileInvited {
			invited = append(invited, target)
		}
	}
	return actor, invited, refuseUnless(len(invited) > 0, nil, service.CodeNobodyChosen)
}
