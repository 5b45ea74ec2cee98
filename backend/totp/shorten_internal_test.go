package totp

import (
	"strings"
	"testing"
)

// The ellipsis takes 9 bytes of room: three of UTF-8, each as %XX.
func TestShortened_EndsAfterAWordOrACharacterThatFits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		s    string
		room int
		want string
	}{
		{"whole", 5, "whole"},
		{"whole", 4, "…"}, // nothing fits beside the ellipsis
		{"abcdefghij", 9, "…"},
		{"abcdefghijk", 10, "a…"},
		{"abcdefghijkl", 11, "ab…"},
		{"abcdefghijklmnopqrs", 18, "abcdefghi…"},
		{"ab cdefghijklmnopqr", 18, "ab…"},      // the word ends at half of the 7 that fit
		{"a cdefghijklmnopqrs", 18, "a cdefg…"}, // and here before half
		{"abcd efghijklmnopqrs", 18, "abcd…"},
		{"abcdefg hijklmnopqrst", 19, "abcdefg…"},           // with a space after it, which goes
		{"abcdefg, hijklmnopqrst", 22, "abcdefg…"},          // and a comma
		{"e\u0301e\u0301e\u0301e\u0301", 16, "e\u0301…"},    // an accent stays with its letter
		{"e\u0301e\u0301e\u0301e\u0301", 15, "e…"},          // unless not even one fits
		{"a" + strings.Repeat("\u0301", 9), 16, "a\u0301…"}, // one character that does not fit is cut
	} {
		if got := shortened(c.s, c.room); got != c.want {
			t.Errorf("%q in %d: %q, not %q", c.s, c.room, got, c.want)
		}
	}
}

func TestShortens_SaysWhichOfTheTwoIsLeftOut(t *testing.T) {
	t.Parallel()
	whole := Label{Issuer: "North: wind", Account: "amara@example.com"}
	kept := Label{Issuer: withoutColon(whole.Issuer), Account: whole.Account}
	for name, c := range map[string]struct {
		l    Label
		want bool
	}{
		"all of it":       {kept, false},
		"a short issuer":  {Label{Issuer: "North…", Account: kept.Account}, true},
		"a short account": {Label{Issuer: kept.Issuer, Account: "amara…"}, true},
		"both":            {Label{Issuer: "N…", Account: "a…"}, true},
	} {
		if got := c.l.Shortens(whole); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

func TestURI_SaysTheIssuerTwiceAsLongAsItFits(t *testing.T) {
	t.Parallel()
	encoded := strings.Repeat("A", encodedSize)
	for n := 1; ; n++ {
		l := Label{Issuer: strings.Repeat("i", n), Account: "a"}
		twice := written(encoded, l.Issuer+":", l)
		got := uri(encoded, l)
		switch {
		case len(twice) <= maxTwice && got != twice:
			t.Fatalf("%d bytes, and said once", len(twice))
		case len(twice) > maxTwice && got == twice:
			t.Fatalf("%d bytes, and said twice", len(twice))
		}
		if len(twice) > maxTwice {
			break
		}
	}
	// Each letter of the issuer counts twice, so one of the account makes the length even.
	for _, account := range []string{"a", "ab"} {
		l := Label{Account: account}
		l.Issuer = strings.Repeat("i", (maxTwice-len(written(encoded, ":", l)))/2)
		if twice := written(encoded, l.Issuer+":", l); len(twice) == maxTwice && uri(encoded, l) != twice {
			t.Errorf("%d bytes, which is the most, and said once", maxTwice)
		}
	}
}
