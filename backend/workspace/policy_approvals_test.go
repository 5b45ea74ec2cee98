package workspace_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// pair is a fixture that asks for two people: an owner and an admin with 2FA on,
// and members to act on.
type pair struct {
	*fixture
	owner, admin *user
	members      []*user
}

func twoPeople(t *testing.T) *pair {
	t.Helper()
	h, owner, _ := guarded(t)
	all := h.people(person{role: store.RoleAdmin, on: true}, person{role: store.RoleMember, on: true}, person{role: store.RoleMember, on: true})
	h.ok(owner.admin().SetTwoPeople(t.Context(), true, "", owner.proof()))
	return &pair{h, owner, all[0], all[1:]}
}

// approved asks as the owner and approves as the admin.
func (p *pair) approved(kind store.ApprovalKind, of ...*user) string {
	p.Helper()
	var ids []string
	for _, m := range of {
		ids = append(ids, m.id)
	}
	asked, err := p.owner.admin().AskApproval(p.Context(), kind, ids, "the phone is lost", p.owner.proof())
	p.ok(err)
	p.ok(p.admin.admin().Approve(p.Context(), asked.ID, p.admin.proof()))
	return asked.ID
}

func TestTwoPeople_EachActWaitsForASecondAdmin(t *testing.T) {
	t.Parallel()
	p := twoPeople(t)
	m := p.members[0]
	acts := map[store.ApprovalKind]func(approval string) error{
		store.ApproveResetPassword: func(id string) error {
			_, err := p.owner.admin().ResetPassword(t.Context(), m.id, id, p.owner.proof())
			return err
		},
		store.ApproveHelpCode: func(id string) error {
			_, err := p.owner.admin().HelpCode(t.Context(), m.id, id, p.owner.proof())
			return err
		},
		store.ApprovePrintRun: func(id string) error {
			r, err := p.owner.admin().BeginRun(t.Context(), service.RunRequest{Members: []string{m.id, m.id}, Reason: "r", Kind: store.RunPrint, Approval: id}, p.owner.proof())
			if err == nil {
				_, err = r.Cancel(t.Context())
			}
			return err
		},
		store.ApproveReset2FA: func(id string) error { return p.owner.admin().Reset2FA(t.Context(), m.id, id, p.owner.proof()) },
	}
	kinds := []store.ApprovalKind{store.ApproveResetPassword, store.ApproveHelpCode, store.ApprovePrintRun, store.ApproveReset2FA}
	for i, kind := range kinds {
		act := acts[kind]
		p.refused(act(""), service.CodeApprovalNeeded)
		p.refused(act("nothing"), service.CodeApprovalGone)
		p.refused(act(p.approved(kinds[(i+1)%len(kinds)], m)), service.CodeApprovalGone) // another act
		p.refused(act(p.approved(kind, p.members[1])), service.CodeApprovalGone)         // other people
		if kind == store.ApprovePrintRun {
			p.refused(act(p.approved(kind, m, p.members[1])), service.CodeApprovalGone) // more people
		}
		asked, err := p.admin.admin().AskApproval(t.Context(), kind, []string{m.id}, "r", p.admin.proof())
		p.ok(err)
		p.ok(p.owner.admin().Approve(t.Context(), asked.ID, p.owner.proof()))
		p.refused(act(asked.ID), service.CodeApprovalGone) // another who asked
		id := p.approved(kind, m)
		p.ok(act(id))
		if kind != store.ApproveReset2FA {
			p.refused(act(id), service.CodeApprovalGone) // used
		}
	}
	_, invitation := p.invited(p.owner.admin())
	_, err := p.owner.admin().ResetPassword(t.Context(), invitation.ProfileID, "", p.owner.proof())
	p.ok(err) // nobody's profile yet
	p.restart()
}

func TestApproval_OfAFormerAdminAllowsNothing(t *testing.T) {
	t.Parallel()
	for name, fall := range map[string]func(p *pair) error{
		"Demoted": func(p *pair) error {
			return p.owner.admin().SetRole(t.Context(), p.admin.id, store.RoleMember, p.owner.proof())
		},
		"Suspended": func(p *pair) error { return p.owner.admin().Suspend(t.Context(), p.admin.id) },
		"Removed":   func(p *pair) error { return p.owner.admin().Remove(t.Context(), p.admin.id, p.owner.proof()) },
		"Refused": func(p *pair) error { // thought better of it
			all, err := p.admin.admin().Approvals(t.Context())
			p.ok(err)
			return p.admin.admin().Refuse(t.Context(), all[0].ID)
		},
		"Withdrawn": func(p *pair) error {
			all, err := p.owner.admin().Approvals(t.Context())
			p.ok(err)
			return p.owner.admin().Refuse(t.Context(), all[0].ID)
		},
		"RunOut": func(p *pair) error { p.clock.step(service.ApprovalLife); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := twoPeople(t)
			id := p.approved(store.ApproveReset2FA, p.members[0])
			p.ok(fall(p))
			p.refused(p.owner.admin().Reset2FA(t.Context(), p.members[0].id, id, p.owner.proof()), service.CodeApprovalGone)
			all, err := p.owner.admin().Approvals(t.Context())
			p.ok(err)
			if len(all) > 0 {
				t.Errorf("listed: %+v", all)
			}
		})
	}
}

func TestApprove_NotYourOwnRequestOrOneAboutYou(t *testing.T) {
	t.Parallel()
	p := twoPeople(t)
	third := p.one(person{role: store.RoleAdmin})
	asked, err := p.owner.admin().AskApproval(t.Context(), store.ApproveReset2FA, []string{p.admin.id}, "the phone is lost", p.owner.proof())
	p.ok(err)
	p.refused(p.owner.admin().Approve(t.Context(), asked.ID, p.owner.proof()), service.CodeApprovalOwn)
	p.refused(p.admin.admin().Approve(t.Context(), asked.ID, p.admin.proof()), service.CodeApprovalOwn)
	p.refused(third.admin().Approve(t.Context(), asked.ID, third.proof()), service.CodeTwoFactorOff)
	all, err := third.admin().Approvals(t.Context())
	p.ok(err)
	if len(all) != 1 || all[0].ByName != p.owner.name || !slices.Equal(all[0].Names, []string{p.admin.name}) || all[0].Mine || all[0].State != store.ApprovalWaiting {
		t.Errorf("listed: %+v", all)
	}
	mine, err := p.owner.admin().Approvals(t.Context())
	p.ok(err)
	if !mine[0].Mine || mine[0].May {
		t.Errorf("listed to who asked: %+v", mine[0])
	}
	// A wrong code approves nothing.
	p.refused(third.admin().Approve(t.Context(), asked.ID, client.Proof{Password: secret.NewText("not the password at all")}), service.CodeTwoFactorOff)
	fourth := p.one(person{role: store.RoleAdmin, on: true})
	proof := fourth.proof()
	proof.Factor.Value = secret.NewText(fourth.phone.wrong())
	p.refused(fourth.admin().Approve(t.Context(), asked.ID, proof), service.CodeCodeWrong)
	p.ok(fourth.admin().Approve(t.Context(), asked.ID, fourth.proof()))
	p.refused(fourth.admin().Approve(t.Context(), asked.ID, fourth.proof()), service.CodeApprovalGone)
	p.ok(p.owner.admin().Reset2FA(t.Context(), p.admin.id, asked.ID, p.owner.proof()))
}

func TestTwoPeople_ALesserPolicyWaitsForASecondAdmin(t *testing.T) {
	t.Parallel()
	p := twoPeople(t)
	a, day := p.owner.admin(), p.clock.now().Add(24*time.Hour)
	h := p.fixture
	h.ok(a.Require2FA(t.Context(), day, "", p.owner.proof()))                 // more than before
	h.ok(a.Require2FA(t.Context(), day.Add(-time.Hour), "", p.owner.proof())) // earlier
	h.refused(a.Require2FA(t.Context(), day, "", p.owner.proof()), service.CodeApprovalNeeded)
	h.refused(a.DropRequirement(t.Context(), "", p.owner.proof()), service.CodeApprovalNeeded)
	for _, members := range [][]string{{p.members[0].id}, {p.owner.id}} {
		_, err := a.AskApproval(t.Context(), store.ApproveDropRequirement, members, "r", p.owner.proof())
		h.refused(err, service.CodeNobodyChosen)
	}
	_, err := p.admin.admin().AskApproval(t.Context(), store.ApproveTwoPeopleOff, nil, "r", p.admin.proof())
	h.refused(err, service.CodeForbidden)
	other := p.approved(store.ApproveTwoPeopleOff)
	h.refused(a.DropRequirement(t.Context(), other, p.owner.proof()), service.CodeApprovalGone) // another act
	waits, err := a.AskApproval(t.Context(), store.ApproveDropRequirement, nil, "r", p.owner.proof())
	h.ok(err)
	h.refused(a.DropRequirement(t.Context(), waits.ID, p.owner.proof()), service.CodeApprovalGone)
	h.refused(p.owner.admin().Approve(t.Context(), waits.ID, p.owner.proof()), service.CodeApprovalOwn)
	h.ok(p.admin.admin().Approve(t.Context(), waits.ID, p.admin.proof()))

	a = p.owner.admin()
	h.ok(a.Require2FA(t.Context(), day, waits.ID, p.owner.proof()))
	h.refused(a.DropRequirement(t.Context(), waits.ID, p.owner.proof()), service.CodeApprovalGone) // used
	h.ok(a.DropRequirement(t.Context(), p.approved(store.ApproveDropRequirement), p.owner.proof()))
	policy, err := a.Policy(t.Context())
	h.ok(err)
	if policy.Require2FA || !policy.TwoPeople {
		t.Errorf("%+v", policy)
	}
	h.ok(a.SetTwoPeople(t.Context(), true, "", p.owner.proof())) // no less than before

	h.refused(a.SetQuickUnlock(t.Context(), true, "", p.owner.proof()), service.CodeApprovalNeeded)
	h.refused(a.SetQuickUnlock(t.Context(), true, p.approved(store.ApproveDropRequirement), p.owner.proof()), service.CodeApprovalGone)
	_, err = a.AskApproval(t.Context(), store.ApproveQuickUnlock, []string{p.members[0].id}, "r", p.owner.proof())
	h.refused(err, service.CodeNobodyChosen)
	h.ok(a.SetQuickUnlock(t.Context(), true, p.approved(store.ApproveQuickUnlock), p.owner.proof()))
	h.ok(a.SetQuickUnlock(t.Context(), true, "", p.owner.proof()))  // no less than before
	h.ok(a.SetQuickUnlock(t.Context(), false, "", p.owner.proof())) // more than before
	if policy, err = a.Policy(t.Context()); err != nil || policy.QuickUnlock {
		t.Errorf("%+v, %v", policy, err)
	}
	h.restart()
}

func TestApproval_EndsWithARoleThatItRestsOn(t *testing.T) {
	t.Parallel()
	p := twoPeople(t)
	boss := p.one(person{role: store.RoleOwner, on: true})
	approver := p.one(person{role: store.RoleAdmin, on: true})
	for name, who := range map[string]*user{"Subject": p.members[0], "Asker": p.admin, "Approver": approver} {
		asked, err := p.admin.admin().AskApproval(t.Context(), store.ApproveReset2FA, []string{p.members[0].id}, "r", p.admin.proof())
		p.ok(err)
		p.ok(approver.admin().Approve(t.Context(), asked.ID, approver.proof()))
		back := p.profile(who.id).Role
		for _, role := range []store.Role{store.RoleOwner, back} {
			p.ok(boss.admin().SetRole(t.Context(), who.id, role, boss.proof()))
		}
		if err := p.admin.admin().Reset2FA(t.Context(), p.members[0].id, asked.ID, p.admin.proof()); !service.IsCode(err, service.CodeApprovalGone) {
			t.Errorf("%s there and back: %v", name, err)
		}
	}
}

func TestTwoPeople_NeedsTwoAdminsWith2FAAndAnOwner(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	h.people(person{role: store.RoleAdmin}, person{role: store.RoleMember, on: true}, person{role: store.RoleAdmin, on: true, state: store.ProfileSuspended})
	h.refused(owner.admin().SetTwoPeople(t.Context(), true, "", owner.proof()), service.CodeTwoPeopleAlone)
	admin := h.one(person{role: store.RoleAdmin, on: true})
	h.refused(admin.admin().SetTwoPeople(t.Context(), true, "", admin.proof()), service.CodeForbidden)
	h.ok(owner.admin().SetTwoPeople(t.Context(), true, "", owner.proof()))
	p, err := admin.admin().Policy(t.Context())
	h.ok(err)
	if !p.TwoPeople {
		t.Error("it is not on")
	}
	h.refused(admin.admin().SetTwoPeople(t.Context(), false, "", admin.proof()), service.CodeForbidden)
	h.refused(owner.admin().SetTwoPeople(t.Context(), false, "", owner.proof()), service.CodeApprovalNeeded)
	id := (&pair{fixture: h, owner: owner, admin: admin}).approved(store.ApproveTwoPeopleOff)
	h.ok(owner.admin().SetTwoPeople(t.Context(), false, id, owner.proof()))
	_, err = admin.admin().ResetPassword(t.Context(), h.one(person{role: store.RoleMember}).id, "", admin.proof())
	h.ok(err)
}

func TestReason_IsRequired(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	m := h.one(person{role: store.RoleMember, on: true})
	for reason, code := range map[string]service.Code{
		" ": service.CodeReasonRequired, strings.Repeat("x", 121): service.CodeReasonLong, "a\u202eb": service.CodeReasonForm,
	} {
		_, err := owner.admin().AskApproval(t.Context(), store.ApproveReset2FA, []string{m.id}, reason, owner.proof())
		h.refused(err, code)
		_, err = owner.admin().BeginRun(t.Context(), service.RunRequest{Members: []string{m.id}, Reason: reason, Kind: store.RunPrint}, owner.proof())
		h.refused(err, code)
	}
	for _, ids := range [][]string{nil, {m.id, owner.id}} {
		_, err := owner.admin().AskApproval(t.Context(), store.ApproveReset2FA, ids, "r", owner.proof())
		h.refused(err, service.CodeNobodyChosen)
	}
}

func TestPolicy_IsStoredWithinItsRanges(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	a := owner.admin()
	h.ok(a.RenameWorkspace(t.Context(), " Southwind "))
	h.refused(a.RenameWorkspace(t.Context(), "a\tb"), service.CodeWorkspaceForm)
	for _, minutes := range []int{-1, 0, 16, 1 << 40} {
		h.refused(a.SetIdle(t.Context(), minutes), service.CodeIdleRange)
	}
	h.ok(a.SetIdle(t.Context(), 15))
	h.restart()
	if h.w.Name() != "Southwind" || h.w.Idle() != 15*time.Minute {
		t.Errorf("%q, %v", h.w.Name(), h.w.Idle())
	}
	s := owner.signIn()
	h.clock.step(14 * time.Minute)
	if _, err := s.Overview(t.Context()); err != nil {
		t.Error(err)
	}
	h.clock.step(15 * time.Minute)
	_, err := s.Overview(t.Context())
	h.refused(err, service.CodeSessionEnded)
	p, err := owner.admin().Policy(t.Context())
	h.ok(err)
	if want := (service.Policy{Name: "Southwind", IdleMinutes: 15, CheckDays: service.FirstCheckDays, NamesAdmins: true}); fmt.Sprint(p) != fmt.Sprint(want) {
		t.Errorf("%+v", p)
	}
}

func TestAskApproval_UnknownKindIsRefused(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	m := h.one(person{role: store.RoleMember, state: store.ProfileActive})
	_, err := owner.admin().AskApproval(t.Context(), "anything", []string{m.id}, "because", owner.proof())
	h.refused(err, service.CodeNobodyChosen)
}

// An approval whose giver cannot be read is not taken for one that is gone.
func TestApproval_GiverWhoCannotBeReadIsTold(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	giver := h.one(person{role: store.RoleOwner, on: true})
	member := h.one(person{role: store.RoleMember, on: true})
	asked, err := owner.admin().AskApproval(t.Context(), store.ApproveReset2FA, []string{member.id}, "lost", owner.proof())
	h.ok(err)
	h.ok(giver.admin().Approve(t.Context(), asked.ID, giver.proof()))
	a := owner.admin()
	h.sneak("UPDATE profiles SET created_at = 9223372036854775807 WHERE id = '" + giver.id + "'")
	h.refused(a.Reset2FA(t.Context(), member.id, asked.ID, owner.proof()), service.CodeNotAuthentic)
}

// What cannot be approved is told before a proof is asked for.
func TestAskApproval_LooksAtWhomItIsAbout(t *testing.T) {
	t.Parallel()
	p := twoPeople(t)
	a := p.admin.admin()
	for name, c := range map[string]struct {
		kind service.ApprovalKind
		of   []string
		code service.Code
	}{
		"nobody":          {service.ApproveResetPassword, nil, service.CodeNobodyChosen},
		"nobody in a run": {service.ApprovePrintRun, nil, service.CodeNobodyChosen},
		"two":             {service.ApproveReset2FA, []string{p.members[0].id, p.members[1].id}, service.CodeNobodyChosen},
		"who is gone":     {service.ApproveReset2FA, []string{"nothing"}, service.CodeMemberGone},
		"oneself":         {service.ApproveReset2FA, []string{p.admin.id}, service.CodeNotYourself},
		"an owner":        {service.ApproveResetPassword, []string{p.owner.id}, service.CodeForbidden},
		"an owner's run":  {service.ApprovePrintRun, []string{p.members[0].id, p.owner.id}, service.CodeForbidden},
	} {
		if _, err := a.AskApproval(t.Context(), c.kind, c.of, "r", client.Proof{}); !service.IsCode(err, c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAskApproval_MemberWhoGoesMeanwhileIsTold(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	m := h.one(person{role: store.RoleMember})
	steps := h.onSteps()
	a := owner.admin()
	err := h.amid(steps, 3, func() { h.alter(m.id, func(p *store.Profile) { p.State = store.ProfileRemoved }) }, func() error {
		return second(a.AskApproval(t.Context(), service.ApproveResetPassword, []string{m.id}, "r", owner.proof()))
	})
	h.refused(err, service.CodeMemberGone)
}

func TestApprove_RequestThatGoesMeanwhileIsTold(t *testing.T) {
	t.Parallel()
	p := twoPeople(t)
	steps := p.onSteps()
	asker := p.owner.admin()
	asked, err := asker.AskApproval(t.Context(), service.ApproveReset2FA, []string{p.members[0].id}, "r", p.owner.proof())
	p.ok(err)
	a := p.admin.admin()
	head := p.head()
	err = p.amid(steps, 4, func() { p.ok(asker.Refuse(context.WithoutCancel(t.Context()), asked.ID)) }, func() error {
		return a.Approve(t.Context(), asked.ID, p.admin.proof())
	})
	p.refused(err, service.CodeApprovalGone)
	said := p.eventsAfter(head)
	if e := said[len(said)-1]; e.Kind != "approval-withdrawn" || e.Actor != p.owner.id || e.Subject != p.members[0].id {
		t.Errorf("%+v", e)
	}
	p.refused(asker.Refuse(t.Context(), asked.ID), service.CodeApprovalGone) // it is withdrawn
}

func TestApprove_WhatCannotBeNotedIsNotGiven(t *testing.T) {
	t.Parallel()
	p := twoPeople(t)
	asked, err := p.owner.admin().AskApproval(t.Context(), service.ApproveReset2FA, []string{p.members[0].id}, "r", p.owner.proof())
	p.ok(err)
	a, proof := p.admin.admin(), p.admin.proof()
	p.hinder("IGNORE", "UPDATE ON approvals")
	p.refused(a.Approve(t.Context(), asked.ID, proof), service.CodeApprovalGone)
}

func TestApproval_OfAClockThatIsBehindIsNeitherAskedGivenNorUsed(t *testing.T) {
	t.Parallel()
	p := twoPeople(t)
	third := p.one(person{role: store.RoleAdmin})
	given := p.approved(service.ApproveReset2FA, p.members[0])
	asked, err := p.owner.admin().AskApproval(t.Context(), service.ApproveReset2FA, []string{p.members[1].id}, "r", p.owner.proof())
	p.ok(err)
	p.clock.step(24 * time.Hour)
	third.signIn()
	p.clock.step(-23 * time.Hour)
	asker, a := p.owner.admin(), p.admin.admin()
	p.refused(second(asker.AskApproval(t.Context(), service.ApproveReset2FA, []string{p.members[1].id}, "r", client.Proof{})), service.CodeClockBehind)
	p.refused(a.Approve(t.Context(), asked.ID, client.Proof{}), service.CodeClockBehind)
	p.refused(asker.Reset2FA(t.Context(), p.members[0].id, given, client.Proof{}), service.CodeClockBehind)
	p.ok(a.Refuse(t.Context(), asked.ID))
}

func TestApproval_OutlivesAChangeOfSomebodyElse(t *testing.T) {
	t.Parallel()
	p := twoPeople(t)
	given := p.approved(service.ApproveReset2FA, p.members[0])
	p.ok(p.owner.admin().Suspend(t.Context(), p.members[1].id))
	p.ok(p.owner.admin().Reset2FA(t.Context(), p.members[0].id, given, p.owner.proof()))
}

func TestTwoPeople_LogSaysWhetherItIsOnOrOff(t *testing.T) {
	t.Parallel()
	p := twoPeople(t)
	off := p.approved(service.ApproveTwoPeopleOff)
	p.ok(p.owner.admin().SetTwoPeople(t.Context(), false, off, p.owner.proof()))
	var said []string
	for _, e := range p.eventsAfter(0) {
		if strings.HasPrefix(e.Kind, "two-people-") {
			said = append(said, e.Kind)
		}
	}
	if !slices.Equal(said, []string{"two-people-on", "two-people-off"}) {
		t.Errorf("%v", said)
	}
}
