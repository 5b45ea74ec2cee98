package workspace_test

import (
	"testing"
	"time"

	"countersign/backend/audit"
	"countersign/backend/secret"
	"countersign/backend/workspace"
)

const days90 = 90 * 24 * time.Hour

// What has a date, each with an act that only an unexpired one allows.
func TestClock_SetBackRevivesNothingThatExpired(t *testing.T) {
	t.Parallel()
	for name, old := range map[string]func(h *house, owner *somebody) func() error{
		"an invitation": func(h *house, owner *somebody) func() error {
			p, given := h.invited(owner.admin())
			return func() error { _, _, err := p.redeem(given); return err }
		},
		"a password reset": func(h *house, owner *somebody) func() error {
			p := h.one(person{role: workspace.RoleMember})
			given, err := owner.admin().ResetPassword(h.Context(), p.id, "", owner.proof())
			h.ok(err)
			p.pass = "granite lagoon whisper 47"
			return func() error { _, _, err := p.redeem(given); return err }
		},
		"a temporary code": func(h *house, owner *somebody) func() error {
			p := h.one(person{role: workspace.RoleMember, on: true})
			given, err := owner.admin().HelpCode(h.Context(), p.id, "", owner.proof())
			h.ok(err)
			return func() error {
				_, err := p.challenge().UseHelpCode(h.Context(), secret.NewText(given.Code.Display()))
				return err
			}
		},
		"a request for approval": func(h *house, owner *somebody) func() error {
			second := h.one(person{role: workspace.RoleOwner, on: true})
			member := h.one(person{role: workspace.RoleMember, on: true})
			asked, err := owner.admin().AskApproval(h.Context(), workspace.ApproveReset2FA, []string{member.id}, "lost", owner.proof())
			h.ok(err)
			return func() error { return second.admin().Approve(h.Context(), asked.ID, second.proof()) }
		},
		"an approval": func(h *house, owner *somebody) func() error {
			second := h.one(person{role: workspace.RoleOwner, on: true})
			member := h.one(person{role: workspace.RoleMember, on: true})
			asked, err := owner.admin().AskApproval(h.Context(), workspace.ApproveReset2FA, []string{member.id}, "lost", owner.proof())
			h.ok(err)
			h.ok(second.admin().Approve(h.Context(), asked.ID, second.proof()))
			return func() error { return owner.admin().Reset2FA(h.Context(), member.id, asked.ID, owner.proof()) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			use := old(h, owner)
			h.clock.step(days90)
			owner.signIn() // something is written on this day
			h.clock.step(-days90)
			h.refused(use(), workspace.CodeClockBehind)
			h.restart()
			h.refused(use(), workspace.CodeClockBehind)

			// Less than what is let pass: the newest event's time counts.
			h, owner = alone(t)
			use = old(h, owner)
			h.clock.step(workspace.OneTimeLife + time.Minute)
			owner.signIn()
			h.clock.step(-4 * time.Minute)
			err := use()
			if !workspace.IsCode(err, workspace.CodeOneTimeExpired) && !workspace.IsCode(err, workspace.CodeApprovalGone) {
				t.Errorf("a clock set back by four minutes: %v", err)
			}
		})
	}
}

// A date that has come stays, and a clock behind it lets nobody in without 2FA.
func TestClock_SetBackLiftsNoRequiredDate(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	h.one(person{role: workspace.RoleOwner, on: true})
	member := h.one(person{role: workspace.RoleMember})
	h.ok(owner.admin().Require2FA(t.Context(), h.clock.now().Add(24*time.Hour), "", owner.proof()))
	member.signIn()
	h.clock.step(2 * 24 * time.Hour)
	member.challenge()
	owner.signIn()
	h.clock.step(-days90)
	if c := member.challenge(); !c.MustEnrol() {
		t.Error("the date was lifted")
	}
	if min := h.w.MinPassword(); min != 8 {
		t.Errorf("a password needs %d characters", min)
	}
	h.restart()
	if c := member.challenge(); !c.MustEnrol() {
		t.Error("the date was lifted after a start")
	}
}

// The log's times never go back, whatever the clock does, and what the clock
// showed is told.
func TestClock_SetBackDatesNoEventBeforeAnother(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	for _, d := range []time.Duration{time.Hour, -days90, time.Minute, 2 * days90, -time.Second, -24 * time.Hour} {
		h.clock.step(d)
		_, _, err := h.w.SignIn(t.Context(), email, secret.NewText("not the password at all"))
		h.refused(err, workspace.CodeCredentialsWrong)
		owner.signIn()
	}
	var last time.Time
	told := 0
	h.ok(h.store.View(t.Context(), func(tx workspace.ReadTx) error {
		return eachEvent(tx, 0, func(e audit.Event, _ []byte) error {
			if e.At.Before(last) {
				t.Errorf("event %d, %s, is from %s, after one from %s", e.Seq, e.Kind, e.At, last)
			}
			last = e.At
			if e.Detail["clock"] != "" {
				told++
			}
			return nil
		})
	}))
	if told == 0 {
		t.Error("no event tells what the clock showed")
	}
	h.restart()
}

// A clock that was ahead for a while makes nothing that lasts for as long: while it
// is behind the log, nothing with a date is given out, until an owner confirms it.
func TestClock_AheadThenBackIsConfirmedByAnOwner(t *testing.T) {
	t.Parallel()
	const year = 365 * 24 * time.Hour
	h, owner := alone(t)
	member, given := h.invited(owner.admin())
	helper := h.one(person{role: workspace.RoleAdmin})
	h.clock.step(year)
	owner.signIn()
	h.clock.step(-year)

	a := owner.admin()
	add := workspace.NewMember{Name: "Late", Email: "late@example.com", Role: workspace.RoleMember}
	_, err := a.AddMember(t.Context(), add, workspace.Proof{})
	if e := h.refused(err, workspace.CodeClockBehind); e.Args["log"] != "2027-11-23T09:00:10Z" || e.Args["clock"] != "2026-11-23T09:00:10Z" {
		t.Errorf("it tells %v", e.Args)
	}
	if c, err := a.Clock(t.Context()); err != nil || !c.Behind || !c.Now.Equal(h.clock.now()) || !c.Newest.Equal(h.clock.now().Add(year)) {
		t.Errorf("%+v, %v", c, err)
	}
	h.refused(helper.admin().ConfirmClock(t.Context(), helper.proof()), workspace.CodeForbidden)
	h.refused(a.ConfirmClock(t.Context(), workspace.Proof{Password: secret.NewText("not the password at all")}), workspace.CodePasswordWrong)
	h.ok(a.ConfirmClock(t.Context(), owner.proof()))

	if c, err := a.Clock(t.Context()); err != nil || c.Behind {
		t.Errorf("%+v, %v", c, err)
	}
	_, _, err = member.redeem(given) // what was out cannot be told from what has expired
	h.refused(err, workspace.CodeInvitationWrong)
	fresh, err := a.AddMember(t.Context(), add, workspace.Proof{})
	h.ok(err)
	if !fresh.ExpiresAt.Equal(h.clock.now().Add(workspace.OneTimeLife)) {
		t.Errorf("it expires at %s", fresh.ExpiresAt)
	}
	late := &somebody{h: h, email: add.Email, pass: "granite lagoon whisper 47"}
	h.restart()
	h.clock.step(workspace.OneTimeLife)
	_, _, err = late.redeem(fresh)
	h.refused(err, workspace.CodeOneTimeExpired)
}

// A clock that is right cannot be confirmed away: nothing ends by it.
func TestConfirmClock_ThatIsRightChangesNothing(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	member, given := h.invited(owner.admin())
	h.clock.step(-4 * time.Minute) // the network puts it right by this much
	h.ok(owner.admin().ConfirmClock(t.Context(), owner.proof()))
	_, _, err := member.redeem(given)
	h.ok(err)
}

// A clock behind the log stands still for what has a date, and for nothing else.
func TestClock_BehindStopsNoSessionFromEnding(t *testing.T) {
	t.Parallel()
	h, owner, codes := guarded(t)
	h.clock.step(365 * 24 * time.Hour)
	owner.signIn()
	h.clock.step(-365 * 24 * time.Hour)
	in := func(code string) *workspace.Session {
		s, err := owner.challenge().Recover(t.Context(), secret.NewText(code))
		h.ok(err)
		return s
	}
	s := in(codes[0])
	h.clock.step(workspace.DefaultIdle)
	h.refused(s.Touch(), workspace.CodeSessionEnded)
	s = in(codes[1])
	if needs, err := s.StepUp(t.Context()); err != nil || needs.Password {
		t.Errorf("a recovery sign-in is no step-up: %+v, %v", needs, err)
	}
	for range 2 {
		h.clock.step(workspace.GrantLife / 2)
		h.ok(s.Touch())
	}
	if needs, err := s.StepUp(t.Context()); err != nil || !needs.Password {
		t.Errorf("its step-up lasts: %+v, %v", needs, err)
	}
	c := owner.challenge()
	h.clock.step(workspace.ChallengeLife)
	_, err := c.Recover(t.Context(), secret.NewText(codes[2]))
	h.refused(err, workspace.CodeChallengeEnded)
}
