package sheet_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"countersign/backend/sheet"
	"countersign/backend/words"
	"countersign/backend/words/wordstest"
)

// Another language is in every word of a sheet, and has room on the paper.
func TestSheet_SpeaksItsLanguage(t *testing.T) {
	t.Parallel()
	pseudo, err := words.Read(wordstest.Pseudo(t))
	if err != nil {
		t.Fatal(err)
	}
	s := printed(t)
	s.Words = pseudo
	var text, pdf bytes.Buffer
	if err := sheet.Text(&text, s); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text.String(), "Yøür rêcøvêry cødês") {
		t.Errorf("%s", &text)
	}
	for _, key := range words.English().Keys() {
		english := strings.Fields(words.English().Text(named(t, key), nil))
		if strings.HasPrefix(key, "sheet.") && len(english) > 3 && strings.Contains(text.String(), strings.Join(english[:3], " ")) {
			t.Errorf("%s is in English:\n%s", key, &text)
		}
	}
	if err := sheet.PDF(&pdf, slices.Values([]sheet.Sheet{s}), sheet.A4); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(pdf.Bytes(), []byte("/Lang<FEFF00640065>")) { // de
		t.Error("the document does not name its language")
	}
}

func named(t *testing.T, name string) words.Key {
	t.Helper()
	key, ok := words.English().Named(name)
	if !ok {
		t.Fatal(name)
	}
	return key
}
