// Package typeset turns text into positioned glyphs, and breaks it into lines.
//
// Shaping is HarfBuzz's, in the Go port of github.com/go-text/typesetting, so kerning,
// contextual forms and marks are right in every script that a font covers. Parse the
// fonts once for the whole program; make one Setter for each document.
package typeset

import (
	"bytes"
	"fmt"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
)

// replacements are what may stand in for a character that a font cannot show, best
// first. A font without any is refused: nothing is ever drawn as a blank.
var replacements = []rune{'□', '\ufffd', '?'}

// Font is a parsed font. It can be shared between documents and goroutines.
type Font struct {
	Name string // as the PostScript name, "Inter-Regular"

	data        []byte
	parsed      *font.Font
	replacement rune
	ascent      float64 // em
	descent     float64 // em, negative
}

// Parse reads a TrueType font, plain or as WOFF. data must not change afterwards.
func Parse(name string, data []byte) (*Font, error) {
	l, err := opentype.NewLoader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("typeset: %s: %w", name, err)
	}
	parsed, err := font.NewFont(l)
	if err != nil {
		return nil, fmt.Errorf("typeset: %s: %w", name, err)
	}
	extents, ok := font.NewFace(parsed).FontHExtents()
	if !ok {
		return nil, fmt.Errorf("typeset: %s has no line metrics", name)
	}
	em := float64(parsed.Upem())
	f := &Font{Name: name, data: data, parsed: parsed, ascent: float64(extents.Ascender) / em, descent: float64(extents.Descender) / em}
	for _, r := range replacements {
		if f.Has(r) {
			f.replacement = r
			return f, nil
		}
	}
	return nil, fmt.Errorf("typeset: %s has no character to stand in for others", name)
}

// Table returns one raw table of the font, or nil when it has none of that name.
func (f *Font) Table(tag string) []byte {
	l, err := opentype.NewLoader(bytes.NewReader(f.data))
	if err != nil {
		return nil // Parse has read the same bytes
	}
	table, err := l.RawTable(opentype.MustNewTag(tag))
	if err != nil {
		return nil
	}
	return table
}

// Has reports whether the font can show r.
func (f *Font) Has(r rune) bool {
	_, ok := f.parsed.NominalGlyph(r)
	return ok
}

// Advance returns a glyph's own width in thousandths of an em.
func (f *Font) Advance(glyph uint16) float64 {
	return float64(font.NewFace(f.parsed).HorizontalAdvance(font.GID(glyph))) * 1000 / float64(f.parsed.Upem())
}
