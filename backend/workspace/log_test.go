package workspace_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/audit"
	"countersign/backend/client"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/workspace"
)

// logged is an owner with some history, and their powers.
func logged(t *testing.T) (*fixture, *client.Session, *client.Admin) {
	t.Helper()
	h, s, p, codes := enabled(t)
	_, err := h.challenge().Verify(t.Context(), secret.NewText(p.wrong()))
	h.refused(err, service.CodeCodeWrong)
	s2, err := h.challenge().Recover(t.Context(), secret.NewText(codes[0]))
	h.ok(err)
	h.ok(s2.End(t.Context()))
	h.clock.step(time.Minute)
	h.ok(s.Rename(t.Context(), "Amara N. Okafor"))
	h.ok(s.ChangeEmail(t.Context(), "amara@example.org", proof(byCode(p.code()))))
	a, err := s.Admin(t.Context())
	h.ok(err)
	return h, s, a
}

func kinds(p service.LogPage) (all []string) {
	for _, e := range p.Entries {
		all = append(all, e.Kind)
	}
	return all
}

func TestLog_SaysInSentencesWhoDidWhat(t *testing.T) {
	t.Parallel()
	h, s, a := logged(t)
	page, err := a.Log(t.Context(), service.LogQuery{})
	h.ok(err)
	var said []string
	for _, e := range page.Entries {
		said = append(said, sentence(e))
		if e.Step || e.At.IsZero() {
			t.Errorf("%+v", e)
		}
	}
	want := []string{
		"Amara N. Okafor changed their email from amara.okafor@example.com to amara@example.org, and confirmed it with a password and a verification code.",
		"Amara N. Okafor confirmed their identity with a verification code.",
		"Amara N. Okafor changed the name “Amara Okafor” to “Amara N. Okafor”.",
		"Amara N. Okafor signed in with recovery code 1.",
		"Incorrect verification code for Amara N. Okafor.",
		"Amara N. Okafor turned on 2FA and keeps recovery sheet 1.",
		"Amara N. Okafor confirmed their identity with the password alone.",
		"Amara N. Okafor created the workspace Northwind Legal.",
	}
	if !slices.Equal(said, want) {
		t.Errorf("it says\n%s", strings.Join(said, "\n"))
	}
	if page.Next != 0 || page.Head != page.Entries[0].Seq || page.Entries[0].Actor.ID != s.ProfileID() {
		t.Errorf("%+v", page)
	}
}

func TestLog_IsReadInPagesAndFollowed(t *testing.T) {
	t.Parallel()
	h, s, a := logged(t)
	whole, err := a.Log(t.Context(), service.LogQuery{Steps: true})
	h.ok(err)
	if int64(len(whole.Entries)) != whole.Head {
		t.Fatalf("%d entries of %d", len(whole.Entries), whole.Head)
	}
	var paged []service.LogEntry
	pages := 0
	for q := (service.LogQuery{Steps: true, Limit: 3}); ; pages++ {
		page, err := a.Log(t.Context(), q)
		h.ok(err)
		paged = append(paged, page.Entries...)
		if q.Before = page.Next; q.Before == 0 {
			break
		}
	}
	if len(paged) != len(whole.Entries) || pages != (len(paged)-1)/3 {
		t.Errorf("%d entries on %d pages", len(paged), pages+1)
	}
	for i := range paged {
		if paged[i].Seq != whole.Entries[i].Seq {
			t.Fatal("a page skips or doubles an entry")
		}
	}
	h.ok(s.Rename(t.Context(), "Amara"))
	page, err := a.Log(t.Context(), service.LogQuery{After: whole.Head})
	h.ok(err)
	if got := kinds(page); len(got) != 1 || got[0] != "profile-renamed" {
		t.Errorf("new are %v", got)
	}
	page, err = a.Log(t.Context(), service.LogQuery{After: page.Head})
	h.ok(err)
	if len(page.Entries) != 0 {
		t.Errorf("new are %v", kinds(page))
	}
}

func TestLog_FiltersAndSearches(t *testing.T) {
	t.Parallel()
	h, s, a := logged(t)
	last := h.clock.now()
	cases := map[string]struct {
		q    service.LogQuery
		want string
	}{
		"Group":         {service.LogQuery{Group: service.GroupTwoFactor}, "2fa-enabled"},
		"GroupAndSteps": {service.LogQuery{Group: service.GroupRecovery, Steps: true}, "recovery-codes-shown"},
		"Since":         {service.LogQuery{Since: last}, "email-changed stepped-up profile-renamed"},
		"Until":         {service.LogQuery{Until: last, Group: service.GroupProfile}, ""},
		"Text":          {service.LogQuery{Text: " RECOVERY   signed"}, "signed-in"},
		"Detail":        {service.LogQuery{Text: "amara.okafor@example.com"}, "email-changed"},
		"German":        {service.LogQuery{Text: "angemeldet", Language: "de"}, "signed-in"},
		"Japanese":      {service.LogQuery{Text: "ワークスペース 作成", Language: "ja"}, "workspace-created"},
		"InEnglishOnly": {service.LogQuery{Text: "angemeldet"}, ""},
		"NotInGerman":   {service.LogQuery{Text: "with", Language: "de"}, ""},
		"NoLanguage":    {service.LogQuery{Text: "recovery signed", Language: strings.Repeat("de-", 1<<16)}, "signed-in"},
		"WindowsWords":  {service.LogQuery{Text: "was before"}, "email-changed profile-renamed"},
		"NotFound":      {service.LogQuery{Text: "signed zebra"}, ""},
		"PersonByID":    {service.LogQuery{Person: s.ProfileID(), Text: "created"}, "workspace-created"},
		"PersonByEmail": {service.LogQuery{Person: "AMARA@example.org", Text: "created"}, "workspace-created"},
		"AnotherPerson": {service.LogQuery{Person: "nobody"}, ""},
	}
	for name, c := range cases {
		page, err := a.Log(t.Context(), c.q)
		h.ok(err)
		if got := strings.Join(kinds(page), " "); got != c.want {
			t.Errorf("%s: found %s, want %s", name, got, c.want)
		}
	}
	if _, err := a.Log(t.Context(), service.LogQuery{Person: "nobody@example.com"}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an email that nobody has: %v", err)
	}
}

func TestLog_IsOnlyForAdmins(t *testing.T) {
	t.Parallel()
	h, s, a := logged(t)
	h.ok(workspace.SetRole(inner(h.w), t.Context(), s.ProfileID(), store.RoleAdmin))
	_, err := s.Admin(t.Context())
	h.ok(err)
	h.ok(workspace.SetRole(inner(h.w), t.Context(), s.ProfileID(), store.RoleMember))
	none, err := s.Admin(t.Context())
	h.refused(err, service.CodeForbidden)
	if none != nil {
		t.Error("a member got an Admin")
	}
	// Powers that were taken are gone from the values that are still held, too.
	_, err = a.Log(t.Context(), service.LogQuery{})
	h.refused(err, service.CodeForbidden)
	_, err = a.VerifyLog(t.Context(), nil)
	h.refused(err, service.CodeForbidden)
	var out bytes.Buffer
	_, err = a.ExportLog(t.Context(), &out, nil)
	h.refused(err, service.CodeForbidden)
	_, err = a.LogHead(t.Context())
	h.refused(err, service.CodeForbidden)
	if out.Len() != 0 {
		t.Error("something was written")
	}
}

func TestLog_SignedOutAdminReadsNothing(t *testing.T) {
	t.Parallel()
	h, s, a := logged(t)
	h.ok(s.End(t.Context()))
	_, err := a.Log(t.Context(), service.LogQuery{})
	h.refused(err, service.CodeSessionEnded)
	_, err = a.VerifyLog(t.Context(), nil)
	h.refused(err, service.CodeSessionEnded)
}

func TestVerifyLog_UntouchedLogVerifiesWithProgress(t *testing.T) {
	t.Parallel()
	h, s, a := logged(t)
	for i := range 20 {
		h.ok(s.Rename(t.Context(), "Amara "+strings.Repeat("x", i+1)))
	}
	var done, total int64
	r, err := a.VerifyLog(t.Context(), func(d, n int64) { done, total = d, n })
	h.ok(err)
	if r.Breaks != 0 || r.First != nil || r.Checked != r.Events || done != r.Events || total != r.Events || !r.HeadAt.Equal(h.clock.now().Truncate(time.Millisecond)) {
		t.Errorf("%+v, progress %d of %d", r, done, total)
	}
}

func TestVerifyLog_TellsTheFirstBreak(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		sql  string
		kind audit.LogBreakKind
		seq  int64
		n    int64
	}{
		"Changed":    {"UPDATE events SET detail = '{}' WHERE seq IN (1, 5)", audit.BreakEventChanged, 1, 2},
		"SealToo":    {"UPDATE events SET kind = 'x', seal = zeroblob(32) WHERE seq = 4", audit.BreakEventChanged, 4, 2},
		"Tree":       {"UPDATE events SET tree = zeroblob(32) WHERE seq = 5", audit.BreakEventChanged, 5, 2}, // and the subtree that ends with the next
		"Removed":    {"DELETE FROM events WHERE seq IN (3, 4)", audit.BreakEventMissing, 3, 1},
		"First":      {"DELETE FROM events WHERE seq = 1", audit.BreakEventMissing, 1, 1},
		"Outside":    {"INSERT INTO events SELECT -1, at, kind, actor, subject, detail, rows, state, seal, tree FROM events WHERE seq = 1", audit.BreakCount, 0, 1},
		"Unreadable": {"UPDATE events SET rows = 'x' WHERE seq = 6", audit.BreakUnreadable, 6, 1},
		"Cut":        {"DELETE FROM events WHERE seq > 7", audit.BreakOlderCopy, 7, 1},
		"All":        {"DELETE FROM events", audit.BreakOlderCopy, 0, 1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _, a := logged(t)
			h.sneak(c.sql)
			r, err := a.VerifyLog(t.Context(), nil)
			h.ok(err)
			if r.First == nil || r.First.Kind != c.kind || r.Breaks != c.n || c.seq > 0 && r.First.Seq != c.seq {
				t.Fatalf("found %+v, %+v", r, r.First)
			}
			if c.kind == audit.BreakEventChanged && r.First.At.IsZero() || c.seq > 1 && r.First.Kind != audit.BreakOlderCopy && r.First.Last.IsZero() {
				t.Errorf("no time: %+v", r.First)
			}
		})
	}
}

func TestVerifyLog_ComparesWithTheAnchor(t *testing.T) {
	t.Parallel()
	h, _, a := logged(t)
	b := bytes.Clone(anchorOf(h).Reveal())
	b[20] ^= 1
	setAnchor(h, secret.NewBytes(b))
	r, err := a.VerifyLog(t.Context(), nil)
	h.ok(err)
	if r.First == nil || r.First.Kind != audit.BreakAnchor {
		t.Errorf("found %+v", r.First)
	}
	h.ok(h.secrets.Delete(t.Context(), anchorName(h)))
	r, err = a.VerifyLog(t.Context(), nil)
	h.ok(err)
	if r.First == nil || r.First.Kind != audit.BreakAnchorMissing {
		t.Errorf("found %+v", r.First)
	}
}

func TestLog_VerifyingAndExportingCanBeCancelled(t *testing.T) {
	t.Parallel()
	h, _, a := logged(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.VerifyLog(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	var out bytes.Buffer
	if _, err := a.ExportLog(ctx, &out, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	_, err := a.Log(t.Context(), service.LogQuery{})
	h.ok(err)
}

func TestExportLog_VerifiesWithoutTheWorkspace(t *testing.T) {
	t.Parallel()
	h, s, a := logged(t)
	noted, err := a.LogHead(t.Context())
	h.ok(err)
	h.ok(s.Rename(t.Context(), "Amara"))
	var out bytes.Buffer
	done, err := a.ExportLog(t.Context(), &out, nil)
	h.ok(err)
	r, err := audit.VerifyExport(bytes.NewReader(out.Bytes()), &noted)
	h.ok(err)
	if r.Since != 1 || r.Events != done.Events || r.Head != done.Head || done.BrokenAt != 0 || r.Workspace != "Northwind Legal" {
		t.Errorf("%+v, %+v", r, done)
	}
	for _, want := range []string{`"guess-counted"`, `"name":"Amara"`, `"email":"amara@example.org"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the export lacks %s", want)
		}
	}
	if strings.Contains(out.String(), pass) {
		t.Error("the export holds a secret")
	}
}

func TestExportLog_BrokenLogIsExportedWithItsBreak(t *testing.T) {
	t.Parallel()
	h, _, a := logged(t)
	h.sneak("UPDATE events SET detail = '{}' WHERE seq = 5")
	var out bytes.Buffer
	done, err := a.ExportLog(t.Context(), &out, nil)
	h.ok(err)
	r, err := audit.VerifyExport(&out, nil)
	h.ok(err)
	if done.BrokenAt != 5 || r.BrokenAt != 5 {
		t.Errorf("broken at %d, %d", done.BrokenAt, r.BrokenAt)
	}
	h.sneak("UPDATE events SET rows = 'x' WHERE seq = 6")
	_, err = a.ExportLog(t.Context(), &out, nil)
	h.refused(err, service.CodeNotAuthentic)
	_, err = a.Log(t.Context(), service.LogQuery{})
	h.refused(err, service.CodeNotAuthentic)
}

func TestVerifyLog_AcceptedDatabaseKeepsShowingItsBreak(t *testing.T) {
	t.Parallel()
	h, _, p, _ := enabled(t)
	_, err := h.challenge().Verify(t.Context(), secret.NewText(p.wrong()))
	h.refused(err, service.CodeCodeWrong)
	h.ok(h.store.Close())
	h.sneak("UPDATE events SET subject = 'x' WHERE seq = (SELECT max(seq) FROM events WHERE kind = 'guess-counted')")
	_, err = h.start()
	h.refused(err, service.CodeNotAuthentic)
	h.clock.step(time.Minute)
	sealed, err := local.OpenQuarantined(t.Context(), local.Config{Store: h.store, Secrets: h.secrets, Files: h.files, Now: h.clock.now, Password: cheap})
	h.ok(err)
	err = accept(t.Context(), sealed, email, secret.NewText(pass), client.FactorInput{Kind: service.FactorCode, Value: secret.NewText(p.code())})
	h.ok(err)
	h.clock.step(time.Minute)
	h.w, err = local.Open(t.Context(), local.Config{Store: h.store, Secrets: h.secrets, Now: h.clock.now, Password: cheap})
	h.ok(err)
	s, err := h.challenge().Verify(t.Context(), secret.NewText(p.code()))
	h.ok(err)
	a, err := s.Admin(t.Context())
	h.ok(err)
	r, err := a.VerifyLog(t.Context(), nil)
	h.ok(err)
	if r.Breaks != 1 || r.First.Kind != audit.BreakEventChanged || len(r.Taken) != 1 || !strings.Contains(sentence(r.Taken[0]), "accepted a database") {
		t.Errorf("%+v, %+v", r, r.First)
	}
}

func TestWatcher_DoesNotExtendASession(t *testing.T) {
	t.Parallel()
	h, s, a := logged(t)
	page, err := a.Log(t.Context(), service.LogQuery{})
	h.ok(err)
	w, err := s.Watcher(t.Context())
	h.ok(err)
	idle := h.w.Idle()
	for range 4 {
		h.clock.step(idle/5 + time.Millisecond)
		_, err := w.Log(t.Context(), service.LogQuery{After: page.Head})
		h.ok(err)
	}
	h.clock.step(idle / 5)
	_, err = w.Log(t.Context(), service.LogQuery{After: page.Head})
	h.refused(err, service.CodeSessionEnded)
	if s.Remaining() != 0 {
		t.Error("the session lasts on")
	}
}

func TestWatcher_GivesNewEntries(t *testing.T) {
	t.Parallel()
	h, s, a := logged(t)
	page, err := a.Log(t.Context(), service.LogQuery{})
	h.ok(err)
	w, err := s.Watcher(t.Context())
	h.ok(err)
	h.ok(s.Rename(t.Context(), "Amara Okafor"))
	more, err := w.Log(t.Context(), service.LogQuery{After: page.Head})
	h.ok(err)
	if got := kinds(more); !slices.Equal(got, []string{"profile-renamed"}) || more.Head != page.Head+1 {
		t.Errorf("%v, head %d after %d", got, more.Head, page.Head)
	}
}

func TestLog_HasEachActAndVerifies(t *testing.T) {
	t.Parallel()
	h, s, p, codes := enabled(t)
	_, err := h.challenge().Recover(t.Context(), secret.NewText(codes[0]))
	h.ok(err)
	h.ok(s.Rename(t.Context(), "Amara N. Okafor"))
	h.ok(s.NotMe(t.Context()))
	h.ok(s.Disable(t.Context(), byCode(p.code())))
	var kinds []string
	var seals [][]byte
	h.ok(h.store.View(t.Context(), func(tx store.ReadTx) error {
		return eachEvent(tx, 0, func(e audit.Event, seal []byte) error {
			seals = append(seals, seal)
			if !slices.Contains([]string{"guess-counted", "guess-right", "guess-wrong", "guess-returned", "enrolment-begun", "enrolment-confirmed", "recovery-codes-shown", "secret-deleted", "stepped-up"}, e.Kind) {
				kinds = append(kinds, e.Kind)
			}
			for _, v := range e.Detail {
				for _, c := range codes {
					if strings.Contains(v, c) {
						t.Errorf("%s holds a code", e.Kind)
					}
				}
			}
			return nil
		})
	}))
	want := "workspace-created 2fa-enabled signed-in profile-renamed recovery-codes-voided 2fa-disabled"
	if got := strings.Join(kinds, " "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for i, a := range seals {
		for _, b := range seals[i+1:] {
			if string(a) == string(b) {
				t.Error("two seals are alike")
			}
		}
	}
}
