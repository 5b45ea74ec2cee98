package sheet_test

import (
	"bytes"
	"io"
	"slices"
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

func TestInvitation_SaysWhomToAskWhereTheWorkspaceDoes(t *testing.T) {
	t.Parallel()
	i := invited(t)
	if text := drawInvitations(t, sheet.A4, i).pages(t)[0]; strings.Contains(text, "Need help?") {
		t.Errorf("without a contact: %s", text)
	}
	i.Support = "helpdesk@northwind.example"
	if text := drawInvitations(t, sheet.A4, i).pages(t)[0]; !strings.Contains(text, "6.") || !strings.Contains(text, "Need help? helpdesk@northwind.example") {
		t.Errorf("no word of it: %s", text)
	}
	i.Support = strings.TrimSpace(strings.Repeat("extension ", 20))
	text := strings.Join(strings.Fields(drawInvitations(t, sheet.Letter, i).pages(t)[0]), " ")
	if !strings.Contains(text, i.Support) || !strings.Contains(text, "Countersign invitation") {
		t.Errorf("the longest: %s", text)
	}
	i.Support = strings.Repeat("x", sheet.MaxField+1)
	if err := sheet.InvitationPDF(io.Discard, slices.Values([]sheet.Invitation{i}), sheet.A4); err == nil {
		t.Error("a contact without an end is taken")
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
