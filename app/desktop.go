package app

import (
	"context"
	"net/http"
	"runtime"
	"strings"

	"github.com/wailsapp/wails/v2/pkg/menu"
	wails "github.com/wailsapp/wails/v2/pkg/runtime"

	"countersign/app/platform"
	"countersign/backend/words"
)

// desktop is what the shell needs of the window system. Tests have their own.
type desktop interface {
	Begin(ctx context.Context)
	Emit(event string, payload any)
	Renew()                                                                         // ends the page and all that it remembers, and shows it anew, where that can be done
	Raise()                                                                         // brings the window to the front
	Active() bool                                                                   // its person is at the window
	Notify(title, text string) error                                                // while they are not; neither a secret nor a name
	Unnotify()                                                                      // takes that back
	Look(theme string, textSize int)                                                // theme is one of Preferences, textSize in percent
	PlaceAt(to platform.Rect)                                                       // from the beginning; empty: in the middle
	Place() (at platform.Rect, maximised bool)                                      // empty where it is unknown
	ShowFolder(path string) error                                                   // in the system's file manager
	SetClipboard(text string) error                                                 // a secret
	TakeBack(text string)                                                           // off the clipboard, unless something else was copied since
	SaveAs(title words.Key, name string, kinds []fileKind) (path string, err error) // "" when dismissed
	OpenFile(title words.Key, kinds []fileKind) (path string, err error)            // "" when dismissed
	OpenFiles(title words.Key) (paths []string, err error)                          // none when dismissed
	OpenFolder(title words.Key) (path string, err error)                            // "" when dismissed
	AskReplace(name string) (bool, error)
	Print()
	CancelDialogs()     // of those above, which would outlast the window
	OpenURL(url string) // with the system's program for it
}

// fileKind is one line of a dialog's list of types.
type fileKind struct {
	Name    words.Key
	Pattern string
}

type wailsDesktop struct {
	ctx      context.Context
	say      func(words.Key, words.Args) string
	notifier *platform.Notifier
}

func (d *wailsDesktop) Begin(ctx context.Context) {
	d.ctx, d.notifier = ctx, platform.NewNotifier(d.Raise)
	platform.GuardPage()
}

func (d *wailsDesktop) Renew() { platform.RenewPage() }

func (d *wailsDesktop) Emit(event string, payload any) { wails.EventsEmit(d.ctx, event, payload) }

func (d *wailsDesktop) Raise() {
	wails.WindowUnminimise(d.ctx)
	wails.WindowShow(d.ctx)
	platform.PresentWindow()
}

func (d *wailsDesktop) Active() bool { return platform.WindowActive() }

func (d *wailsDesktop) Notify(title, text string) error { return d.notifier.Show(title, text) }

func (d *wailsDesktop) Unnotify() { _ = d.notifier.TakeBack() } // what stays says nothing that is not so

func (d *wailsDesktop) Look(theme string, textSize int) {
	switch theme { // Wails does this on Windows alone
	case "light":
		wails.WindowSetLightTheme(d.ctx)
	case "dark":
		wails.WindowSetDarkTheme(d.ctx)
	default:
		wails.WindowSetSystemDefaultTheme(d.ctx)
	}
	platform.UseTheme(theme)
	platform.SetTextSize(textSize)
}

func (d *wailsDesktop) PlaceAt(to platform.Rect)     { platform.PlaceWindow(to) }
func (d *wailsDesktop) Place() (platform.Rect, bool) { return platform.WindowPlace() }

func (d *wailsDesktop) ShowFolder(path string) error { return platform.ShowFolder(path) }

func (d *wailsDesktop) Print() { wails.WindowPrint(d.ctx) }

func (d *wailsDesktop) CancelDialogs() { platform.CancelDialogs() }

func (d *wailsDesktop) OpenURL(url string) { wails.BrowserOpenURL(d.ctx, url) }

func (d *wailsDesktop) SetClipboard(text string) error {
	if !platform.MarksSecrets {
		return wails.ClipboardSetText(d.ctx, text)
	}
	platform.CopySecret(text)
	return nil
}

// TakeBack clears a clipboard that cannot be read, too: a secret would stay on it.
func (d *wailsDesktop) TakeBack(text string) {
	if platform.MarksSecrets {
		platform.ClearSecret(text)
		return
	}
	if now, err := wails.ClipboardGetText(d.ctx); err != nil || now == text {
		_ = wails.ClipboardSetText(d.ctx, "")
	}
}

func (d *wailsDesktop) SaveAs(title words.Key, name string, kinds []fileKind) (string, error) {
	opts := wails.SaveDialogOptions{Title: d.say(title, nil), DefaultFilename: name, CanCreateDirectories: true}
	for _, k := range kinds {
		opts.Filters = append(opts.Filters, wails.FileFilter{DisplayName: d.say(k.Name, nil), Pattern: k.Pattern})
	}
	return wails.SaveFileDialog(d.ctx, opts)
}

func (d *wailsDesktop) OpenFile(title words.Key, kinds []fileKind) (string, error) {
	opts := wails.OpenDialogOptions{Title: d.say(title, nil)}
	for _, k := range kinds {
		opts.Filters = append(opts.Filters, wails.FileFilter{DisplayName: d.say(k.Name, nil), Pattern: k.Pattern})
	}
	return wails.OpenFileDialog(d.ctx, opts)
}

func (d *wailsDesktop) OpenFiles(title words.Key) ([]string, error) {
	return wails.OpenMultipleFilesDialog(d.ctx, wails.OpenDialogOptions{Title: d.say(title, nil)})
}

func (d *wailsDesktop) OpenFolder(title words.Key) (string, error) {
	return wails.OpenDirectoryDialog(d.ctx, wails.OpenDialogOptions{Title: d.say(title, nil), CanCreateDirectories: true})
}

func (d *wailsDesktop) AskReplace(name string) (bool, error) {
	answer, err := wails.MessageDialog(d.ctx, wails.MessageDialogOptions{
		Type: wails.QuestionDialog, Title: d.say(words.DialogReplace, nil), Message: d.say(words.DialogReplaceText, words.Args{"name": name}),
		DefaultButton: "No",
	})
	return answer == "Yes", err
}

// systemMenu is macOS' menu bar, which Copy and Paste need there. Elsewhere the
// window has none: every act has a place on the page and a key.
func systemMenu(s *shell) *menu.Menu {
	if runtime.GOOS != "darwin" {
		return nil
	}
	return menu.NewMenuFromItems(menu.AppMenu(), menu.EditMenu(), menu.WindowMenu())
}

// workerPath begins the address of the script that reads PDFs beside the page.
const workerPath = "/assets/pdf.worker"

// guardPage adds what a page cannot say of itself in a meta tag.
func guardPage(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		if strings.HasPrefix(r.URL.Path, workerPath) { // which has no part in the page's own policy
			h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'")
		}
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), clipboard-read=()")
		next.ServeHTTP(w, r)
	})
}
