package workspace_test

import (
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// dated is a fixture whose owner has 2FA on and requires it from a time on, with
// a second keeper; the people are of the roles given, with 2FA off.
func dated(t *testing.T, in time.Duration, roles ...store.Role) (h *fixture, owner *user, late []*user, from time.Time) {
	t.Helper()
	h, owner, _ = guarded(t)
	h.one(person{role: store.RoleAdmin, on: true})
	for _, r := range roles {
		late = append(late, h.one(person{role: r}))
	}
	from = h.clock.now().Add(in)
	h.ok(owner.admin().Require2FA(t.Context(), from, "", owner.proof()))
	return h, owner, late, from
}

// until lets the time pass, with the person there all along.
func (h *fixture) until(at time.Time, there ...*client.Session) {
	h.Helper()
	for h.clock.now().Before(at) {
		h.clock.step(min(time.Minute, at.Sub(h.clock.now())))
		for _, s := range there {
			if s.Remaining() > 0 {
				h.ok(s.Touch())
			}
		}
	}
}

func TestRequire2FA_SessionWithout2FAEndsAtTheDate(t *testing.T) {
	t.Parallel()
	for _, role := range []store.Role{store.RoleMember, store.RoleAdmin, store.RoleOwner} {
		t.Run(string(role), func(t *testing.T) {
			t.Parallel()
			h, owner, late, from := dated(t, 90*time.Minute, role)
			keeper, s := owner.signIn(), late[0].signIn()
			h.until(from.Add(-time.Minute), s, keeper)
			if left := s.Remaining(); left != time.Minute {
				t.Errorf("a minute before the day it lasts for %v", left)
			}
			h.until(from.Add(-time.Millisecond), s, keeper)
			h.ok(s.Touch())
			if s.Overdue() || s.Remaining() != time.Millisecond {
				t.Errorf("overdue %v, %v left just before the day", s.Overdue(), s.Remaining())
			}
			h.until(from, s, keeper)
			if s.Remaining() != 0 || !s.Overdue() || s.LimitReached() {
				t.Errorf("%v left, overdue %v", s.Remaining(), s.Overdue())
			}
			h.refused(s.Touch(), service.CodeSessionEnded)
			_, err := s.Overview(t.Context())
			h.refused(err, service.CodeSessionEnded)
			_, err = s.Admin(t.Context())
			h.refused(err, service.CodeSessionEnded)
			_, err = s.BeginEnable(t.Context(), secret.NewText(pass))
			h.refused(err, service.CodeSessionEnded)
			h.ok(s.End(t.Context()))

			if st := h.status(keeper); !st.Required || keeper.Overdue() {
				t.Errorf("who has 2FA on noticed: %+v", st)
			}
			late[0].enrolAt(func() *client.EnrolmentSession {
				g, err := late[0].challenge().Enrol(t.Context())
				h.ok(err)
				return g
			}())
		})
	}
}

func TestRequire2FA_EndedSessionStaysEnded(t *testing.T) {
	t.Parallel()
	h, owner, late, from := dated(t, time.Hour, store.RoleMember)
	s := late[0].signIn()
	h.until(from, s)
	_, err := s.Documents(t.Context())
	h.refused(err, service.CodeSessionEnded)
	h.ok(owner.admin().DropRequirement(t.Context(), "", owner.proof()))
	_, err = s.Overview(t.Context())
	h.refused(err, service.CodeSessionEnded)
	if !s.Overdue() || s.Remaining() != 0 {
		t.Error("it came back")
	}
	late[0].signIn()
}

func TestRequire2FA_SessionThatEndedBeforeIsNotOverdue(t *testing.T) {
	t.Parallel()
	h, _, late, from := dated(t, time.Hour, store.RoleMember)
	s := late[0].signIn()
	h.ok(s.Session.End(t.Context()))
	h.until(from)
	if s.Overdue() || s.Remaining() != 0 {
		t.Error("it says that the day has ended it")
	}
}

func TestRequire2FA_DueDateEndsOtherSessionsAtTheirNextAct(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	h.one(person{role: store.RoleAdmin, on: true})
	member, admin := h.one(person{role: store.RoleMember}), h.one(person{role: store.RoleAdmin})
	one, two, adm := member.signIn(), member.signIn(), admin.admin()
	guard := owner.admin() // and the vault's keys go to who waits
	proof := owner.proof()
	h.add(one, paper("a", "text"))
	open, err := one.OpenDocument(t.Context(), h.find(one, "a").ID)
	h.ok(err)
	defer open.Close()
	if _, err := open.ReadAt(make([]byte, 1), 0); err != nil {
		t.Fatal(err)
	}

	h.ok(guard.Require2FA(t.Context(), time.Time{}, "", proof))
	_, err = open.ReadAt(make([]byte, 1), 0)
	h.refused(err, service.CodeSessionEnded)
	_, err = one.OpenDocument(t.Context(), open.ID)
	h.refused(err, service.CodeSessionEnded)
	h.refused(two.RenameDocument(t.Context(), open.ID, "b"), service.CodeSessionEnded)
	_, err = adm.Members(t.Context())
	h.refused(err, service.CodeSessionEnded)
	if !one.Overdue() || !two.Overdue() {
		t.Error("the reason is not told")
	}
	if _, err := guard.Members(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestRequire2FA_DateOfAnotherProcessEndsASession(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	h.one(person{role: store.RoleAdmin, on: true})
	s := h.one(person{role: store.RoleMember}).signIn()
	other, err := local.Open(t.Context(), local.Config{Store: h.store, Secrets: h.secrets, Files: h.files, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
	h.ok(err)
	defer other.Close()
	_, c, err := other.SignIn(t.Context(), owner.email, secret.NewText(owner.pass))
	h.ok(err)
	elsewhere, err := c.Verify(t.Context(), secret.NewText(owner.newCode()))
	h.ok(err)
	a, err := elsewhere.Admin(t.Context())
	h.ok(err)
	h.ok(s.Touch())
	h.ok(a.Require2FA(t.Context(), h.clock.now().Add(2*time.Minute), "", owner.proof()))
	if _, err := s.Overview(t.Context()); err != nil || s.Remaining() > 2*time.Minute { // and its clock knows from then on
		t.Errorf("%v, %v left", err, s.Remaining())
	}
	h.ok(a.Require2FA(t.Context(), time.Time{}, "", owner.proof()))
	_, err = s.Overview(t.Context())
	h.refused(err, service.CodeSessionEnded)
	if !s.Overdue() {
		t.Error("the reason is not told")
	}
}

func TestRequire2FA_AtOnceForYourselfNeedsANewSignIn(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.people(person{role: store.RoleAdmin, on: true}, person{role: store.RoleAdmin, on: true})
	s := owner.signIn()
	a, err := s.Admin(t.Context())
	h.ok(err)
	r, err := a.Rehearse(t.Context())
	h.ok(err)
	if len(r.Blocked) != 1 || r.Blocked[0].ID != owner.id {
		t.Fatalf("the rehearsal names %+v", r.Blocked)
	}
	h.ok(a.Require2FA(t.Context(), time.Time{}, "", owner.proof()))
	if !s.Overdue() {
		t.Error("whoever sets it is an exception")
	}
	_, err = a.Policy(t.Context())
	h.refused(err, service.CodeSessionEnded)
	g, err := owner.challenge().Enrol(t.Context())
	h.ok(err)
	owner.enrolAt(g)
}

func TestRequire2FA_OnlyEnrolmentUnderWayGoesOnAtTheDate(t *testing.T) {
	t.Parallel()
	h, owner, late, from := dated(t, time.Hour, store.RoleOwner)
	p := late[0]
	s := p.signIn()
	owner.signIn() // gives the vault's keys to who waits
	h.add(s, paper("a", "text"))
	open, err := s.OpenDocument(t.Context(), h.find(s, "a").ID)
	h.ok(err)
	defer open.Close()
	a, err := s.Admin(t.Context())
	h.ok(err)
	w, err := s.Watcher(t.Context())
	h.ok(err)
	h.until(from.Add(-time.Minute), s)
	shown, err := s.BeginEnable(t.Context(), secret.NewText(pass))
	h.ok(err)
	if left := s.Remaining(); left != time.Minute {
		t.Errorf("the clock looks again in %v", left)
	}
	h.until(from, s)
	if s.Remaining() == 0 || s.Overdue() {
		t.Fatal("the enrolment is lost")
	}
	nothingElse := func() {
		t.Helper()
		_, err := s.Overview(t.Context())
		h.refused(err, service.CodeEnableFirst)
		_, err = a.Members(t.Context())
		h.refused(err, service.CodeEnableFirst)
		_, err = w.Log(t.Context(), service.LogQuery{})
		h.refused(err, service.CodeEnableFirst)
		_, err = s.Documents(t.Context())
		h.refused(err, service.CodeEnableFirst)
		_, err = s.MissingFiles(t.Context(), nil)
		h.refused(err, service.CodeEnableFirst)
		_, err = open.ReadAt(make([]byte, 1), 0)
		h.refused(err, service.CodeEnableFirst)
		_, err = s.AddDocuments(t.Context(), slices.Values([]client.Source{paper("b", "b")}), nil)
		h.refused(err, service.CodeEnableFirst)
		h.refused(s.ChangePassword(t.Context(), secret.NewText(pass), secret.NewText("walnut harbour spindle 3"), client.FactorInput{}), service.CodeEnableFirst)
		h.refused(a.DropRequirement(t.Context(), "", p.proof()), service.CodeEnableFirst)
		h.refused(s.Whole(), service.CodeEnableFirst)
		h.ok(s.Touch())
	}
	nothingElse()
	_, err = s.ShowingKey(t.Context())
	h.ok(err)
	p.phone = h.phoneOf(shown)
	_, err = s.Confirm(t.Context(), secret.NewText(p.phone.wrong()))
	h.refused(err, service.CodeCodeWrong)
	_, err = s.Confirm(t.Context(), secret.NewText(p.phone.code()))
	h.ok(err)
	nothingElse()
	_, err = s.Showing(t.Context())
	h.ok(err)
	h.ok(s.Continue(t.Context()))
	if st := h.status(s); !st.On || !st.Required || !st.RequireFrom.IsZero() {
		t.Errorf("%+v", st)
	}
	if h.read(s, "a") != "text" {
		t.Error("the contracts stay closed")
	}
	h.until(h.clock.now().Add(time.Hour), s)
	if s.Remaining() == 0 {
		t.Error("a session with 2FA on ends")
	}
	p.signIn()
}

func TestRequire2FA_CancelledEnrolmentEndsTheSession(t *testing.T) {
	t.Parallel()
	h, _, late, from := dated(t, time.Hour, store.RoleMember)
	s := late[0].signIn()
	h.until(from.Add(-time.Minute), s)
	_, err := s.BeginEnable(t.Context(), secret.NewText(pass))
	h.ok(err)
	h.until(from, s)
	again, err := s.BeginEnable(t.Context(), secret.NewText(pass)) // anew, with another key
	h.ok(err)
	if s.Overdue() {
		t.Fatal("beginning anew ended it")
	}
	_, err = s.Confirm(t.Context(), secret.NewText(h.phoneOf(again).code()))
	h.ok(err)
	h.ok(s.CancelEnrolment(t.Context()))
	if !s.Overdue() || s.Remaining() != 0 {
		t.Error("the session goes on")
	}
	_, err = s.BeginEnable(t.Context(), secret.NewText(pass))
	h.refused(err, service.CodeSessionEnded)
	h.ok(s.End(t.Context()))
	if h.intents() != 0 {
		t.Error("an intent is left")
	}
}

func TestRequire2FA_EnrolmentBegunAtTheDateGoesOn(t *testing.T) {
	t.Parallel()
	h, _, late, from := dated(t, time.Hour, store.RoleMember)
	s := late[0].signIn()
	h.until(from.Add(-time.Minute), s)
	h.secrets.slow = func() { h.until(from); _ = s.Remaining() } // the clock strikes meanwhile
	shown, err := s.BeginEnable(t.Context(), secret.NewText(pass))
	h.ok(err)
	_, err = s.Confirm(t.Context(), secret.NewText(h.phoneOf(shown).code()))
	h.ok(err)
	h.ok(s.Continue(t.Context()))
	if !h.status(s).On {
		t.Error("2FA is off")
	}
}

func TestRequire2FA_FailedEnrolmentAtTheDateEndsTheSession(t *testing.T) {
	t.Parallel()
	h, _, late, from := dated(t, time.Hour, store.RoleMember)
	s := late[0].signIn()
	h.until(from.Add(-time.Minute), s)
	h.secrets.slow = func() { h.until(from); h.secrets.set = store.ErrKeychainLocked }
	_, err := s.BeginEnable(t.Context(), secret.NewText(pass))
	h.refused(err, service.CodeKeychainLocked)
	if !s.Overdue() {
		t.Error("the session goes on without an enrolment")
	}
}

func TestRequire2FA_SessionEndsIf2FAWasTurnedOffBefore(t *testing.T) {
	t.Parallel()
	h, _, late, from := dated(t, time.Hour, store.RoleMember)
	p := late[0]
	s := p.signIn()
	p.phone, _ = h.enable(s)
	other := p.signIn()
	h.ok(s.Disable(t.Context(), client.FactorInput{Kind: service.FactorCode, Value: secret.NewText(p.newCode())}))
	h.until(from, s)
	if !s.Overdue() || other.Overdue() {
		t.Errorf("overdue: %v, and the one that the change has ended: %v", s.Overdue(), other.Overdue())
	}
}

func TestRequire2FA_DateStopsLongWorkAndLeavesNoHalf(t *testing.T) {
	t.Parallel()
	for _, enrolling := range []bool{false, true} {
		h, owner, late, from := dated(t, time.Hour, store.RoleMember)
		s := late[0].signIn()
		owner.signIn() // gives the vault's keys to who waits
		h.add(s, paper("1", "a"))
		h.until(from.Add(-time.Minute), s)
		if enrolling {
			_, err := s.BeginEnable(t.Context(), secret.NewText(pass))
			h.ok(err)
		}
		code := service.CodeSessionEnded
		if enrolling {
			code = service.CodeEnableFirst
		}
		slow := paper("3", "ee")
		slow.Open = func() (io.ReadCloser, error) {
			h.until(from)
			_ = s.Remaining() // the clock of the session
			return io.NopCloser(&endless{}), nil
		}
		out, err := s.AddDocuments(t.Context(), slices.Values([]client.Source{paper("2", "b"), slow, paper("4", "d")}), nil)
		h.refused(err, code)
		if !out.Stopped || s.Overdue() == enrolling {
			t.Errorf("%+v, overdue %v", out, s.Overdue())
		}
		h.ok(s.End(t.Context()))
		if len(h.papers()) != 1 {
			t.Errorf("left: %v", h.papers())
		}
	}
}

// endless reads on until what reads it is stopped; in the end it gives up.
type endless struct{ reads int }

func (e *endless) Read(b []byte) (int, error) {
	if e.reads++; e.reads > 1<<14 {
		return 0, io.EOF
	}
	return copy(b, "."), nil
}

func TestRequire2FA_DateEndsAPrintRunAndKeepsTheOldSheets(t *testing.T) {
	t.Parallel()
	h, _, late, from := dated(t, time.Hour, store.RoleAdmin)
	member := h.one(person{role: store.RoleMember, on: true})
	s := late[0].signIn()
	a, err := s.Admin(t.Context())
	h.ok(err)
	h.until(from.Add(-time.Minute), s)
	run, err := a.BeginRun(t.Context(), service.RunRequest{Members: []string{member.id}, Reason: "First sheets", Kind: store.RunPrint}, late[0].proof())
	h.ok(err)
	h.ok(run.Issue(t.Context(), nil, func(client.RunSheet) error { return nil }))
	h.until(from)
	_, err = run.PutInForce(t.Context(), nil)
	h.refused(err, service.CodeSessionEnded)
	h.ok(s.End(t.Context()))
	res, err := run.Cancel(t.Context())
	h.ok(err)
	if res.State != store.RunCancelled || res.InForce != 0 {
		t.Errorf("%+v", res)
	}
	h.ok(h.store.View(t.Context(), func(tx store.ReadTx) error {
		if _, err := tx.ActiveSet(member.id); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a sheet is in force: %v", err)
		}
		return nil
	}))
}

func TestRequire2FA_OverdueAdminGetsNothingByAnApproval(t *testing.T) {
	t.Parallel()
	h, owner, late, from := dated(t, time.Hour, store.RoleAdmin)
	h.ok(owner.admin().SetTwoPeople(t.Context(), true, "", owner.proof()))
	member := h.one(person{role: store.RoleMember, on: true})
	s := late[0].signIn()
	a, err := s.Admin(t.Context())
	h.ok(err)
	asked, err := a.AskApproval(t.Context(), store.ApproveReset2FA, []string{member.id}, "Lost phone", late[0].proof())
	h.ok(err)
	h.until(from, s)
	h.ok(owner.admin().Approve(t.Context(), asked.ID, owner.proof()))
	h.refused(a.Reset2FA(t.Context(), member.id, asked.ID, late[0].proof()), service.CodeSessionEnded)
	h.ok(h.store.View(t.Context(), func(tx store.ReadTx) error {
		_, err := tx.Factor(member.id)
		return err
	}))
}

func TestWelcome_TellsTheDayToWhomItConcernsAlone(t *testing.T) {
	t.Parallel()
	h, owner, late, from := dated(t, time.Hour, store.RoleMember)
	if got := late[0].signIn().Welcome().RequireFrom; !got.Equal(from) {
		t.Errorf("who has 2FA off is told of %s", got)
	}
	if got := owner.signIn().Welcome().RequireFrom; !got.IsZero() {
		t.Errorf("who has it on is told of %s", got)
	}
	h.ok(owner.admin().DropRequirement(t.Context(), "", owner.proof()))
	if got := late[0].signIn().Welcome().RequireFrom; !got.IsZero() {
		t.Errorf("of a day that was dropped: %s", got)
	}
}
