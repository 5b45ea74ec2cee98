package app

import (
	"archive/zip"
	"encoding/base64"
	"encoding/binary"
	"image"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPreview_IsThereUntilClosedReplacedOrLocked(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	text := strings.Repeat("0123456789", 20_000)
	a, b := d.addText("a.txt", text), d.addText("b.png", onePixel)
	v, err := d.Preview(d.in.Token, a)
	d.ok(err)
	if v.Kind != "text" || v.Size != int64(len(text)) {
		t.Errorf("%+v", v)
	}
	if got := d.get(v.URL); got.Code != 200 || got.Body.String() != text || got.Header().Get("Cache-Control") != "no-store" ||
		got.Header().Get("Content-Type") != "application/octet-stream" {
		t.Errorf("%d %v", got.Code, got.Header())
	}
	for query, want := range map[string]string{"?from=65530&length=12": text[65530:65542], "?from=199999&length=50": "9", "?from=200000&length=1": ""} {
		if got := d.get(v.URL + query); got.Code != 200 || got.Body.String() != want {
			t.Errorf("%s: %d %q", query, got.Code, got.Body.String())
		}
	}
	for _, bad := range []string{v.URL + "?from=-1&length=1", v.URL + "?from=200001&length=1", v.URL + "?from=a", v.URL + "?length=5"} {
		if got := d.get(bad); got.Code != http.StatusRequestedRangeNotSatisfiable {
			t.Errorf("%s: %d", bad, got.Code)
		}
	}
	second, err := d.Preview(d.in.Token, b)
	d.ok(err)
	if got := d.get(v.URL); got.Code != http.StatusNotFound {
		t.Errorf("the first one still answers: %d", got.Code)
	}
	if got := d.get(second.URL); got.Header().Get("Content-Type") != "image/png" || !strings.Contains(got.Header().Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("%v", got.Header())
	}
	for _, path := range []string{"/contract/", "/contract/guess", "/workspace.db", "/contract/" + second.Token + "/../../x"} {
		if got := d.get(path); got.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
	d.ok(d.ClosePreview(d.in.Token, second.Token))
	third, err := d.Preview(d.in.Token, b)
	d.ok(err)
	if d.get(second.URL).Code != http.StatusNotFound || d.get(third.URL).Code != 200 {
		t.Error("closing closed the wrong one")
	}
	d.auth.Lock(d.in.Token)
	if got := d.get(third.URL); got.Code != http.StatusNotFound {
		t.Errorf("it answers after the lock: %d", got.Code)
	}
}

// onePixel is a whole PNG.
var onePixel = func() string {
	var b strings.Builder
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		panic(err)
	}
	return b.String()
}()

func TestPreview_GivesNoPictureThatFillsTheMemory(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	huge := []byte(onePixel)
	binary.BigEndian.PutUint32(huge[16:], 20_000) // the header says so; the rest is not looked at
	binary.BigEndian.PutUint32(huge[20:], 20_000)
	for name, c := range map[string]struct{ text, kind, unseen string }{
		"huge.png":   {string(huge), "image", "large"},
		"cut.png":    {onePixel[:20], "image", "unreadable"},
		"whole.png":  {onePixel, "image", ""},
		"inside.svg": {`<svg xmlns="http://www.w3.org/2000/svg"><image href="data:image/png;base64,` + base64.StdEncoding.EncodeToString(huge) + `"/></svg>`, "text", ""},
	} {
		v, err := d.Preview(d.in.Token, d.addText(name, c.text))
		d.ok(err)
		if v.Kind != c.kind || v.Unseen != c.unseen {
			t.Errorf("%s: %+v", name, v)
		}
		got := d.get(v.URL)
		if c.unseen != "" && (got.Code != http.StatusNotFound || strings.Contains(got.Body.String(), "PNG")) {
			t.Errorf("%s is handed to the web view: %d", name, got.Code)
		}
		if c.unseen == "" && (got.Code != 200 || got.Body.String() != c.text) {
			t.Errorf("%s is not handed on: %d", name, got.Code)
		}
		if drawn := strings.HasPrefix(got.Header().Get("Content-Type"), "image/"); drawn != (c.kind == "image" && c.unseen == "") {
			t.Errorf("%s is served as %s", name, got.Header().Get("Content-Type"))
		}
	}
}

func TestPreview_GivesWordDocumentsWithoutWhatTheyWouldDo(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	whole, err := os.ReadFile(filepath.Join("..", "backend", "docx", "testdata", "pandoc.docx"))
	d.ok(err)
	v, err := d.Preview(d.in.Token, d.addText("Agreement.docx", string(whole)))
	d.ok(err)
	got := d.get(v.URL)
	body := got.Body.String()
	if v.Kind != "docx" || v.Unseen != "" || got.Code != 200 || v.Size != int64(len(body)) || got.Header().Get("Content-Type") != "application/octet-stream" {
		t.Errorf("%+v: %d, %d bytes, %v", v, got.Code, len(body), got.Header())
	}
	if !strings.Contains(body, "Hannah Weiß") || strings.Contains(body, "example.com") {
		t.Error("it lacks the text, or has a link")
	}
	if got := d.get(v.URL + "?from=0&length=4"); got.Body.String() != "PK\x03\x04" {
		t.Errorf("its beginning: %q", got.Body.String())
	}
	for name, c := range map[string]struct{ text, kind, unseen string }{
		"cut.docx":   {string(whole[:200]), "docx", "unreadable"},
		"large.docx": {storedZip(t, strings.Fields(strings.Repeat("a ", 4001))...), "docx", "large"},
		"macro.docx": {storedZip(t, "word/vbaProject.bin"), "docx", "macros"},
		"macro.docm": {string(whole), "other", ""},
	} {
		v, err := d.Preview(d.in.Token, d.addText(name, c.text))
		d.ok(err)
		if v.Kind != c.kind || v.Unseen != c.unseen {
			t.Errorf("%s: %+v", name, v)
		}
		if got := d.get(v.URL); c.unseen != "" && got.Code != http.StatusNotFound {
			t.Errorf("%s is handed to the web view: %d", name, got.Code)
		}
	}
}

// storedZip has empty entries of these names.
func storedZip(t *testing.T, names ...string) string {
	t.Helper()
	var b strings.Builder
	w := zip.NewWriter(&b)
	for _, name := range names {
		if _, err := w.Create(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
