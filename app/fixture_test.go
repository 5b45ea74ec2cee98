package app

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"countersign/app/platform"
	"countersign/backend/keychain"
	"countersign/backend/local"
	"countersign/backend/password"
	"countersign/backend/recovery"
	"countersign/backend/store"
	"countersign/backend/words"
)

// fakeDesktop is a desktop without a window.
type fakeDesktop struct {
	mu         sync.Mutex
	events     chan string // "event reason"
	told       func(event string, payload any)
	clip       string
	clipErr    error
	saveTo     string
	saveErr    error
	openFrom   string
	openFiles  []string
	openFolder string
	openErr    error
	meanwhile  func() // while a dialog stands open
	copying    func() // before something is on the clipboard
	replace    bool
	asked      int
	printed    int
	visited    []string
	renewed    int
	look       string // "theme size"
	shown      string // a folder
	place      windowPlace
	showErr    error
	away       bool          // its person is not at the window
	notified   []string      // what is shown meanwhile
	noted      chan string   // each of them; may be nil
	looked     chan struct{} // somebody has asked whether they are; may be nil
	notifyErr  error
}

func (d *fakeDesktop) Begin(context.Context) {}
func (d *fakeDesktop) Raise()                {}
func (d *fakeDesktop) CancelDialogs()        {}

func (d *fakeDesktop) Active() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	select {
	case d.looked <- struct{}{}:
	default:
	}
	return !d.away
}

func (d *fakeDesktop) Unnotify() { d.mu.Lock(); d.notified = nil; d.mu.Unlock() }
func (d *fakeDesktop) Notify(title, text string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.notified = append(d.notified, title+": "+text)
	if d.noted != nil {
		d.noted <- text
	}
	return d.notifyErr
}

func (d *fakeDesktop) Look(theme string, textSize int) { d.look = fmt.Sprint(theme, " ", textSize) }
func (d *fakeDesktop) Renew()                          { d.mu.Lock(); d.renewed++; d.mu.Unlock() }
func (d *fakeDesktop) Print()                          { d.printed++ }
func (d *fakeDesktop) PlaceAt(platform.Rect)           {}
func (d *fakeDesktop) Place() (platform.Rect, bool)    { return d.place.Rect, d.place.Maximised }

func (d *fakeDesktop) ShowFolder(path string) error {
	d.shown = path
	return d.showErr
}

func (d *fakeDesktop) OpenURL(url string) { d.visited = append(d.visited, url) }

func (d *fakeDesktop) Emit(event string, payload any) {
	if locked, ok := payload.(map[string]string); ok {
		d.events <- event + " " + locked["reason"]
	}
	if d.told != nil {
		d.told(event, payload)
	}
}

func (d *fakeDesktop) TakeBack(text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.clip == text {
		d.clip = ""
	}
}

func (d *fakeDesktop) SetClipboard(s string) error {
	if d.copying != nil {
		d.copying()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.clipErr == nil {
		d.clip = s
	}
	return d.clipErr
}

func (d *fakeDesktop) SaveAs(words.Key, string, []fileKind) (string, error) {
	if d.meanwhile != nil {
		d.meanwhile()
	}
	return d.saveTo, d.saveErr
}

func (d *fakeDesktop) OpenFile(words.Key, []fileKind) (string, error) {
	if d.meanwhile != nil {
		d.meanwhile()
	}
	return d.openFrom, d.openErr
}

func (d *fakeDesktop) OpenFiles(words.Key) ([]string, error) {
	if d.meanwhile != nil {
		d.meanwhile()
	}
	return d.openFiles, d.openErr
}

func (d *fakeDesktop) OpenFolder(words.Key) (string, error) {
	if d.meanwhile != nil {
		d.meanwhile()
	}
	return d.openFolder, d.openErr
}

func (d *fakeDesktop) AskReplace(string) (bool, error) { d.asked++; return d.replace, nil }

// worded reports whether the page has words for a refusal.
func worded(e AppError) bool {
	_, ok := words.English().Named("error." + e.Code + ".what")
	return ok
}

type window struct {
	*testing.T
	s       *shell
	desk    *fakeDesktop
	page    page
	auth    typingAuth
	prof    typingProfile
	enr     typingEnrolment
	actions *CodeActions
}

func newWindow(t *testing.T) *window {
	t.Helper()
	return windowOn(t, filepath.Join(t.TempDir(), "data"), keychain.NewMemory())
}

// cheap lowers the cost of hashing.
func cheap(c *local.Config) {
	c.Password = password.Cheap
	c.Recovery = recovery.Cheap
}

func windowOn(t *testing.T, path string, secrets store.Secrets) *window {
	t.Helper()
	desk := &fakeDesktop{events: make(chan string, 16)}
	s := newShell(path, desk)
	s.secrets = secrets
	s.cost = cheap
	s.datesPause = time.Hour // tests of what is due look for themselves
	s.hearing.Store(true)
	t.Cleanup(s.end)
	p := page{t, &Auth{s}}
	return &window{
		T: t, s: s, desk: desk, page: p, auth: typingAuth{&Auth{s}, p}, prof: typingProfile{&Profile{s}, p},
		enr: typingEnrolment{&Enrolment{s}, p}, actions: &CodeActions{s},
	}
}

const (
	email = "amara.okafor@example.com"
	pass  = "tundra velvet orchard 91"
)

func (w *window) create() SignedIn {
	w.Helper()
	in, err := w.auth.CreateWorkspace(w.page.newWorkspace())
	w.ok(err)
	return in
}

func (w *window) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// refused expects a code as the page would get it.
func (w *window) refused(err error, code string) AppError {
	w.Helper()
	if err == nil {
		w.Fatalf("allowed, want %s", code)
	}
	e := w.s.present(err)
	if e.Code != code {
		w.Fatalf("got %s (%v), want %s", e.Code, err, code)
	}
	return e
}

func (w *window) locked(reason string) {
	w.Helper()
	select {
	case got := <-w.desk.events:
		if got != "locked "+reason {
			w.Fatalf("got %q", got)
		}
	case <-time.After(time.Minute):
		w.Fatal("the page was not told")
	}
}
