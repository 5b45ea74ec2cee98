package workspace_test

import (
	"testing"

	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

func TestNotMe_EndsTheCodesAndOtherSessions(t *testing.T) {
	t.Parallel()
	h, s, p, codes := enabled(t)
	thief, err := h.challenge().Recover(t.Context(), secret.NewText(codes[0]))
	h.ok(err)
	h.ok(s.NotMe(t.Context()))
	if _, err := thief.Overview(t.Context()); !service.IsCode(err, service.CodeSessionEnded) {
		t.Errorf("the other session goes on: %v", err)
	}
	_, err = h.challenge().Recover(t.Context(), secret.NewText(codes[1]))
	h.refused(err, service.CodeRecoveryNone)
	c := h.status(s).Codes
	if c.State != store.SetVoided || c.Left != 0 || c.Codes[0].UsedAt.IsZero() {
		t.Errorf("codes: %+v", c)
	}
	h.ok(s.NotMe(t.Context())) // for the sessions
	_, err = h.challenge().Verify(t.Context(), secret.NewText(p.code()))
	h.ok(err)
}

// Codes that are said to be void and are not would be worse than a refusal.
func TestNotMe_CodesThatCannotBeVoidedAreTold(t *testing.T) {
	t.Parallel()
	h, s, _, codes := enabled(t)
	h.hinder("IGNORE", "UPDATE ON recovery_sets")
	h.refused(s.NotMe(t.Context()), service.CodeRecoveryNone)
	h.ok(second(h.challenge().Recover(t.Context(), secret.NewText(codes[0]))))
}
