package servicetest

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"encoding/json"
	"io"
	"maps"
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
	{"Checkpoint_LeadsOnFromEachBeforeIt", checkpoints, []string{"Session.Checkpoint"}},
	{"ProveEvent_VerifiesWithTheLogsKeyAlone", provesEvents, []string{"Admin.ProveEvent"}},
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
		"with its steps":   {service.LogQuery{Person: m.id, Until: from, Steps: true}, "guess-wrong signed-in guess-counted member-added"},
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

// checkpoint asks for one, and reads it.
func (f *fixture) checkpoint(s *client.Session, q service.CheckpointQuery) (audit.Witness, audit.Checkpoint, [][]byte) {
	f.Helper()
	c, err := s.Checkpoint(f.ctx(), q)
	f.ok(err)
	is, err := audit.OpenCheckpoint(c.Signed, c.Key)
	f.ok(err)
	return audit.Witness{Key: c.Key, Signed: c.Signed}, is, c.Consistent
}

func checkpoints(f *fixture) {
	m := f.member(service.RoleMember)
	s := m.signIn()
	f.ok(s.Rename(f.ctx(), "Bela Novak"))
	_, newest, _ := f.checkpoint(s, service.CheckpointQuery{})
	if newest.Size < 4 || newest.Since != (audit.Restored{}) || newest.Origin != audit.Origin(f.owner.w.ID()) {
		f.Fatalf("%+v", newest)
	}
	all := make([]audit.Witness, newest.Size+1)
	for at := int64(1); at <= newest.Size; at++ {
		w, c, _ := f.checkpoint(s, service.CheckpointQuery{At: at})
		if all[at] = w; c.Size != at {
			f.Errorf("%d gives %d", at, c.Size)
		}
		for before := int64(1); before < at; before++ {
			next, _, proof := f.checkpoint(s, service.CheckpointQuery{At: at, After: before})
			if is, err := all[before].Follow(c.Origin, next, proof); err != nil || is != c {
				f.Errorf("from %d to %d: %+v, %v", before, at, is, err)
			}
		}
	}
	f.ok(s.Rename(f.ctx(), "Bela N."))
	if _, again, _ := f.checkpoint(s, service.CheckpointQuery{At: newest.Size}); again != newest {
		f.Errorf("what was %+v is %+v", newest, again)
	}
	_, after, proof := f.checkpoint(s, service.CheckpointQuery{After: newest.Size + 100})
	if after.Size != newest.Size+1 || after.Root == newest.Root || len(proof) > 0 {
		f.Errorf("%+v follows %+v, with %d", after, newest, len(proof))
	}
	f.refused(second(s.Checkpoint(f.ctx(), service.CheckpointQuery{At: after.Size + 1})), service.CodeEventUnknown)
	for _, q := range []service.CheckpointQuery{{At: -1}, {After: -1}} {
		f.fails("a negative event", second(s.Checkpoint(f.ctx(), q)))
	}
	f.ok(s.End(f.ctx()))
	f.refused(second(s.Checkpoint(f.ctx(), service.CheckpointQuery{})), service.CodeSessionEnded)
}

func provesEvents(f *fixture) {
	m := f.member(service.RoleMember)
	s := f.owner.signIn()
	a, err := s.Admin(f.ctx())
	f.ok(err)
	w, c, _ := f.checkpoint(s, service.CheckpointQuery{})
	page, err := a.Log(f.ctx(), service.LogQuery{Limit: service.LogLimit, Steps: true})
	f.ok(err)
	for _, e := range page.Entries {
		proof, err := a.ProveEvent(f.ctx(), e.Seq)
		f.ok(err)
		l, of, err := audit.VerifyProof(proof, w.Key)
		f.ok(err)
		if l.Seq != e.Seq || l.Kind != e.Kind || !l.At.Equal(e.At) || of != c || (e.Subject != nil) && l.Subject != e.Subject.ID {
			f.Errorf("%+v of %+v is %+v", l, of, e)
		}
		for _, of := range []string{m.email, f.owner.email} {
			if strings.Contains(string(proof), of) {
				f.Errorf("the proof of event %d has an email", e.Seq)
			}
		}
	}
	for _, seq := range []int64{0, -1, c.Size + 1, 1 << 62} {
		f.refused(second(a.ProveEvent(f.ctx(), seq)), service.CodeEventUnknown)
	}
	f.ok(s.End(f.ctx()))
	f.refused(second(a.ProveEvent(f.ctx(), 1)), service.CodeSessionEnded)
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
	other := f.member(service.RoleAdmin)
	again, err := other.admin().SigningKey(f.ctx())
	f.ok(err)
	f.same("the key of everybody", again.Public(), key.Public())

	manifest := func(change map[string]any) []byte {
		m := map[string]any{"form": "countersign bundle", "workspaceId": f.owner.w.ID(), "createdBy": f.owner.name, "key": []byte(public)}
		maps.Copy(m, change)
		message, err := json.Marshal(m)
		f.ok(err)
		return message
	}
	message := manifest(nil)
	signature, err := key.Sign(nil, message, crypto.Hash(0))
	f.ok(err)
	if !ok || !ed25519.Verify(public, message, signature) || ed25519.Verify(public, random(64), signature) {
		f.Error("the signature is another's")
	}
	for what, message := range map[string][]byte{
		"random bytes":         random(64),
		"another form":         manifest(map[string]any{"form": "countersign log"}),
		"another workspace's":  manifest(map[string]any{"workspaceId": "another"}),
		"in another's name":    manifest(map[string]any{"createdBy": other.name}),
		"with another's key":   manifest(map[string]any{"key": random(ed25519.PublicKeySize)}),
		"a key of two kinds":   append(manifest(nil)[:len(message)-1], `,"key":5}`...),
		"something behind it":  append(manifest(nil), "{}"...),
		"in another's, by key": append(manifest(nil)[:len(message)-1], `,"createdby":"`+other.name+`"}`...),
	} {
		signature, err := key.Sign(nil, message, crypto.Hash(0))
		f.refused(err, service.CodeForbidden)
		f.same(what, len(signature), 0)
	}
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
