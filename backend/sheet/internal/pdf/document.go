// Package pdf writes documents of text and lines, page by page: a page is on its way
// as soon as it is closed, and what stays in memory is a few bytes for each page. Text
// comes as lines of package typeset, in embedded TrueType fonts of which only the used
// glyphs are kept. The same calls give the same bytes.
//
// It knows the few parts of PDF 1.7 (ISO 32000-1) that a printed sheet needs, and no
// more: one shared set of fonts, shades of grey, no links, no pictures.
package pdf

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"fmt"
	"io"

	"countersign/backend/sheet/internal/typeset"
)

// Objects that every document has; their content is known only at the end.
const (
	catalogRef = iota + 1
	pagesRef
	resourcesRef
	infoRef
	firstFree
)

// Info describes a document.
type Info struct{ Title, Producer, Language string }

// Document is a PDF that is being written. Errors of the writer stick, and come back from
// Close.
type Document struct {
	w       *bufio.Writer
	err     error
	written int64
	offsets []int64 // of each object, by number
	pages   []int   // their object numbers
	fonts   []*usedFont
	byFont  map[*typeset.Font]*usedFont
	info    Info
	packed  bytes.Buffer
	packer  *zlib.Writer
}

// New begins a document on w.
func New(w io.Writer, info Info) *Document {
	d := &Document{w: bufio.NewWriter(w), offsets: make([]int64, firstFree), byFont: make(map[*typeset.Font]*usedFont), info: info}
	d.packer = zlib.NewWriter(&d.packed)
	d.printf("%%PDF-1.7\n%%\xe2\xe3\xcf\xd3\n")
	return d
}

// Close writes the fonts and the tables that make the pages a document. It does not
// close the writer below.
func (d *Document) Close() error {
	for _, f := range d.fonts {
		d.writeFont(f)
	}
	d.object(resourcesRef)
	d.printf("<</Font<<")
	for _, f := range d.fonts {
		d.printf("/%s %d 0 R", f.resource, f.ref)
	}
	d.printf(">>>>\nendobj\n")

	d.object(pagesRef)
	d.printf("<</Type/Pages/Count %d/Resources %d 0 R/Kids[", len(d.pages), resourcesRef)
	for _, p := range d.pages {
		d.printf("%d 0 R\n", p)
	}
	d.printf("]>>\nendobj\n")

	// Printed at its own size, so that the folds are where they are drawn, and on one
	// side, so that nobody's codes are on somebody else's paper.
	d.object(catalogRef)
	d.printf("<</Type/Catalog/Pages %d 0 R/Lang%s/ViewerPreferences<</PrintScaling/None/Duplex/Simplex/DisplayDocTitle true>>>>\nendobj\n", pagesRef, literal(d.info.Language))
	d.object(infoRef)
	d.printf("<</Title%s/Producer%s>>\nendobj\n", literal(d.info.Title), literal(d.info.Producer))

	start := d.written
	d.printf("xref\n0 %d\n0000000000 65535 f \n", len(d.offsets))
	for _, offset := range d.offsets[1:] {
		d.printf("%010d 00000 n \n", offset)
	}
	d.printf("trailer\n<</Size %d/Root %d 0 R/Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(d.offsets), catalogRef, infoRef, start)
	if d.err == nil {
		d.err = d.w.Flush()
	}
	if d.err != nil {
		return fmt.Errorf("pdf: write: %w", d.err)
	}
	return nil
}

// reserve returns the number of a new object.
func (d *Document) reserve() int {
	d.offsets = append(d.offsets, 0)
	return len(d.offsets) - 1
}

func (d *Document) object(ref int) {
	d.offsets[ref] = d.written
	d.printf("%d 0 obj\n", ref)
}

// stream writes an object of compressed bytes. extra is what its dictionary has besides.
func (d *Document) stream(ref int, extra string, content []byte) {
	d.packed.Reset()
	d.packer.Reset(&d.packed)
	_, _ = d.packer.Write(content) // a buffer takes everything
	_ = d.packer.Close()
	d.object(ref)
	d.printf("<<%s/Filter/FlateDecode/Length %d>>\nstream\n", extra, d.packed.Len())
	d.write(d.packed.Bytes())
	d.printf("\nendstream\nendobj\n")
}

func (d *Document) printf(format string, args ...any) { d.write(fmt.Appendf(nil, format, args...)) }

func (d *Document) write(b []byte) {
	if d.err != nil {
		return
	}
	n, err := d.w.Write(b)
	d.written += int64(n)
	d.err = err
}

// literal writes a string as PDF has it, in hexadecimal UTF-16, where nothing needs
// escaping.
func literal(s string) string { return "<FEFF" + utf16Hex(s) + ">" }
