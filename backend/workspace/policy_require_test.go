package workspace_test

import (
	"slices"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

func TestRequire2FA_NeedsTwoPeopleWhoCanRecover(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	h.people(person{role: store.RoleMember, on: true}, person{role: store.RoleAdmin}, person{role: store.RoleAdmin, state: store.ProfileSuspended, on: true})
	from := h.clock.now().Add(7 * 24 * time.Hour)
	if e := h.refused(owner.admin().Require2FA(t.Context(), from, "", owner.proof()), service.CodeRequireAlone); e.Args["ready"] != 1 {
		t.Errorf("%v", e.Args)
	}
	second := h.one(person{role: store.RoleAdmin, on: true})
	for range 20 { // a keeper whose authenticator is off, and who has no codes, keeps nothing
		h.clock.step(2 * time.Hour)
		_, err := second.challenge().Verify(t.Context(), secret.NewText(second.phone.wrong()))
		h.refused(err, service.CodeCodeWrong)
	}
	h.refused(owner.admin().Require2FA(t.Context(), h.clock.now().Add(time.Hour), "", owner.proof()), service.CodeRequireAlone)
	h.one(person{role: store.RoleAdmin, on: true})
	h.refused(owner.admin().Require2FA(t.Context(), h.clock.now().Add(-25*time.Hour), "", owner.proof()), service.CodeRequirePast)
	h.ok(owner.admin().Require2FA(t.Context(), h.clock.now().Add(time.Hour), "", owner.proof()))
}

func TestRehearse_NamesBlockedMembers(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	all := h.people(person{role: store.RoleAdmin, on: true}, person{role: store.RoleMember}, person{role: store.RoleMember, state: store.ProfileInvited},
		person{role: store.RoleMember, state: store.ProfileSuspended}, person{role: store.RoleMember, on: true}, person{role: store.RoleMember, state: store.ProfileRemoved})
	r, err := owner.admin().Rehearse(t.Context())
	h.ok(err)
	var blocked []string
	for _, m := range r.Blocked {
		blocked = append(blocked, m.ID)
	}
	if len(blocked) != 2 || blocked[0] != all[1].id || blocked[1] != all[2].id || r.Ready != 3 || len(r.Keepers) != 2 || !r.Possible() {
		t.Errorf("%+v", r)
	}
}

func TestRequire2FA_OverdueMemberCanOnlyEnrol(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	all := h.people(person{role: store.RoleAdmin, on: true}, person{role: store.RoleMember})
	p := all[1]
	from := h.clock.now().Add(48 * time.Hour)
	h.ok(owner.admin().Require2FA(t.Context(), from, "", owner.proof()))

	early := p.signIn() // sees it coming
	if wel := early.Welcome(); !wel.RequireFrom.Equal(from) {
		t.Errorf("told of %v", wel.RequireFrom)
	}
	if st := h.status(early); st.Required || !st.RequireFrom.Equal(from) {
		t.Errorf("%+v", st)
	}
	if h.w.MinPassword() != 15 {
		t.Error("a password may be short before the day")
	}
	h.clock.step(48 * time.Hour)
	if h.w.MinPassword() != 8 {
		t.Error("a password has to be long after the day")
	}
	policy, err := owner.admin().Policy(t.Context())
	h.ok(err)
	m, err := owner.admin().Member(t.Context(), p.id)
	h.ok(err)
	if !policy.Overdue(m, h.clock.now()) || policy.Overdue(m, from.Add(-time.Millisecond)) {
		t.Error("overdue is told wrongly")
	}

	c := p.challenge()
	if !c.MustEnrol() {
		t.Fatal("a second factor is asked for that there is not")
	}
	_, err = c.Verify(t.Context(), secret.NewText("123456"))
	h.refused(err, service.CodeTwoFactorOff)
	_, err = c.Recover(t.Context(), secret.NewText(noCode))
	h.refused(err, service.CodeRecoveryNone)
	_, err = c.UseHelpCode(t.Context(), secret.NewText(noCode))
	h.refused(err, service.CodeTwoFactorOff)
	_, err = c.Challenge.UseHelpCode(t.Context(), secret.NewBytes(make([]byte, recovery.HashSize))) // without asking for its terms
	h.refused(err, service.CodeTwoFactorOff)
	g, err := c.Enrol(t.Context())
	h.ok(err)
	if g.Kind() != service.EnrolRequired {
		t.Errorf("a gate to %q", g.Kind())
	}
	_, err = g.Enter(t.Context())
	h.refused(err, service.CodeEnrolmentUnconfirmed)
	_, err = c.Enrol(t.Context())
	h.refused(err, service.CodeChallengeEnded)
	h.ok(g.End(t.Context()))
	if h.intents() != 0 {
		t.Error("an intent is left")
	}

	g, err = p.challenge().Enrol(t.Context())
	h.ok(err)
	shown, err := g.Begin(t.Context())
	h.ok(err)
	_, err = g.Confirm(t.Context(), secret.NewText(h.phoneOf(shown).code()))
	h.ok(err)
	_, err = g.Enter(t.Context()) // the codes are shown, and 2FA is off
	h.refused(err, service.CodeEnrolmentUnconfirmed)
	if _, err := g.Showing(t.Context()); err != nil {
		t.Error(err)
	}
	s, codes := p.enrolAt(g)
	if st := h.status(s); !st.On || !st.Required || len(codes) != 10 {
		t.Errorf("%+v", st)
	}
	if needs, err := s.StepUp(t.Context(), service.EachTime); err != nil || !needs.Password {
		t.Errorf("a step-up needs %+v, %v", needs, err)
	}
	h.clock.step(time.Minute)
	h.refused(s.Disable(t.Context(), client.FactorInput{Kind: service.FactorCode, Value: secret.NewText(p.newCode())}), service.CodeRequiredByWorkspace)
	_, err = p.challenge().Enrol(t.Context())
	h.refused(err, service.CodeTwoFactorOn)

	h.ok(owner.admin().DropRequirement(t.Context(), "", owner.proof()))
	h.ok(s.Disable(t.Context(), client.FactorInput{Kind: service.FactorCode, Value: secret.NewText(p.newCode())}))
	p.phone = phone{}
	p.signIn()
}

func TestRequire2FA_InvitedMemberEnrolsFirst(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	h.one(person{role: store.RoleAdmin, on: true})
	h.ok(owner.admin().Require2FA(t.Context(), time.Time{}, "", owner.proof()))
	p, given := h.invited(owner.admin())
	p.pass = "vq7plumk9" // eight will do
	s, c, err := p.redeem(given)
	h.ok(err)
	if s != nil || !c.MustEnrol() {
		t.Fatal("the invitation alone opened the profile")
	}
	c.Leave()
	_, c, err = p.redeem(given) // it was not used up
	h.ok(err)
	g, err := c.Enrol(t.Context())
	h.ok(err)
	_, _, err = p.redeem(given)
	h.refused(err, service.CodeInvitationWrong)
	h.ok(g.End(t.Context())) // the password is chosen, and 2FA is still due
	g, err = p.challenge().Enrol(t.Context())
	h.ok(err)
	p.enrolAt(g)
	p.signIn()
}

func TestRequire2FA_AppliesToASignInUnderWay(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	all := h.people(person{role: store.RoleAdmin, on: true}, person{role: store.RoleMember})
	p, given := h.invited(owner.admin())
	h.ok(owner.admin().Require2FA(t.Context(), h.clock.now().Add(time.Hour), "", owner.proof()))
	late := all[1].signIn()
	h.clock.step(time.Hour)
	_, c, err := p.redeem(given)
	h.ok(err)
	if !c.MustEnrol() {
		t.Error("2FA is not asked for")
	}
	if late.Remaining() > 0 {
		t.Error("a session without 2FA lasts on past its idle time")
	}
	h.ok(owner.admin().DropRequirement(t.Context(), "", owner.proof()))
	g, err := c.Enrol(t.Context()) // still works: enrolling is never refused
	h.ok(err)
	h.ok(g.End(t.Context()))
	p.signIn()
}

func TestDropRequirement_LooksAgainAtTheSecondPerson(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	steps := h.onSteps()
	h.alterInfo(func(i *store.Info) { i.Require2FA, i.RequireFrom = true, h.clock.now() })
	a := owner.admin()
	err := h.amid(steps, 4, func() { h.alterInfo(func(i *store.Info) { i.TwoPeople = true }) }, func() error {
		return a.DropRequirement(t.Context(), "", owner.proof())
	})
	h.refused(err, service.CodeApprovalNeeded)
	if p, err := a.Policy(t.Context()); err != nil || !p.Require2FA {
		t.Errorf("2FA is required: %t, %v", p.Require2FA, err)
	}
}

func TestRequire2FA_OnADayThatNoCalendarReaches(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	h.one(person{role: store.RoleOwner, on: true})
	for _, from := range []time.Time{h.clock.now().AddDate(10, 0, 2), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC), time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC), time.UnixMilli(1<<63 - 1)} {
		if e := h.refused(owner.admin().Require2FA(t.Context(), from, "", owner.proof()), service.CodeRequireFar); e.Field != "from" {
			t.Errorf("%s: at %q", from, e.Field)
		}
	}
	h.ok(owner.admin().Require2FA(t.Context(), h.clock.now().AddDate(9, 0, 0), "", owner.proof()))
}

func TestPolicy_OverdueIsWhoLacks2FASinceTheDay(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	required := service.Policy{Require2FA: true, RequireFrom: day}
	for _, c := range []struct {
		p    service.Policy
		m    store.Member
		now  time.Time
		want bool
	}{
		{required, store.Member{}, day, true},
		{required, store.Member{State: store.ProfileInvited}, day.Add(time.Hour), true},
		{required, store.Member{}, day.Add(-time.Second), false},
		{required, store.Member{On: true}, day, false},
		{required, store.Member{State: store.ProfileSuspended}, day, false},
		{service.Policy{}, store.Member{}, day, false},
	} {
		if got := c.p.Overdue(c.m, c.now); got != c.want {
			t.Errorf("%+v, %+v: %t", c.p, c.m, got)
		}
	}
}

func TestRehearsal_TwoPeopleOrOneWithAKitAreEnough(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		keepers int
		kit     bool
		want    bool
	}{{0, false, false}, {0, true, false}, {1, false, false}, {1, true, true}, {2, false, true}, {3, false, true}} {
		r := service.Rehearsal{Keepers: make([]store.Member, c.keepers), Kit: c.kit}
		if got := r.Possible(); got != c.want {
			t.Errorf("%d and a kit %t: %t", c.keepers, c.kit, got)
		}
	}
}

func TestRehearse_KeepersAreThoseWhoCouldComeIn(t *testing.T) {
	t.Parallel()
	h, owner, codes := guarded(t)
	h.one(person{role: store.RoleAdmin, state: store.ProfileInvited, on: true})
	h.one(person{role: store.RoleAdmin, state: store.ProfileSuspended, on: true})
	keepers := func() (names []string) {
		r, err := owner.admin().Rehearse(t.Context())
		h.ok(err)
		for _, m := range r.Keepers {
			names = append(names, m.Name)
		}
		return names
	}
	if got := keepers(); !slices.Equal(got, []string{owner.name}) {
		t.Errorf("keepers: %v", got)
	}
	a := owner.admin()
	_, err := owner.challenge().Verify(t.Context(), secret.NewText(owner.phone.wrong()))
	h.refused(err, service.CodeCodeWrong)
	h.sneak("UPDATE attempts SET failures = 20 WHERE kind = 'code' AND subject = '" + owner.id + "'")
	r, err := a.Rehearse(t.Context())
	if h.ok(err); len(r.Keepers) != 1 {
		t.Errorf("with the app off, and %d codes: %+v", len(codes), r.Keepers)
	}
	h.sneak("UPDATE recovery_codes SET used_at = 1")
	if r, err = a.Rehearse(t.Context()); err != nil || len(r.Keepers) != 0 {
		t.Errorf("with the app off, and no codes: %+v, %v", r.Keepers, err)
	}
}
