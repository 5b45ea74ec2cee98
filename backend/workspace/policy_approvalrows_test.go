package workspace_test

import (
	"testing"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// An approval ends when the profiles change that it is about. These are rows that
// changed in another way: in the file, or in a version to come.
func TestApproval_RowThatNoLongerHoldsAllowsNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		edit func(p *pair) string
		want service.Code
	}{
		"by a member": {func(p *pair) string { return "UPDATE profiles SET role = 'member' WHERE id = '" + p.admin.id + "'" }, service.CodeApprovalGone},
		"by somebody suspended": {func(p *pair) string {
			return "UPDATE profiles SET state = 'suspended' WHERE id = '" + p.admin.id + "'"
		}, service.CodeApprovalGone},
		"by nobody":     {func(*pair) string { return "UPDATE approvals SET decided_by = 'nobody'" }, service.CodeApprovalGone},
		"is unreadable": {func(*pair) string { return "UPDATE approvals SET members = 'x'" }, service.CodeDatabaseDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := twoPeople(t)
			id := p.approved(store.ApproveReset2FA, p.members[0])
			p.sneak(c.edit(p))
			p.refused(p.owner.admin().Reset2FA(t.Context(), p.members[0].id, id, p.owner.proof()), c.want)
			p.members[0].signIn()
		})
	}
}

func TestApproval_ThatCannotBeUsedUpAllowsNothing(t *testing.T) {
	t.Parallel()
	p := twoPeople(t)
	id := p.approved(store.ApproveReset2FA, p.members[0])
	a, proof := p.owner.admin(), p.owner.proof()
	p.hinder("IGNORE", "UPDATE ON approvals")
	p.refused(a.Reset2FA(t.Context(), p.members[0].id, id, proof), service.CodeApprovalGone)
	p.members[0].signIn() // with the phone that was to be reset
}

// Whether there is anything to approve is told before a proof is asked for.
func TestApprove_WhatIsNotThereCostsNoProof(t *testing.T) {
	t.Parallel()
	p := twoPeople(t)
	wrong := client.Proof{Password: secret.NewText("not the password at all")}
	p.refused(p.admin.admin().Approve(t.Context(), "nothing", wrong), service.CodeApprovalGone)
	p.refused(p.admin.admin().Refuse(t.Context(), "nothing"), service.CodeApprovalGone)
}

func TestApprovals_SayWhoMayDecide(t *testing.T) {
	t.Parallel()
	p := twoPeople(t)
	third := p.one(person{role: store.RoleAdmin, on: true})
	asked, err := p.owner.admin().AskApproval(t.Context(), store.ApproveReset2FA, []string{p.admin.id}, "the phone is lost", p.owner.proof())
	p.ok(err)
	for _, c := range []struct {
		who *user
		may bool
	}{{p.owner, false}, {p.admin, false}, {third, true}} { // who asks, whom it is about, and somebody else
		all, err := c.who.admin().Approvals(t.Context())
		if p.ok(err); len(all) != 1 || all[0].May != c.may {
			t.Errorf("%s: %+v", c.who.name, all)
		}
	}
	p.ok(third.admin().Approve(t.Context(), asked.ID, third.proof()))
	if all, err := third.admin().Approvals(t.Context()); err != nil || len(all) != 1 || all[0].May {
		t.Errorf("what was decided may be decided again: %+v, %v", all, err)
	}
}

// A name that is not there any more hides nothing of the list.
func TestApprovals_ListWhatHasLostItsNames(t *testing.T) {
	t.Parallel()
	p := twoPeople(t)
	_, err := p.owner.admin().AskApproval(t.Context(), store.ApproveReset2FA, []string{p.members[0].id}, "the phone is lost", p.owner.proof())
	p.ok(err)
	for _, edit := range []string{"UPDATE approvals SET by_id = 'nobody'", `UPDATE approvals SET members = '["nobody"]'`} {
		p.sneak(edit)
		all, err := p.admin.admin().Approvals(t.Context())
		if p.ok(err); len(all) != 1 || all[0].ByName != "" || len(all[0].Names) != 1 {
			t.Errorf("%s: %+v", edit, all)
		}
	}
}
