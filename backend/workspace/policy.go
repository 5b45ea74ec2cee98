package workspace

import (
	"context"
	"time"

	"countersign/backend/service"
)

// The bounds of the idle time, in minutes (SP 800-63B-4 §2.2.3 allows an hour).
const (
	MinIdleMinutes = 1
	MaxIdleMinutes = 15
)

// Policy is Settings → Workspace.
type Policy struct {
	Name        string
	Require2FA  bool
	RequireFrom time.Time // with Require2FA: from when
	TwoPeople   bool
	IdleMinutes int
	Support     string
	NamesAdmins bool // at the sign-in
}

// Policy reads what the workspace asks of everybody. Errors: forbidden,
// session_ended; folder.
func (a *Admin) Policy(ctx context.Context) (p Policy, err error) {
	err = a.view(ctx, func(tx ReadTx) error {
		info, err := tx.Info()
		if err != nil {
			return err
		}
		a.s.w.cacheInfo(info)
		p = Policy{
			Name: info.Name, Require2FA: info.Require2FA, RequireFrom: info.RequireFrom, TwoPeople: info.TwoPeople, IdleMinutes: int(a.s.w.Idle() / time.Minute),
			Support: info.Support, NamesAdmins: !info.HideAdmins,
		}
		return nil
	})
	return p, err
}

// weakens names the approval that a change of the policy needs where the workspace
// asks for two people: none where it asks for no less than before.
func weakens(before, after Info) ApprovalKind {
	switch {
	case before.TwoPeople && !after.TwoPeople:
		return ApproveTwoPeopleOff
	case before.Require2FA && (!after.Require2FA || after.RequireFrom.After(before.RequireFrom)):
		return ApproveDropRequirement
	}
	return ""
}

// setInfo changes the workspace's own row; alter may refuse, and may leave it as
// it is. What asks for less than before waits for a second admin like the others.
func (a *Admin) setInfo(ctx context.Context, proof *Proof, approval, event string, alter func(tx ReadTx, i *Info) (map[string]string, error)) error {
	var before, now Info
	var detail map[string]string
	check := func(tx ReadTx) (err error) {
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
	return a.change(ctx, proof, check, func(tx WriteTx) error {
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
		return a.s.w.record(tx, a.s.w.now(), event, a.s.id, "", detail)
	})
}

// RenameWorkspace sets the workspace's name. Phones that are enrolled keep
// showing the old one. Errors: workspace_*; forbidden; folder.
func (a *Admin) RenameWorkspace(ctx context.Context, name string) error {
	name, err := checkWorkspaceName(name)
	if err != nil {
		return err
	}
	return a.setInfo(ctx, nil, "", eventWorkspaceRenamed, func(_ ReadTx, i *Info) (map[string]string, error) {
		detail := map[string]string{"from": i.Name, "to": name}
		i.Name = name
		return detail, nil
	})
}

// SetIdle sets after how many minutes without use a session ends, 1 to 15.
// Errors: idle_range; forbidden; folder.
func (a *Admin) SetIdle(ctx context.Context, minutes int) error {
	if minutes < MinIdleMinutes || minutes > MaxIdleMinutes {
		return refuse(service.CodeIdleRange).At("idle").With("min", MinIdleMinutes).With("max", MaxIdleMinutes)
	}
	return a.setInfo(ctx, nil, "", eventIdleSet, func(_ ReadTx, i *Info) (map[string]string, error) {
		i.IdleMinutes = minutes
		return map[string]string{"minutes": decimal(minutes)}, nil
	})
}

// SetTwoPeople turns the policy on or off that a print run, a reset, a help code
// and less of a policy need a second admin, with an owner's step-up. It is refused
// where there is no second one, and turning it off needs that one's approval: else
// one owner alone could do all of it. Errors: two_people_alone, forbidden,
// approval_*; those of a step-up; folder.
func (a *Admin) SetTwoPeople(ctx context.Context, on bool, approval string, proof Proof) error {
	event := eventTwoPeopleOff
	if on {
		event = eventTwoPeopleOn
	}
	return a.setInfo(ctx, &proof, approval, event, func(tx ReadTx, i *Info) (map[string]string, error) {
		actor, err := a.profile(tx)
		if err != nil {
			return nil, err
		}
		if !MayAskForTwo.Of(actor.Role) {
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

// Rehearsal is what would happen if 2FA were required from a day on.
type Rehearsal struct {
	Blocked []Member // who could get only as far as enrolling, were it that day already
	Ready   int      // who would not notice
	Keepers []Member // owners and admins who could sign in and let the others back in
	Admins  int      // owners and admins with 2FA on
	Kit     bool     // there is an Emergency Kit, with which one could come in
}

// mostKeepers is how many people have to be able to let the workspace back in:
// one who has lost phone and codes needs another.
const mostKeepers = 2

// Possible reports whether enough people could let the workspace back in.
func (r Rehearsal) Possible() bool {
	return len(r.Keepers) >= mostKeepers || len(r.Keepers) >= 1 && r.Kit
}

// CanApprove reports whether one of them could approve what another asks for.
func (r Rehearsal) CanApprove() bool { return r.Admins > 1 }

// Rehearse names who would be blocked if 2FA were required now. Errors:
// forbidden, session_ended; folder.
func (a *Admin) Rehearse(ctx context.Context) (r Rehearsal, err error) {
	err = a.view(ctx, func(tx ReadTx) (err error) {
		r, err = rehearse(tx)
		return err
	})
	return r, err
}

func rehearse(tx ReadTx) (r Rehearsal, err error) {
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
		case m.State == ProfileSuspended:
		case !m.On:
			r.Blocked = append(r.Blocked, m)
		default:
			r.Ready++
			if m.Role != RoleMember && m.State == ProfileActive {
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

// RequireYears is how far ahead 2FA can be required: a later day is a slip of the
// keyboard, and times past 9999 have no form.
const RequireYears = 10

// Require2FA requires 2FA of everybody from a time on, with a step-up; zero: at
// once. It is refused where fewer than two owners or admins have it on, or one and there
// is no Emergency Kit: nobody could let the one back in who loses phone and codes. A
// later day than before may need an approval, as DropRequirement does. Errors:
// require_alone, require_past, require_far, forbidden, approval_*; those of a step-up;
// folder.
func (a *Admin) Require2FA(ctx context.Context, from time.Time, approval string, proof Proof) error {
	now := a.s.w.now()
	if from.IsZero() {
		from = now
	}
	from = time.UnixMilli(from.UnixMilli()).UTC()
	if from.Before(now.Add(-24 * time.Hour)) {
		return refuse(service.CodeRequirePast).At("from")
	}
	if from.After(now.AddDate(RequireYears, 0, 0)) {
		return refuse(service.CodeRequireFar).At("from").With("years", RequireYears)
	}
	return a.setInfo(ctx, &proof, approval, eventRequired, func(tx ReadTx, i *Info) (map[string]string, error) {
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
func (a *Admin) DropRequirement(ctx context.Context, approval string, proof Proof) error {
	return a.setInfo(ctx, &proof, approval, eventRequirementDropped, func(_ ReadTx, i *Info) (map[string]string, error) {
		i.Require2FA, i.RequireFrom = false, time.Time{}
		return nil, nil
	})
}

// Overdue reports whether 2FA is off and was required since a time that has
// passed.
func (p Policy) Overdue(m Member, now time.Time) bool {
	return !m.On && m.State != ProfileSuspended && p.Require2FA && !now.Before(p.RequireFrom)
}
