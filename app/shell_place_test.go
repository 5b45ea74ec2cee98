package app

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/wailsapp/wails/v2/pkg/options"

	"countersign/app/platform"
)

func at(x, y, width, height int) windowPlace {
	return windowPlace{Rect: platform.Rect{X: x, Y: y, Width: width, Height: height}}
}

func TestPlace_IsWhereAWindowShows(t *testing.T) {
	t.Parallel()
	left, right := platform.Rect{Width: 1920, Height: 1050}, platform.Rect{X: 1920, Y: -100, Width: 1280, Height: 1000}
	both := []platform.Rect{left, right}
	for name, c := range map[string]struct {
		was     windowPlace
		screens []platform.Rect
		want    windowPlace
	}{
		"where it was":                     {at(100, 50, 1080, 720), both, at(100, 50, 1080, 720)},
		"where it was, on the second":      {at(1950, -80, 1000, 700), both, at(1950, -80, 1000, 700)},
		"in the middle, its monitor gone":  {at(1950, -80, 1000, 700), both[:1], at(460, 175, 1000, 700)},
		"just beside a monitor":            {at(1920, 50, 1000, 700), both[:1], at(460, 175, 1000, 700)},
		"wholly on the one with most":      {at(1800, 0, 1000, 700), both, at(1920, 0, 1000, 700)},
		"back from over the left edge":     {at(-500, 100, 1000, 700), both, at(0, 100, 1000, 700)},
		"back from over the bottom":        {at(100, 900, 1000, 700), both, at(100, 350, 1000, 700)},
		"as large as the monitor":          {at(100, 100, 3000, 2000), both[:1], at(0, 0, 1920, 1050)},
		"as small as may be, at the least": {at(0, 0, 1000, 700), []platform.Rect{{Width: 400, Height: 300}}, at(0, 0, minWidth, minHeight)},
		"as it was, no monitors known":     {at(5000, 100, 1000, 700), nil, at(5000, 100, 1000, 700)},
	} {
		if got := c.was.on(c.screens); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
	large := at(1950, -80, 1000, 700)
	large.Maximised = true
	if got := large.on(both[:1]); !got.Maximised {
		t.Error("a maximised window comes back as a small one")
	}
}

func TestPlace_IsKeptAtTheEnd(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	_, err := w.auth.State() // makes the folder
	w.ok(err)
	w.desk.place = at(120, 80, 900, 600)
	w.desk.place.Maximised = true
	if stay := windowOptions(w.s, os.DirFS(t.TempDir())).OnBeforeClose(t.Context()); stay {
		t.Error("the window stays open")
	}
	if got := readPreferences(w.s.path()).get().Window; got != w.desk.place {
		t.Errorf("kept %+v", got)
	}
	w.ok(w.preferences().Set(PreferencesView{Theme: "dark"}))
	if got := readPreferences(w.s.path()).get().Window; got != w.desk.place {
		t.Errorf("a preference changes it to %+v", got)
	}
	w.desk.place = windowPlace{} // unknown
	w.s.keepPlace()
	if got := readPreferences(w.s.path()).get().Window; got.Width != 900 {
		t.Errorf("an unknown place is kept: %+v", got)
	}
}

func TestPlace_ThatCannotBeIsNone(t *testing.T) {
	t.Parallel()
	for _, wrong := range []windowPlace{
		at(0, 0, 0, 0), at(0, 0, minWidth-1, 700), at(0, 0, 1000, minHeight-1), at(0, 0, maxSide+1, 700), at(0, 0, 1000, maxSide+1),
		at(-maxSide-1, 0, 1000, 700), at(0, maxSide+1, 1000, 700),
	} {
		dir := t.TempDir()
		data, err := json.Marshal(preferences{Window: wrong})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, preferencesName), data, 0o600); err != nil {
			t.Fatal(err)
		}
		if got := readPreferences(dir).get().Window; got != (windowPlace{}) {
			t.Errorf("read %+v", got)
		}
	}
}

func TestWindow_BeginsAsItWas(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	o := windowOptions(w.s, os.DirFS(t.TempDir()))
	if o.Width != width || o.Height != height || o.WindowStartState != options.Normal {
		t.Errorf("the first: %d × %d, %v", o.Width, o.Height, o.WindowStartState)
	}
	w.s.place = windowPlace{Rect: platform.Rect{Width: 900, Height: 600}, Maximised: true}
	o = windowOptions(w.s, os.DirFS(t.TempDir()))
	if o.Width != 900 || o.Height != 600 || o.WindowStartState != options.Maximised {
		t.Errorf("the next: %d × %d, %v", o.Width, o.Height, o.WindowStartState)
	}
}
