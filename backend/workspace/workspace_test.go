package workspace_test

import (
	"testing"
	"time"

	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/service"
)

func TestConfig_WhatIsNotGivenHasItsDefault(t *testing.T) {
	t.Parallel()
	h, _ := created(t)
	w, err := local.Open(t.Context(), local.Config{Store: h.store, Secrets: h.secrets, Now: h.clock.now, Idle: 7 * time.Minute})
	h.ok(err)
	if got := w.Idle(); got != 7*time.Minute {
		t.Errorf("idle time %s", got)
	}
	_, _, err = w.SignIn(t.Context(), "nobody@example.com", secret.NewText(pass)) // costs what a new password does
	h.refused(err, service.CodeCredentialsWrong)
}
