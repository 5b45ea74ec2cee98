package bundle_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"filippo.io/age"

	"countersign/backend/bundle"
	"countersign/backend/secret"
)

func FuzzOpen(f *testing.F) {
	good := made(f, toOurs(f), nil)
	f.Add(good)
	f.Add(good[:200])
	f.Add(made(f, must(bundle.ToPassphrase(passphrase)), nil))
	f.Add([]byte("age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 4\n"))
	f.Add([]byte("age-encryption.org/v1\n-> X25519 A\n\n--- A\n"))
	with := []bundle.Identities{bundle.WithPassphrase(passphrase), withOurs(f)}
	f.Fuzz(func(t *testing.T, file []byte) {
		_, _ = bundle.LockOf(bytes.NewReader(file)) // that it comes back is what is looked at
		for i, id := range with {
			if bytes.Contains(file, []byte(" 1")) && i == 0 || bytes.Contains(file, []byte(" 2")) && i == 0 {
				continue // a second for each try is too slow here
			}
			c, err := verify(file, id)
			if (err == nil) != (c.SignedBy != bundle.Fingerprint{}) {
				t.Errorf("%+v, %v", c, err)
			}
		}
	})
}

// FuzzTar gives the reader what somebody with the public key can make it read.
func FuzzTar(f *testing.F) {
	good := entries(f, made(f, toOurs(f), nil))
	f.Add(packed(f, good...))
	f.Add(packed(f, without(good, "manifest.sig")...))
	f.Add(packed(f, before(good, "manifest.json", plain("../x", "x"))...))
	f.Add(packed(f, before(good, "manifest.json", plain("SHEETS.CSV", "x"))...))
	f.Fuzz(func(t *testing.T, inside []byte) {
		folder, c, err := extract(t, sealed(t, inside), withOurs(t))
		if err != nil {
			return
		}
		left, err := os.ReadDir(folder)
		if err != nil || len(left) != len(c.Files)+2 {
			t.Errorf("%v for %v, %v", left, c.Files, err)
		}
		for _, f := range c.Files {
			if b, err := os.ReadFile(filepath.Join(folder, f.Name)); err != nil || int64(len(b)) != f.Size {
				t.Errorf("%s: %d bytes, %v", f.Name, len(b), err)
			}
		}
	})
}

func FuzzKeys(f *testing.F) {
	f.Add(ours.Recipient().String() + "\n" + ours.String())
	f.Add("# x\n\nage1yubikey1q\r\nssh-rsa A")
	f.Fuzz(func(t *testing.T, text string) {
		if r, err := bundle.ParseRecipients(text); err == nil {
			for _, key := range r.Keys() {
				if again, err := bundle.ParseRecipients(key); err != nil || len(again.Keys()) != 1 {
					t.Errorf("%q: %v", key, err)
				}
			}
		}
		if _, err := bundle.ParseIdentities(secret.NewText(text)); err == nil {
			if _, err := age.ParseIdentities(bytes.NewReader([]byte(text))); err != nil && !bytes.ContainsAny([]byte(text), " \t\r\v\f\u0085\u00a0\ufeff") {
				t.Errorf("the age tool does not read what is read here: %v", err)
			}
		}
	})
}
