package workspace_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/password"
	"countersign/backend/secret"
	"countersign/backend/workspace"
)

func TestSignIn_WrongPasswordsArePausedForUnknownEmailsToo(t *testing.T) {
	t.Parallel()
	h, _ := created(t)
	for _, who := range []string{email, "nobody@example.com"} {
		for range 4 {
			_, _, err := h.w.SignIn(t.Context(), who, secret.NewText("not the password at all"))
			if e := h.refused(err, workspace.CodeCredentialsWrong); len(e.Args) > 0 {
				t.Errorf("%s: it tells %v", who, e.Args)
			}
		}
		_, _, err := h.w.SignIn(t.Context(), strings.ToUpper(who), secret.NewText("not the password at all"))
		if e := h.refused(err, workspace.CodeCredentialsWrong); len(e.Args) != 1 || e.Args["pause"] != 30 {
			t.Errorf("%s: the fifth says %v", who, e.Args)
		}
		_, _, err = h.w.SignIn(t.Context(), who, secret.NewText(pass))
		if e := h.refused(err, workspace.CodeThrottled); e.Args["seconds"] != 30 {
			t.Errorf("%s: %v", who, e.Args)
		}
	}
	h.restart()
	_, _, err := h.w.SignIn(t.Context(), email, secret.NewText(pass))
	h.refused(err, workspace.CodeThrottled)
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
	most := strings.Repeat("a", 4*workspace.MaxEmail)
	longest := strings.Repeat("a", 4*4*password.MaxLength)
	before := h.newest()
	for _, c := range []struct {
		email, pw string
		want      workspace.Code
	}{
		{"", pass, workspace.CodeEmailRequired}, {" ", pass, workspace.CodeEmailRequired}, {email, "", workspace.CodePasswordRequired},
		{most + "a", pass, workspace.CodeCredentialsWrong}, {email, longest + "a", workspace.CodeCredentialsWrong},
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
		h.refused(err, workspace.CodeCredentialsWrong)
		if h.newest() == before {
			t.Errorf("a guess of %d and %d characters was not looked at", len(c[0]), len(c[1]))
		}
	}
}

func TestSignIn_WithoutAWorkspaceIsRefused(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	_, _, err := h.w.SignIn(t.Context(), email, secret.NewText(pass))
	h.refused(err, workspace.CodeCredentialsWrong)
	_, _, err = h.w.Redeem(t.Context(), email, secret.NewText(noCode), secret.NewText(pass))
	h.refused(err, workspace.CodeInvitationWrong)
}

func TestSignIn_DerivationThatFailsLeadsToNoKey(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	p := h.profile(s.ProfileID())
	key, err := workspace.GuessPassword(h.w, t.Context(), p, secret.NewText(pass))
	h.ok(err)
	if key.Len() == 0 {
		t.Fatal("the right password leads to no key")
	}
	key.Wipe()
	for _, params := range []workspace.Argon2id{{}, {MemoryKiB: 8, Time: 1, Threads: 1}, {MemoryKiB: 1 << 31, Time: 3, Threads: 4}} {
		cheaper := p
		cheaper.Password.Params = params
		key, err := workspace.GuessPassword(h.w, t.Context(), cheaper, secret.NewText(pass))
		if !errors.Is(err, password.ErrParams) || key.Len() != 0 {
			t.Errorf("%+v: a key of %d bytes, %v", params, key.Len(), err)
		}
	}
}

func TestSignIn_TwoFactorThatCameInBetweenEndsIt(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	steps := h.onSteps()
	err := h.amid(steps, 2, func() {
		h.ok(workspace.Change(h.w, context.WithoutCancel(t.Context()), func(tx workspace.WriteTx) error {
			return tx.InsertFactor(workspace.Factor{ProfileID: owner.id, Generation: 1, Item: "x/totp/1", Since: h.clock.now(), PhoneSince: h.clock.now()})
		}))
	}, func() error {
		s, c, err := h.w.SignIn(t.Context(), owner.email, secret.NewText(owner.pass))
		if s != nil || c != nil {
			t.Error("the password alone leads on")
		}
		return err
	})
	h.refused(err, workspace.CodeChallengeEnded)
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
	told := slices.DeleteFunc(slices.Clone(news), func(n workspace.News) bool { return n.Kind != "email-changed" })
	if len(told) != 10 || told[0].Detail["to"] != owner.email {
		t.Errorf("%d are told: %+v", len(told), told)
	}
}
