package workspace

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// anchorPatience is how long the keychain may take for the anchor, while all others who
// write wait: twice what it has for one answer.
const anchorPatience = 10 * time.Second

func (w *Workspace) anchorInTime(ctx context.Context, head Head) error {
	short, cancel := context.WithTimeout(ctx, anchorPatience)
	defer cancel()
	err := w.anchor(short, head)
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("%w: the anchor: %w", ErrKeychainSlow, err)
	}
	return err
}

// unlockKeychain lets the keychain ask the person what it has to ask, before anybody
// waits for the lock that its write is under.
func (w *Workspace) unlockKeychain(ctx context.Context) error {
	v, err := w.secrets.Get(ctx, w.item("anchor"))
	v.Wipe()
	if errors.Is(err, ErrSecretMissing) {
		return nil // the change writes it
	}
	return Explain(err)
}
