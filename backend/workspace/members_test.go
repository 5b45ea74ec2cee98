package workspace_test

import (
	"fmt"
	"testing"

	"countersign/backend/secret"
	"countersign/backend/workspace"
)

func TestSetRole_UnknownRoleIsRefused(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	m := h.one(person{role: workspace.RoleMember, state: workspace.ProfileActive})
	for _, role := range []workspace.Role{"", "king", "Owner"} {
		h.refused(owner.admin().SetRole(t.Context(), m.id, role, owner.proof()), workspace.CodeRoleUnknown)
	}
	if role := h.profile(m.id).Role; role != workspace.RoleMember {
		t.Errorf("the role is %s", role)
	}
}

func TestAddMember_AdminCannotAddAnOwner(t *testing.T) {
	t.Parallel()
	h, _ := alone(t)
	admin := h.one(person{role: workspace.RoleAdmin, state: workspace.ProfileActive})
	for _, role := range []workspace.Role{workspace.RoleOwner, workspace.RoleAdmin} {
		_, err := admin.admin().AddMember(t.Context(), workspace.NewMember{Name: "Bela", Email: otherEmail, Role: role}, admin.proof())
		h.refused(err, workspace.CodeForbidden)
	}
	_, err := admin.admin().AddMember(t.Context(), workspace.NewMember{Name: "Bela", Email: otherEmail, Role: workspace.RoleMember}, admin.proof())
	h.ok(err)
}

func TestSetRole_LooksAgainAtWhomItIsAbout(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	steps := h.onSteps()
	member := h.one(person{role: workspace.RoleMember})
	other := h.one(person{role: workspace.RoleOwner})
	a := owner.admin()
	set := func(id string, role workspace.Role) func() error {
		return func() error { return a.SetRole(t.Context(), id, role, owner.proof()) }
	}
	err := h.amid(steps, 3, func() { h.alter(other.id, outOfIt) }, set(owner.id, workspace.RoleMember))
	h.refused(err, workspace.CodeLastOwner)
	if r := h.profile(owner.id).Role; r != workspace.RoleOwner {
		t.Errorf("the last owner is a %s", r)
	}
	err = h.amid(steps, 1, func() { // the proof waits since the refusal
		h.alter(member.id, func(p *workspace.Profile) { p.State, p.EmailKey = workspace.ProfileRemoved, "removed:"+p.ID })
	}, set(member.id, workspace.RoleAdmin))
	h.refused(err, workspace.CodeMemberGone)
	if r := h.profile(member.id).Role; r != workspace.RoleMember {
		t.Errorf("who was removed is %s", r)
	}
}

func TestRemove_EnrolmentUnderWayLeavesNothing(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	member := h.one(person{role: workspace.RoleMember})
	s := member.signIn()
	h.ok(second(s.BeginEnable(t.Context(), secret.NewText(member.pass))))
	h.ok(owner.admin().Remove(t.Context(), member.id, owner.proof()))
	if h.items() != 0 || h.intents() != 0 {
		t.Errorf("%d items and %d intents are left", h.items(), h.intents())
	}
	head := h.head()
	h.secrets.fail(nil, nil, workspace.ErrKeychainLocked) // nothing is asked of it
	h.ok(s.End(t.Context()))
	if h.head() != head {
		t.Errorf("its end writes %v", h.eventsAfter(head))
	}
}

func TestAdmin_UnknownMemberIsGone(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	a := owner.admin()
	h.refused(second(a.Member(t.Context(), "nobody")), workspace.CodeMemberGone)
	h.refused(a.Suspend(t.Context(), "nobody"), workspace.CodeMemberGone)
	h.refused(a.SetRole(t.Context(), "nobody", workspace.RoleAdmin, owner.proof()), workspace.CodeMemberGone)
	gone := h.one(person{role: workspace.RoleMember, state: workspace.ProfileRemoved, on: true})
	h.refused(second(a.Member(t.Context(), gone.id)), workspace.CodeMemberGone)
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
		return second(a.AddMembers(t.Context(), make([]workspace.NewMember, n), owner.proof(), nil))
	}
	h.refused(add(workspace.MaxImport), workspace.CodeNameRequired)
	h.refused(add(workspace.MaxImport+1), workspace.CodeImportLong)
	run := func(n int) error {
		ids := make([]string, n)
		for i := range ids {
			ids[i] = fmt.Sprint(i)
		}
		return second(a.BeginRun(t.Context(), workspace.RunRequest{Members: ids, Reason: "r", Kind: workspace.RunPrint}, owner.proof()))
	}
	h.refused(run(workspace.MaxRun), workspace.CodeMemberGone)
	h.refused(run(workspace.MaxRun+1), workspace.CodeRunLong)
}
