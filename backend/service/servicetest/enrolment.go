package servicetest

import (
	"strings"
	"time"

	"countersign/backend/client"
	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/service"
)

var enrolments = []useCase{
	{"Enable_TurnsOnWithContinue", enableContinues, []string{"Session.BeginEnable", "Session.Confirm", "Session.Continue", "Session.Showing", "Session.ShowingKey", "Session.Overview"}},
	{"Enable_CancelledLeavesNothing", enableCancelled, []string{"Session.CancelEnrolment"}},
	{"Enable_AnotherBeginEndsTheFirst", enableTwice, nil},
	{"Enable_RefusesWhatNoClientMakes", enableMalformed, nil},
	{"ChangePhone_OldPhoneWorksUntilTheNewOneIsRight", phoneChanges, []string{"Session.BeginChangePhone"}},
	{"Apps_AreAddedRenamedChangedAndRemoved", apps, []string{"Session.BeginAddApp", "Session.RenameApp", "Session.RemoveApp"}},
	{"Disable_TakesACodeAndVoidsTheOthers", disables, []string{"Session.Disable"}},
	{"NewCodes_OldOnesWorkUntilTheNewOnesAreKept", newCodes, []string{"Session.BeginNewCodes", "Session.KeepNewCodes", "Session.CancelNewCodes", "Session.BeginRecovery"}},
	{"NewCodes_RefuseWhatNoClientMakes", newCodesMalformed, nil},
	{"NotMe_VoidsTheCodesAndEndsOtherSessions", notMe, []string{"Session.NotMe"}},
}

func enableContinues(f *fixture) {
	m := f.member(service.RoleMember)
	s, other := m.signIn(), m.signIn()
	f.refused(second(s.BeginEnable(f.ctx(), secret.Text{})), service.CodePasswordRequired)
	f.refused(second(s.BeginEnable(f.ctx(), text("a wrong password 1"))), service.CodePasswordWrong)
	f.refused(second(s.Confirm(f.ctx(), text("123456"))), service.CodeEnrolmentEnded)
	f.refused(second(s.ShowingKey(f.ctx())), service.CodeEnrolmentEnded)
	shown, err := s.BeginEnable(f.ctx(), text(m.pass))
	f.ok(err)
	key, err := s.ShowingKey(f.ctx())
	f.ok(err)
	if uri := shown.URI.Reveal(); shown.Account != m.email || shown.Issuer != m.w.Name() || !strings.Contains(uri, key.Reveal()) || strings.Join(shown.Groups, "") != key.Reveal() {
		f.Errorf("%q, %q, %v", shown.Issuer, shown.Account, shown.Shortened)
	}
	f.refused(s.Continue(f.ctx()), service.CodeEnrolmentUnconfirmed)
	f.refused(second(s.Showing(f.ctx())), service.CodeEnrolmentEnded)
	m.phone = f.phoneOf(shown)
	for input, code := range map[string]service.Code{"": service.CodeCodeRequired, "12": service.CodeCodeForm, m.phone.wrong(): service.CodeCodeWrong} {
		f.refused(second(s.Confirm(f.ctx(), text(input))), code)
	}
	code := m.newCode()
	issued, err := s.Confirm(f.ctx(), code)
	f.ok(err)
	if len(issued.Codes) != recovery.SetSize || issued.Sheet == 0 || issued.Email != m.email || issued.Replaces != 0 || issued.IssuedBy != m.name {
		f.Errorf("%+v", issued.Issued)
	}
	again, err := s.Showing(f.ctx())
	f.ok(err)
	f.same("the sheet that is shown", again.Sheet, issued.Sheet)
	if f.status(s).On {
		f.Error("2FA is on before Continue")
	}
	f.ok(other.Touch())
	f.ok(s.Continue(f.ctx()))
	f.refused(s.Continue(f.ctx()), service.CodeEnrolmentEnded)
	f.refused(second(s.Showing(f.ctx())), service.CodeEnrolmentEnded)
	if t := f.status(s); !t.On || t.Since.IsZero() || len(t.Apps) != 1 || t.Apps[0].AddedAt.IsZero() || t.Apps[0].LastUse != service.UseEnrolment || t.Apps[0].Name != "" || t.Codes.Left != recovery.SetSize || t.Codes.Sheet != issued.Sheet || t.Codes.State != service.SetActive {
		f.Errorf("%+v", t)
	}
	f.refused(second(other.Overview(f.ctx())), service.CodeSessionEnded)
	f.refused(second(s.BeginEnable(f.ctx(), text(m.pass))), service.CodeTwoFactorOn)
	_, err = m.challenge().Verify(f.ctx(), code)
	f.refused(err, service.CodeCodeUsed) // for the enrolment
	m.signIn()
	seen, err := f.owner.admin().Member(f.ctx(), m.id)
	f.ok(err)
	if !seen.On || seen.CodesLeft != recovery.SetSize || seen.Sheet != issued.Sheet {
		f.Errorf("%+v", seen)
	}
}

func enableCancelled(f *fixture) {
	m := f.member(service.RoleMember)
	s := m.signIn()
	f.ok(s.CancelEnrolment(f.ctx())) // there being none is fine
	shown, err := s.BeginEnable(f.ctx(), text(m.pass))
	f.ok(err)
	_, err = s.Confirm(f.ctx(), text(f.phoneOf(shown).code()))
	f.ok(err)
	f.ok(s.CancelEnrolment(f.ctx()))
	f.refused(s.Continue(f.ctx()), service.CodeEnrolmentEnded)
	f.refused(second(s.Showing(f.ctx())), service.CodeEnrolmentEnded)
	f.refused(second(s.ShowingKey(f.ctx())), service.CodeEnrolmentEnded)
	if f.status(s).On {
		f.Error("2FA is on")
	}
	m.signIn() // with the password alone

	// A session that ends cancels it as well.
	shown, err = s.BeginEnable(f.ctx(), text(m.pass))
	f.ok(err)
	_, err = s.Confirm(f.ctx(), text(f.phoneOf(shown).code()))
	f.ok(err)
	f.ok(s.End(f.ctx()))
	f.refused(s.Continue(f.ctx()), service.CodeSessionEnded)
	if f.status(m.signIn()).On {
		f.Error("2FA is on")
	}
}

func enableTwice(f *fixture) {
	m := f.member(service.RoleMember)
	one, other := m.signIn(), m.signIn()
	shown, err := one.BeginEnable(f.ctx(), text(m.pass))
	f.ok(err)
	first := f.phoneOf(shown)
	_, err = one.Confirm(f.ctx(), text(first.code()))
	f.ok(err)
	m.enable(other)
	if err := one.Continue(f.ctx()); !service.IsCode(err, service.CodeSessionEnded) && !service.IsCode(err, service.CodeEnrolmentEnded) {
		f.Errorf("%v", err)
	}
	f.refused(second(one.Overview(f.ctx())), service.CodeSessionEnded)
	c := m.challenge()
	f.place.Advance(30 * time.Second)
	f.notTaken(second(c.Verify(f.ctx(), text(first.code()))))
	m.signIn()
}

func enableMalformed(f *fixture) {
	m := f.member(service.RoleMember)
	s := m.signIn()
	for what, set := range badSets() {
		shown, err := s.BeginEnable(f.ctx(), text(m.pass))
		f.ok(err)
		code := text(f.phoneOf(shown).code())
		issued, err := s.Session.Confirm(f.ctx(), code, set)
		if f.fails(what, err); issued != nil {
			f.Errorf("%s was issued", what)
		}
		f.refused(s.Continue(f.ctx()), service.CodeEnrolmentUnconfirmed)
		_, err = s.Session.Confirm(f.ctx(), code, newSet()) // ends the count of guesses
		f.ok(err)
		f.ok(s.CancelEnrolment(f.ctx()))
	}
}

func phoneChanges(f *fixture) {
	m := f.guarded(service.RoleMember)
	s, other := m.signIn(), m.signIn()
	f.refused(second(s.BeginChangePhone(f.ctx(), 0, client.Proof{Password: text(m.pass)})), service.CodeFactorRequired)
	f.refused(second(s.BeginChangePhone(f.ctx(), 0, client.Proof{Password: text("a wrong password 1")})), service.CodeFactorRequired) // which says nothing of a password
	f.refused(second(s.BeginChangePhone(f.ctx(), 0, client.Proof{Password: text("a wrong password 1"), Factor: byCode(m.newCode())})), service.CodePasswordWrong)
	f.refused(second(s.BeginChangePhone(f.ctx(), 0, client.Proof{Password: text(m.pass), Factor: byCode(text(m.phone.wrong()))})), service.CodeCodeWrong)
	shown, err := s.BeginChangePhone(f.ctx(), 0, m.proof())
	f.ok(err)
	m.signIn() // the old one works
	old := m.phone
	m.phone = f.phoneOf(shown)
	f.refused(second(s.Confirm(f.ctx(), text(m.phone.wrong()))), service.CodeCodeWrong)
	f.refused(s.Continue(f.ctx()), service.CodeEnrolmentEnded) // it comes without codes
	issued, err := s.Confirm(f.ctx(), m.newCode())
	f.ok(err)
	if issued != nil {
		f.Error("it came with recovery codes")
	}
	f.refused(second(other.Overview(f.ctx())), service.CodeSessionEnded)
	if t := f.status(s); !t.On || len(t.Apps) != 1 || t.Apps[0].LastUse != service.UsePhoneChange || t.Codes.Left != recovery.SetSize {
		f.Errorf("%+v", t)
	}
	c := m.challenge()
	f.place.Advance(30 * time.Second)
	f.notTaken(second(c.Verify(f.ctx(), text(old.code()))))
	_, err = c.Recover(f.ctx(), text(m.codes[0])) // the codes stay
	f.ok(err)
	m.signIn()
	without := f.member(service.RoleMember)
	f.refused(second(without.signIn().BeginChangePhone(f.ctx(), 0, without.proof())), service.CodeTwoFactorOff)
}

func apps(f *fixture) {
	m := f.guarded(service.RoleMember)
	s, other := m.signIn(), m.signIn()
	first := f.status(s).Apps[0].Number
	f.refused(s.RemoveApp(f.ctx(), first, m.proof()), service.CodeAppLast)
	f.refused(second(s.BeginAddApp(f.ctx(), "", m.proof())), service.CodeAppName)
	f.refused(second(s.BeginAddApp(f.ctx(), "Tablet", client.Proof{Password: text(m.pass)})), service.CodeFactorRequired)
	shown, err := s.BeginAddApp(f.ctx(), "Tablet", m.proof())
	f.ok(err)
	phone, tablet := m.phone, f.phoneOf(shown)
	f.refused(second(s.Confirm(f.ctx(), text(tablet.wrong()))), service.CodeCodeWrong)
	code := text(tablet.code())
	issued, err := s.Confirm(f.ctx(), code)
	f.ok(err)
	if issued != nil {
		f.Error("it came with recovery codes")
	}
	f.refused(second(m.challenge().Verify(f.ctx(), code)), service.CodeCodeUsed) // for the enrolment
	f.ok(second(other.Overview(f.ctx())))
	apps := f.status(s).Apps
	if len(apps) != 2 || apps[0].Number != first || apps[1].Name != "Tablet" || apps[1].LastUse != service.UseAppAdded || apps[1].Number == first {
		f.Fatalf("%+v", apps)
	}
	f.refused(s.RenameApp(f.ctx(), first, "tablet"), service.CodeAppNameTaken)
	f.refused(s.RenameApp(f.ctx(), 99, "Phone"), service.CodeAppGone)
	f.ok(s.RenameApp(f.ctx(), first, "Phone"))
	m.signIn() // with the first one
	m.phone = tablet
	m.signIn()

	f.refused(second(s.BeginChangePhone(f.ctx(), 0, m.proof())), service.CodeAppGone) // of two, one has to be named
	shown, err = s.BeginChangePhone(f.ctx(), apps[1].Number, m.proof())
	f.ok(err)
	m.phone = f.phoneOf(shown)
	f.ok(second(s.Confirm(f.ctx(), m.newCode())))
	apps = f.status(s).Apps
	if len(apps) != 2 || apps[0].Name != "Phone" || apps[0].Number != first || apps[1].Name != "Tablet" || apps[1].LastUse != service.UsePhoneChange {
		f.Fatalf("%+v", apps)
	}
	c := m.challenge()
	f.place.Advance(30 * time.Second)
	f.notTaken(second(c.Verify(f.ctx(), text(tablet.code()))))
	other = m.signIn()

	f.refused(s.RemoveApp(f.ctx(), first, client.Proof{Password: text(m.pass)}), service.CodeFactorRequired)
	f.ok(s.RemoveApp(f.ctx(), first, m.proof()))
	f.refused(second(other.Overview(f.ctx())), service.CodeSessionEnded)
	if apps = f.status(s).Apps; len(apps) != 1 || apps[0].Name != "Tablet" {
		f.Errorf("%+v", apps)
	}
	c = m.challenge()
	f.place.Advance(30 * time.Second)
	f.notTaken(second(c.Verify(f.ctx(), text(phone.code()))))
	_, err = c.Recover(f.ctx(), text(m.codes[0])) // the codes stay
	f.ok(err)
}

func disables(f *fixture) {
	m := f.guarded(service.RoleMember)
	s, other := m.signIn(), m.signIn()
	f.refused(s.Disable(f.ctx(), client.FactorInput{}), service.CodeFactorRequired)
	f.refused(s.Disable(f.ctx(), byCode(text(m.phone.wrong()))), service.CodeCodeWrong)
	f.refused(s.Disable(f.ctx(), byRecovery("0000-0000-0000-0000")), service.CodeRecoveryWrong)
	code := m.newCode()
	f.ok(s.Disable(f.ctx(), byCode(code)))
	if t := f.status(s); t.On || t.Codes != nil {
		f.Errorf("%+v", t)
	}
	f.refused(second(other.Overview(f.ctx())), service.CodeSessionEnded)
	f.refused(s.Disable(f.ctx(), byCode(m.newCode())), service.CodeTwoFactorOff)
	codes := m.codes
	m.phone = nil
	s = m.signIn()
	f.refused(second(s.BeginRecovery(f.ctx())), service.CodeTwoFactorOff)
	m.enable(s)
	f.refused(s.Disable(f.ctx(), byRecovery(codes[0])), service.CodeRecoveryWrong) // of the set that was voided
	f.ok(s.Disable(f.ctx(), byRecovery(m.codes[0])))
	m.phone = nil
	m.signIn()
}

func newCodes(f *fixture) {
	m := f.guarded(service.RoleMember)
	s := m.signIn()
	f.refused(s.KeepNewCodes(f.ctx()), service.CodeEnrolmentEnded)
	f.ok(s.CancelNewCodes(f.ctx()))
	f.refused(second(s.BeginNewCodes(f.ctx(), client.Proof{Password: text(m.pass)})), service.CodeFactorRequired)
	issued, err := s.BeginNewCodes(f.ctx(), m.proof())
	f.ok(err)
	if showing, err := s.Showing(f.ctx()); err != nil || showing.Sheet != issued.Sheet || issued.Replaces != f.status(s).Codes.Sheet {
		f.Errorf("%+v, %+v, %v", showing.Issued, issued.Issued, err)
	}
	f.ok(s.CancelNewCodes(f.ctx()))
	f.refused(s.KeepNewCodes(f.ctx()), service.CodeEnrolmentEnded)
	f.refused(second(s.Showing(f.ctx())), service.CodeEnrolmentEnded)
	_, err = m.challenge().Recover(f.ctx(), text(display(issued)[0]))
	f.refused(err, service.CodeRecoveryWrong)

	issued, err = s.BeginNewCodes(f.ctx(), m.proof())
	f.ok(err)
	_, err = m.challenge().Recover(f.ctx(), text(m.codes[0])) // until they are kept
	f.ok(err)
	f.ok(s.KeepNewCodes(f.ctx()))
	f.refused(s.KeepNewCodes(f.ctx()), service.CodeEnrolmentEnded)
	if c := f.status(s).Codes; c.Sheet != issued.Sheet || c.Left != recovery.SetSize {
		f.Errorf("%+v", c)
	}
	_, err = m.challenge().Recover(f.ctx(), text(m.codes[1]))
	f.refused(err, service.CodeRecoveryWrong)
	_, err = m.challenge().Recover(f.ctx(), text(display(issued)[1]))
	f.ok(err)

	// Of two who are shown new ones, the last keeps them.
	other := m.signIn()
	_, err = s.BeginNewCodes(f.ctx(), m.proof())
	f.ok(err)
	issued, err = other.BeginNewCodes(f.ctx(), m.proof())
	f.ok(err)
	f.refused(s.KeepNewCodes(f.ctx()), service.CodeEnrolmentEnded)
	f.ok(other.KeepNewCodes(f.ctx()))
	f.same("the sheet", f.status(s).Codes.Sheet, issued.Sheet)

	without := f.member(service.RoleMember).signIn()
	f.refused(second(without.BeginNewCodes(f.ctx(), client.Proof{Password: text(pass)})), service.CodeTwoFactorOff)
}

func newCodesMalformed(f *fixture) {
	m := f.guarded(service.RoleMember)
	s, err := m.challenge().Recover(f.ctx(), text(m.codes[0])) // whose proof does for one act
	f.ok(err)
	for what, set := range badSets() {
		issued, err := s.Session.BeginNewCodes(f.ctx(), set, service.Proof{})
		if f.fails(what, err); issued != nil {
			f.Errorf("%s was issued", what)
		}
		f.refused(s.KeepNewCodes(f.ctx()), service.CodeEnrolmentEnded)
	}
	_, err = s.Session.BeginNewCodes(f.ctx(), newSet(), service.Proof{}) // an act that fails does not use the proof up
	f.ok(err)
	_, err = s.Session.BeginNewCodes(f.ctx(), newSet(), service.Proof{})
	f.refused(err, service.CodeFactorRequired)
}

func notMe(f *fixture) {
	m := f.guarded(service.RoleMember)
	s, other := m.signIn(), m.signIn()
	due := m.challenge()
	f.ok(s.NotMe(f.ctx()))
	f.refused(second(other.Overview(f.ctx())), service.CodeSessionEnded)
	_, err := due.Verify(f.ctx(), m.newCode())
	f.refused(err, service.CodeChallengeEnded)
	if t := f.status(s); !t.On || t.Codes.State != service.SetVoided || t.Codes.Left != 0 {
		f.Errorf("%+v", t)
	}
	_, err = m.challenge().Recover(f.ctx(), text(m.codes[0]))
	f.refused(err, service.CodeRecoveryNone)
	for what, m := range map[string]*person{"its codes are void": m, "it has none": f.member(service.RoleMember)} {
		s, other := m.signIn(), m.signIn()
		f.ok(s.NotMe(f.ctx()))
		if _, err := other.Overview(f.ctx()); !service.IsCode(err, service.CodeSessionEnded) {
			f.Errorf("where %s another session goes on: %v", what, err)
		}
		f.ok(s.Whole())
		log, err := s.OwnLog(f.ctx(), 0, 1)
		f.ok(err)
		f.same("the log says", log.Entries[0].Kind, "other-sessions-ended")
	}
}
