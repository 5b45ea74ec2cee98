package workspace_test

import (
	"testing"
	"time"

	"countersign/backend/audit"
	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/workspace"
)

const days90 = 90 * 24 * time.Hour

// What has a date, each with an act that only an unexpired one allows.
func TestClock_SetBackRevivesNothingThatExpired(t *testing.T) {
	t.Parallel()
	for name, old := range map[string]func(h *fixture, owner *user) func() error{
		"an invitation": func(h *fixture, owner *user) func() error {
			p, given := h.invited(owner.admin())
			return func() error { _, _, err := p.redeem(given); return err }
		},
		"a password reset": func(h *fixture, owner *user) func() error {
			p := h.one(person{role: store.RoleMember})
			given, err := owner.admin().ResetPassword(h.Context(), p.id, "", owner.proof())
			h.ok(err)
			p.pass = "granite lagoon whisper 47"
			return func() error { _, _, err := p.redeem(given); return err }
		},
		"a temporary code": func(h *fixture, owner *user) func() error {
			p := h.one(person{role: store.RoleMember, on: true})
			given, err := owner.admin().HelpCode(h.Context(), p.id, "", owner.proof())
			h.ok(err)
			return func() error {
				_, err := p.challenge().UseHelpCode(h.Context(), secret.NewText(given.Code.Display()))
				return err
			}
		},
		"a request for approval": func(h *fixture, owner *user) func() error {
			second := h.one(person{role: store.RoleOwner, on: true})
			member := h.one(person{role: store.RoleMember, on: true})
			asked, err := owner.admin().AskApproval(h.Context(), store.ApproveReset2FA, []string{member.id}, "lost", owner.proof())
			h.ok(err)
			return func() error { return second.admin().Approve(h.Context(), asked.ID, second.proof()) }
		},
		"an approval": func(h *fixture, owner *user) func() error {
			second := h.one(person{role: store.RoleOwner, on: true})
			member := h.one(person{role: store.RoleMember, on: true})
			asked, err := owner.admin().AskApproval(h.Context(), store.ApproveReset2FA, []string{member.id}, "lost", owner.proof())
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
			h.refused(use(), service.CodeClockBehind)
			h.restart()
			h.refused(use(), service.CodeClockBehind)

			// Less than what is let pass: the newest event's time counts.
			h, owner = alone(t)
			use = old(h, owner)
			h.clock.step(service.OneTimeLife + time.Minute)
			owner.signIn()
			h.clock.step(-4 * time.Minute)
			err := use()
			if !service.IsCode(err, service.CodeOneTimeExpired) && !service.IsCode(err, service.CodeApprovalGone) {
				t.Errorf("a clock set back by four minutes: %v", err)
			}
		})
	}
}

// A date that has come stays, and a clock behind it lets nobody in without 2FA.
func TestClock_SetBackLiftsNoRequiredDate(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	h.one(person{role: store.RoleOwner, on: true})
	member := h.one(person{role: store.RoleMember})
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
		h.refused(err, service.CodeCredentialsWrong)
		owner.signIn()
	}
	var last time.Time
	told := 0
	h.ok(h.store.View(t.Context(), func(tx store.ReadTx) error {
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
	helper := h.one(person{role: store.RoleAdmin})
	h.clock.step(year)
	owner.signIn()
	h.clock.step(-year)

	a := owner.admin()
	add := service.NewMember{Name: "Late", Email: "late@example.com", Role: store.RoleMember}
	_, err := a.AddMember(t.Context(), add, client.Proof{})
	if e := h.refused(err, service.CodeClockBehind); e.Args["log"] != "2027-11-23T09:00:10Z" || e.Args["clock"] != "2026-11-23T09:00:10Z" {
		t.Errorf("it tells %v", e.Args)
	}
	if c, err := a.Clock(t.Context()); err != nil || !c.Behind || !c.Now.Equal(h.clock.now()) || !c.Newest.Equal(h.clock.now().Add(year)) {
		t.Errorf("%+v, %v", c, err)
	}
	h.refused(helper.admin().ConfirmClock(t.Context(), helper.proof()), service.CodeForbidden)
	h.refused(a.ConfirmClock(t.Context(), client.Proof{Password: secret.NewText("not the password at all")}), service.CodePasswordWrong)
	h.ok(a.ConfirmClock(t.Context(), owner.proof()))

	if c, err := a.Clock(t.Context()); err != nil || c.Behind {
		t.Errorf("%+v, %v", c, err)
	}
	_, _, err = member.redeem(given) // what was out cannot be told from what has expired
	h.refused(err, service.CodeInvitationWrong)
	fresh, err := a.AddMember(t.Context(), add, client.Proof{})
	h.ok(err)
	if !fresh.ExpiresAt.Equal(h.clock.now().Add(service.OneTimeLife)) {
		t.Errorf("it expires at %s", fresh.ExpiresAt)
	}
	late := &user{h: h, email: add.Email, pass: "granite lagoon whisper 47"}
	h.restart()
	h.clock.step(service.OneTimeLife)
	_, _, err = late.redeem(fresh)
	h.refused(err, service.CodeOneTimeExpired)
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
	in := func(code string) *client.Session {
		s, err := owner.challenge().Recover(t.Context(), secret.NewText(code))
		h.ok(err)
		return s
	}
	s := in(codes[0])
	h.clock.step(service.DefaultIdle)
	h.refused(s.Touch(), service.CodeSessionEnded)
	s = in(codes[1])
	if needs, err := s.StepUp(t.Context(), service.EachTime); err != nil || needs.Password {
		t.Errorf("a recovery sign-in is no step-up: %+v, %v", needs, err)
	}
	for range 2 {
		h.clock.step(service.GrantLife / 2)
		h.ok(s.Touch())
	}
	if needs, err := s.StepUp(t.Context(), service.EachTime); err != nil || !needs.Password {
		t.Errorf("its step-up lasts: %+v, %v", needs, err)
	}
	c := owner.challenge()
	h.clock.step(service.ChallengeLife)
	_, err := c.Recover(t.Context(), secret.NewText(codes[2]))
	h.refused(err, service.CodeChallengeEnded)
}

// Somebody who is an admin by now, and no owner any more, does not set the log's time.
func TestConfirmClock_OwnerWhoBecameAnAdminMeanwhileMayNot(t *testing.T) {
	t.Parallel()
	h, keeper := alone(t)
	steps := h.onSteps()
	other := h.one(person{role: store.RoleOwner})
	h.clock.step(time.Hour)
	keeper.signIn()
	h.clock.step(-time.Hour)
	a := other.admin()
	steps.before(3, func() { h.ok(workspace.SetRole(inner(h.w), t.Context(), other.id, store.RoleAdmin)) }) // the guess, the step-up, the act
	h.refused(a.ConfirmClock(t.Context(), other.proof()), service.CodeForbidden)
	if c, err := keeper.admin().Clock(t.Context()); err != nil || !c.Behind {
		t.Errorf("the clock was confirmed: %+v, %v", c, err)
	}
}

func TestConfirmClock_EndsRequestsAndApprovals(t *testing.T) {
	t.Parallel()
	h, keeper, codes := guarded(t)
	admin := h.one(person{role: store.RoleAdmin})
	member := h.one(person{role: store.RoleMember, on: true})
	ask := func() string {
		asked, err := admin.admin().AskApproval(t.Context(), store.ApproveReset2FA, []string{member.id}, "Lost phone", admin.proof())
		h.ok(err)
		return asked.ID
	}
	waiting, given := ask(), ask()
	h.ok(keeper.admin().Approve(t.Context(), given, keeper.proof()))
	h.clock.step(24 * time.Hour)
	admin.signIn()
	h.clock.step(-23 * time.Hour) // the keeper's codes are good, and those who ask have time left
	a := keeper.admin()
	h.ok(a.ConfirmClock(t.Context(), keeper.proof()))
	if all, err := a.Approvals(t.Context()); err != nil || len(all) > 0 {
		t.Errorf("there are still %+v, %v", all, err)
	}
	h.refused(a.Approve(t.Context(), waiting, client.Proof{Password: secret.NewText(pass), Factor: byRecovery(codes[0])}), service.CodeApprovalGone)
	h.refused(admin.admin().Reset2FA(t.Context(), member.id, given, admin.proof()), service.CodeApprovalGone)
}

// The clock's years: all that have a form run, and no others.
func TestClock_RunsInYearsThatHaveAForm(t *testing.T) {
	t.Parallel()
	for year, runs := range map[int]bool{0: false, -1: false, 1: true, 9998: true, 9999: false} {
		h, _ := alone(t)
		h.clock.mu.Lock()
		h.clock.t = time.Date(year, 6, 1, 0, 0, 0, 0, time.UTC)
		h.clock.mu.Unlock()
		_, _, err := h.w.SignIn(t.Context(), email, secret.NewText(pass))
		if runs && err != nil || !runs && !service.IsCode(err, service.CodeClockWrong) {
			t.Errorf("in the year %d: %v", year, err)
		}
	}
}

// A time before 1970 cannot be written down, so no owner can confirm it.
func TestConfirmClock_ATimeWithoutAFormIsRefused(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.to(time.Date(1969, 6, 1, 0, 0, 0, 0, time.UTC))
	a := owner.admin()
	h.refused(a.ConfirmClock(t.Context(), owner.proof()), service.CodeClockWrong)
	if c, err := a.Clock(t.Context()); err != nil || !c.Behind {
		t.Errorf("%+v, %v", c, err)
	}
}

// noTimes are what a clock can show and no program can write down.
var noTimes = map[string]time.Time{
	"the beginning of time":    time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC),
	"before 1970":              time.Date(1969, 12, 31, 23, 59, 59, 0, time.UTC),
	"the beginning of 1970":    time.Unix(0, 0),
	"9999":                     time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC),
	"10000":                    time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC),
	"the end of a 64-bit time": time.UnixMilli(1<<63 - 1),
}

func TestClock_ThatShowsNoTimeIsRefusedInWords(t *testing.T) {
	t.Parallel()
	for name, no := range noTimes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newFixture(t)
			right := h.clock.now()
			in := client.NewWorkspace{Workspace: "Northwind Legal", Name: "Amara Okafor", Email: email, Password: secret.NewText(pass)}
			h.clock.t = no
			_, err := h.w.Create(t.Context(), in)
			h.refused(err, service.CodeClockWrong)
			if names := h.secrets.names(); len(names) > 0 {
				t.Errorf("the keychain has %v", names)
			}
			h.clock.t = right
			s, err := h.w.Create(t.Context(), in)
			h.ok(err)
			h.clock.t = no
			h.refused(s.Rename(t.Context(), "Amara"), service.CodeSessionEnded)
			for range 2 {
				if _, _, err = h.w.SignIn(t.Context(), email, secret.NewText(pass)); no.Year() > 9998 {
					h.refused(err, service.CodeClockWrong)
				} else if err != nil { // the log's time counts
					t.Error(err)
				}
				h.restart()
			}
			h.clock.t = right
			h.signedIn()
		})
	}
}

// A code whose key cannot be read is not passed over: it would be let stand beside the rest.
func TestConfirmClock_CodeWhoseKeyCannotBeReadStopsIt(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.invited(owner.admin())
	h.clock.step(time.Hour)
	owner.signIn()
	h.clock.step(-time.Hour)
	a, head := owner.admin(), int64(0)
	h.ok(a.Prove(t.Context(), service.EachTime, owner.proof()))
	h.sneak("UPDATE vault_keys SET only_one = 2 WHERE holder LIKE 'invitation/%'")
	head = h.head()
	h.refused(a.ConfirmClock(t.Context(), client.Proof{}), service.CodeNotAuthentic)
	if all := h.eventsAfter(head); len(all) > 0 {
		t.Errorf("the log tells %v", all)
	}
}

// What only the log tells of is not done where the log cannot tell it.
func TestClock_ThatGoesWrongMeanwhileLeavesNoActUntold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		commit, year int
		do           func(h *fixture, a *client.Admin, owner *user) error
	}{
		"another passphrase": {1, 9999, func(h *fixture, a *client.Admin, _ *user) error { return a.NoteSecretsPassphrase(h.Context()) }},
		"a restored backup":  {1, 9999, func(h *fixture, a *client.Admin, _ *user) error { return a.NoteRestored(h.Context(), h.clock.now()) }},
		"a backup": {3, 9999, func(h *fixture, a *client.Admin, owner *user) error { // the guess, the step-up, the act
			return a.Backup(h.Context(), owner.proof(), nil, func(service.BackupCopy) error { h.Error("it was made"); return nil })
		}},
		"a move": {3, 9999, func(h *fixture, a *client.Admin, owner *user) error {
			return a.Move(h.Context(), owner.proof(), func(service.BackupCopy) error { h.Error("it was made"); return nil })
		}},
		"the clock itself": {3, 0, func(h *fixture, a *client.Admin, owner *user) error {
			return a.ConfirmClock(h.Context(), owner.proof())
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			steps := h.onSteps()
			a := owner.admin()
			head := int64(0)
			err := h.amid(steps, c.commit, func() {
				head = h.head()
				h.clock.mu.Lock()
				defer h.clock.mu.Unlock()
				h.clock.t = time.Date(c.year, 6, 1, 0, 0, 0, 0, time.UTC)
			}, func() error { return c.do(h, a, owner) })
			h.refused(err, service.CodeClockWrong)
			if all := h.eventsAfter(head); len(all) > 0 {
				t.Errorf("the log tells %v", all)
			}
		})
	}
}
