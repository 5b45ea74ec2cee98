package sheet_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"countersign/backend/sheet"
)

func drawRun(t testing.TB, size sheet.Paper, r sheet.Run, sheets []sheet.Sheet) paper {
	t.Helper()
	var b bytes.Buffer
	if err := sheet.RunPDF(&b, r, all(sheets), size); err != nil {
		t.Fatal(err)
	}
	return filed(t, b.Bytes())
}

func covered(t testing.TB, size sheet.Paper, r sheet.Run) paper {
	t.Helper()
	var b bytes.Buffer
	if err := sheet.Cover(&b, r, size); err != nil {
		t.Fatal(err)
	}
	return filed(t, b.Bytes())
}

func filed(t testing.TB, data []byte) paper {
	t.Helper()
	file := filepath.Join(t.TempDir(), "run.pdf")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return paper{file, data}
}

func TestCover_TextIsInOrder(t *testing.T) {
	t.Parallel()
	r, _ := issued(t, 3)
	r.ApprovedBy = "Sam Lee"
	pages := covered(t, sheet.A4, r).pages(t)
	if len(pages) != 1 {
		t.Fatalf("%d pages", len(pages))
	}
	rest := strings.Join(strings.Fields(pages[0]), " ")
	for _, want := range []string{
		"Northwind Legal", "Print run 28", "3 recovery sheets, each for one member.", "Reason Yearly renewal: the sheets of last November are to be replaced.",
		"Issued on 12 November 2026", "Issued by Amara Okafor", "Approved by Sam Lee", "Sheets 3",
		"What to do with these sheets", "1. Fold each sheet along the lines", "2. Hand it over in person and ask the member", "3. In Print runs, mark it as handed over", "4. In Print runs, cancel any sheet you couldn’t hand over", "5. Keep this list",
		"Audit log checkpoint 412:9f2c", "Log code at event 412: B7KQ-2XWD-M4TA-Z6RC ", "With it, countersignctl audit verify can show", "Signing key ZT0J-R4QK-ND6E-DB2X-PTDC-6MQS-0V5H-P4FF", "Do not trust one that shows a different fingerprint.",
		"Sheet Member Handed over: date and signature", "443 Chidi Nwosu chidi.nwosu@example.com", "444 Sam Lee person.1@example.com", "445 Ελένη Παπαδοπούλου person.2@example.com",
		"Countersign print run 28, page 1 of 1", "There are no codes on this page",
	} {
		_, after, found := strings.Cut(rest, want)
		if !found {
			t.Fatalf("%q is not there, or not in its place; after it: %q", want, rest)
		}
		rest = after
	}
	if !strings.Contains(squash(pages[0]), r.LogHead) {
		t.Error("the head is not whole")
	}
}

func TestRunPDF_IsTheCoverThenOneSheetPerPage(t *testing.T) {
	t.Parallel()
	code := regexp.MustCompile(`(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}\b`)
	for _, size := range []sheet.Paper{sheet.A4, sheet.Letter} {
		r, sheets := issued(t, 30)
		p := drawRun(t, size, r, sheets)
		pages := p.pages(t)
		covers := len(pages) - len(sheets)
		if covers != 2+int(size) {
			t.Fatalf("%d pages of cover", covers)
		}
		if info := p.tool(t, "pdfinfo", p.file); !strings.Contains(info, "Title:           Print run 28\n") {
			t.Errorf("another title: %s", info)
		}
		listed := ""
		for i, page := range pages[:covers] {
			if !strings.Contains(page, fmt.Sprintf("page %d of %d", i+1, covers)) || !strings.Contains(page, "Northwind Legal") {
				t.Errorf("page %d says %q", i+1, page)
			}
			listed += page
		}
		for _, c := range code.FindAllString(listed, -1) {
			if c != r.LogCode && !strings.Contains(r.SigningKey, c) {
				t.Errorf("the cover shows the code %s", c)
			}
		}
		for i, s := range sheets {
			if row := fmt.Sprintf("%d\n%s\n%s\n", s.Number, s.Name, s.Email); !strings.Contains(listed, row) {
				t.Errorf("the list lacks %q", row)
			}
			var want []string
			for _, c := range s.Codes {
				want = append(want, c.Display())
			}
			page := pages[covers+i]
			if got := code.FindAllString(page, -1); !slices.Equal(got, want) || !strings.Contains(page, s.Name) || !strings.Contains(page, s.CheckWord) {
				t.Errorf("page %d is not sheet %d", covers+i+1, s.Number)
			}
		}
	}
}

func TestRunPDF_SheetIsTheSameAsOnItsOwn(t *testing.T) {
	t.Parallel()
	r, sheets := issued(t, 1)
	pages := drawRun(t, sheet.A4, r, sheets).pages(t)
	if want := draw(t, sheet.A4, sheets...).pages(t); len(pages) != 2 || pages[1] != want[0] {
		t.Errorf("%q", pages)
	}
}

func TestCover_StaysWithinItsMargins(t *testing.T) {
	t.Parallel()
	r, _ := issued(t, 30)
	for _, tt := range []struct {
		size          sheet.Paper
		right, bottom float64
	}{{sheet.A4, 188.1, 287}, {sheet.Letter, 194, 269.4}} {
		p := covered(t, tt.size, r)
		for _, w := range p.words(t) {
			if w.left < 21.9 || w.right > tt.right || w.top < 15 || w.bottom > tt.bottom {
				t.Errorf("%q is outside the margins: %+v", w.text, w)
			}
		}
	}
	p := covered(t, sheet.A4, r)
	for name, part := range map[string][4]float64{"the mark": {22, 16, 5, 5}, "the line above the list": {22, 169, 166, 6}, "a box to tick": {121.8, 174, 4.6, 11}} {
		if p.ink(t, part[0], part[1], part[2], part[3]) == 0 {
			t.Errorf("%s is missing", name)
		}
	}
	if n := p.ink(t, 128, 174, 60, 10); n != 0 {
		t.Errorf("where one signs there are %d dark pixels", n)
	}
	for name, part := range map[string][4]float64{"left fold mark": {4, 98.5, 6, 1.2}, "right fold mark": {200, 197.5, 6, 1.2}} {
		if p.ink(t, part[0], part[1], part[2], part[3]) != 0 {
			t.Errorf("the cover has a %s, and is not to be folded", name)
		}
	}
}

func TestCover_LeavesOutEmptyFields(t *testing.T) {
	t.Parallel()
	r, _ := issued(t, 1)
	r.LogHead, r.LogCode, r.SigningKey, r.Reason, r.IssuedBy = "", "", "", "", ""
	page := covered(t, sheet.A4, r).pages(t)[0]
	for _, never := range []string{"checkpoint", "Log code", "Signing key", "Reason", "Approved"} {
		if strings.Contains(page, never) {
			t.Errorf("says %q", never)
		}
	}
	if !strings.Contains(page, "1 recovery sheet, for one member.") || !strings.Contains(page, "Issued by –") {
		t.Errorf("%s", page)
	}
}

func TestCover_HostileAndLongNamesStayInTheirRows(t *testing.T) {
	t.Parallel()
	long := func(s string) string { return strings.TrimSpace(strings.Repeat(s, sheet.MaxField/len([]rune(s)))) }
	names := append(slices.Clone(hostile), long("W"), long("Maximiliane "), long("漢"), "", "Bartholomaeus Featherstonehaugh-Cholmondeley of Ashby-de-la-Zouch")
	r, _ := issued(t, len(names))
	for i, n := range names {
		r.Members[i].Name = n
	}
	r.Members[1].Email = long("w.w-w@")
	r.Reason, r.IssuedBy, r.ApprovedBy, r.LogHead, r.LogCode, r.SigningKey = long("Why "), long("W"), long("漢"), long("9f"), long("B7-"), long("ZT0J-")
	r.Workspace = long("W")
	for size, sign := range map[sheet.Paper]float64{sheet.A4: 122, sheet.Letter: 127.9} {
		p := covered(t, size, r)
		text := strings.Join(p.pages(t), "")
		for i, m := range r.Members {
			if !strings.Contains(squash(text), squash(m.Email)) {
				t.Errorf("the email of %q is cut", names[i])
			}
		}
		for _, want := range []string{long("W"), long("Maximiliane "), long("漢"), long("Why "), "Bartholomaeus Featherstonehaugh-Cholmondeley of Ashby-de-la-Zouch"} {
			if !strings.Contains(squash(text), squash(want)) {
				t.Errorf("%.20q is cut", want)
			}
		}
		for _, w := range p.words(t) {
			if w.left < 21.9 || w.right > 194 || w.bottom > 287 {
				t.Errorf("%.20q is out of its place: %+v", w.text, w)
			}
			if w.top > 60 && w.left > 38 && w.left < 110 && w.right > sign && strings.Contains(w.text, "W") {
				t.Errorf("%.20q runs into the place to sign: %+v", w.text, w)
			}
		}
	}
}

func TestRun_RefusesSheetsThatDoNotFitIt(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*sheet.Run, *[]sheet.Sheet){
		"one missing":   func(_ *sheet.Run, s *[]sheet.Sheet) { *s = (*s)[:2] },
		"one too many":  func(r *sheet.Run, _ *[]sheet.Sheet) { r.Members = r.Members[:2] },
		"none":          func(_ *sheet.Run, s *[]sheet.Sheet) { *s = nil },
		"another order": func(_ *sheet.Run, s *[]sheet.Sheet) { slices.Reverse(*s) },
		"another run":   func(_ *sheet.Run, s *[]sheet.Sheet) { (*s)[1].Run = 27 },
		"for oneself":   func(_ *sheet.Run, s *[]sheet.Sheet) { (*s)[1].Run = 0 },
		"another name":  func(_ *sheet.Run, s *[]sheet.Sheet) { (*s)[1].Name = "Somebody" },
		"another email": func(_ *sheet.Run, s *[]sheet.Sheet) { (*s)[1].Email = "x@example.com" },
	} {
		r, sheets := issued(t, 3)
		change(&r, &sheets)
		for form, write := range writers {
			if err := write(io.Discard, r, all(sheets)); !errors.Is(err, sheet.ErrRun) {
				t.Errorf("%s, %s: %v", form, name, err)
			}
		}
	}
}

// writers are the forms that a run is written in.
var writers = map[string]func(io.Writer, sheet.Run, iter.Seq[sheet.Sheet]) error{
	"PDF":  func(w io.Writer, r sheet.Run, s iter.Seq[sheet.Sheet]) error { return sheet.RunPDF(w, r, s, sheet.A4) },
	"text": sheet.RunText, "CSV": sheet.CSV, "JSON": sheet.JSON,
}

func TestRun_WrongFieldsAreRefusedBeforeWriting(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", sheet.MaxField+1)
	for name, tt := range map[string]struct {
		change func(*sheet.Run)
		want   error
	}{
		"nobody":        {func(r *sheet.Run) { r.Members = nil }, sheet.ErrNoSheets},
		"run 0":         {func(r *sheet.Run) { r.Number = 0 }, sheet.ErrNumber},
		"sheet 0":       {func(r *sheet.Run) { r.Members[1].Sheet = 0 }, sheet.ErrNumber},
		"long name":     {func(r *sheet.Run) { r.Members[1].Name = long }, nil},
		"long email":    {func(r *sheet.Run) { r.Members[1].Email = long }, nil},
		"long reason":   {func(r *sheet.Run) { r.Reason = long }, nil},
		"long head":     {func(r *sheet.Run) { r.LogHead = long }, nil},
		"long code":     {func(r *sheet.Run) { r.LogCode = long }, nil},
		"long key":      {func(r *sheet.Run) { r.SigningKey = long }, nil},
		"long approver": {func(r *sheet.Run) { r.ApprovedBy = long }, nil},
	} {
		r, sheets := issued(t, 2)
		tt.change(&r)
		for form, write := range writers {
			var b bytes.Buffer
			err := write(&b, r, all(sheets))
			var field *sheet.FieldError
			if tt.want != nil && !errors.Is(err, tt.want) || tt.want == nil && !errors.As(err, &field) || b.Len() > 0 {
				t.Errorf("%s, %s: %v, %d bytes", form, name, err, b.Len())
			}
		}
	}
	r, sheets := issued(t, 2)
	if err := errors.Join(sheet.Cover(io.Discard, r, 7), sheet.RunPDF(io.Discard, r, all(sheets), 7)); !errors.Is(err, sheet.ErrPaper) {
		t.Error(err)
	}
	sheets[1].Codes = sheets[1].Codes[:9]
	for form, write := range writers {
		if err := write(io.Discard, r, all(sheets)); !errors.Is(err, sheet.ErrCodes) {
			t.Errorf("%s, nine codes: %v", form, err)
		}
	}
}

func TestRun_FullDiskIsReported(t *testing.T) {
	t.Parallel()
	r, sheets := issued(t, 20)
	for form, write := range writers {
		var whole counter
		if err := write(&whole, r, all(sheets)); err != nil {
			t.Fatal(err)
		}
		for _, room := range []int64{0, whole.n / 2, whole.n - 1} {
			if err := write(&failing{int(room)}, r, all(sheets)); !errors.Is(err, errDisk) {
				t.Errorf("%s with room for %d of %d bytes: %v", form, room, whole.n, err)
			}
		}
	}
}

func TestRun_SameRunGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	r, sheets := issued(t, 12)
	for form, write := range writers {
		var a, b bytes.Buffer
		if err := errors.Join(write(&a, r, all(sheets)), write(&b, r, all(sheets))); err != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%s: other bytes, or %v", form, err)
		}
	}
}

func TestRun_WritesEachSheetBeforeAskingForTheNext(t *testing.T) {
	t.Parallel()
	r, sheets := issued(t, 100)
	for form, write := range writers {
		var out counter
		var atHalf int64
		err := write(&out, r, func(yield func(sheet.Sheet) bool) {
			for i, s := range sheets {
				if i == 50 {
					atHalf = out.n
				}
				if !yield(s) {
					return
				}
			}
		})
		if err != nil || atHalf < (out.n-60<<10)/2*9/10 || atHalf == 0 {
			t.Errorf("%s: after half of the sheets %d of %d bytes are out, %v", form, atHalf, out.n, err)
		}
	}
}
