package sheet

import (
	"errors"
	"io"
	"iter"
	"time"
	"unicode/utf8"

	"countersign/backend/recovery"
	"countersign/backend/sheet/internal/pdf"
	"countersign/backend/sheet/internal/typeset"
	"countersign/backend/text"
	"countersign/backend/words"
)

// Invitation is a one-time code on its way to a person, with which they choose their
// password.
type Invitation struct {
	Reset     bool   // of a password; otherwise the first one
	Workspace string // its name
	Name      string // of the person
	Email     string
	Code      recovery.Code
	IssuedAt  time.Time
	IssuedBy  string           // a name
	ExpiresAt time.Time        // after this the code is void
	Server    string           // where the workspace is; empty: on the computer that the invitation is from
	ServerKey string           // with Server: its fingerprint
	Support   string           // whom to ask for help; empty leaves the sentence out
	Location  *time.Location   // for the times; nil is UTC
	Words     *words.Catalogue // the language; nil is English
}

// ErrInvitation means that an invitation has no code, or ends before it begins.
var ErrInvitation = errors.New("sheet: an invitation has a code, and an end after its beginning")

// InvitationPDF draws each invitation on a page of its own, folded as recovery sheets are: the name in
// the envelope's window, the code inside. A page is written out before the next invitation is asked
// for, so memory does not grow with their number.
//
// An error leaves an unusable beginning on w.
//
// Errors: ErrNoSheets, ErrPaper, ErrInvitation, *FieldError, and the writer's.
func InvitationPDF(w io.Writer, invitations iter.Seq[Invitation], paper Paper) error {
	width, height, err := paper.size()
	if err != nil {
		return err
	}
	var p *pdfWriter
	for i := range invitations {
		if err := i.check(); err != nil {
			return err
		}
		if p == nil {
			if p, err = newPDFWriter(w, in(i.Words), i.title()); err != nil {
				return err
			}
		}
		if err := p.invite(i.cleaned(), width, height); err != nil {
			return err
		}
	}
	if p == nil {
		return ErrNoSheets
	}
	return p.end()
}

func (i Invitation) check() error {
	if i.Code == (recovery.Code{}) || !i.IssuedAt.Before(i.ExpiresAt) {
		return ErrInvitation
	}
	for _, f := range []struct{ name, value string }{
		{"workspace", i.Workspace}, {"name", i.Name}, {"email", i.Email}, {"issuer", i.IssuedBy}, {"support", i.Support},
		{"server", i.Server}, {"key", i.ServerKey},
	} {
		if utf8.RuneCountInString(f.value) > MaxField {
			return &FieldError{Field: f.name}
		}
	}
	return nil
}

// cleaned returns the invitation with every field fit to be shown.
func (i Invitation) cleaned() Invitation {
	for _, f := range []*string{&i.Workspace, &i.Name, &i.Email, &i.IssuedBy, &i.Support, &i.Server, &i.ServerKey} {
		*f = text.Line(*f)
	}
	return i
}

// The measures of the frame around email and code, in millimetres.
const (
	inviteFrame = 62.0 // the highest it may be
	inviteLabel = 34.0 // the column of labels
	inviteGap   = 3.0
)

// invite draws an invitation, part by part in reading order.
func (p *pdfWriter) invite(i Invitation, width, height float64) error {
	page := p.page(in(i.Words), width, height)
	back, lower := height/3, 2*height/3
	inner := width - 2*margin
	lowest := height - footAt - clear - bodyLead*pdf.Point
	for _, part := range []func() error{
		func() error { return p.brand(page, i.Workspace, inner, addressAt-clear) },
		func() error { return p.address(page, i.Name, i.Email, width, back-clear) },
		func() error {
			_, err := p.facts(page, i.facts(), p.besideAddress(width), addressAt, factsWidth, back-clear)
			return err
		},
		func() error { p.fold(page, back, width, words.SheetFoldBack); return nil },
		func() error { return p.credentials(page, i, back+toCodes, inner, lower-clear) },
		func() error { p.fold(page, lower, width, words.SheetFoldForward); return nil },
		func() error {
			_, err := p.advise(page, words.InvitationTodo, i.advice(), lower+toCodes, inner, lowest)
			return err
		},
		func() error {
			left, right := i.footer()
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

// credentials draws what the page is for, and in a frame what is to be typed.
func (p *pdfWriter) credentials(page *pdf.Page, i Invitation, y, inner, limit float64) error {
	intro, err := fit(limit-inviteFrame-y, func(scale float64) (b block) {
		head := typeset.Style{Font: p.faces.strong, Size: 17, Lead: 21.25, Track: -0.34}
		title, _ := p.set.Break(head, i.title().text, inner/pdf.Point)
		b.tagged(pdf.Heading, func() { b.add(0, pdf.Black, title) })
		b.height += 1.5
		lines, whole := p.set.Break(style(p.faces.text, bodySize, bodyLead, scale), i.lead().text, inner/pdf.Point)
		b.tagged(pdf.Paragraph, func() { b.add(0, pdf.Black, lines) })
		b.whole = whole
		return b
	})
	if err != nil {
		return err
	}
	intro.draw(page, margin, y)
	y += intro.height + inviteGap
	width := (inner - 2*boxPadding - inviteLabel) / pdf.Point
	typed, err := fit(limit-y-2*boxPadding, func(scale float64) (b block) {
		label, value := style(p.faces.text, bodySize, 20, scale), forward(style(p.faces.figure, 11, 20, scale))
		b.whole = true
		row := func(label typeset.Style, name said, value []typeset.Line) {
			b.tagged(pdf.Row, func() {
				b.beside(func() {
					b.tagged(pdf.RowHead, func() { b.add(0, second, []typeset.Line{p.set.Line(label, name.text)}) })
				})
				b.tagged(pdf.Cell, func() { b.add(inviteLabel, pdf.Black, value) })
			})
		}
		b.tagged(pdf.Table, func() {
			for _, typed := range i.typed(p.in) {
				lines, whole := p.set.Keep(value, p.spell(p.faces.figure, typed.value), width)
				row(label, typed.label, lines)
				b.height += inviteGap * scale
				b.whole = b.whole && whole
			}
			code := forward(typeset.Style{Font: p.faces.code, Size: 17 * scale, Lead: 24 * scale})
			row(style(p.faces.text, bodySize, 24, scale), p.in.say(words.InvitationCode, nil), []typeset.Line{p.set.Line(code, i.Code.Display())})
		})
		return b
	})
	if err != nil {
		return err
	}
	page.Box(margin, y, inner, typed.height+2*boxPadding, rule)
	typed.draw(page, margin+boxPadding, y+boxPadding)
	return nil
}
