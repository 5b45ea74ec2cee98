// Package pdf writes documents of text and lines, page by page: a page is on its way
// as soon as it is closed, and what stays in memory is where it is. Text
// comes as lines of package typeset, in embedded fonts that have only the used
// glyphs. The same calls give the same bytes.
//
// It knows the few parts of PDF 1.7 (ISO 32000-1) that a printed sheet needs, and no
// more: one shared set of fonts, shades of grey, no links, no pictures. Documents are tagged, so that
// they can be read aloud, as PDF/UA-1 (ISO 14289-1) wants it.
package pdf

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"countersign/backend/sheet/internal/typeset"
)

// Objects that every document has; their content is known only at the end.
const (
	catalogRef = iota + 1
	pagesRef
	resourcesRef
	infoRef
	metadataRef
	structureRef
	parentsRef
	documentRef
	firstFree
)

// Info describes a document.
type Info struct {
	Title, Producer, Language string
	RightToLeft               bool
}

func (i Info) direction() string {
	if i.RightToLeft {
		return "R2L"
	}
	return "L2R"
}

// Document is a PDF that is being written. Errors of the writer stick, and come back from
// Close.
type Document struct {
	w        *bufio.Writer
	err      error
	written  int64
	next     int      // number of the next object
	placed   []placed // where the objects are
	pages    []int    // their object numbers
	sections []int    // of the elements of the pages
	parents  []int    // of each page, what the elements of its content are
	fonts    []*usedFont
	byFont   map[*typeset.Font]*usedFont
	info     Info
	packed   bytes.Buffer
	packer   *zlib.Writer
}

// placed is where objects with numbers from first on are: one at a place in the file, or several
// in the stream of objects that has the number stream.
type placed struct {
	first, count, stream int
	at                   int64
}

// New begins a document on w.
func New(w io.Writer, info Info) *Document {
	d := &Document{w: bufio.NewWriter(w), next: firstFree, byFont: make(map[*typeset.Font]*usedFont), info: info}
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

	d.writeStructure()
	d.object(metadataRef)
	packet := d.info.packet()
	d.printf("<</Type/Metadata/Subtype/XML/Length %d>>\nstream\n%s\nendstream\nendobj\n", len(packet), packet)

	// Printed at its own size, so that the folds are where they are drawn, and on one
	// side, so that nobody's codes are on somebody else's paper.
	d.object(catalogRef)
	d.printf("<</Type/Catalog/Pages %d 0 R/Lang%s/MarkInfo<</Marked true>>/StructTreeRoot %d 0 R/Metadata %d 0 R"+
		"/ViewerPreferences<</PrintScaling/None/Duplex/Simplex/DisplayDocTitle true/Direction/%s>>>>\nendobj\n",
		pagesRef, literal(d.info.Language), structureRef, metadataRef, d.info.direction())
	d.object(infoRef)
	d.printf("<</Title%s/Producer%s>>\nendobj\n", literal(d.info.Title), literal(d.info.Producer))

	d.writeTable()
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
	d.next++
	return d.next - 1
}

func (d *Document) object(ref int) {
	d.placed = append(d.placed, placed{first: ref, count: 1, at: d.written})
	d.printf("%d 0 obj\n", ref)
}

// objects writes objects with consecutive numbers as one compressed stream (ISO 32000-1, 7.5.7),
// since there are many small ones.
func (d *Document) objects(first int, all [][]byte) {
	var heads, bodies bytes.Buffer
	for i, o := range all {
		fmt.Fprintf(&heads, "%d %d ", first+i, bodies.Len())
		bodies.Write(o)
		bodies.WriteByte('\n')
	}
	stream, begin := d.reserve(), heads.Len()
	heads.Write(bodies.Bytes())
	d.stream(stream, fmt.Sprintf("/Type/ObjStm/N %d/First %d", len(all), begin), heads.Bytes())
	d.placed = append(d.placed, placed{first: first, count: len(all), stream: stream})
}

// writeTable writes where each object is (ISO 32000-1, 7.5.8), and the end of the file.
func (d *Document) writeTable() {
	self, start := d.reserve(), d.written
	d.placed = append(d.placed, placed{first: self, count: 1, at: start})
	slices.SortFunc(d.placed, func(a, b placed) int { return a.first - b.first })
	table := []byte{0, 0, 0, 0, 0, 0, 0xff, 0xff} // object 0 is none
	entry := func(kind byte, where uint64, index int) {
		var b [8]byte
		binary.BigEndian.PutUint64(b[:], where)
		table = append(append(table, kind), b[3:]...)
		table = binary.BigEndian.AppendUint16(table, uint16(index))
	}
	for _, p := range d.placed {
		if p.stream == 0 {
			entry(1, uint64(p.at), 0)
			continue
		}
		for i := range p.count {
			entry(2, uint64(p.stream), i)
		}
	}
	d.packed.Reset()
	d.packer.Reset(&d.packed)
	_, _ = d.packer.Write(table) // a buffer takes everything
	_ = d.packer.Close()
	d.printf("%d 0 obj\n<</Type/XRef/Size %d/W[1 5 2]/Root %d 0 R/Info %d 0 R/Filter/FlateDecode/Length %d>>\nstream\n", self, d.next, catalogRef, infoRef, d.packed.Len())
	d.write(d.packed.Bytes())
	d.printf("\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n", start)
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
