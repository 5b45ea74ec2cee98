package vault_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"filippo.io/age"

	"countersign/backend/secret"
	"countersign/backend/vault"
)

// The processes of a fuzzing run have to agree on the keys.
func known(f *testing.F) vault.Identity {
	return must[vault.Identity](f)(vault.ParseIdentity(secret.NewText("AGE-SECRET-KEY-10GLQLL6KLUP2UQ7FKTUZK0YXNHDCTVU0KY475VLLNGSWLMHDGTTQGJFMMH")))
}

func alsoKnown(f *testing.F) vault.Identity {
	return must[vault.Identity](f)(vault.ParseIdentity(secret.NewText("AGE-SECRET-KEY-1QTU2Y3EN8MCL5P2ZFUDHY95W39DC7CAC0V60E9AYPGR2ZKWECYESDCZAXT")))
}

func FuzzUnwrap(f *testing.F) {
	own := known(f)
	wrapped := must[[]byte](f)(vault.Wrap(kek(1), "anna", own, vault.Pin{}))
	f.Add(wrapped)
	f.Add(wrapped[:len(wrapped)-1])
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, b []byte) {
		i, _, err := vault.Unwrap(kek(1), "anna", b)
		if (err == nil) == i.Empty() || err != nil && !errors.Is(err, vault.ErrWrap) || err == nil && i.Recipient() != own.Recipient() {
			t.Errorf("%x: %v", b, err)
		}
	})
}

func FuzzDecryptData(f *testing.F) {
	k := vault.KeysOf(2, known(f))
	sealed := must[[]byte](f)(k.EncryptData("row", []byte("Lease of the mill")))
	f.Add("row", sealed)
	f.Add("row", sealed[:len(sealed)-1])
	f.Add("", bytes.Repeat([]byte{255}, 50))
	f.Fuzz(func(t *testing.T, id string, b []byte) {
		got, err := k.DecryptData(id, b)
		if err == nil && (id != "row" || string(got) != "Lease of the mill") || err != nil && !errors.Is(err, vault.ErrCiphertext) && !errors.Is(err, vault.ErrNoKey) {
			t.Errorf("%q %x: %v", id, b, err)
		}
	})
}

func FuzzOpen(f *testing.F) {
	member := known(f)
	sealed := must[[]byte](f)(vault.KeysOf(2, alsoKnown(f)).EncryptTo(member.Recipient()))
	f.Add(sealed)
	f.Add(sealed[:180])
	f.Add([]byte("age-encryption.org/v1\n-> X25519 A\n\n--- A\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := member.Open(b)
		if (err == nil) == k.Empty() || err != nil && !errors.Is(err, vault.ErrCiphertext) {
			t.Errorf("%v", err)
		}
	})
}

// FuzzOpenKeys gives Open what anybody can encrypt who has the public key.
func FuzzOpenKeys(f *testing.F) {
	member, one, two := known(f), known(f).Text().Reveal(), alsoKnown(f).Text().Reveal()
	f.Add(title + "# generation 2\n" + two + "\n# generation 1\n" + one + "\n")
	f.Add(title + "# generation 1\n" + two + "\n# generation 1\n" + one + "\n")
	f.Add(title + "# generation 99999999999999999999\n" + one + "\n")
	f.Add(title)
	f.Add("# countersign vault keys v2\n# generation 1\n" + one + "\n")
	f.Add(title + strings.Repeat("#", 200_000))
	f.Fuzz(func(t *testing.T, inside string) {
		sealed := encryptedBy(t, member.Recipient(), inside)
		k, err := member.Open(sealed)
		if err != nil {
			if !errors.Is(err, vault.ErrCiphertext) || !k.Empty() {
				t.Errorf("%q: %v", inside, err)
			}
			return
		}
		// There is one form for what is taken, and it is an identity file of the age tool.
		again := must[[]byte](t)(k.EncryptTo(member.Recipient()))
		if len(again) != len(sealed) || !k.Has(k.Generation()) {
			t.Errorf("%q is written as %d bytes, not %d", inside, len(again), len(sealed))
		}
		if _, err := age.ParseIdentities(strings.NewReader(inside)); err != nil {
			t.Errorf("%q: the age tool does not read it", inside)
		}
	})
}

func FuzzParseIdentity(f *testing.F) {
	text := known(f).Text().Reveal()
	f.Add(text)
	f.Add(" " + strings.ToLower(text) + "\n")
	f.Add("AGE-SECRET-KEY-1")
	f.Add("AGE-SECRET-KEY-PQ-1QQ")
	f.Add("\u017f\u0131\x00\xff")
	f.Fuzz(func(t *testing.T, typed string) {
		i, err := vault.ParseIdentity(secret.NewText(typed))
		if err != nil {
			if !errors.Is(err, vault.ErrIdentity) || !i.Empty() {
				t.Errorf("%q: %v", typed, err)
			}
			return
		}
		again, err := vault.ParseIdentity(i.Text())
		if err != nil || again.Recipient() != i.Recipient() || again.Text().Reveal() != i.Text().Reveal() {
			t.Errorf("%q: %v", typed, err)
		}
	})
}

// FuzzDecrypt gives both ways of reading a document the same bytes: they agree.
func FuzzDecrypt(f *testing.F) {
	k := vault.KeysOf(1, known(f))
	file := encrypted(f, k, 100)
	f.Add(file)
	f.Add(file[:200])
	f.Add(encrypted(f, k, 0))
	f.Add([]byte("age-encryption.org/v1\n-> X25519 A\n\n--- A\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var out bytes.Buffer
		sum, err := k.Decrypt(&out, 1, bytes.NewReader(b), nil)
		if err != nil && !errors.Is(err, vault.ErrDocument) || err == nil && sum.Size != int64(out.Len()) {
			t.Errorf("%d bytes, %v", out.Len(), err)
		}
		r, size, atErr := k.At(1, bytes.NewReader(b), int64(len(b)))
		if atErr != nil && !errors.Is(atErr, vault.ErrDocument) || err == nil && atErr != nil {
			t.Errorf("%v, but %v", err, atErr)
		}
		if err == nil {
			got := make([]byte, size)
			if n, err := r.ReadAt(got, 0); size != sum.Size || !bytes.Equal(got[:n], out.Bytes()) {
				t.Errorf("%d of %d bytes, %v", n, size, err)
			}
		}
	})
}
