package totp

import (
	"encoding/base32"

	"countersign/backend/secret"
)

// encodedSize is the length of a key in base32: 160 bits, five to a character,
// so that nothing is left over and no padding is needed.
const encodedSize = KeySize * 8 / 5

// groupSize is how many characters of a key stand together for typing.
const groupSize = 4

var encoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// Base32 returns the key in the form that the keychain item, the URI and the
// authenticator app hold: 32 characters, upper case, without padding (RFC 4648
// section 6).
func Base32(key secret.Bytes) secret.Text {
	return secret.NewText(encoding.EncodeToString(key.Reveal()))
}

// FromBase32 reads what Base32 wrote, and nothing else: a keychain item that is
// empty, blank, padded, in lower case, or a byte too long is ErrKey. A factor whose
// key cannot be read fails closed.
func FromBase32(s string) (secret.Bytes, error) {
	if len(s) != encodedSize {
		return secret.Bytes{}, ErrKey
	}
	// The decoder skips line breaks, so the length afterwards counts as well.
	b, err := encoding.DecodeString(s)
	if err != nil || len(b) != KeySize {
		return secret.Bytes{}, ErrKey
	}
	return secret.NewBytes(b), nil
}

// Groups returns the key as people type it into a phone: "K5TQ", "Z3LM", and so
// on, eight groups of four. They are the secret itself: show them, keep them nowhere.
func Groups(key secret.Bytes) []string {
	s := Base32(key).Reveal()
	groups := make([]string, 0, encodedSize/groupSize)
	for len(s) > groupSize {
		groups = append(groups, s[:groupSize])
		s = s[groupSize:]
	}
	return append(groups, s)
}
