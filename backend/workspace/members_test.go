package workspace_test

import (
	"fmt"
	"strings"
	"testing"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

func TestSetRole_UnknownRoleIsRefused(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	m := h.one(person{role: store.RoleMember, state: store.ProfileActive})
	for _, role := range []store.Role{"", "king", "Owner"} {
		h.refused(owner.admin().SetRole(t.Context(), m.id, role, owner.proof()), service.CodeRoleUnknown)
	}
	if role := h.profile(m.id).Role; role != store.RoleMember {
		t.Errorf("the role is %s", role)
	}
}

func TestAddMember_AdminCannotAddAnOwner(t *testing.T) {
	t.Parallel()
	h, _ := alone(t)
	admin := h.one(person{role: store.RoleAdmin, state: store.ProfileActive})
	for _, role := range []store.Role{store.RoleOwner, store.RoleAdmin} {
		_, err := admin.admin().AddMember(t.Context(), service.NewMember{Name: "Bela", Email: otherEmail, Role: role}, admin.proof())
		h.refused(err, service.CodeForbidden)
	}
	_, err := admin.admin().AddMember(t.Context(), service.NewMember{Name: "Bela", Email: otherEmail, Role: store.RoleMember}, admin.proof())
	h.ok(err)
}

func TestSetRole_LooksAgainAtWhomItIsAbout(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	steps := h.onSteps()
	member := h.one(person{role: store.RoleMember})
	other := h.one(person{role: store.RoleOwner})
	a := owner.admin()
	set := func(id string, role store.Role) func() error {
		return func() error { return a.SetRole(t.Context(), id, role, owner.proof()) }
	}
	err := h.amid(steps, 3, func() { h.alter(other.id, outOfIt) }, set(owner.id, store.RoleMember))
	h.refused(err, service.CodeLastOwner)
	if r := h.profile(owner.id).Role; r != store.RoleOwner {
		t.Errorf("the last owner is a %s", r)
	}
	err = h.amid(steps, 1, func() { // the proof waits since the refusal
		h.alter(member.id, func(p *store.Profile) { p.State, p.EmailKey = store.ProfileRemoved, "removed:"+p.ID })
	}, set(member.id, store.RoleAdmin))
	h.refused(err, service.CodeMemberGone)
	if r := h.profile(member.id).Role; r != store.RoleMember {
		t.Errorf("who was removed is %s", r)
	}
}

func TestRemove_EnrolmentUnderWayLeavesNothing(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	member := h.one(person{role: store.RoleMember})
	s := member.signIn()
	h.ok(second(s.BeginEnable(t.Context(), secret.NewText(member.pass))))
	h.ok(owner.admin().Remove(t.Context(), member.id, owner.proof()))
	if h.items() != 0 || h.intents() != 0 {
		t.Errorf("%d items and %d intents are left", h.items(), h.intents())
	}
	head := h.head()
	h.secrets.fail(nil, nil, store.ErrKeychainLocked) // nothing is asked of it
	h.ok(s.End(t.Context()))
	if h.head() != head {
		t.Errorf("its end writes %v", h.eventsAfter(head))
	}
}

func TestAdmin_UnknownMemberIsGone(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	a := owner.admin()
	h.refused(second(a.Member(t.Context(), "nobody")), service.CodeMemberGone)
	h.refused(a.Suspend(t.Context(), "nobody"), service.CodeMemberGone)
	h.refused(a.SetRole(t.Context(), "nobody", store.RoleAdmin, owner.proof()), service.CodeMemberGone)
	gone := h.one(person{role: store.RoleMember, state: store.ProfileRemoved, on: true})
	h.refused(second(a.Member(t.Context(), gone.id)), service.CodeMemberGone)
	p, err := a.PreviewRun(t.Context(), []string{gone.id})
	if h.ok(err); len(p.Ready)+len(p.Barred)+len(p.Voids) != 0 {
		t.Errorf("a run for somebody who was removed: %+v", p)
	}
}

func TestAdmin_AsManyAsFitAreNotTooMany(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	a := owner.admin()
	add := func(n int) error {
		return second(a.AddMembers(t.Context(), make([]service.NewMember, n), owner.proof(), nil))
	}
	h.refused(add(service.MaxImport), service.CodeNameRequired)
	h.refused(add(service.MaxImport+1), service.CodeImportLong)
	run := func(n int) error {
		ids := make([]string, n)
		for i := range ids {
			ids[i] = fmt.Sprint(i)
		}
		return second(a.BeginRun(t.Context(), service.RunRequest{Members: ids, Reason: "r", Kind: store.RunPrint}, owner.proof()))
	}
	h.refused(run(service.MaxRun), service.CodeMemberGone)
	h.refused(run(service.MaxRun+1), service.CodeRunLong)
}

// Who is removed leaves a name, for the log and the ledger, and nothing that opens anything.
func TestRemove_LeavesTheNameAndNothingElse(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	member := h.one(person{role: store.RoleMember})
	member.phone, _ = h.enable(member.signIn())
	a := owner.admin()
	h.ok(second(a.ResetPassword(t.Context(), member.id, "", owner.proof())))
	h.ok(second(a.HelpCode(t.Context(), member.id, "", owner.proof())))
	c := member.challenge()
	h.refused(second(c.Verify(t.Context(), secret.NewText(member.phone.wrong()))), service.CodeCodeWrong)
	h.refused(second(c.Recover(t.Context(), secret.NewText(noCode))), service.CodeRecoveryWrong)
	h.refused(second(c.UseHelpCode(t.Context(), secret.NewText(noCode))), service.CodeHelpWrong)
	s := member.signIn()
	h.ok(second(s.BeginChangePhone(t.Context(), 0, member.proof())))
	s = member.signIn()
	h.ok(second(s.BeginNewCodes(t.Context(), member.proof())))
	h.ok(a.Remove(t.Context(), member.id, owner.proof()))
	h.ok(h.store.View(t.Context(), func(tx store.ReadTx) error {
		return eachRow(tx, func(k store.Key, _ any) error {
			if k.Table != "profile" && strings.Contains(k.ID, member.id) {
				t.Errorf("%s is left", k)
			}
			return nil
		})
	}))
	if h.items() != 0 || h.intents() != 0 || h.pending() != 0 {
		t.Errorf("%d items, %d intents and %d pending sets are left", h.items(), h.intents(), h.pending())
	}
	if now := h.profile(member.id); now.Name != member.name || len(now.Password.PublicKey) > 0 {
		t.Errorf("%+v", now)
	}
}

func TestMembers_WhatIsSoAlreadyIsNoEvent(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	member := h.one(person{role: store.RoleMember})
	asleep := h.one(person{role: store.RoleMember, state: store.ProfileSuspended})
	a := owner.admin()
	for name, act := range map[string]func() error{
		"the same role": func() error { return a.SetRole(t.Context(), member.id, store.RoleMember, owner.proof()) },
		"still owner":   func() error { return a.SetRole(t.Context(), owner.id, store.RoleOwner, owner.proof()) },
		"suspended":     func() error { return a.Suspend(t.Context(), asleep.id) },
		"active":        func() error { return a.Resume(t.Context(), member.id) },
	} {
		head := h.head()
		h.ok(act())
		for _, e := range h.eventsAfter(head) {
			if e.Subject != owner.id { // the step-up
				t.Errorf("%s: %q", name, e.Kind)
			}
		}
		if n := h.kinds(head, "role-changed"); n != 0 {
			t.Errorf("%s: the role has changed", name)
		}
	}
}

// An owner who cannot sign in is none that has to stay, and the last one is told before any proof.
func TestSetRole_OnlyTheLastWhoCanSignInStaysOwner(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	asleep := h.one(person{role: store.RoleOwner, state: store.ProfileSuspended})
	a := owner.admin()
	h.refused(a.SetRole(t.Context(), owner.id, store.RoleAdmin, client.Proof{}), service.CodeLastOwner)
	h.ok(a.SetRole(t.Context(), asleep.id, store.RoleMember, owner.proof()))
	if r := h.profile(asleep.id).Role; r != store.RoleMember {
		t.Errorf("the role is %s", r)
	}
}

func TestAddMembers_WhatIsWrongIsToldBeforeAnyProof(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	taken := service.NewMember{Name: "Bela", Email: owner.email, Role: store.RoleAdmin}
	h.refused(second(owner.admin().AddMember(t.Context(), taken, client.Proof{})), service.CodeEmailTaken)
}

// As a client asks that was changed.
func TestAddMembers_NeedsOneCodeForEach(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	a, err := s.Admin(t.Context())
	h.ok(err)
	head := h.head()
	two := []service.NewMember{{Name: "A", Email: "a@example.com", Role: service.RoleMember}, {Name: "B", Email: "b@example.com", Role: service.RoleMember}}
	for _, n := range []int{0, 1, 3} {
		if _, err := a.Admin.AddMembers(t.Context(), two, make([]service.NewOneTime, n), h.signed(s, pass)); err == nil || h.head() != head {
			t.Errorf("%d codes for two: %v, %v", n, err, h.eventsAfter(head))
		}
	}
}

func TestAddMembers_LogNamesOneAndCountsMany(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	a, head := owner.admin(), h.head()
	one, err := a.AddMember(t.Context(), service.NewMember{Name: "A", Email: "a@example.com", Role: service.RoleMember}, client.Proof{})
	h.ok(err)
	if e := h.eventsAfter(head); len(e) != 1 || e[0].Kind != "member-added" || e[0].Subject != one.ProfileID || e[0].Detail["role"] != "member" {
		t.Errorf("%+v", e)
	}
	two := []service.NewMember{{Name: "B", Email: "b@example.com", Role: service.RoleMember}, {Name: "C", Email: "c@example.com", Role: service.RoleMember}}
	h.ok(second(a.AddMembers(t.Context(), two, owner.proof(), nil)))
	all := h.eventsAfter(head)
	if e := all[len(all)-1]; e.Kind != "members-imported" || e.Subject != "" || e.Detail["count"] != "2" {
		t.Errorf("%+v", e)
	}
}
