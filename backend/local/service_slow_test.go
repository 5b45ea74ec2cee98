//go:build slow

package local_test

import (
	"path/filepath"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/keychain"
	"countersign/backend/password"
	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/service/servicetest"
	"countersign/backend/store"
	"countersign/backend/teststore"
	"countersign/backend/workspace"
)

// TestService_KeepsTheContractAsAServerHasIt runs over a workspace that was founded, and that each computer opens with a keychain of its own.
func TestService_KeepsTheContractAsAServerHasIt(t *testing.T) {
	t.Parallel()
	servicetest.Run(t, func(t *testing.T) servicetest.Place {
		p := place{
			path: filepath.Join(t.TempDir(), "workspace.db"), secrets: keychain.NewMemory(), clock: &clock{t: time.Date(2026, 11, 23, 9, 0, 10, 0, time.UTC)},
		}
		db, err := teststore.Open(t.Context(), t, p.path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		w, err := workspace.Open(t.Context(), workspace.Config{Store: db, Secrets: p.secrets, Files: p.files(t), Now: p.clock.now, Password: password.Cheap, Recovery: recovery.Cheap})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(w.Close)
		cheap := client.Config{Password: store.Argon2id(password.Cheap), Recovery: store.Argon2id(recovery.Cheap)}
		computer := func(t testing.TB) *client.Workspace {
			c := cheap
			c.Secrets = keychain.NewMemory()
			at, err := client.Open(t.Context(), w.Service(), c)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(at.Close)
			return at
		}
		made, code, err := client.FirstInvitation(cheap)
		if err != nil {
			t.Fatal(err)
		}
		var first func(testing.TB) *client.Workspace // the owner's, whose password was chosen there
		out := servicetest.Place{
			Served: true,
			Open:   func(t testing.TB) *client.Workspace { at := first(t); first = computer; return at }, Now: p.clock.now, Advance: p.clock.advance,
			Lose: func(name string) {
				if err := p.files(t).Remove(name); err != nil {
					t.Error(err)
				}
			},
			Name: "Amara Okafor", Email: "amara.okafor@example.com", Password: "tundra velvet orchard 91",
		}
		if _, err := w.Found(t.Context(), service.NewWorkspace{Workspace: "Northwind Legal", Name: out.Name, Email: out.Email}, made); err != nil {
			t.Fatal(err)
		}
		owners := computer(t)
		s, _, err := owners.Redeem(t.Context(), out.Email, secret.NewText(code.Display()), secret.NewText(out.Password))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.End(t.Context()); err != nil {
			t.Fatal(err)
		}
		first = func(testing.TB) *client.Workspace { return owners }
		return out
	})
}
