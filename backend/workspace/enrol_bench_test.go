package workspace_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/keychain"
	"countersign/backend/keychain/secretservicetest"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/sqlite"
)

// BenchmarkEnrol measures turning 2FA on, from the password to Continue, on a real database and a real Secret Service. Most of it is the
// Argon2id of ten recovery codes.
func BenchmarkEnrol(b *testing.B) {
	for _, setting := range secretservicetest.Start(b).Env() {
		name, value, _ := strings.Cut(setting, "=")
		b.Setenv(name, value)
	}
	db, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "workspace.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	now := &clock{t: time.Now()}
	w, err := local.Open(b.Context(), local.Config{Store: db, Secrets: keychain.New("Countersign benchmark"), Now: now.now})
	if err != nil {
		b.Fatal(err)
	}
	s, err := w.Create(b.Context(), client.NewWorkspace{Workspace: "Northwind Legal", Name: "Amara Okafor", Email: email, Password: secret.NewText(pass)})
	if err != nil {
		b.Fatal(err)
	}
	var took time.Duration
	for b.Loop() {
		begun := time.Now()
		shown, err := s.BeginEnable(b.Context(), secret.NewText(pass))
		if err != nil {
			b.Fatal(err)
		}
		p := phone{key: strings.Join(shown.Groups, ""), clock: now}
		if _, err := s.Confirm(b.Context(), secret.NewText(p.code())); err != nil {
			b.Fatal(err)
		}
		if err := s.Continue(b.Context()); err != nil {
			b.Fatal(err)
		}
		took += time.Since(begun)
		now.step(time.Minute) // for the next code
		if err := s.Disable(b.Context(), byCode(p.code())); err != nil {
			b.Fatal(err)
		}
		now.step(time.Minute)
	}
	b.ReportMetric(0, "ns/op") // with turning it off again, which is of no interest
	b.ReportMetric(float64(took.Microseconds())/1000/float64(b.N), "ms")
}
