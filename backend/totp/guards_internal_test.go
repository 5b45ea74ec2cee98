package totp

import (
	"testing"

	"github.com/pquerna/otp"
)

func TestShows_TextThatIsNoKeyShowsNoCode(t *testing.T) {
	t.Parallel()
	for _, encoded := range []string{"1", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ!"} {
		if shown, err := generate(encoded, 1, otp.DigitsSix, otp.AlgorithmSHA1); err == nil || shown != "" {
			t.Errorf("%q: a code of %d digits, %v", encoded, len(shown), err)
		}
		if ok, err := shows(encoded, 1, Code{}); err == nil || ok {
			t.Errorf("%q: %t, %v", encoded, ok, err)
		}
	}
}
