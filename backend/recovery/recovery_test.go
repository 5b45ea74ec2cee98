package recovery_test

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"

	"countersign/backend/recovery"
	"countersign/backend/secret"
)

func set(t testing.TB) []recovery.Code {
	t.Helper()
	codes, err := recovery.Generate(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return codes
}

func parse(t testing.TB, s string) recovery.Code {
	t.Helper()
	c, err := recovery.Parse(secret.NewText(s))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func pepper() secret.Bytes { return secret.NewBytes(bytes.Repeat([]byte{7}, 32)) }

var salt = []byte("0123456789abcdef")

func TestGenerate_GivesTenDifferentCodes(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$`)
	seen := make(map[string]bool)
	for range 100 {
		codes := set(t)
		if len(codes) != recovery.SetSize {
			t.Fatalf("%d codes", len(codes))
		}
		for _, c := range codes {
			if !form.MatchString(c.Display()) {
				t.Error("a code has another form")
			}
			seen[c.Display()] = true
		}
	}
	if len(seen) != 100*recovery.SetSize {
		t.Errorf("%d of 1000 codes are different", len(seen))
	}
}

func TestGenerate_UsesEachCharacterEquallyOften(t *testing.T) {
	t.Parallel()
	count := make(map[rune]int)
	for range 2000 {
		for _, c := range set(t) {
			for _, r := range strings.ReplaceAll(c.Display(), "-", "") {
				count[r]++
			}
		}
	}
	if len(count) != 32 {
		t.Fatalf("%d different characters", len(count))
	}
	// 320,000 draws: 10,000 each, standard deviation 98. Ten of those never happen.
	for r, n := range count {
		if n < 9_000 || n > 11_000 {
			t.Errorf("%c came up %d times in 320,000", r, n)
		}
	}
}

func TestGenerate_RefusesAShortOrRepeatingSource(t *testing.T) {
	t.Parallel()
	for n := range 16 * recovery.SetSize {
		if codes, err := recovery.Generate(bytes.NewReader(make([]byte, n))); err == nil || codes != nil {
			t.Fatalf("a source of %d bytes gave %d codes", n, len(codes))
		}
	}
	if codes, err := recovery.Generate(bytes.NewReader(make([]byte, 1<<10))); err == nil || codes != nil {
		t.Errorf("a source of zeros gave %d codes", len(codes))
	}
}

func TestParse_TakesEachSpellingOfACode(t *testing.T) {
	t.Parallel()
	const shown = "0HTR-1V5M-J8XP-4CE2"
	for _, s := range []string{
		shown, "0htr-1v5m-j8xp-4ce2", "0HTR1V5MJ8XP4CE2", "0HTR 1V5M J8XP 4CE2", " 0HTR-1V5M-J8XP-4CE2 ", "0 h t r 1 v 5 m j 8 x p 4 c e 2",
		"--0HTR--1V5M - J8XP4CE2-", "OHTR-IV5M-J8XP-4CE2", "ohtr-lv5m-j8xp-4ce2", "oHTR-LV5M-J8XP-4CE2", "oHTR-iV5M-J8XP-4CE2",
	} {
		if c, err := recovery.Parse(secret.NewText(s)); err != nil || c.Display() != shown {
			t.Errorf("%q: %v, another code: %t", s, err, c.Display() != shown)
		}
	}
}

func TestParse_RefusesOtherTextWithItsLength(t *testing.T) {
	t.Parallel()
	for s, n := range map[string]int{
		"0HTR-1V5M-J8XP-4CE":           15,
		"0HTR-1V5M-J8XP-4CE22":         17,
		"UHTR-1V5M-J8XP-4CE2":          16,
		"uHTR-1V5M-J8XP-4CE2":          16,
		"0HTR_1V5M_J8XP_4CE2":          19,
		"0HTR-1V5M-J8XP-4CE*":          16,
		"0HTR-1V5M-J8XP-4CE2\n":        17,
		"0HTR\t1V5M-J8XP-4CE2":         17,
		"0HTR\u00a01V5M-J8XP-4CE2":     17,
		"0HTR\u20131V5M-J8XP-4CE2":     17,
		"0HTR-1V5M-J8XP-4CE\x00":       16,
		"０HTR-1V5M-J8XP-4CE2":          16,
		"0HTR-1V5M-J8XP-4CEé":          16,
		"0HTR-1V5M-J8XP-4Cé":           15, // sixteen bytes
		"287082":                       6,
		strings.Repeat("A", 1_000_000): 1_000_000,
	} {
		c, err := recovery.Parse(secret.NewText(s))
		var form *recovery.FormError
		if !errors.As(err, &form) || form.Length != n || c != (recovery.Code{}) {
			t.Errorf("%.30q: %v; want length %d", s, err, n)
			continue
		}
		if strings.Contains(err.Error(), "HTR") {
			t.Error("the error repeats the input")
		}
	}
	for _, s := range []string{"", " ", "-", " - - ", strings.Repeat("-", 1_000_000)} {
		if _, err := recovery.Parse(secret.NewText(s)); !errors.Is(err, recovery.ErrEmpty) {
			t.Errorf("%.10q: %v", s, err)
		}
	}
}

// hash is what is kept of a code.
func hash(c recovery.Code, salt []byte, p recovery.Params, pepper secret.Bytes) []byte {
	return recovery.Keyed(recovery.ProofOf(c, salt, p), pepper)
}

func TestMatch_CodeMatchesOnlyItsOwnHash(t *testing.T) {
	t.Parallel()
	codes := set(t)
	stored := make([][]byte, len(codes))
	for i, c := range codes {
		stored[i] = hash(c, salt, recovery.DefaultParams, pepper())
	}
	for _, i := range []int{0, 4, 9} {
		typed := parse(t, strings.ToLower(strings.ReplaceAll(codes[i].Display(), "-", " ")))
		if got := recovery.Match(hash(typed, salt, recovery.DefaultParams, pepper()), stored); got != i {
			t.Errorf("code %d matches %d", i, got)
		}
	}
	for name, h := range map[string][]byte{
		"another code":   hash(set(t)[0], salt, recovery.DefaultParams, pepper()),
		"another salt":   hash(codes[0], []byte("0123456789abcdeg"), recovery.DefaultParams, pepper()),
		"another pepper": hash(codes[0], salt, recovery.DefaultParams, secret.NewBytes(make([]byte, 32))),
		"other costs":    hash(codes[0], salt, recovery.Params{MemoryKiB: 19 << 10, Time: 3, Threads: 1}, pepper()),
		"no code":        hash(recovery.Code{}, salt, recovery.DefaultParams, pepper()),
		"half a hash":    stored[0][:16],
		"no hash":        nil,
	} {
		if got := recovery.Match(h, stored); got != -1 {
			t.Errorf("%s matches %d", name, got)
		}
	}
	if got := recovery.Match(nil, [][]byte{nil, {}}); got != -1 {
		t.Errorf("nothing matches nothing at %d", got)
	}
	if got := recovery.Match(stored[0], nil); got != -1 {
		t.Errorf("matches at %d of none", got)
	}
}

// A changed form of the hash would void every sheet that is out. The value is also what
// independent implementations, hash-wasm and Node's crypto, give.
func TestHash_FormStaysTheSame(t *testing.T) {
	t.Parallel()
	h := hash(parse(t, "0HTR-1V5M-J8XP-4CE2"), salt, recovery.DefaultParams, pepper())
	const want = "f3b605eecce05e1901bde5797293a1f6414634d392b93b8c8a078785110a2fb0"
	if got := hex.EncodeToString(h); got != want {
		t.Errorf("%s", got)
	}
}

func TestCode_PrintsAsElided(t *testing.T) {
	t.Parallel()
	c := parse(t, "0HTR-1V5M-J8XP-4CE2")
	held := struct{ C []recovery.Code }{[]recovery.Code{c}}
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
	for _, form := range []string{"0HTR", "30485452", "48 72 84 82"} {
		if strings.Contains(out.String(), form) {
			t.Errorf("printed %q: %s", form, out.String())
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "0HTR-1V5M-J8XP-4CE2", "ohtr lv5m j8xp 4ce2", "UHTR-1V5M-J8XP-4CE2", "0HTR-1V5M-J8XP-4CE", "0HTR\u20131V5M", "\xff", "----"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := recovery.Parse(secret.NewText(s))
		if err != nil {
			if c != (recovery.Code{}) {
				t.Errorf("%q: an error and a code", s)
			}
			return
		}
		again, err := recovery.Parse(secret.NewText(c.Display()))
		if err != nil || again.Display() != c.Display() {
			t.Errorf("%q: shown, it reads as another code: %v", s, err)
		}
		if slices.ContainsFunc([]rune(s), func(r rune) bool { return r > 127 || r == 'U' || r == 'u' }) {
			t.Errorf("%q was taken", s)
		}
	})
}

func BenchmarkHash(b *testing.B) {
	c := set(b)[0]
	for b.Loop() {
		hash(c, salt, recovery.DefaultParams, pepper())
	}
}
