package workspace_test

import (
	"context"
	"strings"
	"testing"

	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

func TestRecoveryCode_OpensOnceInAnySpelling(t *testing.T) {
	t.Parallel()
	h, _, _, codes := enabled(t)
	spelled := strings.ToLower(strings.ReplaceAll(codes[2], "-", " "))
	spelled = strings.NewReplacer("0", "o", "1", "l").Replace(spelled)
	s, err := h.challenge().Recover(t.Context(), secret.NewText(spelled))
	h.ok(err)
	if w := s.Welcome(); w.UsedCode != 3 || w.CodesLeft != 9 {
		t.Errorf("welcome: %+v", w)
	}
	_, err = h.challenge().Recover(t.Context(), secret.NewText(codes[2]))
	if e := h.refused(err, service.CodeRecoveryUsed); e.Args["number"] != 3 {
		t.Errorf("it says %v", e.Args)
	}
	_, err = h.challenge().Recover(t.Context(), secret.NewText("ABCD-EFGH-JKMN-PQRS"))
	if e := h.refused(err, service.CodeRecoveryWrong); e.Args["sheet"] != 1 {
		t.Errorf("it says %v", e.Args)
	}
	_, err = h.challenge().Recover(t.Context(), secret.NewText("ABCD"))
	h.refused(err, service.CodeRecoveryForm)
	_, err = h.challenge().Recover(t.Context(), secret.NewText(" - "))
	h.refused(err, service.CodeRecoveryRequired)
	u := h.status(s).Codes
	if u.Left != 9 || u.Codes[2].UsedAt.IsZero() || u.Codes[2].Use != store.UseSignIn || !u.Codes[0].UsedAt.IsZero() {
		t.Errorf("usage: %+v", u)
	}
	for i := 3; i < 9; i++ {
		_, err := h.challenge().Recover(t.Context(), secret.NewText(codes[i]))
		h.ok(err)
	}
	if !h.status(s).Codes.Low() {
		t.Error("three codes left, and nobody is warned")
	}
}

func TestCodeUsage_LowIsThreeOrFewer(t *testing.T) {
	t.Parallel()
	for left, want := range map[int]bool{0: true, 3: true, 4: false, 10: false} {
		if got := (service.CodeUsage{Left: left}).Low(); got != want {
			t.Errorf("%d left: %t", left, got)
		}
	}
}

func TestRecoveryCode_UsedInBetweenOpensNothing(t *testing.T) {
	t.Parallel()
	h, _, _, codes := enabled(t)
	first := h.challenge()
	steps := h.onSteps()
	second := h.challenge()
	err := h.amid(steps, 2, func() {
		_, err := first.Recover(context.WithoutCancel(t.Context()), secret.NewText(codes[0]))
		h.ok(err)
	}, func() error {
		s, err := second.Recover(t.Context(), secret.NewText(codes[0]))
		if s != nil {
			t.Error("one code opens twice")
		}
		return err
	})
	if e := h.refused(err, service.CodeRecoveryUsed); e.Field != "recovery" || e.Args["number"] != 1 {
		t.Errorf("%q, %v", e.Field, e.Args)
	}
}
