package workspace

import (
	"context"
	"slices"
	"time"

	"countersign/backend/service"
	"countersign/backend/store"
)

// Policy reads what the workspace asks of everybody. Errors: forbidden,
// session_ended; folder.
func (a *Admin) Policy(ctx context.Context) (p service.Policy, err error) {
	err = a.view(ctx, func(tx store.ReadTx) error {
		info, err := tx.Info()
		if err != nil {
			return err
		}
		p = service.Policy{
			Name: info.Name, Require2FA: info.Require2FA, RequireFrom: info.RequireFrom, TwoPeople: info.TwoPeople, IdleMinutes: int(a.s.w.Idle() / time.Minute), CheckDays: info.CheckDays,
			Support: info.Support, NamesAdmins: !info.HideAdmins, QuickUnlock: info.QuickUnlock,
		}
		return nil
	})
	return p, err
}

// weakens names the approval that a change of the policy needs where the workspace
// asks for two people: none where it asks for no less than before.
func weakens(before, after store.Info) store.ApprovalKind {
	switch {
	case before.TwoPeople && !after.TwoPeople:
		return store.ApproveTwoPeopleOff
	case before.Require2FA && (!after.Require2FA || after.RequireFrom.After(before.RequireFrom)):
		return store.ApproveDropRequirement
	case !before.QuickUnlock && after.QuickUnlock:
		return store.ApproveQuickUnlock
	}
	return ""
}

// setInfo changes the workspace's own row; alter may refuse, and may leave it as
// it is. What asks for less than before waits for a second admin like the others.
func (a *Admin) setInfo(ctx context.Context, step *step, approval, event string, alter func(tx store.ReadTx, i *store.Info) (map[string]string, error)) error {
	var before, now store.Info
	var detail map[string]string
	check := func(tx store.ReadTx) (err error) {
		if before, err = tx.Info(); err != nil {
			return err
		}
		now = before
		if detail, err = alter(tx, &now); err != nil {
			return err
		}
		if kind := weakens(before, now); kind != "" {
			return a.checkApproval(tx, approval, kind, nil)
		}
		return nil
	}
	return a.change(ctx, step, check, func(tx store.WriteTx) error {
		if err := check(tx); err != nil || now == before {
			return err
		}
		if weakens(before, now) != "" {
			if err := a.useApproval(tx, approval); err != nil {
				return err
			}
		}
		if err := tx.UpdateInfo(now); err != nil {
			return err
		}
		a.s.w.record(tx, a.s.w.now(), event, a.s.id, "", detail)
		return nil
	})
}

// RenameWorkspace sets the workspace's name. Phones that are enrolled keep
// showing the old one. Errors: workspace_*; forbidden; folder.
func (a *Admin) RenameWorkspace(ctx context.Context, name string) error {
	name, err := checkWorkspaceName(name)
	if err != nil {
		return err
	}
	return a.setInfo(ctx, nil, "", eventWorkspaceRenamed, func(_ store.ReadTx, i *store.Info) (map[string]string, error) {
		detail := map[string]string{"from": i.Name, "to": name}
		i.Name = name
		return detail, nil
	})
}

// SetIdle sets after how many minutes without use a session ends, 1 to 15.
// Errors: idle_range; forbidden; folder.
func (a *Admin) SetIdle(ctx context.Context, minutes int) error {
	if minutes < service.MinIdleMinutes || minutes > service.MaxIdleMinutes {
		return refuse(service.CodeIdleRange).At("idle").With("min", service.MinIdleMinutes).With("max", service.MaxIdleMinutes)
	}
	return a.setInfo(ctx, nil, "", eventIdleSet, func(_ store.ReadTx, i *store.Info) (map[string]string, error) {
		i.IdleMinutes = minutes
		return map[string]string{"minutes": decimal(minutes)}, nil
	})
}

// SetCheckDays sets after how many days people are asked whether they still have their recovery codes, one of
// service.CheckDays; 0: never. Errors: check_days; forbidden; folder.
func (a *Admin) SetCheckDays(ctx context.Context, days int) error {
	if !slices.Contains(service.CheckDays, days) {
		return refuse(service.CodeCheckDays).At("days")
	}
	return a.setInfo(ctx, nil, "", eventCheckDaysSet, func(_ store.ReadTx, i *store.Info) (map[string]string, error) {
		i.CheckDays = days
		return map[string]string{"days": decimal(days)}, nil
	})
}

// SetQuickUnlock lets the password alone open a session again whose window was locked for want of use, or stops that, also for the windows
// that are locked now; with a step-up, and where the workspace asks for it, to allow it, with a second admin's approval. Errors: forbidden,
// approval_*; those of a step-up; folder.
func (a *Admin) SetQuickUnlock(ctx context.Context, on bool, approval string, proof service.Proof) error {
	event := eventQuickUnlockOff
	if on {
		event = eventQuickUnlockOn
	}
	return a.setInfo(ctx, stepUp(service.PolicyActs, proof), approval, event, func(_ store.ReadTx, i *store.Info) (map[string]string, error) {
		i.QuickUnlock = on
		return nil, nil
	})
}

// SetTwoPeople turns the policy on or off that a print run, a reset, a help code
// and less of a policy need a second admin, with an owner's step-up. It is refused
// where there is no second one, and turning it off needs that one's approval: else
// one owner alone could do all of it. Errors: two_people_alone, forbidden,
// approval_*; those of a step-up; folder.
func (a *Admin) SetTwoPeople(ctx context.Context, on bool, approval string, proof service.Proof) error {
	event := eventTwoPeopleOff
	if on {
		event = eventTwoPeopleOn
	}
	return a.setInfo(ctx, stepUp(service.PolicyActs, proof), approval, event, func(tx store.ReadTx, i *store.Info) (map[string]string, error) {
		actor, err := a.profile(tx)
		if err != nil {
			return nil, err
		}
		if !service.MayAskForTwo.Of(actor.Role) {
			return nil, refuse(service.CodeForbidden)
		}
		if on {
			r, err := rehearse(tx)
			if err != nil {
				return nil, err
			}
			if !r.CanApprove() {
				return nil, refuse(service.CodeTwoPeopleAlone)
			}
		}
		i.TwoPeople = on
		return nil, nil
	})
}

// Rehearse names who would be blocked if 2FA were required now. Errors:
// forbidden, session_ended; folder.
func (a *Admin) Rehearse(ctx context.Context) (r service.Rehearsal, err error) {
	err = a.view(ctx, func(tx store.ReadTx) (err error) {
		r, err = rehearse(tx)
		return err
	})
	return r, err
}

func rehearse(tx store.ReadTx) (r service.Rehearsal, err error) {
	info, err := tx.Info()
	if err != nil {
		return r, err
	}
	r.Kit = info.HasKit()
	members, err := tx.Members()
	if err != nil {
		return r, err
	}
	for _, m := range members {
		switch {
		case m.State == store.ProfileSuspended:
		case !m.On:
			r.Blocked = append(r.Blocked, m)
		default:
			r.Ready++
			if m.Role != store.RoleMember && m.State == store.ProfileActive {
				r.Admins++
				off, err := authenticatorOff(tx, m.ID)
				if err != nil {
					return r, err
				}
				if !off || m.CodesLeft > 0 {
					r.Keepers = append(r.Keepers, m)
				}
			}
		}
	}
	return r, nil
}

// Require2FA requires 2FA of everybody from a time on, with a step-up; zero: at
// once. It is refused where fewer than two owners or admins have it on, or one and there
// is no Emergency Kit: nobody could let the one back in who loses phone and codes. A
// later day than before may need an approval, as DropRequirement does. Errors:
// require_alone, require_past, require_far, forbidden, approval_*; those of a step-up;
// folder.
func (a *Admin) Require2FA(ctx context.Context, from time.Time, approval string, proof service.Proof) error {
	now := a.s.w.now()
	if from.IsZero() {
		from = now
	}
	from = time.UnixMilli(from.UnixMilli()).UTC()
	if from.Before(now.Add(-24 * time.Hour)) {
		return refuse(service.CodeRequirePast).At("from")
	}
	if from.After(now.AddDate(service.RequireYears, 0, 0)) {
		return refuse(service.CodeRequireFar).At("from").With("years", service.RequireYears)
	}
	return a.setInfo(ctx, stepUp(service.PolicyActs, proof), approval, eventRequired, func(tx store.ReadTx, i *store.Info) (map[string]string, error) {
		r, err := rehearse(tx)
		if err != nil {
			return nil, err
		}
		if !r.Possible() {
			return nil, refuse(service.CodeRequireAlone).With("ready", len(r.Keepers))
		}
		i.Require2FA, i.RequireFrom = true, from
		return map[string]string{"from": from.Format(time.RFC3339), "blocked": decimal(len(r.Blocked))}, nil
	})
}

// DropRequirement makes 2FA everybody's own choice again, with a step-up, and where
// the workspace asks for it with a second admin's approval. Errors: forbidden,
// approval_*; those of a step-up; folder.
func (a *Admin) DropRequirement(ctx context.Context, approval string, proof service.Proof) error {
	return a.setInfo(ctx, stepUp(service.PolicyActs, proof), approval, eventRequirementDropped, func(_ store.ReadTx, i *store.Info) (map[string]string, error) {
		i.Require2FA, i.RequireFrom = false, time.Time{}
		return nil, nil
	})
}
