package workspace

import (
	"context"

	"countersign/backend/service"
	"countersign/backend/store"
)

// needsReset reports whether somebody can come in only with a password reset: their last computer was removed, and what they could
// sign in with went with it.
func needsReset(p store.Profile) bool {
	return p.State != store.ProfileInvited && p.State != store.ProfileRemoved && len(p.Password.PublicKey) == 0
}

// ComputersOf gives a member's computers, for who may take them away. Errors: not_yourself, member_gone, forbidden, session_ended; folder.
func (a *Admin) ComputersOf(ctx context.Context, id string) (out service.MemberComputers, err error) {
	err = a.view(ctx, func(tx store.ReadTx) error {
		out = service.MemberComputers{}
		_, target, err := a.target(tx, id, service.MayRemoveComputer)
		if err != nil {
			return err
		}
		all, err := tx.Computers(id)
		for _, c := range all {
			out.All = append(out.All, service.MemberComputer{ID: c.ID, Name: c.Name, AddedAt: c.AddedAt, LastUsedAt: c.LastUsedAt})
		}
		out.NeedsReset = needsReset(target)
		return err
	})
	return out, err
}

// RemoveComputer takes a computer from a member, with a step-up: it is lost or stolen, and they are away. All sessions of theirs end, and a
// code with which another one could be added. A profile without computers could sign in from everywhere, and who has the one that is removed has its share: with the last
// one goes what the password opens, until a password reset. It only takes away, so it waits for no approval. Errors: computer_gone, forbidden, not_yourself, member_gone; those of a step-up; folder.
func (a *Admin) RemoveComputer(ctx context.Context, id, computer string, proof service.Proof) error {
	w := a.s.w
	check := func(tx store.ReadTx) error {
		if _, _, err := a.target(tx, id, service.MayRemoveComputer); err != nil {
			return err
		}
		_, err := tx.Computer(id, computer)
		return absent(err, service.CodeComputerGone)
	}
	return a.change(ctx, stepUp(service.MemberActs, proof), check, func(tx store.WriteTx) error {
		_, target, err := a.target(tx, id, service.MayRemoveComputer)
		if err != nil {
			return err
		}
		c, err := tx.Computer(id, computer)
		if err != nil {
			return absent(err, service.CodeComputerGone)
		}
		ok, err := tx.DeleteComputer(id, computer)
		if err := refuseUnless(ok, err, service.CodeComputerGone); err != nil {
			return err
		}
		left, err := tx.Computers(id)
		if err != nil {
			return err
		}
		detail := map[string]string{"name": c.Name, "last": "no"}
		target.Epoch++
		if len(left) == 0 {
			detail["last"] = "yes"
			target.Password = store.PasswordRecord{}
			if err := tx.DeleteVaultKey(profileHolder(id)); err != nil {
				return err
			}
		}
		if err := tx.UpdateProfile(target); err != nil {
			return err
		}
		if err := w.endOneTime(tx, id, store.OneTimeComputer); err != nil { // whoever has the computer may have made it there
			return err
		}
		w.record(tx, w.now(), eventMembersComputer, a.s.id, id, detail)
		return nil
	})
}

// exposed reports whether an admin has removed a computer since the profile's password was chosen: whoever has that computer has the share.
func exposed(tx store.ReadTx, p store.Profile) (bool, error) {
	for e, err := range tx.EventsAbout(p.ID, 0) {
		if err != nil {
			return false, err
		}
		if e.At.Before(p.Password.ChangedAt) {
			break
		}
		if e.Kind == eventMembersComputer {
			return true, nil
		}
	}
	return false, nil
}
