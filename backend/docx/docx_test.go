package docx_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"countersign/backend/docx"
)

const relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"

// entries are those of a small document, in which a test puts others.
func entries(body string, rels ...string) map[string]string {
	return map[string]string{
		"[Content_Types].xml":          `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="` + docx.Type + `.main+xml"/></Types>`,
		"_rels/.rels":                  list(rel("a", "officeDocument", "word/document.xml")),
		"word/_rels/document.xml.rels": list(rels...),
		"word/document.xml":            document(body),
	}
}

func document(body string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="w"><w:body>` + body + `</w:body></w:document>`
}

func rel(id, kind, target string, more ...string) string {
	return fmt.Sprintf(`<Relationship Id="%s" Type="%s%s" Target="%s" %s/>`, id, relations, kind, target, strings.Join(more, " "))
}

func list(rels ...string) string {
	return `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` + strings.Join(rels, "") + `</Relationships>`
}

func packed(t testing.TB, of map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, text := range of {
		f, err := w.Create(name)
		if err == nil {
			_, err = io.WriteString(f, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func plain(b []byte) ([]byte, error) { return docx.Plain(bytes.NewReader(b), int64(len(b))) }

// parts unpacks what is shown.
func parts(t testing.TB, b []byte) map[string]string {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range r.File {
		if f.Method != zip.Store {
			t.Errorf("%s is compressed", f.Name)
		}
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		all[f.Name] = string(text)
	}
	return all
}

func picture(t testing.TB, width, height int) string {
	t.Helper()
	var b strings.Builder
	if err := png.Encode(&b, image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.Black})); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPlain_ShowsWhatOtherProgramsWrite(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"pandoc.docx":      {"Hannah Weiß", "1 200 €", "Signed in two copies", "اتفاقية", "サービス契約"},
		"python-docx.docx": {"Service agreement, draft 3", "Confidential", "after two years, or", "اتفاقية"},
	} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := plain(b)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var all strings.Builder
		pictures := 0
		for part, text := range parts(t, got) {
			all.WriteString(text)
			if strings.HasSuffix(part, ".png") {
				pictures++
			}
		}
		for _, it := range want {
			if !strings.Contains(all.String(), it) {
				t.Errorf("%s has lost %q", name, it)
			}
		}
		if pictures != 1 || strings.Contains(all.String(), "https://example.com") || strings.Contains(all.String(), "TargetMode") {
			t.Errorf("%s: %d pictures, or a link that leads out", name, pictures)
		}
		again, err := plain(got) // what is shown is a document itself
		if err != nil || len(parts(t, again)) != len(parts(t, got)) {
			t.Errorf("%s, packed anew: %v", name, err)
		}
	}
}

func TestPlain_TakesAlongNothingThatRunsLinksOrIsElsewhere(t *testing.T) {
	t.Parallel()
	of := entries("shown",
		rel("1", "hyperlink", "https://a.example", `TargetMode="External"`), rel("2", "image", "https://b.example/x.png", `TargetMode="External"`),
		rel("3", "aFChunk", "chunk.html"), rel("4", "oleObject", "ole.bin"), rel("5", "fontTable", "fontTable.xml"), rel("6", "image", "media/inside.svg"),
		rel("7", "header", "header.xml"), rel("8", "image", "../../../word/media/../media/a.png"), rel("9", "styles", "nowhere.xml"), rel("10", "settings", "settings.xml"),
		`<Relationship Id="11" Type="http://other.example/image" Target="media/a.png"/>`, `<Relationship Id="12" Type="image" Target="media/a.png"/>`)
	for name, text := range map[string]string{
		"word/chunk.html": "<script>chunk</script>", "word/ole.bin": "ole", "word/fontTable.xml": "<f>font</f>", "word/media/inside.svg": "<svg>inside</svg>",
		"word/header.xml": "<w:hdr xmlns:w=\"w\">above</w:hdr>", "word/_rels/header.xml.rels": list(rel("1", "image", "media/a.png"), rel("2", "header", "other.xml"), rel("3", "image", "//c.example/x.png"), rel("4", "oleObject", "media/a.png")),
		"word/other.xml": "<w:hdr xmlns:w=\"w\">not followed</w:hdr>", "word/media/a.png": picture(t, 2, 2), "word/settings.xml": "<w:settings xmlns:w=\"w\"/>",
		"word/_rels/settings.xml.rels": list(rel("1", "attachedTemplate", "https://d.example", `TargetMode="External"`)), "customXml/item.xml": "<c>custom</c>", "docProps/core.xml": "<c>core</c>",
	} {
		of[name] = text
	}
	got, err := plain(packed(t, of))
	if err != nil {
		t.Fatal(err)
	}
	all := parts(t, got)
	var text strings.Builder
	var names []string
	for name, it := range all {
		names = append(names, name)
		text.WriteString(it)
	}
	slices.Sort(names)
	if len(names) != 9 { // the document, its header and settings, each with where they lead; one picture; kinds and root
		t.Errorf("%q", names)
	}
	for _, never := range []string{"example", "chunk", "ole", "font", "inside", "not followed", "custom", "core", "External"} {
		if strings.Contains(text.String(), never) {
			t.Errorf("%q is in what is shown: %q", never, names)
		}
	}
	if !strings.Contains(text.String(), "shown") || !strings.Contains(text.String(), "above") {
		t.Error("the text is lost")
	}
	header := ""
	for name, it := range all {
		if strings.Contains(it, "above") {
			header = all["word/_rels/"+filepath.Base(name)+".rels"]
		}
	}
	if strings.Count(header, ".png") != 1 || strings.Count(all["word/_rels/document.xml.rels"], ".png") != 1 {
		t.Errorf("a picture of the header or of the document is lost: %q", header)
	}
}

func TestPlain_SaysWhyADocumentIsNotShown(t *testing.T) {
	t.Parallel()
	with := func(of map[string]string, more ...string) map[string]string {
		for i := 0; i < len(more); i += 2 {
			of[more[i]] = more[i+1]
		}
		return of
	}
	macro := strings.ReplaceAll(entries("")["[Content_Types].xml"], docx.Type+".main+xml", "application/vnd.ms-word.document.macroEnabled.main+xml")
	deep := strings.Repeat("<w:tbl>", 99) + strings.Repeat("</w:tbl>", 99)
	attrs := "<w:p"
	for i := range 65 {
		attrs += fmt.Sprintf(` a%d=""`, i)
	}
	many := make([]string, 301)
	for i := range many {
		many[i] = rel(fmt.Sprint(i), "image", fmt.Sprintf("%d.png", i))
	}
	for name, c := range map[string]struct {
		of   map[string]string
		want error
	}{
		"as it should be":    {entries("x"), nil},
		"macros by type":     {with(entries(""), "[Content_Types].xml", macro), docx.ErrMacros},
		"a macro inside":     {with(entries(""), "word/VBAPROJECT.bin", "x"), docx.ErrMacros},
		"another kind":       {with(entries(""), "[Content_Types].xml", `<Types><Override PartName="/word/document.xml" ContentType="text/html"/></Types>`), docx.ErrForm},
		"another part":       {with(entries(""), "[Content_Types].xml", strings.ReplaceAll(entries("")["[Content_Types].xml"], "/word/document", "/word/other")), docx.ErrForm},
		"no kinds":           {with(entries(""), "[Content_Types].xml", ""), docx.ErrForm},
		"leads nowhere":      {with(entries(""), "_rels/.rels", list()), docx.ErrForm},
		"no document":        {with(entries(""), "_rels/.rels", list(rel("a", "officeDocument", "x.xml"))), docx.ErrForm},
		"document elsewhere": {with(entries(""), "_rels/.rels", list(rel("a", "officeDocument", "word/document.xml", `TargetMode="External"`))), docx.ErrForm},
		"a document type":    {with(entries(""), "word/document.xml", `<!DOCTYPE x [<!ENTITY a "aaaa">]>`+document("&a;")), docx.ErrForm},
		"an empty type":      {with(entries(""), "word/document.xml", `<!DOCTYPE x>`+document("")), docx.ErrForm},
		"an instruction":     {with(entries(""), "word/document.xml", `<?xml-stylesheet href="x"?>`+document("")), docx.ErrForm},
		"not closed":         {with(entries(""), "word/document.xml", "<a><b></a>"), docx.ErrForm},
		"no XML":             {with(entries(""), "word/document.xml", "text"), docx.ErrForm},
		"a broken header":    {with(entries("", rel("h", "header", "h.xml")), "word/h.xml", "<a>"), docx.ErrForm},
		"a broken way":       {with(entries("", rel("h", "header", "h.xml")), "word/h.xml", "<a/>", "word/_rels/h.xml.rels", "<a>"), docx.ErrForm},
		"deep":               {entries(deep), docx.ErrLarge},
		"just not too deep":  {entries(deep[7 : len(deep)-8]), nil},
		"attributes":         {entries(attrs + "/>"), docx.ErrLarge},
		"elements":           {entries(strings.Repeat("<p/>", 300_000)), docx.ErrLarge},
		"elements of styles": {with(entries("", rel("s", "styles", "s.xml")), "word/s.xml", "<s>"+strings.Repeat("<p/>", 30_000)+"</s>"), docx.ErrLarge},
		"text":               {entries(strings.Repeat("a", 17<<20)), docx.ErrLarge},
		"text of two parts":  {with(entries(strings.Repeat("a", 9<<20), rel("h", "header", "h.xml")), "word/h.xml", "<a>"+strings.Repeat("a", 9<<20)+"</a>"), docx.ErrLarge},
		"pictures":           {with(entries("", rel("1", "image", "a.png")), "word/a.png", "\x89PNG\r\n\x1a\n"+strings.Repeat("\x00", 33<<20)), docx.ErrLarge},
		"ways":               {entries("", many...), docx.ErrLarge},
		"the same way often": {entries("", slices.Repeat([]string{rel("1", "image", "a.png")}, 1001)...), docx.ErrLarge},
	} {
		_, err := plain(packed(t, c.of))
		if !errors.Is(err, c.want) || c.want == nil && err != nil {
			t.Errorf("%s: %v, not %v", name, err, c.want)
		}
	}
}

func TestPlain_PacksNoPictureThatFillsTheMemory(t *testing.T) {
	t.Parallel()
	of := entries("", rel("1", "image", "a.png"), rel("2", "image", "b.png"), rel("3", "image", "c.png"), rel("4", "image", "a.png"), rel("5", "image", "huge.png"), rel("6", "image", "cut.png"))
	// 49 million pixels, 20 million, 1: the second is one too many.
	of["word/a.png"], of["word/b.png"], of["word/c.png"] = picture(t, 7000, 7000), picture(t, 5000, 4000), picture(t, 1, 1)
	huge := []byte(picture(t, 1, 1))
	binary.BigEndian.PutUint32(huge[16:], 20_000) // the header says so; the rest is not looked at
	binary.BigEndian.PutUint32(huge[20:], 20_000)
	of["word/huge.png"], of["word/cut.png"] = string(huge), string(huge[:20])
	got, err := plain(packed(t, of))
	if err != nil {
		t.Fatal(err)
	}
	all := parts(t, got)
	if rels := all["word/_rels/document.xml.rels"]; strings.Count(rels, "<Relationship ") != 3 || strings.Contains(rels, `Id="2"`) {
		t.Error(rels)
	}
	if _, twice := all["word/4.png"]; twice || len(all) != 6 {
		t.Errorf("a picture that is used twice is packed twice: %d parts", len(all))
	}
}

func TestPlain_BelievesNoSizeThatAFileSpeaksOf(t *testing.T) {
	t.Parallel()
	// A list of entries that fills the memory of who reads it.
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := range 50_000 {
		if _, err := w.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("%050d", i), Method: zip.Store}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := plain(b.Bytes()); !errors.Is(err, docx.ErrLarge) {
		t.Errorf("50,000 entries: %v", err)
	}
	of := entries("x")
	for i := range 4000 {
		of[fmt.Sprint(i)] = ""
	}
	if _, err := plain(packed(t, of)); !errors.Is(err, docx.ErrLarge) {
		t.Errorf("4,004 entries: %v", err)
	}
	if _, err := docx.Plain(strings.NewReader("PK"), docx.MaxSize+1); !errors.Is(err, docx.ErrLarge) {
		t.Errorf("a large file: %v", err)
	}
	// Which of two entries of a name counts is for each program to say.
	b.Reset()
	w = zip.NewWriter(&b)
	for name, text := range entries("x") {
		for range 2 {
			f, err := w.Create(name)
			if err == nil {
				_, err = io.WriteString(f, text)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := plain(b.Bytes()); !errors.Is(err, docx.ErrForm) {
		t.Errorf("names twice: %v", err)
	}
	whole := packed(t, entries("x"))
	for _, cut := range [][]byte{nil, whole[:len(whole)-1], whole[:len(whole)/2], []byte("PK\x03\x04")} {
		if _, err := plain(cut); !errors.Is(err, docx.ErrForm) {
			t.Errorf("%d bytes of it: %v", len(cut), err)
		}
	}
	wrong := bytes.Replace(whole, []byte("PK\x03\x04"), []byte("PK\x03\x05"), 1)
	if _, err := plain(wrong); !errors.Is(err, docx.ErrForm) {
		t.Errorf("an entry without its beginning: %v", err)
	}
}

// Only the list of entries is bounded by what is read of the file: what is in them may be larger.
func TestPlain_ReadsDocumentsOfSeveralMegabytes(t *testing.T) {
	t.Parallel()
	of := entries("x", rel("1", "image", "a.png"))
	of["word/a.png"] = picture(t, 1, 1)
	noise := make([]byte, 3<<20)
	for i, x := 0, uint32(1); i < len(noise); i++ { // which doesn't get smaller
		x = x*1664525 + 1013904223
		noise[i] = byte(x >> 24)
	}
	of["word/a.png"] += string(noise)
	if got, err := plain(packed(t, of)); err != nil || len(got) < len(noise) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

type failing struct {
	*bytes.Reader
	after int
	err   error
}

func (f *failing) ReadAt(b []byte, at int64) (int, error) {
	if f.after--; f.after < 0 {
		return 0, f.err
	}
	return f.Reader.ReadAt(b, at)
}

func TestPlain_TellsAFailingReaderFromADamagedDocument(t *testing.T) {
	t.Parallel()
	whole := packed(t, entries("x"))
	gone := errors.New("gone")
	for after := range 200 {
		_, err := docx.Plain(&failing{bytes.NewReader(whole), after, gone}, int64(len(whole)))
		if err == nil {
			if after < 4 {
				t.Errorf("read in %d calls", after)
			}
			return
		}
		if !errors.Is(err, gone) {
			t.Fatalf("after %d reads: %v", after, err)
		}
	}
	t.Error("it never reads to the end")
}

func FuzzPlain(f *testing.F) {
	for _, name := range []string{"pandoc.docx", "python-docx.docx"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add(packed(f, entries("x", rel("1", "header", "h.xml"))))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := plain(b)
		if err == nil {
			if _, err := plain(got); err != nil {
				t.Errorf("what is shown can’t be read: %v", err)
			}
		} else if !errors.Is(err, docx.ErrForm) && !errors.Is(err, docx.ErrLarge) && !errors.Is(err, docx.ErrMacros) {
			t.Error(err)
		}
	})
}
