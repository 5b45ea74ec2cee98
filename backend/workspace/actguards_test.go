package workspace_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/secret"
	"countersign/backend/workspace"
)

func TestPolicy_OverdueIsWhoLacks2FASinceTheDay(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	required := workspace.Policy{Require2FA: true, RequireFrom: day}
	for _, c := range []struct {
		p    workspace.Policy
		m    workspace.Member
		now  time.Time
		want bool
	}{
		{required, workspace.Member{}, day, true},
		{required, workspace.Member{State: workspace.ProfileInvited}, day.Add(time.Hour), true},
		{required, workspace.Member{}, day.Add(-time.Second), false},
		{required, workspace.Member{On: true}, day, false},
		{required, workspace.Member{State: workspace.ProfileSuspended}, day, false},
		{workspace.Policy{}, workspace.Member{}, day, false},
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
		r := workspace.Rehearsal{Keepers: make([]workspace.Member, c.keepers), Kit: c.kit}
		if got := r.Possible(); got != c.want {
			t.Errorf("%d and a kit %t: %t", c.keepers, c.kit, got)
		}
	}
}

func TestCodeUsage_LowIsThreeOrFewer(t *testing.T) {
	t.Parallel()
	for left, want := range map[int]bool{0: true, 3: true, 4: false, 10: false} {
		if got := (workspace.CodeUsage{Left: left}).Low(); got != want {
			t.Errorf("%d left: %t", left, got)
		}
	}
}

func TestRehearse_KeepersAreThoseWhoCouldComeIn(t *testing.T) {
	t.Parallel()
	h, owner, codes := guarded(t)
	h.one(person{role: workspace.RoleAdmin, state: workspace.ProfileInvited, on: true})
	h.one(person{role: workspace.RoleAdmin, state: workspace.ProfileSuspended, on: true})
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
	h.refused(err, workspace.CodeCodeWrong)
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

func TestBeginRun_OfNoKindIsNotBegun(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	member := h.membersWith2FA(1)[0]
	a := owner.admin()
	for _, kind := range []workspace.RunKind{"", "fax"} {
		r, err := a.BeginRun(t.Context(), workspace.RunRequest{Members: []string{member.id}, Reason: "r", Kind: kind}, owner.proof())
		if r != nil || err == nil {
			t.Errorf("%q: %v, %v", kind, r, err)
		}
	}
	if all, err := a.Runs(t.Context(), 0); err != nil || len(all) > 0 {
		t.Errorf("there are %v, %v", all, err)
	}
}

// afterStore has something happen after the nth time that something was committed.
type afterStore struct {
	workspace.Store
	n      int // 1: the next; 0: never
	happen func()
}

func (s *afterStore) Exclusive(ctx context.Context, fn func() error) error {
	err := s.Store.Exclusive(ctx, fn)
	if s.n > 0 {
		if s.n--; s.n == 0 {
			s.happen()
		}
	}
	return err
}

// onAfter opens the house on such a store.
func (h *house) onAfter() *afterStore {
	h.Helper()
	s := &afterStore{Store: h.store}
	var err error
	h.w, err = workspace.Open(h.Context(), workspace.Config{Store: s, Secrets: h.secrets, Files: h.files, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
	h.ok(err)
	return s
}

func TestBeginRun_SessionThatEndedMeanwhileLeavesNone(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	member := h.membersWith2FA(1)[0]
	store := h.onAfter()
	s := owner.signIn()
	a, err := s.Admin(t.Context())
	h.ok(err)
	ended := make(chan error, 1)
	store.happen = func() {
		go func() { ended <- s.End(context.WithoutCancel(t.Context())) }()
		for s.Touch() == nil { // until it is over
			runtime.Gosched()
		}
	}
	store.n = 3 // the guess, the proof, the run
	r, err := a.BeginRun(t.Context(), workspace.RunRequest{Members: []string{member.id}, Reason: "r", Kind: workspace.RunPrint}, owner.proof())
	if h.refused(err, workspace.CodeSessionEnded); r != nil || store.n != 0 {
		t.Error("there is a run")
	}
	h.ok(<-ended)
	all, err := owner.admin().Runs(t.Context(), 0)
	if h.ok(err); len(all) != 1 || all[0].State != workspace.RunCancelled {
		t.Errorf("%+v", all)
	}
}

func TestPrintRun_MemberWhoseRowsAreGoneIsToldOf(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	p := h.membersWith2FA(3)
	r := owner.beginRun(p[0], p[1])
	r.issue()
	h.sneak("DELETE FROM recovery_sets WHERE state = 'pending'")
	res, err := r.PutInForce(t.Context(), nil)
	if h.ok(err); res.State != workspace.RunDone || res.InForce != 0 || len(res.Skipped) != 2 || res.Skipped[0].Reason != workspace.CodeCodesChanged {
		t.Errorf("%+v", res)
	}
	p[2].signIn() // so that the log tells of them
	r = owner.beginRun(p[2])
	h.sneak("DELETE FROM profiles WHERE id = '" + p[2].id + "'")
	h.refused(r.Issue(t.Context(), nil, r.take), workspace.CodeMemberGone)
	h.ok(second(r.Cancel(t.Context())))
	l, err := owner.admin().Ledger(t.Context(), r.Plan().Number)
	if h.ok(err); len(l.Entries) != 0 || len(l.Without) != 0 {
		t.Errorf("%+v", l)
	}
	if _, err := owner.admin().ExportLog(t.Context(), io.Discard, nil); err != nil {
		t.Error(err)
	}
}

func TestPrintRun_WorkspaceThatWasClosedMakesNoCodes(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	r := owner.beginRun(h.membersWith2FA(1)...)
	h.w.Close()
	h.refused(r.Issue(t.Context(), nil, r.take), workspace.CodeSessionEnded)
}

func TestPrintRun_BatchThatIsFullEndsTheRun(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	const batch = 32
	r := owner.beginRun(h.membersWith2FA(batch)...)
	r.issue()
	told := 0
	res, err := r.PutInForce(t.Context(), func(done, total int64) {
		if told++; done != batch || total != batch {
			t.Errorf("%d of %d", done, total)
		}
	})
	if h.ok(err); res.InForce != batch || told != 1 {
		t.Errorf("%+v, told %d times", res, told)
	}
}

func TestHandOver_TellsOnlyOfWhatIsInForce(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	p := h.membersWith2FA(2)
	r := owner.printed(p...)
	a := owner.admin()
	number := r.Plan().Number
	n, err := a.VoidSheets(t.Context(), number, r.order[:1])
	if h.ok(err); n != 1 {
		t.Errorf("%d voided", n)
	}
	head := h.head()
	if n, err = a.HandOver(t.Context(), number, r.order); err != nil || n != 1 {
		t.Errorf("%d handed over, %v", n, err)
	}
	all := h.eventsAfter(head)
	if len(all) != 1 || all[0].Subject != p[1].id || all[0].Detail["sheets"] != fmt.Sprint(r.order[1]) {
		t.Errorf("%+v", all)
	}
}

func TestVoidSheets_AllOfThemOrNone(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	member := h.membersWith2FA(1)[0]
	admin := h.one(person{role: workspace.RoleAdmin, on: true})
	r := owner.printed(member, admin, owner)
	number := r.Plan().Number
	a := admin.admin()
	n, err := a.VoidSheets(t.Context(), number, r.order)
	if h.refused(err, workspace.CodeForbidden); n != 0 || member.active() == 0 || admin.active() == 0 {
		t.Errorf("%d voided", n)
	}
	if n, err = a.VoidSheets(t.Context(), number, r.order[:2]); err != nil || n != 2 || member.active() != 0 || admin.active() != 0 {
		t.Errorf("%d voided, %v", n, err)
	}
}

func TestAcknowledge_OwnCodesHaveNoCheckWord(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	s := owner.signIn()
	h.refused(s.Acknowledge(t.Context(), secret.NewText("orchard")), workspace.CodeCheckWordNone)
	if n := h.failures(owner.id, workspace.KindCheckWord); n != 0 {
		t.Errorf("%d guesses are counted", n)
	}
}

func TestNewCodes_WithoutAPhoneAreNotKept(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sql  string
		code workspace.Code
	}{
		"2FA is off":        {"DELETE FROM factors", workspace.CodeTwoFactorOff},
		"they were dropped": {"DELETE FROM recovery_sets WHERE state = 'pending'", workspace.CodeEnrolmentEnded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner, _ := guarded(t)
			s := owner.signIn()
			h.refused(second(s.Showing()), workspace.CodeEnrolmentEnded)
			issued, err := s.BeginNewCodes(t.Context(), owner.proof())
			h.ok(err)
			shown, err := s.Showing()
			if h.ok(err); shown.Sheet != issued.Sheet || !slices.Equal(display(&shown), display(issued)) {
				t.Errorf("it shows sheet %d", shown.Sheet)
			}
			h.sneak(c.sql)
			h.refused(s.KeepNewCodes(t.Context()), c.code)
			if _, err := s.Showing(); !workspace.IsCode(err, workspace.CodeEnrolmentEnded) {
				t.Errorf("it still shows them: %v", err)
			}
			if active := owner.active(); active == issued.Sheet {
				t.Error("they are in force")
			}
		})
	}
}

func TestShowing_KeyThatIsNotConfirmedHasNoCodes(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	h.ok(second(s.BeginEnable(t.Context(), secret.NewText(owner.pass))))
	h.refused(second(s.Showing()), workspace.CodeEnrolmentEnded)
}

func TestCancelNewCodes_KeychainThatFailsIsTold(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	s := owner.signIn()
	h.ok(second(s.BeginNewCodes(t.Context(), owner.proof())))
	h.secrets.fail(workspace.ErrKeychainLocked, nil, nil)
	h.refused(s.CancelNewCodes(t.Context()), workspace.CodeKeychainLocked)
}

func TestSession_EndedOrWithoutAProfileIsOver(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s, other := owner.signIn(), h.one(person{role: workspace.RoleMember}).signIn()
	h.ok(s.Whole())
	h.ok(s.End(t.Context()))
	h.refused(s.Whole(), workspace.CodeSessionEnded)
	h.sneak("DELETE FROM profiles WHERE id = '" + other.ProfileID() + "'")
	h.refused(second(other.Overview(t.Context())), workspace.CodeSessionEnded)
}

func TestForOneAct_OldSessionIsAskedAgain(t *testing.T) {
	t.Parallel()
	for age, password := range map[time.Duration]bool{0: false, 59 * time.Second: false, time.Minute: true, 4 * time.Minute: true} {
		h, owner := alone(t)
		s := owner.signIn()
		h.clock.step(age)
		s.ForOneAct()
		if n, err := s.StepUp(t.Context()); err != nil || n.Password != password {
			t.Errorf("after %s: %+v, %v", age, n, err)
		}
	}
}

func TestSigningKey_ClosedWorkspaceHasNone(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	a := owner.admin()
	key, err := a.SigningKey(t.Context())
	if h.ok(err); len(key) == 0 {
		t.Fatal("there is no key")
	}
	h.w.Close()
	if key, err := a.SigningKey(t.Context()); err == nil || key != nil {
		t.Errorf("a key of %d bytes, %v", len(key), err)
	}
}

func TestConfig_WhatIsNotGivenHasItsDefault(t *testing.T) {
	t.Parallel()
	h, _ := created(t)
	w, err := workspace.Open(t.Context(), workspace.Config{Store: h.store, Secrets: h.secrets, Now: h.clock.now, Idle: 7 * time.Minute})
	h.ok(err)
	if got := w.Idle(); got != 7*time.Minute {
		t.Errorf("idle time %s", got)
	}
	_, _, err = w.SignIn(t.Context(), "nobody@example.com", secret.NewText(pass)) // costs what a new password does
	h.refused(err, workspace.CodeCredentialsWrong)
}

func TestWelcome_TellsOfTenEmailsAtMost(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	for i := range 12 {
		h.ok(s.ChangeEmail(t.Context(), fmt.Sprintf("amara%d@example.com", i), owner.proof()))
	}
	owner.email = "amara11@example.com"
	news := owner.signIn().Welcome().News
	told := slices.DeleteFunc(slices.Clone(news), func(n workspace.News) bool { return n.Kind != "email-changed" })
	if len(told) != 10 || told[0].Detail["to"] != owner.email {
		t.Errorf("%d are told: %+v", len(told), told)
	}
}

// spoilt is a writer that fails once, at its nth call.
type spoilt struct{ n int }

var errSpoilt = errors.New("the disk is spoilt")

func (s *spoilt) Write(b []byte) (int, error) {
	if s.n--; s.n == 0 {
		return 0, errSpoilt
	}
	return len(b), nil
}

func TestExportLog_WriterThatFailsIsTold(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	a, err := s.Admin(t.Context())
	h.ok(err)
	for i := range 40 { // more than are written at once
		h.ok(s.Rename(t.Context(), "Amara "+strings.Repeat("x", i)+strings.Repeat("é", 20)))
	}
	whole := &spoilt{}
	_, err = a.ExportLog(t.Context(), whole, nil)
	h.ok(err)
	for n := 1; n <= -whole.n; n++ {
		if _, err := a.ExportLog(t.Context(), &spoilt{n}, nil); !errors.Is(err, errSpoilt) {
			t.Errorf("write %d of %d: %v", n, -whole.n, err)
		}
	}
}

func TestLog_WorkspaceClosedMeanwhileIsNoAnswer(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(a *workspace.Admin, p workspace.Progress) error{
		"verify": func(a *workspace.Admin, p workspace.Progress) error { return second(a.VerifyLog(t.Context(), p)) },
		"export": func(a *workspace.Admin, p workspace.Progress) error {
			return second(a.ExportLog(t.Context(), io.Discard, p))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			h.refused(read(owner.admin(), func(int64, int64) { h.w.Close() }), workspace.CodeSessionEnded)
		})
	}
}
