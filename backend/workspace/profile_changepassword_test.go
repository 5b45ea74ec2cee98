package workspace_test

import (
	"context"
	"crypto/rand"
	"runtime"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
)

func TestChangePassword_EndsOtherSessionsAndChallenges(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	other, _, err := h.w.SignIn(t.Context(), email, secret.NewText(pass))
	h.ok(err)
	next := "granite lagoon whisper 47"
	none := client.FactorInput{Kind: service.FactorNone}
	h.refused(s.ChangePassword(t.Context(), secret.NewText("wrong password, really"), secret.NewText(next), none), service.CodePasswordWrong)
	h.refused(s.ChangePassword(t.Context(), secret.NewText(pass), secret.NewText("short"), none), service.CodePasswordShort)
	h.refused(s.ChangePassword(t.Context(), secret.NewText(pass), secret.NewText(pass), none), service.CodePasswordSame)
	h.ok(s.ChangePassword(t.Context(), secret.NewText(pass), secret.NewText(next), none))
	h.ok(s.Touch())
	if _, err := s.Overview(t.Context()); err != nil {
		t.Errorf("its own session ended: %v", err)
	}
	_, err = other.Overview(t.Context())
	h.refused(err, service.CodeSessionEnded)
	_, _, err = h.w.SignIn(t.Context(), email, secret.NewText(pass))
	h.refused(err, service.CodeCredentialsWrong)
	_, _, err = h.w.SignIn(t.Context(), email, secret.NewText(next))
	h.ok(err)
}

func TestChangePassword_With2FANeedsACode(t *testing.T) {
	t.Parallel()
	h, s, p, _ := enabled(t)
	next := secret.NewText("granite lagoon whisper 47")
	h.refused(s.ChangePassword(t.Context(), secret.NewText(pass), next, client.FactorInput{Kind: service.FactorNone}), service.CodeFactorRequired)
	h.refused(s.ChangePassword(t.Context(), secret.NewText(pass), next, byCode(p.wrong())), service.CodeCodeWrong)
	h.ok(s.ChangePassword(t.Context(), secret.NewText(pass), next, byCode(p.code())))
	_, _, err := h.w.SignIn(t.Context(), email, secret.NewText(pass))
	h.refused(err, service.CodeCredentialsWrong)
}

func TestChangePassword_KeyPairThatDoesNotFitIsMadeAnew(t *testing.T) {
	t.Parallel()
	mine, err := vault.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		sql   string
		again bool // sign in after it
	}{
		"nothing happened":       {"", false},
		"the row is gone":        {"DELETE FROM vault_keys WHERE holder = ", false},
		"another recipient":      {"UPDATE vault_keys SET recipient = '" + mine.Recipient() + "' WHERE holder = ", false},
		"it cannot be unwrapped": {"UPDATE vault_keys SET wrapped = x'00' WHERE holder = ", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			h.add(owner.signIn(), paper("lease", "Lease of the mill"))
			member := h.one(person{role: store.RoleMember})
			member.signIn()
			owner.signIn()
			s := member.signIn()
			if c.sql != "" {
				h.sneak(c.sql + "'profile/" + member.id + "'")
			}
			if c.again {
				s = member.signIn()
			}
			h.ok(s.ChangePassword(t.Context(), secret.NewText(member.pass), secret.NewText(longerPass), client.FactorInput{}))
			member.pass = longerPass
			owner.signIn()
			if c.sql == "" {
				if h.contracts(s) != "lease" || h.contracts(member.signIn()) != "lease" {
					t.Error("the member does not read the contract")
				}
				return
			}
			_, err := s.Documents(t.Context())
			if c.again { // the session has a key pair now, which waits
				h.refused(err, service.CodeVaultWaiting)
			}
			_, err = member.signIn().Documents(t.Context()) // nobody who has the keys has signed it
			h.refused(err, service.CodeVaultWaiting)
			if h.contracts(owner.resets(member)) != "lease" || h.contracts(member.signIn()) != "lease" {
				t.Error("a password reset does not let the member read the contract")
			}
		})
	}
}

// chance is randomness that can be interrupted.
type chance struct{ once func() }

func (c *chance) Read(b []byte) (int, error) {
	if once := c.once; once != nil {
		c.once = nil
		once()
	}
	return rand.Read(b)
}

func TestChangePassword_LockMeanwhileLosesNoVaultKey(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.add(s, paper("a", "text"))
	by := &chance{}
	w, err := local.Open(t.Context(), local.Config{
		Store: h.store, Secrets: h.secrets, Files: h.files, Now: h.clock.now, Rand: by, Password: cheap, Recovery: cheapCodes,
	})
	h.ok(err)
	defer w.Close()
	s, _, err = w.SignIn(t.Context(), email, secret.NewText(pass))
	h.ok(err)
	ended := make(chan error, 1)
	by.once = func() { // the salt of the new password
		go func() { ended <- s.End(context.WithoutCancel(t.Context())) }()
		for s.Remaining() > 0 { // until it is over: what it held is gone
			runtime.Gosched()
		}
	}
	err = s.ChangePassword(t.Context(), secret.NewText(pass), secret.NewText("walnut harbour spindle 3"), client.FactorInput{})
	h.refused(err, service.CodeSessionEnded)
	h.ok(<-ended)
	if h.read((&user{h: h, email: email, pass: pass}).signIn(), "a") != "text" {
		t.Error("the contract reads otherwise")
	}
}

func TestChangePassword_GuessesAtTheOldOneAreForgotten(t *testing.T) {
	t.Parallel()
	h, s, p, _ := enabled(t)
	guess := secret.NewText("not the password at all")
	for range 2 {
		h.refused(third(h.w.SignIn(t.Context(), email, guess)), service.CodeCredentialsWrong)
		h.refused(s.ChangePassword(t.Context(), guess, secret.NewText("walnut harbour spindle 3"), byCode(p.code())), service.CodePasswordWrong)
	}
	h.refused(s.ChangePassword(t.Context(), secret.NewText(pass), secret.NewText("walnut harbour spindle 3"), byCode(p.wrong())), service.CodeCodeWrong)
	used := p.code()
	h.ok(s.ChangePassword(t.Context(), secret.NewText(pass), secret.NewText("walnut harbour spindle 3"), byCode(used)))
	if h.failures(s.ProfileID(), store.KindPassword) != 0 || h.failures(s.ProfileID(), store.KindCode) != 0 {
		t.Error("they count for the new one")
	}
	_, c, err := h.w.SignIn(t.Context(), email, secret.NewText("walnut harbour spindle 3"))
	h.ok(err)
	h.refused(second(c.Verify(t.Context(), secret.NewText(used))), service.CodeCodeUsed)
	h.clock.step(30 * time.Second)
	in, err := c.Verify(t.Context(), secret.NewText(p.code()))
	h.ok(err)
	if w := in.Welcome(); w.FailedPasswords != 4 || w.FailedCodes != 2 {
		t.Errorf("%d wrong passwords and %d wrong codes are told of", w.FailedPasswords, w.FailedCodes)
	}
}
