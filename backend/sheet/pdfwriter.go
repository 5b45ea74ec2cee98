package sheet

import (
	"fmt"
	"io"
	"strings"

	"countersign/backend/sheet/internal/pdf"
	"countersign/backend/sheet/internal/typeset"
	"countersign/backend/words"
)

// The measures are those of the design's recovery sheet, in millimetres, except type
// sizes and line heights, in points. A Letter sheet differs in its width and in where a third of
// its height is.
const (
	margin = 22.0 // left and right
	gutter = 12.0 // of the fold lines

	topAt     = 16.0 // the workspace
	addressAt = 45.0 // the name, where an envelope has its window
	toCodes   = 9.0  // from a fold to what stands below it
	footAt    = 11.0 // from the lower edge

	addressWidth = 85.0
	factsWidth   = 56.0
	factsGap     = 5.0
	boxWidth     = 50.0
	boxGap       = 12.0
	boxPadding   = 4.3 // with the line
	clear        = 4.0 // left free above a fold or the footer

	columnGap = 10.0
	rowHeight = 11.0
	tick      = 4.2
	rowGap    = 3.5
	rowNumber = 5.0

	hairline = 0.15
	rule     = 0.3
)

// Shades of grey: what is read second, the fold, and the lines between codes.
const (
	second  = 0x44 / 255.0
	folding = 0x9a / 255.0
	between = 0xbd / 255.0
)

const (
	bodySize = 9.5
	bodyLead = 13.5
	track    = -0.0293 // points, everywhere but in codes
)

// pdfWriter prints sheets into one document.
type pdfWriter struct {
	doc   *pdf.Document
	in    writer
	faces *faces
	set   *typeset.Setter
}

func newPDFWriter(w io.Writer, language writer, title said) (*pdfWriter, error) {
	faces, err := loadFaces()
	if err != nil {
		return nil, err
	}
	doc := pdf.New(w, pdf.Info{
		Title: title.text, Producer: language.words.Text(words.AppName, nil), Language: language.words.Language(), RightToLeft: language.rightToLeft(),
	})
	return &pdfWriter{doc: doc, faces: faces, set: typeset.NewSetter()}, nil
}

// page begins a page in a language.
func (p *pdfWriter) page(language writer, width, height float64) *pdf.Page {
	p.in = language
	p.set.Language(language.words.Language(), language.rightToLeft())
	return p.doc.Page(width, height, language.words.Language(), language.rightToLeft())
}

// end makes the pages a document.
func (p *pdfWriter) end() error {
	if err := p.doc.Close(); err != nil {
		return fmt.Errorf("sheet: %w", err)
	}
	return nil
}

// figures is the feature that sets digits at one width.
const figures = "tnum"

func style(font *typeset.Font, size, lead, scale float64) typeset.Style {
	return typeset.Style{Font: font, Size: size * scale, Lead: lead * scale, Track: track * scale}
}

// own is a style for a text that runs in its own direction, such as a name.
func own(s typeset.Style) typeset.Style {
	s.Direction = typeset.Auto
	return s
}

// forward is a style for what is typed from left to right wherever it stands: an email, a code.
func forward(s typeset.Style) typeset.Style {
	s.Direction = typeset.LTR
	return s
}

// print draws a sheet, part by part in reading order.
func (p *pdfWriter) print(s Sheet, width, height float64) error {
	page := p.page(in(s.Words), width, height)
	back, lower := height/3, 2*height/3
	inner := width - 2*margin
	for _, part := range []func() error{
		func() error { return p.brand(page, s.Workspace, inner, addressAt-clear) },
		func() error { return p.address(page, s.Name, s.Email, width, back-clear) },
		func() error {
			_, err := p.facts(page, s.facts(), p.besideAddress(width), addressAt, factsWidth, back-clear)
			return err
		},
		func() error { p.fold(page, back, width, words.SheetFoldBack); return nil },
		func() error { p.codes(page, s, back+toCodes, inner); return nil },
		func() error { p.fold(page, lower, width, words.SheetFoldForward); return nil },
		func() error {
			_, err := p.advise(page, words.SheetTodo, s.advice(), lower+toCodes, inner-boxWidth-boxGap, height-footAt-clear-bodyLead*pdf.Point)
			return err
		},
		func() error {
			return p.box(page, s, lower+toCodes, width-margin-boxWidth, height-footAt-clear-bodyLead*pdf.Point)
		},
		func() error {
			left, right := s.footer()
			p.foot(page, left, right, height-footAt-bodyLead*pdf.Point, inner)
			return nil
		},
	} {
		if err := part(); err != nil {
			return err
		}
	}
	page.Close()
	return nil
}

// address is the name and the email, where an envelope has its window. That is on the left
// whatever the language, since envelopes are.
func (p *pdfWriter) address(page *pdf.Page, person, mail string, width, limit float64) error {
	b, err := fit(limit-addressAt, func(scale float64) (b block) {
		name, wholeName := p.set.Break(own(style(p.faces.strong, 11, 15, scale)), p.in.or(person, words.PaperNothing), addressWidth/pdf.Point)
		email, wholeEmail := p.set.Keep(forward(style(p.faces.text, 11, 15, scale)), p.spell(p.faces.text, p.in.or(mail, words.PaperNothing)), addressWidth/pdf.Point)
		b.tagged(pdf.Paragraph, func() { b.add(0, pdf.Black, name) })
		b.tagged(pdf.Paragraph, func() { b.add(0, pdf.Black, email) })
		b.whole = wholeName && wholeEmail
		return b
	})
	if err != nil {
		return err
	}
	x := margin
	if p.in.rightToLeft() {
		x = width - margin - addressWidth
	}
	b.draw(page, x, addressAt)
	return nil
}

// besideAddress is where the facts begin, on the other side.
func (p *pdfWriter) besideAddress(width float64) float64 {
	if p.in.rightToLeft() {
		return margin
	}
	return width - margin - factsWidth
}

// spell writes what no font can show as the number of the character, since an email
// has to be typed elsewhere and must not become a row of boxes.
func (p *pdfWriter) spell(font *typeset.Font, s string) string {
	var b strings.Builder
	for _, r := range s {
		if p.set.Shows(font, r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "<U+%04X>", r)
		}
	}
	return b.String()
}

// fold marks where the sheet is folded, at both edges and between them.
func (p *pdfWriter) fold(page *pdf.Page, y, width float64, how words.Key) {
	const edge, length, thickness = 4.0, 6.0, 0.25
	page.Line(edge, edge+length, y, thickness, pdf.Black)
	page.Line(width-edge-length, width-edge, y, thickness, pdf.Black)
	page.Dashes(gutter, width-gutter, y, 0.2, 0.8, 0.53, folding)
	line := p.set.Line(style(p.faces.text, 6.5, 8, 1), p.in.say(how, nil).text)
	page.Text(width-gutter-line.Width*pdf.Point, y-1+(line.Baseline()-line.Lead)*pdf.Point, second, line)
}

func (p *pdfWriter) codes(page *pdf.Page, s Sheet, y, inner float64) {
	head := typeset.Style{Font: p.faces.strong, Size: 17, Lead: 21.25, Track: -0.34}
	text := style(p.faces.text, bodySize, bodyLead, 1)
	intro := block{height: 0}
	title, _ := p.set.Break(head, p.in.say(words.SheetTitle, nil).text, inner/pdf.Point)
	intro.tagged(pdf.Heading, func() { intro.add(0, pdf.Black, title) })
	intro.height += 1.5
	lines, _ := p.set.Break(text, p.in.say(words.SheetText, nil).text, inner/pdf.Point)
	intro.tagged(pdf.Paragraph, func() { intro.add(0, pdf.Black, lines) })
	intro.draw(page, margin, y)

	y += intro.height + 6.5
	page.Line(margin, margin+inner, y, rule, pdf.Black)
	y += rule
	number := text
	number.Feature = figures
	code := forward(typeset.Style{Font: p.faces.code, Size: 14.5, Lead: bodyLead, Track: 0.145})
	column := (inner - columnGap) / 2
	perColumn := (len(s.Codes) + 1) / 2
	page.Open(pdf.List)
	for i, c := range s.Codes {
		x, top := margin+float64(i/perColumn)*(column+columnGap), y+float64(i%perColumn)*rowHeight
		middle := top + rowHeight/2
		if i%perColumn < perColumn-1 {
			page.Line(x, x+column, top+rowHeight-hairline, hairline, between)
			middle -= hairline / 2
		}
		page.Box(x, middle-tick/2, tick, tick, rule)
		n := p.set.Line(number, fmt.Sprint(i+1))
		x += tick + rowGap + rowNumber
		page.Open(pdf.Item)
		page.Open(pdf.Label)
		page.Text(x-n.Width*pdf.Point, middle+centred(n), pdf.Black, n)
		page.End()
		line := p.set.Line(code, c.Display())
		page.Open(pdf.Body)
		page.Text(x+rowGap, middle+centred(line), pdf.Black, line)
		page.End()
		page.End()
	}
	page.End()
	page.Line(margin, margin+inner, y+float64(perColumn)*rowHeight, rule, pdf.Black)
}

// centred returns how far below the middle of its line a text stands.
func centred(l typeset.Line) float64 { return (l.Baseline() - l.Lead/2) * pdf.Point }

func (p *pdfWriter) box(page *pdf.Page, s Sheet, y, x, limit float64) error {
	about, word, what := s.box()
	const width = (boxWidth - 2*boxPadding) / pdf.Point
	b, err := fit(limit-y-2*boxPadding, func(scale float64) (b block) {
		text := style(p.faces.text, bodySize, bodyLead, scale)
		code := typeset.Style{Font: p.faces.code, Size: 15 * scale, Lead: 20 * scale}
		first, _ := p.set.Break(text, about.text, width)
		middle, whole := p.set.Break(own(code), word, width)
		last, _ := p.set.Break(text, what.text, width)
		b.tagged(pdf.Paragraph, func() { b.add(0, pdf.Black, first) })
		b.height += 1 * scale
		b.tagged(pdf.Paragraph, func() { b.add(0, pdf.Black, middle) })
		b.height += 1.5 * scale
		b.tagged(pdf.Paragraph, func() { b.add(0, pdf.Black, last) })
		b.whole = whole
		return b
	})
	if err != nil {
		return err
	}
	page.Box(x, y, boxWidth, b.height+2*boxPadding, rule)
	b.draw(page, x+boxPadding, y+boxPadding)
	return nil
}
