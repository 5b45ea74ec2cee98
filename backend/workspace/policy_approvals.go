package workspace

import (
	"context"
	"errors"
	"slices"

	"countersign/backend/service"
	"countersign/backend/store"
)

// checkReason takes the reason of an act, which the log and the cover page show.
func checkReason(s string) (string, error) {
	return checkName(s, service.CodeReasonRequired, service.CodeReasonLong, service.CodeReasonForm, "reason")
}

// approvedOn is what each approval of an act on members lets its asker do to them.
var approvedOn = map[store.ApprovalKind]service.MemberPermission{
	store.ApprovePrintRun: service.MayIssueCodes, store.ApproveReset2FA: service.MayReset2FA, store.ApproveResetPassword: service.MayResetPassword, store.ApproveHelpCode: service.MayGiveHelpCode,
}

// ofPolicy reports whether an approval is of what the workspace asks of everybody.
func ofPolicy(k store.ApprovalKind) bool {
	return k == store.ApproveDropRequirement || k == store.ApproveTwoPeopleOff || k == store.ApproveQuickUnlock
}

// AskApproval asks a second admin for leave, with a step-up: the policy Two
// people. One of the policy is about no members. Errors: forbidden, reason_*,
// member_gone, nobody_chosen; those of a step-up; folder.
func (a *Admin) AskApproval(ctx context.Context, kind store.ApprovalKind, members []string, reason string, proof service.Proof) (store.Approval, error) {
	w := a.s.w
	reason, err := checkReason(reason)
	if err != nil {
		return store.Approval{}, err
	}
	what, ok := approvedOn[kind]
	switch {
	case len(members) > service.MaxRun:
		return store.Approval{}, refuse(service.CodeRunLong).With("max", service.MaxRun)
	case ofPolicy(kind) && len(members) == 0:
	case !ok, len(members) == 0, kind != store.ApprovePrintRun && len(members) != 1:
		return store.Approval{}, refuse(service.CodeNobodyChosen)
	}
	members = slices.Compact(slices.Sorted(slices.Values(members)))
	check := func(tx store.ReadTx) error {
		if err := w.dated(); err != nil {
			return err
		}
		actor, err := a.profile(tx)
		if err != nil {
			return err
		}
		if kind == store.ApproveTwoPeopleOff && !service.MayAskForTwo.Of(actor.Role) {
			return refuse(service.CodeForbidden)
		}
		for _, id := range members {
			if _, _, err := a.target(tx, id, what); err != nil {
				return err
			}
		}
		return nil
	}
	var made store.Approval
	err = a.change(ctx, stepUp(service.EachTime, proof), check, func(tx store.WriteTx) error {
		if err := check(tx); err != nil {
			return err
		}
		id, err := w.newID()
		if err != nil {
			return err
		}
		now := w.now()
		made = store.Approval{
			ID: id, Kind: kind, Members: members, Reason: reason, ByID: a.s.id, At: now, ExpiresAt: now.Add(service.ApprovalLife), State: store.ApprovalWaiting,
		}
		if err := tx.InsertApproval(made); err != nil {
			return err
		}
		w.record(tx, now, eventApprovalAsked, a.s.id, soleMember(made), approvalDetail(made))
		return nil
	})
	return made, err
}

func soleMember(a store.Approval) string {
	if len(a.Members) == 1 {
		return a.Members[0]
	}
	return ""
}

func approvalDetail(a store.Approval) map[string]string {
	return map[string]string{"for": string(a.Kind), "count": decimal(len(a.Members)), "reason": a.Reason}
}

// Approvals lists what waits for a second admin, or was approved and waits for
// the first. What has run out is left out. Errors: forbidden, session_ended; folder.
func (a *Admin) Approvals(ctx context.Context) (all []service.AskedApproval, err error) {
	err = a.view(ctx, func(tx store.ReadTx) error {
		actor, err := a.profile(tx)
		if err != nil {
			return err
		}
		all = nil
		rows, err := tx.Approvals()
		if err != nil {
			return err
		}
		for _, r := range rows {
			if !a.s.w.now().Before(r.ExpiresAt) {
				continue
			}
			asked := service.AskedApproval{Approval: r, Mine: r.ByID == actor.ID}
			asked.May = !asked.Mine && r.State == store.ApprovalWaiting && !slices.Contains(r.Members, actor.ID)
			if by, err := tx.Profile(r.ByID); err == nil {
				asked.ByName = by.Name
			} else if !errors.Is(err, store.ErrNotFound) {
				return err
			}
			for _, id := range r.Members {
				p, err := tx.Profile(id)
				if err != nil && !errors.Is(err, store.ErrNotFound) {
					return err
				}
				asked.Names = append(asked.Names, p.Name)
			}
			all = append(all, asked)
		}
		return nil
	})
	return all, err
}

// Approve gives leave for what another admin asked for, with one's own password
// and code. Whoever the act is about cannot approve it, nor can who has 2FA off.
// Errors: approval_gone, approval_own, two_factor_off, forbidden; those of a
// step-up; folder.
func (a *Admin) Approve(ctx context.Context, id string, proof service.Proof) error {
	return a.decide(ctx, id, store.ApprovalApproved, eventApprovalGiven, stepUp(service.EachTime, proof))
}

// Refuse says no to what another admin asked for, or takes back what one has
// asked for oneself. Errors: approval_gone, forbidden; folder.
func (a *Admin) Refuse(ctx context.Context, id string) error {
	return a.decide(ctx, id, store.ApprovalRefused, eventApprovalRefused, nil)
}

func (a *Admin) decide(ctx context.Context, id string, to store.ApprovalState, event string, step *step) error {
	w := a.s.w
	var row store.Approval
	check := func(tx store.ReadTx) (err error) {
		actor, err := a.profile(tx)
		if err == nil && to == store.ApprovalApproved {
			err = w.dated()
		}
		if err != nil {
			return err
		}
		row, err = tx.Approval(id)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return refuse(service.CodeApprovalGone)
		case err != nil:
			return err
		case row.State != store.ApprovalWaiting && (row.State != store.ApprovalApproved || to == store.ApprovalApproved), !w.now().Before(row.ExpiresAt):
			return refuse(service.CodeApprovalGone)
		case to == store.ApprovalApproved && (row.ByID == actor.ID || slices.Contains(row.Members, actor.ID)):
			return refuse(service.CodeApprovalOwn)
		case to == store.ApprovalApproved: // with a code of one's own
			_, err := tx.Factor(actor.ID)
			return absent(err, service.CodeTwoFactorOff)
		}
		return nil
	}
	return a.change(ctx, step, check, func(tx store.WriteTx) error {
		if err := check(tx); err != nil {
			return err
		}
		if row.ByID == a.s.id {
			to, event = store.ApprovalWithdrawn, eventApprovalWithdrawn
		}
		now := w.now()
		ok, err := tx.DecideApproval(id, row.State, to, a.s.id, now)
		if err := refuseUnless(ok, err, service.CodeApprovalGone); err != nil {
			return err
		}
		w.record(tx, now, event, a.s.id, soleMember(row), approvalDetail(row))
		return nil
	})
}

// checkApproval refuses an act that needs a second admin and has none. What was
// approved covers exactly the act, the people and the one who asked.
func (a *Admin) checkApproval(tx store.ReadTx, id string, kind store.ApprovalKind, members []string) error {
	info, err := tx.Info()
	if err != nil {
		return err
	}
	if !info.TwoPeople && id == "" {
		return nil
	}
	if id == "" {
		return refuse(service.CodeApprovalNeeded)
	}
	row, err := tx.Approval(id)
	if errors.Is(err, store.ErrNotFound) {
		return refuse(service.CodeApprovalGone)
	}
	if err != nil {
		return err
	}
	if err := a.s.w.dated(); err != nil {
		return err
	}
	members = slices.Compact(slices.Sorted(slices.Values(members)))
	if row.State != store.ApprovalApproved || row.Kind != kind || row.ByID != a.s.id || !slices.Equal(row.Members, members) || !a.s.w.now().Before(row.ExpiresAt) {
		return refuse(service.CodeApprovalGone)
	}
	by, err := tx.Profile(row.DecidedBy) // who approved is still an admin
	still := err == nil && by.State == store.ProfileActive && service.MayAdminister.Of(by.Role)
	return refuseUnless(still, ignoreMissing(err), service.CodeApprovalGone)
}

func ignoreMissing(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// useApproval marks an approval as used, in the transaction of its act. An empty
// id is an act that needed none.
func (a *Admin) useApproval(tx store.WriteTx, id string) error {
	if id == "" {
		return nil
	}
	row, err := tx.Approval(id)
	if err != nil {
		return err
	}
	ok, err := tx.DecideApproval(id, store.ApprovalApproved, store.ApprovalUsed, row.DecidedBy, a.s.w.now())
	return refuseUnless(ok, err, service.CodeApprovalGone)
}
