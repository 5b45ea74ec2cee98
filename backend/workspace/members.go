package workspace

import (
	"context"
	"errors"
	"strconv"

	"countersign/backend/service"
	"countersign/backend/store"
)

// Members reads the whole table, by name. Errors: forbidden, session_ended; folder.
func (a *Admin) Members(ctx context.Context) (all []store.Member, err error) {
	err = a.view(ctx, func(tx store.ReadTx) (err error) {
		all, err = tx.Members()
		return err
	})
	return all, err
}

// Member reads one row of the table. Errors: member_gone, forbidden,
// session_ended; folder.
func (a *Admin) Member(ctx context.Context, id string) (m store.Member, err error) {
	err = a.view(ctx, func(tx store.ReadTx) (err error) {
		m, err = tx.Member(id)
		if errors.Is(err, store.ErrNotFound) || err == nil && m.State == store.ProfileRemoved {
			return refuse(service.CodeMemberGone)
		}
		return err
	})
	return m, err
}

// CheckMembers says what is wrong with each, and with none of them changes
// anything: the preview of an import. Errors: forbidden, session_ended; folder.
func (a *Admin) CheckMembers(ctx context.Context, people []service.NewMember) (wrong []service.MemberError, err error) {
	if len(people) > service.MaxImport {
		return nil, refuse(service.CodeImportLong).With("max", service.MaxImport)
	}
	err = a.view(ctx, func(tx store.ReadTx) error {
		actor, err := a.profile(tx)
		if err != nil {
			return err
		}
		_, wrong, err = a.checkMembers(tx, actor, people)
		return err
	})
	return wrong, err
}

// checkMembers makes the profiles of people as far as they are right.
func (a *Admin) checkMembers(tx store.ReadTx, actor store.Profile, people []service.NewMember) (good []store.Profile, wrong []service.MemberError, err error) {
	seen := map[string]bool{}
	for i, n := range people {
		p, err := a.checkMember(tx, actor, n, seen)
		var e *service.Error
		switch {
		case errors.As(err, &e):
			wrong = append(wrong, service.MemberError{Index: i, Err: e})
		case err != nil:
			return nil, nil, err
		default:
			good = append(good, p)
		}
	}
	return good, wrong, nil
}

func (a *Admin) checkMember(tx store.ReadTx, actor store.Profile, n service.NewMember, seen map[string]bool) (p store.Profile, err error) {
	p = store.Profile{Role: n.Role, State: store.ProfileInvited, Language: n.Language}
	if p.Name, err = checkName(n.Name, service.CodeNameRequired, service.CodeNameLong, service.CodeNameForm, "name"); err != nil {
		return p, err
	}
	if p.Email, p.EmailKey, err = checkEmail(n.Email, "email"); err != nil {
		return p, err
	}
	switch n.Role {
	case store.RoleMember:
		if !service.MayAdd.On(actor.Role, n.Role) {
			return p, refuse(service.CodeForbidden).At("role")
		}
	case store.RoleOwner, store.RoleAdmin:
		if !service.MayGiveRoles.Of(actor.Role) {
			return p, refuse(service.CodeForbidden).At("role")
		}
	default:
		return p, refuse(service.CodeRoleUnknown).At("role")
	}
	if e := service.CheckLanguage(n.Language); e != nil {
		return p, e
	}
	if seen[p.EmailKey] {
		return p, refuse(service.CodeEmailTwice).At("email")
	}
	if _, err := tx.ProfileByEmail(p.EmailKey); err == nil {
		return p, refuse(service.CodeEmailTaken).At("email")
	} else if !errors.Is(err, store.ErrNotFound) {
		return p, err
	}
	seen[p.EmailKey] = true
	return p, nil
}

// AddMember makes a profile without a password and the invitation with which its
// person chooses one. An owner or an admin is added only with a step-up. Errors:
// name_*, email_*, role_unknown, forbidden; those of a step-up; folder.
func (a *Admin) AddMember(ctx context.Context, n service.NewMember, code service.NewOneTime, proof service.Proof) (service.GivenOut, error) {
	if n.Role != store.RoleMember {
		given, err := a.AddMembers(ctx, []service.NewMember{n}, []service.NewOneTime{code}, proof)
		if err != nil {
			return service.GivenOut{}, err
		}
		return given[0], nil
	}
	given, err := a.addMembers(ctx, []service.NewMember{n}, []service.NewOneTime{code}, nil)
	if err != nil {
		return service.GivenOut{}, err
	}
	return given[0], nil
}

// AddMembers adds all of them in one step, or none: the first that is wrong is
// the error, with its row. Errors: as AddMember;
// nobody_chosen, import_long. The client has made the codes, one for each.
func (a *Admin) AddMembers(ctx context.Context, people []service.NewMember, codes []service.NewOneTime, proof service.Proof) ([]service.GivenOut, error) {
	return a.addMembers(ctx, people, codes, &proof)
}

func (a *Admin) addMembers(ctx context.Context, people []service.NewMember, codes []service.NewOneTime, proof *service.Proof) ([]service.GivenOut, error) {
	done, err := a.s.begin()
	if err != nil {
		return nil, err
	}
	defer done()
	w := a.s.w
	if len(people) == 0 {
		return nil, refuse(service.CodeNobodyChosen)
	}
	if len(people) > service.MaxImport {
		return nil, refuse(service.CodeImportLong).With("max", service.MaxImport)
	}
	if len(codes) != len(people) {
		return nil, errors.New("there is not one code for each who is added")
	}
	var profiles []store.Profile
	var actor store.Profile
	check := func(tx store.ReadTx) (err error) {
		if actor, err = a.profile(tx); err != nil {
			return err
		}
		good, wrong, err := a.checkMembers(tx, actor, people)
		if err != nil {
			return err
		}
		if len(wrong) > 0 {
			return wrong[0].Err.With("row", wrong[0].Index+1)
		}
		profiles = good
		return nil
	}
	if err := w.view(ctx, check); err != nil {
		return nil, err
	}
	var given []service.GivenOut
	add := func(update func(context.Context, func(store.WriteTx) error) error) (err error) {
		now := w.now()
		made := profiles
		for i := range made {
			if made[i].ID, err = w.newID(); err != nil {
				return err
			}
			made[i].CreatedAt, made[i].StateAt = now, now
		}
		open := make([]madeOneTime, len(made))
		given = make([]service.GivenOut, len(made))
		for i := range made {
			if open[i], given[i], err = w.newOneTime(store.OneTimeInvitation, made[i], actor, codes[i]); err != nil {
				return err
			}
		}
		return update(ctx, func(tx store.WriteTx) error {
			if err := check(tx); err != nil { // somebody may have taken an email in between
				return err
			}
			for i, p := range made {
				if err := errors.Join(tx.InsertProfile(p), open[i].insert(tx)); err != nil {
					return err
				}
			}
			if len(made) == 1 {
				w.record(tx, now, eventMemberAdded, a.s.id, made[0].ID, map[string]string{"role": string(made[0].Role)})
				return nil
			}
			w.record(tx, now, eventMembersImported, a.s.id, "", map[string]string{"count": strconv.Itoa(len(made))})
			return nil
		})
	}
	if proof == nil {
		err = add(w.update)
	} else {
		err = a.s.confirm(ctx, service.MemberActs, *proof, func(c *confirmation) error { return add(c.update) })
	}
	if err != nil {
		return nil, err
	}
	return given, nil
}

// SetRole gives somebody another role, with a step-up. Their open one-time codes
// end, and so do those they gave out and may not any more: who was invited needs a
// new invitation. The last owner keeps their role. Errors: forbidden, last_owner, member_gone, role_unknown; those of a
// step-up; folder.
func (a *Admin) SetRole(ctx context.Context, id string, role store.Role, proof service.Proof) error {
	if role != store.RoleOwner && role != store.RoleAdmin && role != store.RoleMember {
		return refuse(service.CodeRoleUnknown).At("role")
	}
	check := func(tx store.ReadTx) error {
		_, target, err := a.target(tx, id, service.MayChangeRole)
		if err == nil && target.Role == store.RoleOwner && role != store.RoleOwner && target.State == store.ProfileActive {
			n, err := tx.CountOwners()
			return refuseUnless(n > 1, err, service.CodeLastOwner)
		}
		return err
	}
	return a.change(ctx, stepUp(service.MemberActs, proof), check, func(tx store.WriteTx) error {
		_, target, err := a.target(tx, id, service.MayChangeRole)
		if err != nil || target.Role == role {
			return err
		}
		detail := map[string]string{"from": string(target.Role), "to": string(role)}
		target.Role = role
		if err := tx.UpdateProfile(target); err != nil {
			return err
		}
		if err := keepAnOwner(tx); err != nil {
			return err
		}
		a.s.w.record(tx, a.s.w.now(), eventRoleChanged, a.s.id, id, detail)
		return nil
	})
}

// Suspend keeps somebody out until Resume: their sessions and the codes that they
// have or gave out end, their password and factors stay. Errors: forbidden, not_yourself, last_owner, member_gone;
// folder.
func (a *Admin) Suspend(ctx context.Context, id string) error {
	return a.change(ctx, nil, nil, func(tx store.WriteTx) error {
		_, target, err := a.target(tx, id, service.MaySuspend)
		if err != nil {
			return err
		}
		switch target.State {
		case store.ProfileSuspended:
			return nil
		case store.ProfileInvited:
			return refuse(service.CodeMemberInvited)
		}
		now := a.s.w.now()
		target.State, target.StateAt = store.ProfileSuspended, now
		target.Epoch++
		if err := tx.UpdateProfile(target); err != nil {
			return err
		}
		a.s.w.record(tx, now, eventMemberSuspended, a.s.id, id, nil)
		return nil
	})
}

// Resume lets a suspended person sign in again. Errors: forbidden,
// not_yourself, member_gone; folder.
func (a *Admin) Resume(ctx context.Context, id string) error {
	return a.change(ctx, nil, nil, func(tx store.WriteTx) error {
		_, target, err := a.target(tx, id, service.MayReactivate)
		if err != nil || target.State != store.ProfileSuspended {
			return err
		}
		now := a.s.w.now()
		target.State, target.StateAt = store.ProfileActive, now
		if err := tx.UpdateProfile(target); err != nil {
			return err
		}
		a.s.w.record(tx, now, eventMemberResumed, a.s.id, id, nil)
		return nil
	})
}

// Remove ends a profile for good, with a step-up: its password, factor and codes
// go. Its name stays in the log and the ledger. Errors: forbidden, not_yourself,
// last_owner, member_gone; those of a step-up; folder.
func (a *Admin) Remove(ctx context.Context, id string, proof service.Proof) error {
	w := a.s.w
	check := func(tx store.ReadTx) error { _, _, err := a.target(tx, id, service.MayRemove); return err }
	var later []store.Intent
	err := a.change(ctx, stepUp(service.MemberActs, proof), check, func(tx store.WriteTx) error {
		_, target, err := a.target(tx, id, service.MayRemove)
		if err != nil {
			return err
		}
		now := w.now()
		if later, err = w.endFactor(tx, &target, now); err != nil {
			return err
		}
		detail := map[string]string{"email": target.Email, "role": string(target.Role)}
		target.State, target.StateAt = store.ProfileRemoved, now
		target.EmailKey = "removed:" + target.ID // somebody else may have the address
		target.Password = store.PasswordRecord{}
		target.Epoch++
		if err := errors.Join(tx.UpdateProfile(target), dropOneTimes(tx, id), dropHolders(tx, id), dropComputers(tx, id)); err != nil {
			return err
		}
		for _, kind := range allKinds {
			if err := tx.DeleteAttempts(id, kind); err != nil {
				return err
			}
		}
		w.record(tx, now, eventMemberRemoved, a.s.id, id, detail)
		return nil
	})
	if err != nil {
		return err
	}
	for _, in := range later {
		w.finishLater(ctx, in)
	}
	return nil
}
