package bundle_test

import (
	"bytes"
	"io"
	"testing"

	"filippo.io/age"

	"countersign/backend/bundle"
)

const benched = 64 << 20

// BenchmarkWrite compares a bundle with age alone.
func BenchmarkWrite(b *testing.B) {
	write := map[string]func(io.Writer) error{
		"age alone": func(out io.Writer) error {
			w, err := age.Encrypt(out, ours.Recipient())
			if err != nil {
				return err
			}
			if _, err := io.Copy(w, io.LimitReader(zeros{}, benched)); err != nil {
				return err
			}
			return w.Close()
		},
		"size known": func(out io.Writer) error {
			w, err := bundle.Create(out, toOurs(b), signer, sheets())
			if err != nil {
				return err
			}
			if err := w.AddSized("zeros", benched, io.LimitReader(zeros{}, benched)); err != nil {
				return err
			}
			return w.Close()
		},
		"size unknown": func(out io.Writer) error {
			w, err := bundle.Create(out, toOurs(b), signer, sheets())
			if err != nil {
				return err
			}
			if err := w.Add("zeros", io.LimitReader(zeros{}, benched)); err != nil {
				return err
			}
			return w.Close()
		},
	}
	for name, f := range write {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(benched)
			b.ReportAllocs()
			for b.Loop() {
				if err := f(io.Discard); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	file := made(b, toOurs(b), func(w *bundle.Writer) error { return w.AddSized("zeros", benched, io.LimitReader(zeros{}, benched)) })
	b.Run("age alone", func(b *testing.B) {
		b.SetBytes(benched)
		for b.Loop() {
			r, err := age.Decrypt(bytes.NewReader(file), ours)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, r); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("bundle", func(b *testing.B) {
		b.SetBytes(benched)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := verify(file, withOurs(b)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
