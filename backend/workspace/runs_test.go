package workspace_test

import (
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

// run is a print run with the sheets that came out of it, by profile.
type run struct {
	*client.PrintRun
	h      *fixture
	people map[string]*user
	sheets map[string]client.RunSheet
	order  []int // the places of the sheets that were taken
}

// beginRun begins a run of an owner or admin.
func (p *user) beginRun(people ...*user) *run {
	p.h.Helper()
	r := &run{h: p.h, people: map[string]*user{}, sheets: map[string]client.RunSheet{}}
	var ids []string
	for _, m := range people {
		ids = append(ids, m.id)
		r.people[m.id] = m
	}
	var err error
	r.PrintRun, err = p.admin().BeginRun(p.h.Context(), service.RunRequest{Members: ids, Reason: "new phones for all", Kind: store.RunPrint}, p.proof())
	p.h.ok(err)
	return r
}

// take puts a sheet on the pile.
func (r *run) take(s client.RunSheet) error {
	for id, p := range r.people {
		if p.email == s.Email {
			r.sheets[id] = s
		}
	}
	r.order = append(r.order, len(r.order)+1)
	return nil
}

func (r *run) issue() {
	r.h.Helper()
	r.h.ok(r.Issue(r.h.Context(), nil, r.take))
}

// printed is a run that went well.
func (p *user) printed(people ...*user) *run {
	p.h.Helper()
	r := p.beginRun(people...)
	r.issue()
	res, err := r.PutInForce(p.h.Context(), nil)
	p.h.ok(err)
	if res.State != store.RunDone || res.InForce != len(people) || len(res.Skipped) > 0 {
		p.h.Fatalf("the run ended with %+v", res)
	}
	return r
}

// opens reports whether the code of a sheet with that number opens the profile.
func (p *user) opens(s client.RunSheet, number int) bool {
	p.h.Helper()
	p.h.clock.step(2 * time.Hour) // over every pause
	_, err := p.challenge().Recover(p.h.Context(), secret.NewText(s.Codes[number-1].Display()))
	if err != nil && !service.IsCode(err, service.CodeRecoveryWrong) && !service.IsCode(err, service.CodeRecoveryNone) {
		p.h.Error(err)
	}
	return err == nil
}

// active is the number of the sheet in force, 0 for none.
func (p *user) active() (sheet int) {
	p.h.Helper()
	_ = p.h.store.View(p.h.Context(), func(tx store.ReadTx) error {
		set, err := tx.ActiveSet(p.id)
		sheet = set.Sheet
		return err
	})
	return sheet
}

// account is the ledger of a run: the state of each sheet by its place, and how many members
// have none.
func (p *user) account(number int) (state store.RunState, sheets map[int]store.SheetState, without int) {
	p.h.Helper()
	l, err := p.admin().Ledger(p.h.Context(), number)
	p.h.ok(err)
	sheets = map[int]store.SheetState{}
	for _, e := range l.Entries {
		sheets[e.Place] = e.SheetState()
	}
	return l.Run.State, sheets, len(l.Without)
}

func (h *fixture) membersWith2FA(n int) []*user {
	h.Helper()
	return h.people(slices.Repeat([]person{{role: store.RoleMember, on: true}}, n)...)
}

func TestPrintRun_OldSetsWorkUntilActivation(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	people := h.membersWith2FA(2)
	a, b := people[0], people[1]
	preview, err := owner.admin().PreviewRun(t.Context(), []string{a.id, b.id})
	if h.ok(err); len(preview.Ready) != 2 || len(preview.Voids) != 0 {
		t.Errorf("preview of the first sheets: %+v", preview)
	}
	first := owner.printed(people...)
	preview, err = owner.admin().PreviewRun(t.Context(), []string{a.id, b.id, a.id, owner.id, "nobody"})
	h.ok(err)
	if len(preview.Ready) != 2 || len(preview.Voids) != 2 || len(preview.Barred) != 1 || preview.Barred[0].Reason != service.CodeTwoFactorOff {
		t.Errorf("preview: %+v", preview)
	}
	second := owner.beginRun(people...)
	if plan := second.Plan(); !slices.Equal(plan.Sheets, []int{2, 2}) || !slices.Equal(plan.Names, []string{a.name, b.name}) || plan.Number != 2 || plan.Workspace != "Northwind Legal" {
		t.Errorf("plan: %+v", plan)
	}
	second.issue()
	if !slices.Equal(second.order, []int{1, 2}) || second.sheets[b.id].Sheet != 2 || second.sheets[b.id].Replaces != 1 || second.sheets[a.id].Replaces != 1 || second.sheets[a.id].CheckWord == first.sheets[a.id].CheckWord && second.sheets[b.id].CheckWord == first.sheets[b.id].CheckWord {
		t.Errorf("sheets %v", second.order)
	}
	if !a.opens(first.sheets[a.id], 1) || a.opens(second.sheets[a.id], 1) {
		t.Error("a sheet that is not in force opens, or the old one does not")
	}
	if state, sheets, _ := owner.account(2); state != store.RunIssuing || sheets[2] != store.SheetMade {
		t.Errorf("%q, %v", state, sheets)
	}
}

func TestPrintRun_NewSetsWorkAndTheirMembersAreTold(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	people := h.membersWith2FA(2)
	a, b := people[0], people[1]
	h.clock.step(time.Minute)
	first := owner.printed(people...)
	h.clock.step(time.Minute)
	if n := a.signIn().Welcome().News; len(n) != 1 || n[0].Kind != "run-sheet-issued" || n[0].By != owner.name || n[0].Detail["sheets"] != "1" {
		t.Errorf("told %+v", n)
	}
	if n := a.signIn().Welcome().News; len(n) != 0 {
		t.Errorf("told again: %+v", n)
	}
	second := owner.beginRun(people...)
	var total int64
	h.ok(second.Issue(t.Context(), func(done, of int64) { total = 100*done + of }, second.take))
	if total != 202 {
		t.Errorf("progress ended with %d", total)
	}
	h.clock.step(time.Minute)
	a.signIn() // while the sheets are printed
	h.clock.step(time.Minute)
	res, err := second.PutInForce(t.Context(), nil)
	h.ok(err)
	if res.InForce != 2 {
		t.Errorf("%+v", res)
	}
	h.clock.step(time.Minute)
	if n := a.signIn().Welcome().News; len(n) != 1 || n[0].Detail["sheets"] != "2" {
		t.Errorf("who signed in while a run went on is told %+v", n)
	}
	if a.opens(first.sheets[a.id], 2) || !a.opens(second.sheets[a.id], 2) || !b.opens(second.sheets[b.id], 1) {
		t.Error("the new set does not open, or the old one does")
	}
	if state, sheets, _ := owner.account(1); state != store.RunDone || sheets[1] != store.SheetReplaced || sheets[2] != store.SheetReplaced {
		t.Errorf("%q, %v", state, sheets)
	}
	if state, sheets, _ := owner.account(2); state != store.RunDone || sheets[1] != store.SheetIssued || sheets[2] != store.SheetIssued {
		t.Errorf("%q, %v", state, sheets)
	}
	// Each stage is gone through once.
	h.refused(second.Issue(t.Context(), nil, second.take), service.CodeRunOver)
	_, err = second.PutInForce(t.Context(), nil)
	h.refused(err, service.CodeRunOver)
	head := h.head()
	if res, err := second.Cancel(t.Context()); err != nil || res.State != store.RunDone || h.head() != head {
		t.Errorf("%+v, %v, %v", res, err, h.eventsAfter(head))
	}
	h.restart()
}

func TestPrintRun_SecondOfASessionEndsTheFirst(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	p := h.membersWith2FA(1)[0]
	a := owner.admin()
	request := service.RunRequest{Members: []string{p.id}, Reason: "r", Kind: store.RunPrint}
	first, err := a.BeginRun(t.Context(), request, owner.proof())
	h.ok(err)
	_, err = a.BeginRun(t.Context(), request, owner.proof())
	h.ok(err)
	h.refused(first.Issue(t.Context(), nil, func(client.RunSheet) error { return nil }), service.CodeRunOver)
	if state, _, without := owner.account(1); state != store.RunCancelled || without != 1 {
		t.Errorf("%q", state)
	}
}

func TestPrintRun_FormerAdminActivatesNothing(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	admin := h.one(person{role: store.RoleAdmin})
	p := h.membersWith2FA(1)[0]
	r := admin.beginRun(p)
	r.issue()
	h.ok(owner.admin().SetRole(t.Context(), admin.id, store.RoleMember, owner.proof()))
	_, err := r.PutInForce(t.Context(), nil)
	h.refused(err, service.CodeForbidden)
	if p.active() != 0 {
		t.Error("a set is in force")
	}
	_, err = r.Cancel(t.Context())
	h.ok(err)
}

func TestPrintRun_MemberWhoChangesMeanwhileKeepsTheOldSet(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	people := h.membersWith2FA(5)
	removed, out, reset, own, stays := people[0], people[1], people[2], people[3], people[4]
	owner.printed(people...)
	r := owner.beginRun(people...)
	r.issue()
	a := owner.admin()
	h.ok(a.Remove(t.Context(), removed.id, owner.proof()))
	h.ok(a.Suspend(t.Context(), out.id))
	h.ok(a.Reset2FA(t.Context(), reset.id, "", owner.proof()))
	s := own.signIn()
	issued, err := s.BeginNewCodes(t.Context(), own.proof())
	h.ok(err)
	h.ok(s.KeepNewCodes(t.Context()))
	res, err := r.PutInForce(t.Context(), nil)
	h.ok(err)
	reasons := map[string]service.Code{}
	for _, k := range res.Skipped {
		reasons[k.ID] = k.Reason
	}
	want := map[string]service.Code{removed.id: service.CodeMemberGone, out.id: service.CodeMemberSuspended, reset.id: service.CodeTwoFactorOff, own.id: service.CodeCodesChanged}
	if res.State != store.RunDone || res.InForce != 1 || fmt.Sprint(reasons) != fmt.Sprint(want) {
		t.Errorf("%+v", res)
	}
	if own.active() != issued.Sheet || out.active() != 1 || reset.active() != 0 || stays.active() != r.sheets[stays.id].Sheet {
		t.Errorf("sheets in force: %d %d %d %d", own.active(), out.active(), reset.active(), stays.active())
	}
	if own.opens(r.sheets[own.id], 1) {
		t.Error("a dropped set opens")
	}
	_, sheets, _ := owner.account(2)
	for i, p := range people[:4] {
		if got := sheets[i+1]; got != store.SheetVoided {
			t.Errorf("%s: %q", p.name, got)
		}
	}
	h.restart()
}

func TestPrintRun_LogNamesWhomOneSheetIsFor(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	people := h.membersWith2FA(2)
	owner.printed(people[0])
	owner.printed(people...)
	r := owner.beginRun(people[0])
	r.issue()
	h.ok(owner.admin().Suspend(t.Context(), people[0].id))
	h.ok(second(r.PutInForce(t.Context(), nil)))
	var said []string
	for _, e := range h.eventsAfter(0) {
		if strings.HasPrefix(e.Kind, "run-sheet") && e.Kind != "run-sheets-made" {
			said = append(said, e.Kind+" "+e.Subject+" "+e.Detail["members"])
		}
	}
	want := []string{"run-sheet-issued " + people[0].id, "run-sheets-issued  " + people[0].id + " " + people[1].id, "run-sheets-dropped  "}
	for i, e := range want {
		if len(said) != len(want) || !strings.HasPrefix(said[i], e) {
			t.Fatalf("%q", said)
		}
	}
}

func TestPrintRun_MemberWhoChangesBeforeTheSheetEndsIt(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	people := h.membersWith2FA(3)
	for i, c := range []struct {
		code   service.Code
		change func() error
	}{
		{service.CodeMemberSuspended, func() error { return owner.admin().Suspend(t.Context(), people[0].id) }},
		{service.CodeTwoFactorOff, func() error { return owner.admin().Reset2FA(t.Context(), people[1].id, "", owner.proof()) }},
		{service.CodeMemberGone, func() error { return owner.admin().Remove(t.Context(), people[2].id, owner.proof()) }},
	} {
		r := owner.beginRun(people[i])
		h.ok(c.change())
		if e := h.refused(r.Issue(t.Context(), nil, r.take), c.code); e.Args["name"] != people[i].name || len(r.order) > 0 {
			t.Errorf("%v, %v", e.Args, r.order)
		}
		_, err := r.Cancel(t.Context())
		h.ok(err)
	}
}

func TestPrintRun_MayIncludeYourOwnSheet(t *testing.T) {
	t.Parallel()
	h, _ := alone(t)
	admin := h.one(person{role: store.RoleAdmin, on: true})
	p := h.membersWith2FA(1)[0]
	r := admin.printed(admin, p)
	h.clock.step(time.Minute)
	if n := admin.signIn().Welcome().News; len(n) != 0 {
		t.Errorf("told of one's own: %+v", n)
	}
	if !admin.opens(r.sheets[admin.id], 1) {
		t.Error("the own sheet does not open")
	}
}

func TestPrintRun_RefusesNoMembersAndTooMany(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	for _, c := range []struct {
		ids  []string
		code service.Code
	}{{nil, service.CodeNobodyChosen}, {make([]string, 3), service.CodeMemberGone}, {manyIDs(service.MaxRun + 1), service.CodeRunLong}} {
		_, err := owner.admin().BeginRun(t.Context(), service.RunRequest{Members: c.ids, Reason: "r", Kind: store.RunPrint}, owner.proof())
		h.refused(err, c.code)
	}
	_, err := owner.admin().Ledger(t.Context(), 1)
	h.refused(err, service.CodeRunUnknown)
}

func manyIDs(n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprint(i))
	}
	return all
}
