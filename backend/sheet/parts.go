package sheet

import (
	"fmt"

	"countersign/backend/sheet/internal/pdf"
	"countersign/backend/sheet/internal/typeset"
	"countersign/backend/words"
)

// The parts that a sheet and the cover of a print run share. Each returns how far down it
// reaches, where somebody has to know.

// brand is the mark and the workspace's name.
func (p *pdfWriter) brand(page *pdf.Page, workspace string, inner, limit float64) error {
	const size, gap = 13.5 * pdf.Point, 2.0
	b, err := fit(limit-topAt, func(scale float64) (b block) {
		lines, whole := p.set.Break(own(style(p.faces.strong, 10.5, bodyLead, scale)), workspace, (inner-size-gap)/pdf.Point)
		b.tagged(pdf.Paragraph, func() { b.add(0, pdf.Black, lines) })
		b.whole = whole
		return b
	})
	if err != nil {
		return err
	}
	page.Shape(margin, topAt, size, size/markGrid, mark)
	b.draw(page, margin+size+gap, topAt)
	return nil
}

// facts are rows of a label and a value that ends at the right.
func (p *pdfWriter) facts(page *pdf.Page, rows []fact, x, y, width, limit float64) (end float64, err error) {
	b, err := fit(limit-y, func(scale float64) (b block) {
		label, value := style(p.faces.text, bodySize, 15, scale), own(style(p.faces.figure, bodySize, 15, scale))
		value.Feature = figures
		labels := 0.0
		for _, r := range rows {
			labels = max(labels, p.set.Line(label, r.label.text).Width)
		}
		b.whole = true
		b.tagged(pdf.Table, func() {
			for _, r := range rows {
				lines, whole := p.set.Break(value, r.value, (width-factsGap)/pdf.Point-labels)
				b.tagged(pdf.Row, func() {
					b.beside(func() {
						b.tagged(pdf.RowHead, func() { b.add(0, second, []typeset.Line{p.set.Line(label, r.label.text)}) })
					})
					b.tagged(pdf.Cell, func() { b.addRight(width, pdf.Black, lines) })
				})
				b.whole = b.whole && whole
			}
		})
		return b
	})
	if err != nil {
		return y, err
	}
	b.draw(page, x, y)
	return y + b.height, nil
}

// advise draws numbered sentences under a heading.
func (p *pdfWriter) advise(page *pdf.Page, heading words.Key, sentences []said, y, width, limit float64) (end float64, err error) {
	b, err := fit(limit-y, func(scale float64) (b block) {
		const indent = 5.0
		head := typeset.Style{Font: p.faces.strong, Size: 11 * scale, Lead: 13.75 * scale, Track: -0.154 * scale}
		text := style(p.faces.text, bodySize, bodyLead, scale)
		number := text
		number.Feature = figures
		title, _ := p.set.Break(head, p.in.say(heading, nil).text, width/pdf.Point)
		b.tagged(pdf.Subheading, func() { b.add(0, pdf.Black, title) })
		b.height += 2 * scale
		b.whole = true
		b.tagged(pdf.List, func() {
			for i, sentence := range sentences {
				if i > 0 {
					b.height += 1.6 * scale
				}
				lines, whole := p.set.Break(text, sentence.text, (width-indent)/pdf.Point)
				b.tagged(pdf.Item, func() {
					b.beside(func() {
						b.tagged(pdf.Label, func() { b.add(0, pdf.Black, []typeset.Line{p.set.Line(number, fmt.Sprintf("%d.", i+1))}) })
					})
					b.tagged(pdf.Body, func() { b.add(indent, pdf.Black, lines) })
				})
				b.whole = b.whole && whole
			}
		})
		return b
	})
	if err != nil {
		return y, err
	}
	b.draw(page, margin, y)
	return y + b.height, nil
}

func (p *pdfWriter) foot(page *pdf.Page, left, right said, y, inner float64) {
	small := style(p.faces.text, 8, bodyLead, 1)
	var b block
	b.beside(func() {
		b.tagged(pdf.Paragraph, func() { b.add(0, second, []typeset.Line{p.set.Line(small, left.text)}) })
	})
	if right.text != "" {
		b.tagged(pdf.Paragraph, func() { b.addRight(inner, second, []typeset.Line{p.set.Line(small, right.text)}) })
	}
	b.draw(page, margin, y)
}
