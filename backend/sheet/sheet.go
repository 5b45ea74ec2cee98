// Package sheet puts a recovery set on paper: PDF draws recovery sheets for printing,
// one to a page, and Text writes one for a terminal or a plain file. A print run, the sheets
// that an admin issues together, is drawn by RunPDF with a cover that accounts for each
// sheet, and written by RunText, CSV and JSON.
//
// All of them write the codes in clear, once, to where the caller sends them; only Cover has
// none. Give them a file of mode 0600 that is whole or absent, or a printer, and nothing
// else; none keeps anything. The same sheets give the same bytes.
//
//	err := sheet.PDF(w, slices.Values([]sheet.Sheet{s}), sheet.A4)
//	err = sheet.RunPDF(w, run, sheets, sheet.Letter)
//
// Names, emails and workspaces may hold anything: what is not text is defused, what a
// font cannot show is drawn as a box, and what is long is set smaller and wrapped, never cut.
package sheet

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"time"
	"unicode/utf8"

	"countersign/backend/recovery"
	"countersign/backend/text"
	"countersign/backend/words"
)

// Sheet is one recovery set with what is said about it.
type Sheet struct {
	Number    int    // the sheet number, from 1
	Run       int    // the print run; 0 for a sheet that somebody issued to themselves
	Workspace string // its name
	Name      string // of the profile whose codes these are
	Email     string
	IssuedAt  time.Time
	IssuedBy  string           // a name; an empty one leaves the row out
	Replaces  int              // the number of the sheet that this one voids; 0 for none
	Support   string           // whom to ask for help; empty leaves the sentence out
	Codes     []recovery.Code  // ten
	CheckWord string           // empty for a sheet whose receipt nobody confirms
	Location  *time.Location   // for the date; nil is UTC
	Words     *words.Catalogue // the language; nil is English
}

// Paper is a size of paper.
type Paper int

// A4 is 210 by 297 mm, Letter 215.9 by 279.4.
const (
	A4 Paper = iota
	Letter
)

// MaxField is the most characters that a name, an email, a workspace or a check word may
// have to fit on the page.
const MaxField = 512

var (
	// ErrNoSheets means that there was nothing to draw; nothing is written then.
	ErrNoSheets = errors.New("sheet: there are no sheets to draw")
	// ErrCodes means that a sheet has not exactly ten codes.
	ErrCodes = errors.New("sheet: a recovery sheet has ten codes")
	// ErrNumber means that a sheet, run or replaced sheet has an impossible number.
	ErrNumber = errors.New("sheet: a sheet number is 1 or more")
	// ErrPaper means that the paper is neither A4 nor Letter.
	ErrPaper = errors.New("sheet: the paper is neither A4 nor Letter")
)

// FieldError means that a field has more than MaxField characters. It does not repeat
// the field.
type FieldError struct{ Field string }

func (e *FieldError) Error() string {
	return fmt.Sprintf("sheet: the %s has more than %d characters", e.Field, MaxField)
}

// PDF draws each sheet on a page of its own, in their order, and writes a page out
// before it asks for the next sheet: memory does not grow with their number, apart from a
// few bytes that say where each page is.
//
// An error leaves an unusable beginning on w.
//
// Errors: ErrNoSheets, ErrPaper, ErrCodes, ErrNumber, *FieldError, and the writer's.
func PDF(w io.Writer, sheets iter.Seq[Sheet], paper Paper) error {
	width, height, err := paper.size()
	if err != nil {
		return err
	}
	var p *pdfWriter
	for s := range sheets {
		if err := s.check(); err != nil {
			return err
		}
		if p == nil {
			if p, err = newPDFWriter(w, in(s.Words), in(s.Words).say(words.PaperSheet, words.Args{"sheet": s.Number})); err != nil {
				return err
			}
		}
		if err := p.print(s.cleaned(), width, height); err != nil {
			return err
		}
	}
	if p == nil {
		return ErrNoSheets
	}
	return p.end()
}

// size returns width and height in millimetres.
func (p Paper) size() (width, height float64, err error) {
	switch p {
	case A4:
		return 210, 297, nil
	case Letter:
		return 215.9, 279.4, nil
	}
	return 0, 0, ErrPaper
}

func (s Sheet) check() error {
	if len(s.Codes) != recovery.SetSize {
		return ErrCodes
	}
	if s.Number < 1 || s.Run < 0 || s.Replaces < 0 {
		return ErrNumber
	}
	for _, f := range []struct{ name, value string }{
		{"workspace", s.Workspace}, {"name", s.Name}, {"email", s.Email}, {"issuer", s.IssuedBy}, {"check word", s.CheckWord}, {"support", s.Support},
	} {
		if utf8.RuneCountInString(f.value) > MaxField {
			return &FieldError{Field: f.name}
		}
	}
	return nil
}

// cleaned returns the sheet with every field fit to be shown.
func (s Sheet) cleaned() Sheet {
	for _, f := range []*string{&s.Workspace, &s.Name, &s.Email, &s.IssuedBy, &s.CheckWord, &s.Support} {
		*f = text.Line(*f)
	}
	return s
}
