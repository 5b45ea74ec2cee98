package workspace_test

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/keychain"
	"countersign/backend/keychain/secretservicetest"
	"countersign/backend/local"
	"countersign/backend/password"
	"countersign/backend/secret"
	"countersign/backend/sqlite"
	"countersign/backend/store"
	"countersign/backend/workspace"
)

// BenchmarkSignIn measures a sign-in with password and code on a real database
// and a real Secret Service, and reports what it costs beyond its Argon2id, with
// few and many profiles.
func BenchmarkSignIn(b *testing.B) {
	realKeychain(b)
	for _, profiles := range []int{10, 1000, 100_000} {
		b.Run(strconv.Itoa(profiles), func(b *testing.B) { signInAmong(b, profiles) })
	}
}

// realKeychain starts a Secret Service for this process.
func realKeychain(b *testing.B) {
	for _, setting := range secretservicetest.Start(b).Env() {
		name, value, _ := strings.Cut(setting, "=")
		b.Setenv(name, value)
	}
}

// realWorkspace is a new workspace with what hashing costs outside tests, and its owner signed in.
func realWorkspace(b *testing.B, service string) (*client.Local, *client.Session, *clock) {
	db, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "workspace.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	now := &clock{t: time.Now()}
	w, err := local.Open(b.Context(), local.Config{Store: db, Secrets: keychain.New(service), Now: now.now})
	if err != nil {
		b.Fatal(err)
	}
	s, err := w.Create(b.Context(), client.NewWorkspace{Workspace: "Northwind Legal", Name: "Amara Okafor", Email: email, Password: secret.NewText(pass)})
	if err != nil {
		b.Fatal(err)
	}
	return w, s, now
}

func signInAmong(b *testing.B, profiles int) {
	w, s, now := realWorkspace(b, fmt.Sprint("Countersign benchmark ", profiles))
	p := enrolled(b, s, now)
	err := workspace.Change(inner(w), b.Context(), func(tx store.WriteTx) error {
		for i := range profiles - 1 {
			if err := tx.InsertProfile(bystander(i, now.now())); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	runtime.GC()
	var argon, whole time.Duration
	for b.Loop() {
		now.step(time.Minute)
		begun := time.Now()
		password.Derive(secret.NewText(pass), make([]byte, password.SaltSize), password.DefaultParams)
		argon += time.Since(begun)
		begun = time.Now()
		_, c, err := w.SignIn(b.Context(), email, secret.NewText(pass))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := c.Verify(b.Context(), secret.NewText(p.code())); err != nil {
			b.Fatal(err)
		}
		whole += time.Since(begun)
	}
	b.ReportMetric(0, "ns/op") // of both together, and of no interest
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 / float64(b.N) }
	b.ReportMetric(ms(argon), "ms-argon2id")
	b.ReportMetric(ms(whole-argon), "ms-beyond")
}
