package pdf

import (
	"encoding/binary"
	"math"

	"countersign/backend/sheet/internal/typeset"
)

// A program is a font that has only the glyphs of one document, written from their outlines, as
// CFF with character IDs (Adobe Technical Notes 5176 and 5177). Nothing else of the font that they are
// from is in it: outlines are what fonts of all kinds have in common, TrueType or not, variable or not,
// and what a damaged font can do least with.

// shape is how a glyph looks and how wide it is, in thousandths of an em.
type shape struct {
	width float64
	steps []typeset.Step
}

// program writes the glyphs, after an empty one; the one at i has the ID i+1.
func program(name string, shapes []shape, box [4]int) []byte {
	charstrings := [][]byte{charstring(0, nil)}
	for _, s := range shapes {
		charstrings = append(charstrings, charstring(s.width, s.steps))
	}
	n := len(charstrings)
	head := append([]byte{1, 0, 4, 4}, index([]byte(name))...)
	names := index([]byte("Adobe"), []byte("Identity"))
	globals := index()
	charset := binary.BigEndian.AppendUint16([]byte{2, 0, 1}, uint16(n-2)) // IDs from 1 on
	selected := []byte{3, 0, 1, 0, 0, 0}                                   // all of them are of font 0
	selected = binary.BigEndian.AppendUint16(selected, uint16(n))
	outlines := index(charstrings...)
	private := []byte{139, 20, 139, 21} // widths are whole, not differences from a usual one

	// The dictionaries before what they point at have numbers of one length, so that their own
	// length is known.
	top := func(charsetAt, selectedAt, outlinesAt, fontsAt int) []byte {
		var d []byte
		d = append(integer(integer(d, firstName), firstName+1), 139, 12, 30) // ROS
		for _, v := range box {
			d = integer(d, v)
		}
		d = append(d, 5)                           // FontBBox
		d = append(long(d, n), 12, 34)             // CIDCount
		d = append(long(d, charsetAt), 15)         // charset
		d = append(long(d, outlinesAt), 17)        // CharStrings
		d = append(long(d, fontsAt), 12, 36)       // FDArray
		return append(long(d, selectedAt), 12, 37) // FDSelect
	}
	charsetAt := len(head) + len(index(top(0, 0, 0, 0))) + len(names) + len(globals)
	selectedAt := charsetAt + len(charset)
	outlinesAt := selectedAt + len(selected)
	privateAt := outlinesAt + len(outlines)
	fontsAt := privateAt + len(private)
	var b []byte
	for _, part := range [][]byte{
		head, index(top(charsetAt, selectedAt, outlinesAt, fontsAt)), names, globals, charset, selected, outlines, private,
		index(append(long(long(nil, len(private)), privateAt), 18)), // one font, with its Private
	} {
		b = append(b, part...)
	}
	return b
}

// firstName is the number of the first name that a font has besides the standard ones.
const firstName = 391

// Operators of an outline, and how many numbers may stand before one.
const (
	lines, curves, end, move = 5, 8, 14, 21
	most                     = 48
)

// charstring writes an outline in whole thousandths of an em, each point as its distance from
// the one before.
func charstring(width float64, steps []typeset.Step) []byte {
	b := integer(nil, whole(width))
	var x, y, waiting int
	var pending byte // the operator of the numbers that are waiting
	flush := func() {
		if waiting > 0 {
			b = append(b, pending)
			waiting = 0
		}
	}
	for _, s := range steps {
		op, points := byte(move), s.Points[:1]
		switch s.Op {
		case 'l':
			op = lines
		case 'c':
			op, points = curves, s.Points[:]
		}
		if op != pending || op == move || waiting+2*len(points) > most {
			flush()
			pending = op
		}
		for _, p := range points {
			px, py := whole(p[0]), whole(p[1])
			b = integer(integer(b, px-x), py-y)
			x, y = px, py
			waiting += 2
		}
	}
	flush()
	return append(b, end)
}

// farthest is what no coordinate of a real glyph reaches; a distance between two still fits in
// sixteen bits.
const farthest = 16000

func whole(v float64) int {
	if math.IsNaN(v) {
		return 0
	}
	return int(math.Round(min(max(v, -farthest), farthest)))
}

// integer writes a number as dictionaries and outlines have it.
func integer(b []byte, v int) []byte {
	switch {
	case v >= -107 && v <= 107:
		return append(b, byte(v+139))
	case v >= 108 && v <= 1131:
		return append(b, byte((v-108)>>8+247), byte(v-108))
	case v >= -1131 && v <= -108:
		return append(b, byte((-v-108)>>8+251), byte(-v-108))
	}
	return append(b, 28, byte(v>>8), byte(v))
}

// long writes a number of a dictionary in five bytes, whatever it is.
func long(b []byte, v int) []byte { return binary.BigEndian.AppendUint32(append(b, 29), uint32(v)) }

// index writes an INDEX, which says where each of its parts begins.
func index(parts ...[]byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, uint16(len(parts)))
	if len(parts) == 0 {
		return b
	}
	b = append(b, 4)
	at := uint32(1)
	b = binary.BigEndian.AppendUint32(b, at)
	for _, p := range parts {
		at += uint32(len(p))
		b = binary.BigEndian.AppendUint32(b, at)
	}
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}
