package sheet

import (
	"strconv"

	"countersign/backend/sheet/internal/pdf"
	"countersign/backend/sheet/internal/typeset"
	"countersign/backend/text"
	"countersign/backend/words"
)

// The measures of the cover, in millimetres. It is not folded, so it begins higher than
// the sheet does.
const (
	titleAt    = 36.0
	titleEnd   = 84.0 // the lowest that title, reason and facts may reach
	coverFacts = 62.0
	adviceEnd  = 150.0
	frameEnd   = 185.0
	partGap    = 8.5  // between parts
	listAt     = 36.0 // the list on the pages after the first
	listHead   = 6.0
	listNumber = 11.0
	listGap    = 5.0
	listSigned = 66.0 // the place to sign
	listMost   = 3 * rowHeight
	rowPadding = 3.2
)

// cover draws the cover of a run. The list is set twice, once to know how many pages
// there are, rather than kept.
func (p *pdfWriter) cover(r Run, width, height float64) error {
	inner := width - 2*margin
	end := height - footAt - bodyLead*pdf.Point - clear
	page := p.page(in(r.Words), width, height)
	y, err := p.introduce(page, r, inner, end)
	if err != nil {
		return err
	}
	breaks, err := p.paginate(r.Members, inner, y, end)
	if err != nil {
		return err
	}
	for n, until := range breaks {
		if n > 0 {
			page, y = p.page(in(r.Words), width, height), listAt
			if err := p.brand(page, r.Workspace, inner, listAt-clear); err != nil {
				return err
			}
		}
		from := 0
		if n > 0 {
			from = breaks[n-1]
		}
		if err := p.list(page, r.Members[from:until], inner, y); err != nil {
			return err
		}
		p.foot(page, r.footer(n+1, len(breaks)), p.in.say(words.CoverNoCodes, nil), height-footAt-bodyLead*pdf.Point, inner)
		page.Close()
	}
	return nil
}

// introduce draws everything above the list, and returns where that begins.
func (p *pdfWriter) introduce(page *pdf.Page, r Run, inner, end float64) (y float64, err error) {
	if err := p.brand(page, r.Workspace, inner, titleAt-clear); err != nil {
		return 0, err
	}
	left, err := p.title(page, r)
	if err != nil {
		return 0, err
	}
	right, err := p.facts(page, r.facts(), margin+inner-coverFacts, titleAt, coverFacts, titleEnd)
	if err != nil {
		return 0, err
	}
	y, err = p.advise(page, words.CoverTodo, r.advice(), max(left, right)+partGap, inner, adviceEnd)
	if err != nil {
		return 0, err
	}
	y, err = p.frame(page, r, y+partGap, inner, frameEnd)
	return y + partGap, err
}

// title draws what the run is, and why.
func (p *pdfWriter) title(page *pdf.Page, r Run) (end float64, err error) {
	b, err := fit(titleEnd-titleAt, func(scale float64) (b block) {
		head := typeset.Style{Font: p.faces.strong, Size: 17, Lead: 21.25, Track: -0.34}
		text := style(p.faces.text, bodySize, bodyLead, scale)
		title, _ := p.set.Break(head, r.title().text, addressWidth/pdf.Point)
		b.tagged(pdf.Heading, func() { b.add(0, pdf.Black, title) })
		b.height += 1.5
		lines, whole := p.set.Break(text, r.lead().text, addressWidth/pdf.Point)
		b.tagged(pdf.Paragraph, func() { b.add(0, pdf.Black, lines) })
		b.whole = whole
		if r.Reason != "" {
			b.height += 3 * scale
			b.tagged(pdf.Paragraph, func() { b.add(0, second, []typeset.Line{p.set.Line(text, p.in.say(words.CoverReason, nil).text)}) })
			lines, whole := p.set.Break(own(style(p.faces.figure, bodySize, bodyLead, scale)), r.Reason, addressWidth/pdf.Point)
			b.tagged(pdf.Paragraph, func() { b.add(0, pdf.Black, lines) })
			b.whole = b.whole && whole
		}
		return b
	})
	if err != nil {
		return 0, err
	}
	b.draw(page, margin, titleAt)
	return titleAt + b.height, nil
}

// frame draws what the cover is evidence of: the log's head and code, and the signing key.
func (p *pdfWriter) frame(page *pdf.Page, r Run, y, inner, limit float64) (end float64, err error) {
	type part struct {
		label words.Key
		value string
		more  string // beneath the value; may be empty
		use   words.Key
	}
	var parts []part
	more := ""
	if r.LogCode != "" {
		more = p.in.say(words.CoverCode, words.Args{"event": r.LogEvent, "code": r.LogCode}).text
	}
	if r.LogHead != "" {
		parts = append(parts, part{words.CoverHead, r.LogHead, more, words.CoverHeadUse})
	}
	if r.SigningKey != "" {
		parts = append(parts, part{words.CoverKey, r.SigningKey, "", words.CoverKeyUse})
	}
	if len(parts) == 0 {
		return y - partGap, nil
	}
	width := (inner - 2*boxPadding - columnGap*float64(len(parts)-1)) / float64(len(parts))
	var blocks []block
	highest := 0.0
	for _, part := range parts {
		b, err := fit(limit-y-2*boxPadding, func(scale float64) (b block) {
			text := style(p.faces.text, 8, 11, scale)
			code := forward(typeset.Style{Font: p.faces.code, Size: 8.5 * scale, Lead: 12 * scale})
			label, _ := p.set.Break(text, p.in.say(part.label, nil).text, width/pdf.Point)
			b.tagged(pdf.Paragraph, func() { b.add(0, second, label) })
			b.height += 0.8 * scale
			value, _ := p.set.Keep(code, part.value, width/pdf.Point)
			b.tagged(pdf.Paragraph, func() { b.add(0, pdf.Black, value) })
			if part.more != "" {
				more, _ := p.set.Break(text, part.more, width/pdf.Point)
				b.tagged(pdf.Paragraph, func() { b.add(0, pdf.Black, more) })
			}
			b.height += 1 * scale
			use, whole := p.set.Break(text, p.in.say(part.use, nil).text, width/pdf.Point)
			b.tagged(pdf.Paragraph, func() { b.add(0, pdf.Black, use) })
			b.whole = whole // the value is one long word, and may be divided
			return b
		})
		if err != nil {
			return 0, err
		}
		blocks = append(blocks, b)
		highest = max(highest, b.height)
	}
	page.Box(margin, y, inner, highest+2*boxPadding, rule)
	for i, b := range blocks {
		b.draw(page, margin+boxPadding+float64(i)*(width+columnGap), y+boxPadding)
	}
	return y + highest + 2*boxPadding, nil
}

// member sets a row of the list.
func (p *pdfWriter) member(m Member, inner float64) (block, error) {
	width := inner - listNumber - 2*listGap - listSigned
	name, email := p.in.or(text.Line(m.Name), words.PaperNothing), p.in.or(text.Line(m.Email), words.PaperNothing)
	return fit(listMost, func(scale float64) (b block) {
		first, wholeName := p.set.Break(own(style(p.faces.figure, bodySize, 12, scale)), name, width/pdf.Point)
		next, wholeEmail := p.set.Keep(forward(style(p.faces.text, 8, 10.5, scale)), p.spell(p.faces.text, email), width/pdf.Point)
		b.tagged(pdf.Cell, func() {
			b.tagged(pdf.Paragraph, func() { b.add(0, pdf.Black, first) })
			b.tagged(pdf.Paragraph, func() { b.add(0, second, next) })
		})
		b.whole = wholeName && wholeEmail
		return b
	})
}

func rowOf(b block) float64 { return max(rowHeight, b.height+rowPadding) }

// paginate returns before which member each page ends.
func (p *pdfWriter) paginate(members []Member, inner, y, end float64) (breaks []int, err error) {
	at := y + listHead
	for i, m := range members {
		b, err := p.member(m, inner)
		if err != nil {
			return nil, err
		}
		if at+rowOf(b) > end {
			breaks = append(breaks, i)
			at = listAt + listHead
		}
		at += rowOf(b)
	}
	return append(breaks, len(members)), nil
}

// list draws rows of the list under its heading.
func (p *pdfWriter) list(page *pdf.Page, members []Member, inner, y float64) error {
	if len(members) == 0 {
		return nil // even the first row is too high for what is left of the first page
	}
	small := style(p.faces.text, 8, 11, 1)
	number := style(p.faces.figure, bodySize, bodyLead, 1)
	number.Feature = figures
	name, signed := margin+listNumber+listGap, margin+inner-listSigned
	label := p.set.Line(small, p.in.say(words.SheetSheet, nil).text)
	page.Open(pdf.Table)
	defer page.End()
	page.Open(pdf.Row)
	for _, c := range []struct {
		x    float64
		line typeset.Line
	}{
		{margin + listNumber - label.Width*pdf.Point, label},
		{name, p.set.Line(small, p.in.say(words.CoverMember, nil).text)},
		{signed, p.set.Line(small, p.in.say(words.CoverSigned, nil).text)},
	} {
		page.Open(pdf.ColumnHead)
		page.Text(c.x, y+c.line.Baseline()*pdf.Point, second, c.line)
		page.End()
	}
	page.End()
	y += listHead
	page.Line(margin, margin+inner, y-rule, rule, pdf.Black)
	for i, m := range members {
		b, err := p.member(m, inner)
		if err != nil {
			return err
		}
		row := rowOf(b)
		n := p.set.Line(number, strconv.Itoa(m.Sheet))
		page.Open(pdf.Row)
		page.Open(pdf.Cell)
		page.Text(margin+listNumber-n.Width*pdf.Point, y+row/2+centred(n), pdf.Black, n)
		page.End()
		b.draw(page, name, y+(row-b.height)/2)
		page.Open(pdf.Cell) // to be signed: nothing is there to read yet
		page.End()
		page.End()
		page.Box(signed, y+(row-tick)/2, tick, tick, rule)
		y += row
		if i < len(members)-1 {
			page.Line(margin, margin+inner, y-hairline, hairline, between)
		} else {
			page.Line(margin, margin+inner, y, rule, pdf.Black)
		}
	}
	return nil
}
