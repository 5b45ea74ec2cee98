package remote_test

import (
	"context"
	"crypto/tls"
	"flag"
	"log/slog"
	"net/http/httptest"
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
	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/server"
	"countersign/backend/service"
	"countersign/backend/service/servicetest"
	"countersign/backend/store"
	"countersign/backend/teststore"
	"countersign/backend/workspace"
)

// Much of the time goes into waiting, so more tests than there are cores run at once.
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

type there struct{ service.Maker }

func (there) Created() bool { return true }
func (there) Close()        {}

func TestService_KeepsTheContract(t *testing.T) {
	t.Parallel()
	servicetest.Run(t, func(t *testing.T) servicetest.Place {
		clk := &clock{t: time.Date(2026, 11, 23, 9, 0, 10, 0, time.UTC)}
		dir := t.TempDir()
		db, err := teststore.Open(t.Context(), t, filepath.Join(dir, "workspace.db"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		files, err := documents.Open(filepath.Join(dir, "documents"))
		if err != nil {
			t.Fatal(err)
		}
		secrets := keychain.NewMemory()
		cfg := workspace.Config{Store: db, Secrets: secrets, Files: files, Now: clk.now, Password: password.Cheap, Recovery: recovery.Cheap}
		l, err := local.Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		out := servicetest.Place{Name: "Amara Okafor", Email: "amara.okafor@example.com", Password: "tundra velvet orchard 91", Now: clk.now, Advance: clk.advance, Lose: func(name string) {
			if err := files.Remove(name); err != nil {
				t.Error(err)
			}
		}}
		s, err := l.Create(t.Context(), client.NewWorkspace{Workspace: "Northwind Legal", Name: out.Name, Email: out.Email, Password: secret.NewText(out.Password)})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.End(t.Context()); err != nil {
			t.Fatal(err)
		}
		l.Close()
		w, err := workspace.Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(w.Close)
		srv := server.New(server.Config{Workspace: w.Service(), Now: clk.now, Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
		t.Cleanup(func() { _ = srv.Close(context.Background()) })
		ts := httptest.NewUnstartedServer(srv)
		ts.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
		ts.StartTLS()
		t.Cleanup(ts.Close)
		out.Open = func(t testing.TB) *client.Workspace {
			r, err := remote.Dial(t.Context(), remote.Config{Server: ts.URL, Key: remote.FingerprintOf(ts.Certificate()), Now: clk.now, Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(r.Close)
			c, err := client.OpenLocal(t.Context(), r, there{}, client.Config{Secrets: secrets, Password: store.Argon2id(password.Cheap), Recovery: store.Argon2id(recovery.Cheap)})
			if err != nil {
				t.Fatal(err)
			}
			return c.Workspace
		}
		return out
	})
}
