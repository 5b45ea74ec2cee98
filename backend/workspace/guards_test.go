package workspace_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"countersign/backend/password"
	"countersign/backend/secret"
	"countersign/backend/workspace"
)

func TestSignIn_DerivationThatFailsLeadsToNoKey(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	p := h.profile(s.ProfileID())
	key, err := workspace.GuessPassword(h.w, t.Context(), p, secret.NewText(pass))
	h.ok(err)
	if key.Len() == 0 {
		t.Fatal("the right password leads to no key")
	}
	key.Wipe()
	for _, params := range []workspace.Argon2id{{}, {MemoryKiB: 8, Time: 1, Threads: 1}, {MemoryKiB: 1 << 31, Time: 3, Threads: 4}} {
		cheaper := p
		cheaper.Password.Params = params
		key, err := workspace.GuessPassword(h.w, t.Context(), cheaper, secret.NewText(pass))
		if !errors.Is(err, password.ErrParams) || key.Len() != 0 {
			t.Errorf("%+v: a key of %d bytes, %v", params, key.Len(), err)
		}
	}
}

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

// attemptless is a store that can't read attempts while it fails.
type attemptless struct {
	workspace.Store
	failing atomic.Bool
}

var errUnread = errors.New("the attempts can't be read")

func (s *attemptless) View(ctx context.Context, fn func(workspace.ReadTx) error) error {
	return s.Store.View(ctx, func(tx workspace.ReadTx) error {
		if s.failing.Load() {
			tx = attemptlessTx{tx}
		}
		return fn(tx)
	})
}

type attemptlessTx struct{ workspace.ReadTx }

func (attemptlessTx) Attempts(string, workspace.Kind) (workspace.Attempts, error) {
	return workspace.Attempts{}, errUnread
}

func TestAuthenticatorOff_StoreThatFailsIsNoAnswer(t *testing.T) {
	t.Parallel()
	h, _, _, _ := enabled(t)
	store := &attemptless{Store: h.store}
	var err error
	h.w, err = workspace.Open(t.Context(), workspace.Config{Store: store, Secrets: h.secrets, Files: h.files, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
	h.ok(err)
	c := h.challenge()
	if off, err := c.AuthenticatorOff(t.Context()); err != nil || off {
		t.Errorf("a store that answers: %t, %v", off, err)
	}
	store.failing.Store(true)
	if off, err := c.AuthenticatorOff(t.Context()); !errors.Is(err, errUnread) {
		t.Errorf("a store that fails: %t, %v", off, err)
	}
}
