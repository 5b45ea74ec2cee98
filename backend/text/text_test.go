package text_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"countersign/backend/text"
)

func TestLine_LeavesTextAndDefusesTheRest(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"Chidi Nwosu": "Chidi Nwosu", "": "", " \t\n": "", "  a \r\n b\u00a0c\u2028d ": "a b c d", "a\x00b\x1b[2J": "a\ufffdb\ufffd[2J", "\u202eabc\u202c": "abc",
		"e\u0301": "\u00e9", "Nguye\u0302\u0303n": "Nguyễn", "a\xffb": "a\ufffdb", "a\u200bb\u2060\ufeff": "ab", "نامه\u200cای": "نامه\u200cای",
		"\u200d\u200c": "", "a\u200d": "a", "\u200da b\u200d c": "a b c", "👩\u200d\u200d🚀": "👩\u200d🚀", "\u3164\u115f\u2800": "", "\u0301\ufe0f": "", "a \u0301b": "a b", "e\u200b\u0301": "\u00e9",
		"x" + strings.Repeat("\u0336", 300) + "y": "x" + strings.Repeat("\u0336", 4) + "y",
	} {
		if got := text.Line(s); got != want {
			t.Errorf("%q becomes %q, not %q", s, got, want)
		}
	}
}

func FuzzLine(f *testing.F) {
	for _, s := range []string{"Chidi Nwosu", "a\nb", "\u202ea", "e\u0301", "\xff", "\x1b[31m", "x\u0336\u0336\u0336\u0336\u0336", "\u2066\u2067 \u2069", " \u0301"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := text.Line(s)
		if !utf8.ValidString(got) || strings.TrimSpace(got) != got || strings.Contains(got, "  ") {
			t.Errorf("%q becomes %q", s, got)
		}
		for _, r := range got {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
				t.Errorf("%q keeps %U", s, r)
			}
		}
		if text.Line(got) != got {
			t.Errorf("%q becomes %q, and that %q", s, got, text.Line(got))
		}
	})
}

func TestName_InvisibleCharactersAloneAreNoName(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", " ", "\u00a0", "\u00ad", "\u034f", "\u061c", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u180b", "\u180e", "\u180f", "\u200b", "\u200c", "\u200d", "\u200e", "\u200f",
		"\u2060", "\u2061", "\u2064", "\u206a", "\u2800", "\u3164", "\ufe00", "\ufe0f", "\uffa0", "\ufff0", "\U0001d173", "\U000e0001", "\U000e0041", "\U000e0100", "\U000e01f0",
		"\u3164 \u3164", "\u200b\u00ad\u2060", "\u2800\u2800 \u2800", "\u0301", "\u0301\u200d\u0301", "\u200f\u0301", "\ue000", "\U0010ffff", "\u3164\u0301",
	} {
		if name, ok := text.Name(s); !ok || name != "" {
			t.Errorf("%+q is taken as %+q, %t", s, name, ok)
		}
	}
}

func TestName_IsKeptWithoutInvisibleCharacters(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"Amara Okafor": "Amara Okafor", " Amara\u00a0 Okafor ": "Amara Okafor", "Ama\u00adra": "Amara", "Ama\u200bra": "Amara", "\u2060Amara\u2060": "Amara",
		"Amara\u3164": "Amara", "Amara\u2800Okafor": "Amara Okafor", "Amara\U000e0041": "Amara", "Ame\u0301lie": "Amélie", "ab\u200d": "ab",
		"نامه\u200cای": "نامه\u200cای", "क्\u200dष": "क्\u200dष", "👩\u200d🚀": "👩\u200d🚀", "❤\ufe0f": "❤\ufe0f", "葛\U000e0100城": "葛\U000e0100城",
		"שרה\u200f (Ltd)": "שרה\u200f (Ltd)", "-": "-", "李": "李", "😀": "😀", "<img src=x>": "<img src=x>",
	} {
		if name, ok := text.Name(s); !ok || name != want {
			t.Errorf("%+q is kept as %+q, %t; want %+q", s, name, ok, want)
		}
	}
}

func TestName_CharactersThatCannotBeShownAreRefused(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"a\x00b", "a\nb", "a\tb", "a\u0085b", "a\u2028b", "a\u2029b", "a\ufeffb", "a\ufffdb", "a\xffb", "a\u202ab", "a\u202eb", "a\u2066b", "a\u2069b", "\u202e",
	} {
		if name, ok := text.Name(s); ok || name != "" {
			t.Errorf("%+q is taken as %+q", s, name)
		}
	}
	if name, ok := text.Name(" a\n"); !ok || name != "a" {
		t.Errorf("a line break at the end: %q, %t", name, ok)
	}
}

func FuzzName(f *testing.F) {
	for _, s := range []string{"Chidi Nwosu", "a\nb", "\u202ea", "e\u0301", "\xff", "\u200fa\u200f", "\u3164", "a\u200d\u200f\u200db", " \u0301", "\u061c \u0301a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, ok := text.Name(s)
		if again, stillOK := text.Name(name); again != name || !stillOK {
			t.Errorf("%+q is kept as %+q, and that as %+q", s, name, again)
		}
		if (!ok || text.Line(name) == "") && name != "" {
			t.Errorf("%+q is kept as %+q, of which nothing can be seen", s, name)
		}
		if !utf8.ValidString(name) || strings.ContainsFunc(name, text.Unfit) || strings.TrimSpace(name) != name {
			t.Errorf("%+q is kept as %+q", s, name)
		}
	})
}
