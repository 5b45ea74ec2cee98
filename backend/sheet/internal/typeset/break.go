package typeset

import (
	"strings"

	"github.com/go-text/typesetting/segmenter"
)

// Break sets text in lines no wider than width points, at the places where Unicode
// allows a line to end (UAX #14). A word that is wider than a line is divided between
// characters rather than cut, and whole is false then. There is at least one line.
func (s *Setter) Break(style Style, text string, width float64) (lines []Line, whole bool) {
	whole = true
	current := ""
	emit := func(text string) { lines = append(lines, s.Line(style, strings.TrimRight(text, " "))) }
	for _, word := range Words(text) {
		if s.fits(style, current+word, width) {
			current += word
			continue
		}
		if current != "" {
			emit(current)
			current = ""
		}
		if s.fits(style, word, width) {
			current = word
			continue
		}
		whole = false
		for _, character := range Characters(word) {
			if current != "" && !s.fits(style, current+character, width) {
				emit(current)
				current = ""
			}
			current += character
		}
	}
	if current != "" || len(lines) == 0 {
		emit(current)
	}
	return lines, whole
}

// fits leaves a thousandth of a point for rounding.
func (s *Setter) fits(style Style, text string, width float64) bool {
	return s.Line(style, strings.TrimRight(text, " ")).Width <= width+0.001
}

// Words divides text where a line may end (UAX #14); each part keeps the spaces after it.
func Words(text string) []string {
	var seg segmenter.Segmenter
	seg.Init([]rune(text))
	var parts []string
	for it := seg.LineIterator(); it.Next(); {
		parts = append(parts, string(it.Line().Text))
	}
	return parts
}

// Characters divides text into what a reader takes for single characters (UAX #29).
func Characters(text string) []string {
	var seg segmenter.Segmenter
	seg.Init([]rune(text))
	var parts []string
	for it := seg.GraphemeIterator(); it.Next(); {
		parts = append(parts, string(it.Grapheme().Text))
	}
	return parts
}
