package app

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/app/platform"
	"countersign/backend/keychain"
)

func (w *window) preferences() *Preferences { return &Preferences{w.s} }

func TestPreferences_AreKeptForTheNextStart(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	_, err := w.auth.State() // makes the folder
	w.ok(err)
	v, err := w.preferences().Get()
	w.ok(err)
	if v.Language != "system" || v.System != "en" || v.Theme != "system" || v.Motion != "system" || v.TextSize != 100 || v.TextSizes == nil {
		t.Errorf("at first: %+v", v)
	}
	w.ok(w.preferences().Set(PreferencesView{Language: "en", Theme: "dark", Motion: "reduce", TextSize: 100}))
	if v, _ := w.preferences().Get(); v.Language != "en" || v.Theme != "dark" || v.Motion != "reduce" {
		t.Errorf("chosen: %+v", v)
	}
	if w.desk.look != "dark 100" {
		t.Errorf("the window was told %q", w.desk.look)
	}
	next := windowOn(t, w.s.path(), keychain.NewMemory())
	if v, _ := next.preferences().Get(); v.Language != "en" || v.Theme != "dark" || v.Motion != "reduce" {
		t.Errorf("after another start: %+v", v)
	}
	st, err := os.Stat(filepath.Join(w.s.path(), preferencesName))
	w.ok(err)
	if st.Mode().Perm() != 0o600 {
		t.Errorf("others can read them: %v", st.Mode())
	}
}

func TestPreferences_ThatAreNotKnownAreTheUsual(t *testing.T) {
	t.Parallel()
	usual := preferences{Language: "system", Theme: "system", Motion: "system", TextSize: 100}
	for name, content := range map[string]string{
		"empty": "", "no JSON": "dark", "another form": `[1]`, "half": `{"theme":"dark","motion":"reduce","textSize":`,
		"unknown": `{"language":"tlh","theme":"\" onload=\"x","motion":"wild","textSize":100000}`,
		"endless": `{"theme":"dark","x":"` + strings.Repeat("x", preferencesMax) + `"}`,
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, preferencesName), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if now := readPreferences(dir).get(); now != usual {
			t.Errorf("%s: %+v", name, now)
		}
	}
}

func TestPreferences_HoldWhereTheyCannotBeKept(t *testing.T) {
	t.Parallel()
	w := newWindow(t) // its folder is not there yet
	w.refused(w.preferences().Set(PreferencesView{Theme: "dark"}), "folder_failed")
	if v, _ := w.preferences().Get(); v.Theme != "dark" || w.desk.look != "dark 100" {
		t.Errorf("got %+v, and the window was told %q", v, w.desk.look)
	}
}

// The text size is one of those that the window has.
func TestPreferences_TextSizeIsOneOfThoseOffered(t *testing.T) {
	t.Parallel()
	for _, size := range platform.TextSizes {
		if got := (preferences{TextSize: size}).checked().TextSize; got != size {
			t.Errorf("%d became %d", size, got)
		}
	}
	if got := (preferences{TextSize: 101}).checked().TextSize; got != 100 {
		t.Errorf("101 became %d", got)
	}
}

func TestDressPage_WritesWhatWasChosenOnThePageAlone(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	_ = w.preferences().Set(PreferencesView{Theme: "dark", Motion: "reduce"})
	const body = `<!doctype html><html lang="en"></html>`
	served := w.s.dressPage(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Length", "38")
		rw.WriteHeader(http.StatusTeapot)
		_, _ = rw.Write([]byte(body))
	}))
	for path, want := range map[string]string{
		"/": `<!doctype html><html lang="en" dir="ltr" data-theme="dark" data-motion="reduce"></html>`, "/assets/x.html": body,
	} {
		got := httptest.NewRecorder()
		served.ServeHTTP(got, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		if got.Body.String() != want || got.Code != http.StatusTeapot {
			t.Errorf("%s: %d %s", path, got.Code, got.Body)
		}
		if length := got.Header().Get("Content-Length"); path == "/" && length != "" {
			t.Errorf("the page says that it is %s long", length)
		}
	}
}
