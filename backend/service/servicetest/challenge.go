package servicetest

import (
	"strings"
	"time"

	"countersign/backend/client"
	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/service"
)

var challenges = []useCase{
	{"Challenge_TakesAVerificationCodeOnce", codeOnce, []string{
		"Challenge.Name", "Challenge.Email", "Challenge.MustEnrol", "Challenge.MustChoosePassword", "Challenge.RequiredSince", "Challenge.AuthenticatorOff", "Challenge.Verify",
	}},
	{"Challenge_IsOverOnceLeftOrAfterAWhile", challengeEnds, []string{"Challenge.Leave"}},
	{"Challenge_TakesARecoveryCodeOnce", recoveryOnce, []string{"Challenge.BeginRecovery", "Challenge.Recover"}},
	{"Challenge_FifthWrongCodeBeginsAPause", wrongCodesPause, nil},
	{"Challenge_TwentyWrongCodesTurnTheAuthenticatorOff", authenticatorOff, nil},
	{"Challenge_CodeOfAnotherTimeThatWasToldOpensNothing", toldCode, nil},
	{"Challenge_TakesNoCodeOnceALaterOneWasUsed", codesAhead, nil},
	{"Challenge_HelpCodeLeadsToANewPhone", helpCode, []string{"Challenge.BeginHelp", "Challenge.UseHelpCode", "Admin.HelpCode"}},
	{"Challenge_LeadsToEnrollingWhere2FAIsRequired", challengeEnrols, []string{
		"Challenge.Enrol", "EnrolmentSession.Kind", "EnrolmentSession.Remaining", "EnrolmentSession.LimitReached", "EnrolmentSession.Overdue", "EnrolmentSession.Touch",
		"EnrolmentSession.Begin", "EnrolmentSession.Confirm", "EnrolmentSession.Continue", "EnrolmentSession.CancelEnrolment", "EnrolmentSession.Showing",
		"EnrolmentSession.ShowingKey", "EnrolmentSession.Enter",
	}},
	{"Challenge_EndedEnrolmentSessionDoesNothing", enrolmentSessionEnds, []string{"EnrolmentSession.End"}},
	{"Challenge_ShortPasswordIsReplaced", choosesLonger, []string{"Challenge.OwnKeys", "Challenge.ChoosePassword"}},
}

func codeOnce(f *fixture) {
	m := f.guarded(service.RoleMember)
	c := m.challenge()
	if c.Name() != m.name || c.Email() != m.email || c.MustEnrol() || c.MustChoosePassword() || !c.RequiredSince().IsZero() {
		f.Errorf("%q, %q, %v", c.Name(), c.Email(), c.RequiredSince())
	}
	if off, err := c.AuthenticatorOff(f.ctx()); err != nil || off {
		f.Errorf("%v, %v", off, err)
	}
	code := m.newCode()
	for input, want := range map[string]service.Code{"": service.CodeCodeRequired, "12345": service.CodeCodeForm, "abcdef": service.CodeCodeForm, m.phone.wrong(): service.CodeCodeWrong} {
		s, err := c.Verify(f.ctx(), text(input))
		if e := f.refused(err, want); e.Field != "code" || s != nil {
			f.Errorf("%s at %q", want, e.Field)
		}
	}
	early, minutes := m.phone.early()
	_, err := c.Verify(f.ctx(), text(early))
	f.same("how far the clock is off", argument(f.refused(err, service.CodeCodeClock), "minutes"), minutes)
	_, err = c.Verify(f.ctx(), code)
	f.ok(err)
	_, err = c.Verify(f.ctx(), m.newCode())
	f.refused(err, service.CodeChallengeEnded) // it was for one sign-in

	again := m.challenge()
	_, err = again.Verify(f.ctx(), code)
	f.refused(err, service.CodeCodeUsed)
	_, err = again.Verify(f.ctx(), m.newCode())
	f.ok(err)

	// What was charged for a guess before the right one is told.
	c = m.challenge()
	_, err = c.Verify(f.ctx(), text(m.phone.wrong()))
	f.refused(err, service.CodeCodeWrong)
	s, err := c.Verify(f.ctx(), m.newCode())
	f.ok(err)
	if w := s.Welcome(); w.FailedCodes != 1 || w.FailedOther != 0 || w.LastFailedCodeAt.IsZero() {
		f.Errorf("%+v", w)
	}
}

func challengeEnds(f *fixture) {
	m := f.guarded(service.RoleMember)
	left := m.challenge()
	left.Leave()
	_, err := left.Verify(f.ctx(), m.newCode())
	f.refused(err, service.CodeChallengeEnded)

	late := m.challenge()
	f.place.Advance(service.ChallengeLife)
	_, err = late.Verify(f.ctx(), m.newCode())
	f.refused(err, service.CodeChallengeEnded)
	_, err = late.Recover(f.ctx(), text(m.codes[0]))
	f.refused(err, service.CodeChallengeEnded)

	// Another sign-in that changes the password ends it.
	stale := m.challenge()
	f.ok(m.signIn().ChangePassword(f.ctx(), text(m.pass), text(long), byCode(m.newCode())))
	_, err = stale.Verify(f.ctx(), m.newCode())
	f.refused(err, service.CodeChallengeEnded)
	_, err = stale.BeginRecovery(f.ctx())
	f.refused(err, service.CodeChallengeEnded)
	_, err = stale.BeginHelp(f.ctx())
	f.refused(err, service.CodeChallengeEnded)
}

func recoveryOnce(f *fixture) {
	m := f.guarded(service.RoleMember)
	c := m.challenge()
	terms, err := c.BeginRecovery(f.ctx())
	f.ok(err)
	if len(terms.Salt) != recovery.SaltSize {
		f.Errorf("%+v", terms)
	}
	for input, want := range map[string]service.Code{"": service.CodeRecoveryRequired, "not one": service.CodeRecoveryForm, "0000-0000-0000-0000": service.CodeRecoveryWrong} {
		_, err := c.Recover(f.ctx(), text(input))
		f.refused(err, want)
	}
	_, err = c.Challenge.Recover(f.ctx(), secret.Bytes{}) // no proof at all
	f.refused(err, service.CodeRecoveryWrong)
	s, err := c.Recover(f.ctx(), text(m.codes[2]))
	f.ok(err)
	if w := s.Welcome(); w.UsedCode != 3 || w.CodesLeft != 9 || w.FailedOther != 2 {
		f.Errorf("%+v", w)
	}
	if u := f.status(s).Codes; u.Left != 9 || u.Codes[2].UsedAt.IsZero() || u.Codes[2].Use != service.UseSignIn {
		f.Errorf("%+v", u)
	}
	_, err = m.challenge().Recover(f.ctx(), text(m.codes[2]))
	f.same("its number", argument(f.refused(err, service.CodeRecoveryUsed), "number"), 3)

	// Who has codes of no set is told so.
	f.ok(s.NotMe(f.ctx()))
	_, err = m.challenge().Recover(f.ctx(), text(m.codes[3]))
	f.refused(err, service.CodeRecoveryNone)
}

func wrongCodesPause(f *fixture) {
	m := f.guarded(service.RoleMember)
	c := m.challenge()
	for left := 4; left >= 0; left-- {
		_, err := c.Verify(f.ctx(), text(m.phone.wrong()))
		f.same("guesses left", argument(f.refused(err, service.CodeCodeWrong), "left"), left)
	}
	f.place.Advance(29 * time.Second)
	_, err := c.Verify(f.ctx(), text(m.phone.code()))
	f.refused(err, service.CodeThrottled)
	_, err = m.challenge().Verify(f.ctx(), text(m.phone.code())) // a right password changes nothing
	f.refused(err, service.CodeThrottled)
	_, err = c.Verify(f.ctx(), m.newCode())
	f.ok(err)
}

func authenticatorOff(f *fixture) {
	m := f.guarded(service.RoleMember)
	for range 20 {
		_, err := m.challenge().Verify(f.ctx(), text(m.phone.wrong()))
		f.refused(err, service.CodeCodeWrong)
		f.place.Advance(time.Hour)
	}
	c := m.challenge()
	if off, err := c.AuthenticatorOff(f.ctx()); err != nil || !off {
		f.Fatalf("%v, %v", off, err)
	}
	_, err := c.Verify(f.ctx(), m.newCode())
	f.refused(err, service.CodeAuthenticatorOff)
	s, err := c.Recover(f.ctx(), text(m.codes[0]))
	f.ok(err)
	if w := s.Welcome(); !w.AuthenticatorOff || w.FailedCodes != 20 {
		f.Errorf("%+v", w)
	}
	if !f.status(s).AuthenticatorOff {
		f.Error("the overview does not say so")
	}
	f.place.Advance(time.Minute)
	shown, err := s.BeginChangePhone(f.ctx(), 0, client.Proof{}) // the recovery code was right a moment ago
	f.ok(err)
	m.phone = f.phoneOf(shown)
	_, err = s.Confirm(f.ctx(), m.newCode())
	f.ok(err)
	m.signIn()
}

func helpCode(f *fixture) {
	m := f.guarded(service.RoleMember)
	old, oldCodes := m.phone, m.codes
	a := f.owner.admin()
	given, err := a.HelpCode(f.ctx(), m.id, "", f.owner.proof())
	f.ok(err)
	if given.Kind != service.OneTimeHelp || given.Email != m.email {
		f.Errorf("%+v", given.GivenOut)
	}
	c := m.challenge()
	for input, want := range map[string]service.Code{"": service.CodeHelpRequired, "not one": service.CodeHelpForm, "0000-0000-0000-0000": service.CodeHelpWrong} {
		_, err := c.UseHelpCode(f.ctx(), text(input))
		f.refused(err, want)
	}
	other := m.challenge()
	e, err := c.UseHelpCode(f.ctx(), text(given.Code.Display()))
	f.ok(err)
	if e.Kind() != service.EnrolNewPhone {
		f.Errorf("%s", e.Kind())
	}
	_, err = other.UseHelpCode(f.ctx(), text(given.Code.Display()))
	f.refused(err, service.CodeHelpWrong) // it was good once
	s := m.enrol(e)
	if f.status(s).Codes.Left != recovery.SetSize {
		f.Error("the codes are not new")
	}
	c = m.challenge()
	f.place.Advance(30 * time.Second)
	f.notTaken(second(c.Verify(f.ctx(), text(old.code()))))
	_, err = c.Recover(f.ctx(), text(oldCodes[0]))
	f.refused(err, service.CodeRecoveryWrong)
	_, err = c.Recover(f.ctx(), text(m.codes[0]))
	f.ok(err)

	// Expired, and for whom there is none.
	given, err = f.owner.admin().HelpCode(f.ctx(), m.id, "", f.owner.proof())
	f.ok(err)
	f.place.Advance(service.OneTimeLife)
	_, err = m.challenge().UseHelpCode(f.ctx(), text(given.Code.Display()))
	f.refused(err, service.CodeOneTimeExpired)
	without := f.member(service.RoleMember)
	f.refused(second(f.owner.admin().HelpCode(f.ctx(), without.id, "", f.owner.proof())), service.CodeTwoFactorOff)
	bad := f.newOneTime()
	bad.Proof = secret.NewBytes(random(recovery.HashSize - 1))
	h, hs := f.hand(service.RoleOwner)
	_, err = h.admin(hs).HelpCode(f.ctx(), m.id, "", bad, h.proof(hs))
	f.fails("a malformed code", err)
}

// required has 2FA required of everybody, by the first owner, who has it on then.
func (f *fixture) required() {
	f.Helper()
	f.owner.enable(f.owner.signIn())
	a := f.owner.admin()
	_, err := a.MakeKit(f.ctx(), f.owner.proof()) // one alone may require it who has a kit
	f.ok(err)
	f.ok(a.Require2FA(f.ctx(), time.Time{}, "", f.owner.proof()))
}

func challengeEnrols(f *fixture) {
	m := f.member(service.RoleMember)
	f.required()
	c := m.challenge()
	if !c.MustEnrol() || c.RequiredSince().IsZero() || c.MustChoosePassword() {
		f.Errorf("%v since %v", c.MustEnrol(), c.RequiredSince())
	}
	for _, pw := range []string{"000000", "123456"} {
		_, err := c.Verify(f.ctx(), text(pw))
		f.refused(err, service.CodeTwoFactorOff)
	}
	_, err := c.Challenge.UseHelpCode(f.ctx(), secret.NewBytes(random(recovery.HashSize)))
	f.refused(err, service.CodeTwoFactorOff)
	e, err := c.Enrol(f.ctx())
	f.ok(err)
	if e.Kind() != service.EnrolRequired || e.Remaining() <= 0 || e.Remaining() > service.DefaultIdle || e.LimitReached() || e.Overdue() {
		f.Errorf("%s, %s", e.Kind(), e.Remaining())
	}
	f.ok(e.Touch())
	_, err = e.Enter(f.ctx())
	f.refused(err, service.CodeEnrolmentUnconfirmed)
	shown, err := e.Begin(f.ctx())
	f.ok(err)
	key, err := e.ShowingKey(f.ctx())
	f.ok(err)
	f.same("the key", key.Reveal(), strings.Join(shown.Groups, ""))
	f.refused(e.Continue(f.ctx()), service.CodeEnrolmentUnconfirmed)
	f.refused(second(e.Showing(f.ctx())), service.CodeEnrolmentEnded)
	f.ok(e.CancelEnrolment(f.ctx()))
	f.refused(e.Continue(f.ctx()), service.CodeEnrolmentEnded)
	f.refused(second(e.ShowingKey(f.ctx())), service.CodeEnrolmentEnded)

	shown, err = e.Begin(f.ctx())
	f.ok(err)
	m.phone = f.phoneOf(shown)
	f.refused(second(e.Confirm(f.ctx(), text(m.phone.wrong()))), service.CodeCodeWrong)
	issued, err := e.Confirm(f.ctx(), m.newCode())
	f.ok(err)
	if again, err := e.Showing(f.ctx()); err != nil || again.Sheet != issued.Sheet || len(again.Codes) != recovery.SetSize || again.Email != m.email {
		f.Errorf("%+v, %v", again.Issued, err)
	}
	f.ok(e.Continue(f.ctx()))
	s, err := e.Enter(f.ctx())
	f.ok(err)
	if t := f.status(s); !t.On || !t.Required {
		f.Errorf("%+v", t)
	}
	f.refused(second(e.Begin(f.ctx())), service.CodeEnrolmentEnded)
	m.signIn()
}

func enrolmentSessionEnds(f *fixture) {
	m := f.member(service.RoleMember)
	f.required()
	e, err := m.challenge().Enrol(f.ctx())
	f.ok(err)
	_, err = e.Begin(f.ctx())
	f.ok(err)
	f.ok(e.End(f.ctx()))
	f.ok(e.End(f.ctx()))
	if e.Remaining() != 0 {
		f.Errorf("it lasts for another %s", e.Remaining())
	}
	f.refused(e.Touch(), service.CodeSessionEnded)
	f.refused(second(e.Begin(f.ctx())), service.CodeSessionEnded)
	f.refused(second(e.ShowingKey(f.ctx())), service.CodeSessionEnded)
	f.refused(second(e.Enter(f.ctx())), service.CodeSessionEnded)

	// So is one that nobody uses.
	e, err = m.challenge().Enrol(f.ctx())
	f.ok(err)
	f.place.Advance(service.DefaultIdle)
	f.refused(second(e.Begin(f.ctx())), service.CodeSessionEnded)
	m.enrol(func() *client.EnrolmentSession {
		e, err := m.challenge().Enrol(f.ctx())
		f.ok(err)
		return e
	}())
}

func choosesLonger(f *fixture) {
	h, _ := f.hand(service.RoleMember)
	short := func() service.Challenge {
		a := h.attempt()
		s, c, err := a.SignIn(f.ctx(), service.SignIn{Signature: h.signed(a.Terms()), Short: true})
		f.ok(err)
		if s != nil || c == nil || !c.MustChoosePassword() || c.MustEnrol() {
			f.Fatal("a short password stands alone")
		}
		return c
	}
	c, other := short(), short()
	own, err := c.OwnKeys(f.ctx())
	f.ok(err)
	if own.Recipient != h.pair.Recipient() || own.Lock.Len() == 0 || len(own.Wrapped) == 0 {
		f.Errorf("%+v", own)
	}
	next, key, _ := f.newPassword()
	next.Short = true
	f.refused(second(c.ChoosePassword(f.ctx(), next)), service.CodeChallengeEnded)
	for what, bad := range f.badPasswords() {
		_, err := short().ChoosePassword(f.ctx(), bad)
		f.fails(what, err)
	}
	next.Short = false
	c = short()
	s, err := c.ChoosePassword(f.ctx(), next)
	f.ok(err)
	if s.ProfileID() != h.id {
		f.Errorf("%s came in", s.ProfileID())
	}
	f.refused(second(c.ChoosePassword(f.ctx(), next)), service.CodeChallengeEnded)
	f.refused(second(other.ChoosePassword(f.ctx(), next)), service.CodeChallengeEnded)
	f.refused(second(other.OwnKeys(f.ctx())), service.CodeChallengeEnded)
	a := h.attempt()
	_, _, err = a.SignIn(f.ctx(), service.SignIn{Signature: h.signed(a.Terms())})
	f.refused(err, service.CodeCredentialsWrong) // with the old one
	h.key = key
	h.signIn()

	// Nobody else is let in by it, nor told what unwraps their keys.
	m := f.guarded(service.RoleMember)
	due := m.challenge()
	f.refused(second(due.OwnKeys(f.ctx())), service.CodeChallengeEnded)
	longer, _, _ := f.newPassword()
	f.refused(second(due.Challenge.ChoosePassword(f.ctx(), longer)), service.CodeChallengeEnded)
	_, err = due.Enrol(f.ctx())
	f.refused(err, service.CodeTwoFactorOn)
}

func toldCode(f *fixture) {
	m := f.guarded(service.RoleMember)
	f.place.Advance(2 * time.Hour)
	code, minutes := m.phone.early()
	f.place.Advance(-2 * time.Duration(minutes) * time.Minute) // it is shown so many minutes from now
	f.refused(second(m.challenge().Verify(f.ctx(), text(code))), service.CodeCodeClock)
	f.place.Advance(time.Duration(minutes) * time.Minute)
	f.refused(second(m.challenge().Verify(f.ctx(), text(code))), service.CodeCodeUsed)
	m.signIn() // with the next
}

func codesAhead(f *fixture) {
	m := f.guarded(service.RoleMember)
	f.place.Advance(time.Hour)
	m.signIn()
	f.place.Advance(-time.Hour)
	f.refused(second(m.challenge().Verify(f.ctx(), m.newCode())), service.CodeCodesAhead)
	_, err := m.challenge().Recover(f.ctx(), text(m.codes[0]))
	f.ok(err)
}
