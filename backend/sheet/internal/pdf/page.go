package pdf

import (
	"bytes"
	"fmt"
	"math"
	"strconv"

	"countersign/backend/sheet/internal/typeset"
)

// Point is a PDF point in millimetres, the unit of everything below.
const Point = 25.4 / 72

// Black is the shade of what is read first; 1 would be white.
const Black = 0.0

// Page is a page that is being drawn. Positions are in millimetres from its upper left
// corner. What is drawn first is read first.
type Page struct {
	d             *Document
	width, height float64
	content       bytes.Buffer
}

// Page begins a page. The one before must be closed.
func (d *Document) Page(width, height float64) *Page {
	return &Page{d: d, width: width, height: height}
}

// Close writes the page out.
func (p *Page) Close() {
	content, page := p.d.reserve(), p.d.reserve()
	p.d.stream(content, "", p.content.Bytes())
	p.d.object(page)
	p.d.printf("<</Type/Page/Parent %d 0 R/MediaBox[0 0 %s %s]/Contents %d 0 R>>\nendobj\n",
		pagesRef, number(p.width/Point), number(p.height/Point), content)
	p.d.pages = append(p.d.pages, page)
}

// Text draws a line of text with its left end and baseline at x, y.
func (p *Page) Text(x, y, grey float64, line typeset.Line) {
	if len(line.Glyphs) == 0 {
		return
	}
	f := p.d.use(line.Font)
	fmt.Fprintf(&p.content, "BT %s g /%s %s Tf %s %s Td\n", number(grey), f.resource, number(line.Size), p.x(x), p.y(y))
	rise := 0.0
	open := false
	move := func(thousandths float64) { // TJ counts backwards
		if math.Abs(thousandths) >= 0.01 {
			p.begin(&open)
			fmt.Fprintf(&p.content, "%s ", number(-thousandths))
		}
	}
	for _, g := range line.Glyphs {
		if g.Y != rise {
			p.end(&open)
			rise = g.Y
			fmt.Fprintf(&p.content, "%s Ts\n", number(rise*line.Size/1000))
		}
		move(g.X)
		p.begin(&open)
		id, width := f.use(g)
		fmt.Fprintf(&p.content, "<%04X>", id)
		move(g.Advance - width - g.X)
	}
	p.end(&open)
	if rise != 0 {
		p.content.WriteString("0 Ts\n")
	}
	p.content.WriteString("ET\n")
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
	fmt.Fprintf(&p.content, "%s g %s %s %s %s re f\n", number(grey), p.x(x1), p.y(y+thickness), number((x2-x1)/Point), number(thickness/Point))
}

// Dashes draws a broken line in the same way, in strokes and gaps of these lengths.
func (p *Page) Dashes(x1, x2, y, thickness, stroke, gap, grey float64) {
	middle := p.y(y + thickness/2)
	fmt.Fprintf(&p.content, "q %s G %s w [%s %s] 0 d %s %s m %s %s l S Q\n", number(grey), number(thickness/Point),
		number(stroke/Point), number(gap/Point), p.x(x1), middle, p.x(x2), middle)
}

// Box draws a frame. Its line lies within the given rectangle.
func (p *Page) Box(x, y, width, height, thickness float64) {
	fmt.Fprintf(&p.content, "q 0 G %s w %s %s %s %s re S Q\n", number(thickness/Point), p.x(x+thickness/2), p.y(y+height-thickness/2),
		number((width-thickness)/Point), number((height-thickness)/Point))
}

// Shape fills a path of straight lines and cubic curves. scale is millimetres to a
// unit of the path, whose origin lies at x, y.
func (p *Page) Shape(x, y, scale float64, path []Segment) {
	p.content.WriteString("0 g ")
	for _, s := range path {
		for i := 0; i+1 < len(s.Points); i += 2 {
			fmt.Fprintf(&p.content, "%s %s ", p.x(x+s.Points[i]*scale), p.y(y+s.Points[i+1]*scale))
		}
		p.content.WriteString(string(s.Op) + "\n")
	}
	p.content.WriteString("f\n")
}

// Segment is a step of a path: m moves to a point, l draws a line to one, c a curve
// over two to a third, h closes.
type Segment struct {
	Op     byte
	Points []float64 // x, y, x, y, …
}

func (p *Page) x(x float64) string { return number(x / Point) }
func (p *Page) y(y float64) string { return number((p.height - y) / Point) }

// number writes a length to a thousandth, which no printer can show.
func number(f float64) string {
	return strconv.FormatFloat(math.Round(f*1000)/1000+0, 'f', -1, 64)
}
