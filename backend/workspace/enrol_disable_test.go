package workspace_test

import (
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

func TestDisable_EndedSessionTurnsNothingOff(t *testing.T) {
	t.Parallel()
	h, s, p, codes := enabled(t)
	h.ok(s.End(t.Context()))
	for _, in := range []client.FactorInput{{}, byCode(p.code()), byRecovery(codes[0])} {
		h.refused(s.Disable(t.Context(), in), service.CodeSessionEnded)
	}
	c := h.challenge() // which it is only where 2FA is on
	_, err := c.Verify(t.Context(), secret.NewText(p.code()))
	h.ok(err)
}

func TestDisable_NeedsACodeAndLeavesNothing(t *testing.T) {
	t.Parallel()
	for name, with := range map[string]func(phone, []string) client.FactorInput{
		"WithTheApp":        func(p phone, _ []string) client.FactorInput { return byCode(p.code()) },
		"WithARecoveryCode": func(_ phone, codes []string) client.FactorInput { return byRecovery(codes[9]) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, s, p, codes := enabled(t)
			h.refused(s.Disable(t.Context(), client.FactorInput{Kind: service.FactorNone}), service.CodeFactorRequired)
			h.refused(s.Disable(t.Context(), byCode(p.wrong())), service.CodeCodeWrong)
			h.ok(s.Disable(t.Context(), with(p, codes)))
			if h.status(s).On || h.items() != 0 || h.intents() != 0 {
				t.Error("something was left behind")
			}
			s2, c, err := h.w.SignIn(t.Context(), email, secret.NewText(pass))
			h.ok(err)
			if c != nil {
				t.Error("a second factor is still due")
			}
			h.refused(s2.Disable(t.Context(), byCode("000000")), service.CodeTwoFactorOff)
			_, again := h.enable(s2) // and on again, with another key and other codes
			h.clock.step(time.Minute)
			_, err = h.challenge().Recover(t.Context(), secret.NewText(codes[0]))
			h.refused(err, service.CodeRecoveryWrong)
			_, err = h.challenge().Recover(t.Context(), secret.NewText(again[0]))
			h.ok(err)
		})
	}
}

func TestDisable_WhereItIsOffIsRefusedBeforeAnyCode(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.refused(s.Disable(t.Context(), client.FactorInput{}), service.CodeTwoFactorOff)
}

func TestDisable_WhereItIsRequiredNoCodeIsLookedAt(t *testing.T) {
	t.Parallel()
	h, keeper, _ := guarded(t)
	h.one(person{role: store.RoleOwner, on: true})
	h.ok(keeper.admin().Require2FA(t.Context(), h.clock.now(), "", keeper.proof()))
	s := keeper.signIn()
	for range 6 { // nor counted
		h.refused(s.Disable(t.Context(), byCode(keeper.phone.wrong())), service.CodeRequiredByWorkspace)
	}
}

func TestDisable_CodeOfASignInIsUsed(t *testing.T) {
	t.Parallel()
	h, s, p, codes := enabled(t)
	h.ok(second(h.challenge().Verify(t.Context(), secret.NewText(p.code()))))
	h.refused(s.Disable(t.Context(), byCode(p.code())), service.CodeCodeUsed)
	h.ok(second(h.challenge().Recover(t.Context(), secret.NewText(codes[0]))))
	h.refused(s.Disable(t.Context(), byRecovery(codes[0])), service.CodeRecoveryUsed)
	if !h.status(s).On {
		t.Error("2FA is off")
	}
}

// Codes that were shown and not kept are over with 2FA, and where they cannot end it stays on.
func TestDisable_EndsTheCodesThatAreShown(t *testing.T) {
	t.Parallel()
	h, s, p, _ := enabled(t)
	h.ok(second(s.BeginNewCodes(t.Context(), proof(byCode(p.code())))))
	h.clock.step(30 * time.Second)
	h.hinder("ABORT", "DELETE ON recovery_sets")
	if err := s.Disable(t.Context(), byCode(p.code())); err == nil || !h.status(s).On {
		t.Errorf("%v, and 2FA is on: %t", err, h.status(s).On)
	}

	h, s, p, _ = enabled(t)
	h.ok(second(s.BeginNewCodes(t.Context(), proof(byCode(p.code())))))
	h.clock.step(30 * time.Second)
	h.ok(s.Disable(t.Context(), byCode(p.code())))
	h.refused(second(s.Showing(t.Context())), service.CodeEnrolmentEnded)
	if h.pending() != 0 {
		t.Errorf("%d pending sets", h.pending())
	}
}

// A new phone that is on its way goes with the old one.
func TestDisable_EndsAChangeOfPhone(t *testing.T) {
	t.Parallel()
	h, s, p, _ := enabled(t)
	h.ok(second(s.BeginChangePhone(t.Context(), 0, proof(byCode(p.code())))))
	h.clock.step(30 * time.Second)
	h.ok(s.Disable(t.Context(), byCode(p.code())))
	h.refused(second(s.ShowingKey(t.Context())), service.CodeEnrolmentEnded)
	if h.items() != 0 || h.intents() != 0 {
		t.Errorf("%d items and %d intents", h.items(), h.intents())
	}
}

func TestDisable_NextStartDeletesTheItem(t *testing.T) {
	t.Parallel()
	h, s, p, _ := enabled(t)
	h.secrets.fail(nil, nil, store.ErrKeychainLocked)
	h.ok(s.Disable(t.Context(), byCode(p.code())))
	h.secrets.fail(nil, nil, nil)
	if h.items() != 1 || h.intents() != 1 {
		t.Fatalf("%d items and %d intents", h.items(), h.intents())
	}
	h.restart()
	if h.items() != 0 || h.intents() != 0 {
		t.Errorf("%d items and %d intents", h.items(), h.intents())
	}
}

// The right code is no failed one to tell of, and what others guessed goes with the codes.
func TestDisable_LeavesNoCountOfGuesses(t *testing.T) {
	t.Parallel()
	for name, with := range map[string]func(phone, []string) client.FactorInput{
		"with the app":         func(p phone, _ []string) client.FactorInput { return byCode(p.code()) },
		"with a recovery code": func(_ phone, codes []string) client.FactorInput { return byRecovery(codes[0]) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, s, p, codes := enabled(t)
			h.ok(s.Disable(t.Context(), with(p, codes)))
			s, _, err := h.w.SignIn(t.Context(), email, secret.NewText(pass))
			h.ok(err)
			if w := s.Welcome(); w.FailedCodes != 0 {
				t.Errorf("%+v", w)
			}
		})
	}
	h, s, p, _ := enabled(t)
	for range 5 { // now there is a pause
		h.refused(second(h.challenge().Recover(t.Context(), secret.NewText(noCode))), service.CodeRecoveryWrong)
	}
	h.ok(s.Disable(t.Context(), byCode(p.code())))
	_, codes := h.enable(s)
	h.ok(second(h.challenge().Recover(t.Context(), secret.NewText(codes[0]))))
}

// What cannot be read to its end says nothing of what is required.
func TestDisable_WorkspaceThatCannotBeReadIsTold(t *testing.T) {
	t.Parallel()
	h, keeper, _ := guarded(t)
	store := &viewStore{Store: h.store}
	h.openChanged(func(c *local.Config) { c.Store = store })
	s := keeper.signIn()
	code := keeper.newCode()
	store.seen, store.at, store.happen = 0, 2, func() { // the profile, the policy
		h.sneak("UPDATE workspace SET require_2fa = 1, require_from = 1000, kit_at = 9223372036854775807")
	}
	h.refused(s.Disable(t.Context(), byCode(code)), service.CodeNotAuthentic)
}
