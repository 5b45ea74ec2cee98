package app

import (
	"countersign/app/platform"
)

// windowPlace is where the window was when it was last closed.
type windowPlace struct {
	platform.Rect
	Maximised bool `json:"maximised,omitempty"`
}

// maxSide is more than any screen has.
const maxSide = 1 << 15

// sane reports whether a window could have been there.
func (p windowPlace) sane() bool {
	within := func(n, low int) bool { return low <= n && n <= maxSide }
	return within(p.Width, minWidth) && within(p.Height, minHeight) && within(p.X, -maxSide) && within(p.Y, -maxSide)
}

// on is where a window that was at p belongs on these screens: wholly on the one that
// shows most of it, or in the middle of the first, where the screen that it was on is gone.
func (p windowPlace) on(screens []platform.Rect) windowPlace {
	if len(screens) == 0 {
		return p
	}
	best, most := screens[0], 0
	for _, s := range screens {
		if shared := overlap(p.X, p.Width, s.X, s.Width) * overlap(p.Y, p.Height, s.Y, s.Height); shared > most {
			best, most = s, shared
		}
	}
	p.Width, p.Height = max(minWidth, min(p.Width, best.Width)), max(minHeight, min(p.Height, best.Height))
	if most == 0 {
		p.X, p.Y = best.X+(best.Width-p.Width)/2, best.Y+(best.Height-p.Height)/2
	}
	p.X = max(best.X, min(p.X, best.X+best.Width-p.Width))
	p.Y = max(best.Y, min(p.Y, best.Y+best.Height-p.Height))
	return p
}

// overlap is how much two stretches share.
func overlap(a, along, b, blong int) int { return max(0, min(a+along, b+blong)-max(a, b)) }

// keepPlace notes where the window is, for the next start. Where that is unknown, or there
// is no folder to keep it in, it is as before.
func (s *shell) keepPlace() {
	at, maximised := s.desktop.Place()
	now := windowPlace{Rect: at, Maximised: maximised}
	if !now.sane() {
		return
	}
	if err := s.preferences.change(func(kept *preferences) { kept.Window = now }); err != nil {
		s.log().Warn("keeping the window’s place", "error", err.Error())
	}
}
