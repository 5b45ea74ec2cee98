package workspace_test

import (
	"testing"
	"time"

	"countersign/backend/secret"
	"countersign/backend/workspace"
)

func TestDisable_EndedSessionTurnsNothingOff(t *testing.T) {
	t.Parallel()
	h, s, p, codes := enabled(t)
	h.ok(s.End(t.Context()))
	for _, in := range []workspace.FactorInput{{}, byCode(p.code()), byRecovery(codes[0])} {
		h.refused(s.Disable(t.Context(), in), workspace.CodeSessionEnded)
	}
	c := h.challenge() // which it is only where 2FA is on
	_, err := c.Verify(t.Context(), secret.NewText(p.code()))
	h.ok(err)
}

func TestDisable_NeedsACodeAndLeavesNothing(t *testing.T) {
	t.Parallel()
	for name, with := range map[string]func(phone, []string) workspace.FactorInput{
		"WithTheApp":        func(p phone, _ []string) workspace.FactorInput { return byCode(p.code()) },
		"WithARecoveryCode": func(_ phone, codes []string) workspace.FactorInput { return byRecovery(codes[9]) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, s, p, codes := enabled(t)
			h.refused(s.Disable(t.Context(), workspace.FactorInput{Kind: workspace.FactorNone}), workspace.CodeFactorRequired)
			h.refused(s.Disable(t.Context(), byCode(p.wrong())), workspace.CodeCodeWrong)
			h.ok(s.Disable(t.Context(), with(p, codes)))
			if h.status(s).On || h.items() != 0 || h.intents() != 0 {
				t.Error("something was left behind")
			}
			s2, c, err := h.w.SignIn(t.Context(), email, secret.NewText(pass))
			h.ok(err)
			if c != nil {
				t.Error("a second factor is still due")
			}
			h.refused(s2.Disable(t.Context(), byCode("000000")), workspace.CodeTwoFactorOff)
			_, again := h.enable(s2) // and on again, with another key and other codes
			h.clock.step(time.Minute)
			_, err = h.challenge().Recover(t.Context(), secret.NewText(codes[0]))
			h.refused(err, workspace.CodeRecoveryWrong)
			_, err = h.challenge().Recover(t.Context(), secret.NewText(again[0]))
			h.ok(err)
		})
	}
}
