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
	lang  string
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
	key := paragraph{style, text, s.lang, width}
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
	p := s.prepare(style, strings.Join(words, ""))
	text := p.original
	at := s.offsets(style, &p)
	whole = true
	begin, end := 0, 0 // of the current line
	emit := func() {
		last := end
		for last > begin && text[last-1] == ' ' {
			last--
		}
		lines = append(lines, s.line(style, &p, begin, last, last < end && end < len(text)))
	}
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

// offsets returns where each character of text begins when all of it stands on one line
// in the order in which it is read, and where the line ends, in points. Setting the text once makes
// breaking it cheap.
func (s *Setter) offsets(style Style, p *prepared) []float64 {
	at := make([]float64, len(p.original)+1)
	line := s.line(style, p, 0, len(p.original), false)
	widths, counts := make(map[int]float64), make(map[int]int) // of clusters
	for _, g := range line.Glyphs {
		widths[g.At] += g.Advance * style.Size / 1000
		counts[g.At] += utf8.RuneCountInString(g.Text)
	}
	for begin, width := range widths {
		n := max(counts[begin], 1)
		for r := begin; r < min(begin+n, len(p.original)); r++ {
			at[r+1] += width / float64(n)
		}
	}
	for i := range p.original {
		at[i+1] += at[i]
	}
	return at
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

// Characters divides text into what a reader takes for single characters (UAX #29), and keeps
// the vowels of Thai and Lao that are written before their consonant with it.
func Characters(text string) (parts []string) {
	before := ""
	for _, g := range graphemes(text) {
		if r, _ := utf8.DecodeRuneInString(g); r >= 'เ' && r <= 'ไ' || r >= 'ເ' && r <= 'ໄ' {
			if before != "" {
				parts = append(parts, before)
			}
			before = g
			continue
		}
		parts = append(parts, before+g)
		before = ""
	}
	if before != "" {
		parts = append(parts, before)
	}
	return parts
}

func graphemes(text string) (parts []string) {
	var seg segmenter.Segmenter
	seg.Init([]rune(text))
	for it := seg.GraphemeIterator(); it.Next(); {
		parts = append(parts, string(it.Grapheme().Text))
	}
	return parts
}
