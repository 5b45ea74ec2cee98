package totp_test

import (
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pquerna/otp"

	"countersign/backend/secret"
	"countersign/backend/totp"
)

func TestParseCode_TakesSixDigitsInGroupsOrNot(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"287082", "287 082", "28 70 82", "2 8 7 0 8 2"} {
		c := code(t, s)
		if got, err := totp.Matches(seed(), c, at(1)); err != nil || len(got) != 1 {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
}

func TestParseCode_RefusesOtherText(t *testing.T) {
	t.Parallel()
	million := strings.Repeat("1", 1_000_000)
	for _, s := range []string{
		"28708", "2870822", million, " 287082", "287082 ", "287  082", "287-082", "287\u00a0082", "287\u2009082",
		"２８７０８２", "٢٨٧٠٨٢", "۲۸۷۰۸۲", "+87082", "-87082", "2.8708", "0x2870", "28708e", "287082\n", "\n287082", "287\n082", "287082\r\n",
		"287082\x00", "\x00287082", "28\x007082", "287\t082", "a", "\xff\xff\xff\xff\xff\xff", "287082 287082", strings.Repeat(" ", 1000) + "1",
	} {
		_, err := totp.ParseCode(secret.NewText(s))
		if !errors.Is(err, totp.ErrCodeForm) {
			t.Errorf("%.20q: %v", s, err)
		}
	}
	for _, s := range []string{"", " ", "      ", strings.Repeat(" ", 1_000_000)} {
		if _, err := totp.ParseCode(secret.NewText(s)); !errors.Is(err, totp.ErrCodeEmpty) {
			t.Errorf("%d spaces: %v", len(s), err)
		}
	}
}

func TestBase32_ReadsBack(t *testing.T) {
	t.Parallel()
	text := totp.Base32(seed())
	if text.Reveal() != "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" {
		t.Error("not RFC 4648's base32")
	}
	key, err := totp.FromBase32(text.Reveal())
	if err != nil || !key.Equal(seed()) {
		t.Errorf("another key came back: %v", err)
	}
	if got := totp.Groups(seed()); len(got) != 8 || strings.Join(got, "") != text.Reveal() || slices.ContainsFunc(got, func(g string) bool { return len(g) != 4 }) {
		t.Errorf("%d groups", len(got))
	}
}

func TestFromBase32_RefusesWhatIsNoKey(t *testing.T) {
	t.Parallel()
	const good = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	for _, s := range []string{
		"", " ", strings.Repeat(" ", 32), "A", "GE", good[:31], good + "A", good + "=", good + "\n", " " + good,
		strings.ToLower(good), good[:31] + "1", good[:31] + "=", good[:31] + "\n", "\n" + good[:31], good[:16] + "\r\n" + good[:14],
		strings.Repeat("=", 32), strings.Repeat("\x00", 32), strings.Repeat("é", 16), strings.Repeat("A", 1_000_000),
	} {
		if key, err := totp.FromBase32(s); !errors.Is(err, totp.ErrKey) || key.Len() != 0 {
			t.Errorf("%.40q: a key of %d bytes, %v", s, key.Len(), err)
		}
	}
}

func TestURI_HasAllThatAnAppNeeds(t *testing.T) {
	t.Parallel()
	label := totp.Label{Issuer: "Northwind Legal", Account: "amara.okafor@example.com"}
	uri, shown, err := totp.URI(seed(), label)
	if err != nil || shown != label {
		t.Fatal(shown, err)
	}
	const want = "otpauth://totp/Northwind%20Legal:amara.okafor@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" +
		"&issuer=Northwind%20Legal&algorithm=SHA1&digits=6&period=30"
	if uri.Reveal() != want {
		t.Errorf("%s", uri.Reveal())
	}
}

func TestURI_LabelReadsBackOrIsRefused(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"a/b", "100 %", "%41", "%3A", "a\u200fb", "\u200fa", "a+b", "a&b=c", "a?b#c", "Ελένη", "Нора", "Nguyễn", "日本", "🔐", "a\\b", `"a"`, "<img src=x onerror=alert(1)>", "a;b", "a@b",
	} {
		for _, l := range []totp.Label{{Issuer: s, Account: "amara@example.com"}, {Issuer: "Northwind Legal", Account: s}} {
			if shown := readBack(t, l); shown != l {
				t.Errorf("%q is shown as %q", l, shown)
			}
		}
	}
	for _, s := range []string{
		"", " ", "a\nb", "a\x00b", "a\tb", "a\u0085b", "\xff", " a", "a ", "\u00a0a",
	} {
		for _, l := range []totp.Label{{Issuer: s, Account: "a"}, {Issuer: "a", Account: s}} {
			uri, _, err := totp.URI(seed(), l)
			if !errors.Is(err, totp.ErrLabel) || !uri.Empty() || !errors.Is(l.Check(), totp.ErrLabel) {
				t.Errorf("%.20q was taken: %v", s, err)
			}
		}
	}
}

func TestURI_AColonIsASignThatLooksTheSame(t *testing.T) {
	t.Parallel()
	for _, l := range []totp.Label{{Issuer: "Kanzlei: Nord", Account: "a@b.c"}, {Issuer: ":", Account: "a:b@c.d"}} {
		if shown := readBack(t, l); shown.Issuer != strings.ReplaceAll(l.Issuer, ":", "∶") || shown.Account != strings.ReplaceAll(l.Account, ":", "∶") {
			t.Errorf("%q is shown as %q", l, shown)
		}
	}
}

func TestURI_ShortensTheIssuerAtAWordOrCharacter(t *testing.T) {
	t.Parallel()
	const email = "amara.okafor@example.com"
	for name, tt := range map[string]struct{ issuer, ends string }{
		"words":        {strings.Repeat("Северная нотариальная контора ", 12) + "Север", "а"},
		"no words":     {strings.Repeat("นิติ", 60), "ติ"},
		"a new letter": {strings.Repeat("क्षि", 60), "क्षि"},
		"families":     {strings.Repeat("👩\u200d👩\u200d👧", 40), "👧"},
		"one cluster":  {"e" + strings.Repeat("\u0301", 400), "\u0301"},
	} {
		shown := readBack(t, totp.Label{Issuer: tt.issuer, Account: email})
		kept, cut := strings.CutSuffix(shown.Issuer, "…")
		switch {
		case shown.Account != email:
			t.Errorf("%s: the account is shown as %q", name, shown.Account)
		case !cut || !strings.HasPrefix(tt.issuer, kept) || !strings.HasSuffix(kept, tt.ends):
			t.Errorf("%s: shown as %q", name, shown.Issuer)
		case name == "words" && tt.issuer[len(kept)] != ' ':
			t.Errorf("%s: %q is cut within a word", name, kept)
		case len(kept)*5 < len(tt.issuer):
			t.Errorf("%s: only %q is left", name, kept)
		}
	}
}

func TestURI_ALongIssuerIsSaidOnce(t *testing.T) {
	t.Parallel()
	for n, twice := range map[int]bool{20: true, 38: false} {
		l := totp.Label{Issuer: strings.Repeat("ж", n), Account: "a@b.c"}
		uri, shown, err := totp.URI(seed(), l)
		if err != nil || shown != l || strings.Count(uri.Reveal(), strings.Repeat("%D0%B6", n)) != map[bool]int{true: 2, false: 1}[twice] {
			t.Errorf("%d letters: %s %v", n, uri.Reveal(), err)
		}
	}
}

func TestURI_WhatFitsIsWholeAndTheRestGetsAThird(t *testing.T) {
	t.Parallel()
	latin, thai := strings.Repeat("a", 248)+"@ex.io", strings.Repeat("ก", 240)+"@example.com"
	for _, tt := range []struct {
		l              totp.Label
		issuer, acount bool // whole
	}{
		{totp.Label{Issuer: strings.Repeat("x", 120), Account: latin}, true, true},
		{totp.Label{Issuer: strings.Repeat("ж", 120), Account: "n@example.com"}, true, true},
		{totp.Label{Issuer: strings.Repeat("ж", 120), Account: latin}, false, true},
		{totp.Label{Issuer: strings.Repeat("ก", 30), Account: thai}, true, false},
		{totp.Label{Issuer: strings.Repeat("ก", 120), Account: thai}, false, false},
	} {
		shown := readBack(t, tt.l)
		if (shown.Issuer == tt.l.Issuer) != tt.issuer || (shown.Account == tt.l.Account) != tt.acount {
			t.Errorf("%q is shown as %q", tt.l, shown)
		}
		if len(shown.Issuer) < 80 || len(shown.Account) < 13 {
			t.Errorf("too little is left: %q", shown)
		}
	}
}

// readBack reads the URI with the library that stands for the apps, and returns what
// the app is said to show.
func readBack(t testing.TB, l totp.Label) totp.Label {
	t.Helper()
	uri, shown, err := totp.URI(seed(), l)
	if err != nil {
		t.Errorf("%q: %v", l, err)
		return shown
	}
	key, err := otp.NewKeyFromURL(uri.Reveal())
	if err != nil {
		t.Errorf("%q: %v", l, err)
		return shown
	}
	if key.Issuer() != shown.Issuer || key.AccountName() != shown.Account || key.Secret() != totp.Base32(seed()).Reveal() {
		t.Errorf("%q came back as %q, %q", shown, key.Issuer(), key.AccountName())
	}
	u, err := url.Parse(uri.Reveal())
	if err != nil || (u.Path != "/"+shown.Issuer+":"+shown.Account && u.Path != "/"+shown.Account) || u.Fragment != "" {
		t.Errorf("%q: the path is %q, %v", l, u.Path, err)
	}
	if len(uri.Reveal()) > 1003 {
		t.Errorf("%q: %d bytes", l, len(uri.Reveal()))
	}
	return shown
}

func FuzzParseCode(f *testing.F) {
	for _, s := range []string{"", "287082", "287 082", " 287082", "287082 ", "287  082", "２８７０８２", "+87082", "287082\n", "28\x007082", "12345", "1234567"} {
		f.Add(s)
	}
	six := regexp.MustCompile(`^[0-9]{6}$`)
	f.Fuzz(func(t *testing.T, s string) {
		_, err := totp.ParseCode(secret.NewText(s))
		want := six.MatchString(strings.ReplaceAll(s, " ", "")) && strings.Trim(s, " ") == s && !strings.Contains(s, "  ") && !strings.Contains(s, "\n")
		if (err == nil) != want {
			t.Errorf("%q: %v", s, err)
		}
	})
}

func FuzzFromBase32(f *testing.F) {
	for _, s := range []string{"", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "gezdgnbvgy3tqojqgezdgnbvgy3tqojq", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ\n", "================================"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		key, err := totp.FromBase32(s)
		if err == nil && totp.Base32(key).Reveal() != s {
			t.Errorf("%q came back as another key", s)
		}
		if err != nil && (!errors.Is(err, totp.ErrKey) || key.Len() != 0) {
			t.Errorf("%q: %v with %d bytes", s, err, key.Len())
		}
	})
}

func FuzzURI(f *testing.F) {
	for _, s := range [][2]string{{"Northwind Legal", "amara@example.com"}, {"a:b", "c"}, {"a/b", "100 %"}, {"\u200fa", "%3A"}, {"", "a"}, {"\xff", "a"}, {"a+b", "a&b"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, issuer, account string) {
		l := totp.Label{Issuer: issuer, Account: account}
		if l.Check() == nil {
			readBack(t, l)
		}
	})
}
