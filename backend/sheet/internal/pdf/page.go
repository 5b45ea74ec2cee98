package pdf

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strconv"

	"countersign/backend/sheet/internal/typeset"
)

// Point is a PDF point in millimetres, the unit of everything below.
const Point = 25.4 / 72

// Black is the shade of what is read first; 1 would be white.
const Black = 0.0

// Page is a page that is being drawn. Positions are in millimetres from its upper left
// corner, or of a mirrored page from its upper right one. What is drawn first is read first.
//
// Text within an element is what the element says. Text without one, and everything that is
// no text, is decoration, which is not read to anybody.
type Page struct {
	d             *Document
	width, height float64
	mirrored      bool
	content       bytes.Buffer

	root    *element
	current *element
	open    *element   // whose content is being drawn: nil before the first and after the last
	marked  []*element // by content ID
}

// Page begins a page, which is a section of the document in a language. On a mirrored page, what
// is placed from the left is placed from the right. The page before must be closed.
func (d *Document) Page(width, height float64, language string, mirrored bool) *Page {
	root := &element{role: "Sect", language: language}
	return &Page{d: d, width: width, height: height, mirrored: mirrored, root: root, current: root}
}

// Close writes the page out.
func (p *Page) Close() {
	p.mark(nil)
	content, page := p.d.reserve(), p.d.reserve()
	p.d.stream(content, "", p.content.Bytes())
	p.d.object(page)
	p.d.printf("<</Type/Page/Parent %d 0 R/MediaBox[0 0 %s %s]/Contents %d 0 R/StructParents %d/Tabs/S>>\nendobj\n",
		pagesRef, number(p.width/Point), number(p.height/Point), content, len(p.d.pages))
	section, parents := p.writeElements(page)
	p.d.sections = append(p.d.sections, section)
	p.d.parents = append(p.d.parents, parents)
	p.d.pages = append(p.d.pages, page)
}

// Text draws a line of text with its left end, or on a mirrored page its right end, and its
// baseline at x, y.
func (p *Page) Text(x, y, grey float64, line typeset.Line) {
	if len(line.Glyphs) == 0 {
		return
	}
	p.mark(p.current)
	if p.mirrored {
		x = p.width - x - line.Width*Point
	}
	fmt.Fprintf(&p.content, "BT %s g\n", number(grey))
	for _, part := range inOrder(line.Glyphs) {
		fmt.Fprintf(&p.content, "1 0 0 1 %s %s Tm\n", number(x/Point+part.x*line.Size/1000), p.y(y))
		if part.glyphs[0].RTL { // ISO 32000-1, 14.8.2.3.3
			p.content.WriteString("/ReversedChars BMC\n")
		}
		p.glyphs(line.Size, part.glyphs)
		if part.glyphs[0].RTL {
			p.content.WriteString("EMC\n")
		}
	}
	p.content.WriteString("ET\n")
}

// part is a part of a line that begins at x, in thousandths of an em.
type part struct {
	glyphs []typeset.Glyph
	x      float64
}

// inOrder divides a line so that its parts follow each other as they are read. What is read from right to
// left is divided into words, each with the space after it; within a word, glyphs stay in the order in
// which they stand, which is how readers of PDF expect them.
func inOrder(glyphs []typeset.Glyph) []part {
	if !slices.ContainsFunc(glyphs, func(g typeset.Glyph) bool { return g.RTL }) {
		return []part{{glyphs: glyphs}}
	}
	var parts []part
	x := 0.0
	for from := 0; from < len(glyphs); {
		to, begin := from, x
		for to < len(glyphs) && glyphs[to].RTL == glyphs[from].RTL && (to == from || !glyphs[to].RTL || glyphs[to].Text != " ") {
			x += glyphs[to].Advance
			to++
		}
		parts = append(parts, part{glyphs: glyphs[from:to], x: begin})
		from = to
	}
	first := func(p part) int {
		return slices.MinFunc(p.glyphs, func(a, b typeset.Glyph) int { return a.At - b.At }).At
	}
	slices.SortStableFunc(parts, func(a, b part) int { return first(a) - first(b) })
	return parts
}

// glyphs draws glyphs from where the pen is. A cluster of several says what they mean together,
// unless it is read from right to left, where readers would turn that around.
func (p *Page) glyphs(size float64, glyphs []typeset.Glyph) {
	var font *usedFont
	rise := 0.0
	open := false
	move := func(thousandths float64) { // TJ counts backwards
		if math.Abs(thousandths) >= 0.01 {
			p.begin(&open)
			fmt.Fprintf(&p.content, "%s ", number(-thousandths))
		}
	}
	for i, g := range glyphs {
		last := i+1 == len(glyphs) || glyphs[i+1].Text != ""
		if f := p.d.use(g.Font); f != font {
			p.end(&open)
			font = f
			fmt.Fprintf(&p.content, "/%s %s Tf\n", f.resource, number(size))
		}
		if !g.RTL && g.Text != "" && !last {
			p.end(&open)
			fmt.Fprintf(&p.content, "/Span<</ActualText%s>>BDC\n", literal(g.Text))
		}
		id, width, across, up := font.use(g)
		if up != rise {
			p.end(&open)
			rise = up
			fmt.Fprintf(&p.content, "%s Ts\n", number(rise*size/1000))
		}
		move(across)
		p.begin(&open)
		fmt.Fprintf(&p.content, "<%04X>", id)
		move(g.Advance - width - across)
		if !g.RTL && g.Text == "" && last {
			p.end(&open)
			p.content.WriteString("EMC\n")
		}
	}
	p.end(&open)
	if rise != 0 {
		p.content.WriteString("0 Ts\n")
	}
}

func (p *Page) begin(open *bool) {
	if !*open {
		p.content.WriteString("[")
		*open = true
	}
}

func (p *Page) end(open *bool) {
	if *open {
		p.content.WriteString("] TJ\n")
		*open = false
	}
}

// Line draws a horizontal line of a thickness whose upper edge is at y.
func (p *Page) Line(x1, x2, y, thickness, grey float64) {
	p.mark(p.root)
	x1, x2 = p.sides(x1, x2)
	fmt.Fprintf(&p.content, "%s g %s %s %s %s re f\n", number(grey), number(x1/Point), p.y(y+thickness), number((x2-x1)/Point), number(thickness/Point))
}

// Dashes draws a broken line in the same way, in strokes and gaps of these lengths.
func (p *Page) Dashes(x1, x2, y, thickness, stroke, gap, grey float64) {
	p.mark(p.root)
	middle := p.y(y + thickness/2)
	x1, x2 = p.sides(x1, x2)
	fmt.Fprintf(&p.content, "q %s G %s w [%s %s] 0 d %s %s m %s %s l S Q\n", number(grey), number(thickness/Point),
		number(stroke/Point), number(gap/Point), number(x1/Point), middle, number(x2/Point), middle)
}

// Box draws a frame. Its line lies within the given rectangle.
func (p *Page) Box(x, y, width, height, thickness float64) {
	p.mark(p.root)
	x, _ = p.sides(x, x+width)
	fmt.Fprintf(&p.content, "q 0 G %s w %s %s %s %s re S Q\n", number(thickness/Point), number((x+thickness/2)/Point), p.y(y+height-thickness/2),
		number((width-thickness)/Point), number((height-thickness)/Point))
}

// Shape fills a path of straight lines and cubic curves that is as wide as size. scale is millimetres to a
// unit of the path, whose origin lies at x, y. A mirrored page has it elsewhere, and not mirrored.
func (p *Page) Shape(x, y, size, scale float64, path []Segment) {
	p.mark(p.root)
	x, _ = p.sides(x, x+size)
	p.content.WriteString("0 g ")
	for _, s := range path {
		for i := 0; i+1 < len(s.Points); i += 2 {
			fmt.Fprintf(&p.content, "%s %s ", number((x+s.Points[i]*scale)/Point), p.y(y+s.Points[i+1]*scale))
		}
		p.content.WriteString(string(s.Op) + "\n")
	}
	p.content.WriteString("f\n")
}

// sides returns where from left to right something is.
func (p *Page) sides(x1, x2 float64) (left, right float64) {
	if p.mirrored {
		return p.width - x2, p.width - x1
	}
	return x1, x2
}

// Segment is a step of a path: m moves to a point, l draws a line to one, c a curve
// over two to a third, h closes.
type Segment struct {
	Op     byte
	Points []float64 // x, y, x, y, …
}

func (p *Page) y(y float64) string { return number((p.height - y) / Point) }

// number writes a length to a thousandth, which no printer can show.
func number(f float64) string {
	return strconv.FormatFloat(math.Round(f*1000)/1000+0, 'f', -1, 64)
}
