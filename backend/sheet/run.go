package sheet

import (
	"errors"
	"io"
	"iter"
	"time"
	"unicode/utf8"

	"countersign/backend/text"
	"countersign/backend/words"
)

// Run is a print run: sheets that an admin issued together. Its cover has no codes on it and
// may be kept with other papers.
type Run struct {
	Number     int    // from 1
	Workspace  string // its name
	IssuedAt   time.Time
	IssuedBy   string           // a name
	ApprovedBy string           // the second admin's name, where two have to agree; may be empty
	Reason     string           // why, in the admin's words; may be empty
	Members    []Member         // one for each sheet, in the order of the sheets
	LogHead    string           // of the audit log after the run; empty leaves it out
	LogEvent   int64            // the event of the log code
	LogCode    string           // of the newest checkpoint of the log, for members to compare; empty leaves it out
	SigningKey string           // the fingerprint of the key that signs exports; empty leaves it out
	Location   *time.Location   // for the date; nil is UTC
	Words      *words.Catalogue // the language, of the cover and of file headings; nil is English
}

// Member is somebody for whom the run has a sheet.
type Member struct {
	Sheet int // its number
	Name  string
	Email string
}

// ErrRun means that the sheets are not those that the run lists: another number, run,
// name or email, another order, or more or fewer of them.
var ErrRun = errors.New("sheet: the sheets are not those of the run")

// Cover draws the cover of a print run: what it is, what to do with it, and a list on
// which each member signs. It has as many pages as the list needs.
//
// An error leaves an unusable beginning on w.
//
// Errors: ErrNoSheets, ErrPaper, ErrNumber, *FieldError, and the writer's.
func Cover(w io.Writer, r Run, paper Paper) error {
	p, err := r.begin(w, paper)
	if err != nil {
		return err
	}
	return p.end()
}

// RunPDF draws the cover and then each sheet on a page of its own. A page is written out
// before the next sheet is asked for, so memory grows with the list of members alone, and
// no sheet is drawn that the list does not name in its place.
//
// An error leaves an unusable beginning on w.
//
// Errors: those of Cover and of PDF, and ErrRun.
func RunPDF(w io.Writer, r Run, sheets iter.Seq[Sheet], paper Paper) error {
	p, err := r.begin(w, paper)
	if err != nil {
		return err
	}
	width, height, err := paper.size()
	if err != nil {
		return err
	}
	for s, err := range r.each(sheets) {
		if err != nil {
			return err
		}
		if err := p.print(s.cleaned(), width, height); err != nil {
			return err
		}
	}
	return p.end()
}

// begin draws the cover.
func (r Run) begin(w io.Writer, paper Paper) (*pdfWriter, error) {
	width, height, err := paper.size()
	if err != nil {
		return nil, err
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	p, err := newPDFWriter(w, in(r.Words), r.title())
	if err != nil {
		return nil, err
	}
	return p, p.cover(r.cleaned(), width, height)
}

// each yields the sheets, each held against the run.
func (r Run) each(sheets iter.Seq[Sheet]) iter.Seq2[Sheet, error] {
	return func(yield func(Sheet, error) bool) {
		n := 0
		for s := range sheets {
			err := s.check()
			if err == nil && (n == len(r.Members) || s.Run != r.Number || r.Members[n] != Member{s.Number, s.Name, s.Email}) {
				err = ErrRun
			}
			n++
			if !yield(s, err) || err != nil {
				return
			}
		}
		if n < len(r.Members) {
			yield(Sheet{}, ErrRun)
		}
	}
}

func (r Run) check() error {
	if len(r.Members) == 0 {
		return ErrNoSheets
	}
	if r.Number < 1 {
		return ErrNumber
	}
	long := func(name, value string) error {
		if utf8.RuneCountInString(value) > MaxField {
			return &FieldError{Field: name}
		}
		return nil
	}
	for _, m := range r.Members {
		if m.Sheet < 1 {
			return ErrNumber
		}
		if err := errors.Join(long("name", m.Name), long("email", m.Email)); err != nil {
			return err
		}
	}
	return errors.Join(long("workspace", r.Workspace), long("issuer", r.IssuedBy), long("approver", r.ApprovedBy),
		long("reason", r.Reason), long("log head", r.LogHead), long("log code", r.LogCode), long("signing key", r.SigningKey))
}

// cleaned returns the run with every field but those of the members fit to be shown.
func (r Run) cleaned() Run {
	for _, f := range []*string{&r.Workspace, &r.IssuedBy, &r.ApprovedBy, &r.Reason, &r.LogHead, &r.LogCode, &r.SigningKey} {
		*f = text.Line(*f)
	}
	return r
}
