// Package docx makes of a Word document what the page may draw: a new package with
// its text, styles, numbering, headers, notes and pictures, each of them bounded and
// checked, and with nothing else. What links, embeds, runs or is fetched from
// elsewhere is not in it, so whoever draws it needs to leave nothing out.
//
// The file is a stranger's. No size that it speaks of is believed: what is unpacked
// is counted, and reading stops at the bounds.
package docx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"

	"countersign/backend/picture"
)

// Type is the media type of a Word document without macros.
const Type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

// MaxSize is how large a file may be, in bytes as it is stored.
const MaxSize = 32 << 20

// The bounds of what is in it. A contract of a hundred pages has 100,000 elements, in
// 4 MB of XML. maxDirectory are the bytes of the list of entries: 2 MiB name more than
// 10,000.
const (
	maxDirectory = 2 << 20
	maxEntries   = 4000
	maxParts     = 300
	maxRelations = 1000
	maxXML       = 16 << 20
	maxElements  = 300_000
	maxAside     = 30_000 // elements of styles and numbering, which are looked up in each other
	maxDepth     = 100
	maxAttrs     = 64
	maxPictures  = 32 << 20
)

// Why a document is not shown.
var (
	ErrLarge  = errors.New("the document is too large to show")
	ErrForm   = errors.New("the document cannot be read")
	ErrMacros = errors.New("the document has macros")
)

// Plain reads a document of that size in bytes, and gives what is shown of it, packed
// anew and not compressed. Errors: ErrLarge, ErrForm, ErrMacros; r's own.
func Plain(r io.ReaderAt, size int64) ([]byte, error) {
	if size > MaxSize {
		return nil, ErrLarge
	}
	src := &source{r: r, left: maxDirectory}
	b, err := plain(src, size)
	switch {
	case src.err != nil: // what zip makes of it says less
		return nil, src.err
	case src.over:
		return nil, ErrLarge
	}
	return b, err
}

func plain(src *source, size int64) ([]byte, error) {
	in, err := zip.NewReader(src, size)
	if err != nil {
		return nil, ErrForm
	}
	src.unbounded = true // each entry is bounded by what is unpacked of it
	p := &pack{entries: map[string]*zip.File{}, names: map[string]string{}, xmlLeft: maxXML, elementsLeft: maxElements, picturesLeft: maxPictures, pixelsLeft: picture.MaxPixels}
	if err := p.list(in.File); err != nil {
		return nil, err
	}
	if err := p.all(); err != nil {
		return nil, err
	}
	return p.written()
}

// source remembers what its reader says, and stops before the list of entries fills
// the memory: zip reads it whole, whatever it says of its length.
type source struct {
	r         io.ReaderAt
	left      int64
	unbounded bool
	over      bool
	err       error
}

func (s *source) ReadAt(b []byte, at int64) (int, error) {
	if !s.unbounded {
		if s.left -= int64(len(b)); s.left < 0 {
			s.over = true
			return 0, io.ErrUnexpectedEOF
		}
	}
	n, err := s.r.ReadAt(b, at)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// part is one of the new package.
type part struct {
	name string
	body []byte
}

// pack reads a package from its first part on, along its relationships.
type pack struct {
	entries map[string]*zip.File
	names   map[string]string // of the parts that were taken: their new name; "" for what is left out
	parts   []part

	xmlLeft, elementsLeft, picturesLeft, pixelsLeft int64
}

func (p *pack) list(files []*zip.File) error {
	if len(files) > maxEntries {
		return ErrLarge
	}
	for _, f := range files {
		if strings.EqualFold(path.Base(f.Name), "vbaProject.bin") {
			return ErrMacros
		}
		if p.entries[f.Name] != nil { // which one counts is for each program to say
			return ErrForm
		}
		p.entries[f.Name] = f
	}
	return nil
}

const relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"

// kept are the relationships that are followed, by the part that they start from: the
// document’s own, and those of the parts that it is shown with. Each of a kind that is
// XML may have pictures.
var kept = map[string]bool{
	"styles": false, "theme": false, "settings": false, "image": false,
	"numbering": true, "footnotes": true, "endnotes": true, "header": true, "footer": true,
}

var aside = map[string]bool{"styles": true, "theme": true, "settings": true, "numbering": true}

func (p *pack) all() error {
	kinds, err := p.read("[Content_Types].xml")
	if err != nil {
		return err
	}
	top, err := p.relationships("_rels/.rels", "")
	if err != nil {
		return err
	}
	main := ""
	for _, r := range top {
		if r.Type == relations+"officeDocument" {
			main = r.Target
		}
	}
	if err := isDocument(kinds, main); err != nil {
		return err
	}
	return p.document(main)
}

// isDocument refuses what has macros, and what is another kind of document than its
// name says.
func isDocument(kinds []byte, main string) error {
	var types struct {
		Default, Override []struct {
			PartName    string `xml:",attr"`
			ContentType string `xml:",attr"`
		}
	}
	if err := xml.Unmarshal(kinds, &types); err != nil {
		return ErrForm
	}
	found := false
	for _, t := range append(types.Override, types.Default...) {
		kind := strings.ToLower(t.ContentType)
		if strings.Contains(kind, "macroenabled") || strings.Contains(kind, "vbaproject") {
			return ErrMacros
		}
		found = found || kind == Type+".main+xml" && (t.PartName == "" || t.PartName == "/"+main)
	}
	if !found {
		return ErrForm
	}
	return nil
}

// document takes the main part, and all that belongs to it.
func (p *pack) document(main string) error {
	body, err := p.read(main)
	if err != nil {
		return err
	}
	rels, err := p.relationships(relsOf(main), main)
	if err != nil {
		return err
	}
	var own []relationship
	for _, r := range rels {
		kind, ours := strings.CutPrefix(r.Type, relations)
		hasPictures, follow := kept[kind]
		if !ours || !follow {
			continue
		}
		if r.Target, err = p.take(kind, r.Target, hasPictures); err != nil {
			return err
		}
		if r.Target != "" {
			own = append(own, r)
		}
	}
	return p.add("word/document.xml", body, own)
}

// take gives a part’s new name, after reading it where it is the first time; none,
// where it isn’t there or is a picture that isn’t shown.
func (p *pack) take(kind, target string, hasPictures bool) (string, error) {
	if name, ok := p.names[target]; ok {
		return name, nil
	}
	if len(p.names) == maxParts {
		return "", ErrLarge
	}
	if p.entries[target] == nil {
		p.names[target] = ""
		return "", nil
	}
	if kind == "image" {
		name, err := p.picture(target)
		p.names[target] = name
		return name, err
	}
	name := fmt.Sprintf("word/%d.xml", len(p.names)+1)
	p.names[target] = name
	left := p.elementsLeft
	body, err := p.read(target)
	if err != nil {
		return "", err
	}
	if aside[kind] && left-p.elementsLeft > maxAside {
		return "", ErrLarge
	}
	var own []relationship
	if hasPictures && p.entries[relsOf(target)] != nil {
		rels, err := p.relationships(relsOf(target), target)
		if err != nil {
			return "", err
		}
		for _, r := range rels {
			if r.Type != relations+"image" {
				continue
			}
			if r.Target, err = p.take("image", r.Target, false); err != nil {
				return "", err
			}
			if r.Target != "" {
				own = append(own, r)
			}
		}
	}
	return name, p.add(name, body, own)
}

// endings are those of the pictures that a web view draws, by their media type.
var endings = map[string]string{"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/bmp": "bmp", "image/webp": "webp"}

// picture takes one, if its first bytes and its headers are those of a picture that
// may be drawn. Others are left out: the text is worth showing without them.
func (p *pack) picture(target string) (string, error) {
	body, err := p.unpacked(target, &p.picturesLeft)
	if err != nil {
		return "", err
	}
	kind := http.DetectContentType(body)
	ending, known := endings[kind]
	if !known {
		return "", nil
	}
	pixels, err := picture.Pixels(kind, bytes.NewReader(body), int64(len(body)))
	if err != nil || pixels > p.pixelsLeft {
		return "", nil // a bytes.Reader fails in no other way
	}
	p.pixelsLeft -= pixels
	name := fmt.Sprintf("word/%d.%s", len(p.names)+1, ending)
	p.parts = append(p.parts, part{name, body})
	return name, nil
}

// unpacked reads an entry, of which no more than is left may come out.
func (p *pack) unpacked(name string, left *int64) ([]byte, error) {
	f := p.entries[name]
	if f == nil {
		return nil, ErrForm
	}
	in, err := f.Open()
	if err != nil {
		return nil, ErrForm
	}
	defer in.Close()
	body, err := io.ReadAll(io.LimitReader(in, *left+1))
	if int64(len(body)) > *left {
		return nil, ErrLarge
	}
	if err != nil {
		return nil, ErrForm
	}
	*left -= int64(len(body))
	return body, nil
}

// read gives an entry that is XML, as it is, once it is known to be bounded.
func (p *pack) read(name string) ([]byte, error) {
	body, err := p.unpacked(name, &p.xmlLeft)
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), []byte("<")) {
		return nil, ErrForm
	}
	d := xml.NewDecoder(bytes.NewReader(body))
	for depth := 0; ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return body, nil
		}
		if err != nil {
			return nil, ErrForm
		}
		switch it := token.(type) {
		case xml.StartElement:
			depth++
			p.elementsLeft--
			if depth > maxDepth || len(it.Attr) > maxAttrs || p.elementsLeft < 0 {
				return nil, ErrLarge
			}
		case xml.EndElement:
			depth--
		case xml.Directive: // a document type, which may have entities
			return nil, ErrForm
		case xml.ProcInst:
			if it.Target != "xml" {
				return nil, ErrForm
			}
		}
	}
}

type relationship struct {
	ID     string `xml:"Id,attr"`
	Type   string `xml:",attr"`
	Target string `xml:",attr"` // a name in the package
	Mode   string `xml:"TargetMode,attr,omitempty"`
}

type relationshipList struct {
	XMLName xml.Name       `xml:"http://schemas.openxmlformats.org/package/2006/relationships Relationships"`
	All     []relationship `xml:"Relationship"`
}

// relationships reads those of a part that lead into the package.
func (p *pack) relationships(name, from string) ([]relationship, error) {
	if p.entries[name] == nil && from != "" {
		return nil, nil
	}
	body, err := p.read(name)
	if err != nil {
		return nil, err
	}
	var list relationshipList
	if err := xml.Unmarshal(body, &list); err != nil {
		return nil, ErrForm
	}
	if len(list.All) > maxRelations {
		return nil, ErrLarge
	}
	var inside []relationship
	for _, r := range list.All {
		if r.Mode != "" && r.Mode != "Internal" {
			continue
		}
		r.Mode = ""
		if !strings.HasPrefix(r.Target, "/") {
			r.Target = "/" + path.Join(path.Dir(from), r.Target)
		}
		r.Target = strings.TrimPrefix(path.Clean(r.Target), "/")
		inside = append(inside, r)
	}
	return inside, nil
}

func relsOf(name string) string {
	return path.Join(path.Dir(name), "_rels", path.Base(name)+".rels")
}

// add puts a part of XML and where it leads into the new package.
func (p *pack) add(name string, body []byte, rels []relationship) error {
	p.parts = append(p.parts, part{name, body})
	for i := range rels {
		rels[i].Target = "/" + rels[i].Target
	}
	list, err := xml.Marshal(relationshipList{All: rels})
	if err != nil {
		return fmt.Errorf("relationships of a document: %w", err)
	}
	p.parts = append(p.parts, part{relsOf(name), list})
	return nil
}

const (
	kinds = `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/><Default Extension="jpg" ContentType="image/jpeg"/>` +
		`<Default Extension="gif" ContentType="image/gif"/><Default Extension="bmp" ContentType="image/bmp"/><Default Extension="webp" ContentType="image/webp"/>` +
		`<Override PartName="/word/document.xml" ContentType="` + Type + `.main+xml"/></Types>`
	first = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="` + relations + `officeDocument" Target="word/document.xml"/></Relationships>`
)

func (p *pack) written() ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, it := range append(p.parts, part{"[Content_Types].xml", []byte(kinds)}, part{"_rels/.rels", []byte(first)}) {
		f, err := w.CreateHeader(&zip.FileHeader{Name: it.name, Method: zip.Store})
		if err == nil {
			_, err = f.Write(it.body)
		}
		if err != nil {
			return nil, fmt.Errorf("pack a document: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("pack a document: %w", err)
	}
	return b.Bytes(), nil
}
