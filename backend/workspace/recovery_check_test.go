package workspace_test

import (
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

const day = 24 * time.Hour

// due reports whether the session’s profile is asked for its recovery codes.
func (h *fixture) due(s *client.Session) bool {
	h.Helper()
	c := h.status(s).Codes
	return c != nil && c.CheckDue
}

func TestCheckCodes_AreAskedForAfterTheDaysOfThePolicy(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	policy, err := owner.admin().Policy(t.Context())
	if h.ok(err); policy.CheckDays != service.FirstCheckDays {
		t.Errorf("a new workspace asks after %d days", policy.CheckDays)
	}
	h.clock.step(90*day - time.Hour)
	if h.due(owner.signIn()) {
		t.Error("they are asked for before the time")
	}
	h.clock.step(2 * time.Hour)
	for _, c := range []struct {
		days  int
		later time.Duration
		want  bool
	}{{90, 0, true}, {180, 0, false}, {30, 0, true}, {0, 0, false}, {0, 100 * day, false}, {180, 0, true}} {
		h.clock.step(c.later)
		h.ok(owner.admin().SetCheckDays(t.Context(), c.days))
		if got := h.due(owner.signIn()); got != c.want {
			t.Errorf("every %d days: %v", c.days, got)
		}
	}
	for _, days := range []int{-1, 1, 29, 91, 1 << 40} {
		e := h.refused(owner.admin().SetCheckDays(t.Context(), days), service.CodeCheckDays)
		if e.Field != "days" {
			t.Errorf("%d days: %q", days, e.Field)
		}
	}
}

func TestCheckCodes_OwnSheetIsKnownByItsNumber(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	s := owner.signIn()
	h.ok(second(s.BeginNewCodes(t.Context(), owner.proof())))
	h.ok(s.KeepNewCodes(t.Context()))
	h.clock.step(90 * day)
	s = owner.signIn()
	for _, blank := range []string{"", " \t"} {
		h.refused(s.CheckCodes(t.Context(), secret.NewText(blank)), service.CodeSheetRequired)
	}
	for _, wrong := range []string{"1", "3", "two", "-2", "2.0", "99999999999999999999", string(make([]byte, 10_000))} {
		e := h.refused(s.CheckCodes(t.Context(), secret.NewText(wrong)), service.CodeSheetWrong)
		if e.Field != "word" || e.Args["sheet"] != 2 {
			t.Errorf("%.20q: %q, %v", wrong, e.Field, e.Args)
		}
	}
	if !h.due(s) || h.failures(owner.id, store.KindCheckWord) != 0 {
		t.Error("a wrong number counts, or stands for a check")
	}
	head := h.head()
	h.ok(s.CheckCodes(t.Context(), secret.NewText(" 2 ")))
	all := h.eventsAfter(head)
	if len(all) != 1 || all[0].Kind != "recovery-codes-checked" || all[0].Actor != owner.id || all[0].Subject != owner.id || all[0].Detail["sheet"] != "2" {
		t.Errorf("%+v", all)
	}
	c := h.status(s).Codes
	if now := h.clock.now().Truncate(time.Millisecond); c.CheckDue || !c.CheckedAt.Equal(now) || c.Left != 10 {
		t.Errorf("%+v", c)
	}
	m, err := owner.admin().Member(t.Context(), owner.id)
	if h.ok(err); !m.Checked.Equal(c.CheckedAt) {
		t.Errorf("admins see %s", m.Checked)
	}
	h.clock.step(90*day - time.Hour)
	if h.due(owner.signIn()) {
		t.Error("they are asked for before the time")
	}
	h.clock.step(time.Hour)
	if !h.due(owner.signIn()) {
		t.Error("they are not asked for again")
	}
}

func TestCheckCodes_PrintedSheetIsKnownByItsCheckWord(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	p := h.membersWith2FA(1)[0]
	r := owner.printed(p)
	word := r.sheets[p.id].CheckWord
	s := p.signIn()
	h.refused(s.CheckCodes(t.Context(), secret.NewText(" ")), service.CodeCheckWordRequired)
	h.refused(s.CheckCodes(t.Context(), secret.NewText("1")), service.CodeCheckWordWrong) // its number is no proof
	if n := h.failures(p.id, store.KindCheckWord); n != 1 {
		t.Errorf("%d guesses are counted", n)
	}
	for _, kind := range []string{"sheet-acknowledged", "recovery-codes-checked"} { // the first time it also acknowledges the sheet
		head := h.head()
		h.ok(s.CheckCodes(t.Context(), secret.NewText(word)))
		if n := h.kinds(head, kind); n != 1 {
			t.Errorf("%+v, not %s", h.eventsAfter(head), kind)
		}
	}
	if n := h.failures(p.id, store.KindCheckWord); n != 0 {
		t.Errorf("%d guesses are left", n)
	}
	c := h.status(s).Codes
	if c.AcknowledgedAt.IsZero() || c.CheckedAt.IsZero() {
		t.Errorf("%+v", c)
	}
	q := h.membersWith2FA(1)[0]
	r = owner.printed(q)
	own := q.signIn()
	h.ok(own.Acknowledge(t.Context(), secret.NewText(r.sheets[q.id].CheckWord)))
	if c := h.status(own).Codes; !c.CheckedAt.Equal(c.AcknowledgedAt) {
		t.Errorf("acknowledged %s, checked %s", c.AcknowledgedAt, c.CheckedAt)
	}
}

func TestPostponeCheck_AsksAgainAfterAWeek(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	h.clock.step(90 * day)
	s := owner.signIn()
	head := h.head()
	h.ok(s.PostponeCheck(t.Context()))
	if h.due(s) || h.kinds(head, "recovery-check-postponed") != 1 || !h.status(s).Codes.CheckedAt.IsZero() {
		t.Errorf("%+v, %+v", h.status(s).Codes, h.eventsAfter(head))
	}
	h.clock.step(service.CheckPause - time.Hour)
	if h.due(owner.signIn()) {
		t.Error("they are asked for within the week")
	}
	h.clock.step(time.Hour)
	if s = owner.signIn(); !h.due(s) {
		t.Error("they are not asked for after the week")
	}
	h.ok(s.CheckCodes(t.Context(), secret.NewText("1")))
	h.ok(owner.admin().SetCheckDays(t.Context(), 30))
	h.clock.step(30 * day)
	if !h.due(owner.signIn()) {
		t.Error("what was put off once is put off for good")
	}
}

func TestCheckCodes_NothingIsAskedWhereThereIsNothingToFind(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	off := h.one(person{role: store.RoleMember})
	h.clock.step(91 * day)
	s := off.signIn()
	h.refused(s.CheckCodes(t.Context(), secret.NewText("1")), service.CodeRecoveryNone)
	h.refused(s.PostponeCheck(t.Context()), service.CodeRecoveryNone)
	s = owner.signIn()
	h.ok(s.NotMe(t.Context()))
	if c := h.status(s).Codes; c.State != store.SetVoided || c.CheckDue {
		t.Errorf("codes that are void are asked for: %+v", c)
	}
	h.refused(s.CheckCodes(t.Context(), secret.NewText("1")), service.CodeRecoveryNone)
}

func TestCheckCodes_SheetThatIsReplacedMeanwhileIsNotNoted(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	steps := h.onSteps()
	s, other := owner.signIn(), owner.signIn()
	err := h.amid(steps, 1, func() {
		h.ok(second(other.BeginNewCodes(t.Context(), owner.proof())))
		h.ok(other.KeepNewCodes(t.Context()))
	}, func() error { return s.CheckCodes(t.Context(), secret.NewText("1")) })
	h.refused(err, service.CodeRecoveryNone)
	if c := h.status(s).Codes; c.Sheet != 2 || !c.CheckedAt.IsZero() {
		t.Errorf("%+v", c)
	}
}

func TestCheckCodes_PrintedSheetThatIsReplacedMeanwhileIsNone(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	p := h.membersWith2FA(1)[0]
	word := owner.printed(p).sheets[p.id].CheckWord
	steps := h.onSteps()
	s, other := p.signIn(), p.signIn()
	err := h.amid(steps, 2, func() { // after the guess is counted
		h.ok(second(other.BeginNewCodes(t.Context(), p.proof())))
		h.ok(other.KeepNewCodes(t.Context()))
	}, func() error { return s.CheckCodes(t.Context(), secret.NewText(word)) })
	h.refused(err, service.CodeCheckWordNone)
	if c := h.status(s).Codes; !c.CheckedAt.IsZero() || !c.AcknowledgedAt.IsZero() {
		t.Errorf("%+v", c)
	}
}
