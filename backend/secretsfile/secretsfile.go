// Package secretsfile keeps the workspace's secrets in one file in the data folder, for a
// system without a keychain. A passphrase opens it. It implements store.Secrets
// under the contract that the system's keychain keeps.
//
// Ask Exists which of the two a data folder uses: where the file is, it is used and
// the system's keychain is never asked. Make it with Create, on a person's word only
// and before there is a workspace. Open it once for each process, which costs one
// Argon2id, and Close it at the end; what it keeps in memory is the file as it is on
// disk and the keys to it, but no item in clear.
//
// The file is written anew at every change, out of sight and synced, so a crash leaves
// the old one or the new one. Several processes may use it: each change begins with
// what the last one has written.
package secretsfile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"countersign/backend/folder"
	"countersign/backend/password"
	"countersign/backend/secret"
	"countersign/backend/store"
)

// Name is the file's name in the data folder. Beside it lies an empty file, by whose
// lock processes take turns.
const Name = "secrets.sealed"

const lockName = Name + "-writer"

// patience is how long another process may take for a change before the file counts as
// one that does not answer.
const patience = 5 * time.Second

var (
	// ErrExists means that there is a file already: none is ever replaced.
	ErrExists = errors.New("secretsfile: there is a secrets file already")
	// ErrPassphrase means that the passphrase is wrong. Somebody who changed the salt or
	// the wrapped key on purpose looks the same; a file that went bad does not.
	ErrPassphrase = errors.New("secretsfile: the passphrase does not open the secrets file")
)

// File is an open secrets file. It is safe for concurrent use.
type File struct {
	path   string
	across *flock.Flock

	mu   sync.Mutex
	keys keys    // empty once closed
	head []byte  // as it was when the keys were unwrapped
	seen content // what was last read or written
}

var _ store.Secrets = (*File)(nil)

// Exists reports whether the data folder has a secrets file. Anything of that name
// counts: what it is shows when it is opened.
func Exists(dir string) (bool, error) {
	_, err := os.Lstat(filepath.Join(dir, Name))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, explain(err)
}

// Create makes the file with nothing in it, and opens it. The passphrase must have
// passed Check. p is the cost of guessing it: password.DefaultParams.
//
// Errors: ErrExists, those of a disk.
func Create(ctx context.Context, dir string, passphrase secret.Text, p password.Params) (*File, error) {
	f := newFile(dir)
	err := f.exclusive(ctx, func() error {
		if there, err := Exists(dir); err != nil || there {
			return errors.Join(err, ErrExists)
		}
		var err error
		if f.head, f.keys, err = newHead(passphrase, p); err != nil {
			return err
		}
		return f.write(content{head: f.head, count: 1})
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Open unlocks the file and reads it whole.
//
// Errors: ErrPassphrase; store.ErrSecretsDamaged where it is cut short, edited, not
// there, or of a form that is not known; those of a disk.
func Open(ctx context.Context, dir string, passphrase secret.Text) (*File, error) {
	f := newFile(dir)
	err := f.exclusive(ctx, func() error {
		raw, err := readWhole(f.path)
		if err != nil {
			return err
		}
		if f.head, err = headOf(raw); err != nil {
			return err
		}
		if f.keys, err = unwrap(f.head, passphrase); err != nil {
			return err
		}
		if f.seen, err = f.keys.read(raw); err != nil {
			return err
		}
		return explain(dropUnfinished(f.path))
	})
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func newFile(dir string) *File {
	return &File{
		path:   filepath.Join(dir, Name),
		across: flock.New(filepath.Join(dir, lockName), flock.SetPermissions(0o600)),
	}
}

// Close wipes the keys. Every call after it is store.ErrSecretsLocked.
func (f *File) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.keys.wipe()
	f.keys = keys{}
}

// Set implements store.Secrets. When it returns, the item is on the disk.
func (f *File) Set(ctx context.Context, name string, value secret.Bytes) error {
	if err := store.CheckSecret(value); err != nil {
		return err
	}
	return f.change(ctx, name, func(c content) (content, bool, error) {
		sealed, err := f.keys.encrypt(name, value)
		return c.with(name, sealed), true, err
	})
}

// Delete implements store.Secrets. The disk may hold what was written before until
// it uses the place for something else.
func (f *File) Delete(ctx context.Context, name string) error {
	return f.change(ctx, name, func(c content) (content, bool, error) {
		_, there := c.items[name]
		return c.without(name), there, nil
	})
}

// Get implements store.Secrets.
func (f *File) Get(ctx context.Context, name string) (value secret.Bytes, err error) {
	if err := store.CheckSecretName(name); err != nil {
		return secret.Bytes{}, err
	}
	err = f.exclusive(ctx, func() error {
		if err := f.refresh(); err != nil {
			return err
		}
		sealed, ok := f.seen.items[name]
		if !ok {
			return store.ErrSecretMissing
		}
		value, err = f.keys.open(name, sealed)
		return err
	})
	if err != nil {
		return secret.Bytes{}, fmt.Errorf("secrets file: get %s: %w", name, err)
	}
	return value, nil
}

// Names lists what is kept, in order: a test asks it whether anything was left behind.
func (f *File) Names(ctx context.Context) (names []string, err error) {
	err = f.exclusive(ctx, func() error {
		err := f.refresh()
		names = slices.Sorted(maps.Keys(f.seen.items))
		return err
	})
	return names, err
}

// change reads the file whole, so that what somebody has done to it is not written over,
// and writes it anew where edit says that there is something to write.
func (f *File) change(ctx context.Context, name string, edit func(content) (content, bool, error)) error {
	if err := store.CheckSecretName(name); err != nil {
		return err
	}
	err := f.exclusive(ctx, func() error {
		f.seen.raw = nil
		if err := f.refresh(); err != nil {
			return err
		}
		next, changed, err := edit(f.seen)
		if err != nil || !changed {
			return err
		}
		next.count++
		return f.write(next)
	})
	if err != nil {
		return fmt.Errorf("secrets file: change %s: %w", name, err)
	}
	return nil
}

// refresh reads what another process may have written since. Where the MAC at the end
// is the one that was seen last, so is the rest.
func (f *File) refresh() error {
	if f.keys.empty() {
		return store.ErrSecretsLocked
	}
	if same, err := f.seen.isStill(f.path); same || err != nil {
		return err
	}
	raw, err := readWhole(f.path)
	if err != nil {
		return err
	}
	head, err := headOf(raw)
	if err != nil {
		return err
	}
	if string(head) != string(f.head) {
		return fmt.Errorf("%w: it has another passphrase by now", store.ErrSecretsLocked)
	}
	next, err := f.keys.read(raw)
	if err != nil {
		return err
	}
	if next.count < f.seen.count {
		return fmt.Errorf("%w: an older copy has taken its place", store.ErrSecretsDamaged)
	}
	f.seen = next
	return nil
}

func (f *File) write(c content) error {
	c.raw = f.keys.encode(c)
	if err := writeWhole(f.path, c.raw); err != nil {
		return explain(err)
	}
	f.seen = c
	return nil
}

// exclusive runs fn while no other goroutine or process is in an exclusive of this file.
func (f *File) exclusive(ctx context.Context, fn func() error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ok, err := f.across.TryLockContext(waiting, 2*time.Millisecond)
	switch {
	case ctx.Err() != nil:
		if ok {
			err = f.across.Unlock()
		}
		return errors.Join(context.Cause(ctx), explain(err))
	case errors.Is(err, context.DeadlineExceeded), err == nil && !ok:
		return fmt.Errorf("%w: another process holds the secrets file", store.ErrKeychainSlow)
	case err != nil:
		return explain(err)
	}
	return errors.Join(fn(), explain(f.across.Unlock()))
}

// explain turns a disk's errors into the domain's.
func explain(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, folder.ErrFull), folder.IsFull(err):
		return fmt.Errorf("%w: %w", store.ErrFull, err)
	case errors.Is(err, folder.ErrReadOnly), folder.IsReadOnly(err):
		return fmt.Errorf("%w: %w", store.ErrReadOnly, err)
	}
	return fmt.Errorf("%w: %w", store.ErrKeychainFailed, err)
}

// Look sees whether the folder's file begins as one does, without its passphrase.
//
// Errors: store.ErrSecretsDamaged, those of a disk.
func Look(dir string) error {
	raw, err := readWhole(filepath.Join(dir, Name))
	if err == nil {
		_, err = headOf(raw)
	}
	return err
}
