package workspace

import (
	"context"
	"errors"
	"strings"

	"countersign/backend/service"
)

// InviteAgain gives those of some members who have not used their invitation new ones, in one
// step, with a step-up: the old ones are no longer good. Whoever has come in meanwhile is left
// out. pairs go with the invitations, one for each member. Errors: nobody_chosen, import_long, forbidden, not_yourself, member_gone; those of a
// step-up; folder.
func (a *Admin) InviteAgain(ctx context.Context, ids []string, pairs []KeyPair, proof Proof, progress Progress) ([]GivenOut, error) {
	if len(ids) > MaxImport {
		return nil, refuse(service.CodeImportLong).With("max", MaxImport)
	}
	ids = distinct(ids)
	if len(pairs) < len(ids) {
		return nil, errors.New("there is not one key pair for each who is invited again")
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
		invited = nil
		if actor, err = a.profile(tx); err != nil {
			return err
		}
		for _, id := range ids {
			var target Profile
			if actor, target, err = a.target(tx, id, mayResetPassword); err != nil {
				return err
			}
			if target.State == ProfileInvited {
				invited = append(invited, target)
			}
		}
		if len(invited) == 0 {
			return refuse(service.CodeNobodyChosen)
		}
		return nil
	}
	if err := w.view(ctx, check); err != nil {
		return nil, err
	}
	var out []GivenOut
	err = a.s.confirm(ctx, proof, func(c *confirmation) error {
		// Codes are hashed before anybody waits for it.
		people := invited
		made, given := make([]madeOneTime, len(people)), make([]GivenOut, len(people))
		err := inParallel(ctx, len(people), func(i int) (err error) {
			made[i], given[i], err = w.newOneTime(OneTimeInvitation, people[i], actor, pairs[i])
			return err
		}, progress)
		if err != nil {
			return err
		}
		return c.update(ctx, func(tx WriteTx) error {
			if err := check(tx); err != nil {
				return err
			}
			out = nil
			still := map[string]bool{}
			for _, p := range invited {
				still[p.ID] = true
			}
			var members []string
			for i, g := range given {
				if !still[g.ProfileID] {
					continue
				}
				if err := made[i].insert(tx); err != nil {
					return err
				}
				out, members = append(out, g), append(members, g.ProfileID)
			}
			if len(out) == 1 {
				return w.record(tx, made[0].code.IssuedAt, eventInvitedAgain, a.s.id, out[0].ProfileID, nil)
			}
			return w.record(tx, made[0].code.IssuedAt, eventMembersInvitedAgain, a.s.id, "", map[string]string{
				"count": decimal(len(out)), "members": strings.Join(members, " "),
			})
		})
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
