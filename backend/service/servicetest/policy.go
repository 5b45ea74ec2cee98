package servicetest

import (
	"strings"
	"time"

	"countersign/backend/client"
	"countersign/backend/password"
	"countersign/backend/service"
)

var policies = []useCase{
	{"Policy_IsSeenByEverybody", policyIsSeen, []string{
		"Admin.Policy", "Admin.SetIdle", "Admin.SetSupport", "Admin.NameAdmins", "Admin.RenameWorkspace", "Workspace.Support",
	}},
	{"Require2FA_NeedsSomebodyToLetOthersBackIn", requireNeeds, []string{"Admin.Rehearse", "Admin.Require2FA", "Admin.DropRequirement"}},
	{"Require2FA_EndsSessionsOnItsDay", requireEnds, []string{"Session.Overdue", "Session.Whole"}},
	{"TwoPeople_ActWaitsForASecondAdmin", twoPeople, []string{"Admin.SetTwoPeople", "Admin.AskApproval", "Admin.Approvals", "Admin.Approve"}},
	{"TwoPeople_RefusedOrExpiredApprovalIsNone", approvalsEnd, []string{"Admin.Refuse"}},
	{"TwoPeople_PolicyIsNotWeakenedAlone", policyNotWeakened, nil},
}

func policyIsSeen(f *fixture) {
	a := f.owner.admin()
	was, err := a.Policy(f.ctx())
	f.ok(err)
	if was.Name != f.owner.w.Name() || was.Require2FA || was.TwoPeople || was.IdleMinutes != int(service.DefaultIdle/time.Minute) || was.Support != "" || !was.NamesAdmins {
		f.Errorf("%+v", was)
	}
	for name, code := range map[string]service.Code{
		"": service.CodeWorkspaceRequired, strings.Repeat("n", service.MaxName+1): service.CodeWorkspaceLong, "\x03": service.CodeWorkspaceForm,
	} {
		f.refused(a.RenameWorkspace(f.ctx(), name), code)
	}
	for _, minutes := range []int{-1, 0, service.MaxIdleMinutes + 1, 1 << 40} {
		f.refused(a.SetIdle(f.ctx(), minutes), service.CodeIdleRange)
	}
	for contact, code := range map[string]service.Code{
		strings.Repeat("n", service.MaxSupport+1): service.CodeSupportLong, "\x04": service.CodeSupportForm, "javascript:alert(1)": service.CodeSupportLink,
	} {
		f.refused(a.SetSupport(f.ctx(), contact), code)
	}
	f.ok(a.RenameWorkspace(f.ctx(), "Southwind Legal"))
	f.ok(a.SetIdle(f.ctx(), 1))
	f.ok(a.SetSupport(f.ctx(), "help@example.com"))
	second := f.member(service.RoleAdmin)
	w := second.w
	s := second.signIn()
	f.same("the name", w.Name(), "Southwind Legal")
	f.same("the idle time", w.Idle(), time.Minute)
	support, err := w.Support(f.ctx())
	f.ok(err)
	f.same("whom to ask", support, service.Support{Contact: "help@example.com", Address: "mailto:help@example.com", Names: []string{f.owner.name, second.name}})
	f.ok(f.owner.admin().NameAdmins(f.ctx(), false))
	support, err = w.Support(f.ctx())
	f.ok(err)
	f.same("whom to ask", support.Names, []string(nil))
	sa, err := s.Admin(f.ctx())
	f.ok(err)
	now, err := sa.Policy(f.ctx())
	f.ok(err)
	f.same("the policy", now, service.Policy{Name: "Southwind Legal", IdleMinutes: 1, CheckDays: service.FirstCheckDays, Support: "help@example.com"})
	f.place.Advance(time.Minute)
	f.refused(s.Touch(), service.CodeSessionEnded)
}

func requireNeeds(f *fixture) {
	a := f.owner.admin()
	m := f.member(service.RoleMember)
	f.same("who could", argument(f.refused(a.Require2FA(f.ctx(), time.Time{}, "", f.owner.proof()), service.CodeRequireAlone), "ready"), 0)
	f.owner.enable(f.owner.signIn())
	a = f.owner.admin()
	f.same("who could", argument(f.refused(a.Require2FA(f.ctx(), time.Time{}, "", f.owner.proof()), service.CodeRequireAlone), "ready"), 1)
	f.guarded(service.RoleAdmin)
	r, err := a.Rehearse(f.ctx())
	f.ok(err)
	if !r.Possible() || !r.CanApprove() || r.Kit || r.Ready != 2 || len(r.Keepers) != 2 || len(r.Blocked) != 1 || r.Blocked[0].ID != m.id {
		f.Errorf("%+v", r)
	}
	now := f.place.Now()
	f.refused(a.Require2FA(f.ctx(), now.Add(-25*time.Hour), "", f.owner.proof()), service.CodeRequirePast)
	f.refused(a.Require2FA(f.ctx(), now.AddDate(service.RequireYears, 0, 2), "", f.owner.proof()), service.CodeRequireFar)
	f.refused(a.Require2FA(f.ctx(), time.Time{}, "", client.Proof{Password: text(f.owner.pass)}), service.CodeFactorRequired)
	f.ok(a.Require2FA(f.ctx(), time.Time{}, "", f.owner.proof()))
	p, err := a.Policy(f.ctx())
	if f.ok(err); !p.Require2FA || p.RequireFrom.IsZero() {
		f.Errorf("%+v", p)
	}
	f.refused(f.owner.signIn().Disable(f.ctx(), byCode(f.owner.newCode())), service.CodeRequiredByWorkspace)
	s := m.enrol(func() *client.EnrolmentSession {
		e, err := m.challenge().Enrol(f.ctx())
		f.ok(err)
		return e
	}())
	f.same("the least length", m.w.MinPassword(), password.MinLengthWith2FA)

	// A password that does beside a second factor does not alone.
	short := "vb7 kq2 xw"
	f.ok(s.ChangePassword(f.ctx(), text(m.pass), text(short), byCode(m.newCode())))
	m.pass = short
	if !f.status(m.signIn()).ShortPassword {
		f.Error("a short password is not called so")
	}
	f.refused(f.owner.admin().DropRequirement(f.ctx(), "", client.Proof{Password: text(f.owner.pass)}), service.CodeFactorRequired)
	f.ok(f.owner.admin().DropRequirement(f.ctx(), "", f.owner.proof()))
	f.ok(m.signIn().Disable(f.ctx(), byCode(m.newCode())))
	c := m.challenge()
	if !c.MustChoosePassword() || m.w.MinPassword() != password.MinLength {
		f.Fatal("a short password stands alone")
	}
	f.refused(second(c.ChoosePassword(f.ctx(), text(short))), service.CodePasswordShort)
	_, err = c.ChoosePassword(f.ctx(), text(long))
	f.ok(err)
	m.pass, m.phone = long, nil
	m.signIn()
}

func requireEnds(f *fixture) {
	f.owner.enable(f.owner.signIn())
	f.guarded(service.RoleOwner)
	m, n := f.member(service.RoleMember), f.member(service.RoleMember)
	day := f.place.Now().Add(4 * time.Minute).UTC().Truncate(time.Millisecond)
	f.ok(f.owner.admin().Require2FA(f.ctx(), day, "", f.owner.proof()))
	s, other := m.signIn(), n.signIn()
	if w := s.Welcome(); !w.RequireFrom.Equal(day) {
		f.Errorf("%s, not %s", w.RequireFrom, day)
	}
	if t := f.status(s); t.Required || !t.RequireFrom.Equal(day) {
		f.Errorf("%+v", t)
	}
	if left := s.Remaining(); left > day.Sub(f.place.Now()) {
		f.Errorf("it lasts for another %s", left)
	}
	shown, err := other.BeginEnable(f.ctx(), text(n.pass))
	f.ok(err)
	f.place.Advance(day.Sub(f.place.Now()))
	if !s.Overdue() || s.Remaining() != 0 {
		f.Error("it is not over")
	}
	f.refused(s.Whole(), service.CodeSessionEnded)
	f.refused(second(s.Overview(f.ctx())), service.CodeSessionEnded)
	// Who is at it may finish, and do nothing else.
	f.refused(other.Whole(), service.CodeEnableFirst)
	f.refused(second(other.Overview(f.ctx())), service.CodeEnableFirst)
	f.ok(other.Touch())
	n.confirm(other, shown)
	if t := f.status(other); !t.On || !t.Required || other.Overdue() {
		f.Errorf("%+v", t)
	}
	if !m.challenge().MustEnrol() {
		f.Error("2FA is not required")
	}
}

// guardedTwo has the workspace ask for two people: the first owner and another, both with 2FA on.
func (f *fixture) guardedTwo() (other *person) {
	f.Helper()
	other = f.guarded(service.RoleOwner)
	f.owner.enable(f.owner.signIn())
	f.ok(f.owner.admin().SetTwoPeople(f.ctx(), true, "", f.owner.proof()))
	return other
}

func twoPeople(f *fixture) {
	f.refused(f.owner.admin().SetTwoPeople(f.ctx(), true, "", f.owner.proof()), service.CodeTwoPeopleAlone)
	other := f.guardedTwo()
	m, n := f.guarded(service.RoleMember), f.guarded(service.RoleMember)
	a := f.owner.admin()
	for what, err := range map[string]error{
		"a print run":      second(a.BeginRun(f.ctx(), service.RunRequest{Members: ids(m), Reason: "New codes", Kind: service.RunPrint}, f.owner.proof())),
		"a reset":          a.Reset2FA(f.ctx(), m.id, "", f.owner.proof()),
		"a password reset": second(a.ResetPassword(f.ctx(), m.id, "", f.owner.proof())),
		"a help code":      second(a.HelpCode(f.ctx(), m.id, "", f.owner.proof())),
	} {
		if !service.IsCode(err, service.CodeApprovalNeeded) {
			f.Errorf("%s: %v", what, err)
		}
	}
	for what, c := range map[string]struct {
		kind    service.ApprovalKind
		members []string
		reason  string
		code    service.Code
	}{
		"no reason":            {service.ApproveReset2FA, ids(m), "", service.CodeReasonRequired},
		"a long reason":        {service.ApproveReset2FA, ids(m), strings.Repeat("r", service.MaxName+1), service.CodeReasonLong},
		"nobody":               {service.ApproveReset2FA, nil, "lost", service.CodeNobodyChosen},
		"two at once":          {service.ApproveReset2FA, ids(m, n), "lost", service.CodeNobodyChosen},
		"somebody unknown":     {service.ApproveReset2FA, []string{"nobody"}, "lost", service.CodeMemberGone},
		"an act of no kind":    {"another", ids(m), "lost", service.CodeNobodyChosen},
		"a policy of somebody": {service.ApproveTwoPeopleOff, ids(m), "lost", service.CodeNobodyChosen},
		"oneself":              {service.ApproveReset2FA, ids(f.owner), "lost", service.CodeNotYourself},
	} {
		if _, err := a.AskApproval(f.ctx(), c.kind, c.members, c.reason, f.owner.proof()); !service.IsCode(err, c.code) {
			f.Errorf("%s: %v, not %s", what, err, c.code)
		}
	}
	asked, err := a.AskApproval(f.ctx(), service.ApproveReset2FA, ids(m), "Lost phone", f.owner.proof())
	f.ok(err)
	if asked.State != service.ApprovalWaiting || asked.ExpiresAt.Sub(asked.At) != service.ApprovalLife || asked.ByID != f.owner.id {
		f.Errorf("%+v", asked)
	}
	f.refused(a.Reset2FA(f.ctx(), m.id, asked.ID, f.owner.proof()), service.CodeApprovalGone) // it waits
	f.refused(a.Approve(f.ctx(), asked.ID, f.owner.proof()), service.CodeApprovalOwn)
	b := other.admin()
	list, err := b.Approvals(f.ctx())
	f.ok(err)
	if len(list) != 1 || list[0].ID != asked.ID || list[0].ByName != f.owner.name || list[0].Names[0] != m.name || list[0].Mine || !list[0].May || list[0].Reason != "Lost phone" {
		f.Errorf("%+v", list)
	}
	f.refused(b.Approve(f.ctx(), "none", other.proof()), service.CodeApprovalGone)
	f.refused(b.Approve(f.ctx(), asked.ID, client.Proof{Password: text(other.pass)}), service.CodeFactorRequired)
	without := f.member(service.RoleAdmin)
	f.refused(without.admin().Approve(f.ctx(), asked.ID, without.proof()), service.CodeTwoFactorOff)
	b = other.admin()
	f.ok(b.Approve(f.ctx(), asked.ID, other.proof()))
	f.refused(b.Approve(f.ctx(), asked.ID, other.proof()), service.CodeApprovalGone)
	a = f.owner.admin()
	list, err = a.Approvals(f.ctx())
	if f.ok(err); len(list) != 1 || list[0].State != service.ApprovalApproved || !list[0].Mine || list[0].DecidedBy != other.id {
		f.Errorf("%+v", list)
	}
	// It is for this act, on this person, by who has asked.
	f.refused(a.Reset2FA(f.ctx(), n.id, asked.ID, f.owner.proof()), service.CodeApprovalGone)
	f.refused(second(a.HelpCode(f.ctx(), m.id, asked.ID, f.owner.proof())), service.CodeApprovalGone)
	f.refused(b.Reset2FA(f.ctx(), m.id, asked.ID, other.proof()), service.CodeApprovalGone)
	f.ok(f.owner.admin().Reset2FA(f.ctx(), m.id, asked.ID, f.owner.proof()))
	m.phone = nil
	m.enable(m.signIn())
	f.refused(f.owner.admin().Reset2FA(f.ctx(), m.id, asked.ID, f.owner.proof()), service.CodeApprovalGone) // once

	a = f.owner.admin()
	asked, err = a.AskApproval(f.ctx(), service.ApprovePrintRun, ids(n, m), "New codes", f.owner.proof())
	f.ok(err)
	f.ok(other.admin().Approve(f.ctx(), asked.ID, other.proof()))
	a = f.owner.admin()
	f.refused(second(a.BeginRun(f.ctx(), service.RunRequest{Members: ids(m), Reason: "r", Kind: service.RunPrint, Approval: asked.ID}, f.owner.proof())), service.CodeApprovalGone)
	r, err := a.BeginRun(f.ctx(), service.RunRequest{Members: ids(m, n), Reason: "r", Kind: service.RunPrint, Approval: asked.ID}, f.owner.proof())
	f.ok(err)
	f.same("who approved it", r.Plan().ApprovedBy, other.name)
	f.refused(second(a.BeginRun(f.ctx(), service.RunRequest{Members: ids(m, n), Reason: "r", Kind: service.RunPrint, Approval: asked.ID}, f.owner.proof())), service.CodeApprovalGone)
}

func approvalsEnd(f *fixture) {
	other := f.guardedTwo()
	m := f.guarded(service.RoleMember)
	ask := func() string {
		asked, err := f.owner.admin().AskApproval(f.ctx(), service.ApproveReset2FA, ids(m), "Lost phone", f.owner.proof())
		f.ok(err)
		return asked.ID
	}
	gone := func(id string) {
		f.Helper()
		f.refused(f.owner.admin().Reset2FA(f.ctx(), m.id, id, f.owner.proof()), service.CodeApprovalGone)
		f.refused(other.admin().Approve(f.ctx(), id, other.proof()), service.CodeApprovalGone)
	}
	refused := ask()
	f.ok(other.admin().Refuse(f.ctx(), refused))
	f.refused(other.admin().Refuse(f.ctx(), refused), service.CodeApprovalGone)
	gone(refused)
	withdrawn := ask()
	f.ok(f.owner.admin().Refuse(f.ctx(), withdrawn))
	gone(withdrawn)
	approved := ask()
	f.ok(other.admin().Approve(f.ctx(), approved, other.proof()))
	f.ok(other.admin().Refuse(f.ctx(), approved)) // who has approved may think again
	gone(approved)
	late := ask()
	f.place.Advance(service.ApprovalLife)
	gone(late)
	list, err := f.owner.admin().Approvals(f.ctx())
	if f.ok(err); len(list) != 0 {
		f.Errorf("%+v", list)
	}
	demoted := ask()
	f.ok(other.admin().Approve(f.ctx(), demoted, other.proof()))
	f.ok(f.owner.admin().SetRole(f.ctx(), other.id, service.RoleMember, f.owner.proof()))
	f.refused(f.owner.admin().Reset2FA(f.ctx(), m.id, demoted, f.owner.proof()), service.CodeApprovalGone) // by an owner who is none any more
}

func policyNotWeakened(f *fixture) {
	other := f.guardedTwo()
	f.ok(f.owner.admin().Require2FA(f.ctx(), time.Time{}, "", f.owner.proof())) // more than before needs nobody
	f.refused(f.owner.admin().DropRequirement(f.ctx(), "", f.owner.proof()), service.CodeApprovalNeeded)
	f.refused(f.owner.admin().Require2FA(f.ctx(), f.place.Now().Add(48*time.Hour), "", f.owner.proof()), service.CodeApprovalNeeded)
	f.refused(f.owner.admin().SetTwoPeople(f.ctx(), false, "", f.owner.proof()), service.CodeApprovalNeeded)
	approved := func(kind service.ApprovalKind) string {
		asked, err := f.owner.admin().AskApproval(f.ctx(), kind, nil, "why not", f.owner.proof())
		f.ok(err)
		f.ok(other.admin().Approve(f.ctx(), asked.ID, other.proof()))
		return asked.ID
	}
	drop := approved(service.ApproveDropRequirement)
	f.refused(f.owner.admin().SetTwoPeople(f.ctx(), false, drop, f.owner.proof()), service.CodeApprovalGone)
	f.ok(f.owner.admin().DropRequirement(f.ctx(), drop, f.owner.proof()))
	f.refused(f.owner.admin().SetQuickUnlock(f.ctx(), true, "", f.owner.proof()), service.CodeApprovalNeeded)
	f.ok(f.owner.admin().SetQuickUnlock(f.ctx(), true, approved(service.ApproveQuickUnlock), f.owner.proof()))
	f.ok(f.owner.admin().SetTwoPeople(f.ctx(), false, approved(service.ApproveTwoPeopleOff), f.owner.proof()))
	p, err := other.admin().Policy(f.ctx())
	if f.ok(err); p.TwoPeople || p.Require2FA {
		f.Errorf("%+v", p)
	}
}
