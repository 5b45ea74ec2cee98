package local_test

import (
	"flag"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/documents"
	"countersign/backend/keychain"
	"countersign/backend/local"
	"countersign/backend/password"
	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/service/servicetest"
	"countersign/backend/store"
	"countersign/backend/teststore"
)

// Much of the time goes into waiting for the disk, so more tests than there are cores run at once.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	code := m.Run()
	teststore.Stop()
	os.Exit(code)
}

// clock is a time of day that tests set.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// place is a workspace in a folder. Each of its computers is a program of its own at this folder, so that what one knows of another
// is in the store.
type place struct {
	path    string
	secrets *keychain.Memory
	clock   *clock
}

func (p place) files(t testing.TB) store.Blobs {
	t.Helper()
	files, err := documents.Open(filepath.Join(filepath.Dir(p.path), "documents"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func (p place) open(t testing.TB) *client.Local {
	t.Helper()
	db, err := teststore.Open(t.Context(), t, p.path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	w, err := local.Open(t.Context(), local.Config{
		Store: db, Secrets: p.secrets, Files: p.files(t), Now: p.clock.now, Password: password.Cheap, Recovery: recovery.Cheap,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

func TestService_KeepsTheContract(t *testing.T) {
	t.Parallel()
	servicetest.Run(t, func(t *testing.T) servicetest.Place {
		p := place{
			path: filepath.Join(t.TempDir(), "workspace.db"), secrets: keychain.NewMemory(), clock: &clock{t: time.Date(2026, 11, 23, 9, 0, 10, 0, time.UTC)},
		}
		out := servicetest.Place{
			Open: func(t testing.TB) *client.Workspace { return p.open(t).Workspace }, Now: p.clock.now, Advance: p.clock.advance,
			Lose: func(name string) {
				if err := p.files(t).Remove(name); err != nil {
					t.Error(err)
				}
			},
			Name: "Amara Okafor", Email: "amara.okafor@example.com", Password: "tundra velvet orchard 91",
		}
		w := p.open(t)
		s, err := w.Create(t.Context(), client.NewWorkspace{Workspace: "Northwind Legal", Name: out.Name, Email: out.Email, Password: secret.NewText(out.Password)})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.End(t.Context()); err != nil {
			t.Fatal(err)
		}
		return out
	})
}
