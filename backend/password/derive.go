// Package password says which passwords are good enough, and turns one into a key.
//
// On creation and change, ask Check and show Assess's score; on every sign-in, Derive
// once and use the result twice: Sign proves the password to the workspace, which has the
// public key alone, and WrappingKey unwraps what opens the vault. Neither the password nor the derived key
// leaves this computer.
package password

import (
	"crypto/ed25519"
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
	// KeySize is the length of a derived key, of a share and of a lock in bytes.
	KeySize = 32
)

// What separates the keys that are made of the same input.
const (
	signingInfo  = "countersign password signature v1"
	wrappingInfo = "countersign password wrapping key v1"
)

// Params are the cost of Argon2id (RFC 9106), stored beside the public key so that it can
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

// PublicKey returns what is stored to recognise the password: the public half of the key pair that
// Sign uses (Ed25519, RFC 8032), whose seed is HKDF-SHA256 of the derived key and a share (RFC 5869). The share is in the keychain
// of each computer of the person. A copied database without it is no good for guessing.
func PublicKey(derived, share secret.Bytes) (public ed25519.PublicKey) {
	withKey(derived, share, func(key ed25519.PrivateKey) { public = key.Public().(ed25519.PublicKey) })
	return public
}

// Sign signs with that key pair. What is signed begins with what it is for.
func Sign(derived, share secret.Bytes, message []byte) (signature []byte) {
	withKey(derived, share, func(key ed25519.PrivateKey) { signature = ed25519.Sign(key, message) })
	return signature
}

func withKey(derived, share secret.Bytes, use func(ed25519.PrivateKey)) {
	secret.Confined(func() {
		seed := expand(signingInfo, derived, share)
		key := ed25519.NewKeyFromSeed(seed)
		use(key)
		clear(seed)
		clear(key)
	})
}

// WrappingKey returns the key under which a profile's own key pair is wrapped: HKDF-SHA256 of the derived key, the
// share and the lock, which the workspace gives out once every factor was right. It is never stored, and no
// signature tells anything of it.
func WrappingKey(derived, share, lock secret.Bytes) secret.Bytes {
	return secret.NewBytes(expand(wrappingInfo, derived, share, lock))
}

// expand joins inputs that have KeySize bytes each.
func expand(info string, inputs ...secret.Bytes) []byte {
	joined := make([]byte, 0, len(inputs)*KeySize)
	defer func() { clear(joined) }()
	for _, in := range inputs {
		joined = append(joined, in.Reveal()...)
	}
	out, err := hkdf.Key(sha256.New, joined, nil, info, KeySize)
	if err != nil {
		panic(err) // only for a length above 255 hashes, and ours is one
	}
	return out
}
