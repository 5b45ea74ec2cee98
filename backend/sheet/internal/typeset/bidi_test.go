package typeset_test

import (
	"slices"
	"strings"
	"testing"

	"countersign/backend/sheet/internal/typeset"
)

// stands returns what stands on a line, from left to right, a cluster at a time.
func stands(l typeset.Line) string {
	var b strings.Builder
	for _, g := range l.Glyphs {
		b.WriteString(g.Text)
	}
	return b.String()
}

func TestLine_StandsAsUnicodeOrdersIt(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text      string
		rtl       bool
		direction typeset.Direction
		want      string
	}{
		{"abc אבג def", false, typeset.Natural, "abc גבא def"},
		{"abc אבג 123 דהו def", false, typeset.Natural, "abc והד 123 גבא def"}, // the number belongs to the Hebrew
		{"abc 123 אבג", false, typeset.Natural, "abc 123 גבא"},
		{"אבג $12.50 דהו", false, typeset.Natural, "והד $12.50 גבא"},
		{"אבג 1,2 x", false, typeset.Natural, "1,2 גבא x"},
		{"אבג (דה) abc", false, typeset.Natural, ")הד( גבא abc"}, // what says ( is drawn as )
		{"אבג abc (def) דהו", true, typeset.Natural, "והד abc (def) גבא"},
		{"אבג [abc] דהו", true, typeset.Natural, "והד ]abc[ גבא"},
		{"אבג (דה abc) דהו", false, typeset.Natural, "גבא (הד abc) והד"},
		{"x (אב) y", false, typeset.Natural, "x (בא) y"}, {"אב ) ( abc", false, typeset.Natural, "בא ) ( abc"},
		{"אבג 123 abc", true, typeset.Natural, "abc 123 גבא"},
		{"abc אבג", true, typeset.Natural, "גבא abc"},
		{"abc אבג", true, typeset.Auto, "abc גבא"},
		{"אבג abc", false, typeset.Auto, "abc גבא"},
		{"AB-12-אב", true, typeset.LTR, "AB-12-בא"},
		{"12", true, typeset.Auto, "12"},
		{"", true, typeset.Natural, ""},
	} {
		set, st := typeset.NewSetter(), style(t, "Inter-Regular")
		set.Language("en", tt.rtl)
		st.Direction = tt.direction
		if got := stands(set.Line(st, tt.text)); got != tt.want {
			t.Errorf("%q, right to left %t, %d: %q, not %q", tt.text, tt.rtl, tt.direction, got, tt.want)
		}
	}
}

func TestBreak_EachLineOfTwoDirectionsIsOrderedByItself(t *testing.T) {
	t.Parallel()
	set, st := typeset.NewSetter(), style(t, "Inter-Regular")
	set.Language("he", true)
	lines, whole := set.Break(st, "אבג abc דהו זחט", set.Line(st, "אבג abc").Width+1)
	var got []string
	for _, l := range lines {
		got = append(got, stands(l))
	}
	// The space at which a line ends is at its left.
	if want := []string{" abc גבא", "טחז והד"}; !whole || !slices.Equal(got, want) {
		t.Errorf("%q, whole %t", got, whole)
	}
}

func TestLine_ArabicLettersJoinAndMarksStayWithThem(t *testing.T) {
	t.Parallel()
	set, st := typeset.NewSetter(), style(t, "Inter-Regular")
	joined, apart := set.Line(st, "ببب"), set.Line(st, "ب\u200cب\u200cب")
	ids := func(l typeset.Line) (ids []uint16) {
		for _, g := range l.Glyphs {
			ids = append(ids, g.ID)
		}
		return ids
	}
	if j := ids(joined); len(j) < 3 || j[0] == j[len(j)-1] || slices.Equal(j, ids(apart)) {
		t.Errorf("the letters have one form each: %v", j)
	}
	// A word that has to be divided is as wide in parts as it is whole.
	lines, whole := set.Break(st, strings.Repeat("ب", 12), joined.Width)
	for _, l := range lines {
		if l.Width > joined.Width+0.5 {
			t.Errorf("a line is %.1f wide, not %.1f", l.Width, joined.Width)
		}
	}
	if whole || len(lines) < 2 {
		t.Errorf("%d lines, whole %t", len(lines), whole)
	}
}

func TestCharacters_ThaiVowelStaysBeforeItsConsonant(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"เมือง": {"เมื", "อ", "ง"}, "แม่": {"แม่"}, "ไทย": {"ไท", "ย"}, "เ": {"เ"}, "เเก": {"เ", "เก"}, "ເວ": {"ເວ"}, "ab": {"a", "b"},
	} {
		if got := typeset.Characters(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q", text, got)
		}
	}
}
