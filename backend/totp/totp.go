// Package totp makes and checks the six digits of an authenticator app
// (RFC 6238 over RFC 4226). It is pure: time and randomness are arguments, and
// it remembers nothing.
//
// Matches says which time steps a code belongs to, not whether it may be used.
// A caller that lets anybody in must refuse every step that is not above the
// last one used, and must count the attempt before it asks:
//
//	code, err := totp.ParseCode(typed)
//	…
//	steps, err := totp.Matches(key, code, now)
//	// consume the highest step, which must be above the stored one, in the same transaction
//
// This is the only package that imports github.com/pquerna/otp, and it uses only
// its hotp walk: the library's own validation takes an empty secret, trims white
// space and does not say which step matched.
package totp

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"countersign/backend/secret"
)

// What every authenticator app reads: six digits from HMAC-SHA-1, a new code each
// 30 seconds (RFC 6238 section 5.2), from a key of 160 bits (RFC 4226 section 4, R6).
const (
	Digits  = 6
	Period  = 30 // seconds
	KeySize = 20 // bytes
)

// skew is how many steps a phone may be behind or ahead: one, for clock drift
// and for the time it takes to type (RFC 6238 section 5.2).
const skew = 1

// maxLocate bounds the work of Locate.
const maxLocate = 24 * time.Hour

var (
	// ErrKey means that what should be a key is not exactly KeySize bytes.
	ErrKey = errors.New("totp: the key is not 20 bytes")
	// ErrClock means that the time lies before 1970, where no step exists.
	ErrClock = errors.New("totp: the clock is set before 1970")
)

// NewKey reads a new key from rand. A source that runs dry is an error, never a
// shorter key.
func NewKey(rand io.Reader) (secret.Bytes, error) {
	b := make([]byte, KeySize)
	if _, err := io.ReadFull(rand, b); err != nil {
		return secret.Bytes{}, fmt.Errorf("totp: read randomness for a key: %w", err)
	}
	return secret.NewBytes(b), nil
}

// Step returns the number of the 30-second step that t lies in, counted from 1970
// (RFC 6238 section 4.2), or ErrClock.
func Step(t time.Time) (int64, error) {
	s := t.Unix()
	if s < 0 {
		return 0, ErrClock
	}
	return s / Period, nil
}

// Matches returns every step among the one before now, now's own and the one
// after in which the key shows this code, in ascending order. None is an empty
// slice and no error. Neighbouring steps can show the same code, which is why there
// may be more than one; the three are always computed and compared in constant
// time. Where the step after now's own shows the code, so may the steps after it:
// they are among the result as far as the code stays the same. The highest is the
// one to consume, since the code then opens nothing a step later.
//
// Errors: ErrKey, ErrClock.
func Matches(key secret.Bytes, code Code, now time.Time) ([]int64, error) {
	encoded, err := usable(key)
	if err != nil {
		return nil, err
	}
	current, err := Step(now)
	if err != nil {
		return nil, err
	}
	return matching(current, func(step int64) (bool, error) { return shows(encoded, step, code) })
}

func matching(current int64, shows func(step int64) (bool, error)) (steps []int64, err error) {
	for step, ok := max(0, current-skew), true; step <= current+skew || ok; step++ {
		if ok, err = shows(step); err != nil {
			return nil, err
		}
		if ok {
			steps = append(steps, step)
		}
	}
	return steps, nil
}

// Locate looks for the code outside the steps that Matches takes, and returns how
// far the phone's clock is off, in whole steps: positive means that the phone is
// ahead. Of two steps equally far the phone is taken to be behind.
//
// It is for words about the phone's clock; never let anybody in by it. Whoever guesses a
// code learns from it when that will be right: but at enrolment, where the code proves
// nothing yet, no code of a step that was told may be taken afterwards. within is at most a day.
// Each step looked at finds a wrong code by accident once in a million: 0.02 % for an hour each way.
//
// Errors: ErrKey, ErrClock.
func Locate(key secret.Bytes, code Code, now time.Time, within time.Duration) (offset time.Duration, found bool, err error) {
	encoded, err := usable(key)
	if err != nil {
		return 0, false, err
	}
	current, err := Step(now)
	if err != nil {
		return 0, false, err
	}
	reach := int64(min(within, maxLocate) / (Period * time.Second))
	for away := int64(skew + 1); away <= reach; away++ {
		for _, delta := range [2]int64{-away, away} {
			if current+delta < 0 {
				continue
			}
			ok, err := shows(encoded, current+delta, code)
			if err != nil {
				return 0, false, err
			}
			if ok {
				return time.Duration(delta) * Period * time.Second, true, nil
			}
		}
	}
	return 0, false, nil
}

// usable returns the key as hotp wants it, or ErrKey.
func usable(key secret.Bytes) (string, error) {
	if key.Len() != KeySize {
		return "", ErrKey
	}
	return Base32(key).Reveal(), nil
}

func shows(encoded string, step int64, code Code) (bool, error) {
	shown, err := generate(encoded, step, otp.DigitsSix, otp.AlgorithmSHA1)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare([]byte(shown), code.digits[:]) == 1, nil
}

// generate takes digits and algorithm so that the RFC's own vectors, which have
// eight digits and three algorithms, go through the same code as ours.
func generate(encoded string, step int64, digits otp.Digits, algorithm otp.Algorithm) (string, error) {
	shown, err := hotp.GenerateCodeCustom(encoded, uint64(step), hotp.ValidateOpts{Digits: digits, Algorithm: algorithm})
	if err != nil {
		return "", fmt.Errorf("totp: walk to a step: %w", err)
	}
	return shown, nil
}
