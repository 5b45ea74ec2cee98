// Package recovery makes, reads and matches recovery codes: the one-use codes
// that stand in for a verification code when the phone is gone.
//
// Show a code once, through Display, and keep only what Hash makes of it. To check
// what somebody typed, hash it once with the set's salt and parameters and compare that
// with all stored hashes:
//
//	code, err := recovery.Parse(typed)
//	…
//	i := recovery.Match(recovery.Keyed(recovery.ProofOf(code, salt, params), pepper), stored)
//
// A match says which code it is, not that it is still good: the caller consumes it
// in a guarded update, and has counted the attempt before.
package recovery

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"unicode/utf8"

	"countersign/backend/secret"
)

const (
	// SetSize is how many codes are issued together.
	SetSize = 10
	// Warn is how many codes left are few enough to say so.
	Warn = 3

	// length is characters in a code: five bits each make 80, above the 64 bits that
	// NIST SP 800-63B-4 section 4.2 asks of a saved recovery code.
	length = 16
	group  = 4
)

// alphabet is Crockford's base32: no I, L, O, which read like digits, and no U.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// ErrEmpty means that nothing, or only spaces and dashes, was typed.
var ErrEmpty = errors.New("recovery: no recovery code was typed")

// FormError means that what was typed is not a recovery code. It never repeats
// the input.
type FormError struct {
	// Length is how many characters were typed, spaces and dashes aside. If it is 16,
	// one of them is a character that no code has.
	Length int
}

func (e *FormError) Error() string {
	return fmt.Sprintf("recovery: a recovery code is %d letters and digits, without U; %d were typed", length, e.Length)
}

// Code is one recovery code: 16 characters of Crockford's base32, 80 bits. It prints
// as "[elided]". The zero Code is no code and matches none. Copies share their
// characters, which thus lie in one place.
type Code struct{ chars *[length]byte }

// Generate reads ten different codes from rand. A source that runs dry or repeats
// itself is an error: chance gives two equal codes about once in 10²² sets.
func Generate(rand io.Reader) ([]Code, error) {
	codes := make([]Code, 0, SetSize)
	for range SetSize {
		c := Code{new([length]byte)}
		if _, err := io.ReadFull(rand, c.chars[:]); err != nil {
			return nil, fmt.Errorf("recovery: read randomness for a code: %w", err)
		}
		for i, b := range c.chars {
			c.chars[i] = alphabet[b&31] // 32 divides 256: no character is likelier
		}
		if slices.ContainsFunc(codes, func(other Code) bool { return *other.chars == *c.chars }) {
			return nil, errors.New("recovery: the source of randomness repeats itself")
		}
		codes = append(codes, c)
	}
	return codes, nil
}

// Parse reads a code in any case, with spaces and dashes anywhere or nowhere. As
// Crockford's base32 has it, O is read as 0, I and L as 1. Everything else, U
// included, is refused.
//
// Errors: ErrEmpty, *FormError.
func Parse(typed secret.Text) (Code, error) {
	s := typed.Reveal()
	c := Code{new([length]byte)}
	n, foreign := 0, false
	for i := range len(s) {
		b := s[i]
		if b == ' ' || b == '-' {
			continue
		}
		v := value(b)
		if v == 0 {
			foreign = true
		}
		if n < length {
			c.chars[n] = v
		}
		n++
	}
	switch {
	case n == 0:
		return Code{}, ErrEmpty
	case n != length || foreign:
		return Code{}, &FormError{Length: utf8.RuneCountInString(strings.NewReplacer(" ", "", "-", "").Replace(s))}
	}
	return c, nil
}

// value returns the character of the alphabet that b stands for, or 0.
func value(b byte) byte {
	if 'a' <= b && b <= 'z' {
		b -= 'a' - 'A'
	}
	switch b {
	case 'O':
		return '0'
	case 'I', 'L':
		return '1'
	}
	if strings.IndexByte(alphabet, b) < 0 {
		return 0
	}
	return b
}

// Display returns the code as it is shown and printed: XXXX-XXXX-XXXX-XXXX.
// This is the secret itself.
func (c Code) Display() string {
	var b strings.Builder // whose text lies on the heap alone
	b.Grow(length + length/group - 1)
	for i := range length {
		if i > 0 && i%group == 0 {
			b.WriteByte('-')
		}
		if c.chars != nil {
			b.WriteByte(c.chars[i])
		}
	}
	return b.String()
}

// Format implements fmt.Formatter for every verb.
func (c Code) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, secret.Elided) }

// MarshalText implements encoding.TextMarshaler, and so JSON and XML.
func (c Code) MarshalText() ([]byte, error) { return []byte(secret.Elided), nil }

// LogValue implements slog.LogValuer.
func (c Code) LogValue() slog.Value { return slog.StringValue(secret.Elided) }
