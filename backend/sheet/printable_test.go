package sheet_test

import (
	"slices"
	"strings"
	"testing"

	"countersign/backend/sheet"
	"countersign/backend/words"
)

func TestUnprintable_NamesWhatNoFontHas(t *testing.T) {
	t.Parallel()
	texts := []string{"Chidi Nwosu", "", "x\U000f0001y\ue000\U000f0001", "a\u0301\u200d", "\u202eabc"}
	want := []string{"", "", "\U000f0001\ue000", "", ""}
	for _, s := range scripts {
		texts, want = append(texts, s.name), append(want, "")
	}
	got, err := sheet.Unprintable(texts...)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v: %q, not %q", err, got, want)
	}
}

// What it says is missing is what paper draws as boxes: both ask the same fonts.
func TestUnprintable_AgreesWithPaper(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Chidi", "محمد", "王小明", "\U000f0001"} {
		missing, err := sheet.Unprintable(name)
		if err != nil {
			t.Fatal(err)
		}
		s := printed(t)
		s.Name, s.Email = "Chidi", name
		spelled := strings.Contains(draw(t, sheet.A4, s).pages(t)[0], "<U+")
		if spelled != (missing[0] != "") {
			t.Errorf("%q: missing %q, and spelled as a number: %t", name, missing[0], spelled)
		}
	}
}

func TestDraws_LanguageThatThereAreFontsFor(t *testing.T) {
	t.Parallel()
	for _, name := range words.Languages() {
		if can, err := sheet.Draws(words.For(name)); err != nil || !can {
			t.Errorf("%s: %t, %v", name, can, err)
		}
	}
	for _, key := range []string{"sheet.title", "invitation.lead", "paper.nothing"} {
		c, err := words.Read([]byte(`{"language.tag": "tlh-x-` + key[:5] + `", "common.close": "\u0041", "` + key + `": "\udb80\udc01"}`))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if can, err := sheet.Draws(c); err != nil || can {
				t.Errorf("%s in letters that no font has: %t, %v", key, can, err)
			}
		}
	}
	c, err := words.Read([]byte(`{"language.tag": "tlh", "common.close": "\udb80\udc01"}`))
	if err != nil {
		t.Fatal(err)
	}
	if can, err := sheet.Draws(c); err != nil || !can { // what is on the screen alone is no matter of paper
		t.Errorf("%t, %v", can, err)
	}
}
