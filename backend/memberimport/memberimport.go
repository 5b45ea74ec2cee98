// Package memberimport reads a list of people from a CSV file, as a spreadsheet or a directory
// writes it, and writes the overview of a workspace's members as CSV.
//
// Read finds encoding, delimiter and columns by itself and judges only what is about
// the file; whether a name, an email or a role will do is for backend/workspace. It
// reads as it goes: a file of any content costs no more memory than the rows that are kept.
//
//	list, err := memberimport.Read(file, service.MaxImport)
//
// WriteOverview has no secrets, and nothing that a spreadsheet would calculate.
package memberimport

import (
	"errors"
	"io"
	"slices"
	"strings"
)

// Limits of what is read.
const (
	MaxSize = 20 << 20 // bytes
	MaxCell = 1000     // characters of a cell
)

// What may be wrong with a whole file, to be matched with errors.Is. Trouble in reading
// it is the reader's own error.
var (
	ErrEmpty       = errors.New("memberimport: there is nobody in the file")
	ErrSpreadsheet = errors.New("memberimport: the file is a spreadsheet, not CSV")
	ErrNotText     = errors.New("memberimport: the file is not text")
	ErrOneColumn   = errors.New("memberimport: the file has one column only, or an unknown delimiter")
	ErrNoEmail     = errors.New("memberimport: no column has emails")
	ErrNoName      = errors.New("memberimport: no column has names")
	ErrTooMany     = errors.New("memberimport: the file has too many rows")
	ErrTooLarge    = errors.New("memberimport: the file is too large")
)

// List is what was read.
type List struct {
	Rows      []Row
	Delimiter rune   // , ; | or a tab
	Encoding  string // UTF-8, UTF-16 or Windows-1252
	Header    bool   // the first row named the columns
}

// Row is a person. Name and email are as they were written, on one line; the role is in lower
// case, and member where none was given.
type Row struct {
	Line  int // of the file, from 1, at which the row begins
	Name  string
	Email string
	Role  string

	Language string // a tag such as "de", without a region; empty where none was given
	Problem  Problem
}

// Problem is what is wrong with a row; the zero Problem is nothing.
type Problem struct {
	Code  string
	Field string // name, email, role, language; empty where it is the whole row's
}

// The codes of problems.
const (
	CellLong  = "cell_long"  // a cell of more than MaxCell characters
	QuoteOpen = "quote_open" // a quotation mark opens a cell that never ends
)

// shownCell is how much is kept of a cell that is too long, so that it can be named.
const shownCell = 40

// DefaultRole is that of people without one.
const DefaultRole = "member"

// Read reads at most most people. Columns are found by their headings, in any order, spelling
// in common use and case; without headings they are name, email and role. Other columns and
// blank lines are ignored. A first line "sep=;" is obeyed, as spreadsheets do.
//
// Errors: those of this package; the reader's.
func Read(r io.Reader, most int) (List, error) {
	text, err := newText(r)
	if err != nil {
		return List{}, err
	}
	sample, err := text.sample()
	if err != nil {
		return List{}, err
	}
	shape, err := findShape(sample)
	if err != nil {
		return List{}, err
	}
	list := List{Delimiter: shape.delimiter, Header: shape.header}
	p := parser{from: text, delimiter: shape.delimiter, line: 1}
	for skip := shape.skip(); ; {
		cells, line, err := p.record()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return List{}, err
		}
		if blank(cells) {
			continue
		}
		if skip > 0 {
			skip--
			continue
		}
		if len(list.Rows) == most {
			return List{}, ErrTooMany
		}
		list.Rows = append(list.Rows, shape.row(cells, line))
	}
	if len(list.Rows) == 0 {
		return List{}, ErrEmpty
	}
	list.Encoding = text.encoding()
	return list, nil
}

func blank(cells []cell) bool {
	return !slices.ContainsFunc(cells, func(c cell) bool { return c.long || strings.TrimSpace(c.text) != "" })
}

// row takes a person out of a record.
func (s shape) row(cells []cell, line int) Row {
	row := Row{Line: line}
	take := func(field string, column int) string {
		if column < 0 || column >= len(cells) {
			return ""
		}
		c := cells[column]
		text := strings.Join(strings.Fields(c.text), " ")
		switch {
		case row.Problem.Code != "":
		case c.open:
			row.Problem = Problem{QuoteOpen, field}
		case c.long:
			row.Problem = Problem{CellLong, field}
		}
		if (c.open || c.long) && len([]rune(text)) > shownCell {
			text = string([]rune(text)[:shownCell]) + "…"
		}
		return text
	}
	row.Name = strings.TrimSpace(take("name", s.name))
	if s.last >= 0 {
		row.Name = strings.TrimSpace(row.Name + " " + take("name", s.last))
	}
	row.Email = take("email", s.email)
	if row.Role = strings.ToLower(take("role", s.role)); row.Role == "" {
		row.Role = DefaultRole
	}
	row.Language, _, _ = strings.Cut(strings.ReplaceAll(strings.ToLower(take("language", s.language)), "_", "-"), "-")
	return row
}
