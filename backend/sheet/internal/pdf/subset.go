package pdf

import (
	"encoding/binary"

	"github.com/go-text/typesetting/font/opentype"

	"countersign/backend/sheet/internal/typeset"
)

// metrics are what a font descriptor says, in thousandths of an em.
type metrics struct {
	box                        [4]int
	ascent, descent, capHeight int
}

// subset returns a TrueType font with only the outlines of these glyphs, and of those
// they are composed of. The others become empty and keep their numbers, which costs a few
// kilobytes once packed, and leaves every other table as the font has it.
func subset(font *typeset.Font, glyphs []uint16) ([]byte, metrics) {
	head, maxp, hhea := clone(font.Table("head")), font.Table("maxp"), font.Table("hhea")
	be := binary.BigEndian
	count := int(be.Uint16(maxp[4:]))
	outline := outlines(font.Table("glyf"), font.Table("loca"), be.Uint16(head[50:]) == 1)

	keep := map[uint16]bool{0: true}
	pending := append([]uint16{0}, glyphs...)
	for len(pending) > 0 {
		g := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		keep[g] = true
		for _, part := range components(outline(int(g))) {
			if !keep[part] {
				pending = append(pending, part)
			}
		}
	}

	var glyf, loca []byte
	for g := range count {
		loca = be.AppendUint32(loca, uint32(len(glyf)))
		if keep[uint16(g)] {
			glyf = pad(append(glyf, outline(g)...))
		}
	}
	loca = be.AppendUint32(loca, uint32(len(glyf)))
	be.PutUint16(head[50:], 1) // long offsets in loca

	var tables []opentype.Table
	for _, t := range []struct {
		tag     string
		content []byte
	}{ // sorted, as a font must be
		{"cvt ", font.Table("cvt ")}, {"fpgm", font.Table("fpgm")}, {"glyf", glyf}, {"head", head}, {"hhea", hhea},
		{"hmtx", font.Table("hmtx")}, {"loca", loca}, {"maxp", maxp}, {"prep", font.Table("prep")},
	} {
		if len(t.content) > 0 {
			tables = append(tables, opentype.Table{Tag: opentype.MustNewTag(t.tag), Content: pad(clone(t.content))})
		}
	}

	em := int(be.Uint16(head[18:]))
	at := func(table []byte, offset int) int { return int(int16(be.Uint16(table[offset:]))) * 1000 / em }
	m := metrics{box: [4]int{at(head, 36), at(head, 38), at(head, 40), at(head, 42)}, ascent: at(hhea, 4), descent: at(hhea, 6)}
	m.capHeight = m.ascent
	if os2 := font.Table("OS/2"); len(os2) >= 90 {
		m.capHeight = at(os2, 88)
	}
	return opentype.WriteTTF(tables), m
}

// outlines returns a glyph's part of glyf. Out of bounds is empty.
func outlines(glyf, loca []byte, long bool) func(int) []byte {
	offset := func(i int) int {
		if long {
			return int(binary.BigEndian.Uint32(loca[4*i:]))
		}
		return 2 * int(binary.BigEndian.Uint16(loca[2*i:]))
	}
	size := 2
	if long {
		size = 4
	}
	return func(g int) []byte {
		if (g+2)*size > len(loca) {
			return nil
		}
		start, end := offset(g), offset(g+1)
		if start >= end || end > len(glyf) {
			return nil
		}
		return glyf[start:end]
	}
}

// components returns the glyphs that a composite outline refers to (OpenType, glyf).
func components(outline []byte) []uint16 {
	const (
		wordArguments = 0x0001
		scale         = 0x0008
		more          = 0x0020
		scaleXY       = 0x0040
		twoByTwo      = 0x0080
	)
	be := binary.BigEndian
	if len(outline) < 10 || int16(be.Uint16(outline)) >= 0 {
		return nil
	}
	var parts []uint16
	rest := outline[10:]
	for len(rest) >= 4 {
		flags := be.Uint16(rest)
		parts = append(parts, be.Uint16(rest[2:]))
		size := 6
		if flags&wordArguments != 0 {
			size += 2
		}
		switch {
		case flags&scale != 0:
			size += 2
		case flags&scaleXY != 0:
			size += 4
		case flags&twoByTwo != 0:
			size += 8
		}
		if flags&more == 0 || size > len(rest) {
			break
		}
		rest = rest[size:]
	}
	return parts
}

// pad fills up to four bytes, as tables and long offsets want it.
func pad(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func clone(b []byte) []byte { return append([]byte(nil), b...) }
