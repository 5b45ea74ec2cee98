package memberimport

import (
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// maxColumns is how many cells of a row are kept; nobody's list has more.
const maxColumns = 256

// cell is one cell of a row.
type cell struct {
	text string
	long bool // there was more of it
	open bool // a quotation mark opens it, and the file ends within
}

// source gives characters.
type source interface{ next() (rune, error) }

// parser takes CSV apart (RFC 4180), leniently: lines may end in any way, and what
// follows a closing quotation mark belongs to the cell. encoding/csv would keep a cell of
// any length.
type parser struct {
	from      source
	delimiter rune
	line      int  // of the next character
	back      rune // to be read again, 0: none
	done      bool
	cells     []cell // of the last record
}

func (p *parser) next() (rune, error) {
	r := p.back
	p.back = 0
	if r == 0 {
		var err error
		if r, err = p.from.next(); err != nil {
			return 0, err
		}
	}
	if r == '\r' { // CR LF and CR are line breaks as LF is
		after, err := p.from.next()
		switch {
		case errors.Is(err, io.EOF):
		case err != nil:
			return 0, err
		case after != '\n':
			p.back = after
		}
		r = '\n'
	}
	if r == '\n' {
		p.line++
	}
	return r, nil
}

// record reads the next row and the line at which it begins; at the end io.EOF. A blank
// line is a record, too. The cells are good until the next call.
func (p *parser) record() (cells []cell, line int, err error) {
	if p.done {
		return nil, 0, io.EOF
	}
	line, cells = p.line, p.cells[:0]
	for {
		c, end, err := p.cell()
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, 0, err
		}
		if len(cells) < maxColumns {
			cells = append(cells, c)
		}
		if p.done = err != nil; p.done || end {
			p.cells = cells
			return cells, line, nil
		}
	}
}

// cell reads one cell with what ends it: a delimiter, a line break (end), or the file's
// end (io.EOF).
func (p *parser) cell() (c cell, end bool, err error) {
	var b strings.Builder
	n := 0
	add := func(r rune) {
		if n++; n > MaxCell {
			c.long = true
			return
		}
		b.WriteRune(r)
	}
	quoted, blank := false, true
	for {
		r, err := p.next()
		if err != nil {
			c.text, c.open = b.String(), quoted
			return c, true, err
		}
		switch {
		case quoted && r == '"':
			after, err := p.next()
			if err == nil && after == '"' {
				add('"')
				continue
			}
			quoted = false
			if err != nil {
				c.text = b.String()
				return c, true, err
			}
			if after == p.delimiter || after == '\n' {
				c.text = b.String()
				return c, after == '\n', nil
			}
			add(after)
		case quoted:
			add(r)
		case r == p.delimiter, r == '\n':
			c.text = b.String()
			return c, r == '\n', nil
		case r == '"' && blank:
			quoted, blank = true, false
			b.Reset()
			n = 0
		default:
			blank = blank && r == ' '
			add(r)
		}
	}
}

// runes is a source of its own characters.
type runes []rune

func (s *runes) next() (rune, error) {
	if len(*s) == 0 {
		return utf8.RuneError, io.EOF
	}
	r := (*s)[0]
	*s = (*s)[1:]
	return r, nil
}
