package bundle

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"strings"
)

// Fingerprint stands for a signing key, short enough to be printed and compared: the first
// 160 bits of the SHA-256 value of the 32 bytes of the key. To find another key with the
// same fingerprint takes 2^160 tries.
type Fingerprint [20]byte

// groupSize is how many characters stand together.
const groupSize = 4

// crockford has no letter that looks like a digit, as in recovery codes.
var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// FingerprintOf returns the key's fingerprint.
func FingerprintOf(key ed25519.PublicKey) (f Fingerprint) {
	sum := sha256.Sum256(key)
	copy(f[:], sum[:])
	return f
}

// String is the form in which it is printed: eight groups of four characters with
// dashes between them.
func (f Fingerprint) String() string {
	s := crockford.EncodeToString(f[:])
	groups := make([]string, 0, len(s)/groupSize)
	for ; s != ""; s = s[groupSize:] {
		groups = append(groups, s[:groupSize])
	}
	return strings.Join(groups, "-")
}

// MarshalText makes it a string in JSON, too.
func (f Fingerprint) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

var errFingerprint = errors.New("a fingerprint has eight groups of four letters and digits")

// ParseFingerprint reads what String has written, as somebody types it from paper: spaces,
// dashes and capitals do not matter, O is 0, I and L are 1.
func ParseFingerprint(s string) (f Fingerprint, err error) {
	s = strings.NewReplacer("-", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(strings.Join(strings.Fields(s), "")))
	b, err := crockford.DecodeString(s)
	if err != nil || len(s) != crockford.EncodedLen(len(f)) {
		return f, errFingerprint
	}
	copy(f[:], b)
	return f, nil
}
