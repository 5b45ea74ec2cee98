package keychain

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"countersign/backend/store"
)

// limit is the longer one: the security tool blocks while the system prompts,
// and nothing tells from outside that it does.
func limit(p patience) time.Duration { return p.prompt }

// access is what Linux remembers between calls, and nobody else.
type access struct{}

// prepare has nothing to do: macOS unlocks and prompts by itself.
func (*access) prepare(context.Context, item, patience) error { return nil }

// explainSystem reads the exit status of /usr/bin/security, which is the last
// byte of the OSStatus in Security/SecBase.h.
func explainSystem(err error) error {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return fmt.Errorf("%w: %w", store.ErrKeychainFailed, err)
	}
	switch exit.ExitCode() {
	case 36: // errSecInteractionNotAllowed, -25308
		return fmt.Errorf("%w: the system could not ask for its password", store.ErrKeychainLocked)
	case 51, 128: // errSecAuthFailed, -25293; errSecUserCanceled, -128
		return store.ErrKeychainDismissed
	case 37, 50, 53: // errSecNoDefaultKeychain, errSecNoSuchKeychain, errSecNotAvailable
		return fmt.Errorf("%w: there is no login keychain", store.ErrKeychainAbsent)
	}
	return fmt.Errorf("%w: %w", store.ErrKeychainFailed, err)
}
