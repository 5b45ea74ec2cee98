package totp_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/secret"
	"countersign/backend/totp"
)

// seed is the key of RFC 4226 appendix D and of RFC 6238 appendix B for SHA-1.
func seed() secret.Bytes { return secret.NewBytes([]byte("12345678901234567890")) }

// codes are RFC 4226 appendix D, steps 0 to 9.
var codes = []string{"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"}

func at(step int64) time.Time { return time.Unix(step*totp.Period+7, 0) }

func code(t testing.TB, s string) totp.Code {
	t.Helper()
	c, err := totp.ParseCode(secret.NewText(s))
	if err != nil {
		t.Fatalf("ParseCode: %v", err)
	}
	return c
}

func TestMatches_RFC4226VectorsMatchOnlyTheirStep(t *testing.T) {
	t.Parallel()
	for step, digits := range codes {
		got, err := totp.Matches(seed(), code(t, digits), at(int64(step)))
		if err != nil || !slices.Equal(got, []int64{int64(step)}) {
			t.Errorf("step %d: %v, %v", step, got, err)
		}
	}
}

func TestMatches_OneStepEarlyOrLateAndNotTwo(t *testing.T) {
	t.Parallel()
	const step = 5
	for skew, want := range map[int64][]int64{-2: nil, -1: {step}, 0: {step}, 1: {step}, 2: nil} {
		got, err := totp.Matches(seed(), code(t, codes[step]), at(step+skew))
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("the clock %+d steps from the code: %v, %v; want %v", skew, got, err, want)
		}
	}
}

func TestMatches_LeadingZerosCount(t *testing.T) {
	t.Parallel()
	if got, err := totp.Matches(seed(), code(t, "000152"), at(44)); err != nil || !slices.Equal(got, []int64{44}) {
		t.Errorf("step 44: %v, %v", got, err)
	}
}

func TestMatches_ReportsBothStepsThatShareACode(t *testing.T) {
	t.Parallel()
	const shared = 910737 // the first such pair under the RFC's seed
	for step := int64(shared); step <= shared+1; step++ {
		got, err := totp.Matches(seed(), code(t, "911617"), at(step))
		if err != nil || !slices.Equal(got, []int64{shared, shared + 1}) {
			t.Errorf("the clock in step %d: %v, %v", step, got, err)
		}
	}
}

func TestMatches_FirstStepHasNoneBeforeIt(t *testing.T) {
	t.Parallel()
	for step := int64(0); step <= 1; step++ {
		got, err := totp.Matches(seed(), code(t, codes[step]), time.Unix(0, 0))
		if err != nil || !slices.Equal(got, []int64{step}) {
			t.Errorf("in 1970, code of step %d: %v, %v", step, got, err)
		}
	}
}

func TestTOTP_ClockBefore1970IsRefused(t *testing.T) {
	t.Parallel()
	early := time.Date(1969, 12, 31, 23, 59, 59, 0, time.UTC)
	if _, err := totp.Step(early); !errors.Is(err, totp.ErrClock) {
		t.Errorf("Step: %v", err)
	}
	if _, err := totp.Matches(seed(), code(t, codes[0]), early); !errors.Is(err, totp.ErrClock) {
		t.Errorf("Matches: %v", err)
	}
	if _, _, err := totp.Locate(seed(), code(t, codes[0]), early, time.Hour); !errors.Is(err, totp.ErrClock) {
		t.Errorf("Locate: %v", err)
	}
}

func TestMatches_KeyOfAnotherLengthIsRefused(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 10, 19, 21, 32} {
		key := secret.NewBytes(make([]byte, n))
		if got, err := totp.Matches(key, code(t, "328482"), at(1)); !errors.Is(err, totp.ErrKey) || got != nil {
			t.Errorf("%d bytes: Matches: %v, %v", n, got, err)
		}
		if _, _, err := totp.Locate(key, code(t, "328482"), at(1), time.Hour); !errors.Is(err, totp.ErrKey) {
			t.Errorf("%d bytes: Locate: %v", n, err)
		}
		if _, _, err := totp.URI(key, totp.Label{Issuer: "N", Account: "a"}); !errors.Is(err, totp.ErrKey) {
			t.Errorf("%d bytes: URI: %v", n, err)
		}
	}
}

func TestMatches_ZeroCodeMatchesNothing(t *testing.T) {
	t.Parallel()
	if got, err := totp.Matches(seed(), totp.Code{}, at(1)); err != nil || len(got) != 0 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestLocate_TellsHowFarThePhonesClockIsOff(t *testing.T) {
	t.Parallel()
	const step = 2000
	for _, minutes := range []int{-600, -59, -5, -1, 1, 5, 59, 600} {
		off := time.Duration(minutes) * time.Minute
		s, err := totp.Show(seed(), step+int64(off/(30*time.Second)))
		if err != nil {
			t.Fatal(err)
		}
		got, found, err := totp.Locate(seed(), code(t, s), at(step), 11*time.Hour)
		if err != nil || !found || got != off {
			t.Errorf("phone off by %v: %v, %v, %v", off, got, found, err)
		}
	}
}

func TestLocate_SearchesOnlyItsRangeOutsideTheWindow(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		step   int64
		within time.Duration
	}{
		"within the window": {step: 101, within: time.Hour},
		"beyond the range":  {step: 111, within: 5 * time.Minute},
		"no range":          {step: 105, within: 0},
		"a negative range":  {step: 105, within: -time.Hour},
	} {
		s, err := totp.Show(seed(), tt.step)
		if err != nil {
			t.Fatal(err)
		}
		if off, found, err := totp.Locate(seed(), code(t, s), at(100), tt.within); found || err != nil {
			t.Errorf("%s: found at %v, %v", name, off, err)
		}
	}
}

func TestNewKey_HasTwentyBytesOfTheSource(t *testing.T) {
	t.Parallel()
	key, err := totp.NewKey(bytes.NewReader([]byte("abcdefghijklmnopqrstuvwxyz")))
	if err != nil || !key.Equal(secret.NewBytes([]byte("abcdefghijklmnopqrst"))) {
		t.Errorf("not the source's bytes: %v", err)
	}
	for n := range totp.KeySize {
		if key, err := totp.NewKey(bytes.NewReader(make([]byte, n))); err == nil || key.Len() != 0 {
			t.Errorf("a source of %d bytes gave a key of %d", n, key.Len())
		}
	}
}

// oathtool is an independent implementation.
func TestMatches_TakesTheCodesOfOathtool(t *testing.T) {
	t.Parallel()
	for range 5 {
		key, err := totp.NewKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		now := time.Date(2026, 11, 12, 9, 41, 3, 0, time.UTC)
		// The key on standard input, as a secret should be.
		cmd := exec.Command("oathtool", "--totp", "--base32", "--now", now.Format("2006-01-02 15:04:05 UTC"), "-")
		cmd.Stdin = strings.NewReader(totp.Base32(key).Reveal() + "\n")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("oathtool: %v", err)
		}
		step, err := totp.Step(now)
		if err != nil {
			t.Fatal(err)
		}
		got, err := totp.Matches(key, code(t, strings.TrimSpace(string(out))), now)
		if err != nil || !slices.Contains(got, step) {
			t.Errorf("oathtool's code of step %d: %v, %v", step, got, err)
		}
	}
}

func TestCode_PrintsAsElided(t *testing.T) {
	t.Parallel()
	c := code(t, "287082")
	held := struct{ C totp.Code }{c}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb, c)
		fmt.Fprintf(&out, verb, held)
	}
	raw, err := json.Marshal(held)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(raw)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "c", c, "held", held)
	for _, form := range []string{"287082", "323837", "50 56 55"} {
		if strings.Contains(out.String(), form) {
			t.Errorf("printed %q: %s", form, out.String())
		}
	}
}

func BenchmarkMatches(b *testing.B) {
	key, c := seed(), code(b, codes[5])
	for b.Loop() {
		if _, err := totp.Matches(key, c, at(5)); err != nil {
			b.Fatal(err)
		}
	}
}
