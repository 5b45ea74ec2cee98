package secretsfile

import (
	"context"
	"fmt"

	"countersign/backend/password"
	"countersign/backend/secret"
)

// Opens says whether the passphrase is the file's. It costs one Argon2id.
//
// Errors: ErrPassphrase, and those of Get.
func (f *File) Opens(ctx context.Context, passphrase secret.Text) error {
	err := f.exclusive(ctx, func() error {
		if err := f.refresh(); err != nil {
			return err
		}
		k, err := unwrap(f.head, passphrase)
		k.wipe()
		return err
	})
	if err != nil {
		return fmt.Errorf("secrets file: %w", err)
	}
	return nil
}

// Change encrypts everything anew under a new passphrase, with one write. The keys are new,
// too, so an older copy of the file and its passphrase open nothing of this one. The
// passphrase must have passed Check. Other processes have to open the file again:
// store.ErrSecretsLocked is what they get.
//
// Errors: those of a disk, and of Get.
func (f *File) Change(ctx context.Context, passphrase secret.Text, p password.Params) error {
	err := f.exclusive(ctx, func() error {
		f.seen.raw = nil
		if err := f.refresh(); err != nil {
			return err
		}
		head, fresh, err := newHead(passphrase, p)
		if err != nil {
			return err
		}
		next, err := f.resealed(fresh)
		if err == nil {
			next.head, next.count = head, f.seen.count+1
			err = f.replace(next, fresh)
		}
		if err != nil {
			fresh.wipe()
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("secrets file: change the passphrase: %w", err)
	}
	return nil
}

// resealed gives the items under other keys.
func (f *File) resealed(fresh keys) (next content, err error) {
	next.items = make(map[string][]byte, len(f.seen.items))
	for name, sealed := range f.seen.items {
		value, err := f.keys.open(name, sealed)
		if err != nil {
			return content{}, err
		}
		next.items[name], err = fresh.encrypt(name, value)
		value.Wipe()
		if err != nil {
			return content{}, err
		}
	}
	return next, nil
}

// replace writes a file of other keys in the place of this one. What could not be
// written leaves the keys as they are.
func (f *File) replace(next content, fresh keys) error {
	before := f.keys
	f.keys = fresh
	if err := f.write(next); err != nil {
		f.keys = before
		return err
	}
	f.head = next.head
	before.wipe()
	return nil
}
