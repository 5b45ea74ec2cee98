package app

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"sync"

	"github.com/wailsapp/wails/v2/pkg/options"

	"countersign/app/platform"
	"countersign/backend/folder"
	"countersign/backend/folders"
	"countersign/backend/words"
)

// The preferences lie in the data folder, in the clear: they are no secret, and the
// window needs them before anything is open.
const (
	preferencesName = "preferences.json"
	preferencesMax  = 1 << 12 // bytes
)

// preferences are this computer's, as they are written.
type preferences struct {
	Language string      `json:"language"`
	Theme    string      `json:"theme"`
	Motion   string      `json:"motion"`
	TextSize int         `json:"textSize"`
	Quiet    bool        `json:"quiet,omitzero"`  // the desktop tells of nothing
	Window   windowPlace `json:"window,omitzero"` // empty before the first end
	Folder   string      `json:"folder,omitzero"` // that of the workspace that was used last; empty: the data folder itself
}

// checked puts the usual in the place of what is unknown: the file is anybody's to edit.
func (p preferences) checked() preferences {
	if !slices.Contains(languages(), p.Language) {
		p.Language = systemLanguage
	}
	if p.Theme != "light" && p.Theme != "dark" {
		p.Theme = "system"
	}
	if p.Motion != "reduce" {
		p.Motion = "system"
	}
	if !slices.Contains(platform.TextSizes, p.TextSize) {
		p.TextSize = 100
	}
	if !p.Window.sane() {
		p.Window = windowPlace{}
	}
	if _, ok := folders.Path("", p.Folder); !ok {
		p.Folder = ""
	}
	return p
}

// keptPreferences are the preferences and their file.
type keptPreferences struct {
	path string
	mu   sync.Mutex
	now  preferences
}

// readPreferences reads them from a data folder. Without a file that can be read, all is as usual.
func readPreferences(dataFolder string) *keptPreferences {
	k := &keptPreferences{path: filepath.Join(dataFolder, preferencesName)}
	var read preferences
	if f, err := platform.OpenRegular(k.path); err == nil {
		defer f.Close()
		if json.NewDecoder(io.LimitReader(f, preferencesMax)).Decode(&read) != nil {
			read = preferences{}
		}
	}
	k.now = read.checked()
	return k
}

func (k *keptPreferences) get() preferences {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.now
}

func (s *shell) preferencesView() PreferencesView {
	now := s.preferences.get()
	return PreferencesView{
		Language: now.Language, Languages: languages(), System: words.Match(s.reads...),
		Theme: now.Theme, Motion: now.Motion, TextSize: now.TextSize, TextSizes: append([]int{}, platform.TextSizes...),
		Notify: !now.Quiet, Notifies: platform.Notifies,
	}
}

// change changes the preferences and writes them, if that changes anything.
func (k *keptPreferences) change(how func(*preferences)) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	next := k.now
	how(&next)
	if next = next.checked(); next == k.now {
		return nil
	}
	k.now = next
	data, err := json.MarshalIndent(next, "", "  ")
	if err != nil {
		return err
	}
	return folder.WriteWhole(k.path, append(data, '\n'))
}

// showPreferences gives the window what is not the page's: its frame, its dialogs, its text size.
func (s *shell) showPreferences() {
	now := s.preferences.get()
	s.desktop.Look(now.Theme, now.TextSize)
}

// paper is what shows until the page paints.
func (p preferences) paper() *options.RGBA {
	if p.Theme == "dark" {
		return options.NewRGB(0x16, 0x17, 0x1a)
	}
	return options.NewRGB(0xfc, 0xfc, 0xfb)
}

// dressPage writes language, direction, theme and motion on the page before it is sent, so that its first picture has them.
func (s *shell) dressPage(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" && r.URL.Path != "/index.html" {
			next.ServeHTTP(w, r)
			return
		}
		page := &heldPage{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(page, r)
		now := s.preferences.get()
		language := s.language()
		attributes := ` lang="` + language + `" dir="` + words.For(language).Direction() + `" data-theme="` + now.Theme + `" data-motion="` + now.Motion + `"`
		w.Header().Del("Content-Length")
		w.WriteHeader(page.status)
		_, _ = w.Write(bytes.Replace(page.body.Bytes(), []byte(` lang="en"`), []byte(attributes), 1))
	})
}

// heldPage is an answer that waits to be sent.
type heldPage struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (h *heldPage) WriteHeader(status int)      { h.status = status }
func (h *heldPage) Write(b []byte) (int, error) { return h.body.Write(b) }
