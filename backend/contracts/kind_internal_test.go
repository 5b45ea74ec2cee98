package contracts

import (
	"strings"
	"testing"
)

func TestTypeOf_FirstBytesDecide(t *testing.T) {
	t.Parallel()
	ole, zip := "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "PK\x03\x04"
	for _, c := range []struct{ name, head, want string }{
		{"a.pdf", "%PDF-1.7", "application/pdf"},
		{"a.txt", "%PDF-1.7", "application/pdf"},
		{"a.png", "\x89PNG\r\n\x1a\n", "image/png"},
		{"a.png", "\x89PNG\r\n\x1a", "application/octet-stream"},
		{"a.png", "hello", "text/plain"}, // a name alone makes nothing a picture
		{"a.webp", "RIFF\x10\x00\x00\x00WEBP", "image/webp"},
		{"a.webp", "RIFF\x10\x00\x00\x00WEB", "application/octet-stream"},
		{"a.wav", "RIFF\x10\x00\x00\x00WAVEfmt ", "application/octet-stream"},
		{"a.bin", "RIFX\x10\x00\x00\x00WEBP", "application/octet-stream"},
		{"a.docx", zip, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		{"A.DOCX", zip, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		{"a.pdf", zip, "application/zip"},
		{"a.doc", ole, "application/msword"},
		{"a.doc", zip, "application/zip"},
		{"a.svg", "<svg/>", "image/svg+xml"},
		{"a.svg", "\x00<svg/>", "application/octet-stream"},
		{"a", "", "text/plain"},
	} {
		if got := TypeOf(c.name, []byte(c.head)); got != c.want {
			t.Errorf("%s with %q is %s, not %s", c.name, c.head, got, c.want)
		}
	}
}

func TestIsText_ControlsAndEncodings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		head string
		want bool
	}{
		{"", true},
		{"plain\ttext\r\n\f\x1b[0m", true},
		{"space is the first that may stand there: \x20", true},
		{"a unit separator\x1f", false},
		{"a zero\x00", false},
		{"\xff\xfeU\x00T\x00F\x00", true},
		{"\xfe\xff\x00U\x00T\x00F", true},
		{"\xffU\x00T\x00F\x00", false},
		{"grün 日本語 ру́сский", true},
		{"cut in a letter gr\xc3", true}, // the first bytes of a file may end anywhere
		{"日本語\xe6\x97", true},
		{"\xe6\x97", true},             // nothing but a letter that is cut
		{"日本語\xe6\x97\xa5\x97", false}, // a byte that no letter is left for
		{"a\xff", false},               // a byte that begins no letter
		{"Gr\xfcn in Latin-1", true},
		{"Gr\xfcn and a delete\x7f", false},
		{"Gr\xfcn and a unit separator\x1f", false},
		{"\xfc\x80\xfc\x80\xfc\x80", false},            // more than letters
		{strings.Repeat("ab\xfc", 10), true},           // one in three
		{strings.Repeat("ab\xfc", 10) + "\xfc", false}, // one more
		{strings.Repeat("ab\x80", 10), true},           // the first that is not ASCII: the euro of Windows-1252
		{strings.Repeat("ab\x80", 10) + "\x80", false},
	} {
		if got := isText([]byte(c.head)); got != c.want {
			t.Errorf("%q: text %t", c.head, got)
		}
	}
}
