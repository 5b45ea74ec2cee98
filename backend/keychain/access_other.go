//go:build !linux && !darwin

package keychain

import (
	"context"
	"fmt"
	"time"

	"countersign/backend/store"
)

// limit is the shorter one: Credential Manager never prompts.
func limit(p patience) time.Duration { return p.answer }

// access is what Linux remembers between calls, and nobody else.
type access struct{}

// prepare has nothing to do: the credentials are open while the person is
// signed in to the system.
func (*access) prepare(context.Context, item, patience) error { return nil }

func explainSystem(err error) error {
	return fmt.Errorf("%w: %w", store.ErrKeychainFailed, err)
}
