package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"countersign/backend/backupform"
	"countersign/backend/bundle"
	"countersign/backend/client"
	"countersign/backend/folder"
	"countersign/backend/joined"
	"countersign/backend/keychain"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/sqlite"
	"countersign/backend/store"
)

// What Restore answers beside the errors of a bundle, a sign-in, the keychain and
// the folder, to be matched with errors.Is.
var (
	ErrNotBackup = errors.New("backup: this file is not a backup of a workspace")
	ErrOccupied  = errors.New("backup: the data folder has a workspace already")
	ErrConflict  = errors.New("backup: the keychain has other items of this workspace")
	ErrLives     = errors.New("backup: the keychain has the keys of this workspace, which may be in use elsewhere")
	ErrNotOwner  = errors.New("backup: only an owner of the workspace can restore it")
	ErrOfServer  = errors.New("backup: its secrets are encrypted under a server's key")
	ErrNoShare   = errors.New("backup: it has no computer's share, and neither has this computer's keychain")
)

// Owner is who restores: the password and, with 2FA on, a second factor.
type Owner struct {
	Email    string
	Password secret.Text
	Factor   client.FactorInput

	// Replace says that the workspace which the keychain has the keys of is lost. If its
	// folder is still there, it is sealed the next time that it is opened.
	Replace bool
}

// Restored says what was made.
type Restored struct {
	ID        string // the workspace’s
	Workspace string
	MadeAt    time.Time // when the backup was made
	MadeBy    string
	SignedBy  bundle.Fingerprint
	Items     int // of the keychain
	Documents int
}

// The copy is read into a file of this name beside the database's place.
const waiting = "workspace.db.restoring"

// Place is where a backup is restored to.
type Place struct {
	Folder  string
	Secrets store.Secrets
	// Aside says that the database which is there does not open any more: it gets another
	// name, as rescue does it. Without it, one that has a workspace is ErrOccupied.
	Aside bool
	// Leave leaves the server that the folder has joined, and keeps this computer's share. Without it, such a folder is ErrOccupied.
	Leave func(context.Context) error
	// Settings may be nil; tests lower the cost of hashing with it.
	Settings func(*local.Config)
}

func (p Place) database() string { return filepath.Join(p.Folder, "workspace.db") }
func (p Place) copy() string     { return filepath.Join(p.Folder, waiting) }

// Restore makes a workspace of a backup in a data folder that has none. noted is
// the fingerprint of the key that has to have signed it, or nil.
//
// What lives is left alone: a keychain that has this workspace's keys is ErrLives,
// unless the owner says that they are to be replaced. Before the rename at the end
// nothing opens, and after an error folder and keychain are as they were before. After
// a crash the same restore can be done again, and first puts back what the other has
// replaced.
func Restore(ctx context.Context, at Place, in io.Reader, with bundle.Identities, noted *bundle.Fingerprint, o Owner) (_ Restored, err error) {
	p, err := Prepare(ctx, at, in, with, noted)
	if err != nil {
		return Restored{}, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	return p.Finish(ctx, o)
}

// Prepared is a backup of which every byte was read and verified. It waits beside the
// workspace's place for an owner who finishes it, and holds the folder until Close.
type Prepared struct {
	at     Place
	lock   *folder.Lock
	papers *papers
	says   Restored
	items  backupform.Items
	copied *keychain.Memory
	stays  bool // what was begun is not undone: the next restore does that, where it finds the copy
}

// Prepare reads a backup whole: see Restore. Close what it gives.
func Prepare(ctx context.Context, at Place, in io.Reader, with bundle.Identities, noted *bundle.Fingerprint) (_ *Prepared, err error) {
	if err := folder.Prepare(at.Folder); err != nil {
		return nil, err
	}
	p := &Prepared{at: at, copied: keychain.NewMemory()}
	if p.lock, err = folder.Hold(at.Folder); err != nil {
		return nil, err
	}
	taken, err := Occupied(ctx, at.Folder)
	joins, err2 := joined.Has(at.Folder)
	taken = taken && !at.Aside || joins && at.Leave == nil
	if err := errors.Join(err, err2); err != nil || taken {
		return nil, errors.Join(err, p.lock.Release(), refuseTaken(taken))
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Close())
		}
	}()
	_, err = os.Lstat(at.copy())
	interrupted := !errors.Is(err, os.ErrNotExist)
	if err := removeDatabase(at.copy()); err != nil {
		return nil, err
	}
	if p.papers, err = newPapers(at.Folder); err != nil {
		return nil, err
	}
	c, items, err := unpack(in, with, noted, at.copy(), p.papers)
	if err != nil {
		return nil, err
	}
	p.items = items
	p.says = Restored{
		ID: c.WorkspaceID, Workspace: c.Workspace, MadeAt: c.CreatedAt, MadeBy: c.CreatedBy, SignedBy: c.SignedBy, Items: len(items.Items), Documents: len(p.papers.names),
	}
	for _, i := range items.Items {
		if err := p.copied.Set(ctx, i.Name, i.Secret()); err != nil {
			return nil, fmt.Errorf("%w: an item of its keychain", ErrNotBackup)
		}
	}
	if err := p.findShare(ctx, c.WorkspaceID); err != nil {
		return nil, err
	}
	if interrupted {
		if err := undoInterrupted(ctx, at.Secrets, items); err != nil {
			p.stays = true
			return nil, err
		}
	}
	return p, nil
}

// findShare looks for a computer's share where the file has none, as one that has been at a server: every password needs it. That of
// this computer stays where it is.
func (p *Prepared) findShare(ctx context.Context, workspace string) error {
	name := client.ShareName(workspace)
	if has, err := look(ctx, p.copied, name); err != nil || has.there {
		return err
	}
	own, err := look(ctx, p.at.Secrets, name)
	if err != nil {
		return err
	}
	if !own.there {
		return ErrNoShare
	}
	return p.copied.Set(ctx, name, own.value)
}

func refuseTaken(taken bool) error {
	if taken {
		return ErrOccupied
	}
	return nil
}

// Occupied reports whether a data folder has a workspace. A database without one is made
// by whoever opens the folder, and holds nothing. One that cannot be read may hold something.
func Occupied(ctx context.Context, path string) (bool, error) {
	place := Place{Folder: path}.database()
	if _, err := os.Lstat(place); errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	db, err := sqlite.Open(ctx, place)
	if err != nil {
		return true, nil
	}
	err = db.View(ctx, func(tx store.ReadTx) error {
		_, err := tx.Info()
		return err
	})
	return !errors.Is(err, store.ErrNotFound), db.Close()
}

// Says is what the backup says of itself.
func (p *Prepared) Says() Restored { return p.says }

// Finish lets an owner in and puts everything in its place. Where it refuses the owner, or
// needs to know more, it can be called again.
func (p *Prepared) Finish(ctx context.Context, o Owner) (Restored, error) {
	if !o.Replace {
		if err := lives(ctx, p.at.Secrets, p.items); err != nil {
			return Restored{}, err
		}
	}
	if err := prove(ctx, p.at.copy(), p.copied, o, p.says.MadeAt, p.at.Settings); err != nil {
		return Restored{}, err
	}
	keys := &refill{secrets: p.at.Secrets}
	p.stays = true
	err := p.papers.settle()
	if err == nil {
		err = keys.fill(ctx, p.copied, p.items)
	}
	if err == nil && p.at.Leave != nil {
		err = p.at.Leave(ctx)
	}
	if err == nil {
		err = p.place()
	}
	if err != nil {
		if undone := errors.Join(keys.undo(ctx), p.papers.unsettle()); undone != nil {
			return Restored{}, errors.Join(err, undone)
		}
		p.stays = false
		return Restored{}, err
	}
	keys.done(ctx)
	p.stays, p.papers.done = false, true
	return p.says, nil
}

// place gives the copy the database's name. What has that name holds nothing, or was set
// aside first.
func (p *Prepared) place() error {
	var err error
	if p.at.Aside {
		err = folder.SetAside(p.at.database(), time.Now())
	} else {
		err = removeDatabase(p.at.database())
	}
	if err != nil {
		return err
	}
	return folder.Rename(p.at.copy(), p.at.database())
}

// Close forgets what was read, and lets go of the folder.
func (p *Prepared) Close() (err error) {
	p.items.Wipe()
	if p.papers != nil {
		err = p.papers.drop()
	}
	if !p.stays {
		err = errors.Join(err, removeDatabase(p.at.copy()))
	}
	return errors.Join(err, p.lock.Release())
}

// unpack reads the whole file: the database goes beside its place, where nothing
// opens it, the keychain's items stay in memory.
func unpack(in io.Reader, with bundle.Identities, noted *bundle.Fingerprint, beside string, papers *papers) (c bundle.Contents, items backupform.Items, err error) {
	r, err := bundle.Open(in, with)
	if err != nil {
		return c, items, err
	}
	if noted != nil {
		r.Expect(*noted)
	}
	database := false
	c, err = r.Each(func(f bundle.File, content io.Reader) (err error) {
		switch {
		case f.Name == backupform.Keychain:
			items, err = backupform.ReadItems(content)
		case f.Name == backupform.Database:
			database = true
			err = copyTo(beside, content)
		case f.Name == backupform.Rows:
			database = true
			err = fill(beside, func(tx store.CopyTx) error {
				return backupform.ReadRows(content, func(r store.Row) error { return store.PutRow(tx, r) })
			})
		case f.Name == backupform.Log:
			err = fill(beside, func(tx store.CopyTx) error {
				return backupform.ReadLog(content, tx.AppendEvent)
			})
		case strings.HasPrefix(f.Name, backupform.Document):
			err = papers.keep(strings.TrimPrefix(f.Name, backupform.Document), content)
		}
		return err
	})
	if errors.Is(err, backupform.ErrForm) || errors.Is(err, store.ErrAltered) {
		err = fmt.Errorf("%w: %w", ErrNotBackup, err)
	}
	if err != nil {
		return c, items, err
	}
	if c.Kind != bundle.KindBackup || !database || items.Form == 0 {
		return c, items, ErrNotBackup
	}
	if items.ServerKey != "" {
		return c, items, ErrOfServer
	}
	for _, i := range items.Items {
		if !strings.HasPrefix(i.Name, c.WorkspaceID+"/") {
			return c, items, fmt.Errorf("%w: an item of another workspace", ErrNotBackup)
		}
	}
	return c, items, nil
}

// fill puts rows or events into a database, which it makes if there is none. Only its owner can read it.
func fill(path string, put func(store.CopyTx) error) (err error) {
	ctx := context.Background() // what is read ends it
	db, err := sqlite.Open(ctx, path)
	if err != nil {
		return service.Explain(err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.Update(ctx, func(tx store.WriteTx) error { return put(tx.(store.CopyTx)) })
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
func prove(ctx context.Context, path string, items store.Secrets, o Owner, made time.Time, settings func(*local.Config)) (err error) {
	db, err := sqlite.Open(ctx, path)
	if err != nil {
		return service.Explain(err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	config := local.Config{Store: db, Secrets: items}
	if settings != nil {
		settings(&config)
	}
	w, err := local.Open(ctx, config)
	if err != nil {
		return err
	}
	defer w.Close()
	if !w.Created() {
		return ErrNotBackup
	}
	if err := errors.Join(w.RecoverAll(ctx), w.ComeBack(ctx)); err != nil {
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
	if service.IsCode(err, service.CodeForbidden) {
		return ErrNotOwner
	}
	return err
}

func signIn(ctx context.Context, w *client.Local, o Owner) (*client.Session, error) {
	s, c, err := w.SignIn(ctx, o.Email, o.Password)
	if err != nil || s != nil {
		return s, err
	}
	if c.MustEnrol() { // there is no factor that could be asked for, and no phone to enrol here
		return nil, ErrNotOwner
	}
	switch o.Factor.Kind {
	case service.FactorCode:
		return c.Verify(ctx, o.Factor.Value)
	case service.FactorRecovery:
		return c.Recover(ctx, o.Factor.Value)
	}
	return nil, service.Fault(service.CodeFactorRequired, nil, nil)
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
