package sheet

import (
	"errors"

	"countersign/backend/sheet/internal/pdf"
	"countersign/backend/sheet/internal/typeset"
)

// errFit means that text within MaxField does not fit its place at any size, which no
// font and no paper of ours makes happen.
var errFit = errors.New("sheet: the text does not fit on the page")

// Scales that fit tries, in per cent. Down to smallWhole it rather shrinks a block than
// divides a long word in it; below smallest nobody could read it.
const (
	scaleStep  = 5
	smallWhole = 65
	smallest   = 25
)

// block is text that has been set and has its place and its role, relative to the block's upper left
// corner, in millimetres.
type block struct {
	placed []placed
	height float64
	whole  bool // no word was divided
}

type placed struct {
	x, baseline, grey float64
	line              typeset.Line
	opens             pdf.Role // an element begins here, and nothing is drawn
	ends              bool     // one ends here
}

// tagged has what add places as an element.
func (b *block) tagged(role pdf.Role, add func()) {
	b.placed = append(b.placed, placed{opens: role})
	add()
	b.placed = append(b.placed, placed{ends: true})
}

// beside has add place something and then goes back to where it began, for what stands beside it.
func (b *block) beside(add func()) {
	height := b.height
	add()
	b.height = height
}

// add places lines below what is there.
func (b *block) add(x, grey float64, lines []typeset.Line) {
	for _, l := range lines {
		b.placed = append(b.placed, placed{x: x, baseline: b.height + l.Baseline()*pdf.Point, grey: grey, line: l})
		b.height += l.Lead * pdf.Point
	}
}

// addRight does the same with lines that end at right.
func (b *block) addRight(right, grey float64, lines []typeset.Line) {
	for _, l := range lines {
		b.add(right-l.Width*pdf.Point, grey, []typeset.Line{l})
	}
}

// draw draws the block with its corner at x, y.
func (b *block) draw(page *pdf.Page, x, y float64) {
	for _, p := range b.placed {
		switch {
		case p.opens != "":
			page.Open(p.opens)
		case p.ends:
			page.End()
		default:
			page.Text(x+p.x, y+p.baseline, p.grey, p.line)
		}
	}
}

// fit returns the largest block that is no higher than limit: as designed if possible,
// otherwise set smaller, and with a long word divided only when that would be much smaller.
func fit(limit float64, build func(scale float64) block) (block, error) {
	var divided *block
	for percent := 100; percent >= smallest; percent -= scaleStep {
		if percent < smallWhole && divided != nil {
			return *divided, nil
		}
		b := build(float64(percent) / 100)
		switch {
		case b.height > limit:
		case b.whole:
			return b, nil
		case divided == nil:
			divided = &b
		}
	}
	if divided != nil {
		return *divided, nil
	}
	return block{}, errFit
}
