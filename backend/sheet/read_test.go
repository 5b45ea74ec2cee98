package sheet_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"countersign/backend/sheet"
)

// paper is a PDF as poppler, an independent reader, sees it.
type paper struct {
	file  string
	bytes []byte
}

func draw(t testing.TB, size sheet.Paper, sheets ...sheet.Sheet) paper {
	t.Helper()
	var b bytes.Buffer
	if err := sheet.PDF(&b, slices.Values(sheets), size); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "sheet.pdf")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return paper{file, b.Bytes()}
}

func (p paper) tool(t testing.TB, name string, args ...string) string {
	t.Helper()
	var stderr bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v: %s", name, err, stderr.String())
	}
	if stderr.Len() > 0 {
		t.Errorf("%s complains: %s", name, stderr.String())
	}
	return string(out)
}

// pages returns the text of each page, in the order in which it was drawn.
func (p paper) pages(t testing.TB) []string {
	t.Helper()
	text := p.tool(t, "pdftotext", "-raw", "-enc", "UTF-8", p.file, "-")
	return strings.Split(strings.TrimSuffix(text, "\f"), "\f")
}

// word is a word with its place in millimetres.
type word struct {
	text                     string
	left, top, right, bottom float64
}

var wordForm = regexp.MustCompile(`<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>`)

func (p paper) words(t testing.TB) []word {
	t.Helper()
	var words []word
	for _, m := range wordForm.FindAllStringSubmatch(p.tool(t, "pdftotext", "-bbox", p.file, "-"), -1) {
		var n [4]float64
		for i := range n {
			v, err := strconv.ParseFloat(m[i+1], 64)
			if err != nil {
				t.Fatal(err)
			}
			n[i] = v * 25.4 / 72
		}
		words = append(words, word{m[5], n[0], n[1], n[2], n[3]})
	}
	return words
}

// ink returns how many of the pixels are dark in a part of the first page, at 100 to an
// inch; the part is in millimetres.
func (p paper) ink(t testing.TB, x, y, width, height float64) int {
	t.Helper()
	px := func(mm float64) string { return strconv.Itoa(int(mm / 25.4 * 100)) }
	picture := p.tool(t, "pdftoppm", "-r", "100", "-gray", "-f", "1", "-l", "1", "-x", px(x), "-y", px(y), "-W", px(width), "-H", px(height), p.file)
	// P5, width and height, 255, then a byte for each pixel.
	header := regexp.MustCompile(`^P5\s+\d+\s+\d+\s+255\s`).FindString(picture)
	if header == "" {
		t.Fatalf("not a grey picture: %.20q", picture)
	}
	dark := 0
	for _, v := range []byte(picture[len(header):]) {
		if v < 128 {
			dark++
		}
	}
	return dark
}

// squash removes white space, so that text compares however it was wrapped.
func squash(s string) string { return strings.Join(strings.Fields(s), "") }
