package workspace_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/password"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/workspace"
)

func TestSignIn_WrongPasswordsArePausedForUnknownEmailsToo(t *testing.T) {
	t.Parallel()
	h, _ := created(t)
	for _, who := range []string{email, "nobody@example.com"} {
		for range 4 {
			_, _, err := h.w.SignIn(t.Context(), who, secret.NewText("not the password at all"))
			if e := h.refused(err, service.CodeCredentialsWrong); len(e.Args) > 0 {
				t.Errorf("%s: it tells %v", who, e.Args)
			}
		}
		_, _, err := h.w.SignIn(t.Context(), strings.ToUpper(who), secret.NewText("not the password at all"))
		if e := h.refused(err, service.CodeCredentialsWrong); len(e.Args) != 1 || e.Args["pause"] != 30 {
			t.Errorf("%s: the fifth says %v", who, e.Args)
		}
		_, _, err = h.w.SignIn(t.Context(), who, secret.NewText(pass))
		if e := h.refused(err, service.CodeThrottled); e.Args["seconds"] != 30 {
			t.Errorf("%s: %v", who, e.Args)
		}
	}
	h.restart()
	_, _, err := h.w.SignIn(t.Context(), email, secret.NewText(pass))
	h.refused(err, service.CodeThrottled)
	h.clock.step(31 * time.Second)
	s, _, err := h.w.SignIn(t.Context(), email, secret.NewText(pass))
	h.ok(err)
	if w := s.Welcome(); w.FailedPasswords != 5 || w.LastFailedPasswordAt.IsZero() {
		t.Errorf("the next sign-in does not tell: %+v", w)
	}
	s, _, err = h.w.SignIn(t.Context(), email, secret.NewText(pass))
	h.ok(err)
	if w := s.Welcome(); w.FailedPasswords != 0 {
		t.Errorf("told twice: %+v", w)
	}
}

func TestSignIn_NothingOrTooMuchIsRefusedUncounted(t *testing.T) {
	t.Parallel()
	h, _ := created(t)
	most := strings.Repeat("a", 4*service.MaxEmail)
	longest := strings.Repeat("a", 4*4*password.MaxLength)
	before := h.newest()
	for _, c := range []struct {
		email, pw string
		want      service.Code
	}{
		{"", pass, service.CodeEmailRequired}, {" ", pass, service.CodeEmailRequired}, {email, "", service.CodePasswordRequired},
		{most + "a", pass, service.CodeCredentialsWrong}, {email, longest + "a", service.CodeCredentialsWrong},
	} {
		_, _, err := h.w.SignIn(t.Context(), c.email, secret.NewText(c.pw))
		h.refused(err, c.want)
	}
	if n := h.newest(); n != before {
		t.Errorf("%d guesses were counted", n-before)
	}
	for _, c := range [][2]string{{most, pass}, {email, longest}} {
		before := h.newest()
		_, _, err := h.w.SignIn(t.Context(), c[0], secret.NewText(c[1]))
		h.refused(err, service.CodeCredentialsWrong)
		if h.newest() == before {
			t.Errorf("a guess of %d and %d characters was not looked at", len(c[0]), len(c[1]))
		}
	}
}

func TestSignIn_WithoutAWorkspaceIsRefused(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	_, _, err := h.w.SignIn(t.Context(), email, secret.NewText(pass))
	h.refused(err, service.CodeCredentialsWrong)
	_, _, err = h.w.Redeem(t.Context(), email, secret.NewText(noCode), secret.NewText(pass))
	h.refused(err, service.CodeInvitationWrong)
}

// A database that was edited cannot make a password cheap to guess, or exhaust the machine.
func TestSignIn_ParametersOutOfBoundsAreNotUsed(t *testing.T) {
	t.Parallel()
	for _, set := range []string{"password_memory = 0", "password_memory = 8", "password_memory = 2147483648", "password_time = 0", "password_lanes = 255"} {
		h, _ := created(t)
		h.sneak("UPDATE profiles SET " + set)
		head := h.head()
		s, c, err := h.w.SignIn(t.Context(), email, secret.NewText(pass))
		if !errors.Is(err, password.ErrParams) || s != nil || c != nil || h.head() != head {
			t.Errorf("%s: %v", set, err)
		}
	}
}

// attempt begins a sign-in as a client does, and gives what signs.
func (h *fixture) beginSignIn(email string) (service.SignInAttempt, func(pw string, message []byte) []byte) {
	h.Helper()
	a, err := h.w.BeginSignIn(h.Context(), email, "")
	h.ok(err)
	share, err := h.secrets.Get(h.Context(), h.w.ID()+"/device")
	h.ok(err)
	return a, func(pw string, message []byte) []byte {
		return password.Sign(password.Derive(secret.NewText(pw), a.Terms().Salt, password.Params(a.Terms().Params)), share, message)
	}
}

func TestSignInAttempt_OnlyItsOwnMessageSignedWithThePasswordLetsIn(t *testing.T) {
	t.Parallel()
	h, _ := created(t)
	other, _ := h.beginSignIn(email)
	for name, signature := range map[string]func(a service.SignInAttempt, sign func(string, []byte) []byte) []byte{
		"nothing": func(service.SignInAttempt, func(string, []byte) []byte) []byte { return nil },
		"with another password": func(a service.SignInAttempt, sign func(string, []byte) []byte) []byte {
			return sign("tundra velvet orchard 92", service.SignInMessage(a.Terms().WorkspaceID, a.Terms().Nonce))
		},
		"for another attempt": func(a service.SignInAttempt, sign func(string, []byte) []byte) []byte {
			return sign(pass, service.SignInMessage(a.Terms().WorkspaceID, other.Terms().Nonce))
		},
		"for another workspace": func(a service.SignInAttempt, sign func(string, []byte) []byte) []byte {
			return sign(pass, service.SignInMessage("other", a.Terms().Nonce))
		},
		"for a step-up": func(a service.SignInAttempt, sign func(string, []byte) []byte) []byte {
			return sign(pass, service.ProofMessage(a.Terms().WorkspaceID, a.Terms().Nonce))
		},
	} {
		a, sign := h.beginSignIn(email)
		s, c, err := a.SignIn(t.Context(), service.SignIn{Signature: signature(a, sign)})
		if h.refused(err, service.CodeCredentialsWrong); s != nil || c != nil {
			t.Errorf("signed %s: somebody is in", name)
		}
		_, _, err = a.SignIn(t.Context(), service.SignIn{Signature: sign(pass, service.SignInMessage(a.Terms().WorkspaceID, a.Terms().Nonce))})
		h.refused(err, service.CodeChallengeEnded) // one guess
		h.clock.step(time.Hour)
	}
	a, sign := h.beginSignIn(email)
	s, _, err := a.SignIn(t.Context(), service.SignIn{Signature: sign(pass, service.SignInMessage(a.Terms().WorkspaceID, a.Terms().Nonce))})
	if h.ok(err); s == nil {
		t.Error("its own signature does not let in")
	}
	a, sign = h.beginSignIn(email)
	h.clock.step(service.ChallengeLife + time.Millisecond)
	_, _, err = a.SignIn(t.Context(), service.SignIn{Signature: sign(pass, service.SignInMessage(a.Terms().WorkspaceID, a.Terms().Nonce))})
	h.refused(err, service.CodeChallengeEnded)
}

// Who asks cannot tell whether somebody has an email.
func TestBeginSignIn_UnknownEmailHasTermsOfTheSameForm(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	known, _ := h.beginSignIn(owner.email)
	unknown, _ := h.beginSignIn("nobody@example.com")
	if len(unknown.Terms().Salt) != len(known.Terms().Salt) || unknown.Terms().Params != known.Terms().Params || unknown.Terms().WorkspaceID != known.Terms().WorkspaceID || len(unknown.Terms().Nonce) != len(known.Terms().Nonce) {
		t.Errorf("%+v and %+v", known, unknown)
	}
	again, _ := h.beginSignIn("NOBODY@example.com ")
	other, _ := h.beginSignIn("nobody2@example.com")
	if !bytes.Equal(unknown.Terms().Salt, again.Terms().Salt) || bytes.Equal(unknown.Terms().Salt, other.Terms().Salt) || bytes.Equal(unknown.Terms().Nonce, again.Terms().Nonce) {
		t.Error("its salt changes, or is another's, or its nonce stays")
	}
	// The key that stands for nobody's is one whose seed is known.
	nobody := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	s, c, err := unknown.SignIn(t.Context(), service.SignIn{Signature: ed25519.Sign(nobody, service.SignInMessage(unknown.Terms().WorkspaceID, unknown.Terms().Nonce))})
	if h.refused(err, service.CodeCredentialsWrong); s != nil || c != nil {
		t.Error("somebody is in")
	}
}

func TestSignIn_TwoFactorThatCameInBetweenEndsIt(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	steps := h.onSteps()
	err := h.amid(steps, 2, func() {
		h.ok(workspace.Change(inner(h.w), context.WithoutCancel(t.Context()), func(tx store.WriteTx) error {
			return tx.InsertFactor(store.Factor{ProfileID: owner.id, Since: h.clock.now(), Apps: []store.App{{Generation: 1, Item: "x/totp/1", AddedAt: h.clock.now()}}})
		}))
	}, func() error {
		s, c, err := h.w.SignIn(t.Context(), owner.email, secret.NewText(owner.pass))
		if s != nil || c != nil {
			t.Error("the password alone leads on")
		}
		return err
	})
	h.refused(err, service.CodeChallengeEnded)
}

func TestWelcome_TellsOfTenEmailsAtMost(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	for i := range 12 {
		h.ok(s.ChangeEmail(t.Context(), fmt.Sprintf("amara%d@example.com", i), owner.proof()))
	}
	owner.email = "amara11@example.com"
	news := owner.signIn().Welcome().News
	told := slices.DeleteFunc(slices.Clone(news), func(n service.News) bool { return n.Kind != "email-changed" })
	if len(told) != 10 || told[0].Detail["to"] != owner.email {
		t.Errorf("%d are told: %+v", len(told), told)
	}
}

func TestSignIn_PolicyThatCameInBetweenEndsIt(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	steps := h.onSteps()
	err := h.amid(steps, 2, func() {
		h.alterInfo(func(i *store.Info) { i.Require2FA, i.RequireFrom = true, h.clock.now().Add(-time.Hour) })
	}, func() error {
		s, c, err := h.w.SignIn(t.Context(), owner.email, secret.NewText(owner.pass))
		if s != nil || c != nil {
			t.Error("the password alone leads on")
		}
		return err
	})
	h.refused(err, service.CodeChallengeEnded)
	if !owner.challenge().MustEnrol() {
		t.Error("2FA is not asked for")
	}
}

func TestSignIn_LogSaysWithWhatAndWithWhichCode(t *testing.T) {
	t.Parallel()
	h, owner, codes := guarded(t)
	member := h.one(person{role: store.RoleMember})
	said := func() (detail map[string]string) {
		for _, e := range h.eventsAfter(0) {
			if e.Kind == "signed-in" {
				detail = e.Detail
			}
		}
		return detail
	}
	owner.signIn()
	if d := said(); len(d) != 1 || d["factor"] != "code" {
		t.Errorf("with a code: %v", d)
	}
	h.ok(second(owner.challenge().Recover(t.Context(), secret.NewText(codes[2]))))
	if d := said(); len(d) != 2 || d["factor"] != "recovery" || d["number"] != "3" {
		t.Errorf("with a recovery code: %v", d)
	}
	member.signIn()
	if d := said(); len(d) != 1 || d["factor"] != "none" {
		t.Errorf("with the password alone: %v", d)
	}
	if got := h.profile(member.id).LastSignInAt; !got.Equal(h.clock.now()) {
		t.Errorf("the last sign-in was at %s", got)
	}
}
