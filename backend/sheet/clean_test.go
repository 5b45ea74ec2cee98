package sheet

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestCleanLeavesTextAndDefusesTheRest(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"Chidi Nwosu": "Chidi Nwosu", "": "", " \t\n": "", "  a \r\n b\u00a0c\u2028d ": "a b c d", "a\x00b\x1b[2J": "a\ufffdb\ufffd[2J", "\u202eabc\u202c": "abc",
		"e\u0301": "\u00e9", "Nguye\u0302\u0303n": "Nguyễn", "a\xffb": "a\ufffdb", "a\u200bb\u2060\ufeff": "ab", "نامه\u200cای": "نامه\u200cای",
		"\u200d\u200c": "", "a\u200d": "a", "\u200da b\u200d c": "a b c", "👩\u200d\u200d🚀": "👩\u200d🚀", "\u3164\u115f\u2800": "", "\u0301\ufe0f": "", "a \u0301b": "a b", "e\u200b\u0301": "\u00e9",
		"x" + strings.Repeat("\u0336", 300) + "y": "x" + strings.Repeat("\u0336", 4) + "y",
	} {
		if got := clean(s); got != want {
			t.Errorf("%q becomes %q, not %q", s, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"Chidi Nwosu", "a\nb", "\u202ea", "e\u0301", "\xff", "\x1b[31m", "x\u0336\u0336\u0336\u0336\u0336", "\u2066\u2067 \u2069", " \u0301"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := clean(s)
		if !utf8.ValidString(got) || strings.TrimSpace(got) != got || strings.Contains(got, "  ") {
			t.Errorf("%q becomes %q", s, got)
		}
		for _, r := range got {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
				t.Errorf("%q keeps %U", s, r)
			}
		}
		if clean(got) != got {
			t.Errorf("%q becomes %q, and that %q", s, got, clean(got))
		}
	})
}

func FuzzWrap(f *testing.F) {
	for _, s := range []string{"", "Keep it with your important papers, not with your phone.", "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW", "漢字漢字漢字漢字", "👩\u200d🚀👩\u200d🚀", "a-b-c-d", "a\u0336\u0336", "שרה כהן"} {
		f.Add(s, 20)
	}
	f.Fuzz(func(t *testing.T, s string, limit int) {
		s = clean(s)
		limit = 10 + limit&63
		var whole strings.Builder
		for _, l := range wrap(s, limit) {
			if n := span(strings.TrimRight(l, " ")); n > limit {
				t.Errorf("%q is %d columns wide, not %d", l, n, limit)
			}
			whole.WriteString(l)
		}
		if whole.String() != s {
			t.Errorf("%q becomes %q", s, whole.String())
		}
	})
}
