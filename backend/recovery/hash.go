package recovery

import (
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"runtime"
	"testing"

	"golang.org/x/crypto/argon2"
	"golang.org/x/sync/errgroup"

	"countersign/backend/secret"
)

const (
	// SaltSize is the length of a set's salt in bytes. All codes of a set share it, so
	// that an attempt costs one hash and not ten; they are different codes of 80 bits.
	SaltSize = 16
	// HashSize is the length of a hash in bytes.
	HashSize = 32
	// minPepper is the least length of a pepper in bytes.
	minPepper = 16
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
func (p Params) Check() error {
	if p == Cheap && testing.Testing() {
		return nil
	}
	if p.MemoryKiB < 19<<10 || p.MemoryKiB > 1<<20 || p.Time < 1 || p.Time > 16 || p.Threads < 1 || p.Threads > 16 {
		return ErrParams
	}
	return nil
}

// Hash returns what is kept of a code: Keyed of its Proof. p must have passed Check.
func Hash(c Code, salt []byte, p Params, pepper secret.Bytes) []byte {
	derived := Derive(c, salt, p)
	defer derived.Wipe()
	return Keyed(Proof(derived), pepper)
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

// Proof returns what shows that somebody has the code, and tells nothing of what WrappingKey
// gives: HKDF-SHA256 (RFC 5869) of the derived key.
func Proof(derived secret.Bytes) []byte { return expand(derived, proofInfo) }

// WrappingKey returns a key of 32 bytes, under which something can be wrapped for whoever has the code.
func WrappingKey(derived secret.Bytes) secret.Bytes { return secret.NewBytes(expand(derived, keyInfo)) }

func expand(derived secret.Bytes, info string) []byte {
	out, err := hkdf.Key(sha256.New, derived.Reveal(), nil, info, HashSize)
	if err != nil {
		panic(err) // only for a length above 255 hashes, and ours is one
	}
	return out
}

// Keyed returns HMAC-SHA256 of a proof under the pepper. The pepper lies
// in the keychain, so that the database alone is not enough to try codes (ASVS 5.0,
// 6.5.2).
func Keyed(proof []byte, pepper secret.Bytes) []byte {
	mac := hmac.New(sha256.New, pepper.Reveal())
	mac.Write(proof)
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

// HashSet hashes a whole set under one salt, on as many cores as there are, and looks
// at ctx between codes. The hashes are in the order of the codes.
//
// Errors: ErrParams, ctx's own, and one for a salt that is not 16 bytes or a pepper
// shorter than 16.
func HashSet(ctx context.Context, codes []Code, salt []byte, p Params, pepper secret.Bytes) ([][]byte, error) {
	switch {
	case p.Check() != nil:
		return nil, ErrParams
	case len(salt) != SaltSize:
		return nil, fmt.Errorf("recovery: the salt is %d bytes, not %d", len(salt), SaltSize)
	case pepper.Len() < minPepper:
		return nil, fmt.Errorf("recovery: the pepper is shorter than %d bytes", minPepper)
	}
	hashes := make([][]byte, len(codes))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.NumCPU())
	for i, c := range codes {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			hashes[i] = Hash(c, salt, p, pepper)
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return hashes, nil
}
