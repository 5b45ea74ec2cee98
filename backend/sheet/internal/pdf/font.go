package pdf

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"fmt"
	"math"
	"strings"
	"unicode/utf16"

	"countersign/backend/sheet/internal/typeset"
)

// usedFont collects what a document needs of a font. A character ID stands for a glyph
// together with its text, since one glyph may stand for several: a box for everything
// that the font does not have.
type usedFont struct {
	*typeset.Font
	resource string
	ref      int
	ids      map[character]int
	all      []character // by ID, from 1
	widths   []float64
}

type character struct {
	glyph uint16
	blank bool
	text  string
	x, y  int // by how much it is moved
}

func (d *Document) use(font *typeset.Font) *usedFont {
	f, ok := d.byFont[font]
	if !ok {
		f = &usedFont{Font: font, resource: fmt.Sprintf("F%d", len(d.fonts)+1), ref: d.reserve(), ids: make(map[character]int)}
		d.fonts = append(d.fonts, f)
		d.byFont[font] = f
	}
	return f
}

// use returns the ID of a glyph and its own width, in thousandths of an em, and where it stands
// relative to the pen.
func (f *usedFont) use(g typeset.Glyph) (id int, width, x, y float64) {
	c := character{glyph: g.ID, blank: g.Blank, text: g.Text}
	if g.RTL {
		// A mark is moved within its glyph: a pen that went forth and back to draw it would part the
		// word for many readers.
		c.x, c.y = whole(g.X), whole(g.Y)
	} else {
		x, y = g.X, g.Y
	}
	id, ok := f.ids[c]
	if !ok {
		f.all = append(f.all, c)
		width := 0.0
		if !g.Blank {
			width = f.Advance(g.ID)
		}
		f.widths = append(f.widths, math.Round(width*1000)/1000)
		id = len(f.all)
		f.ids[c] = id
	}
	return id, f.widths[id-1], x, y
}

// writeFont writes a composite font (ISO 32000-1, 9.7): the glyphs, how wide they are, and what
// they say.
func (d *Document) writeFont(f *usedFont) {
	shapes := make([]shape, len(f.all))
	var box [4]int
	for i, c := range f.all {
		shapes[i].width = f.widths[i]
		if c.blank {
			continue
		}
		shapes[i].steps = f.Outline(c.glyph)
		for n := range shapes[i].steps {
			for j := range shapes[i].steps[n].Points {
				p := &shapes[i].steps[n].Points[j]
				p[0], p[1] = p[0]+float64(c.x), p[1]+float64(c.y)
				x, y := whole(p[0]), whole(p[1])
				box = [4]int{min(box[0], x), min(box[1], y), max(box[2], x), max(box[3], y)}
			}
		}
	}
	// The tag tells subsets of one font apart, so it is made of what is in this one.
	name := tag(program("", shapes, box)) + "+" + f.Name
	content := program(name, shapes, box)
	descendant, descriptor, file, text := d.reserve(), d.reserve(), d.reserve(), d.reserve()

	d.object(f.ref)
	d.printf("<</Type/Font/Subtype/Type0/BaseFont/%s-Identity-H/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>\nendobj\n", name, descendant, text)

	d.object(descendant)
	d.printf("<</Type/Font/Subtype/CIDFontType0/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor %d 0 R/DW 0/W[1[", name, descriptor)
	for _, w := range f.widths {
		d.printf("%s ", number(w))
	}
	d.printf("]]>>\nendobj\n")

	const symbolic = 4 // flag 3: its characters are not those of a Latin standard
	ascent, descent, capHeight := f.Metrics()
	d.object(descriptor)
	d.printf("<</Type/FontDescriptor/FontName/%s/Flags %d/FontBBox[%d %d %d %d]/ItalicAngle 0/Ascent %d/Descent %d/CapHeight %d/StemV 80/FontFile3 %d 0 R>>\nendobj\n",
		name, symbolic, box[0], box[1], box[2], box[3], whole(ascent), whole(descent), whole(capHeight), file)

	d.stream(file, "/Subtype/CIDFontType0C", content)
	d.stream(text, "", f.toUnicode())
}

// toUnicode lets readers search and copy (ISO 32000-1, 9.10.3). Each glyph says something, as
// PDF/UA wants it: one without text of its own, which stands in a span with the text of them all, a
// space of no width.
func (f *usedFont) toUnicode() []byte {
	var b bytes.Buffer
	b.WriteString("/CIDInit/ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n/CMapName/Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n")
	const block = 100 // the most that a block may hold
	for start := 0; start < len(f.all); start += block {
		part := f.all[start:min(start+block, len(f.all))]
		fmt.Fprintf(&b, "%d beginbfchar\n", len(part))
		for i, c := range part {
			fmt.Fprintf(&b, "<%04X><%s>\n", start+i+1, utf16Hex(cmp.Or(c.text, "\u200b")))
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict/CMap defineresource pop\nend\nend\n")
	return b.Bytes()
}

// tag is the six letters by which subsets of one font differ (ISO 32000-1, 9.6.4).
func tag(program []byte) string {
	sum := sha256.Sum256(program)
	letters := make([]byte, 6)
	for i := range letters {
		letters[i] = 'A' + sum[i]%26
	}
	return string(letters)
}

func utf16Hex(s string) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", unit)
	}
	return b.String()
}
