package sheet

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxMarks is how many marks in a row a character may carry. Vietnamese needs two;
// a hundred would be drawn over the lines above.
const maxMarks = 4

// clean returns s as one line of harmless text: accents composed, white space of every
// kind, line breaks included, as single spaces, control characters and broken UTF-8 as
// U+FFFD, and without the invisible characters that change the direction of what
// follows or hide in names. The two joiners stay, since scripts need them.
func clean(s string) string {
	var b strings.Builder
	space, marks := false, 0
	for _, r := range norm.NFC.String(s) {
		switch {
		case unicode.IsSpace(r):
			space = true
			continue
		case unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d':
			continue
		case unicode.IsControl(r):
			r = unicode.ReplacementChar
		case unicode.Is(unicode.M, r):
			if marks++; marks > maxMarks {
				continue
			}
		default:
			marks = 0
		}
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		space = false
		b.WriteRune(r)
	}
	return b.String()
}
