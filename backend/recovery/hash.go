package recovery

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"testing"

	"golang.org/x/crypto/argon2"

	"countersign/backend/secret"
)

const (
	// SaltSize is the length of a set's salt in bytes. All codes of a set share it, so
	// that an attempt costs one hash and not ten; they are different codes of 80 bits.
	SaltSize = 16
	// HashSize is the length of a proof, and of a hash, in bytes.
	HashSize = 32
)

// Params are the cost of Argon2id (RFC 9106). They are stored beside the hashes, so
// that they can rise later.
type Params struct {
	MemoryKiB, Time uint32
	Threads         uint8
}

// DefaultParams is OWASP's floor, 19 MiB in two passes: a code has 80 random bits, so
// the cost guards against nothing but a weak source of randomness.
var DefaultParams = Params{MemoryKiB: 19 << 10, Time: 2, Threads: 1}

// Cheap costs next to nothing. Only a test binary takes it: Argon2id at the floor of Check is nine
// tenths of what the tests of the use cases cost.
var Cheap = Params{MemoryKiB: 64, Time: 1, Threads: 1}

// ErrParams means that parameters are outside the bounds of Check.
var ErrParams = errors.New("recovery: the hash parameters are out of bounds")

// Check bounds parameters that were read back from storage before they are used:
// 19 MiB to 1 GiB, 1 to 16 passes, 1 to 16 threads. A changed row can thus neither
// make the hash cheap nor exhaust the machine.
func (p Params) Check() error { return p.check(testing.Testing()) }

func (p Params) check(test bool) error {
	if p == Cheap && test {
		return nil
	}
	if p.MemoryKiB < 19<<10 || p.MemoryKiB > 1<<20 || p.Time < 1 || p.Time > 16 || p.Threads < 1 || p.Threads > 16 {
		return ErrParams
	}
	return nil
}

// What separates the keys that are made of one code.
const (
	proofInfo = "countersign code proof v1"
	keyInfo   = "countersign code wrapping key v1"
)

// Derive returns Argon2id of a code, 32 bytes. p must have passed Check.
func Derive(c Code, salt []byte, p Params) secret.Bytes {
	if c.chars == nil {
		c = Code{new([length]byte)}
	}
	var derived []byte
	secret.Confined(func() { derived = argon2.IDKey(c.chars[:], salt, p.Time, p.MemoryKiB, p.Threads, HashSize) })
	return secret.NewBytes(derived)
}

// Proof returns what shows that somebody has the code, 32 bytes, and tells nothing of what WrappingKey
// gives: HKDF-SHA256 (RFC 5869) of the derived key. Whoever has it can use the code, so it is a secret.
func Proof(derived secret.Bytes) secret.Bytes { return expand(derived, proofInfo) }

// ProofOf is Proof of a code for which no more is needed. p must have passed Check.
func ProofOf(c Code, salt []byte, p Params) secret.Bytes {
	derived := Derive(c, salt, p)
	defer derived.Wipe()
	return Proof(derived)
}

// WrappingKey returns a key of 32 bytes, under which something can be wrapped for whoever has the code.
func WrappingKey(derived secret.Bytes) secret.Bytes { return expand(derived, keyInfo) }

func expand(derived secret.Bytes, info string) secret.Bytes {
	out, err := hkdf.Key(sha256.New, derived.Reveal(), nil, info, HashSize)
	if err != nil {
		panic(err) // only for a length above 255 hashes, and ours is one
	}
	return secret.NewBytes(out)
}

// Keyed returns what is kept of a code: HMAC-SHA256 of its proof under the pepper. The pepper lies
// in the keychain, so that the database alone is not enough to try codes (ASVS 5.0,
// 6.5.2).
func Keyed(proof, pepper secret.Bytes) []byte {
	mac := hmac.New(sha256.New, pepper.Reveal())
	mac.Write(proof.Reveal())
	return mac.Sum(nil)
}

// Match returns the index of h among the stored hashes, or −1. It compares with all
// of them, each in constant time, so that time does not tell which one it was.
func Match(h []byte, stored [][]byte) int {
	found := -1
	for i, s := range stored {
		equal := subtle.ConstantTimeCompare(h, s) & nonEmpty(s)
		found = subtle.ConstantTimeSelect(equal, i, found)
	}
	return found
}

// nonEmpty keeps two empty slices from being equal: a missing hash matches nothing.
func nonEmpty(s []byte) int {
	if len(s) == 0 {
		return 0
	}
	return 1
}
