package workspace_test

import (
	"context"
	"testing"

	"countersign/backend/secret"
	"countersign/backend/store"
)

// failingAt is a keychain whose n-th call from now fails; 0: none does.
type failingAt struct {
	store.Secrets
	n, calls int
}

func (f *failingAt) ask() error {
	if f.calls++; f.calls == f.n {
		return store.ErrKeychainFailed
	}
	return nil
}

func (f *failingAt) Get(ctx context.Context, name string) (secret.Bytes, error) {
	if err := f.ask(); err != nil {
		return secret.Bytes{}, err
	}
	return f.Secrets.Get(ctx, name)
}

func (f *failingAt) Set(ctx context.Context, name string, value secret.Bytes) error {
	if err := f.ask(); err != nil {
		return err
	}
	return f.Secrets.Set(ctx, name, value)
}

// TestRemoveComputer_CrashLeavesAWayIn stops the client at each call of its keychain, and the workspace at each of its commits. Whoever
// starts again comes in: the next share is kept before the password needs it.
func TestRemoveComputer_CrashLeavesAWayIn(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"keychain", "store"} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			done := false
			for n := 1; n < 40 && !done; n++ {
				h, p := alone(t)
				steps := h.onSteps()
				other := p.another()
				ctx, stop := context.WithCancel(t.Context())
				defer stop()
				secrets := &failingAt{Secrets: h.secrets}
				p.at = h.elsewhere(secrets, "Study")
				s := p.signIn()
				if where == "keychain" {
					secrets.n, secrets.calls = n, 0
				} else {
					steps.before(n, stop)
				}
				err := s.RemoveComputer(ctx, other, p.proof())
				done, secrets.n = err == nil, 0
				steps.stop()
				p.at = h.elsewhere(h.secrets, "Study")
				list, failed := p.signIn().Computers(t.Context())
				h.ok(failed)
				if done && len(list.All) != 1 {
					t.Errorf("call %d: %d computers are left", n, len(list.All))
				}
				for _, c := range list.All {
					if c.Strange {
						t.Errorf("call %d: %s is a stranger", n, c.Name)
					}
				}
				if len(list.All) == 2 {
					h.ok(p.signIn().RemoveComputer(t.Context(), other, p.proof()))
					p.signIn()
				}
			}
			if !done {
				t.Error("it comes to no end")
			}
		})
	}
}
