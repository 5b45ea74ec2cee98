package store

import (
	"context"
	"errors"

	"countersign/backend/secret"
)

// Secrets keeps named secrets in the operating system's keychain, or in a file
// that a passphrase opens where there is none. Names are
// "WORKSPACE-ID/…" of letters, digits, '-', '/' and '.'; a name is set once and
// never rewritten, so no item is ever half old and half new.
type Secrets interface {
	// Set stores value under name. Some keychains answer yes and store nothing
	// (a dismissed prompt on Linux), so callers read the item back.
	Set(ctx context.Context, name string, value secret.Bytes) error
	// Get returns ErrSecretMissing only when the keychain has answered that it
	// has no such item; every other trouble is another error.
	Get(ctx context.Context, name string) (secret.Bytes, error)
	// Delete removes the item; one that is not there is fine.
	Delete(ctx context.Context, name string) error
}

// What a Secrets may answer, to be matched with errors.Is.
var (
	ErrSecretMissing     = errors.New("the keychain has no such item")
	ErrKeychainAbsent    = errors.New("there is no keychain")
	ErrKeychainLocked    = errors.New("the keychain is locked")
	ErrKeychainSlow      = errors.New("the keychain does not answer")
	ErrKeychainDismissed = errors.New("the keychain's prompt was dismissed")
	ErrKeychainFailed    = errors.New("the keychain failed")
	ErrSecretsDamaged    = errors.New("the secrets file is damaged")
	ErrSecretsLocked     = errors.New("the secrets file is locked")
)
