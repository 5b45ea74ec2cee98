package typeset_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"countersign/backend/sheet/internal/typeset"
)

func style(t testing.TB, name string) typeset.Style {
	t.Helper()
	data, err := os.ReadFile("../../fonts/" + name + ".woff")
	if err != nil {
		t.Fatal(err)
	}
	f, err := typeset.Parse(name, 400, data)
	if err != nil {
		t.Fatal(err)
	}
	return typeset.Style{Font: f, Size: 1000, Lead: 1200}
}

// A browser gives the same widths to the same font.
func TestLine_PairsAreKerned(t *testing.T) {
	t.Parallel()
	set, st := typeset.NewSetter(), style(t, "Inter-SemiBold")
	for text, want := range map[string]float64{"Yo": 1223.64, "To": 1190.92, "AV": 1379.89, "Your": 2232.92, "recovery": 4299.81} {
		if got := set.Line(st, text).Width; got < want-0.1 || got > want+0.1 {
			t.Errorf("%s is %.2f wide, not %.2f", text, got, want)
		}
	}
}

func TestLine_GlyphsKeepTheirText(t *testing.T) {
	t.Parallel()
	set, st := typeset.NewSetter(), style(t, "Inter-Regular")
	for _, text := range []string{"Nguyễn", "Nguye\u0302\u0303n", "Ελένη", "Їжак", "Ärger -> fi ffl 12:30", "日本", "a\u0301\u0302", "שרה", "a日b", "", "👩\u200d🚀", "x\u034fy"} {
		glyphs := set.Line(st, text).Glyphs
		slices.SortStableFunc(glyphs, func(a, b typeset.Glyph) int { return a.At - b.At })
		var b strings.Builder
		for _, g := range glyphs {
			b.WriteString(g.Text)
		}
		if b.String() != text {
			t.Errorf("%q says %q", text, b.String())
		}
	}
}

func TestBreak_BetweenWordsElseBetweenCharacters(t *testing.T) {
	t.Parallel()
	set, st := typeset.NewSetter(), style(t, "Inter-Regular")
	for _, tt := range []struct {
		text  string
		width float64
		whole bool
	}{
		{"Keep it with your important papers, not with your phone.", 8000, true},
		{"Keep it with your important papers, not with your phone.", 2000, false},
		{"chidi.nwosu@example.com", 3000, false}, {"e\u0301e\u0301e\u0301e\u0301", 700, false}, {"a", 1, false}, {"", 100, true},
	} {
		lines, whole := set.Break(st, tt.text, tt.width)
		var b strings.Builder
		for _, l := range lines {
			if l.Width > tt.width+0.01 && len(l.Glyphs) > 1 {
				t.Errorf("%q: a line is %.0f wide", tt.text, l.Width)
			}
			for _, g := range l.Glyphs {
				b.WriteString(g.Text)
			}
		}
		strip := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if whole != tt.whole || strip(b.String()) != strip(tt.text) || len(lines) == 0 {
			t.Errorf("%q at %.0f: %d lines, whole %t, %q", tt.text, tt.width, len(lines), whole, b.String())
		}
	}
}

func TestParse_RefusesWhatIsNoFont(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../fonts/Inter-Regular.woff")
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"nothing": nil, "text": []byte("not a font at all"), "half a font": data[:len(data)/2]} {
		if f, err := typeset.Parse(name, 400, b); err == nil || f != nil {
			t.Errorf("%s is taken for a font", name)
		}
	}
}
