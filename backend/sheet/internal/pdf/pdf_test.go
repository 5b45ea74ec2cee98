package pdf_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"countersign/backend/sheet/internal/pdf"
	"countersign/backend/sheet/internal/typeset"
)

func document(t *testing.T, title string, draw func(*pdf.Page, *typeset.Setter, typeset.Style)) []byte {
	t.Helper()
	data, err := os.ReadFile("../../fonts/Inter-Regular.woff")
	if err != nil {
		t.Fatal(err)
	}
	font, err := typeset.Parse("Inter-Regular", 400, data)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	d := pdf.New(&b, pdf.Info{Title: title, Producer: "test", Language: "en"})
	page := d.Page(100, 100, "en", false)
	draw(page, typeset.NewSetter(), typeset.Style{Font: font, Size: 72, Lead: 80})
	page.Close()
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func file(t *testing.T, b []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "x.pdf")
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// ink counts the dark pixels of a page, at one to a millimetre, from the top to a line.
func ink(t *testing.T, b []byte, lines int) int {
	t.Helper()
	out, err := exec.Command("pdftoppm", "-r", "25.4", "-gray", "-H", strconv.Itoa(lines), file(t, b)).Output()
	if err != nil {
		t.Fatal(err)
	}
	header := regexp.MustCompile(`^P5\s+\d+\s+\d+\s+255\s`).Find(out)
	dark := 0
	for _, v := range out[len(header):] {
		if v < 128 {
			dark++
		}
	}
	return dark
}

func TestDocument_AnotherReaderFindsNoFault(t *testing.T) {
	t.Parallel()
	b := document(t, "x", func(p *pdf.Page, s *typeset.Setter, st typeset.Style) {
		p.Open(pdf.Paragraph)
		p.Text(10, 50, pdf.Black, s.Line(st, "Ab"))
		p.End()
		p.Box(10, 60, 20, 20, 1)
	})
	out, err := exec.Command("qpdf", "--check", file(t, b)).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "No syntax or stream encoding errors found") {
		t.Errorf("%v: %s", err, out)
	}
	start := regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`).FindSubmatch(b)
	if start == nil {
		t.Fatal("it does not say where its table is")
	}
	at, err := strconv.Atoi(string(start[1]))
	if err != nil || !regexp.MustCompile(`^\d+ 0 obj\n<</Type/XRef`).Match(b[at:]) {
		t.Errorf("no table is at %s: %v", start[1], err)
	}
}

func TestText_ComposedLettersKeepTheirAccents(t *testing.T) {
	t.Parallel()
	above := func(text string) int {
		return ink(t, document(t, "x", func(p *pdf.Page, s *typeset.Setter, st typeset.Style) { p.Text(10, 50, pdf.Black, s.Line(st, text)) }), 35)
	}
	// The body of an e at this size begins below 35 mm; its accents are above.
	if plain := above("e"); plain != 0 {
		t.Errorf("an e has %d pixels above its body", plain)
	}
	for _, text := range []string{"ễ", "é", "e\u0302\u0303", "x\u0302"} {
		if above(text) == 0 {
			t.Errorf("%q has lost its accents", text)
		}
	}
}

func TestTitle_TakesAnyText(t *testing.T) {
	t.Parallel()
	for _, title := range []string{"Recovery sheet 443", "(a) \\ <b> >>", "Ελένη 日本 🚀", ""} {
		b := document(t, title, func(*pdf.Page, *typeset.Setter, typeset.Style) {})
		out, err := exec.Command("pdfinfo", "-enc", "UTF-8", file(t, b)).Output()
		if err != nil || title != "" && !strings.Contains(string(out), title+"\n") {
			t.Errorf("%q: %v: %s", title, err, out)
		}
	}
}

func TestPage_WithoutTextNeedsNoFont(t *testing.T) {
	t.Parallel()
	b := document(t, "x", func(p *pdf.Page, _ *typeset.Setter, _ typeset.Style) { p.Line(0, 100, 10, 5, pdf.Black) })
	if n := ink(t, b, 100); n != 500 {
		t.Errorf("a line of 100 by 5 mm has %d square millimetres", n)
	}
}
