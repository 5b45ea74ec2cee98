package app

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// desk is a window with contracts, and what its page was told.
type desk struct {
	*window
	Contracts
	in   SignedIn
	told chan any
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	w := newWindow(t)
	d := &desk{window: w, Contracts: Contracts{w.s}, told: make(chan any, 10_000)}
	w.desk.told = func(_ string, payload any) { d.told <- payload }
	d.in = w.create()
	return d
}

// done waits for the end of adding.
func (d *desk) done() AddProgress {
	d.Helper()
	for {
		select {
		case p := <-d.told:
			if a, ok := p.(AddProgress); ok && a.Phase == "done" {
				return a
			}
		case <-d.Context().Done():
			d.Fatal("the page was not told of the end")
		}
	}
}

func (d *desk) names() string {
	d.Helper()
	v, err := d.List(d.in.Token)
	d.ok(err)
	var names []string
	for _, c := range v.Contracts {
		names = append(names, c.Name+" "+strings.Join(c.Tags, ","))
	}
	slices.Sort(names)
	return strings.Join(names, "|")
}

func (d *desk) id(name string) string {
	d.Helper()
	v, err := d.List(d.in.Token)
	d.ok(err)
	for _, c := range v.Contracts {
		if c.Name == name {
			return c.ID
		}
	}
	d.Fatalf("no %q", name)
	return ""
}

func (d *desk) addText(name, text string) string {
	d.Helper()
	started, err := d.AddPasted(d.in.Token, name, base64.StdEncoding.EncodeToString([]byte(text)))
	if d.ok(err); !started {
		d.Fatal("it was not added")
	}
	if out := d.done(); len(out.Added) != 1 {
		d.Fatalf("%+v", out)
	}
	return d.id(name)
}

func (d *desk) get(path string) *httptest.ResponseRecorder {
	out := httptest.NewRecorder()
	guardPage(http.HandlerFunc(d.window.s.serveContract)).ServeHTTP(out, httptest.NewRequest(http.MethodGet, path, nil))
	return out
}

func TestLock_WhileADialogIsOpenSavesAndAddsNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.addText("a", "text")
	dir := t.TempDir()
	d.window.desk.saveTo = filepath.Join(dir, "copy")
	d.window.desk.meanwhile = func() { d.auth.Lock(d.in.Token) }
	_, err := d.SaveCopy(d.in.Token, []string{a})
	d.refused(err, "session_ended")
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("saved: %v", left)
	}
}
