package workspace_test

import (
	"testing"

	"countersign/backend/secret"
	"countersign/backend/workspace"
)

func TestNotMe_EndsTheCodesAndOtherSessions(t *testing.T) {
	t.Parallel()
	h, s, p, codes := enabled(t)
	thief, err := h.challenge().Recover(t.Context(), secret.NewText(codes[0]))
	h.ok(err)
	h.ok(s.NotMe(t.Context()))
	if _, err := thief.Overview(t.Context()); !workspace.IsCode(err, workspace.CodeSessionEnded) {
		t.Errorf("the other session goes on: %v", err)
	}
	_, err = h.challenge().Recover(t.Context(), secret.NewText(codes[1]))
	h.refused(err, workspace.CodeRecoveryNone)
	c := h.status(s).Codes
	if c.State != workspace.SetVoided || c.Left != 0 || c.Codes[0].UsedAt.IsZero() {
		t.Errorf("codes: %+v", c)
	}
	h.refused(s.NotMe(t.Context()), workspace.CodeRecoveryNone)
	_, err = h.challenge().Verify(t.Context(), secret.NewText(p.code()))
	h.ok(err)
}
