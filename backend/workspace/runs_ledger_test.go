package workspace_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

func TestHandOver_LedgerTracksEachSheet(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	people := h.membersWith2FA(3)
	r := owner.printed(people...)
	a := owner.admin()
	h.refused(second(a.HandOver(t.Context(), 7, []int{1})), service.CodeRunUnknown)
	for range 2 {
		n, err := a.HandOver(t.Context(), 1, []int{1, 2, 99})
		h.ok(err)
		if want := 2; n != want && n != 0 {
			t.Errorf("%d were handed over", n)
		}
	}
	all, err := owner.admin().Unacknowledged(t.Context())
	h.ok(err)
	if len(all) != 3 || all[0].Place != 1 || all[2].Place != 3 || all[2].Sheet != 1 {
		t.Errorf("unacknowledged: %+v", all)
	}
	s := people[0].signIn()
	word := r.sheets[people[0].id].CheckWord
	for _, blank := range []string{"", " ", "\t"} {
		h.refused(s.Acknowledge(t.Context(), secret.NewText(blank)), service.CodeCheckWordRequired)
	}
	h.refused(s.Acknowledge(t.Context(), secret.NewText(word+"x")), service.CodeCheckWordWrong)
	h.ok(s.Acknowledge(t.Context(), secret.NewText("  "+string(word[0]-32)+word[1:]+" ")))
	h.refused(s.Acknowledge(t.Context(), secret.NewText(word)), service.CodeCheckWordNone)
	if n := h.failures(people[0].id, store.KindCheckWord); n != 0 {
		t.Errorf("%d failures are left", n)
	}
	h.refused(owner.signIn().Acknowledge(t.Context(), secret.NewText(word)), service.CodeCheckWordNone)
	_, sheets, _ := owner.account(1)
	if sheets[1] != store.SheetAcknowledged || sheets[2] != store.SheetHandedOver || sheets[3] != store.SheetIssued {
		t.Errorf("%v", sheets)
	}
	h.ok(owner.admin().Reset2FA(t.Context(), people[1].id, "", owner.proof()))
	owner.printed(people[2])
	_, sheets, _ = owner.account(1)
	if sheets[2] != store.SheetVoided || sheets[3] != store.SheetReplaced {
		t.Errorf("%v", sheets)
	}
	runs, err := owner.admin().Runs(t.Context(), 0)
	h.ok(err)
	if len(runs) != 2 || runs[0].Number != 2 || runs[1].Sheets[store.SheetVoided] != 1 || runs[1].Sheets[store.SheetAcknowledged] != 1 {
		t.Errorf("%+v", runs)
	}
	if older, err := owner.admin().Runs(t.Context(), 2); err != nil || len(older) != 1 || older[0].Number != 1 {
		t.Errorf("%+v, %v", older, err)
	}
	if codes := h.status(s).Codes; codes.Run != 1 || codes.AcknowledgedAt.IsZero() || codes.HandedOverAt.IsZero() {
		t.Errorf("%+v", codes)
	}
}

func TestVoidSheets_CancelsASheetAndTellsItsMember(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	people := h.membersWith2FA(3)
	r := owner.printed(people...)
	h.clock.step(time.Hour)
	h.refused(second(owner.admin().VoidSheets(t.Context(), 7, []int{1})), service.CodeRunUnknown)
	for _, want := range []int{1, 0} { // the second time it is no longer in force
		if n, err := owner.admin().VoidSheets(t.Context(), 1, []int{2, 99}); err != nil || n != want {
			t.Errorf("%d, %v", n, err)
		}
	}
	if _, sheets, _ := owner.account(1); sheets[1] != store.SheetIssued || sheets[2] != store.SheetVoided {
		t.Errorf("%v", sheets)
	}
	_, err := people[1].challenge().Recover(t.Context(), secret.NewText(r.sheets[people[1].id].Codes[0].Display()))
	h.refused(err, service.CodeRecoveryNone)
	h.clock.step(time.Hour)
	news := people[1].signIn().Welcome().News
	if len(news) != 1 || news[0].Kind != "run-sheet-voided" || news[0].Detail["sheet"] != "1" {
		t.Errorf("told %+v", news)
	}
	if _, err := people[0].challenge().Recover(t.Context(), secret.NewText(r.sheets[people[0].id].Codes[0].Display())); err != nil {
		t.Errorf("the sheet beside it: %v", err)
	}
}

func TestAcknowledge_WrongCheckWordsAreCountedAndPaused(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	p := h.membersWith2FA(1)[0]
	r := owner.printed(p)
	s := p.signIn()
	for left := 4; left >= 0; left-- {
		e := h.refused(s.Acknowledge(t.Context(), secret.NewText("not a word of any sheet "+string(make([]byte, 10_000)))), service.CodeCheckWordWrong)
		if e.Args["left"] != left || e.Args["sheet"] != 1 {
			t.Errorf("%v", e.Args)
		}
	}
	h.clock.step(30 * time.Second)
	h.refused(s.Acknowledge(t.Context(), secret.NewText("wrong")), service.CodeCheckWordWrong)
	s = p.signIn() // does not help
	h.refused(s.Acknowledge(t.Context(), secret.NewText(r.sheets[p.id].CheckWord)), service.CodeThrottled)
	h.clock.step(30 * time.Second)
	h.ok(s.Acknowledge(t.Context(), secret.NewText(r.sheets[p.id].CheckWord)))
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
	if len(all) != 1 || all[0].Subject != p[1].id || all[0].Detail["count"] != "1" {
		t.Errorf("%+v", all)
	}
}

func TestHandOver_AllOfThemOrNone(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	member := h.membersWith2FA(1)[0]
	admin := h.one(person{role: store.RoleAdmin, on: true})
	r := owner.printed(member, admin, owner)
	number := r.Plan().Number
	a := admin.admin()
	for who, want := range map[*client.Admin][]string{a: {owner.id}, owner.admin(): nil} { // as the ledger says before
		l, err := who.Ledger(t.Context(), number)
		if err != nil || !slices.Equal(l.Left, want) {
			t.Errorf("%v left to an owner, %v", l.Left, err)
		}
	}
	head := h.head()
	n, err := a.HandOver(t.Context(), number, r.order)
	if h.refused(err, service.CodeForbidden); n != 0 || h.head() != head {
		t.Errorf("%d handed over, of which one is the owner’s", n)
	}
	if n, err = a.HandOver(t.Context(), number, r.order[:2]); err != nil || n != 2 {
		t.Errorf("%d handed over, %v", n, err)
	}
	other := h.one(person{role: store.RoleAdmin, on: true})
	l, err := other.admin().Ledger(t.Context(), number)
	if err != nil || !slices.Equal(slices.Sorted(slices.Values(l.Left)), slices.Sorted(slices.Values([]string{admin.id, owner.id}))) {
		t.Errorf("%v left to an owner, %v", l.Left, err)
	}
	h.ok(second(owner.admin().VoidSheets(t.Context(), number, r.order[1:]))) // none of these can be marked any more
	if l, err = other.admin().Ledger(t.Context(), number); err != nil || len(l.Left) > 0 {
		t.Errorf("%v left to an owner, %v", l.Left, err)
	}
}

func TestVoidSheets_AllOfThemOrNone(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	member := h.membersWith2FA(1)[0]
	admin := h.one(person{role: store.RoleAdmin, on: true})
	r := owner.printed(member, admin, owner)
	number := r.Plan().Number
	a := admin.admin()
	n, err := a.VoidSheets(t.Context(), number, r.order)
	if h.refused(err, service.CodeForbidden); n != 0 || member.active() == 0 || admin.active() == 0 {
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
	h.refused(s.Acknowledge(t.Context(), secret.NewText("orchard")), service.CodeCheckWordNone)
	if n := h.failures(owner.id, store.KindCheckWord); n != 0 {
		t.Errorf("%d guesses are counted", n)
	}
}

func TestVoidSheets_SheetThatAnotherVoidedIsNotVoidedAgain(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	steps := h.onSteps()
	member := h.membersWith2FA(1)[0]
	r := owner.printed(member)
	a, other := owner.admin(), owner.admin()
	head, n := h.head(), 0
	h.ok(h.amid(steps, 1, func() {
		n, err := other.VoidSheets(context.WithoutCancel(t.Context()), r.Plan().Number, r.order)
		if h.ok(err); n != 1 {
			t.Errorf("the other voided %d", n)
		}
	}, func() (err error) {
		n, err = a.VoidSheets(t.Context(), r.Plan().Number, r.order)
		return err
	}))
	if all := h.kinds(head, "run-sheet-voided"); n != 0 || all != 1 {
		t.Errorf("%d by this one, %d events", n, all)
	}
}

func TestHandOver_OfManyNamesNobody(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	r := owner.printed(h.membersWith2FA(2)...)
	head := h.head()
	n, err := owner.admin().HandOver(t.Context(), r.Plan().Number, r.order)
	h.ok(err)
	all := h.eventsAfter(head)
	if e := all[len(all)-1]; n != 2 || e.Kind != "sheets-handed-over" || e.Subject != "" || e.Detail["count"] != "2" {
		t.Errorf("%d, %+v", n, e)
	}
}

func TestVoidSheets_MemberWhoBecomesAnOwnerMeanwhileKeepsTheirs(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	member := h.membersWith2FA(1)[0]
	admin := h.one(person{role: store.RoleAdmin})
	r := owner.printed(member)
	steps := h.onSteps()
	a := admin.admin()
	n := 0
	err := h.amid(steps, 1, func() { h.give(owner, member, store.RoleOwner) }, func() (err error) {
		n, err = a.VoidSheets(t.Context(), r.Plan().Number, r.order)
		return err
	})
	if h.refused(err, service.CodeForbidden); n != 0 || member.active() == 0 {
		t.Errorf("%d voided", n)
	}
}

func TestVoidSheets_GuessesAtThemAreForgotten(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	member := h.membersWith2FA(1)[0]
	r := owner.printed(member)
	for range 3 {
		h.refused(second(member.challenge().Recover(t.Context(), secret.NewText(noCode))), service.CodeRecoveryWrong)
	}
	h.ok(second(owner.admin().VoidSheets(t.Context(), r.Plan().Number, r.order)))
	if n := h.failures(member.id, store.KindRecovery); n != 0 {
		t.Errorf("%d count for the next sheet", n)
	}
}

func TestAcknowledge_OfAFormerSessionIsNoGuess(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	member := h.membersWith2FA(1)[0]
	owner.printed(member)
	s := member.signIn()
	h.alter(member.id, func(p *store.Profile) { p.Epoch++ })
	head := h.head()
	h.refused(s.Acknowledge(t.Context(), secret.NewText("wrong")), service.CodeSessionEnded)
	if h.head() != head {
		t.Errorf("%v", h.eventsAfter(head))
	}
}

func TestAcknowledge_SheetThatIsVoidedMeanwhileIsNone(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	member := h.membersWith2FA(1)[0]
	r := owner.printed(member)
	steps := h.onSteps()
	s, a := member.signIn(), owner.admin()
	err := h.amid(steps, 2, func() {
		n, err := a.VoidSheets(context.WithoutCancel(t.Context()), r.Plan().Number, r.order)
		if h.ok(err); n != 1 {
			t.Errorf("%d voided", n)
		}
	}, func() error { return s.Acknowledge(t.Context(), secret.NewText(r.sheets[member.id].CheckWord)) })
	h.refused(err, service.CodeCheckWordNone)
}
