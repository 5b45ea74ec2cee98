package typeset

import (
	"strings"
	"unicode/utf8"

	"github.com/go-text/typesetting/segmenter"
)

// remembered is how many paragraphs a Setter keeps, since most of what one page says
// the next says as well.
const remembered = 256

type paragraph struct {
	style Style
	text  string
	width float64
}

type broken struct {
	lines []Line
	whole bool
}

// Break sets text in lines no wider than width points, at the places where Unicode
// allows a line to end (UAX #14). A word that is wider than a line is divided between
// characters rather than cut, and whole is false then. There is at least one line. The caller must not
// change the lines, which may be given out again.
func (s *Setter) Break(style Style, text string, width float64) (lines []Line, whole bool) {
	key := paragraph{style, text, width}
	b, ok := s.broken[key]
	if !ok {
		b.lines, b.whole = s.fill(style, Words(text), width)
		if len(s.broken) == remembered {
			clear(s.broken)
		}
		s.broken[key] = b
	}
	return b.lines, b.whole
}

// Keep does the same with text that is to stand on one line if it can, such as an email,
// in which a hyphen at the end of a line would be taken for part of the line's end.
func (s *Setter) Keep(style Style, text string, width float64) (lines []Line, whole bool) {
	return s.fill(style, []string{text}, width)
}

func (s *Setter) fill(style Style, words []string, width float64) (lines []Line, whole bool) {
	text := []rune(strings.Join(words, ""))
	at := s.offsets(style, string(text))
	whole = true
	begin, end := 0, 0 // of the current line
	emit := func() { lines = append(lines, s.Line(style, strings.TrimRight(string(text[begin:end]), " "))) }
	// take lengthens the current line by a part that ends at next, or begins another.
	take := func(next int) (fits bool) {
		last := next
		for last > begin && text[last-1] == ' ' {
			last--
		}
		if at[last]-at[begin] > width && end > begin {
			emit()
			begin = end
		}
		fits = at[last]-at[begin] <= width
		end = next
		return fits
	}
	for _, word := range words {
		before := end
		if take(before + utf8.RuneCountInString(word)) {
			continue
		}
		whole = false
		end = before
		for _, character := range Characters(word) {
			take(end + utf8.RuneCountInString(character))
		}
	}
	if end > begin || len(lines) == 0 {
		emit()
	}
	return lines, whole
}

// offsets returns where each character of text begins when all of it stands on one line,
// and where the line ends, in points. Setting the text once makes breaking it cheap.
func (s *Setter) offsets(style Style, text string) []float64 {
	at := make([]float64, 0, len(text)+1)
	x := 0.0
	for _, g := range s.Line(style, text).Glyphs {
		for range utf8.RuneCountInString(g.Text) {
			at = append(at, x)
		}
		x += g.Advance * style.Size / 1000
	}
	return append(at, x)
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
