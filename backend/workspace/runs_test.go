package workspace_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"countersign/backend/secret"
	"countersign/backend/workspace"
)

// run is a print run with the sheets that came out of it, by profile.
type run struct {
	*workspace.PrintRun
	h      *house
	people map[string]*somebody
	sheets map[string]workspace.RunSheet
	order  []int
}

// beginRun begins a run of an owner or admin.
func (p *somebody) beginRun(people ...*somebody) *run {
	p.h.Helper()
	r := &run{h: p.h, people: map[string]*somebody{}, sheets: map[string]workspace.RunSheet{}}
	var ids []string
	for _, m := range people {
		ids = append(ids, m.id)
		r.people[m.id] = m
	}
	var err error
	r.PrintRun, err = p.admin().BeginRun(p.h.Context(), workspace.RunRequest{Members: ids, Reason: "new phones for all", Kind: workspace.RunPrint}, p.proof())
	p.h.ok(err)
	return r
}

// take puts a sheet on the pile.
func (r *run) take(s workspace.RunSheet) error {
	for id, p := range r.people {
		if p.email == s.Email {
			r.sheets[id] = s
		}
	}
	r.order = append(r.order, s.Sheet)
	return nil
}

func (r *run) issue() {
	r.h.Helper()
	r.h.ok(r.Issue(r.h.Context(), nil, r.take))
}

// printed is a run that went well.
func (p *somebody) printed(people ...*somebody) *run {
	p.h.Helper()
	r := p.beginRun(people...)
	r.issue()
	res, err := r.PutInForce(p.h.Context(), nil)
	p.h.ok(err)
	if res.State != workspace.RunDone || res.InForce != len(people) || len(res.Skipped) > 0 {
		p.h.Fatalf("the run ended with %+v", res)
	}
	return r
}

// opens reports whether the code of a sheet with that number opens the profile.
func (p *somebody) opens(s workspace.RunSheet, number int) bool {
	p.h.Helper()
	p.h.clock.step(2 * time.Hour) // over every pause
	_, err := p.challenge().Recover(p.h.Context(), secret.NewText(s.Codes[number-1].Display()))
	if err != nil && !workspace.IsCode(err, workspace.CodeRecoveryWrong) && !workspace.IsCode(err, workspace.CodeRecoveryNone) {
		p.h.Error(err)
	}
	return err == nil
}

// active is the number of the sheet in force, 0 for none.
func (p *somebody) active() (sheet int) {
	p.h.Helper()
	_ = p.h.store.View(p.h.Context(), func(tx workspace.ReadTx) error {
		set, err := tx.ActiveSet(p.id)
		sheet = set.Sheet
		return err
	})
	return sheet
}

// account is the ledger of a run: the state of each sheet, and how many members
// have none.
func (p *somebody) account(number int) (state workspace.RunState, sheets map[int]workspace.SheetState, without int) {
	p.h.Helper()
	l, err := p.admin().Ledger(p.h.Context(), number)
	p.h.ok(err)
	sheets = map[int]workspace.SheetState{}
	for _, e := range l.Entries {
		sheets[e.Sheet] = e.SheetState()
	}
	return l.Run.State, sheets, len(l.Without)
}

func (h *house) membersWith2FA(n int) []*somebody {
	h.Helper()
	return h.people(slices.Repeat([]person{{role: workspace.RoleMember, on: true}}, n)...)
}

func TestPrintRun_OldSetsWorkUntilActivation(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	people := h.membersWith2FA(2)
	a, b := people[0], people[1]
	first := owner.printed(people...)
	preview, err := owner.admin().PreviewRun(t.Context(), []string{a.id, b.id, a.id, owner.id, "nobody"})
	h.ok(err)
	if len(preview.Ready) != 2 || len(preview.Voids) != 2 || len(preview.Barred) != 1 || preview.Barred[0].Reason != workspace.CodeTwoFactorOff {
		t.Errorf("preview: %+v", preview)
	}
	second := owner.beginRun(people...)
	if plan := second.Plan(); plan.First != 3 || plan.Last != 4 || !slices.Equal(plan.Names, []string{a.name, b.name}) || plan.Number != 2 || plan.Workspace != "Northwind Legal" {
		t.Errorf("plan: %+v", plan)
	}
	second.issue()
	if !slices.Equal(second.order, []int{3, 4}) || second.sheets[a.id].Replaces != 1 || second.sheets[a.id].CheckWord == first.sheets[a.id].CheckWord && second.sheets[b.id].CheckWord == first.sheets[b.id].CheckWord {
		t.Errorf("sheets %v", second.order)
	}
	if !a.opens(first.sheets[a.id], 1) || a.opens(second.sheets[a.id], 1) {
		t.Error("a sheet that is not in force opens, or the old one does not")
	}
	if state, sheets, _ := owner.account(2); state != workspace.RunIssuing || sheets[3] != workspace.SheetMade {
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
	if n := a.signIn().Welcome().News; len(n) != 1 || n[0].Detail["sheets"] != "3" {
		t.Errorf("who signed in while a run went on is told %+v", n)
	}
	if a.opens(first.sheets[a.id], 2) || !a.opens(second.sheets[a.id], 2) || !b.opens(second.sheets[b.id], 1) {
		t.Error("the new set does not open, or the old one does")
	}
	if state, sheets, _ := owner.account(1); state != workspace.RunDone || sheets[1] != workspace.SheetReplaced || sheets[2] != workspace.SheetReplaced {
		t.Errorf("%q, %v", state, sheets)
	}
	if state, sheets, _ := owner.account(2); state != workspace.RunDone || sheets[3] != workspace.SheetIssued || sheets[4] != workspace.SheetIssued {
		t.Errorf("%q, %v", state, sheets)
	}
	// Each stage is gone through once.
	h.refused(second.Issue(t.Context(), nil, second.take), workspace.CodeRunOver)
	_, err = second.PutInForce(t.Context(), nil)
	h.refused(err, workspace.CodeRunOver)
	if res, err := second.Cancel(t.Context()); err != nil || res.State != workspace.RunDone {
		t.Errorf("%+v, %v", res, err)
	}
	h.restart()
}

func TestPrintRun_EndingAtAnyStageKeepsTheOldSets(t *testing.T) {
	t.Parallel()
	jam := errors.New("the printer is jammed")
	for name, end := range map[string]func(h *house, r *run){
		"BeforeIssue": func(*house, *run) {},
		"FirstSheet": func(h *house, r *run) {
			if err := r.Issue(t.Context(), nil, func(workspace.RunSheet) error { return jam }); !errors.Is(err, jam) {
				t.Error(err)
			}
		},
		"LastSheet": func(h *house, r *run) {
			n := 0
			err := r.Issue(t.Context(), nil, func(s workspace.RunSheet) error {
				if n++; n == 3 {
					return jam
				}
				return r.take(s)
			})
			if !errors.Is(err, jam) {
				t.Error(err)
			}
			_, err = r.PutInForce(t.Context(), nil) // two of three are on paper
			h.refused(err, workspace.CodeRunOver)
		},
		"ContextAtTheStart": func(h *house, r *run) {
			ctx, stop := context.WithCancel(t.Context())
			stop()
			if err := r.Issue(ctx, nil, r.take); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		},
		"ContextAtASheet": func(h *house, r *run) {
			ctx, stop := context.WithCancel(t.Context())
			_ = r.Issue(ctx, nil, func(s workspace.RunSheet) error { stop(); return ctx.Err() })
		},
		"AfterIssue": func(h *house, r *run) { r.issue() },
		"ContextAtPuttingInForce": func(h *house, r *run) {
			r.issue()
			ctx, stop := context.WithCancel(t.Context())
			stop()
			res, err := r.PutInForce(ctx, nil)
			h.ok(err)
			if res.State != workspace.RunCancelled || res.InForce != 0 {
				t.Errorf("%+v", res)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			people := h.membersWith2FA(3)
			first := owner.printed(people[:2]...)
			r := owner.beginRun(people...)
			end(h, r)
			for range 2 {
				res, err := r.Cancel(t.Context())
				h.ok(err)
				if res.State != workspace.RunCancelled || res.InForce != 0 {
					t.Errorf("%+v", res)
				}
			}
			for i, p := range people {
				if got := p.active(); got != []int{1, 2, 0}[i] {
					t.Errorf("%s has sheet %d", p.name, got)
				}
			}
			if s, made := r.sheets[people[1].id]; made && people[1].opens(s, 1) {
				t.Error("a sheet of a run that was cancelled opens")
			}
			if !people[1].opens(first.sheets[people[1].id], 1) {
				t.Error("the old sheet does not open")
			}
			state, sheets, without := owner.account(2)
			if state != workspace.RunCancelled || len(sheets)+without != 3 {
				t.Errorf("%q, %v, %d without", state, sheets, without)
			}
			for n, s := range sheets {
				if s != workspace.SheetVoided {
					t.Errorf("sheet %d is %q", n, s)
				}
			}
			if err := r.Issue(t.Context(), nil, r.take); err == nil {
				t.Error("a run that was cancelled goes on")
			}
			again := owner.printed(people...)
			if slices.Min(again.order) <= 5 { // numbers are given out once
				t.Errorf("sheets %v after sheets 3–5", again.order)
			}
			h.restart()
		})
	}
}

// fullStore is a store whose disk is full once it is told so.
type fullStore struct {
	workspace.Store
	full atomic.Bool
}

func (s *fullStore) Update(ctx context.Context, fn func(workspace.WriteTx) error) error {
	if s.full.Load() {
		return workspace.ErrStoreFull
	}
	return s.Store.Update(ctx, fn)
}

// onFullStore opens the house on a store that can be told to be full.
func (h *house) onFullStore() *fullStore {
	h.Helper()
	s := &fullStore{Store: h.store}
	var err error
	h.w, err = workspace.Open(h.Context(), workspace.Config{Store: s, Secrets: h.secrets, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
	h.ok(err)
	return s
}

// Several batches: some members have the new set when it ends, the others the old.
func TestPrintRun_EndingBetweenBatchesLeavesOneSetEach(t *testing.T) {
	t.Parallel()
	const size = 36
	for name, c := range map[string]struct {
		state workspace.RunState
		end   func(h *house, disk *fullStore, s *workspace.Session, stop func())
		code  workspace.Code // of PutInForce; empty: none
	}{
		"Cancelled": {workspace.RunCancelled, func(_ *house, _ *fullStore, _ *workspace.Session, stop func()) { stop() }, ""},
		"Locked": {workspace.RunCancelled, func(h *house, _ *fullStore, s *workspace.Session, _ func()) {
			h.ok(s.End(context.WithoutCancel(t.Context())))
		}, workspace.CodeSessionEnded},
		"DiskFull": {workspace.RunInterrupted, func(_ *house, disk *fullStore, _ *workspace.Session, _ func()) { disk.full.Store(true) }, workspace.CodeFolderFull},
	} {
		if underRace && name != "Locked" {
			continue // what happens at once is in this one
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			disk := h.onFullStore()
			people := h.membersWith2FA(size)
			owner.printed(people[0], people[size-1])
			var ids []string
			for _, p := range people {
				ids = append(ids, p.id)
			}
			s := owner.signIn()
			a, err := s.Admin(t.Context())
			h.ok(err)
			r, err := a.BeginRun(t.Context(), workspace.RunRequest{Members: ids, Reason: "r", Kind: workspace.RunExport}, owner.proof())
			h.ok(err)
			sheets := map[string]workspace.RunSheet{}
			h.ok(r.Issue(t.Context(), nil, func(s workspace.RunSheet) error { sheets[s.Email] = s; return nil }))
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			res, err := r.PutInForce(ctx, func(int64, int64) { c.end(h, disk, s, stop) })
			if c.code != "" {
				h.refused(err, c.code)
				if _, err := r.Cancel(t.Context()); c.state == workspace.RunInterrupted {
					h.refused(err, workspace.CodeFolderFull)
				} else {
					h.ok(err)
				}
			} else if err != nil || res.State != c.state || res.InForce != 32 {
				t.Errorf("%+v, %v", res, err)
			}
			h.restart()
			head := h.head()
			h.restart()
			if h.head() != head {
				t.Error("a second start changes something")
			}
			state, ledger, _ := owner.account(2)
			if state != c.state {
				t.Errorf("it is %q", state)
			}
			for i, p := range people {
				n := sheets[p.email].Sheet
				switch {
				case i < 32 && (p.active() != n || ledger[n] != workspace.SheetIssued):
					t.Errorf("person %d has sheet %d; sheet %d is %q", i, p.active(), n, ledger[n])
				case i >= 32 && (p.active() == n || ledger[n] != workspace.SheetVoided):
					t.Errorf("person %d has sheet %d; sheet %d is %q", i, p.active(), n, ledger[n])
				}
			}
			if last := people[size-1]; last.active() != 2 || last.opens(sheets[last.email], 1) {
				t.Error("who was not reached lost the old set, or has the new one")
			}
			if one := people[0]; !one.opens(sheets[one.email], 1) {
				t.Error("who was reached cannot use the new set")
			}
		})
	}
}

// head is the sequence number of the newest event.
func (h *house) head() (n int64) {
	h.Helper()
	h.ok(h.store.View(h.Context(), func(tx workspace.ReadTx) error {
		head, err := tx.Head()
		n = head.Seq
		return err
	}))
	return n
}

func TestPrintRun_FullDiskIsToldAndTheNextRunWorks(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	disk := h.onFullStore()
	people := h.membersWith2FA(2)
	owner.printed(people...)
	r := owner.beginRun(people...)
	disk.full.Store(true)
	h.refused(r.Issue(t.Context(), nil, r.take), workspace.CodeFolderFull)
	if len(r.order) > 0 {
		t.Error("a sheet went out whose codes are kept nowhere")
	}
	_, err := r.Cancel(t.Context())
	h.refused(err, workspace.CodeFolderFull)
	disk.full.Store(false)
	_, err = r.Cancel(t.Context())
	h.ok(err)
	owner.printed(people...)
}

func TestPrintRun_LockWhileSheetsAreMadeCancelsIt(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	people := h.membersWith2FA(2)
	s := owner.signIn()
	a, err := s.Admin(t.Context())
	h.ok(err)
	r, err := a.BeginRun(t.Context(), workspace.RunRequest{Members: []string{people[0].id, people[1].id}, Reason: "r", Kind: workspace.RunPrint}, owner.proof())
	h.ok(err)
	err = r.Issue(t.Context(), nil, func(workspace.RunSheet) error { return s.End(context.WithoutCancel(t.Context())) })
	h.refused(err, workspace.CodeSessionEnded)
	if state, sheets, _ := owner.account(1); state != workspace.RunCancelled || sheets[1] != workspace.SheetVoided {
		t.Errorf("%q, %v", state, sheets)
	}
	_, err = r.PutInForce(t.Context(), nil)
	h.refused(err, workspace.CodeRunOver)
}

func TestPrintRun_SecondOfASessionEndsTheFirst(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	p := h.membersWith2FA(1)[0]
	a := owner.admin()
	request := workspace.RunRequest{Members: []string{p.id}, Reason: "r", Kind: workspace.RunPrint}
	first, err := a.BeginRun(t.Context(), request, owner.proof())
	h.ok(err)
	_, err = a.BeginRun(t.Context(), request, owner.proof())
	h.ok(err)
	h.refused(first.Issue(t.Context(), nil, func(workspace.RunSheet) error { return nil }), workspace.CodeRunOver)
	if state, _, without := owner.account(1); state != workspace.RunCancelled || without != 1 {
		t.Errorf("%q", state)
	}
}

func TestPrintRun_FormerAdminActivatesNothing(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	admin := h.one(person{role: workspace.RoleAdmin})
	p := h.membersWith2FA(1)[0]
	r := admin.beginRun(p)
	r.issue()
	h.ok(owner.admin().SetRole(t.Context(), admin.id, workspace.RoleMember, owner.proof()))
	_, err := r.PutInForce(t.Context(), nil)
	h.refused(err, workspace.CodeForbidden)
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
	reasons := map[string]workspace.Code{}
	for _, k := range res.Skipped {
		reasons[k.ID] = k.Reason
	}
	want := map[string]workspace.Code{removed.id: workspace.CodeMemberGone, out.id: workspace.CodeMemberSuspended, reset.id: workspace.CodeTwoFactorOff, own.id: workspace.CodeCodesChanged}
	if res.State != workspace.RunDone || res.InForce != 1 || fmt.Sprint(reasons) != fmt.Sprint(want) {
		t.Errorf("%+v", res)
	}
	if own.active() != issued.Sheet || out.active() != 2 || reset.active() != 0 || stays.active() != r.sheets[stays.id].Sheet {
		t.Errorf("sheets in force: %d %d %d %d", own.active(), out.active(), reset.active(), stays.active())
	}
	if own.opens(r.sheets[own.id], 1) {
		t.Error("a dropped set opens")
	}
	_, sheets, _ := owner.account(2)
	for _, p := range people[:4] {
		if got := sheets[r.sheets[p.id].Sheet]; got != workspace.SheetVoided {
			t.Errorf("%s: %q", p.name, got)
		}
	}
	h.restart()
}

func TestPrintRun_MemberWhoChangesBeforeTheSheetEndsIt(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	people := h.membersWith2FA(3)
	for i, c := range []struct {
		code   workspace.Code
		change func() error
	}{
		{workspace.CodeMemberSuspended, func() error { return owner.admin().Suspend(t.Context(), people[0].id) }},
		{workspace.CodeTwoFactorOff, func() error { return owner.admin().Reset2FA(t.Context(), people[1].id, "", owner.proof()) }},
		{workspace.CodeMemberGone, func() error { return owner.admin().Remove(t.Context(), people[2].id, owner.proof()) }},
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
	admin := h.one(person{role: workspace.RoleAdmin, on: true})
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
		code workspace.Code
	}{{nil, workspace.CodeNobodyChosen}, {make([]string, 3), workspace.CodeMemberGone}, {manyIDs(workspace.MaxRun + 1), workspace.CodeRunLong}} {
		_, err := owner.admin().BeginRun(t.Context(), workspace.RunRequest{Members: c.ids, Reason: "r", Kind: workspace.RunPrint}, owner.proof())
		h.refused(err, c.code)
	}
	_, err := owner.admin().Ledger(t.Context(), 1)
	h.refused(err, workspace.CodeRunUnknown)
}

func manyIDs(n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprint(i))
	}
	return all
}

func TestPrintRun_LeftByACrashIsInterruptedOnce(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	people := h.membersWith2FA(2)
	r := owner.beginRun(people...)
	r.issue()
	h.restart()
	head := h.head()
	h.restart()
	if h.head() != head {
		t.Error("a second start changes something")
	}
	state, sheets, _ := owner.account(1)
	if state != workspace.RunInterrupted || sheets[1] != workspace.SheetVoided || sheets[2] != workspace.SheetVoided {
		t.Errorf("%q, %v", state, sheets)
	}
	if people[0].opens(r.sheets[people[0].id], 1) {
		t.Error("a sheet of a run that was interrupted opens")
	}
	if again := owner.printed(people...); slices.Min(again.order) != 3 {
		t.Errorf("sheets %v", again.order)
	}
}

func TestHandOver_LedgerTracksEachSheet(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	people := h.membersWith2FA(3)
	r := owner.printed(people...)
	a := owner.admin()
	h.refused(second(a.HandOver(t.Context(), 7, []int{1})), workspace.CodeRunUnknown)
	for range 2 {
		n, err := a.HandOver(t.Context(), 1, []int{1, 2, 99})
		h.ok(err)
		if want := 2; n != want && n != 0 {
			t.Errorf("%d were handed over", n)
		}
	}
	all, err := owner.admin().Unacknowledged(t.Context())
	h.ok(err)
	if len(all) != 3 || all[0].Sheet != 1 {
		t.Errorf("unacknowledged: %+v", all)
	}
	s := people[0].signIn()
	word := r.sheets[people[0].id].CheckWord
	for _, blank := range []string{"", " ", "\t"} {
		h.refused(s.Acknowledge(t.Context(), secret.NewText(blank)), workspace.CodeCheckWordRequired)
	}
	h.refused(s.Acknowledge(t.Context(), secret.NewText(word+"x")), workspace.CodeCheckWordWrong)
	h.ok(s.Acknowledge(t.Context(), secret.NewText("  "+string(word[0]-32)+word[1:]+" ")))
	h.refused(s.Acknowledge(t.Context(), secret.NewText(word)), workspace.CodeCheckWordNone)
	if n := h.failures(people[0].id, workspace.KindCheckWord); n != 0 {
		t.Errorf("%d failures are left", n)
	}
	h.refused(owner.signIn().Acknowledge(t.Context(), secret.NewText(word)), workspace.CodeCheckWordNone)
	_, sheets, _ := owner.account(1)
	if sheets[1] != workspace.SheetAcknowledged || sheets[2] != workspace.SheetHandedOver || sheets[3] != workspace.SheetIssued {
		t.Errorf("%v", sheets)
	}
	h.ok(owner.admin().Reset2FA(t.Context(), people[1].id, "", owner.proof()))
	owner.printed(people[2])
	_, sheets, _ = owner.account(1)
	if sheets[2] != workspace.SheetVoided || sheets[3] != workspace.SheetReplaced {
		t.Errorf("%v", sheets)
	}
	runs, err := owner.admin().Runs(t.Context(), 0)
	h.ok(err)
	if len(runs) != 2 || runs[0].Number != 2 || runs[1].Sheets[workspace.SheetVoided] != 1 || runs[1].Sheets[workspace.SheetAcknowledged] != 1 {
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
	h.refused(second(owner.admin().VoidSheets(t.Context(), 7, []int{1})), workspace.CodeRunUnknown)
	for _, want := range []int{1, 0} { // the second time it is no longer in force
		if n, err := owner.admin().VoidSheets(t.Context(), 1, []int{2, 99}); err != nil || n != want {
			t.Errorf("%d, %v", n, err)
		}
	}
	if _, sheets, _ := owner.account(1); sheets[1] != workspace.SheetIssued || sheets[2] != workspace.SheetVoided {
		t.Errorf("%v", sheets)
	}
	_, err := people[1].challenge().Recover(t.Context(), secret.NewText(r.sheets[people[1].id].Codes[0].Display()))
	h.refused(err, workspace.CodeRecoveryNone)
	h.clock.step(time.Hour)
	news := people[1].signIn().Welcome().News
	if len(news) != 1 || news[0].Kind != "run-sheet-voided" || news[0].Detail["sheet"] != "2" {
		t.Errorf("told %+v", news)
	}
	if _, err := people[0].challenge().Recover(t.Context(), secret.NewText(r.sheets[people[0].id].Codes[0].Display())); err != nil {
		t.Errorf("the sheet beside it: %v", err)
	}
}

func second[A, B any](_ A, b B) B { return b }

func TestAcknowledge_WrongCheckWordsAreCountedAndPaused(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	p := h.membersWith2FA(1)[0]
	r := owner.printed(p)
	s := p.signIn()
	for left := 4; left >= 0; left-- {
		e := h.refused(s.Acknowledge(t.Context(), secret.NewText("not a word of any sheet "+string(make([]byte, 10_000)))), workspace.CodeCheckWordWrong)
		if e.Args["left"] != left || e.Args["sheet"] != 1 {
			t.Errorf("%v", e.Args)
		}
	}
	h.clock.step(30 * time.Second)
	h.refused(s.Acknowledge(t.Context(), secret.NewText("wrong")), workspace.CodeCheckWordWrong)
	s = p.signIn() // does not help
	h.refused(s.Acknowledge(t.Context(), secret.NewText(r.sheets[p.id].CheckWord)), workspace.CodeThrottled)
	h.clock.step(30 * time.Second)
	h.ok(s.Acknowledge(t.Context(), secret.NewText(r.sheets[p.id].CheckWord)))
}
