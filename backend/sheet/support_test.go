package sheet_test

import (
	"bytes"
	"strings"
	"testing"

	"countersign/backend/sheet"
)

func TestSheet_SaysWhomToAskWhereTheWorkspaceDoes(t *testing.T) {
	t.Parallel()
	for _, s := range []sheet.Sheet{printed(t), own(t)} {
		said := func() (text, drawn string) {
			var b bytes.Buffer
			if err := sheet.Text(&b, s); err != nil {
				t.Fatal(err)
			}
			return b.String(), draw(t, sheet.Letter, s).pages(t)[0]
		}
		if text, drawn := said(); strings.Contains(text+drawn, "Need help?") {
			t.Errorf("without a contact: %s", text)
		}
		s.Support = "helpdesk@northwind.example"
		text, drawn := said()
		for _, got := range []string{text, drawn} {
			if !strings.Contains(got, "5.") || !strings.Contains(got, "Need help? helpdesk@northwind.example") {
				t.Errorf("no word of it: %s", got)
			}
		}
	}
}

func TestPDF_LongestContactLeavesTheRestInPlace(t *testing.T) {
	t.Parallel()
	s := printed(t)
	s.Support = strings.TrimSpace(strings.Repeat("extension ", 20))
	page := draw(t, sheet.Letter, s)
	text := strings.Join(strings.Fields(page.pages(t)[0]), " ")
	if !strings.Contains(text, s.Support) || !strings.Contains(text, "Countersign recovery sheet 443") {
		t.Error(text)
	}
	s.Support = strings.Repeat("x", sheet.MaxField+1)
	var b bytes.Buffer
	if err := sheet.Text(&b, s); err == nil {
		t.Error("a contact without an end is taken")
	}
}
