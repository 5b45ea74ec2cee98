package pdf

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// Role is what a part of a page is (ISO 32000-1, 14.8.4).
type Role string

// The roles that a sheet has. In a list, each Item has a Label and a Body; in a table, each Row has
// cells, which say of what they are the heading.
const (
	Heading    Role = "H1"
	Subheading Role = "H2"
	Paragraph  Role = "P"
	List       Role = "L"
	Item       Role = "LI"
	Label      Role = "Lbl"
	Body       Role = "LBody"
	Table      Role = "Table"
	Row        Role = "TR"
	RowHead    Role = "TH/Row"
	ColumnHead Role = "TH/Column"
	Cell       Role = "TD"
)

// element is a part of a page that is being drawn.
type element struct {
	role     Role
	language string
	parent   *element
	ref      int
	kids     []kid
}

// kid is an element or, if that is nil, what a part of the page's content says.
type kid struct {
	element *element
	content int
}

// Open begins an element within the one that is open.
func (p *Page) Open(role Role) {
	e := &element{role: role, parent: p.current}
	p.current.kids = append(p.current.kids, kid{element: e})
	p.current = e
}

// End ends the element that was opened last.
func (p *Page) End() {
	if p.current.parent != nil {
		p.current = p.current.parent
	}
}

// mark begins the content of an element, unless it has begun. Of the page itself, content is
// decoration; nil only ends what has begun.
func (p *Page) mark(e *element) {
	if e != nil && e == p.open {
		return
	}
	if p.open != nil {
		p.content.WriteString("EMC\n")
	}
	p.open = e
	switch e {
	case nil:
	case p.root:
		p.content.WriteString("/Artifact BMC\n")
	default:
		name, _, _ := strings.Cut(string(e.role), "/")
		fmt.Fprintf(&p.content, "/%s<</MCID %d>>BDC\n", name, len(p.marked))
		e.kids = append(e.kids, kid{content: len(p.marked)})
		p.marked = append(p.marked, e)
	}
}

// writeElements writes all elements of a page, and for each part of its content whose element it is.
// It returns the numbers of the first element and of that list.
func (p *Page) writeElements(page int) (root, parents int) {
	var all []*element
	var number func(e *element)
	number = func(e *element) {
		e.ref = p.d.reserve()
		all = append(all, e)
		for _, k := range e.kids {
			if k.element != nil {
				number(k.element)
			}
		}
	}
	number(p.root)
	parents = p.d.reserve()
	var objects [][]byte
	for _, e := range all {
		objects = append(objects, e.object(page))
	}
	list := []byte("[")
	for _, e := range p.marked {
		list = fmt.Appendf(list, "%d 0 R ", e.ref)
	}
	p.d.objects(p.root.ref, append(objects, append(list, ']')))
	return p.root.ref, parents
}

// object is the element as PDF has it.
func (e *element) object(page int) []byte {
	parent := documentRef
	if e.parent != nil {
		parent = e.parent.ref
	}
	name, scope, isHead := strings.Cut(string(e.role), "/")
	b := fmt.Appendf(nil, "<</Type/StructElem/S/%s/P %d 0 R/Pg %d 0 R", name, parent, page)
	switch {
	case isHead:
		b = fmt.Appendf(b, "/A<</O/Table/Scope/%s>>", scope)
	case e.role == List:
		b = append(b, "/A<</O/List/ListNumbering/Decimal>>"...)
	}
	if e.language != "" {
		b = fmt.Appendf(b, "/Lang%s", literal(e.language))
	}
	b = append(b, "/K["...)
	for _, k := range e.kids {
		if k.element != nil {
			b = fmt.Appendf(b, "%d 0 R ", k.element.ref)
		} else {
			b = fmt.Appendf(b, "%d ", k.content)
		}
	}
	return append(b, "]>>"...)
}

// writeStructure writes what holds the elements of all pages together. Of each page, only two
// numbers were kept.
func (d *Document) writeStructure() {
	d.object(structureRef)
	d.printf("<</Type/StructTreeRoot/K %d 0 R/ParentTree %d 0 R/ParentTreeNextKey %d>>\nendobj\n", documentRef, parentsRef, len(d.parents))
	d.object(documentRef)
	d.printf("<</Type/StructElem/S/Document/P %d 0 R/K[", structureRef)
	for _, s := range d.sections {
		d.printf("%d 0 R\n", s)
	}
	d.printf("]>>\nendobj\n")
	d.object(parentsRef)
	d.printf("<</Nums[")
	for i, p := range d.parents {
		d.printf("%d %d 0 R\n", i, p)
	}
	d.printf("]>>\nendobj\n")
}

// packet is the same information in XMP, where it says that the document is tagged as PDF/UA-1
// has it.
func (i Info) packet() string {
	escaped := func(s string) string {
		var b strings.Builder
		_ = xml.EscapeText(&b, []byte(s)) // a builder takes everything
		return b.String()
	}
	return `<?xpacket begin="` + "\ufeff" + `" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">` + escaped(i.Title) + `</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>` + escaped(i.Language) + `</rdf:li></rdf:Bag></dc:language>
<pdf:Producer>` + escaped(i.Producer) + `</pdf:Producer><pdfuaid:part>1</pdfuaid:part>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>`
}
