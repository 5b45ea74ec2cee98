package vault_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"

	"countersign/backend/vault"
)

// spoilt calls try with every change of one bit of one byte, every cut, and something
// added at either end.
func spoilt(b []byte, try func(what string, at int, spoilt []byte)) {
	for at := range b {
		changed := bytes.Clone(b)
		changed[at] ^= 1 << (at % 8)
		try("changed", at, changed)
		try("cut", at, b[:at])
	}
	try("longer", len(b), append(bytes.Clone(b), 0))
	try("begun later", 0, append([]byte{0}, b...))
}

func TestVault_FindsEachChangedByte(t *testing.T) {
	t.Parallel()
	k, member := newKeys(t, 2), newIdentity(t)
	t.Run("OfAWrappedIdentity", func(t *testing.T) {
		t.Parallel()
		wrapped := must[[]byte](t)(vault.Wrap(kek(1), "anna", member, newKeys(t, 1).Pin()))
		spoilt(wrapped, func(what string, at int, b []byte) {
			if i, pinned, err := vault.Unwrap(kek(1), "anna", b); !errors.Is(err, vault.ErrWrap) || !i.Empty() || pinned != (vault.Pin{}) {
				t.Errorf("%s at %d: %v", what, at, err)
			}
		})
	})
	t.Run("OfKeysHandedOn", func(t *testing.T) {
		t.Parallel()
		sealed := must[[]byte](t)(k.EncryptTo(member.Recipient()))
		spoilt(sealed, func(what string, at int, b []byte) {
			if got, err := member.Open(b); !errors.Is(err, vault.ErrCiphertext) || !got.Empty() {
				t.Errorf("%s at %d: %v", what, at, err)
			}
		})
	})
	t.Run("OfSealedData", func(t *testing.T) {
		t.Parallel()
		sealed := must[[]byte](t)(k.EncryptData("row", []byte("Lease of the mill")))
		spoilt(sealed, func(what string, at int, b []byte) {
			// A changed generation may be one that is not there.
			if got, err := k.DecryptData("row", b); !errors.Is(err, vault.ErrCiphertext) && !errors.Is(err, vault.ErrNoKey) || got != nil {
				t.Errorf("%s at %d: %v", what, at, err)
			}
		})
	})
	t.Run("OfADocument", func(t *testing.T) {
		t.Parallel()
		file := encrypted(t, k, 30)
		spoilt(file, func(what string, at int, b []byte) {
			if _, err := k.Decrypt(io.Discard, 2, bytes.NewReader(b), nil); !errors.Is(err, vault.ErrDocument) {
				t.Errorf("%s at %d, decrypting: %v", what, at, err)
			}
			if _, _, err := k.At(2, bytes.NewReader(b), int64(len(b))); !errors.Is(err, vault.ErrDocument) {
				t.Errorf("%s at %d, reading: %v", what, at, err)
			}
		})
	})
}

// A document of several chunks, which somebody puts together anew.
func TestDecrypt_RefusesMovedOrMissingChunks(t *testing.T) {
	t.Parallel()
	const sealed = chunk + 16
	k := newKeys(t, 1)
	file, plain := encrypted(t, k, 4*chunk), plainOf(t, 4*chunk)
	head := len(file) - 4*sealed
	at := func(n int) []byte { return file[head+n*sealed : head+(n+1)*sealed] }
	other := encrypted(t, k, 4*chunk)
	for name, b := range map[string][]byte{
		"Exchanged":       slices.Concat(file[:head], at(1), at(0), at(2), at(3)),
		"LeftOut":         slices.Concat(file[:head], at(0), at(2), at(3)),
		"CutAfterAChunk":  file[:head+2*sealed],
		"Twice":           slices.Concat(file, at(3)),
		"OfAnother":       slices.Concat(file[:head], at(0), other[head+sealed:head+2*sealed], at(2), at(3)),
		"OthersBeginning": slices.Concat(other[:head], file[head:]),
		"HeadOnly":        file[:head],
	} {
		var out bytes.Buffer
		if _, err := k.Decrypt(&out, 1, bytes.NewReader(b), nil); !errors.Is(err, vault.ErrDocument) {
			t.Errorf("%s, decrypting: %v", name, err)
		}
		if !bytes.HasPrefix(plain, out.Bytes()) {
			t.Errorf("%s: something else than the document was written", name)
		}
		r, size, err := k.At(1, bytes.NewReader(b), int64(len(b)))
		if err == nil {
			_, err = r.ReadAt(make([]byte, size), 0)
		}
		if !errors.Is(err, vault.ErrDocument) {
			t.Errorf("%s, reading: %v", name, err)
		}
	}
}

func TestAt_FindsAChangeWhereItReads(t *testing.T) {
	t.Parallel()
	k := newKeys(t, 1)
	file, plain := encrypted(t, k, 3*chunk), plainOf(t, 3*chunk)
	file[len(file)-chunk-100] ^= 1 // in the second
	r, _, err := k.At(1, bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	b := make([]byte, chunk)
	for _, off := range []int64{0, 2 * chunk} {
		if n, err := r.ReadAt(b, off); !bytes.Equal(b[:n], plain[off:off+chunk]) || err != nil && err != io.EOF {
			t.Errorf("at %d: %v", off, err)
		}
	}
	if n, err := r.ReadAt(b, chunk); n != 0 || !errors.Is(err, vault.ErrDocument) {
		t.Errorf("the changed chunk: %d, %v", n, err)
	}
	if _, err := r.ReadAt(b, 0); err != nil {
		t.Errorf("the first again: %v", err)
	}
}

// Keys of so many generations that they fill more than one chunk of age.
func TestOpen_GivesAllKeysOrNone(t *testing.T) {
	t.Parallel()
	k, member := newKeys(t, 750), newIdentity(t)
	sealed := must[[]byte](t)(k.EncryptTo(member.Recipient()))
	if got, err := member.Open(sealed); err != nil || got.Generation() != 750 || !got.Has(1) {
		t.Errorf("%d, %v", got.Generation(), err)
	}
	for _, left := range []int{len(sealed) - 1, len(sealed) % (chunk + 16), len(sealed) - len(sealed)%(chunk+16)} {
		if _, err := member.Open(sealed[:left]); !errors.Is(err, vault.ErrCiphertext) {
			t.Errorf("%d of %d bytes: %v", left, len(sealed), err)
		}
	}
}

func TestEncryptTo_GenerationsAreBounded(t *testing.T) {
	t.Parallel()
	k, member := newKeys(t, 1000), newIdentity(t)
	if _, err := k.Next(); err == nil {
		t.Error("there is a generation 1001 beside all others")
	}
	got := must[vault.Keys](t)(member.Open(must[[]byte](t)(k.EncryptTo(member.Recipient()))))
	if next, err := got.OnlyNewest().Next(); err != nil || next.Generation() != 1001 || next.Has(999) {
		t.Errorf("%v", err)
	}
	if _, err := member.Open(make([]byte, 1<<20)); !errors.Is(err, vault.ErrCiphertext) {
		t.Errorf("%v", err)
	}
}
