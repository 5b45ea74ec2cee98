package totp_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/backend/totp"
)

// locate shows the code of a step to a clock that stands in another.
func locate(t *testing.T, step, now int64, within time.Duration) (time.Duration, bool) {
	t.Helper()
	s, err := totp.Show(seed(), step)
	if err != nil {
		t.Fatal(err)
	}
	off, found, err := totp.Locate(seed(), code(t, s), at(now), within)
	if err != nil {
		t.Fatal(err)
	}
	return off, found
}

func TestLocate_LooksAtTheLastStepOfItsReach(t *testing.T) {
	t.Parallel()
	for _, delta := range []int64{-10, 10} {
		if off, found := locate(t, 100+delta, 100, 5*time.Minute); !found || off != time.Duration(delta)*30*time.Second {
			t.Errorf("%+d steps: %v, %t", delta, off, found)
		}
		if off, found := locate(t, 100+delta+delta/10, 100, 5*time.Minute); found {
			t.Errorf("a step further than %+d: %v", delta, off)
		}
	}
}

func TestLocate_LooksAtStep0AndNotBefore(t *testing.T) {
	t.Parallel()
	if off, found := locate(t, 0, 5, time.Hour); !found || off != -150*time.Second {
		t.Errorf("step 0: %v, %t", off, found)
	}
	if off, found := locate(t, -2, 5, time.Hour); found {
		t.Errorf("a step before 1970 was found at %v", off)
	}
}

func TestURI_EscapesAllButUnreservedCharacters(t *testing.T) {
	t.Parallel()
	const plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~@"
	for c := byte('!'); c < 0x7F; c++ {
		if c == ':' {
			continue
		}
		uri, _, err := totp.URI(seed(), totp.Label{Issuer: "Northwind", Account: "a" + string(c) + "b"})
		if err != nil {
			t.Fatal(err)
		}
		want := string(c)
		if !strings.Contains(plain, want) {
			want = fmt.Sprintf("%%%02X", c)
		}
		if account, _, _ := strings.Cut(strings.TrimPrefix(uri.Reveal(), "otpauth://totp/Northwind:"), "?"); account != "a"+want+"b" {
			t.Errorf("%c is written as %s", c, account)
		}
	}
}
