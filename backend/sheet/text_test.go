package sheet_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"countersign/backend/sheet"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestText_HasTheAgreedForm(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]sheet.Sheet{"printed": printed(t), "own": own(t)} {
		var b bytes.Buffer
		if err := sheet.Text(&b, s); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", name+".txt")
		if *update {
			if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || !bytes.Equal(b.Bytes(), want) {
			t.Errorf("%s differs (%v); -update writes it anew:\n%s", file, err, b.String())
		}
	}
}

func TestText_LinesHave72ColumnsAndNothingIsCut(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{"W", "漢", "Maximiliane ", "a\u0301", "w.w-w@", "👩\u200d🚀"} {
		s := printed(t)
		long := strings.TrimSpace(strings.Repeat(unit, sheet.MaxField/utf8.RuneCountInString(unit)))
		s.Name, s.Email, s.Workspace, s.IssuedBy, s.CheckWord = long, long, long, long, long
		var b bytes.Buffer
		if err := sheet.Text(&b, s); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			line = strings.TrimSuffix(line, "\n")
			columns := utf8.RuneCountInString(line)
			for _, wide := range []string{"漢", "👩", "🚀"} {
				columns += strings.Count(line, wide)
			}
			columns -= strings.Count(line, "\u200d")
			if columns > 72 {
				t.Errorf("%q: %d columns", unit, columns)
			}
			if line != strings.TrimRight(line, " ") {
				t.Errorf("%q: a line ends in a space", unit)
			}
		}
		composed := strings.ReplaceAll(squash(long), "a\u0301", "á")
		if n := strings.Count(squash(b.String()), composed); n < 5 {
			t.Errorf("%q: the long field is whole in %d places", unit, n)
		}
	}
}

type failing struct{ after int }

var errDisk = errors.New("no space left on device")

func (f *failing) Write(p []byte) (int, error) {
	if f.after -= len(p); f.after < 0 {
		return 0, errDisk
	}
	return len(p), nil
}

func TestSheet_FullDiskIsReported(t *testing.T) {
	t.Parallel()
	if err := sheet.Text(&failing{}, own(t)); !errors.Is(err, errDisk) {
		t.Errorf("text: %v", err)
	}
	for _, room := range []int{0, 3000, 20000} {
		if err := sheet.PDF(&failing{room}, slices.Values([]sheet.Sheet{own(t)}), sheet.A4); !errors.Is(err, errDisk) {
			t.Errorf("PDF, %d bytes: %v", room, err)
		}
	}
}
