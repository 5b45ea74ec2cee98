package racetest_test

import (
	"testing"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

func TestSetRole_TwoOwnersWhoDemoteOneAnotherLeaveOne(t *testing.T) {
	t.Parallel()
	o, first := newOffice(t)
	second := first.join("bela", store.RoleMember)
	o.ok(first.admin().SetRole(t.Context(), second.id, store.RoleOwner, first.proof()))
	a, b := first.admin(), second.admin()
	errs := atOnce(
		func() error { return a.SetRole(t.Context(), second.id, store.RoleMember, first.proof()) },
		func() error { return b.SetRole(t.Context(), first.id, store.RoleMember, second.proof()) },
	)
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("%v, %v", errs[0], errs[1])
	}
	left := first
	if errs[0] != nil {
		left = second
	}
	all, err := left.admin().Members(t.Context())
	o.ok(err)
	for _, m := range all {
		if (m.Role == store.RoleOwner) != (m.ID == left.id) {
			t.Errorf("%s is %s", m.Name, m.Role)
		}
	}
}

func TestAddMember_OneAddressIsAddedOnce(t *testing.T) {
	t.Parallel()
	o, owner := newOffice(t)
	var acts []func() error
	for _, a := range []*client.Admin{owner.admin(), owner.admin()} {
		acts = append(acts, func() error {
			_, err := a.AddMember(t.Context(), service.NewMember{Name: "A", Email: "a@example.com", Role: store.RoleMember}, client.Proof{})
			return err
		})
	}
	if n := o.succeeded(atOnce(acts...), service.CodeEmailTaken); n != 1 {
		t.Errorf("added %d times", n)
	}
}

func TestApproval_IsUsedOnce(t *testing.T) {
	t.Parallel()
	o, owner := newOffice(t)
	admin := owner.join("bela", store.RoleAdmin).enable()
	owner.enable()
	member := owner.join("chidi", store.RoleMember)
	o.ok(owner.admin().SetTwoPeople(t.Context(), true, "", owner.proof()))
	asked, err := owner.admin().AskApproval(t.Context(), store.ApproveResetPassword, []string{member.id}, "it is forgotten", owner.proof())
	o.ok(err)
	o.ok(admin.admin().Approve(t.Context(), asked.ID, admin.proof()))
	var acts []func() error
	for _, a := range []*client.Admin{owner.admin(), owner.admin()} {
		proof := owner.proof()
		acts = append(acts, func() error {
			_, err := a.ResetPassword(t.Context(), member.id, asked.ID, proof)
			return err
		})
	}
	if n := o.succeeded(atOnce(acts...), service.CodeApprovalGone, service.CodeCodeUsed); n != 1 {
		t.Errorf("used %d times", n)
	}
}

func TestRecover_WhileItsSetIsReplacedOpensOnceOrNotAtAll(t *testing.T) {
	t.Parallel()
	o, owner := newOffice(t)
	p := owner.join("chidi", store.RoleMember).enable()
	var sheet client.RunSheet
	r, err := owner.admin().BeginRun(t.Context(), service.RunRequest{Members: []string{p.id}, Reason: "new phones for all", Kind: store.RunPrint}, owner.proof())
	o.ok(err)
	o.ok(r.Issue(t.Context(), nil, func(s client.RunSheet) error { sheet = s; return nil }))
	c := p.challenge()
	errs := atOnce(
		func() error { _, err := r.PutInForce(t.Context(), nil); return err },
		func() error { _, err := c.Recover(t.Context(), secret.NewText(p.codes[0])); return err },
	)
	o.ok(errs[0])
	o.succeeded(errs[1:], service.CodeRecoveryUsed, service.CodeRecoveryWrong)
	for _, old := range p.codes[:2] {
		if _, err := p.challenge().Recover(t.Context(), secret.NewText(old)); err == nil {
			t.Error("a code of the old set opens")
		}
	}
	if _, err := p.challenge().Recover(t.Context(), secret.NewText(sheet.Codes[0].Display())); err != nil {
		t.Errorf("the new set does not open: %v", err)
	}
}
