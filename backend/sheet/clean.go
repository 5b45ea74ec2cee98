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
// follows or hide in names. The two joiners stay between characters, since scripts need
// them there; marks stay on a character, so that nothing is blank but the empty string.
func clean(s string) string {
	var b strings.Builder
	space, marks, joiner := false, maxMarks, rune(0)
	for _, r := range norm.NFC.String(s) {
		switch {
		case unicode.IsSpace(r) || r == brailleBlank:
			space, marks, joiner = true, maxMarks, 0
			continue
		case r == '\u200c' || r == '\u200d':
			if b.Len() > 0 && !space {
				joiner = r
			}
			continue
		case unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r):
			continue
		case unicode.Is(unicode.M, r):
			if marks++; marks > maxMarks {
				continue
			}
		default:
			marks = 0
		}
		if unicode.IsControl(r) {
			r = unicode.ReplacementChar
		}
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		if joiner != 0 {
			b.WriteRune(joiner)
		}
		space, joiner = false, 0
		b.WriteRune(r)
	}
	return norm.NFC.String(b.String()) // what was taken out may have kept an accent from its letter
}

// brailleBlank is a symbol that is drawn as nothing.
const brailleBlank = '\u2800'
