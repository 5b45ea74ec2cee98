package password

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"countersign/backend/secret"
)

// Lengths in code points after NFC (NIST SP 800-63B-4 section 3.1.1.2): 15 where the
// password stands alone, 8 where a second factor is required.
const (
	MinLength        = 15
	MinLengthWith2FA = 8
	MaxLength        = 1024
)

var (
	// ErrEmpty means that nothing was typed.
	ErrEmpty = errors.New("password: no password was typed")
	// ErrCommon means that the password is among the first that somebody would try.
	ErrCommon = errors.New("password: the password is too easily guessed")
)

// ShortError means that a password has fewer characters than it must.
type ShortError struct{ Minimum, Length int }

func (e *ShortError) Error() string {
	return fmt.Sprintf("password: a password has %d characters or more; this one has %d", e.Minimum, e.Length)
}

// LongError means that a password is longer than is taken. It is never cut instead.
type LongError struct{ Max int }

func (e *LongError) Error() string {
	return fmt.Sprintf("password: a password has at most %d characters", e.Max)
}

// Short reports whether a password has fewer characters than minimum.
func Short(pw secret.Text, minimum int) bool { return length(pw) < minimum }

func length(pw secret.Text) int { return utf8.RuneCountInString(Normalize(pw.Reveal())) }

// Check says whether a new password may be set. minimum is MinLength or
// MinLengthWith2FA; words are what somebody who knows the person would try: name,
// email, workspace. There are no rules on kinds of characters, as SP 800-63B-4 asks.
//
// Errors: ErrEmpty, *ShortError, *LongError, ErrCommon.
func Check(pw secret.Text, minimum int, words []string) error {
	if pw.Empty() {
		return ErrEmpty
	}
	n := length(pw)
	switch {
	case n < minimum:
		return &ShortError{Minimum: minimum, Length: n}
	case n > MaxLength:
		return &LongError{Max: MaxLength}
	case Assess(pw, words).Common:
		return ErrCommon
	}
	return nil
}
