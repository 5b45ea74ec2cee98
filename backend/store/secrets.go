package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"countersign/backend/secret"
)

// Secrets keeps named secrets in the operating system's keychain, in a file that a
// passphrase opens where there is none, or encrypted in a server's database. Names are
// "WORKSPACE-ID/…"; see CheckSecretName. That a name is set once and never rewritten is the
// callers' rule, with one exception, the log's anchor: so a Secrets replaces, and no item is ever half
// old and half new. What keychain/contracttest asks holds of each.
type Secrets interface {
	// Set stores value under name. Some keychains answer yes and store nothing
	// (a dismissed prompt on Linux), so callers read the item back. Whoever was
	// overtaken by another Set sees that then, too.
	Set(ctx context.Context, name string, value secret.Bytes) error
	// Get returns ErrSecretMissing only when the keychain has answered that it
	// has no such item; every other trouble is another error.
	Get(ctx context.Context, name string) (secret.Bytes, error)
	// Delete removes the item; one that is not there is fine.
	Delete(ctx context.Context, name string) error
}

// SecretsInside is a Secrets that a Store keeps with its rows.
type SecretsInside interface {
	Secrets
	// SetIn is Set in a transaction of that Store: it is committed with all else, or not at all, and needs not be read back. It is
	// false, and has done nothing, for a transaction that is none of the Store's.
	SetIn(tx WriteTx, name string, value secret.Bytes) (bool, error)
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

// MaxSecret is how many bytes a secret may have: 2,560 bytes of Windows'
// CRED_MAX_CREDENTIAL_BLOB_SIZE hold 1,920 in base64, and macOS' limit of 4,096
// for the security tool's whole command is then not reached either. It is the
// same everywhere, so that a workspace behaves alike on each system.
const MaxSecret = 1920

// MaxSecretName bounds a name. Windows keeps the account in a field of 513
// characters, and each may become two; macOS' command has room beside a value
// of MaxSecret for more than this.
const MaxSecretName = 200

// CheckSecretName is ErrKeychainFailed for what is not a name for an item. A name
// holds ASCII letters, digits, '-', '/' and '.': no ':', which joins service and
// account on Windows and would let two names meet, and nothing that a shell, a
// D-Bus attribute or a person's keychain program reads in two ways.
func CheckSecretName(name string) error {
	if name == "" || len(name) > MaxSecretName || strings.ContainsFunc(name, isForeign) {
		return fmt.Errorf("%w: %q is not a name for an item", ErrKeychainFailed, name)
	}
	return nil
}

// CheckSecret is ErrKeychainFailed for a value that not every Secrets can keep.
func CheckSecret(value secret.Bytes) error {
	if value.Len() > MaxSecret {
		return fmt.Errorf("%w: a value of %d bytes is over the limit of %d", ErrKeychainFailed, value.Len(), MaxSecret)
	}
	return nil
}

func isForeign(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '-', r == '/', r == '.':
		return false
	}
	return true
}
