package workspace_test

import (
	"strings"
	"testing"

	"countersign/backend/password"
	"countersign/backend/secret"
	"countersign/backend/workspace"
)

// newest is the number of the newest event: a guess that is counted adds one.
func (h *house) newest() int64 {
	h.Helper()
	head, _, err := workspace.ReadAnchor(h.w, h.Context())
	h.ok(err)
	return head
}

func TestSignIn_NothingOrTooMuchIsRefusedUncounted(t *testing.T) {
	t.Parallel()
	h, _ := created(t)
	most := strings.Repeat("a", 4*workspace.MaxEmail)
	longest := strings.Repeat("a", 4*4*password.MaxLength)
	before := h.newest()
	for _, c := range []struct {
		email, pw string
		want      workspace.Code
	}{
		{"", pass, workspace.CodeEmailRequired}, {" ", pass, workspace.CodeEmailRequired}, {email, "", workspace.CodePasswordRequired},
		{most + "a", pass, workspace.CodeCredentialsWrong}, {email, longest + "a", workspace.CodeCredentialsWrong},
	} {
		_, _, err := h.w.SignIn(t.Context(), c.email, secret.NewText(c.pw))
		h.refused(err, c.want)
	}
	if n := h.newest(); n != before {
		t.Errorf("%d guesses were counted", n-before)
	}
	for _, c := range [][2]string{{most, pass}, {email, longest}} {
		before := h.newest()
		_, _, err := h.w.SignIn(t.Context(), c[0], secret.NewText(c[1]))
		h.refused(err, workspace.CodeCredentialsWrong)
		if h.newest() == before {
			t.Errorf("a guess of %d and %d characters was not looked at", len(c[0]), len(c[1]))
		}
	}
}

func TestRedeem_TooLongAnEmailIsRefusedUncounted(t *testing.T) {
	t.Parallel()
	h, _ := created(t)
	most := strings.Repeat("a", 4*workspace.MaxEmail)
	before := h.newest()
	_, _, err := h.w.Redeem(t.Context(), most+"a", secret.NewText(noCode), secret.NewText(pass))
	h.refused(err, workspace.CodeInvitationWrong)
	if n := h.newest(); n != before {
		t.Errorf("%d guesses were counted", n-before)
	}
	_, _, err = h.w.Redeem(t.Context(), most, secret.NewText(noCode), secret.NewText(pass))
	h.refused(err, workspace.CodeInvitationWrong)
	if h.newest() == before {
		t.Error("the longest email was not looked at")
	}
}

func TestSignIn_WithoutAWorkspaceIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, _, err := h.w.SignIn(t.Context(), email, secret.NewText(pass))
	h.refused(err, workspace.CodeCredentialsWrong)
	_, _, err = h.w.Redeem(t.Context(), email, secret.NewText(noCode), secret.NewText(pass))
	h.refused(err, workspace.CodeInvitationWrong)
}

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

func TestSetIdle_IsOneToFifteenMinutes(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	a := owner.admin()
	for _, n := range []int{workspace.MinIdleMinutes, workspace.MaxIdleMinutes} {
		h.ok(a.SetIdle(t.Context(), n))
	}
	for _, n := range []int{-1, 0, workspace.MaxIdleMinutes + 1} {
		h.refused(a.SetIdle(t.Context(), n), workspace.CodeIdleRange)
	}
}

func TestAskApproval_UnknownKindIsRefused(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	m := h.one(person{role: workspace.RoleMember, state: workspace.ProfileActive})
	_, err := owner.admin().AskApproval(t.Context(), "anything", []string{m.id}, "because", owner.proof())
	h.refused(err, workspace.CodeNobodyChosen)
}
