package workspace_test

import (
	"testing"

	"countersign/backend/workspace"
)

func TestSetIdle_IsOneToFifteenMinutes(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	a := owner.admin()
	for _, n := range []int{workspace.MinIdleMinutes, workspace.MaxIdleMinutes} {
		h.ok(a.SetIdle(t.Context(), n))
	}
	for _, n := range []int{-1, 0, workspace.MaxIdleMinutes + 1} {
		h.refused(a.SetIdle(t.Context(), n), workspace.CodeIdleRange)
	}
}
