package workspace_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// invited is a user with an invitation.
func (h *fixture) invited(a *client.Admin) (*user, client.GivenOut) {
	h.Helper()
	n := h.next()
	p := &user{h: h, name: fmt.Sprintf("Person %d", n), email: fmt.Sprintf("p%d@example.com", n), pass: "granite lagoon whisper 47"}
	given, err := a.AddMember(h.Context(), service.NewMember{Name: p.name, Email: p.email, Role: store.RoleMember}, client.Proof{})
	h.ok(err)
	p.id = given.ProfileID
	return p, given
}

// resets gives somebody a password reset, who takes it.
func (p *user) resets(to *user) *client.Session {
	p.h.Helper()
	given, err := p.admin().ResetPassword(context.WithoutCancel(p.h.Context()), to.id, "", p.proof())
	p.h.ok(err)
	to.pass = "kettle drum marzipan 7"
	s, _, err := to.redeem(given)
	p.h.ok(err)
	return s
}

// redeem takes the code with the person's password.
func (p *user) redeem(given client.GivenOut) (*client.Session, *client.Challenge, error) {
	return p.h.w.Redeem(context.WithoutCancel(p.h.Context()), p.email, secret.NewText(given.Code.Display()), secret.NewText(p.pass))
}

const noCode = "ABCD-EFGH-JKMN-PQRS"

func TestInvitation_WorksOnceAndSetsThePassword(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	p, given := h.invited(owner.admin())
	if given.Kind != store.OneTimeInvitation || given.ExpiresAt.Sub(given.IssuedAt) != 48*time.Hour || given.IssuedBy != owner.name || given.Workspace != "Northwind Legal" {
		t.Errorf("given out: %+v", given)
	}
	_, _, err := h.w.SignIn(t.Context(), p.email, secret.NewText(pass))
	h.refused(err, service.CodeCredentialsWrong)
	for pw, code := range map[string]service.Code{"": service.CodePasswordRequired, "short": service.CodePasswordShort, "passwordpassword": service.CodePasswordCommon} {
		_, _, err := h.w.Redeem(t.Context(), p.email, secret.NewText(given.Code.Display()), secret.NewText(pw))
		h.refused(err, code)
	}
	if n := h.failures(p.id, store.KindInvitation); n != 0 {
		t.Errorf("weak passwords cost %d guesses", n)
	}
	s, c, err := h.w.Redeem(t.Context(), " "+strings.ToUpper(p.email), secret.NewText(strings.ToLower(given.Code.Display())), secret.NewText(p.pass))
	h.ok(err)
	if s == nil || c != nil {
		t.Fatal("an invitation without 2FA gives a session")
	}
	if wel := s.Welcome(); wel.FailedCodes+wel.FailedPasswords > 0 || len(wel.News) > 0 {
		t.Errorf("welcome: %+v", wel)
	}
	if got := h.profile(p.id); got.State != store.ProfileActive || got.LastSignInAt.IsZero() {
		t.Errorf("profile: %+v", got)
	}
	_, _, err = p.redeem(given)
	h.refused(err, service.CodeInvitationWrong)
	p.signIn()
	h.restart()
	p.signIn()
}

// failures are those in a row that are counted.
func (h *fixture) failures(subject string, kind store.Kind) (n int) {
	h.Helper()
	_ = h.store.View(h.Context(), func(tx store.ReadTx) error {
		a, err := tx.Attempts(subject, kind)
		n = a.Failures
		return err
	})
	return n
}

func TestRedeem_OwnNameAsPasswordIsToldOnlyWithTheCode(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	given, err := owner.admin().AddMember(t.Context(), service.NewMember{Name: "Bartholomew Featherstone", Email: otherEmail, Role: store.RoleMember}, client.Proof{})
	h.ok(err)
	pw := secret.NewText("bartholomew featherstone")
	_, _, err = h.w.Redeem(t.Context(), otherEmail, secret.NewText(noCode), pw)
	h.refused(err, service.CodeInvitationWrong)
	_, _, err = h.w.Redeem(t.Context(), otherEmail, secret.NewText(given.Code.Display()), pw)
	h.refused(err, service.CodePasswordCommon)
	if n := h.failures(given.ProfileID, store.KindInvitation); n != 1 {
		t.Errorf("%d guesses are counted", n)
	}
	_, _, err = h.w.Redeem(t.Context(), otherEmail, secret.NewText(given.Code.Display()), secret.NewText(pass))
	h.ok(err)
}

func TestOneTimeCode_ExpiresAfter48Hours(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	a := owner.admin()
	p, given := h.invited(a)
	h.clock.step(-6 * time.Minute) // set back
	_, _, err := p.redeem(given)
	h.refused(err, service.CodeClockBehind)
	h.clock.step(6*time.Minute + service.OneTimeLife - time.Millisecond)
	_, _, err = p.redeem(given)
	h.ok(err)

	p, given = h.invited(owner.admin())
	h.clock.step(service.OneTimeLife)
	_, _, err = p.redeem(given)
	h.refused(err, service.CodeOneTimeExpired)
	again, err := owner.admin().ResetPassword(t.Context(), p.id, "", owner.proof())
	h.ok(err)
	if again.Kind != store.OneTimeInvitation {
		t.Errorf("who has no password yet gets %q", again.Kind)
	}
	_, _, err = p.redeem(given)
	h.refused(err, service.CodeInvitationWrong)
	_, _, err = p.redeem(again)
	h.ok(err)
}

func TestRedeem_WrongCodesArePausedForUnknownEmailsToo(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	p, given := h.invited(owner.admin())
	for _, who := range []string{p.email, owner.email, "nobody@example.com"} {
		for left := 4; left >= 0; left-- {
			_, _, err := h.w.Redeem(t.Context(), who, secret.NewText(noCode), secret.NewText(pass))
			e := h.refused(err, service.CodeInvitationWrong)
			if _, counted := e.Args["left"]; counted || (e.Args["pause"] == 30) != (left == 0) || e.Field != "invitation" {
				t.Errorf("%s: %v at %q", who, e.Args, e.Field)
			}
		}
		_, _, err := h.w.Redeem(t.Context(), who, secret.NewText(noCode), secret.NewText(pass))
		if e := h.refused(err, service.CodeThrottled); e.Args["seconds"] != 30 || e.Args["kind"] != "invitation" {
			t.Errorf("%s: %v", who, e.Args)
		}
	}
	_, _, err := p.redeem(given)
	h.refused(err, service.CodeThrottled)
	owner.signIn() // passwords are counted apart
	h.restart()
	_, _, err = p.redeem(given)
	h.refused(err, service.CodeThrottled)
	h.clock.step(30 * time.Second)
	_, _, err = p.redeem(given)
	h.ok(err)
	for input, code := range map[string]service.Code{"": service.CodeInvitationRequired, "12345": service.CodeInvitationForm} {
		_, _, err := h.w.Redeem(t.Context(), p.email, secret.NewText(input), secret.NewText(pass))
		h.refused(err, code)
	}
	_, _, err = h.w.Redeem(t.Context(), " ", secret.NewText(noCode), secret.NewText(pass))
	h.refused(err, service.CodeEmailRequired)
}

func TestThrottle_UnknownEmailsAreForgottenAfterADay(t *testing.T) {
	t.Parallel()
	h, _ := alone(t)
	for _, who := range []string{"a@example.com", "b@example.com"} {
		_, _, err := h.w.Redeem(t.Context(), who, secret.NewText(noCode), secret.NewText(pass))
		h.refused(err, service.CodeInvitationWrong)
		_, _, err = h.w.SignIn(t.Context(), who, secret.NewText(pass))
		h.refused(err, service.CodeCredentialsWrong)
	}
	h.clock.step(23 * time.Hour)
	_, _, err := h.w.Redeem(t.Context(), "b@example.com", secret.NewText(noCode), secret.NewText(pass))
	h.refused(err, service.CodeInvitationWrong)
	h.clock.step(2 * time.Hour)
	_, _, err = h.w.SignIn(t.Context(), "c@example.com", secret.NewText(pass))
	h.refused(err, service.CodeCredentialsWrong)
	var left []string
	h.ok(h.store.View(t.Context(), func(tx store.ReadTx) error {
		return eachRow(tx, func(k store.Key, _ any) error {
			if k.Table == "attempts" && strings.Contains(k.ID, "unknown:") {
				left = append(left, strings.Split(k.ID, "/")[0])
			}
			return nil
		})
	}))
	slices.Sort(left)
	if fmt.Sprint(left) != "[invitation password]" { // b's second invitation and c's password
		t.Errorf("left are %v", left)
	}
	h.restart()
}

func TestResetPassword_OldOneWorksUntilTheSecondFactor(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	p := h.one(person{role: store.RoleMember, on: true})
	before := p.signIn()
	given, err := owner.admin().ResetPassword(t.Context(), p.id, "", owner.proof())
	h.ok(err)
	if given.Kind != store.OneTimeReset {
		t.Errorf("given out: %+v", given)
	}
	chosen := *p
	chosen.pass = "granite lagoon whisper 47"
	_, c, err := chosen.redeem(given)
	h.ok(err)
	if c == nil || c.MustEnrol() {
		t.Fatal("the second factor is not asked for")
	}
	_, err = c.Verify(t.Context(), secret.NewText(p.phone.wrong()))
	h.refused(err, service.CodeCodeWrong)
	c.Leave()
	p.signIn() // with the old one
	_, err = before.Overview(t.Context())
	h.ok(err)

	_, c, err = chosen.redeem(given) // the code was not used
	h.ok(err)
	s, err := c.Verify(t.Context(), secret.NewText(p.newCode()))
	h.ok(err)
	if n := s.Welcome().News; len(n) > 0 && n[0].Kind != "password-reset-given" {
		t.Errorf("news: %+v", n)
	}
	_, err = before.Overview(t.Context())
	h.refused(err, service.CodeSessionEnded)
	_, _, err = h.w.SignIn(t.Context(), p.email, secret.NewText(p.pass))
	h.refused(err, service.CodeCredentialsWrong)
	chosen.signIn()
	_, _, err = chosen.redeem(given)
	h.refused(err, service.CodeInvitationWrong)
}

func TestResetPassword_OfTwoChallengesOneSignsIn(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	p := h.one(person{role: store.RoleMember, on: true})
	given, err := owner.admin().ResetPassword(t.Context(), p.id, "", owner.proof())
	h.ok(err)
	_, a, err := p.redeem(given)
	h.ok(err)
	_, b, err := p.redeem(given)
	h.ok(err)
	_, err = a.Verify(t.Context(), secret.NewText(p.newCode()))
	h.ok(err)
	_, err = b.Verify(t.Context(), secret.NewText(p.newCode()))
	h.refused(err, service.CodeChallengeEnded)
}

func TestHelpCode_AllowsOnlyToChangePhone(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	p := h.one(person{role: store.RoleMember, on: true})
	first, err := owner.admin().HelpCode(t.Context(), p.id, "", owner.proof())
	h.ok(err)
	given, err := owner.admin().HelpCode(t.Context(), p.id, "", owner.proof())
	h.ok(err)
	_, err = p.challenge().UseHelpCode(t.Context(), secret.NewText(first.Code.Display())) // replaced
	h.refused(err, service.CodeHelpWrong)
	_, _, err = p.redeem(given) // is no invitation
	h.refused(err, service.CodeInvitationWrong)
	for input, code := range map[string]service.Code{"": service.CodeHelpRequired, "123": service.CodeHelpForm} {
		_, err := p.challenge().UseHelpCode(t.Context(), secret.NewText(input))
		h.refused(err, code)
	}
	g, err := p.challenge().UseHelpCode(t.Context(), secret.NewText(given.Code.Display()))
	h.ok(err)
	if g.Kind() != service.EnrolNewPhone || g.Remaining() <= 0 || g.LimitReached() {
		t.Errorf("%q for %v", g.Kind(), g.Remaining())
	}
	_, err = g.Enter(t.Context())
	h.refused(err, service.CodeEnrolmentUnconfirmed)
	_, err = p.challenge().UseHelpCode(t.Context(), secret.NewText(given.Code.Display()))
	h.refused(err, service.CodeHelpWrong)
	h.refused(g.Continue(t.Context()), service.CodeEnrolmentEnded)

	old := p.phone
	s, _ := p.enrolAt(g)
	if old.key == p.phone.key {
		t.Fatal("it is the same key")
	}
	_, err = g.Begin(t.Context())
	h.refused(err, service.CodeEnrolmentEnded)
	needs, err := s.StepUp(t.Context(), service.EachTime)
	h.ok(err)
	if !needs.Password || !needs.Factor {
		t.Errorf("after the gate a step-up needs %+v", needs)
	}
	h.clock.step(time.Minute)
	_, err = p.challenge().Verify(t.Context(), secret.NewText(old.code()))
	h.strange(err)
	p.signIn()
}

func TestHelpCode_RestartedOrCancelledLeavesNoProof(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	p := h.one(person{role: store.RoleMember, on: true})
	given, err := owner.admin().HelpCode(t.Context(), p.id, "", owner.proof())
	h.ok(err)
	g, err := p.challenge().UseHelpCode(t.Context(), secret.NewText(given.Code.Display()))
	h.ok(err)
	h.secrets.fail(store.ErrKeychainLocked, nil, nil)
	_, err = g.Begin(t.Context())
	h.refused(err, service.CodeKeychainLocked)
	h.secrets.fail(nil, nil, nil)
	_, err = g.Begin(t.Context())
	h.ok(err)
	h.ok(g.CancelEnrolment(t.Context()))
	_, err = g.Begin(t.Context())
	h.ok(err)
	if _, err := g.ShowingKey(t.Context()); err != nil {
		t.Error(err)
	}
	h.ok(g.End(t.Context()))
	if h.intents() != 0 {
		t.Error("an intent is left")
	}
	_, err = g.Begin(t.Context())
	h.refused(err, service.CodeSessionEnded)
	_, err = g.Enter(t.Context())
	h.refused(err, service.CodeSessionEnded)
	p.signIn() // the old phone still works
}

func TestHelpCode_WrongOnesAreCountedApartAndTold(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	p := h.one(person{role: store.RoleMember, on: true})
	given, err := owner.admin().HelpCode(t.Context(), p.id, "", owner.proof())
	h.ok(err)
	c := p.challenge()
	for left := 4; left >= 0; left-- {
		_, err := c.UseHelpCode(t.Context(), secret.NewText(noCode))
		if e := h.refused(err, service.CodeHelpWrong); e.Args["left"] != left || e.Field != "help" {
			t.Errorf("%q, %v", e.Field, e.Args)
		}
	}
	_, err = c.UseHelpCode(t.Context(), secret.NewText(given.Code.Display()))
	h.refused(err, service.CodeThrottled)
	h.clock.step(-time.Second) // does not help
	_, err = c.UseHelpCode(t.Context(), secret.NewText(given.Code.Display()))
	h.refused(err, service.CodeThrottled)
	s := p.signIn()
	if n := s.Welcome().FailedCodes; n != 5 {
		t.Errorf("%d failed codes are told", n)
	}
	g, err := p.challenge().UseHelpCode(t.Context(), secret.NewText(given.Code.Display()))
	h.ok(err) // a sign-in with all factors ends the pause
	s, _ = p.enrolAt(g)
	if n := s.Welcome().FailedCodes; n != 0 {
		t.Errorf("%d failed codes are told again", n)
	}
	h.clock.step(time.Hour)
	expired, err := owner.admin().HelpCode(t.Context(), p.id, "", owner.proof())
	h.ok(err)
	h.clock.step(service.OneTimeLife)
	_, err = p.challenge().UseHelpCode(t.Context(), secret.NewText(expired.Code.Display()))
	h.refused(err, service.CodeOneTimeExpired)
}

func TestSignIn_SuspendedAndRemovedHaveTheirOwnRefusals(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	p := h.one(person{role: store.RoleMember, on: true})
	s, c := p.signIn(), p.challenge()
	h.clock.step(time.Second)
	a := owner.admin()
	given, err := a.ResetPassword(t.Context(), p.id, "", owner.proof())
	h.ok(err)
	help, err := a.HelpCode(t.Context(), p.id, "", owner.proof())
	h.ok(err)
	_, redeeming, err := p.redeem(given)
	h.ok(err)
	h.ok(a.Suspend(t.Context(), p.id))
	_, err = s.Overview(t.Context())
	h.refused(err, service.CodeSessionEnded)
	_, err = c.Verify(t.Context(), secret.NewText(p.newCode()))
	h.refused(err, service.CodeChallengeEnded)
	_, err = redeeming.Verify(t.Context(), secret.NewText(p.newCode()))
	h.refused(err, service.CodeChallengeEnded)
	_, _, err = h.w.SignIn(t.Context(), p.email, secret.NewText(pass))
	h.refused(err, service.CodeSuspendedSelf)
	_, _, err = h.w.SignIn(t.Context(), p.email, secret.NewText("not the password at all"))
	h.refused(err, service.CodeCredentialsWrong)
	_, _, err = p.redeem(given)
	h.refused(err, service.CodeOneTimeEnded)
	h.ok(a.Resume(t.Context(), p.id))
	_, _, err = p.redeem(given) // suspending has ended it
	h.refused(err, service.CodeOneTimeEnded)
	_, err = p.challenge().UseHelpCode(t.Context(), secret.NewText(help.Code.Display()))
	h.refused(err, service.CodeOneTimeEnded)
	s = p.signIn()
	kinds := ""
	for _, n := range s.Welcome().News {
		kinds += n.Kind + " by " + n.By + "; "
	}
	if kinds != "member-resumed by Amara Okafor; member-suspended by Amara Okafor; help-code-given by Amara Okafor; password-reset-given by Amara Okafor; " {
		t.Errorf("told: %s", kinds)
	}

	items := h.items()
	h.ok(a.Remove(t.Context(), p.id, owner.proof()))
	if h.items() != items-1 || h.intents() != 0 {
		t.Error("the key of somebody who was removed is kept")
	}
	_, err = s.Overview(t.Context())
	h.refused(err, service.CodeSessionEnded)
	for _, who := range []string{p.email, "removed:" + p.id} {
		_, _, err = h.w.SignIn(t.Context(), who, secret.NewText(pass))
		h.refused(err, service.CodeCredentialsWrong)
		_, _, err = h.w.Redeem(t.Context(), who, secret.NewText(given.Code.Display()), secret.NewText(pass))
		h.refused(err, service.CodeInvitationWrong)
	}
	if got := h.profile(p.id); len(got.Password.PublicKey) > 0 || got.Name != p.name {
		t.Errorf("removed: %+v", got)
	}
	_, err = a.AddMember(t.Context(), service.NewMember{Name: "Another", Email: p.email, Role: store.RoleMember}, client.Proof{})
	h.ok(err) // the address is free again
	h.restart()
}

func TestReset2FA_EndsSessionsAndCodesButNotThePassword(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	p := h.one(person{role: store.RoleAdmin})
	s := p.signIn()
	shown, codes := h.enable(s)
	h.clock.step(time.Minute)
	c := p.challenge()
	_, err := c.Verify(t.Context(), secret.NewText(shown.wrong()))
	h.refused(err, service.CodeCodeWrong)
	h.refused(second(p.challenge().Recover(t.Context(), secret.NewText(noCode))), service.CodeRecoveryWrong)
	items := h.items()
	h.ok(owner.admin().Reset2FA(t.Context(), p.id, "", owner.proof()))
	if h.failures(p.id, store.KindCode) != 0 || h.failures(p.id, store.KindRecovery) != 0 {
		t.Error("guesses at what is gone count for what comes")
	}
	if h.items() != items-1 || h.intents() != 0 {
		t.Error("the key is kept")
	}
	_, err = s.Overview(t.Context())
	h.refused(err, service.CodeSessionEnded)
	_, err = c.Recover(t.Context(), secret.NewText(codes[0]))
	if err == nil {
		t.Error("a code of a set that is void opens")
	}
	_, _, err = h.w.SignIn(t.Context(), p.email, secret.NewText("not the password at all"))
	h.refused(err, service.CodeCredentialsWrong)
	again := p.signIn()
	if wel := again.Welcome(); wel.FailedCodes != 2 || len(wel.News) == 0 || wel.News[0].Kind != "2fa-reset" {
		t.Errorf("told: %+v", wel)
	}
	if st := h.status(again); st.On {
		t.Error("2FA is on")
	}
	_, next := h.enable(again) // and can be turned on anew
	h.clock.step(time.Minute)
	_, err = p.challenge().Recover(t.Context(), secret.NewText(codes[1]))
	h.refused(err, service.CodeRecoveryWrong)
	_, err = p.challenge().Recover(t.Context(), secret.NewText(next[1]))
	h.ok(err)
}

func TestOneTimeCode_IsNotInTheDatabase(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	a := owner.admin()
	_, invitation := h.invited(a)
	p := h.one(person{role: store.RoleMember, on: true})
	reset, err := a.ResetPassword(t.Context(), p.id, "", owner.proof())
	h.ok(err)
	help, err := a.HelpCode(t.Context(), p.id, "", owner.proof())
	h.ok(err)
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(h.file() + suffix)
		h.ok(err)
		for _, given := range []client.GivenOut{invitation, reset, help} {
			for _, form := range []string{given.Code.Display(), strings.ReplaceAll(given.Code.Display(), "-", "")} {
				if bytes.Contains(bytes.ToUpper(b), []byte(form)) {
					t.Errorf("the %s is in workspace.db%s", given.Kind, suffix)
				}
			}
			if s := fmt.Sprintf("%v %+v %#v", given, given, given); strings.Contains(s, given.Code.Display()) {
				t.Error("a code that was given out prints itself")
			}
		}
	}
}

func TestResetPassword_WrongGuessesAreToldAtSignIn(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	p := h.one(person{role: store.RoleMember})
	given, err := owner.admin().ResetPassword(t.Context(), p.id, "", owner.proof())
	h.ok(err)
	for range 2 {
		_, _, err := h.w.Redeem(t.Context(), p.email, secret.NewText(noCode), secret.NewText("kettle drum marzipan 7"))
		h.refused(err, service.CodeInvitationWrong)
	}
	if wel := p.signIn().Welcome(); wel.FailedCodes != 2 || wel.FailedOther != 2 || wel.LastFailedCodeAt.IsZero() {
		t.Errorf("%+v", wel)
	}
	_, _, err = h.w.Redeem(t.Context(), p.email, secret.NewText(noCode), secret.NewText("kettle drum marzipan 7"))
	h.refused(err, service.CodeInvitationWrong)
	s, _, err := h.w.Redeem(t.Context(), p.email, secret.NewText(given.Code.Display()), secret.NewText("kettle drum marzipan 7"))
	h.ok(err)
	if wel := s.Welcome(); wel.FailedCodes != 1 {
		t.Errorf("%+v", wel)
	}
}
