package sheet_test

import (
	"bytes"
	"errors"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/sheet"
)

func TestPDF_TextIsInTheOrderOfTheDesign(t *testing.T) {
	t.Parallel()
	pages := draw(t, sheet.A4, printed(t)).pages(t)
	if len(pages) != 1 {
		t.Fatalf("%d pages", len(pages))
	}
	expect := []string{
		"Northwind Legal", "Chidi Nwosu", "chidi.nwosu@example.com", "Sheet 443", "Print run 28", "Issued on 12 November 2026", "Issued by Amara Okafor",
		"fold back", "Your recovery codes", "Each code works once, instead of the verification code from your phone. Tick off used codes.",
	}
	expect = append(expect, codesOfTheDesign...)
	expect = append(expect, "fold forward", "What to do with this sheet", "1. Keep it with your important papers, not with your phone.",
		"choose “Use a recovery code” and enter any unused code.", "3. Don’t share these codes. No one at Northwind Legal will ask.",
		"4. If you lose this sheet, ask an admin for a new one. The codes on this one then stop working.",
		"Check word", "lantern", "Enter it in Settings > Profile to confirm that you have this sheet.",
		"Countersign recovery sheet 443", "Replaces sheet 118, whose codes no longer work")
	rest := strings.Join(strings.Fields(pages[0]), " ")
	for _, want := range expect {
		_, after, found := strings.Cut(rest, want)
		if !found {
			t.Fatalf("%q is not there, or not in its place; after it: %q", want, rest)
		}
		rest = after
	}
}

func TestPDF_OwnSheetHasNoRunAndSaysHowToCheckIt(t *testing.T) {
	t.Parallel()
	page := strings.Join(strings.Fields(draw(t, sheet.A4, own(t)).pages(t)[0]), " ")
	for _, want := range []string{
		"Is this sheet still valid? Sheet 3 Settings > Profile shows the number of the sheet that works. If it shows a different number, destroy this one.",
		"4. If you lose this sheet, get new codes in Settings > Profile. The codes on this one then stop working.",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing in %q", want, page)
		}
	}
	for _, never := range []string{"Print run", "Check word", "Replaces", "admin"} {
		if strings.Contains(page, never) {
			t.Errorf("says %q", never)
		}
	}
}

// The design's page, printed by a browser, has these words here, in millimetres: left or right edge,
// and the middle of the line. A browser snaps lines to its pixels, a quarter of a millimetre.
func TestPDF_WordsAreWhereTheDesignHasThem(t *testing.T) {
	t.Parallel()
	words := draw(t, sheet.A4, printed(t)).words(t)
	for _, want := range []struct {
		text                string
		left, right, middle float64
	}{
		{"Northwind", 28.76, 0, 18.12}, {"Legal", 0, 58.16, 18.12},
		{"Chidi", 22.0, 0, 47.42}, {"chidi.nwosu@example.com", 22.0, 72.2, 52.71},
		{"Sheet", 132.0, 0, 47.36}, {"443", 0, 188.0, 47.36}, {"November", 161.93, 0, 57.95}, {"Okafor", 0, 188.0, 63.24},
		{"back", 0, 198.0, 96.46}, {"Your", 22.0, 0, 111.41}, {"codes", 0, 79.86, 111.41},
		{"P4XW-8NJC-R2HE-0TVM", 38.19, 97.41, 133.8}, {"YV2J-M9TX-5R0C-HPK8", 38.19, 97.41, 178.0}, {"6EWN-XA1G-K5QT-ZB7V", 126.19, 185.41, 178.0},
		{"forward", 0, 198.0, 195.4}, {"What", 22.0, 0, 209.08}, {"Keep", 27.0, 0, 215.9}, {"working.", 0, 74.68, 249.24},
		{"lantern", 142.26, 164.49, 220.26}, {"Countersign", 22.0, 0, 283.32}, {"work", 0, 188.0, 283.32},
	} {
		i := slices.IndexFunc(words, func(w word) bool {
			return w.text == want.text && math.Abs((w.top+w.bottom)/2-want.middle) < 0.45 &&
				(want.left == 0 || math.Abs(w.left-want.left) < 0.3) && (want.right == 0 || math.Abs(w.right-want.right) < 0.3)
		})
		if i < 0 {
			t.Errorf("%q is not at %+v", want.text, want)
			for _, w := range words {
				if w.text == want.text {
					t.Logf("but at %.2f to %.2f, middle %.2f", w.left, w.right, (w.top+w.bottom)/2)
				}
			}
		}
	}
}

func TestPDF_DrawsFoldsBoxesAndFrameInBlack(t *testing.T) {
	t.Parallel()
	p := draw(t, sheet.A4, printed(t))
	for name, part := range map[string][4]float64{
		"left fold mark, 99 mm": {4, 98.5, 6, 1.2}, "right fold mark, 99 mm": {200, 98.5, 6, 1.2},
		"left fold mark, 198 mm": {4, 197.5, 6, 1.2}, "the line above the codes": {22, 128, 166, 0.9},
		"the first box to tick": {21.9, 131, 4.6, 5}, "the frame": {138, 206.8, 50, 0.8}, "the mark": {22, 16, 5, 5},
	} {
		if p.ink(t, part[0], part[1], part[2], part[3]) == 0 {
			t.Errorf("%s is missing", name)
		}
	}
	for name, part := range map[string][4]float64{"above the fold": {4, 90, 190, 4}, "left of the margin": {12, 100, 9.5, 97}, "below the footer": {0, 288, 210, 9}} {
		if n := p.ink(t, part[0], part[1], part[2], part[3]); n != 0 {
			t.Errorf("%s there are %d dark pixels", name, n)
		}
	}
}

func TestPDF_EachSheetHasAPageWithOnlyItsCodes(t *testing.T) {
	t.Parallel()
	var sheets []sheet.Sheet
	for i, who := range [][2]string{
		{"Ελένη Παπαδοπούλου", "eleni@example.com"}, {"Святослав Їжакевич-Щербина", "svyatoslav@example.com"},
		{"Nguyễn Thị Ánh Tuyết", "tuyet@example.com"}, {"Łucja Żółć", "lucja@example.com"}, {"Şükrü Öğütçü", "sukru@example.com"},
		{"Þórunn Ægisdóttir", "thorunn@example.com"}, {"Ђорђе Љубојевић", "djordje@example.com"},
	} {
		s := printed(t)
		s.Number, s.Name, s.Email, s.CheckWord = 500+i, who[0], who[1], ""
		s.Codes = make([]recovery.Code, 0, recovery.SetSize)
		for j := range recovery.SetSize {
			c, err := recovery.Parse(secret.NewText(strings.Repeat(string("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[i]), 15) + string("0123456789"[j])))
			if err != nil {
				t.Fatal(err)
			}
			s.Codes = append(s.Codes, c)
		}
		sheets = append(sheets, s)
	}
	pages := draw(t, sheet.A4, sheets...).pages(t)
	if len(pages) != len(sheets) {
		t.Fatalf("%d pages for %d sheets", len(pages), len(sheets))
	}
	form := regexp.MustCompile(`(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}`)
	for i, s := range sheets {
		var want []string
		for _, c := range s.Codes {
			want = append(want, c.Display())
		}
		if got := form.FindAllString(pages[i], -1); !slices.Equal(got, want) {
			t.Errorf("page %d: other codes than sheet %d", i+1, s.Number)
		}
		for _, text := range []string{s.Name, s.Email} {
			if !strings.Contains(pages[i], text) {
				t.Errorf("page %d does not say %q", i+1, text)
			}
		}
	}
}

func TestPDF_FontsAreEmbeddedAsSubsets(t *testing.T) {
	t.Parallel()
	p := draw(t, sheet.A4, printed(t))
	lines := strings.Split(strings.TrimSpace(p.tool(t, "pdffonts", p.file)), "\n")[2:]
	if len(lines) != 4 {
		t.Errorf("%d fonts: %v", len(lines), lines)
	}
	for _, l := range lines {
		if !regexp.MustCompile(`^[A-Z]{6}\+\S+\s+CID Type 0C\s+Identity-H\s+yes yes yes`).MatchString(l) {
			t.Errorf("%q", l)
		}
	}
	if n := len(p.bytes); n > 64<<10 {
		t.Errorf("a sheet has %d bytes", n)
	}
}

func TestPDF_SameSheetsGiveTheSameBytes(t *testing.T) {
	t.Parallel()
	sheets := []sheet.Sheet{printed(t), own(t)}
	want := draw(t, sheet.A4, sheets...).bytes
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			var b bytes.Buffer
			if err := sheet.PDF(&b, slices.Values(sheets), sheet.A4); err != nil || !bytes.Equal(b.Bytes(), want) {
				t.Errorf("other bytes, or %v", err)
			}
		})
	}
	wg.Wait()
}

func TestPDF_LetterHasTheTextOfA4(t *testing.T) {
	t.Parallel()
	p := draw(t, sheet.Letter, printed(t))
	if info := p.tool(t, "pdfinfo", p.file); !regexp.MustCompile(`Page size:\s+612 x 792 pts`).MatchString(info) {
		t.Errorf("not Letter: %s", info)
	}
	if squash(p.pages(t)[0]) != squash(draw(t, sheet.A4, printed(t)).pages(t)[0]) {
		t.Error("another text than on A4")
	}
	for _, w := range p.words(t) {
		if w.left < 21.9 || w.right > 204 || w.top < 15 || w.bottom > 270 {
			t.Errorf("%q is outside the margins: %+v", w.text, w)
		}
	}
}

func TestSheet_DateIsOfItsTimeZone(t *testing.T) {
	t.Parallel()
	s := printed(t)
	s.IssuedAt = time.Date(2026, 12, 31, 23, 30, 0, 0, time.UTC)
	s.Location = time.FixedZone("Athens", 2*60*60)
	var b bytes.Buffer
	if err := sheet.Text(&b, s); err != nil || !strings.Contains(b.String(), "Issued on  1 January 2027\n") {
		t.Errorf("%v: %s", err, b.String())
	}
}

func TestSheet_WrongFieldsAreRefusedBeforeWriting(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", sheet.MaxField+1)
	for name, tt := range map[string]struct {
		change func(*sheet.Sheet)
		want   error
	}{
		"no codes":            {func(s *sheet.Sheet) { s.Codes = nil }, sheet.ErrCodes},
		"nine codes":          {func(s *sheet.Sheet) { s.Codes = s.Codes[:9] }, sheet.ErrCodes},
		"number 0":            {func(s *sheet.Sheet) { s.Number = 0 }, sheet.ErrNumber},
		"a negative run":      {func(s *sheet.Sheet) { s.Run = -1 }, sheet.ErrNumber},
		"a negative replaced": {func(s *sheet.Sheet) { s.Replaces = -1 }, sheet.ErrNumber},
		"a name too long":     {func(s *sheet.Sheet) { s.Name = long }, nil},
		"an email too long":   {func(s *sheet.Sheet) { s.Email = long }, nil},
		"a workspace":         {func(s *sheet.Sheet) { s.Workspace = long }, nil},
		"an issuer":           {func(s *sheet.Sheet) { s.IssuedBy = long }, nil},
		"a check word":        {func(s *sheet.Sheet) { s.CheckWord = long }, nil},
	} {
		s := printed(t)
		tt.change(&s)
		var b bytes.Buffer
		for _, err := range []error{sheet.PDF(&b, slices.Values([]sheet.Sheet{s}), sheet.A4), sheet.Text(&b, s)} {
			var field *sheet.FieldError
			if tt.want != nil && !errors.Is(err, tt.want) || tt.want == nil && !errors.As(err, &field) || strings.Contains(err.Error(), "xxx") {
				t.Errorf("%s: %v", name, err)
			}
		}
		if b.Len() > 0 {
			t.Errorf("%s: %d bytes were written", name, b.Len())
		}
	}
	var b bytes.Buffer
	if err := sheet.PDF(&b, slices.Values([]sheet.Sheet{}), sheet.A4); !errors.Is(err, sheet.ErrNoSheets) || b.Len() > 0 {
		t.Errorf("no sheets: %v, %d bytes", err, b.Len())
	}
	if err := sheet.PDF(&b, slices.Values([]sheet.Sheet{printed(t)}), 7); !errors.Is(err, sheet.ErrPaper) || b.Len() > 0 {
		t.Errorf("no paper: %v, %d bytes", err, b.Len())
	}
}
