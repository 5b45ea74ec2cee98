// Package text says what of a text may be displayed. Line is for what is printed, and Name is
// for what people type: a name, a tag, a reason.
//
// Some characters are drawn as nothing: the soft hyphen, the zero-width space, Hangul's fillers,
// tags. They make two names look the same, or a name look like none. Others move the cursor or
// turn the direction of what follows.
package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxMarks is how many marks in a row a character may carry. Vietnamese needs two;
// a hundred would be drawn over the lines above.
const maxMarks = 4

// brailleBlank is a symbol that is drawn as nothing.
const brailleBlank = '\u2800'

// Line returns s as one line of harmless text: accents composed, white space of every
// kind, line breaks included, as single spaces, control characters and broken UTF-8 as
// U+FFFD, and without the invisible characters that change the direction of what
// follows or hide in names. The two joiners stay between characters, since scripts need
// them there; marks stay on a character, so that nothing is blank but the empty string.
func Line(s string) string { return line(s, false) }

// Name returns what a person typed as it is kept: as Line has it, but with the three marks of
// direction, which Arabic and Hebrew names need beside Latin ones. A name in which nothing is
// visible comes back empty. ok is false, and the name empty, if s has a character that can't be
// shown: see Unfit.
func Name(s string) (name string, ok bool) {
	s = strings.TrimSpace(s)
	if !utf8.ValidString(s) || strings.ContainsFunc(s, Unfit) {
		return "", false
	}
	return Shown(s), true
}

// Shown is Name for a text that nobody can be asked to type again, such as a file's name: what
// can't be shown becomes U+FFFD.
func Shown(s string) string {
	s = strings.TrimSpace(line(strings.Map(func(r rune) rune {
		if Unfit(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s), true))
	if !strings.ContainsFunc(s, drawn) {
		return ""
	}
	return s
}

// Unfit reports whether a character can't be shown where a name stands: controls, line and
// paragraph separators, the byte order mark, what stands for broken text, and what turns the
// direction of all that follows. Such a character could make one name look like another.
func Unfit(r rune) bool {
	switch {
	case r == utf8.RuneError, unicode.IsControl(r), unicode.In(r, unicode.Zl, unicode.Zp), r == 0xFEFF:
		return true
	case unicode.Is(unicode.Bidi_Control, r):
		return !direction(r)
	}
	return false
}

// Hidden reports whether a character is drawn as nothing by itself.
func Hidden(r rune) bool {
	return r == brailleBlank || unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// direction is true for the marks that turn no other character than what stands beside them.
func direction(r rune) bool { return r == '\u200e' || r == '\u200f' || r == '\u061c' }

// drawn is true for letters, digits, punctuation and symbols that can be seen.
func drawn(r rune) bool {
	return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) && !Hidden(r)
}

func line(s string, directions bool) string {
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
		case directions && direction(r):
			marks = maxMarks
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
