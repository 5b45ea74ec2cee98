package crashtest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"countersign/backend/folder"
	"countersign/backend/secret"
	"countersign/backend/store"
)

// keeper is where secrets are kept, whose items a test may look at.
type keeper interface {
	store.Secrets
	items() (map[string]string, error)
}

// fileKeychain is a keychain that outlives its process: one file for each item,
// written whole or not at all. The items lie there in clear, so it is for tests.
type fileKeychain struct{ dir string }

var _ store.Secrets = fileKeychain{}

// path turns a name into a file's: '_' is in no name.
func (k fileKeychain) path(name string) string {
	return filepath.Join(k.dir, strings.ReplaceAll(name, "/", "_"))
}

func (k fileKeychain) Set(_ context.Context, name string, value secret.Bytes) error {
	return failed(folder.WriteWhole(k.path(name), value.Reveal()))
}

func (k fileKeychain) Get(_ context.Context, name string) (secret.Bytes, error) {
	b, err := os.ReadFile(k.path(name))
	if errors.Is(err, os.ErrNotExist) {
		return secret.Bytes{}, store.ErrSecretMissing
	}
	return secret.NewBytes(b), failed(err)
}

func (k fileKeychain) Delete(_ context.Context, name string) error {
	err := os.Remove(k.path(name))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return failed(err)
}

func failed(err error) error {
	if err == nil {
		return nil
	}
	return errors.Join(store.ErrKeychainFailed, err)
}

// items gives every item by its name. A file that was being written is none yet.
func (k fileKeychain) items() (map[string]string, error) {
	entries, err := os.ReadDir(k.dir)
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		b, err := os.ReadFile(filepath.Join(k.dir, e.Name()))
		if err != nil {
			return nil, err
		}
		all[strings.ReplaceAll(e.Name(), "_", "/")] = string(b)
	}
	return all, nil
}

// short leaves the random parts out of a name, so that two runs call it alike.
func short(name string) string {
	parts := strings.Split(name, "/")
	if len(parts) == 4 { // WORKSPACE/totp/PROFILE/GENERATION
		return parts[1] + "/" + parts[3]
	}
	return parts[len(parts)-1]
}
