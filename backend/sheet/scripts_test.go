package sheet_test

import (
	"strings"
	"testing"
)

// scripts are names in the scripts that a name may be in, each with the font that the test
// machine has for it.
var scripts = []struct{ script, name, font string }{
	{"Latin", "Łucja Żółć-Nguyễn", "Inter"},
	{"Greek", "Ελένη Παππά", "Inter"},
	{"Cyrillic", "Святослав Їжакевич", "Inter"},
	{"Arabic", "محمد الفارسي", "notosansarabic"},
	{"Hebrew", "שרה כהן־לוי", "notosanshebrew"},
	{"Devanagari", "अनिता श्रीवास्तव", "notosansdevanagari"},
	{"Thai", "นารี ศรีสุวรรณ", "notosansthai"},
	{"Chinese", "王小明", "notosanscjksc"},
	{"Japanese", "山田 はなこ", "notosanscjkjp"},
	{"Korean", "김민준", "notosanscjkkr"},
}

func TestPDF_NamesOfEveryScriptAreDrawnAndCopied(t *testing.T) {
	t.Parallel()
	for _, tt := range scripts {
		t.Run(tt.script, func(t *testing.T) {
			t.Parallel()
			s := printed(t)
			s.Name, s.IssuedBy, s.Workspace = tt.name, tt.name, tt.name
			p := draw(t, 0, s)
			fonts := p.tool(t, "pdffonts", p.file)
			if !strings.Contains(fonts, "+"+tt.font+"-") {
				t.Errorf("not set in %s: %s", tt.font, fonts)
			}
			for _, mode := range []string{"-raw", "-layout"} {
				text := unmarked(p.tool(t, "pdftotext", mode, "-enc", "UTF-8", p.file, "-"))
				// The workspace, the name, the issuer, and “No one at …”.
				if n := strings.Count(strings.Join(strings.Fields(text), " "), tt.name); n != 4 {
					t.Errorf("%s: copied %d times: %q", mode, n, text)
				}
			}
			if p.ink(t, 22, 45, 85, 5) < 20 {
				t.Error("the place of the name is blank")
			}
		})
	}
}

// unmarked is text without the marks with which pdftotext frames what runs right to left.
func unmarked(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' || r == '\u200e' || r == '\u200f' {
			return -1
		}
		return r
	}, s)
}
