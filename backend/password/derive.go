// Package password says which passwords are good enough, and turns one into a key.
//
// On creation and change, ask Check and show Assess's score; on every sign-in, Derive
// once and use the result twice: Verifier makes what is stored and compared, and
// WrappingKey what unwraps the vault. Neither the password nor the derived key is
// ever stored.
package password

import (
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"testing"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"countersign/backend/secret"
)

const (
	// SaltSize is the length of a salt in bytes (RFC 9106 section 3.1).
	SaltSize = 16
	// KeySize is the length of a derived key and of a verifier in bytes.
	KeySize = 32
)

// What separates the keys that are made of the same input.
const (
	verifierInfo = "countersign password verifier v1"
	wrappingInfo = "countersign password wrapping key v1"
)

// Params are the cost of Argon2id (RFC 9106), stored beside the verifier so that it can
// rise later.
type Params struct {
	MemoryKiB, Time uint32
	Threads         uint8
}

// DefaultParams is RFC 9106's second recommended option, section 4: 64 MiB, three
// passes, four lanes.
var DefaultParams = Params{MemoryKiB: 64 << 10, Time: 3, Threads: 4}

// Cheap costs next to nothing. Only a test binary takes it: Argon2id at the floor of Check is nine
// tenths of what the tests of the use cases cost.
var Cheap = Params{MemoryKiB: 64, Time: 1, Threads: 1}

// ErrParams means that parameters are outside the bounds of Check.
var ErrParams = errors.New("password: the hash parameters are out of bounds")

// Check bounds parameters that were read back from storage before they are used:
// 19 MiB (OWASP's floor) to 1 GiB, 1 to 16 passes, 1 to 16 lanes. A changed row can
// thus neither make the hash cheap nor exhaust the machine.
func (p Params) Check() error {
	if p == Cheap && testing.Testing() {
		return nil
	}
	if p.MemoryKiB < 19<<10 || p.MemoryKiB > 1<<20 || p.Time < 1 || p.Time > 16 || p.Threads < 1 || p.Threads > 16 {
		return ErrParams
	}
	return nil
}

// Normalize returns the NFC form of a password, so that it is the same however a
// keyboard composes its accents (SP 800-63B-4 section 3.1.1.2). Every character is
// allowed, NUL included; bytes that are not UTF-8 stay as they are. Nothing is cut,
// folded or trimmed.
func Normalize(s string) string { return norm.NFC.String(s) }

// Derive returns Argon2id of the password's NFC form, 32 bytes. p must have passed
// Check.
func Derive(pw secret.Text, salt []byte, p Params) secret.Bytes {
	var key []byte
	secret.Confined(func() {
		b := []byte(Normalize(pw.Reveal()))
		defer clear(b)
		key = argon2.IDKey(b, salt, p.Time, p.MemoryKiB, p.Threads, KeySize)
	})
	return secret.NewBytes(key)
}

// Verifier returns what is stored to recognise the password: HKDF-SHA256 of the
// derived key and the device secret (RFC 5869). Without the keychain that holds the
// device secret, a copied database is no good for guessing. Compare in constant time.
func Verifier(derived, device secret.Bytes) []byte { return expand(derived, device, verifierInfo) }

// WrappingKey returns the key under which a profile's own key is wrapped. It is
// never stored, and the verifier tells nothing of it.
func WrappingKey(derived, device secret.Bytes) secret.Bytes {
	return secret.NewBytes(expand(derived, device, wrappingInfo))
}

func expand(derived, device secret.Bytes, info string) []byte {
	both := append(append(make([]byte, 0, derived.Len()+device.Len()), derived.Reveal()...), device.Reveal()...)
	defer clear(both)
	out, err := hkdf.Key(sha256.New, both, nil, info, KeySize)
	if err != nil {
		panic(err) // only for a length above 255 hashes, and ours is one
	}
	return out
}
