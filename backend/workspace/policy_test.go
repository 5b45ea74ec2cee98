package workspace_test

import (
	"testing"

	"countersign/backend/service"
)

func TestSetIdle_IsOneToFifteenMinutes(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	a := owner.admin()
	for _, n := range []int{service.MinIdleMinutes, service.MaxIdleMinutes} {
		h.ok(a.SetIdle(t.Context(), n))
	}
	for _, n := range []int{-1, 0, service.MaxIdleMinutes + 1} {
		h.refused(a.SetIdle(t.Context(), n), service.CodeIdleRange)
	}
}
