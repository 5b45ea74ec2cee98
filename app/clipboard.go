package app

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"countersign/backend/secret"
	"countersign/backend/words"
	"countersign/backend/workspace"
)

// clipboardLife is how long a secret stays on the clipboard (KeePassXC's default
// is 10 s; ten codes take longer to paste).
const clipboardLife = 30 * time.Second

// clipboardGuard clears what it put on the clipboard, and only that: whatever
// the person copied since stays.
type clipboardGuard struct {
	desktop desktop
	mu      sync.Mutex
	held    secret.Text
	timer   *time.Timer
}

func (g *clipboardGuard) hold(text secret.Text) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.desktop.SetClipboard(text.Reveal()); err != nil {
		return &shellError{code: codeClipboardFailed, cause: err}
	}
	g.held = text
	if g.timer != nil {
		g.timer.Stop()
	}
	g.timer = time.AfterFunc(clipboardLife, g.clearNow)
	return nil
}

// copySecret puts a secret of the session that token stands for on the clipboard, for a
// short time and no longer than the session lasts: a lock may have come in between.
func (s *shell) copySecret(token string, text secret.Text) error {
	if err := s.clipboard.hold(text); err != nil {
		return err
	}
	if _, err := s.enrolling(token); err != nil {
		s.clipboard.clearNow()
		return err
	}
	return nil
}

// clearNow empties the clipboard if it still holds what was put there.
func (g *clipboardGuard) clearNow() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.timer != nil {
		g.timer.Stop()
		g.timer = nil
	}
	if g.held.Empty() {
		return
	}
	if now, err := g.desktop.Clipboard(); err == nil && now == g.held.Reveal() {
		_ = g.desktop.SetClipboard("")
	}
	g.held = secret.Text{}
}

func codesText(i workspace.Issued) secret.Text {
	var b strings.Builder
	b.WriteString(say(words.ClipboardCodes, words.Args{"workspace": i.Workspace, "email": i.Email, "sheet": i.Sheet}) + "\n\n")
	for n, c := range i.Codes {
		fmt.Fprintf(&b, "%2d  %s\n", n+1, c.Display())
	}
	return secret.NewText(b.String())
}
