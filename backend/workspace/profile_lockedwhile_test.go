package workspace_test

import (
	"context"
	"crypto/rand"
	"runtime"
	"testing"

	"countersign/backend/secret"
	"countersign/backend/workspace"
)

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
	w, err := workspace.Open(t.Context(), workspace.Config{
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
	err = s.ChangePassword(t.Context(), secret.NewText(pass), secret.NewText("walnut harbour spindle 3"), workspace.FactorInput{})
	h.refused(err, workspace.CodeSessionEnded)
	h.ok(<-ended)
	if h.read((&somebody{h: h, email: email, pass: pass}).signIn(), "a") != "text" {
		t.Error("the contract reads otherwise")
	}
}
