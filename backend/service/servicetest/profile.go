package servicetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/backend/client"
	"countersign/backend/service"
)

var profiles = []useCase{
	{"Rename_IsSeenByOthers", renames, []string{"Session.Rename"}},
	{"Language_IsOnWhatIsPrinted", languages, []string{"Session.SetLanguage", "Admin.SetLanguageOf"}},
	{"ChangeEmail_NewOneSignsInAndOtherSessionsEnd", emailChanges, []string{"Session.CheckEmail", "Session.ChangeEmail", "Session.PutNewsAway"}},
	{"ChangePassword_NewOneSignsInAndOtherSessionsEnd", passwordChanges, []string{"Session.ChangePassword", "Session.OwnKeys"}},
	{"ChangePassword_RefusesWhatNoClientMakes", passwordMalformed, nil},
	{"StepUp_AsksForWhatIsOn", stepUpNeeds, []string{"Session.StepUp"}},
	{"StepUp_SignatureIsGoodForItsNonceAlone", stepUpSignatures, []string{"Session.BeginProof"}},
	{"StepUp_ProofIsGoodForOneActWithinAWhile", stepUpGrants, []string{"Session.ForOneAct", "Admin.Prove"}},
	{"StepUp_ProofIsGoodForActsOfItsGroup", stepUpGroups, nil},
	{"StepUp_ProofIsForgottenWith2FAOff", stepUpForgotten, nil},
	{"StepUp_FifthWrongPasswordBeginsAPause", stepUpPauses, nil},
	{"OwnLog_HasWhatConcernsItsReaderAlone", ownLog, []string{"Session.OwnLog"}},
	{"OwnLog_HasItsReadersSheetOfARunOfMany", ownLogOfSheets, nil},
	{"Happened_TellsWhatOthersDo", happened, []string{"Session.Happened"}},
	{"Checklist_SaysWhatIsDone", checklist, []string{"Session.Checklist", "Session.PutChecklistAway"}},
}

func renames(f *fixture) {
	m := f.member(service.RoleMember)
	s := m.signIn()
	for name, code := range map[string]service.Code{
		"": service.CodeNameRequired, " \u200b ": service.CodeNameRequired, strings.Repeat("n", service.MaxName+1): service.CodeNameLong, "Bela\x00": service.CodeNameForm,
	} {
		if e := f.refused(s.Rename(f.ctx(), name), code); e.Field != "name" {
			f.Errorf("%s at %q", code, e.Field)
		}
	}
	name := strings.Repeat("n", service.MaxName)
	f.ok(s.Rename(f.ctx(), name))
	seen, err := f.owner.admin().Member(f.ctx(), m.id)
	f.ok(err)
	f.same("the name", seen.Name, name)
	o, err := s.Overview(f.ctx())
	f.ok(err)
	f.same("the name", o.Profile.Name, name)
	if o.Profile.ID != m.id || o.Profile.Email != m.email || o.Profile.Role != service.RoleMember || o.Workspace != m.w.Name() || o.Profile.PasswordChangedAt.IsZero() || o.Profile.LastSignInAt.IsZero() {
		f.Errorf("%+v", o)
	}
}

// languages: what is printed for somebody says in which language.
func languages(f *fixture) {
	m, other := f.guarded(service.RoleMember), f.member(service.RoleAdmin)
	s, a := m.signIn(), f.owner.admin()
	is := func(who, want string) {
		f.Helper()
		seen, err := a.Member(f.ctx(), who)
		f.ok(err)
		f.same("the language", seen.Language, want)
	}
	is(m.id, "")
	f.ok(s.SetLanguage(f.ctx(), "ja"))
	is(m.id, "ja")
	for _, wrong := range []string{"xx", "de-AT", "DE", "en-XA", strings.Repeat("d", 1000)} {
		if e := f.refused(s.SetLanguage(f.ctx(), wrong), service.CodeLanguageUnknown); e.Field != "language" {
			f.Errorf("%q at %q", wrong, e.Field)
		}
		f.refused(a.SetLanguageOf(f.ctx(), []string{m.id}, wrong), service.CodeLanguageUnknown)
	}
	f.refused(a.SetLanguageOf(f.ctx(), nil, "de"), service.CodeNobodyChosen)
	many := make([]string, service.MaxImport+1)
	for i := range many {
		many[i] = fmt.Sprint(i)
	}
	f.refused(a.SetLanguageOf(f.ctx(), many, "de"), service.CodeImportLong)
	f.refused(a.SetLanguageOf(f.ctx(), []string{m.id, "nobody"}, "de"), service.CodeMemberGone)
	is(m.id, "ja") // all or none

	f.ok(a.SetLanguageOf(f.ctx(), []string{m.id, other.id, m.id}, "ar"))
	is(m.id, "ar")
	is(other.id, "ar")
	o, err := s.Overview(f.ctx())
	f.ok(err)
	f.same("the language", o.Profile.Language, "ar")
	if news := m.signIn().Welcome().News; len(news) != 0 { // it is no matter of security
		f.Errorf("%+v", news)
	}
	f.ok(other.admin().SetLanguageOf(f.ctx(), []string{f.owner.id}, "es")) // nor of who may do what to whom
	is(f.owner.id, "es")
	f.ok(a.SetLanguageOf(f.ctx(), []string{other.id}, ""))
	is(other.id, "")

	if _, sheets := f.printed(a, m); sheets[0].Language != "ar" {
		f.Errorf("a sheet of a run is in %q", sheets[0].Language)
	}
	issued, err := s.BeginNewCodes(f.ctx(), m.proof())
	f.ok(err)
	f.same("the language of one’s own sheet", issued.Language, "ar")
	reset, err := a.ResetPassword(f.ctx(), m.id, "", f.owner.proof())
	f.ok(err)
	f.same("the language of a reset", reset.Language, "ar")
	added, err := a.AddMember(f.ctx(), service.NewMember{Name: "Emi", Email: "emi@example.com", Role: service.RoleMember, Language: "ja"}, client.Proof{})
	f.ok(err)
	f.same("the language of an invitation", added.Language, "ja")
	is(added.ProfileID, "ja")
	again, err := a.InviteAgain(f.ctx(), []string{added.ProfileID}, f.owner.proof(), nil)
	f.ok(err)
	f.same("the language of another invitation", again[0].Language, "ja")

	page, err := a.Log(f.ctx(), service.LogQuery{Group: service.GroupProfile})
	f.ok(err)
	if len(page.Entries) != 0 {
		f.Errorf("languages are among what is read of the log: %+v", page.Entries)
	}
	page, err = a.Log(f.ctx(), service.LogQuery{Steps: true, Group: service.GroupMembers, Person: other.id})
	f.ok(err)
	if e := page.Entries[0]; e.Kind != "languages-set" || e.Detail["count"] != "2" || e.Detail["language"] != "ar" {
		f.Errorf("%+v", e)
	}
}

func emailChanges(f *fixture) {
	m := f.guarded(service.RoleMember)
	s, other := m.signIn(), m.signIn()
	for email, code := range map[string]service.Code{
		"": service.CodeEmailRequired, "bela": service.CodeEmailForm, "be la@example.com": service.CodeEmailForm, strings.ToUpper(f.owner.email): service.CodeEmailTaken,
		strings.Repeat("b", service.MaxEmail) + "@example.com": service.CodeEmailLong,
	} {
		f.refused(s.CheckEmail(f.ctx(), email), code)
		f.refused(s.ChangeEmail(f.ctx(), email, client.Proof{}), code)
	}
	f.ok(s.CheckEmail(f.ctx(), "bela@example.org"))
	f.refused(s.ChangeEmail(f.ctx(), "bela@example.org", client.Proof{Password: text(m.pass)}), service.CodeFactorRequired)
	f.ok(s.ChangeEmail(f.ctx(), m.email, client.Proof{})) // the one it has already
	f.ok(other.Touch())
	f.ok(s.ChangeEmail(f.ctx(), "Bela@example.org", m.proof()))
	f.refused(second(other.Overview(f.ctx())), service.CodeSessionEnded)
	_, _, err := m.w.SignIn(f.ctx(), m.email, text(m.pass))
	f.refused(err, f.nobody())
	m.email = "bela@example.org"
	for range 2 { // any sign-in may be another’s: it is told until it is put away
		s = m.signIn()
		if news := s.Welcome().News; len(news) != 1 || news[0].Kind != "email-changed" || news[0].Detail["to"] != "Bela@example.org" || news[0].Stays == 0 {
			f.Errorf("%+v", news)
		}
	}
	number := s.Welcome().News[0].Stays
	f.ok(s.PutNewsAway(f.ctx(), number+1)) // which is none
	f.same("pieces of news", len(m.signIn().Welcome().News), 1)
	for range 2 {
		f.ok(s.PutNewsAway(f.ctx(), number))
	}
	f.same("pieces of news once it is away", len(m.signIn().Welcome().News), 0)
	log, err := s.OwnLog(f.ctx(), 0, service.LogLimit)
	f.ok(err)
	away := 0
	for _, e := range log.Entries {
		if e.Kind == "news-put-away" {
			away++
		}
	}
	f.same("times that it was put away", away, 1)
	seen, err := f.owner.admin().Member(f.ctx(), m.id)
	f.ok(err)
	f.same("the email", seen.Email, "Bela@example.org")
}

func passwordChanges(f *fixture) {
	f.add(f.owner.signIn(), paper("lease", "Lease of the mill"))
	m := f.guarded(service.RoleMember)
	s, other := m.signIn(), m.signIn()
	due := m.challenge()
	was := s.OwnKeys()
	for _, c := range []struct {
		current, next string
		factor        client.FactorInput
		code          service.Code
	}{
		{"", long, client.FactorInput{}, service.CodePasswordRequired},
		{m.pass, "short", client.FactorInput{}, service.CodePasswordShort},
		{m.pass, m.pass, client.FactorInput{}, service.CodePasswordSame},
		{m.pass, long, client.FactorInput{}, service.CodeFactorRequired},
		{"a wrong password 1", long, byCode(m.newCode()), service.CodePasswordWrong},
		{m.pass, long, byCode(text(m.phone.wrong())), service.CodeCodeWrong},
	} {
		f.refused(s.ChangePassword(f.ctx(), text(c.current), text(c.next), c.factor), c.code)
	}
	f.ok(s.ChangePassword(f.ctx(), text(m.pass), text(long), byCode(m.newCode())))
	if now := s.OwnKeys(); now.Recipient != was.Recipient || now.Lock.Equal(was.Lock) || string(now.Wrapped) == string(was.Wrapped) {
		f.Errorf("%+v after %+v", now, was)
	}
	f.same("what can be read", f.names(s), "lease")
	f.refused(second(other.Overview(f.ctx())), service.CodeSessionEnded)
	_, err := due.Verify(f.ctx(), m.newCode())
	f.refused(err, service.CodeChallengeEnded)
	_, _, err = m.w.SignIn(f.ctx(), m.email, text(m.pass))
	f.refused(err, service.CodeCredentialsWrong)
	m.pass = long
	f.same("what can be read", f.names(m.signIn()), "lease")
}

func passwordMalformed(f *fixture) {
	h, s := f.hand(service.RoleMember)
	for what, bad := range f.badPasswords() {
		f.fails(what, s.ChangePassword(f.ctx(), h.proof(s), bad))
	}
	next, key, _ := f.newPassword()
	f.refused(s.ChangePassword(f.ctx(), service.Proof{}, next), service.CodePasswordRequired)
	h.signIn() // with the old one
	f.ok(s.ChangePassword(f.ctx(), h.proof(s), next))
	h.key = key
	h.signIn()
}

func ownLog(f *fixture) {
	m, other := f.member(service.RoleMember), f.member(service.RoleMember)
	other.signIn()
	f.ok(m.signIn().Rename(f.ctx(), "Bela Novak"))
	a := f.owner.admin()
	f.ok(a.Suspend(f.ctx(), m.id))
	f.ok(a.Resume(f.ctx(), m.id))
	s := m.signIn()
	page, err := s.OwnLog(f.ctx(), 0, 50)
	f.ok(err)
	var kinds []string
	for _, e := range page.Entries {
		kinds = append(kinds, e.Kind)
		byOwner := e.Actor != nil && e.Actor.ID == f.owner.id
		if e.Subject == nil || e.Subject.ID != m.id || e.Step || byOwner && (e.Actor.Name != f.owner.name || e.Actor.Email != "") {
			f.Errorf("%+v by %+v of %+v", e, e.Actor, e.Subject)
		}
	}
	f.same("the log", kinds, []string{"signed-in", "member-resumed", "member-suspended", "profile-renamed", "signed-in", "signed-in", "member-added"})
	if page.Next != 0 || page.Head != 0 {
		f.Errorf("%d, %d", page.Next, page.Head)
	}
	var paged []string
	for before, pages := int64(0), 0; pages == 0 || before != 0; pages++ {
		page, err := s.OwnLog(f.ctx(), before, 3)
		f.ok(err)
		for _, e := range page.Entries {
			paged = append(paged, e.Kind)
		}
		before = page.Next
	}
	if !slices.Equal(kinds, paged) {
		f.Errorf("in pages: %v", paged)
	}
	for limit, entries := range map[int]int{-1: 1, 0: 1, 1 << 30: len(kinds)} {
		page, err := s.OwnLog(f.ctx(), 0, limit)
		f.ok(err)
		f.same(fmt.Sprintf("entries of a page of %d", limit), len(page.Entries), entries)
	}
}

func ownLogOfSheets(f *fixture) {
	m, n := f.guarded(service.RoleMember), f.guarded(service.RoleMember)
	_, sheets := f.printed(f.owner.admin(), m, n)
	page, err := n.signIn().OwnLog(f.ctx(), 0, 2)
	f.ok(err)
	e := page.Entries[1] // the sign-in is the newest
	if e.Kind != "run-sheet-issued" || e.Detail["sheets"] != fmt.Sprint(sheets[1].Sheet) || e.Detail["members"] != "" || e.Actor.Name != f.owner.name {
		f.Errorf("%+v", e)
	}
}

// waitFor has somebody wait for what happens after they have begun to.
func (f *fixture) waitFor(s *client.Session) (told func() (service.Happened, error), leave func()) {
	f.Helper()
	now, err := s.Happened(f.ctx(), 0)
	f.ok(err)
	if now.Any() || now.Seq == 0 {
		f.Fatalf("at first: %+v", now)
	}
	ctx, cancel := context.WithCancel(f.ctx())
	type answer struct {
		service.Happened
		error
	}
	came := make(chan answer, 1)
	go func() {
		for after := now.Seq; ; {
			h, err := s.Happened(ctx, after)
			if err != nil || h.Any() || ctx.Err() != nil {
				came <- answer{h, err}
				return
			}
			after = h.Seq
		}
	}()
	f.Cleanup(cancel)
	return func() (service.Happened, error) {
		select {
		case a := <-came:
			return a.Happened, a.error
		case <-time.After(time.Minute):
			return service.Happened{}, errors.New("nothing was told for a minute")
		}
	}, cancel
}

func happened(f *fixture) {
	f.owner.enable(f.owner.signIn())
	admin, m := f.guarded(service.RoleAdmin), f.guarded(service.RoleMember)
	owners, hers, s := f.owner.signIn(), admin.signIn(), m.signIn()
	a, err := owners.Admin(f.ctx())
	f.ok(err)
	// A member is told what is done to them, with how they are by then; an admin that the table of members is another; and who did it nothing.
	told, _ := f.waitFor(s)
	others, _ := f.waitFor(hers)
	own, leave := f.waitFor(owners)
	f.ok(a.SetRole(f.ctx(), m.id, service.RoleAdmin, f.owner.proof()))
	h, err := told()
	f.ok(err)
	if len(h.News) != 1 || h.News[0].Kind != "role-changed" || h.News[0].By != f.owner.name || h.Overview == nil || h.Overview.Profile.Role != service.RoleAdmin || h.Approvals {
		f.Fatalf("of the role: %+v", h)
	}
	// Who was away asks for what came after they were told last, once.
	again, err := s.Happened(f.ctx(), h.Seq-1)
	f.ok(err)
	if len(again.News) != 1 || again.Seq < h.Seq {
		f.Errorf("asked again: %+v", again)
	}
	h, err = others()
	if err != nil || !h.Members || h.Overview != nil || h.Approvals || len(h.News) != 0 {
		f.Errorf("an admin was told %+v, %v", h, err)
	}
	leave()
	h, err = own()
	if err == nil && h.Any() {
		f.Errorf("who did it was told %+v", h)
	}
	// An admin is told that another asks for approval, and who asked that it was decided on.
	f.ok(a.SetTwoPeople(f.ctx(), true, "", f.owner.proof()))
	told, _ = f.waitFor(hers)
	asked, err := a.AskApproval(f.ctx(), service.ApproveReset2FA, []string{m.id}, "Lost phone", f.owner.proof())
	f.ok(err)
	if h, err = told(); err != nil || !h.Approvals || h.Overview != nil || len(h.News) != 0 {
		f.Fatalf("of the request: %+v, %v", h, err)
	}
	told, _ = f.waitFor(owners)
	deciding, err := hers.Admin(f.ctx())
	f.ok(err)
	f.ok(deciding.Approve(f.ctx(), asked.ID, admin.proof()))
	if h, err = told(); err != nil || !h.Approvals {
		f.Fatalf("of the decision: %+v, %v", h, err)
	}
	// To wait is no use of the session.
	f.ok(hers.Touch())
	f.place.Advance(f.owner.w.Idle() - time.Second)
	_, err = hers.Happened(f.ctx(), 0)
	f.ok(err)
	f.place.Advance(2 * time.Second)
	if left := hers.Remaining(); left != 0 {
		f.Errorf("a session that has only waited lasts for %v", left)
	}
	// Who is suspended is told at once that they are out.
	s = m.signIn()
	told, _ = f.waitFor(s)
	f.ok(f.owner.admin().Suspend(f.ctx(), m.id))
	_, err = told()
	f.refused(err, service.CodeSessionEnded)
}

func checklist(f *fixture) {
	read := func(s *client.Session) (done string, away bool) {
		c, err := s.Checklist(f.ctx())
		f.ok(err)
		for _, step := range c.Steps {
			done += fmt.Sprintf("%s %v, ", step.Item, step.Done)
		}
		return done, c.Away
	}
	s := f.owner.signIn()
	got, away := read(s)
	f.same("at first", got, "two-factor false, codes false, kit false, backup false, members false, second-admin false, ")
	if away {
		f.Error("it is away")
	}
	f.owner.enable(s)
	f.guarded(service.RoleOwner)
	s = f.owner.signIn()
	a, err := s.Admin(f.ctx())
	f.ok(err)
	_, err = a.MakeKit(f.ctx(), f.owner.proof())
	f.ok(err)
	f.ok(s.PutChecklistAway(f.ctx(), true))
	f.ok(s.PutChecklistAway(f.ctx(), true))
	got, away = read(f.owner.signIn())
	f.same("later", got, "two-factor true, codes true, kit true, backup false, members true, second-admin true, ")
	if !away {
		f.Error("it is not away")
	}
	f.ok(s.PutChecklistAway(f.ctx(), false))
	if _, away = read(s); away {
		f.Error("it is away")
	}
	got, away = read(f.member(service.RoleMember).signIn())
	f.same("of a member", got, "two-factor false, codes false, ")
	if away {
		f.Error("one person put it away for another")
	}
}
