package backup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"countersign/backend/bundle"
	"countersign/backend/folder"
	"countersign/backend/keychain"
	"countersign/backend/secret"
	"countersign/backend/sqlite"
	"countersign/backend/workspace"
)

// What Restore answers beside the errors of a bundle, a sign-in, the keychain and
// the folder, to be matched with errors.Is.
var (
	ErrNotBackup = errors.New("backup: this file is not a backup of a workspace")
	ErrOccupied  = errors.New("backup: the data folder has a workspace already")
	ErrConflict  = errors.New("backup: the keychain has other items of this workspace")
	ErrLives     = errors.New("backup: the keychain has the keys of this workspace, which may be in use elsewhere")
	ErrNotOwner  = errors.New("backup: only an owner of the workspace can restore it")
)

// Owner is who restores: the password and, with 2FA on, a second factor.
type Owner struct {
	Email    string
	Password secret.Text
	Factor   workspace.FactorInput

	// Replace says that the workspace which the keychain has the keys of is lost. If its
	// folder is still there, it is sealed the next time that it is opened.
	Replace bool
}

// Restored says what was made.
type Restored struct {
	Workspace string
	MadeAt    time.Time // when the backup was made
	MadeBy    string
	SignedBy  bundle.Fingerprint
	Items     int // of the keychain
	Documents int
}

// The copy is read into a file of this name beside the database's place.
const waiting = "workspace.db.restoring"

// maxItems bounds keychain.json; each item is a few hundred bytes.
const maxItems = 64 << 20

// Restore makes a workspace of a backup in a data folder that has none. noted is
// the fingerprint of the key that has to have signed it, or nil. settings may be nil; tests lower the cost of hashing with it.
//
// What lives is left alone: a keychain that has this workspace's keys is ErrLives,
// unless the owner says that they are to be replaced. Before the rename at the end
// nothing opens, and after an error folder and keychain are as they were before. After
// a crash the same restore can be done again, and first puts back what the other has
// replaced.
func Restore(ctx context.Context, path string, in io.Reader, with bundle.Identities, noted *bundle.Fingerprint,
	secrets workspace.Secrets, o Owner, settings func(*workspace.Config)) (Restored, error) {
	if err := folder.Prepare(path); err != nil {
		return Restored{}, err
	}
	lock, err := folder.Hold(path)
	if err != nil {
		return Restored{}, err
	}
	defer func() { _ = lock.Release() }()
	place, beside := filepath.Join(path, "workspace.db"), filepath.Join(path, waiting)
	if _, err := os.Lstat(place); !errors.Is(err, os.ErrNotExist) {
		return Restored{}, ErrOccupied
	}
	_, err = os.Lstat(beside)
	interrupted := !errors.Is(err, os.ErrNotExist)
	if err := removeDatabase(beside); err != nil {
		return Restored{}, err
	}
	out, err := restore(ctx, in, with, noted, secrets, o, settings, place, beside, interrupted)
	if errors.Is(err, errNotUndone) {
		return out, err // the next restore goes on with it, where it finds the copy
	}
	return out, errors.Join(err, removeDatabase(beside))
}

var errNotUndone = errors.New("backup: what the restore did could not be undone")

func restore(ctx context.Context, in io.Reader, with bundle.Identities, noted *bundle.Fingerprint, secrets workspace.Secrets, o Owner,
	settings func(*workspace.Config), place, beside string, interrupted bool) (_ Restored, err error) {
	papers, err := newPapers(filepath.Dir(place))
	if err != nil {
		return Restored{}, err
	}
	defer func() { err = errors.Join(err, papers.drop()) }()
	c, items, err := unpack(in, with, noted, beside, papers)
	if err != nil {
		return Restored{}, err
	}
	copied := keychain.NewMemory()
	for _, i := range items.Items {
		if err := copied.Set(ctx, i.Name, i.secret()); err != nil {
			return Restored{}, fmt.Errorf("%w: an item of its keychain", ErrNotBackup)
		}
	}
	defer items.wipe()
	if interrupted {
		if err := undoInterrupted(ctx, secrets, items); err != nil {
			return Restored{}, errors.Join(err, errNotUndone)
		}
	}
	if !o.Replace {
		if err := lives(ctx, secrets, items); err != nil {
			return Restored{}, err
		}
	}
	if err := prove(ctx, beside, copied, o, c.CreatedAt, settings); err != nil {
		return Restored{}, err
	}
	out := Restored{Workspace: c.Workspace, MadeAt: c.CreatedAt, MadeBy: c.CreatedBy, SignedBy: c.SignedBy, Items: len(items.Items), Documents: len(papers.names)}
	keys := &refill{secrets: secrets}
	err = papers.settle()
	if err == nil {
		err = keys.fill(ctx, copied, items)
	}
	if err == nil {
		err = folder.Rename(beside, place)
	}
	if err != nil {
		if undone := errors.Join(keys.undo(ctx), papers.unsettle()); undone != nil {
			return Restored{}, errors.Join(err, errNotUndone, undone)
		}
		return Restored{}, err
	}
	keys.done(ctx)
	papers.done = true
	return out, nil
}

func (k kept) wipe() {
	for _, i := range k.Items {
		clear(i.Value)
	}
}

// unpack reads the whole file: the database goes beside its place, where nothing
// opens it, the keychain's items stay in memory.
func unpack(in io.Reader, with bundle.Identities, noted *bundle.Fingerprint, beside string, papers *papers) (c bundle.Contents, items kept, err error) {
	r, err := bundle.Open(in, with)
	if err != nil {
		return c, items, err
	}
	if noted != nil {
		r.Expect(*noted)
	}
	var text []byte
	defer func() { clear(text) }()
	database := false
	c, err = r.Each(func(f bundle.File, content io.Reader) error {
		switch {
		case f.Name == keychainFile && f.Size <= maxItems:
			text, err = io.ReadAll(content)
			return err
		case f.Name == databaseFile:
			database = true
			return copyTo(beside, content)
		case strings.HasPrefix(f.Name, document):
			return papers.keep(strings.TrimPrefix(f.Name, document), content)
		}
		return nil
	})
	if err != nil {
		return c, items, err
	}
	if c.Kind != bundle.KindBackup || !database || json.Unmarshal(text, &items) != nil || items.Form != form {
		return c, items, ErrNotBackup
	}
	for _, i := range items.Items {
		if !strings.HasPrefix(i.Name, c.WorkspaceID+"/") {
			return c, items, fmt.Errorf("%w: an item of another workspace", ErrNotBackup)
		}
	}
	return c, items, nil
}

func copyTo(path string, content io.Reader) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// prove opens the copy with the items of the backup, checks it against its log,
// and lets an owner sign in to it, who writes the restore into the log.
func prove(ctx context.Context, path string, items workspace.Secrets, o Owner, made time.Time, settings func(*workspace.Config)) (err error) {
	store, err := sqlite.Open(ctx, path)
	if err != nil {
		return workspace.Explain(err)
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	config := workspace.Config{Store: store, Secrets: items}
	if settings != nil {
		settings(&config)
	}
	w, err := workspace.Open(ctx, config)
	if err != nil {
		return err
	}
	defer w.Close()
	if !w.Created() {
		return ErrNotBackup
	}
	if err := w.RecoverAll(ctx); err != nil {
		return err
	}
	s, err := signIn(ctx, w, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.End(context.WithoutCancel(ctx))) }()
	a, err := s.Admin(ctx)
	if err == nil {
		err = a.NoteRestored(ctx, made)
	}
	if workspace.IsCode(err, workspace.CodeForbidden) {
		return ErrNotOwner
	}
	return err
}

func signIn(ctx context.Context, w *workspace.Workspace, o Owner) (*workspace.Session, error) {
	s, c, err := w.SignIn(ctx, o.Email, o.Password)
	if err != nil || s != nil {
		return s, err
	}
	if c.MustEnrol() { // there is no factor that could be asked for, and no phone to enrol here
		return nil, ErrNotOwner
	}
	switch o.Factor.Kind {
	case workspace.FactorCode:
		return c.Verify(ctx, o.Factor.Value)
	case workspace.FactorRecovery:
		return c.Recover(ctx, o.Factor.Value)
	}
	return nil, workspace.Fault(workspace.CodeFactorRequired, nil, nil)
}

// removeDatabase removes a copy with what SQLite keeps beside it.
func removeDatabase(path string) error {
	var all error
	for _, suffix := range []string{"", "-wal", "-shm", "-journal", "-writer", ".new"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			all = errors.Join(all, err)
		}
	}
	return all
}
