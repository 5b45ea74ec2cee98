package vault_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	"countersign/backend/vault"
)

const (
	chunk = 64 << 10  // age's
	piece = 256 << 10 // ours
)

// sizes are those at which something begins or ends.
var sizes = []int64{0, 1, 1000, chunk - 1, chunk, chunk + 1, 2 * chunk, piece - 1, piece, piece + 1, 5*piece + 77}

func plainOf(t testing.TB, size int64) []byte {
	t.Helper()
	return must[[]byte](t)(io.ReadAll(&stream{left: size}))
}

func encrypted(t testing.TB, k vault.Keys, size int64) []byte {
	t.Helper()
	var out bytes.Buffer
	sum := must[vault.Sum](t)(k.Encrypt(&out, &stream{left: size}, nil))
	if want := (vault.Sum{Size: size, SHA256: sha256.Sum256(plainOf(t, size))}); sum != want {
		t.Fatalf("%d bytes are summed up as %v, not %v", size, sum, want)
	}
	return out.Bytes()
}

func TestDecrypt_GivesBackEachSizeOfDocument(t *testing.T) {
	t.Parallel()
	k := newKeys(t, 2)
	for _, size := range sizes {
		file, plain := encrypted(t, k, size), plainOf(t, size)
		var out bytes.Buffer
		var told []int64
		sum, err := k.Decrypt(&out, 2, bytes.NewReader(file), func(done int64) { told = append(told, done) })
		if err != nil || sum != (vault.Sum{Size: size, SHA256: sha256.Sum256(plain)}) || !bytes.Equal(out.Bytes(), plain) {
			t.Errorf("%d bytes: %d came back, %v", size, out.Len(), err)
		}
		if size > 0 && told[len(told)-1] != size {
			t.Errorf("%d bytes: the progress is %v", size, told)
		}
	}
}

func TestAt_ReadsAtAnyPlace(t *testing.T) {
	t.Parallel()
	k := newKeys(t, 1)
	for _, size := range sizes {
		file, plain := encrypted(t, k, size), plainOf(t, size)
		r, got, err := k.At(1, bytes.NewReader(file), int64(len(file)))
		if err != nil || got != size {
			t.Fatalf("%d bytes: %d, %v", size, got, err)
		}
		for range 20 {
			off := rand.Int64N(size + 2)
			b := make([]byte, rand.IntN(3*chunk))
			n, err := r.ReadAt(b, off)
			want := plain[min(off, size):min(off+int64(len(b)), size)]
			if !bytes.Equal(b[:n], want) || (n < len(b) && err != io.EOF) || err != nil && err != io.EOF {
				t.Errorf("%d bytes at %d of %d: %d, %v", len(b), off, size, n, err)
			}
		}
		if _, err := r.ReadAt(make([]byte, 1), -1); err == nil || err == io.EOF {
			t.Errorf("before the beginning: %v", err)
		}
	}
}

func TestDecrypt_MissingGenerationIsReported(t *testing.T) {
	t.Parallel()
	k := newKeys(t, 2)
	file := encrypted(t, k, 10)
	for name, keys := range map[string]vault.Keys{"None": {}, "OnlyNewest": must[vault.Keys](t)(k.Next()).OnlyNewest()} {
		if _, err := keys.Decrypt(io.Discard, 2, bytes.NewReader(file), nil); !errors.Is(err, vault.ErrNoKey) {
			t.Errorf("%s, decrypting: %v", name, err)
		}
		if _, _, err := keys.At(2, bytes.NewReader(file), int64(len(file))); !errors.Is(err, vault.ErrNoKey) {
			t.Errorf("%s, reading: %v", name, err)
		}
	}
	if _, err := (vault.Keys{}).Encrypt(io.Discard, bytes.NewReader(nil), nil); !errors.Is(err, vault.ErrNoKey) {
		t.Errorf("encrypting: %v", err)
	}
	if _, err := k.Decrypt(io.Discard, 1, bytes.NewReader(file), nil); !errors.Is(err, vault.ErrDocument) {
		t.Errorf("with the key of another generation: %v", err)
	}
}
