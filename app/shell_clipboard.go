package app

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/words"
)

// clipboardLife is how long a secret stays on the clipboard (KeePassXC's default
// is 10 s; ten codes take longer to paste).
const clipboardLife = 30 * time.Second

// clipboard is the system's. One at a time uses it.
type clipboard struct {
	desktop desktop
	mu      sync.Mutex
}

// copied is the secret that a sign-in has put on the clipboard, until it is cleared: that,
// and nothing that was copied since.
type copied struct {
	on    *clipboard
	held  secret.Text // under on.mu, as what follows
	timer *time.Timer
}

func (c *copied) put(text secret.Text) error {
	c.on.mu.Lock()
	defer c.on.mu.Unlock()
	if err := c.on.desktop.SetClipboard(text.Reveal()); err != nil {
		return &shellError{code: codeClipboardFailed, cause: err}
	}
	c.held = text
	if c.timer != nil {
		c.timer.Stop()
	}
	c.timer = time.AfterFunc(clipboardLife, c.clear)
	return nil
}

// clear empties the clipboard if it still holds what was put there.
func (c *copied) clear() {
	c.on.mu.Lock()
	defer c.on.mu.Unlock()
	if c.timer != nil {
		c.timer.Stop()
		c.timer = nil
	}
	if c.held.Empty() {
		return
	}
	c.on.desktop.TakeBack(c.held.Reveal())
	c.held = secret.Text{}
}

// copySecret puts a secret on the clipboard, for a short time and no longer than the
// sign-in lasts: a lock may have come in between.
func (in *signIn) copySecret(text secret.Text) error {
	if err := in.copied.put(text); err != nil {
		return err
	}
	if !in.open() {
		in.copied.clear()
		return in.s.ended()
	}
	return nil
}

func codesText(c *words.Catalogue, i client.Issued) secret.Text {
	var b strings.Builder
	b.WriteString(c.Text(words.ClipboardCodes, words.Args{"workspace": i.Workspace, "email": i.Email, "sheet": i.Sheet}) + "\n\n")
	for n, c := range i.Codes {
		fmt.Fprintf(&b, "%2d  %s\n", n+1, c.Display())
	}
	return secret.NewText(b.String())
}
