package typeset

import (
	"slices"
	"strings"
	"unicode"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
)

// Style says how text is set. Lengths are in points.
type Style struct {
	Font      *Font
	Size      float64
	Lead      float64 // from one line to the next
	Track     float64 // added after every character of Font
	Feature   string  // an OpenType feature that is on besides the font's own defaults
	Direction Direction
}

// Baseline returns how far below the top of its line the text stands, as a browser
// centres it.
func (s Style) Baseline() float64 {
	return s.Lead/2 + (s.Font.ascent+s.Font.descent)/2*s.Size
}

// Glyph is one glyph of a line. Lengths are in thousandths of an em.
type Glyph struct {
	Font    *Font
	ID      uint16
	At      int    // of which character of the text its cluster begins with
	Text    string // what it stands for; empty when another glyph of its cluster stands for all
	Advance float64
	X, Y    float64 // offset from where the pen is; Y points up
	RTL     bool    // stands among glyphs that are read from right to left
	Blank   bool    // only says something; ID is nothing then
}

// Line is text set in one style on one line. Its glyphs are in the order in which they stand,
// from left to right.
type Line struct {
	Style
	Glyphs []Glyph
	Width  float64 // points
}

// Setter sets text for one document. It is not for use by several goroutines.
type Setter struct {
	shaper shaping.HarfbuzzShaper
	faces  map[*Font]*font.Face
	broken map[paragraph]broken
	chosen map[want]*Font
	lang   string
	base   int
}

// NewSetter returns a Setter for English.
func NewSetter() *Setter {
	s := &Setter{faces: make(map[*Font]*font.Face), broken: make(map[paragraph]broken), chosen: make(map[want]*Font)}
	s.Language("en", false)
	s.shaper.SetFontCacheSize(16) // without a cache it prepares the font for every word
	return s
}

// Language says in which language the text from now on is, as its BCP 47 tag, and whether that
// runs right to left.
func (s *Setter) Language(tag string, rtl bool) {
	s.lang, s.base = tag, 0
	if rtl {
		s.base = 1
	}
}

// Shows reports whether anything on this computer can show r beside a font.
func (s *Setter) Shows(f *Font, r rune) bool {
	return invisible(r) || f.Has(r) || s.choose(string(r), f.Weight, s.lang) != nil
}

// remembersFonts is for how many characters a Setter knows the font.
const remembersFonts = 4096

func (s *Setter) choose(text string, weight int, lang string) *Font {
	w := want{text, weight, lang}
	f, ok := s.chosen[w]
	if !ok {
		if len(s.chosen) == remembersFonts {
			clear(s.chosen)
		}
		f = systemFont(w)
		s.chosen[w] = f
	}
	return f
}

// prepared is text that is ready to be set: each character has its level and its font.
type prepared struct {
	original, shown []rune
	levels          []uint8
	fonts           []*Font
	base            int
}

// prepare chooses fonts and directions. A character that nothing can show becomes a box, and
// stays itself in Glyph.Text, so that whoever copies from the page gets it.
func (s *Setter) prepare(style Style, text string) prepared {
	p := prepared{original: []rune(text), base: s.base}
	switch style.Direction {
	case LTR:
		p.base = 0
	case Auto:
		p.base = first(p.original, s.base)
	}
	p.shown = make([]rune, len(p.original))
	copy(p.shown, p.original)
	p.levels = levels(p.original, p.base)
	p.fonts = make([]*Font, len(p.original))
	lacks := false
	for i, r := range p.original {
		p.fonts[i] = style.Font
		lacks = lacks || !invisible(r) && !style.Font.Has(r)
	}
	if !lacks {
		return p
	}
	lang, before, at := s.spoken(p.original), (*Font)(nil), 0
	for _, character := range graphemes(text) {
		f := style.Font
		if !shows(f.Has, character) {
			// A name keeps its font from one letter to the next.
			if f = before; f == nil || !f.draws(character) {
				f = s.choose(character, style.Font.Weight, lang)
			}
			before = f
		}
		for _, r := range character {
			switch {
			case f != nil:
				p.fonts[at] = f
			case style.Font.Has(r) || invisible(r):
			default: // a mark without its letter's font, perhaps
				if one := s.choose(string(r), style.Font.Weight, lang); one != nil {
					p.fonts[at] = one
				} else {
					p.shown[at] = style.Font.replacement
				}
			}
			at++
		}
	}
	return p
}

// spoken says in which language's letters to set what Chinese, Japanese and Korean share: that
// of the text, if its other letters tell, else that of the paper, else Chinese.
func (s *Setter) spoken(text []rune) string {
	for _, r := range text {
		switch language.LookupScript(r) {
		case language.Hiragana, language.Katakana:
			return "ja"
		case language.Hangul:
			return "ko"
		case language.Bopomofo:
			return "tw"
		}
	}
	switch tag := strings.ToLower(s.lang); {
	case strings.HasPrefix(tag, "ja"), strings.HasPrefix(tag, "ko"):
		return tag[:2]
	case strings.HasPrefix(tag, "zh-hant"), strings.HasPrefix(tag, "zh-tw"), strings.HasPrefix(tag, "zh-hk"):
		return "tw"
	}
	return "zh"
}

// Lacks returns the characters of text that nothing can show beside a font, each once.
func (s *Setter) Lacks(f *Font, text string) string {
	p := s.prepare(Style{Font: f}, text)
	var missing []rune
	for i, r := range p.original {
		if p.shown[i] != r && !slices.Contains(missing, r) {
			missing = append(missing, r)
		}
	}
	return string(missing)
}

// Line sets text on one line.
func (s *Setter) Line(style Style, text string) Line {
	p := s.prepare(style, text)
	return s.line(style, &p, 0, len(p.original), false)
}

// piece is a part of a line in one level, font and script.
type piece struct {
	start, end int
	level      uint8
	font       *Font
	script     language.Script
}

// line sets a part of a paragraph on one line. If more follows after a space, the line says so
// with a space that takes no room, for those who copy from the page or have it read to them.
func (s *Setter) line(style Style, p *prepared, start, end int, spaced bool) Line {
	var pieces []piece
	for at := start; at < end; {
		next := piece{at, at + 1, p.levels[at], p.fonts[at], language.Common}
		if own := language.LookupScript(p.shown[at]); own.Strong() {
			next.script = own
		}
		for next.end < end && p.levels[next.end] == next.level && p.fonts[next.end] == next.font {
			if own := language.LookupScript(p.shown[next.end]); own.Strong() {
				if next.script.Strong() && own != next.script {
					break
				}
				next.script = own
			}
			next.end++
		}
		pieces = append(pieces, next)
		at = next.end
	}
	visual(pieces, func(p piece) uint8 { return p.level })
	line := Line{Style: style}
	for _, piece := range pieces {
		line.Glyphs = append(line.Glyphs, s.shape(style, p, piece)...)
	}
	for i := range line.Glyphs {
		g := &line.Glyphs[i]
		if style.Track != 0 && g.Text != "" && !g.Blank && g.Font == style.Font {
			g.Advance += style.Track / style.Size * 1000
		}
		line.Width += g.Advance * style.Size / 1000
	}
	if space, ok := style.Font.parsed.NominalGlyph(' '); ok && spaced {
		g := Glyph{Font: style.Font, ID: uint16(space), At: end, Text: " "}
		if p.base == 0 {
			line.Glyphs = append(line.Glyphs, g)
		} else {
			g.X, g.RTL = -style.Font.Advance(g.ID), true
			line.Glyphs = append([]Glyph{g}, line.Glyphs...)
		}
	}
	return line
}

// invisible reports whether r only joins, parts or varies its neighbours, so that a font
// needs nothing to show it.
func invisible(r rune) bool {
	return r == '\u034f' || r == '\u200c' || r == '\u200d' || unicode.Is(unicode.Variation_Selector, r)
}

func (s *Setter) shape(style Style, p *prepared, piece piece) (glyphs []Glyph) {
	if piece.font.foreign {
		defer func() {
			if recover() != nil { // the font is damaged where nothing looked before
				glyphs = s.boxes(style, p, piece)
			}
		}()
	}
	face, ok := s.faces[piece.font]
	if !ok {
		face = font.NewFace(piece.font.parsed)
		s.faces[piece.font] = face
	}
	var features []shaping.FontFeature
	if style.Feature != "" {
		features = []shaping.FontFeature{{Tag: opentype.MustNewTag(style.Feature), Value: 1}}
	}
	direction := di.DirectionLTR
	if piece.level%2 == 1 {
		direction = di.DirectionRTL
	}
	em := int(piece.font.parsed.Upem())
	out := s.shaper.Shape(shaping.Input{
		Text: p.shown, RunStart: piece.start, RunEnd: piece.end,
		Direction: direction, Script: piece.script, Language: language.NewLanguage(s.lang),
		Face: face, Size: fixed.I(em), FontFeatures: features,
	})
	thousandths := func(v fixed.Int26_6) float64 { return float64(v) / 64 * 1000 / float64(em) }
	glyphs = make([]Glyph, len(out.Glyphs))
	for i, g := range out.Glyphs {
		glyphs[i] = Glyph{
			Font: piece.font, ID: uint16(g.GlyphID), At: g.ClusterIndex,
			Advance: thousandths(g.XAdvance), X: thousandths(g.XOffset), Y: thousandths(g.YOffset),
			RTL: piece.level%2 == 1,
		}
	}
	var said []Glyph
	for from := 0; from < len(glyphs); {
		to := from + 1
		for to < len(glyphs) && glyphs[to].At == glyphs[from].At {
			to++
		}
		at := glyphs[from].At
		said = append(said, says(glyphs[from:to], p.original[at:at+out.Glyphs[from].RuneCount])...)
		from = to
	}
	return said
}

// says shares the characters of a cluster among its glyphs. From left to right, the first says all
// of them. From right to left, readers turn around what one glyph says, so each says one: the last the
// letter, those before it its marks, and if it is a ligature, blanks the rest of it.
func says(cluster []Glyph, text []rune) []Glyph {
	if !cluster[0].RTL {
		cluster[0].Text = string(text)
		return cluster
	}
	if lacks := len(text) - len(cluster); lacks > 0 {
		blank := Glyph{Font: cluster[0].Font, At: cluster[0].At, RTL: true, Blank: true}
		cluster = append(slices.Repeat([]Glyph{blank}, lacks), cluster...)
	}
	for i := range text {
		cluster[len(cluster)-1-i].Text = string(text[i])
	}
	return cluster
}

// boxes are in place of a piece that its font could not set.
func (s *Setter) boxes(style Style, p *prepared, piece piece) (glyphs []Glyph) {
	box, _ := style.Font.parsed.NominalGlyph(style.Font.replacement)
	for at := piece.start; at < piece.end; at++ {
		glyphs = append(glyphs, Glyph{Font: style.Font, ID: uint16(box), At: at, Text: string(p.original[at]), Advance: style.Font.Advance(uint16(box))})
	}
	return glyphs
}
