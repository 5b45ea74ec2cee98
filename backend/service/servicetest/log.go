package servicetest

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"io"
	"slices"
	"strings"
	"time"

	"countersign/backend/audit"
	"countersign/backend/client"
	"countersign/backend/service"
)

var logs = []useCase{
	{"Log_IsReadInPagesAndFollowed", logPages, []string{"Admin.Log"}},
	{"Log_IsFiltered", logFilters, nil},
	{"Log_IsVerifiedAndExported", logExports, []string{"Admin.VerifyLog", "Admin.ExportLog", "Admin.LogHead"}},
	{"NoteExport_SaysWhatWasOpened", notesExport, []string{"Admin.NoteExport"}},
	{"SigningKey_IsTheWorkspaces", signs, []string{"Admin.SigningKey"}},
	{"Clock_SetBackRevivesNothing", clockBack, []string{"Admin.Clock", "Admin.ConfirmClock"}},
}

func logPages(f *fixture) {
	s := f.owner.signIn()
	a, err := s.Admin(f.ctx())
	f.ok(err)
	for _, name := range []string{"Amara A", "Amara B", "Amara C"} {
		f.ok(s.Rename(f.ctx(), name))
	}
	whole, err := a.Log(f.ctx(), service.LogQuery{Limit: service.LogLimit, Steps: true})
	f.ok(err)
	if whole.Next != 0 || whole.Head != whole.Entries[0].Seq || int64(len(whole.Entries)) != whole.Head {
		f.Errorf("%d entries, %d, %d", len(whole.Entries), whole.Next, whole.Head)
	}
	var paged []int64
	for before, pages := int64(0), 0; pages == 0 || before != 0; pages++ {
		page, err := a.Log(f.ctx(), service.LogQuery{Before: before, Limit: 2, Steps: true})
		f.ok(err)
		for _, e := range page.Entries {
			paged = append(paged, e.Seq)
		}
		before = page.Next
	}
	if len(paged) != len(whole.Entries) || !slices.IsSortedFunc(paged, func(x, y int64) int { return int(y - x) }) {
		f.Errorf("%v", paged)
	}
	f.ok(s.Rename(f.ctx(), "Amara D"))
	page, err := a.Log(f.ctx(), service.LogQuery{After: whole.Head})
	f.ok(err)
	if len(page.Entries) != 1 || page.Entries[0].Detail["to"] != "Amara D" || page.Entries[0].Actor.Name != "Amara D" || page.Head != page.Entries[0].Seq {
		f.Errorf("%+v", page)
	}
	for _, q := range []service.LogQuery{{Limit: -1}, {Limit: 1 << 40}, {Before: -1}, {After: -1}} {
		page, err := a.Log(f.ctx(), q)
		if f.ok(err); len(page.Entries) == 0 || len(page.Entries) > service.LogLimit {
			f.Errorf("%+v: %d entries", q, len(page.Entries))
		}
	}
}

func logFilters(f *fixture) {
	m := f.member(service.RoleMember)
	_, _, err := m.w.SignIn(f.ctx(), m.email, text("a wrong password 1"))
	f.refused(err, service.CodeCredentialsWrong)
	f.place.Advance(time.Hour)
	from := f.place.Now()
	f.ok(m.signIn().Rename(f.ctx(), "Bela Novak"))
	a := f.owner.admin()
	for what, c := range map[string]struct {
		q    service.LogQuery
		want string
	}{
		"a group":          {service.LogQuery{Group: service.GroupMembers}, "member-added"},
		"another group":    {service.LogQuery{Group: service.GroupRuns}, ""},
		"a person":         {service.LogQuery{Person: m.id}, "profile-renamed signed-in guess-wrong signed-in member-added"},
		"an email":         {service.LogQuery{Person: strings.ToUpper(m.email), Group: service.GroupProfile}, "profile-renamed"},
		"somebody unknown": {service.LogQuery{Person: "nobody"}, ""},
		"since":            {service.LogQuery{Since: from, Person: m.id}, "profile-renamed signed-in"},
		"until":            {service.LogQuery{Until: from, Person: m.id}, "guess-wrong signed-in member-added"},
		"a text":           {service.LogQuery{Text: "NOVAK renamed"}, "profile-renamed"},
		"no such text":     {service.LogQuery{Text: "no such words"}, ""},
		"with its steps":   {service.LogQuery{Person: m.id, Until: from, Steps: true}, "guess-wrong guess-counted signed-in guess-counted member-added"},
	} {
		if got := strings.Join(f.kinds(a, c.q), " "); got != c.want {
			f.Errorf("%s: %q, not %q", what, got, c.want)
		}
	}
	_, err = a.Log(f.ctx(), service.LogQuery{Person: "nobody@example.com"})
	f.fails("an email that nobody has", err)
}

func logExports(f *fixture) {
	m := f.member(service.RoleMember)
	m.signIn()
	s := f.owner.signIn()
	a, err := s.Admin(f.ctx())
	f.ok(err)
	told := int64(0)
	report, err := a.VerifyLog(f.ctx(), func(done, total int64) { told = done })
	f.ok(err)
	if report.Events == 0 || report.Checked != report.Events || report.Breaks != 0 || report.First != nil || told != report.Events || report.HeadAt.IsZero() {
		f.Errorf("%+v after %d", report, told)
	}
	var out bytes.Buffer
	export, err := a.ExportLog(f.ctx(), &out, nil)
	f.ok(err)
	head, err := a.LogHead(f.ctx())
	f.ok(err)
	if export.Events != report.Events || export.BrokenAt != 0 || export.Head != head || head.Seq != report.Events {
		f.Errorf("%+v, %+v, %+v", export, head, report)
	}
	verified, err := audit.VerifyExport(bytes.NewReader(out.Bytes()), &head)
	f.ok(err)
	if verified.Events != report.Events {
		f.Errorf("%+v", verified)
	}
	if !strings.Contains(out.String(), m.email) || !strings.Contains(out.String(), "member-added") {
		f.Error("the export does not say who did what")
	}
	f.ok(s.Rename(f.ctx(), "Amara A"))
	now, err := a.LogHead(f.ctx())
	if f.ok(err); now == head {
		f.Error("the head stays")
	}
	if _, err := a.ExportLog(f.ctx(), failing{}, nil); err == nil {
		f.Error("an export that could not be written is one")
	}
	f.ok(s.End(f.ctx()))
	f.refused(second(a.VerifyLog(f.ctx(), nil)), service.CodeSessionEnded)
	f.refused(second(a.ExportLog(f.ctx(), io.Discard, nil)), service.CodeSessionEnded)
	f.refused(second(a.LogHead(f.ctx())), service.CodeSessionEnded)
}

// failing takes nothing.
type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func notesExport(f *fixture) {
	a := f.owner.admin()
	for what, err := range map[string]error{
		"no act":                a.NoteExport(f.ctx(), "", service.SeenExport{}),
		"another act":           a.NoteExport(f.ctx(), "another", service.SeenExport{}),
		"a refusal of no flaw":  a.NoteExport(f.ctx(), service.ExportRefused, service.SeenExport{}),
		"a flaw of what opened": a.NoteExport(f.ctx(), service.ExportOpened, service.SeenExport{Flaw: service.FlawCut}),
		"another flaw":          a.NoteExport(f.ctx(), service.ExportRefused, service.SeenExport{Flaw: "another"}),
		"a backup in clear":     a.NoteExport(f.ctx(), service.ExportSaved, service.SeenExport{Backup: true}),
	} {
		f.fails(what, err)
	}
	f.ok(a.NoteExport(f.ctx(), service.ExportOpened, service.SeenExport{Run: 3}))
	f.ok(a.NoteExport(f.ctx(), service.ExportSaved, service.SeenExport{Signer: "another"}))
	f.ok(a.NoteExport(f.ctx(), service.ExportRefused, service.SeenExport{Flaw: service.FlawEdited}))
	f.ok(a.NoteExport(f.ctx(), service.ExportOpened, service.SeenExport{Backup: true}))
	page, err := a.Log(f.ctx(), service.LogQuery{Limit: 4})
	f.ok(err)
	said := ""
	for _, e := range page.Entries {
		said += e.Kind + " " + e.Detail["run"] + e.Detail["signer"] + e.Detail["flaw"] + ", "
	}
	f.same("the log", said, "backup-opened , export-refused edited, export-saved another, export-opened 3, ")
}

func signs(f *fixture) {
	a := f.owner.admin()
	key, err := a.SigningKey(f.ctx())
	f.ok(err)
	public, ok := key.Public().(ed25519.PublicKey)
	message := random(64)
	signature, err := key.Sign(nil, message, crypto.Hash(0))
	f.ok(err)
	if !ok || !ed25519.Verify(public, message, signature) || ed25519.Verify(public, random(64), signature) {
		f.Error("the signature is another's")
	}
	other := f.member(service.RoleAdmin)
	again, err := other.admin().SigningKey(f.ctx())
	f.ok(err)
	f.same("the key of everybody", again.Public(), key.Public())
}

func clockBack(f *fixture) {
	const days90 = 90 * 24 * time.Hour
	p, given := f.invited(f.owner.admin(), service.RoleMember, client.Proof{})
	m := f.member(service.RoleMember)
	f.place.Advance(days90)
	f.owner.signIn() // something is written on this day
	late, _ := f.invited(f.owner.admin(), service.RoleMember, client.Proof{})
	newest := f.place.Now()
	f.place.Advance(-days90)
	if now := f.owner.w.Now(); now.Before(newest.Add(-time.Minute)) {
		f.Errorf("it is %s", now)
	}
	a := f.owner.admin()
	c, err := a.Clock(f.ctx())
	f.ok(err)
	if !c.Behind || c.Newest.Before(newest.Add(-time.Minute)) || c.Now.After(f.place.Now().Add(time.Minute)) {
		f.Errorf("%+v", c)
	}
	_, _, err = p.redeem(given, pass)
	f.refused(err, service.CodeClockBehind)
	f.refused(second(a.AddMember(f.ctx(), service.NewMember{Name: "A", Email: "a@example.com", Role: service.RoleMember}, client.Proof{})), service.CodeClockBehind)
	f.refused(second(a.ResetPassword(f.ctx(), m.id, "", f.owner.proof())), service.CodeClockBehind)
	rows, err := f.owner.signIn().ReadDocuments(f.ctx(), service.DocumentQuery{})
	if f.ok(err); !rows.ClockBehind {
		f.Error("the rows do not say so")
	}
	a = f.owner.admin()
	f.refused(a.ConfirmClock(f.ctx(), client.Proof{}), service.CodePasswordRequired)
	f.ok(a.ConfirmClock(f.ctx(), f.owner.proof()))
	a = f.owner.admin()
	c, err = a.Clock(f.ctx())
	if f.ok(err); c.Behind {
		f.Errorf("%+v", c)
	}
	open, err := a.OpenCodes(f.ctx())
	if f.ok(err); len(open) != 0 {
		f.Errorf("%+v", open)
	}
	_, _, err = p.redeem(given, pass)
	f.refused(err, service.CodeInvitationWrong)
	again, err := f.owner.admin().InviteAgain(f.ctx(), []string{late.id}, f.owner.proof(), nil)
	f.ok(err)
	_, _, err = late.redeem(again[0], pass)
	f.ok(err)
}
