package workspace_test

import (
	"testing"

	"countersign/backend/service"
	"countersign/backend/store"
)

// roles are given while a run is under way.
func (h *fixture) give(by *user, to *user, role store.Role) {
	h.Helper()
	h.ok(by.admin().SetRole(h.Context(), to.id, role, by.proof()))
}

func TestPrintRun_LooksAgainAtItsMembers(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	admin := h.one(person{role: store.RoleAdmin})
	people := h.membersWith2FA(3)
	raised, plain := people[0], people[1]
	first := owner.printed(people...)

	r := admin.beginRun(people...)
	r.issue()
	h.give(owner, raised, store.RoleOwner)
	res, err := r.PutInForce(t.Context(), nil)
	h.ok(err)
	if res.InForce != 2 || len(res.Skipped) != 1 || res.Skipped[0].ID != raised.id || res.Skipped[0].Reason != service.CodeForbidden {
		t.Errorf("%+v", res)
	}
	if raised.active() != first.sheets[raised.id].Sheet || plain.active() != r.sheets[plain.id].Sheet {
		t.Errorf("the owner has sheet %d, the member %d", raised.active(), plain.active())
	}
	if raised.opens(r.sheets[raised.id], 1) || !raised.opens(first.sheets[raised.id], 1) {
		t.Error("codes that an admin printed open an owner's profile")
	}

	late := admin.beginRun(plain, people[2])
	h.give(owner, people[2], store.RoleAdmin)
	err = late.Issue(t.Context(), nil, late.take)
	if e := h.refused(err, service.CodeForbidden); e.Args["name"] != people[2].name {
		t.Errorf("%v", e.Args)
	}
	if len(late.order) > 0 {
		t.Error("a sheet went out")
	}
}

func TestPrintRun_LooksAgainAtWhoBeganIt(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	boss := h.one(person{role: store.RoleOwner})
	people := h.people(person{role: store.RoleAdmin, on: true}, person{role: store.RoleMember, on: true})
	admin, member := people[0], people[1]

	r := boss.beginRun(people...)
	r.issue()
	h.give(owner, boss, store.RoleAdmin) // who prints for members alone
	res, err := r.PutInForce(t.Context(), nil)
	h.ok(err)
	if res.InForce != 1 || admin.active() != 0 || member.active() != r.sheets[member.id].Sheet {
		t.Errorf("%+v; the admin has sheet %d, the member %d", res, admin.active(), member.active())
	}

	last := boss.beginRun(member)
	last.issue()
	h.give(owner, boss, store.RoleMember)
	_, err = last.PutInForce(t.Context(), nil)
	h.refused(err, service.CodeForbidden)
	if res, err = last.Cancel(t.Context()); err != nil || res.State != store.RunCancelled || res.InForce != 0 { // which only takes back
		t.Errorf("%+v, %v", res, err)
	}
	if member.active() != r.sheets[member.id].Sheet {
		t.Error("a run of somebody who is no admin any more goes on")
	}
	h.restart()
}
