package typeset

import (
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/go-text/typesetting/fontscan"
)

func inter(t *testing.T) *Font {
	t.Helper()
	data, err := os.ReadFile("../../fonts/Inter-Regular.woff")
	if err != nil {
		t.Fatal(err)
	}
	f, err := Parse("Inter-Regular", 400, data)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// arabic is the file of the font in which the test machine has Arabic.
func arabic(t *testing.T) []byte {
	t.Helper()
	f := systemFont(want{text: "م", weight: 400, lang: "en"})
	if f == nil {
		t.Fatal("no font has Arabic letters: install what build/setup.sh names")
	}
	for i := range system.fonts {
		if l := system.fonts[i].Location; name(&system.fonts[i]) == f.Name {
			data, err := os.ReadFile(l.File)
			if err != nil {
				t.Fatal(err)
			}
			return data
		}
	}
	t.Fatalf("%s has no file", f.Name)
	return nil
}

func footprint(t *testing.T, data []byte) *fontscan.Footprint {
	t.Helper()
	file := filepath.Join(t.TempDir(), "font.ttf")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return &fontscan.Footprint{Location: fontscan.Location{File: file}, Family: "x"}
}

// A damaged font is left out, or what it cannot set is drawn as boxes; nothing ends the program.
func TestRead_DamagedFontsHarmNothing(t *testing.T) {
	t.Parallel()
	whole := arabic(t)
	random := rand.New(rand.NewPCG(1, 2)) // the same damage each time
	own := inter(t)
	used := 0
	for n := range 120 {
		data := slices.Clone(whole)
		switch {
		case n < 20:
			data = data[:len(data)*n/20]
		default:
			for range 1 + n {
				data[random.IntN(len(data))] = byte(random.Uint32())
			}
		}
		f := read(footprint(t, data))
		if f == nil {
			continue
		}
		used++
		s := NewSetter()
		for _, letter := range []string{"م", "ح", "د", "ل", "ا", "ّ"} {
			s.chosen[want{letter, own.Weight, "zh"}] = f
		}
		line := s.Line(Style{Font: own, Size: 10, Lead: 12}, "محمّد الا x")
		says := ""
		for _, g := range line.Glyphs {
			says += g.Text
			if !g.Blank {
				g.Font.Outline(g.ID)
			}
		}
		if len([]rune(says)) != len([]rune("محمّد الا x")) {
			t.Errorf("damage %d: the line says %q", n, says)
		}
	}
	if used == 0 || used == 120 {
		t.Errorf("%d of 120 damaged fonts were used", used)
	}
}

func TestRead_TakesNoFontThatMayNotBeEmbedded(t *testing.T) {
	t.Parallel()
	data := arabic(t)
	at := 0
	for i := range int(binary.BigEndian.Uint16(data[4:])) { // the table of tables
		if entry := data[12+16*i:]; string(entry[:4]) == "OS/2" {
			at = int(binary.BigEndian.Uint32(entry[8:])) + 8
		}
	}
	for kind, taken := range map[uint16]bool{0: true, 2: false, 4: true, 8: true, 0x0100: false, 0x0104: false, 0x0200: false} {
		data := slices.Clone(data)
		binary.BigEndian.PutUint16(data[at:], kind)
		if f := read(footprint(t, data)); (f != nil) != taken {
			t.Errorf("fsType %#x: taken %t", kind, f != nil)
		}
	}
	if embeddable(nil) || embeddable(make([]byte, 9)) {
		t.Error("a font that does not say so may be embedded")
	}
}

func TestRead_LeavesOutWhatIsNoFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, file := range []string{dir, filepath.Join(dir, "none.ttf"), os.DevNull} {
		if f := read(&fontscan.Footprint{Location: fontscan.Location{File: file}}); f != nil {
			t.Errorf("%s is taken for a font", file)
		}
	}
	whole := footprint(t, arabic(t))
	whole.Location.Index = 7
	if read(whole) != nil {
		t.Error("a font is read at a place where its file has none")
	}
}

// Fonts list characters that they draw nothing for. Nothing is printed as a blank.
func TestSystemFont_HasToDrawWhatItLists(t *testing.T) {
	t.Parallel()
	const blank = '\u2800' // Braille without a dot
	f := systemFont(want{text: string(blank), weight: 400, lang: "en"})
	if !slices.ContainsFunc(system.fonts, func(f fontscan.Footprint) bool { return f.Runes.Contains(blank) }) {
		t.Fatal("no font lists it: the test shows nothing")
	}
	if f != nil {
		t.Errorf("%s draws it", f.Name)
	}
}

func TestSystemFont_KnowsSharedLettersByLanguage(t *testing.T) {
	t.Parallel()
	own := inter(t)
	for _, tt := range []struct{ text, lang, font string }{
		{"直", "en", "notosanscjksc-400"}, {"直", "ja", "notosanscjkjp-400"}, {"直", "ko-KR", "notosanscjkkr-400"}, {"直", "zh-Hant", "notosanscjktc-400"},
		{"直かな", "en", "notosanscjkjp-400"}, {"直한", "en", "notosanscjkkr-400"}, {"直ㄅ", "en", "notosanscjktc-400"},
		{"م", "en", "notosansarabic-400"}, {"א", "en", "notosanshebrew-400"}, {"ก", "en", "notosansthai-400"}, {"अ", "en", "notosansdevanagari-400"},
	} {
		s := NewSetter()
		s.Language(tt.lang, false)
		if got := s.Line(Style{Font: own, Size: 10}, tt.text).Glyphs[0].Font.Name; got != tt.font {
			t.Errorf("%q in %s is set in %s, not %s", tt.text, tt.lang, got, tt.font)
		}
	}
	if f := systemFont(want{text: "م", weight: 600, lang: "en"}); f == nil || f.Name != "notosansarabic-700" {
		t.Errorf("a strong text is set in %v", f)
	}
	if f := systemFont(want{text: "\ue000"}); f != nil {
		t.Errorf("a private character is drawn in %s", f.Name)
	}
}
