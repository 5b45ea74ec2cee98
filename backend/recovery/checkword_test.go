package recovery_test

import (
	"bytes"
	"encoding/binary"
	"regexp"
	"strings"
	"testing"

	"countersign/backend/recovery"
	"countersign/backend/secret"
)

// A word that moved would make sheets that are on paper wrong: their set and the
// pepper choose it again each time.
func TestCheckWord_StaysTheSame(t *testing.T) {
	t.Parallel()
	for seed, want := range map[uint64]string{0: "acorn", 1: "amber", 100: "garden", 1 << 63: "cinnamon"} {
		if got := recovery.CheckWord(binary.BigEndian.AppendUint64(nil, seed)); got != want {
			t.Errorf("seed %d is now %q, and was %q", seed, got, want)
		}
	}
	long := append(binary.BigEndian.AppendUint64(nil, 1), bytes.Repeat([]byte{9}, 24)...)
	if got := recovery.CheckWord(long); got != "amber" {
		t.Errorf("the rest of a seed counts: %q", got)
	}
}

func TestCheckWord_ListIsLongPlainAndUnique(t *testing.T) {
	t.Parallel()
	plain := regexp.MustCompile(`^[a-z]{4,10}$`)
	seen := map[string]bool{}
	for seed := range uint64(100_000) {
		word := recovery.CheckWord(binary.BigEndian.AppendUint64(nil, seed))
		if !plain.MatchString(word) {
			t.Fatalf("%q is not plain", word)
		}
		if seed > 0 && word == "acorn" {
			break // all were there once
		}
		if seen[word] {
			t.Errorf("%q is there twice", word)
		}
		seen[word] = true
	}
	if len(seen) < 200 {
		t.Errorf("%d words", len(seen))
	}
}

func TestSameCheckWord_IgnoresCaseAndOuterSpaces(t *testing.T) {
	t.Parallel()
	for typed, same := range map[string]bool{
		"lantern": true, " Lantern\t": true, "LANTERN\n": true, "": false, " ": false, "lan tern": false, "lanterns": false, "lantern\x00": false,
		"l\u0430ntern": false, // a Cyrillic a
	} {
		if recovery.SameCheckWord(secret.NewText(typed), "lantern") != same {
			t.Errorf("%q is the word: %v", typed, !same)
		}
	}
}

// FuzzCheckWord types anything where a check word is asked for.
func FuzzCheckWord(f *testing.F) {
	for _, s := range []string{"", "lantern", " LANTERN ", "lantern\x00", "\xff", "ſaddle", strings.Repeat("x", 10_000)} {
		f.Add(s, []byte("12345678"))
	}
	f.Fuzz(func(t *testing.T, typed string, seed []byte) {
		if len(seed) < 8 {
			return
		}
		word := recovery.CheckWord(seed)
		if recovery.SameCheckWord(secret.NewText(typed), word) && len(strings.TrimSpace(typed)) < len(word) {
			t.Errorf("%q passes for %q", typed, word)
		}
		if !recovery.SameCheckWord(secret.NewText(" "+strings.ToUpper(word)+" "), word) {
			t.Errorf("%q is not itself", word)
		}
	})
}
