package sheet_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"countersign/backend/sheet"
)

// read is a document as qpdf reads it: its objects by "obj:N G R".
type read struct {
	t       *testing.T
	objects map[string]map[string]any
}

func (p paper) read(t *testing.T) read {
	t.Helper()
	var out struct {
		Qpdf []json.RawMessage `json:"qpdf"`
	}
	text := p.tool(t, "qpdf", "--json=2", "--json-stream-data=inline", "--decode-level=generalized", p.file)
	if err := json.Unmarshal([]byte(text), &out); err != nil || len(out.Qpdf) != 2 {
		t.Fatalf("%v, %d parts", err, len(out.Qpdf))
	}
	r := read{t: t, objects: make(map[string]map[string]any)}
	if err := json.Unmarshal(out.Qpdf[1], &r.objects); err != nil {
		t.Fatal(err)
	}
	return r
}

// get follows references, and returns what a chain of keys leads to.
func (r read) get(v any, keys ...string) any {
	for {
		if ref, ok := v.(string); ok && regexp.MustCompile(`^\d+ \d+ R$`).MatchString(ref) {
			object, ok := r.objects["obj:"+ref]
			if !ok {
				r.t.Fatalf("there is no object %s", ref)
			}
			if v, ok = object["value"]; !ok {
				v = object["stream"].(map[string]any)["dict"]
			}
			continue
		}
		if len(keys) == 0 {
			return v
		}
		dict, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v, keys = dict[keys[0]], keys[1:]
	}
}

// stream returns the bytes of a stream.
func (r read) stream(v any) string {
	r.t.Helper()
	object, ok := r.objects["obj:"+v.(string)]["stream"].(map[string]any)
	if !ok {
		r.t.Fatalf("%v is no stream", v)
	}
	var data []byte
	if err := json.Unmarshal([]byte(`"`+object["data"].(string)+`"`), &data); err != nil {
		r.t.Fatal(err)
	}
	return string(data)
}

// element is an element of the structure with those within it.
type element struct {
	role    string
	dict    map[string]any
	ref     string
	kids    []element
	content []string // "page/MCID"
}

func (r read) element(ref, parent string) element {
	r.t.Helper()
	dict, ok := r.get(ref).(map[string]any)
	if !ok || dict["/P"] != parent {
		r.t.Fatalf("%s has another parent than %s: %v", ref, parent, dict)
	}
	e := element{role: dict["/S"].(string), dict: dict, ref: ref}
	for _, k := range dict["/K"].([]any) {
		switch k := k.(type) {
		case string:
			e.kids = append(e.kids, r.element(k, ref))
		case float64:
			e.content = append(e.content, fmt.Sprintf("%s/%.0f", dict["/Pg"], k))
		}
	}
	return e
}

// walk calls visit with each element and what it stands in.
func (e element) walk(in []string, visit func(e element, in []string)) {
	visit(e, in)
	for _, k := range e.kids {
		k.walk(append(slices.Clone(in), e.role), visit)
	}
}

// holds are which elements may stand in which (ISO 32000-1, 14.8.4; PDF/UA-1, 7.2).
var holds = map[string][]string{
	"/Document": {"/Sect"}, "/Sect": {"/P", "/H1", "/H2", "/L", "/Table"},
	"/L": {"/LI"}, "/LI": {"/Lbl", "/LBody"}, "/Table": {"/TR"}, "/TR": {"/TH", "/TD"}, "/TD": {"/P"},
}

// documents are one of each kind, in languages that run both ways.
func documents(t *testing.T) map[string]paper {
	t.Helper()
	arabic := arabic(t)
	s, own, run, invitation := printed(t), own(t), 14, invited(t)
	own.Name = "अनिता श्रीवास्तव" // of some letters, several glyphs
	s.Words, s.Name, invitation.Words = arabic, "محمد الفارسي", arabic
	r, sheets := issued(t, run)
	rtl, _ := issued(t, run)
	rtl.Words = arabic
	return map[string]paper{
		"a sheet": draw(t, sheet.A4, own, printed(t)), "a sheet in Arabic": draw(t, sheet.Letter, s), "a run": drawRun(t, sheet.A4, r, sheets),
		"a cover in Arabic": covered(t, sheet.A4, rtl), "an invitation": drawInvitations(t, sheet.A4, invited(t)), "one in Arabic": drawInvitations(t, sheet.Letter, invitation),
	}
}

// The rules of PDF/UA-1 (ISO 14289-1) that a machine can check, as the Matterhorn Protocol numbers
// them, as far as they are about what such a document has: there are no links, forms, pictures, notes or
// files in it.
func TestPDF_KeepsTheRulesOfPDFUA(t *testing.T) {
	t.Parallel()
	for name, p := range documents(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := p.read(t)
			catalog := r.get(r.objects["trailer"]["value"], "/Root")

			// 06-001 to 06-003, 07-001, 07-002: it says what it is, and shows its title.
			xmp := r.stream(catalog.(map[string]any)["/Metadata"])
			title := strings.TrimPrefix(r.get(r.objects["trailer"]["value"], "/Info", "/Title").(string), "u:")
			if title == "" || !strings.Contains(xmp, ">"+title+"</rdf:li>") || !strings.Contains(xmp, "<pdfuaid:part>1</pdfuaid:part>") {
				t.Errorf("title %q in %s", title, xmp)
			}
			if r.get(catalog, "/ViewerPreferences", "/DisplayDocTitle") != true || r.get(catalog, "/MarkInfo", "/Marked") != true {
				t.Error("not marked, or its file’s name is shown")
			}
			// 11-001: every text has a language.
			if lang, _ := r.get(catalog, "/Lang").(string); len(lang) < len("u:en") {
				t.Errorf("language %q", lang)
			}

			// 09-004 to 09-008, 14-003, 15-003: elements are where they may be, and tables have headings.
			tree := r.get(catalog, "/StructTreeRoot").(map[string]any)
			root := r.element(tree["/K"].(string), catalog.(map[string]any)["/StructTreeRoot"].(string))
			owner, level, cells := make(map[string]string), 0, 0
			root.walk(nil, func(e element, in []string) {
				if len(in) > 0 && !slices.Contains(holds[in[len(in)-1]], e.role) {
					t.Errorf("%s stands in %v", e.role, in)
				}
				if len(e.content) > 0 && len(e.kids) > 0 {
					t.Errorf("%s has both content and elements", e.role)
				}
				for _, c := range e.content {
					owner[c] = e.ref
				}
				switch e.role {
				case "/Sect":
					level = 0
				case "/H1", "/H2":
					if now := int(e.role[2] - '0'); now > level+1 {
						t.Errorf("a heading of level %d after one of %d", now, level)
					} else {
						level = now
					}
				case "/TH":
					if scope := r.get(e.dict, "/A", "/Scope"); scope != "/Row" && scope != "/Column" {
						t.Errorf("a heading of a table is of %v", scope)
					}
				case "/L":
					if r.get(e.dict, "/A", "/ListNumbering") != "/Decimal" {
						t.Error("a list does not say that it is numbered")
					}
				case "/Table":
					cells = len(e.kids[0].kids)
				case "/TR":
					if len(e.kids) != cells || !slices.ContainsFunc(e.kids, func(k element) bool { return k.role == "/TH" || cells == 3 }) {
						t.Errorf("a row has %d cells of %d", len(e.kids), cells)
					}
				}
			})
			if root.role != "/Document" || len(root.kids) == 0 {
				t.Errorf("the root is %s", root.role)
			}

			// 01-003 to 01-007: everything on a page is an element's or decoration, and the one
			// table knows of each content whose it is.
			parents := make(map[float64]any)
			nums := r.get(tree["/ParentTree"], "/Nums").([]any)
			for i := 0; i < len(nums); i += 2 {
				parents[nums[i].(float64)] = r.get(nums[i+1])
			}
			marked := regexp.MustCompile(`/(\w+)<</MCID (\d+)>>BDC|/Artifact BMC|/Span<</ActualText<[0-9A-F]+>>>BDC|/ReversedChars BMC|\bEMC\b|\b(?:TJ|f|S)\b`)
			seen := 0
			for ref, object := range r.objects {
				page, _ := object["value"].(map[string]any)
				if page["/Type"] != "/Page" {
					continue
				}
				var open []string
				for _, m := range marked.FindAllStringSubmatch(r.stream(page["/Contents"]), -1) {
					switch {
					case m[2] != "":
						seen++
						own := owner[strings.TrimPrefix(ref, "obj:")+"/"+m[2]]
						if list := parents[page["/StructParents"].(float64)].([]any); own == "" || list[seenOn(m[2])] != own {
							t.Errorf("content %s of %s is of %q", m[2], ref, own)
						} else if role := r.get(own, "/S"); role != "/"+m[1] {
							t.Errorf("content %s is %s in %v", m[2], m[1], role)
						}
						fallthrough
					case m[0] == "/Artifact BMC":
						if len(open) > 0 {
							t.Errorf("%s within %v", m[0], open)
						}
						open = append(open, m[0])
					case strings.HasPrefix(m[0], "/Span"), strings.HasPrefix(m[0], "/Reversed"):
						open = append(open, m[0])
					case m[0] == "EMC":
						open = open[:len(open)-1]
					default:
						if len(open) == 0 {
							t.Errorf("%s draws what is neither an element nor decoration", m[0])
						}
						if m[0] != "TJ" && !strings.HasPrefix(open[0], "/Artifact") {
							t.Errorf("%s draws something in %v", m[0], open)
						}
					}
				}
				if len(open) > 0 {
					t.Errorf("%v stays open", open)
				}
			}
			if seen == 0 || seen != len(owner) {
				t.Errorf("%d contents on the pages, %d in the elements", seen, len(owner))
			}

			// 31-001 to 31-030, 10-001: fonts are in the file, and each glyph says something.
			fonts := 0
			for font := range maps.Values(r.get(r.resources(), "/Font").(map[string]any)) {
				fonts++
				inner := r.get(font, "/DescendantFonts").([]any)[0]
				if r.get(font, "/Encoding") != "/Identity-H" || r.get(inner, "/CIDSystemInfo", "/Ordering") != "u:Identity" ||
					r.get(inner, "/FontDescriptor", "/FontFile3", "/Subtype") != "/CIDFontType0C" {
					t.Errorf("font %v", r.get(font))
				}
				says := regexp.MustCompile(`<[0-9A-F]{4}><([0-9A-F]*)>`).FindAllStringSubmatch(r.stream(r.get(font).(map[string]any)["/ToUnicode"]), -1)
				widths := r.get(inner, "/W").([]any)[1].([]any)
				if len(says)-1 != len(widths) { // the first is the range of codes
					t.Errorf("%d glyphs say something, %d have a width", len(says)-1, len(widths))
				}
				for _, s := range says[1:] {
					if s[1] == "" || strings.Contains(s[1], "FFFE") || s[1] == "0000" || s[1] == "FEFF" {
						t.Errorf("a glyph says %q", s[1])
					}
				}
			}
			if fonts < 3 {
				t.Errorf("%d fonts", fonts)
			}
		})
	}
}

func seenOn(id string) (n int) {
	_, _ = fmt.Sscan(id, &n)
	return n
}

// resources are those that all pages share.
func (r read) resources() any {
	r.t.Helper()
	for _, o := range r.objects {
		if d, _ := o["value"].(map[string]any); d["/Type"] == "/Pages" {
			return d["/Resources"]
		}
	}
	r.t.Fatal("there are no pages")
	return nil
}

func TestPDF_IsReadAloudInItsOrder(t *testing.T) {
	t.Parallel()
	p := draw(t, sheet.A4, printed(t))
	told := p.tool(t, "pdfinfo", "-struct-text", p.file)
	rest := strings.Join(strings.Fields(told), " ")
	for _, want := range []string{
		"Document Sect", `P "Northwind Legal"`, `P "Chidi Nwosu"`, `P "chidi.nwosu@example.com"`,
		`Table TR TH (block)`, `"Sheet"`, `TD (block)`, `"443"`, `H1 (block) "Your recovery codes"`, `P (block)`,
		`LI (block) Lbl (block) "1" LBody (block) "P4XW-8NJC-R2HE-0TVM"`, `H2 (block) "What to do with this sheet"`,
		`"4." LBody (block)`, `"If you lose this sheet, ask an admin for a new one. The codes on this one then stop working."`,
		`"lantern"`, `"Countersign recovery sheet 443"`,
	} {
		var found bool
		if _, rest, found = strings.Cut(strings.ReplaceAll(rest, " (block)", ""), strings.ReplaceAll(want, " (block)", "")); !found {
			t.Fatalf("%q is not there, or not in its place: %s", want, told)
		}
	}
	if strings.Contains(told, "fold back") {
		t.Error("the marks of the folds are read aloud")
	}
}
