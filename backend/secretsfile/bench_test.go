package secretsfile_test

import (
	"fmt"
	"testing"

	"countersign/backend/password"
	"countersign/backend/secret"
	"countersign/backend/secretsfile"
)

// BenchmarkSet is one change of the anchor beside the items of so many people with 2FA.
func BenchmarkSet(b *testing.B) {
	for _, people := range []int{10, 10_000} {
		b.Run(fmt.Sprint(people), func(b *testing.B) {
			f := filled(b, people)
			for b.Loop() {
				if err := f.Set(b.Context(), "w/anchor", secret.NewBytes(make([]byte, 80))); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkGet(b *testing.B) {
	f := filled(b, 10_000)
	for b.Loop() {
		if _, err := f.Get(b.Context(), "w4hq7zjx2m5c3k6n8p9r1s2t3v/totp/8h3k5m7p9r2t4v6x8z1b3d5f7h/42"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpen is a start: one Argon2id at the cost of the product, and the file read.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	f, err := secretsfile.Create(b.Context(), dir, phrase, password.DefaultParams)
	if err != nil {
		b.Fatal(err)
	}
	f.Close()
	for b.Loop() {
		if f, err = secretsfile.Open(b.Context(), dir, phrase); err != nil {
			b.Fatal(err)
		}
		f.Close()
	}
}

func filled(b *testing.B, people int) *secretsfile.File {
	b.Helper()
	f, err := secretsfile.Create(b.Context(), b.TempDir(), phrase, cheap)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(f.Close)
	if err := f.Fill(b.Context(), "w4hq7zjx2m5c3k6n8p9r1s2t3v/totp/8h3k5m7p9r2t4v6x8z1b3d5f7h/", people); err != nil {
		b.Fatal(err)
	}
	return f
}
