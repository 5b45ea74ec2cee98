package typeset

import (
	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
)

// Style says how text is set. Lengths are in points.
type Style struct {
	Font    *Font
	Size    float64
	Lead    float64 // from one line to the next
	Track   float64 // added after every character
	Feature string  // an OpenType feature that is on besides the font's own defaults
}

// Baseline returns how far below the top of its line the text stands, as a browser
// centres it.
func (s Style) Baseline() float64 {
	return s.Lead/2 + (s.Font.ascent+s.Font.descent)/2*s.Size
}

// Glyph is one glyph of a line. Lengths are in thousandths of an em.
type Glyph struct {
	ID      uint16
	Text    string // what it stands for; empty when the glyph before it stands for both
	Advance float64
	X, Y    float64 // offset from where the pen is; Y points up
}

// Line is text set in one style on one line.
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
}

// NewSetter returns a Setter.
func NewSetter() *Setter {
	s := &Setter{faces: make(map[*Font]*font.Face), broken: make(map[paragraph]broken)}
	s.shaper.SetFontCacheSize(16) // without a cache it prepares the font for every word
	return s
}

// Line sets text on one line, left to right. A character that the font cannot show
// becomes a box, and stays itself in Glyph.Text, so that whoever copies from the page gets it.
func (s *Setter) Line(style Style, text string) Line {
	original := []rune(text)
	shown := make([]rune, len(original))
	for i, r := range original {
		shown[i] = r
		if !style.Font.Has(r) && !invisible(r) {
			shown[i] = style.Font.replacement
		}
	}
	line := Line{Style: style}
	start := 0
	for start < len(shown) {
		end, script := run(shown, start)
		line.Glyphs = append(line.Glyphs, s.shape(style, original, shown, start, end, script)...)
		start = end
	}
	for i := range line.Glyphs {
		if style.Track != 0 && line.Glyphs[i].Text != "" {
			line.Glyphs[i].Advance += style.Track / style.Size * 1000
		}
		line.Width += line.Glyphs[i].Advance * style.Size / 1000
	}
	return line
}

// invisible reports whether r only joins, parts or varies its neighbours, so that a font
// needs nothing to show it.
func invisible(r rune) bool {
	return r == '\u034f' || r == '\u200c' || r == '\u200d' || r >= '\ufe00' && r <= '\ufe0f'
}

// run returns where the run of one script that starts at start ends. Signs common to all
// scripts, and marks, belong to the run they stand in.
func run(text []rune, start int) (end int, script language.Script) {
	script = language.Common
	for end = start; end < len(text); end++ {
		own := language.LookupScript(text[end])
		if !own.Strong() {
			continue
		}
		if script.Strong() && own != script {
			break
		}
		script = own
	}
	return end, script
}

func (s *Setter) shape(style Style, original, shown []rune, start, end int, script language.Script) []Glyph {
	face, ok := s.faces[style.Font]
	if !ok {
		face = font.NewFace(style.Font.parsed)
		s.faces[style.Font] = face
	}
	var features []shaping.FontFeature
	if style.Feature != "" {
		features = []shaping.FontFeature{{Tag: opentype.MustNewTag(style.Feature), Value: 1}}
	}
	em := int(style.Font.parsed.Upem())
	out := s.shaper.Shape(shaping.Input{
		Text: shown, RunStart: start, RunEnd: end,
		Direction: di.DirectionLTR, Script: script, Language: "en",
		Face: face, Size: fixed.I(em), FontFeatures: features,
	})
	thousandths := func(v fixed.Int26_6) float64 { return float64(v) / 64 * 1000 / float64(em) }
	glyphs := make([]Glyph, len(out.Glyphs))
	for i, g := range out.Glyphs {
		glyphs[i] = Glyph{ID: uint16(g.GlyphID), Advance: thousandths(g.XAdvance), X: thousandths(g.XOffset), Y: thousandths(g.YOffset)}
		if i == 0 || out.Glyphs[i-1].ClusterIndex != g.ClusterIndex {
			glyphs[i].Text = string(original[g.ClusterIndex : g.ClusterIndex+g.RuneCount])
		}
	}
	return glyphs
}
