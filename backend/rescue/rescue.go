// Package rescue makes a workspace anew around the contracts of one whose keychain
// or database is lost, with its Emergency Kit.
//
//	err := rescue.WithKit(ctx, folder, keychain, rescue.Owner{…}, nil)
//
// Nothing of the old workspace but its contracts is believed: its profiles, its log
// and its ledger cannot be checked without the keys that are gone. The old database
// is set aside under another name, and nothing is deleted. The new one is made
// beside its place, and one rename puts it there.
package rescue

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"countersign/backend/client"
	"countersign/backend/documents"
	"countersign/backend/folder"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/sqlite"
	"countersign/backend/store"
)

// Owner is who has the kit and becomes the owner of the new workspace.
type Owner struct {
	Workspace string // its name
	Name      string
	Email     string
	Password  secret.Text
	Kit       secret.Text // the key as it stands on the kit
}

// beside is where the new database is made.
const beside = "workspace.db.rescue"

// WithKit does it. settings may be nil; tests lower the cost of hashing with it. A
// crash leaves the folder as it was, and the same rescue can be done again. It
// holds the folder. Errors: kit_form, kit_wrong, kit_none, and those of
// client.Local.Create; in_use, folder and keychain.
func WithKit(ctx context.Context, path string, secrets store.Secrets, o Owner, settings func(*local.Config)) (err error) {
	lock, err := folder.Hold(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	files, err := documents.Open(filepath.Join(path, "documents"))
	if err != nil {
		return service.Explain(err)
	}
	config := local.Config{Secrets: secrets, Files: files}
	if settings != nil {
		settings(&config)
	}
	place, made := filepath.Join(path, "workspace.db"), filepath.Join(path, beside)
	if err := abandon(ctx, made, secrets); err != nil {
		return err
	}
	left, err := remains(ctx, place, files, o.Kit)
	if err != nil {
		return err
	}
	err = build(ctx, made, config, o, left)
	if err == nil {
		err = failed(folder.SetAside(place, clock(config)()))
	}
	if err != nil {
		return errors.Join(abandon(context.WithoutCancel(ctx), made, secrets), err) // what has failed is never told as a refusal
	}
	if err := folder.Rename(made, place); err != nil {
		return err
	}
	_ = remove(made) // what SQLite keeps beside a database that is not there any more
	return nil
}

// remains reads the contracts from the database as far as it can be read at all.
func remains(ctx context.Context, place string, files store.Blobs, kit secret.Text) (client.Recovered, error) {
	if _, err := os.Lstat(place); errors.Is(err, os.ErrNotExist) {
		return Read(ctx, nil, files, kit)
	}
	db, err := sqlite.Open(ctx, place)
	if errors.Is(err, store.ErrDamaged) || errors.Is(err, store.ErrAltered) {
		return Read(ctx, nil, files, kit)
	}
	if err != nil {
		return client.Recovered{}, service.Explain(err)
	}
	left, err := Read(ctx, db, files, kit)
	return left, errors.Join(err, db.Close())
}

// build makes the new database, whole and closed.
func build(ctx context.Context, path string, config local.Config, o Owner, left client.Recovered) (err error) {
	db, err := sqlite.Open(ctx, path)
	if err != nil {
		return service.Explain(err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	config.Store = db
	w, err := local.Open(ctx, config)
	if err != nil {
		return err
	}
	defer w.Close()
	s, err := w.CreateFrom(ctx, client.NewWorkspace{Workspace: o.Workspace, Name: o.Name, Email: o.Email, Password: o.Password}, left)
	if err != nil {
		return err
	}
	return s.End(context.WithoutCancel(ctx))
}

// abandon undoes what a rescue that did not end has left: the keychain's items
// first, then the database that names them.
func abandon(ctx context.Context, path string, secrets store.Secrets) error {
	if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
		return remove(path)
	}
	db, err := sqlite.Open(ctx, path)
	if errors.Is(err, store.ErrDamaged) || errors.Is(err, store.ErrAltered) {
		return remove(path) // it never became one
	}
	if err != nil {
		return service.Explain(err)
	}
	var id string
	err = db.View(ctx, func(tx store.ReadTx) error {
		info, err := tx.Info()
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		id = info.ID
		return err
	})
	if err == nil && id != "" {
		for _, item := range []string{"device", "lock", "pepper", "integrity", "anchor"} {
			err = errors.Join(err, secrets.Delete(ctx, id+"/"+item))
		}
	}
	if err := errors.Join(err, db.Close()); err != nil {
		return service.Explain(err)
	}
	return remove(path)
}

func clock(config local.Config) func() time.Time {
	if config.Now != nil {
		return config.Now
	}
	return time.Now
}

func failed(err error) error {
	if err == nil {
		return nil
	}
	return service.Explain(fmt.Errorf("%w: %w", store.ErrFailed, err))
}

func remove(path string) (all error) {
	for _, suffix := range []string{"", "-wal", "-shm", "-journal", "-writer", ".new"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			all = errors.Join(all, fmt.Errorf("%w: %w", store.ErrFailed, err))
		}
	}
	return service.Explain(all)
}
