package workspace

import (
	"testing"
)

func TestHexOf_NoCheckIsEmpty(t *testing.T) {
	t.Parallel()
	for want, check := range map[string][]byte{"0001": {0, 1}, "ff00": {255, 0}} {
		if got := hexOf(check); got != want {
			t.Errorf("%v: %q", check, got)
		}
	}
	for _, check := range [][]byte{nil, {}, {0, 0, 0}} {
		if got := hexOf(check); got != "" {
			t.Errorf("%v: %q", check, got)
		}
	}
}
