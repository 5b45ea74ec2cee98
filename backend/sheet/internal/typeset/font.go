// Package typeset turns text into positioned glyphs, and breaks it into lines.
//
// Shaping is HarfBuzz's, in the Go port of github.com/go-text/typesetting, so kerning,
// contextual forms and marks are right in every script that a font covers. What runs right to
// left is ordered as Unicode says (UAX #9). What a style's font lacks is set in a font of the
// system. Parse the fonts once for the whole program; make one Setter for each document.
package typeset

import (
	"bytes"
	"fmt"
	"sync"
	"unicode"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
)

// replacements are what may stand in for a character that no font can show, best
// first. A font without any is refused: nothing is ever drawn as a blank.
var replacements = []rune{'□', '\ufffd', '?'}

// Font is a parsed font. It can be shared between documents and goroutines.
type Font struct {
	Name   string // as the PostScript name, "Inter-Regular"
	Weight int    // 400 is regular; of a font that stands in for this one

	parsed      *font.Font
	replacement rune
	foreign     bool    // of the system: its tables are not ours to trust
	ascent      float64 // em
	descent     float64 // em, negative
	capHeight   float64 // em

	looks sync.Mutex // while face, which is not for use by several goroutines, is looked at
	face  *font.Face
}

// Parse reads an OpenType font, plain or as WOFF. data must not change afterwards.
func Parse(name string, weight int, data []byte) (*Font, error) {
	l, err := opentype.NewLoader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("typeset: %s: %w", name, err)
	}
	f, err := load(name, l)
	if err != nil {
		return nil, err
	}
	f.Weight = weight
	for _, r := range replacements {
		if f.Has(r) {
			f.replacement = r
			return f, nil
		}
	}
	return nil, fmt.Errorf("typeset: %s has no character to stand in for others", name)
}

func load(name string, l *opentype.Loader) (*Font, error) {
	parsed, err := font.NewFont(l)
	if err != nil {
		return nil, fmt.Errorf("typeset: %s: %w", name, err)
	}
	face := font.NewFace(parsed)
	extents, ok := face.FontHExtents()
	if !ok {
		return nil, fmt.Errorf("typeset: %s has no line metrics", name)
	}
	em := float64(parsed.Upem())
	if em < 16 || em > 16384 { // the bounds of OpenType's head table
		return nil, fmt.Errorf("typeset: %s has an em of %.0f units", name, em)
	}
	f := &Font{Name: name, parsed: parsed, face: face, ascent: float64(extents.Ascender) / em, descent: float64(extents.Descender) / em}
	f.capHeight = float64(face.LineMetric(font.CapHeight)) / em
	if f.capHeight <= 0 {
		f.capHeight = f.ascent
	}
	return f, nil
}

// Has reports whether the font can show r. What a private character means is up to those who use
// it, so no font's picture of it is right.
func (f *Font) Has(r rune) bool {
	if unicode.Is(unicode.Co, r) {
		return false
	}
	_, ok := f.parsed.NominalGlyph(r)
	return ok
}

// Advance returns a glyph's own width in thousandths of an em.
func (f *Font) Advance(glyph uint16) float64 {
	f.looks.Lock()
	defer f.looks.Unlock()
	return float64(f.face.HorizontalAdvance(font.GID(glyph))) * 1000 / float64(f.parsed.Upem())
}

// Metrics returns how far the font reaches above and below its baseline, and how high its
// capitals are, in thousandths of an em.
func (f *Font) Metrics() (ascent, descent, capHeight float64) {
	return f.ascent * 1000, f.descent * 1000, f.capHeight * 1000
}

// Step is a step of a glyph's outline, in thousandths of an em with y upwards: a move to a new
// contour, a line, or a cubic curve over two points to a third.
type Step struct {
	Op     byte // 'm', 'l', 'c'
	Points [3][2]float64
}

// Outline returns what a glyph looks like, in the only form that fonts of all kinds have in
// common. A glyph that is only a picture has none.
func (f *Font) Outline(glyph uint16) (steps []Step) {
	if f.foreign {
		defer func() {
			if recover() != nil {
				steps = nil
			}
		}()
	}
	f.looks.Lock()
	defer f.looks.Unlock()
	var segments []opentype.Segment
	switch g := f.face.GlyphData(font.GID(glyph)).(type) {
	case font.GlyphOutline:
		segments = g.Segments
	case font.GlyphSVG:
		segments = g.Outline.Segments
	case font.GlyphBitmap:
		if g.Outline != nil {
			segments = g.Outline.Segments
		}
	}
	scale := 1000 / float64(f.parsed.Upem())
	point := func(p opentype.SegmentPoint) [2]float64 {
		return [2]float64{float64(p.X) * scale, float64(p.Y) * scale}
	}
	var at [2]float64
	for _, s := range segments {
		var step Step
		switch s.Op {
		case opentype.SegmentOpMoveTo:
			step = Step{'m', [3][2]float64{point(s.Args[0])}}
			at = step.Points[0]
		case opentype.SegmentOpLineTo:
			step = Step{'l', [3][2]float64{point(s.Args[0])}}
			at = step.Points[0]
		case opentype.SegmentOpQuadTo: // the same curve as a cubic one
			over, to := point(s.Args[0]), point(s.Args[1])
			near := func(from [2]float64) [2]float64 {
				return [2]float64{from[0] + (over[0]-from[0])*2/3, from[1] + (over[1]-from[1])*2/3}
			}
			step = Step{'c', [3][2]float64{near(at), near(to), to}}
			at = to
		case opentype.SegmentOpCubeTo:
			step = Step{'c', [3][2]float64{point(s.Args[0]), point(s.Args[1]), point(s.Args[2])}}
			at = step.Points[2]
		}
		steps = append(steps, step)
	}
	return steps
}
