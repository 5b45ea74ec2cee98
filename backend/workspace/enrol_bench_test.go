package workspace_test

import (
	"strings"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/secret"
)

// BenchmarkEnrol measures turning 2FA on, from the password to Continue, on a real database and a real Secret Service. Most of it is the
// Argon2id of ten recovery codes.
func BenchmarkEnrol(b *testing.B) {
	realKeychain(b)
	_, s, now := realWorkspace(b, "Countersign benchmark")
	var took time.Duration
	for b.Loop() {
		begun := time.Now()
		p := enrolled(b, s, now)
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

// enrolled turns 2FA on.
func enrolled(b *testing.B, s *client.Session, now *clock) phone {
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
	return p
}
