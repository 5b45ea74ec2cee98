package totp

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"countersign/backend/secret"
)

var (
	// ErrCodeEmpty means that nothing, or only spaces, was typed.
	ErrCodeEmpty = errors.New("totp: no verification code was typed")
	// ErrCodeForm means that what was typed is not six digits.
	ErrCodeForm = errors.New("totp: a verification code is six digits")
)

// Code is a verification code as typed: six ASCII digits. It prints as
// "[elided]". The zero Code matches nothing.
type Code struct{ digits [Digits]byte }

// ParseCode reads a code: six ASCII digits, between which single ASCII spaces may
// stand, as people paste them ("123 456"). Nothing is trimmed, since trimming has let used
// codes pass as new ones elsewhere: a space at an end, a line break, a no-break space
// or another script's digits are ErrCodeForm. The error never repeats the input.
//
// Errors: ErrCodeEmpty, ErrCodeForm.
func ParseCode(typed secret.Text) (Code, error) {
	s := typed.Reveal()
	if strings.Trim(s, " ") == "" {
		return Code{}, ErrCodeEmpty
	}
	var c Code
	n := 0
	for i := range len(s) {
		switch {
		case isDigit(s, i) && n < Digits:
			c.digits[n] = s[i]
			n++
		case s[i] == ' ' && isDigit(s, i-1) && isDigit(s, i+1):
		default:
			return Code{}, ErrCodeForm
		}
	}
	if n != Digits {
		return Code{}, ErrCodeForm
	}
	return c, nil
}

func isDigit(s string, i int) bool {
	return i >= 0 && i < len(s) && s[i] >= '0' && s[i] <= '9'
}

// Format implements fmt.Formatter for every verb.
func (c Code) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, secret.Elided) }

// MarshalText implements encoding.TextMarshaler, and so JSON and XML.
func (c Code) MarshalText() ([]byte, error) { return []byte(secret.Elided), nil }

// LogValue implements slog.LogValuer.
func (c Code) LogValue() slog.Value { return slog.StringValue(secret.Elided) }
