package sheet_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"countersign/backend/sheet"
)

// hostile are names that people or attackers have.
var hostile = []string{
	"<img src=x onerror=alert(1)>", "=cmd|'/c calc'!A1", "(Chidi\\) Tj ET", "Amara\nOkafor\r\n\tIII", "Amara\x00\x1b[2J\x07Okafor", "\u202eafakO arama\u202c",
	"\u2067Amara\u2069\u200f\u200e\u061c", "A\u200bm\u2060ara\ufeff", "\xff\xfeAmara", strings.Repeat("a\u0301\u0302\u0303", 5) + strings.Repeat("\u0336", 300),
	"日本 太郎", "שרה כהן", "محمد الفارسي", "นารี", "अनिता", "👩\u200d🚀 Ripley", "\u2028\u2029", " ", "\U000e0041\U000e0042", "\u3164\u2800", "Nguye\u0302\u0303n Thi\u0323", "�",
}

func TestSheet_HostileNamesAreHarmless(t *testing.T) {
	t.Parallel()
	var sheets []sheet.Sheet
	for _, name := range hostile {
		s := printed(t)
		s.Name, s.Workspace, s.IssuedBy, s.CheckWord = name, name, name, name
		sheets = append(sheets, s)
	}
	pages := draw(t, sheet.A4, sheets...).pages(t)
	if len(pages) != len(sheets) {
		t.Fatalf("%d pages for %d sheets", len(pages), len(sheets))
	}
	for i, s := range sheets {
		var b bytes.Buffer
		if err := sheet.Text(&b, s); err != nil {
			t.Errorf("%q: %v", s.Name, err)
		}
		for where, text := range map[string]string{"paper": pages[i], "text": b.String()} {
			for _, r := range text {
				if r != '\n' && r != '\u200c' && r != '\u200d' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029') {
					// pdftotext itself frames right-to-left words by embedding marks.
					if where == "paper" && (r == '\u202b' || r == '\u202c' || r == '\u202a') {
						continue
					}
					t.Errorf("%q: %U reaches the %s", s.Name, r, where)
				}
			}
			if !strings.Contains(text, s.Email) || !strings.Contains(text, codesOfTheDesign[9]) {
				t.Errorf("%q: the email or a code is gone from the %s", s.Name, where)
			}
		}
	}
}

func TestPDF_CharactersWithoutAGlyphAreDrawnAndKept(t *testing.T) {
	t.Parallel()
	s := printed(t)
	// Letters of a private area and a plane that no font of any system has.
	s.Email = "\ue000\U000f0001@example.com"
	for _, name := range []string{"日本太郎", "นารี", "\ue000\ue001", "\U000f0000\U000f0001"} {
		s.Name = name
		p := draw(t, sheet.A4, s)
		if p.ink(t, 22, 45, 85, 5) < 20 {
			t.Errorf("%q leaves the place of the name blank", name)
		}
		page := p.pages(t)[0]
		if !strings.Contains(page, name) {
			t.Errorf("%q cannot be copied from the page: %.80q", name, page)
		}
		if !strings.Contains(squash(page), "<U+E000><U+F0001>@example.com") {
			t.Errorf("the email cannot be typed from the page: %.80q", page)
		}
	}
}

func TestPDF_LongFieldsAreWholeAndInTheirPlace(t *testing.T) {
	t.Parallel()
	fill := func(s string) string { return strings.Repeat(s, 1+sheet.MaxField/utf8.RuneCountInString(s)) }
	cut := func(s string) string { return strings.TrimSpace(string([]rune(s)[:sheet.MaxField])) }
	for name, unit := range map[string]string{
		"one long word": "W", "many words": "Maximiliane ", "signs the font lacks": "漢",
	} {
		for _, size := range []sheet.Paper{sheet.A4, sheet.Letter} {
			if size == sheet.Letter && unit != "W" {
				continue // the widest is enough there
			}
			long := cut(fill(unit))
			s := printed(t)
			s.Name, s.Email, s.Workspace, s.IssuedBy, s.CheckWord = long, cut(fill("w.w-w@")), long, long, cut(fill("w"))
			p := draw(t, size, s)
			page := squash(p.pages(t)[0])
			for what, text := range map[string]string{"name": s.Name, "email": s.Email, "check word": s.CheckWord, "sentence": "No one at " + long + " will ask."} {
				if !strings.Contains(page, squash(text)) {
					t.Errorf("%s: the %s is cut", name, what)
				}
			}
			back, forward, right := 99.0, 198.0, 188.0
			if size == sheet.Letter {
				back, forward, right = 93.13, 186.27, 193.9
			}
			for _, w := range p.words(t) {
				if strings.HasPrefix(w.text, "fold") || w.text == "back" || w.text == "forward" {
					continue
				}
				// A line may be higher than its letters.
				if w.left < 21.9 || w.right > right+0.1 || w.top < back-2 && w.bottom > back+0.5 || w.top < forward-2 && w.bottom > forward+0.5 {
					t.Errorf("%s: %.20q is out of its place: %+v", name, w.text, w)
				}
			}
		}
	}
}

func TestPDF_EmptyNameIsADash(t *testing.T) {
	t.Parallel()
	s := printed(t)
	for _, name := range []string{"", " ", "\u200b\u202e", "\u3164\u2800", "\u0301", "\u200d"} {
		s.Name = name
		if page := draw(t, sheet.A4, s).pages(t)[0]; !strings.Contains(page, "–\nchidi.nwosu@example.com") {
			t.Errorf("%q: %.80q", name, page)
		}
	}
}

func TestPDF_LongNamesAreSetSmallerBeforeTheyBreak(t *testing.T) {
	t.Parallel()
	s := printed(t)
	s.Email = "bartholomaeus.featherstonehaugh-cholmondeley@example.com"
	words := draw(t, sheet.A4, s).words(t)
	if !slices.ContainsFunc(words, func(w word) bool { return w.text == s.Email }) {
		t.Error("the email stands on more than one line")
	}
}

func FuzzSheet(f *testing.F) {
	for _, name := range hostile {
		f.Add(name, "chidi@example.com", 3, 0)
	}
	f.Fuzz(func(t *testing.T, name, email string, number, run int) {
		s := printed(t)
		s.Name, s.Workspace, s.Email, s.Number, s.Run = name, name, email, number, run
		var pdf, text bytes.Buffer
		errPDF, errText := sheet.PDF(&pdf, slices.Values([]sheet.Sheet{s}), sheet.A4), sheet.Text(&text, s)
		if (errPDF == nil) != (errText == nil) {
			t.Fatalf("on paper %v, in text %v", errPDF, errText)
		}
		for line := range strings.Lines(text.String()) {
			if strings.ContainsFunc(strings.TrimSuffix(line, "\n"), unicode.IsControl) {
				t.Errorf("%q", line)
			}
		}
	})
}
