package servicetest

import (
	"fmt"
	"slices"
	"strings"

	"countersign/backend/client"
	"countersign/backend/recovery"
	"countersign/backend/service"
)

var runs = []useCase{
	{"Run_GivesEachMemberASheet", runGives, []string{
		"Admin.PreviewRun", "Admin.BeginRun", "Admin.Runs", "Admin.Ledger", "Admin.Unacknowledged", "Admin.HandOver", "PrintRun.Plan", "PrintRun.MakeSheets", "PrintRun.PutInForce",
		"Session.Acknowledge",
	}},
	{"Run_CancelledLeavesTheOldSheets", runCancelled, []string{"PrintRun.Cancel"}},
	{"Run_RefusesWhoCannotHaveASheet", runRefuses, nil},
	{"Run_GoesOnInOrderAndToItsEndOnce", runInOrder, nil},
	{"Run_LeavesOutWhoseCodesHaveChanged", runSkips, nil},
	{"Run_EndsWithItsSession", runEnds, nil},
	{"VoidSheets_EndsCodesThatNobodyGot", voidsSheets, []string{"Admin.VoidSheets"}},
	{"Acknowledge_CountsWrongWords", wrongWords, nil},
	{"CheckCodes_NotesThatTheyAreAtHand", checksCodes, []string{"Session.CheckCodes", "Session.PostponeCheck", "Admin.SetCheckDays"}},
}

func ids(people ...*person) (all []string) {
	for _, p := range people {
		all = append(all, p.id)
	}
	return all
}

// run begins a print run.
func (f *fixture) run(a *client.Admin, members ...*person) *client.PrintRun {
	f.Helper()
	r, err := a.BeginRun(f.ctx(), service.RunRequest{Members: ids(members...), Reason: "New codes", Kind: service.RunPrint}, f.owner.proof())
	f.ok(err)
	return r
}

// issue makes the sheets of a run.
func (f *fixture) issue(r *client.PrintRun) (sheets []client.RunSheet) {
	f.Helper()
	f.ok(r.Issue(f.ctx(), nil, func(s client.RunSheet) error { sheets = append(sheets, s); return nil }))
	return sheets
}

// printed has sheets for members in force.
func (f *fixture) printed(a *client.Admin, members ...*person) (int, []client.RunSheet) {
	f.Helper()
	r := f.run(a, members...)
	sheets := f.issue(r)
	_, err := r.PutInForce(f.ctx(), nil)
	f.ok(err)
	return r.Plan().Number, sheets
}

func (f *fixture) ledger(a *client.Admin, run int) service.Ledger {
	f.Helper()
	l, err := a.Ledger(f.ctx(), run)
	f.ok(err)
	return l
}

func runGives(f *fixture) {
	m, n, without := f.guarded(service.RoleMember), f.guarded(service.RoleMember), f.member(service.RoleMember)
	a := f.owner.admin()
	preview, err := a.PreviewRun(f.ctx(), []string{m.id, n.id, without.id, m.id, "nobody"})
	f.ok(err)
	if len(preview.Ready) != 2 || len(preview.Voids) != 2 || len(preview.Barred) != 1 || preview.Barred[0].Member.ID != without.id || preview.Barred[0].Reason != service.CodeTwoFactorOff {
		f.Errorf("%+v", preview)
	}
	r := f.run(a, m, n)
	p := r.Plan()
	if p.Number == 0 || p.Workspace != f.owner.w.Name() || p.WorkspaceID != f.owner.w.ID() || !slices.Equal(p.Sheets, []int{2, 2}) || p.ByName != f.owner.name || p.Reason != "New codes" || p.ApprovedBy != "" {
		f.Errorf("%+v", p)
	}
	f.same("the emails", p.Emails, []string{m.email, n.email})
	f.same("the names", p.Names, []string{m.name, n.name})
	f.refused(second(r.PrintRun.PutInForce(f.ctx(), nil)), service.CodeRunOver) // there are no sheets
	old := m.codes
	sheets := f.issue(r)
	for i, s := range sheets {
		if s.Sheet != p.Sheets[i] || s.Email != p.Emails[i] || s.Run != p.Number || len(s.Codes) != recovery.SetSize || s.CheckWord == "" || s.Replaces == 0 {
			f.Errorf("%+v", s.RunSheet)
		}
	}
	_, err = m.challenge().Recover(f.ctx(), text(old[0])) // none is in force
	f.ok(err)
	if l := f.ledger(a, p.Number); len(l.Entries) != 2 || l.Entries[0].SheetState() != service.SheetMade || l.Run.State != service.RunIssuing {
		f.Errorf("%+v", l)
	}
	told := ""
	result, err := r.PutInForce(f.ctx(), func(done, total int64) { told += fmt.Sprintf("%d of %d, ", done, total) })
	f.ok(err)
	if result.State != service.RunDone || result.InForce != 2 || len(result.Skipped) != 0 || !strings.HasSuffix(told, "2 of 2, ") {
		f.Errorf("%+v, %s", result, told)
	}
	_, err = m.challenge().Recover(f.ctx(), text(old[1]))
	f.refused(err, service.CodeRecoveryWrong)
	s, err := m.challenge().Recover(f.ctx(), text(sheets[0].Codes[0].Display()))
	f.ok(err)
	m.signIn()

	all, err := a.Runs(f.ctx(), 0)
	f.ok(err)
	if len(all) != 1 || all[0].Number != p.Number || all[0].Sheets[service.SheetIssued] != 2 || all[0].State != service.RunDone {
		f.Errorf("%+v", all)
	}
	older, err := a.Runs(f.ctx(), p.Number)
	if f.ok(err); len(older) != 0 {
		f.Errorf("%+v", older)
	}
	for _, run := range []int{-1, 0, p.Number + 1, 1 << 40} {
		f.refused(second(a.Ledger(f.ctx(), run)), service.CodeRunUnknown)
		f.refused(second(a.HandOver(f.ctx(), run, []int{1})), service.CodeRunUnknown)
		f.refused(second(a.VoidSheets(f.ctx(), run, []int{1})), service.CodeRunUnknown)
	}
	handed, err := a.HandOver(f.ctx(), p.Number, []int{1, 1, 101})
	f.ok(err)
	again, err := a.HandOver(f.ctx(), p.Number, []int{1})
	f.ok(err)
	f.same("handed over", []int{handed, again}, []int{1, 0})
	open, err := a.Unacknowledged(f.ctx())
	if f.ok(err); len(open) != 2 || open[0].Place != 1 || open[0].Sheet != 2 || open[0].SheetState() != service.SheetHandedOver || open[1].SheetState() != service.SheetIssued {
		f.Errorf("%+v", open)
	}
	f.refused(s.Acknowledge(f.ctx(), text(" ")), service.CodeCheckWordRequired)
	f.refused(s.Acknowledge(f.ctx(), text("no such word")), service.CodeCheckWordWrong)
	f.ok(s.Acknowledge(f.ctx(), text(strings.ToUpper(sheets[0].CheckWord))))
	f.refused(s.Acknowledge(f.ctx(), text(sheets[0].CheckWord)), service.CodeCheckWordNone)
	if l := f.ledger(a, p.Number); l.Entries[0].SheetState() != service.SheetAcknowledged || l.Entries[0].Name != m.name || l.Entries[0].CodesLeft != recovery.SetSize-1 {
		f.Errorf("%+v", l)
	}
	if c := f.status(s).Codes; c.Run != p.Number || c.AcknowledgedAt.IsZero() || c.HandedOverAt.IsZero() || c.IssuedBy != f.owner.name {
		f.Errorf("%+v", c)
	}
	if news := n.signIn().Welcome().News; len(news) != 1 || news[0].Kind != "run-sheet-issued" || news[0].By != f.owner.name {
		f.Errorf("%+v", news)
	}
}

func runCancelled(f *fixture) {
	m, n := f.guarded(service.RoleMember), f.guarded(service.RoleMember)
	a := f.owner.admin()
	r := f.run(a, m, n)
	sheets := f.issue(r)
	for range 2 { // twice is fine
		result, err := r.Cancel(f.ctx())
		if f.ok(err); result.State != service.RunCancelled || result.InForce != 0 {
			f.Errorf("%+v", result)
		}
	}
	_, err := r.PutInForce(f.ctx(), nil)
	f.refused(err, service.CodeRunOver)
	_, err = m.challenge().Recover(f.ctx(), text(sheets[0].Codes[0].Display()))
	f.refused(err, service.CodeRecoveryWrong)
	_, err = m.challenge().Recover(f.ctx(), text(m.codes[0]))
	f.ok(err)
	l := f.ledger(a, r.Plan().Number)
	if l.Run.State != service.RunCancelled || l.Entries[0].State != service.SetDropped || l.Run.EndedAt.IsZero() {
		f.Errorf("%+v", l)
	}

	// A run that has no sheet yet.
	r = f.run(a, n)
	_, err = r.Cancel(f.ctx())
	f.ok(err)
	if l := f.ledger(a, r.Plan().Number); len(l.Entries) != 0 || len(l.Without) != 1 || l.Without[0].ID != n.id {
		f.Errorf("%+v", l)
	}
	f.refused(second(r.MakeSheets(f.ctx(), []service.NewSet{newSet()})), service.CodeRunOver)
	// One that is done stays so.
	number, _ := f.printed(a, n)
	if l := f.ledger(a, number); l.Run.State != service.RunDone {
		f.Errorf("%+v", l.Run)
	}
}

func runRefuses(f *fixture) {
	a := f.owner.admin()
	m, without, gone := f.guarded(service.RoleMember), f.member(service.RoleMember), f.guarded(service.RoleMember)
	invited, _ := f.invited(a, service.RoleMember, client.Proof{})
	suspended := f.guarded(service.RoleMember)
	a = f.owner.admin()
	f.ok(a.Suspend(f.ctx(), suspended.id))
	f.ok(a.Remove(f.ctx(), gone.id, f.owner.proof()))
	good := service.RunRequest{Members: ids(m), Reason: "New codes", Kind: service.RunPrint}
	for what, c := range map[string]struct {
		spoil func(*service.RunRequest)
		code  service.Code
	}{
		"nobody":                {func(r *service.RunRequest) { r.Members = nil }, service.CodeNobodyChosen},
		"too many":              {func(r *service.RunRequest) { r.Members = manyIDs(service.MaxRun + 1) }, service.CodeRunLong},
		"no reason":             {func(r *service.RunRequest) { r.Reason = " " }, service.CodeReasonRequired},
		"a long reason":         {func(r *service.RunRequest) { r.Reason = strings.Repeat("r", service.MaxName+1) }, service.CodeReasonLong},
		"a reason unshown":      {func(r *service.RunRequest) { r.Reason = "\x02" }, service.CodeReasonForm},
		"somebody unknown":      {func(r *service.RunRequest) { r.Members = []string{m.id, "nobody"} }, service.CodeMemberGone},
		"somebody removed":      {func(r *service.RunRequest) { r.Members = ids(gone) }, service.CodeMemberGone},
		"somebody invited":      {func(r *service.RunRequest) { r.Members = ids(invited) }, service.CodeMemberInvited},
		"2FA off":               {func(r *service.RunRequest) { r.Members = ids(m, without) }, service.CodeTwoFactorOff},
		"a suspended one":       {func(r *service.RunRequest) { r.Members = ids(suspended) }, service.CodeMemberSuspended},
		"an approval of no one": {func(r *service.RunRequest) { r.Approval = "none" }, service.CodeApprovalGone},
	} {
		r := good
		c.spoil(&r)
		if _, err := a.BeginRun(f.ctx(), r, f.owner.proof()); !service.IsCode(err, c.code) {
			f.Errorf("%s: %v, not %s", what, err, c.code)
		}
	}
	none := good
	none.Kind = "another"
	f.fails("a run of no kind", second(a.BeginRun(f.ctx(), none, f.owner.proof())))
	f.refused(second(a.BeginRun(f.ctx(), good, client.Proof{})), service.CodePasswordRequired)
	all, err := a.Runs(f.ctx(), 0)
	if f.ok(err); len(all) != 0 {
		f.Errorf("%+v", all)
	}
}

func manyIDs(n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprint(i))
	}
	return all
}

func runInOrder(f *fixture) {
	m, n := f.guarded(service.RoleMember), f.guarded(service.RoleMember)
	h, s := f.hand(service.RoleOwner)
	begin := func() service.PrintRun {
		r, err := h.admin(s).BeginRun(f.ctx(), service.RunRequest{Members: ids(m, n), Reason: "New codes", Kind: service.RunExport}, h.proof(s))
		f.ok(err)
		return r
	}
	r := begin()
	many := make([]service.NewSet, service.RunBatch+1)
	for i := range many {
		many[i] = newSet()
	}
	for what, made := range map[string][]service.NewSet{"no sheet": nil, "more sheets than members": many[:3], "more sheets than a batch": many} {
		f.fails(what, second(r.MakeSheets(f.ctx(), made)))
	}
	for what, bad := range badSets() {
		f.fails(what, second(r.MakeSheets(f.ctx(), []service.NewSet{bad})))
	}
	first, err := r.MakeSheets(f.ctx(), many[:1])
	f.ok(err)
	f.refused(second(r.PutInForce(f.ctx(), nil)), service.CodeRunOver) // one is missing
	f.fails("more sheets than are left", second(r.MakeSheets(f.ctx(), many[1:3])))
	last, err := r.MakeSheets(f.ctx(), many[1:2])
	f.ok(err)
	if p := r.Plan(); first[0].Sheet != p.Sheets[0] || first[0].Email != m.email || last[0].Sheet != p.Sheets[1] || last[0].Email != n.email || first[0].CheckWord == last[0].CheckWord {
		f.Errorf("%+v, %+v", first, last)
	}
	f.refused(second(r.MakeSheets(f.ctx(), many[2:3])), service.CodeRunOver)
	result, err := r.PutInForce(f.ctx(), nil)
	if f.ok(err); result.InForce != 2 {
		f.Errorf("%+v", result)
	}
	f.refused(second(r.PutInForce(f.ctx(), nil)), service.CodeRunOver)
	f.refused(second(r.MakeSheets(f.ctx(), many[2:3])), service.CodeRunOver)
	if result, err := r.Cancel(f.ctx()); err != nil || result.State != service.RunDone || result.InForce != 2 {
		f.Errorf("%+v, %v", result, err)
	}

	// A session has one run at a time.
	former := begin()
	begin()
	f.refused(second(former.MakeSheets(f.ctx(), many[3:4])), service.CodeRunOver)
}

func runSkips(f *fixture) {
	m, n, o := f.guarded(service.RoleMember), f.guarded(service.RoleMember), f.guarded(service.RoleMember)
	a := f.owner.admin()
	r := f.run(a, m, n, o)
	f.issue(r)
	other := f.owner.admin()
	f.ok(other.Suspend(f.ctx(), m.id))
	f.ok(other.Reset2FA(f.ctx(), n.id, "", f.owner.proof()))
	result, err := r.PutInForce(f.ctx(), nil)
	f.ok(err)
	if result.InForce != 1 || len(result.Skipped) != 2 || result.Skipped[0].ID != m.id || result.Skipped[0].Reason != service.CodeMemberSuspended || result.Skipped[1].Reason != service.CodeTwoFactorOff {
		f.Errorf("%+v", result)
	}

	// Before the sheets are made it ends the run.
	r = f.run(a, o)
	f.ok(other.Suspend(f.ctx(), o.id))
	e := f.refused(r.Issue(f.ctx(), nil, func(client.RunSheet) error { return nil }), service.CodeMemberSuspended)
	f.same("who", argument(e, "name"), o.name)
}

func runEnds(f *fixture) {
	m := f.guarded(service.RoleMember)
	s := f.owner.signIn()
	a, err := s.Admin(f.ctx())
	f.ok(err)
	r := f.run(a, m)
	sheets := f.issue(r)
	f.ok(s.End(f.ctx()))
	_, err = r.PutInForce(f.ctx(), nil)
	if !service.IsCode(err, service.CodeSessionEnded) && !service.IsCode(err, service.CodeRunOver) {
		f.Errorf("%v", err)
	}
	if l := f.ledger(f.owner.admin(), r.Plan().Number); l.Run.State != service.RunCancelled {
		f.Errorf("%+v", l.Run)
	}
	_, err = m.challenge().Recover(f.ctx(), text(sheets[0].Codes[0].Display()))
	f.refused(err, service.CodeRecoveryWrong)
}

func voidsSheets(f *fixture) {
	m, n := f.guarded(service.RoleMember), f.guarded(service.RoleMember)
	a := f.owner.admin()
	number, sheets := f.printed(a, m, n)
	voided, err := a.VoidSheets(f.ctx(), number, []int{1, 1, 1 << 30})
	f.ok(err)
	again, err := a.VoidSheets(f.ctx(), number, []int{1})
	f.ok(err)
	f.same("voided", []int{voided, again}, []int{1, 0})
	_, err = m.challenge().Recover(f.ctx(), text(sheets[0].Codes[0].Display()))
	f.refused(err, service.CodeRecoveryNone)
	_, err = n.challenge().Recover(f.ctx(), text(sheets[1].Codes[0].Display()))
	f.ok(err)
	if l := f.ledger(a, number); l.Entries[0].SheetState() != service.SheetVoided || l.Entries[1].SheetState() != service.SheetIssued {
		f.Errorf("%+v", l)
	}
	s := m.signIn()
	if news := s.Welcome().News; len(news) != 1 || news[0].Kind != "run-sheet-voided" {
		f.Errorf("%+v", news)
	}
	f.refused(s.Acknowledge(f.ctx(), text(sheets[0].CheckWord)), service.CodeCheckWordNone)

	// An admin voids no owner's sheet, and then none.
	o, admin := f.guarded(service.RoleOwner), f.member(service.RoleAdmin)
	number, _ = f.printed(f.owner.admin(), n, o)
	f.refused(second(admin.admin().VoidSheets(f.ctx(), number, []int{1, 2})), service.CodeForbidden)
	if l := f.ledger(f.owner.admin(), number); l.Entries[0].SheetState() != service.SheetIssued || l.Entries[1].SheetState() != service.SheetIssued {
		f.Errorf("%+v", l)
	}
}

func wrongWords(f *fixture) {
	m := f.guarded(service.RoleMember)
	_, sheets := f.printed(f.owner.admin(), m)
	s := m.signIn()
	for left := 4; left >= 0; left-- {
		e := f.refused(s.Acknowledge(f.ctx(), text("no such word")), service.CodeCheckWordWrong)
		f.same("left", argument(e, "left"), left)
		f.same("the sheet", argument(e, "sheet"), sheets[0].Sheet)
	}
	f.refused(s.Acknowledge(f.ctx(), text(sheets[0].CheckWord)), service.CodeThrottled)
	f.refused(f.guarded(service.RoleMember).signIn().Acknowledge(f.ctx(), text("word")), service.CodeCheckWordNone) // of one's own codes
}

func checksCodes(f *fixture) {
	a := f.owner.admin()
	f.refused(a.SetCheckDays(f.ctx(), 7), service.CodeCheckDays)
	f.ok(a.SetCheckDays(f.ctx(), 30))
	policy, err := a.Policy(f.ctx())
	f.ok(err)
	f.same("the days", policy.CheckDays, 30)
	m := f.guarded(service.RoleMember)
	s := m.signIn()
	f.refused(s.CheckCodes(f.ctx(), text(" ")), service.CodeSheetRequired)
	f.same("the sheet", argument(f.refused(s.CheckCodes(f.ctx(), text("7")), service.CodeSheetWrong), "sheet"), 1)
	f.ok(s.PostponeCheck(f.ctx()))
	f.ok(s.CheckCodes(f.ctx(), text("1")))
	o, err := s.Overview(f.ctx())
	f.ok(err)
	if c := o.TwoFactor.Codes; c.CheckedAt.IsZero() || c.CheckDue || c.Left != recovery.SetSize {
		f.Errorf("%+v", c)
	}
	off := f.member(service.RoleMember).signIn()
	f.refused(off.CheckCodes(f.ctx(), text("1")), service.CodeRecoveryNone)
	f.refused(off.PostponeCheck(f.ctx()), service.CodeRecoveryNone)
	number, sheets := f.printed(a, m)
	f.refused(s.CheckCodes(f.ctx(), text("")), service.CodeCheckWordRequired)
	f.refused(s.CheckCodes(f.ctx(), text("2")), service.CodeCheckWordWrong)
	f.ok(s.CheckCodes(f.ctx(), text(sheets[0].CheckWord)))
	if l := f.ledger(a, number); l.Entries[0].SheetState() != service.SheetAcknowledged {
		f.Errorf("%+v", l)
	}
}
