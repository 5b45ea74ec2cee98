package app

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"countersign/backend/backup"
	"countersign/backend/bundle"
	"countersign/backend/folder"
	"countersign/backend/joined"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/words"
)

// Restore makes a workspace of a backup, where there is none or where the one that is
// there does not open any more: that one is set aside, and nothing of it is deleted. A
// file is chosen with Pick, read whole with Open, and put in its place by an owner with
// Finish. Close ends it, and so does whatever opens the folder.
type Restore struct{ s *shell }

// RestoreView is what a backup says of itself, of which every byte was verified.
type RestoreView struct {
	Workspace string `json:"workspace"`
	At        string `json:"at"`
	By        string `json:"by"`
	SignedBy  string `json:"signedBy"` // fingerprint
	Contracts int    `json:"contracts"`
}

// RestoreOwner is who restores.
type RestoreOwner struct {
	Email    string   `json:"email"`
	Password Envelope `json:"password"`
	Factor   Factor   `json:"factor"`
	Replace  bool     `json:"replace"` // the workspace that the keychain has the keys of is lost
}

// restoring is a backup on its way. It holds the data folder once it was read.
type restoring struct {
	pickedExport
	aside bool             // there is a database, which does not open
	back  bool             // the folder has joined a server, and leaves it for this
	waits *backup.Prepared // under opening
}

// Pick asks for a file and says with what it is locked. Without a name the dialog was dismissed.
func (r *Restore) Pick() (PickedExport, error) {
	aside, err := r.s.mayRestore()
	if err != nil {
		return PickedExport{}, err
	}
	return r.pick(&restoring{aside: aside})
}

// PickForHere is Pick for an export of the server’s workspace that the folder has joined. With it the workspace comes back to this
// computer, which leaves the server. It is refused while somebody is in.
func (r *Restore) PickForHere() (PickedExport, error) {
	if err := r.s.mayChoose(); err != nil {
		return PickedExport{}, err
	}
	if !r.s.hasJoined() {
		return PickedExport{}, service.Fault(service.CodeForbidden, nil, nil)
	}
	return r.pick(&restoring{back: true})
}

func (r *Restore) pick(p *restoring) (PickedExport, error) {
	path, err := r.s.desktop.OpenFile(words.RestoreTitle, []fileKind{{words.DialogKindAge, "*.age"}, {words.DialogKindAll, "*"}})
	if err != nil {
		return PickedExport{}, exportUnreadable("", err)
	}
	if path == "" {
		return PickedExport{}, nil
	}
	name := filepath.Base(path)
	f, _, err := openFile(path)
	if err != nil {
		return PickedExport{}, exportFault(name, err)
	}
	defer f.Close()
	lock, err := bundle.LockOf(f)
	if err != nil {
		return PickedExport{}, exportFault(name, err)
	}
	p.pickedExport = pickedExport{path: path, lock: lock}
	p.doing, p.stop = context.WithCancel(r.s.context())
	r.s.opening.Lock()
	defer r.s.opening.Unlock()
	if err := r.s.endRestore(); err != nil {
		return PickedExport{}, err
	}
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	r.s.restoring = p
	return PickedExport{Name: name, Lock: lockName[lock]}, nil
}

// PickKey asks for a file of private keys, as Exports.PickKey does.
func (r *Restore) PickKey() (Saved, error) {
	p, err := r.picked()
	if err != nil {
		return Saved{}, err
	}
	path, err := r.s.desktop.OpenFile(words.DialogKeyFile, []fileKind{{words.DialogKindAll, "*"}})
	if path == "" || err != nil {
		return Saved{}, err
	}
	name := filepath.Base(path)
	text, err := readKeyFile(path)
	if err != nil {
		return Saved{}, exportUnreadable(name, err)
	}
	keys, err := parseKeys(text, name)
	if err != nil {
		return Saved{}, err
	}
	return Saved{Name: name}, r.s.current().note(func() error {
		p.keys = &keys
		return nil
	})
}

// Open reads the chosen file to its end, as Exports.Open does, beside the workspace's
// place. The event "restore-progress" {done, total} tells how far it is, in bytes; Close
// stops it.
func (r *Restore) Open(typed Envelope) (RestoreView, error) {
	p, err := r.picked()
	if err != nil {
		return RestoreView{}, err
	}
	with, err := r.s.current().opener(&p.pickedExport, typed)
	if err != nil {
		return RestoreView{}, err
	}
	r.s.opening.Lock()
	defer r.s.opening.Unlock()
	defer func() { go collect() }()
	if err := r.s.prepareRestore(p, with); err != nil {
		if p.doing.Err() != nil {
			return RestoreView{}, &shellError{code: codeExportCancelled}
		}
		return RestoreView{}, restoreFault(p.path, err)
	}
	says := p.waits.Says()
	if err := r.s.mayPlace(p); err != nil {
		return RestoreView{}, err
	}
	return RestoreView{
		Workspace: says.Workspace, At: stamp(says.MadeAt), By: says.MadeBy, SignedBy: says.SignedBy.String(), Contracts: says.Documents,
	}, nil
}

// Finish lets an owner of the backup in and puts it in its place. Sign in is next.
func (r *Restore) Finish(o RestoreOwner) (AuthState, error) {
	in := r.s.current()
	pw, err := in.keys.open(holdsPassword, o.Password)
	if err != nil {
		return AuthState{}, err
	}
	factor, err := in.factor(o.Factor)
	if err != nil {
		return AuthState{}, err
	}
	if err := r.finish(backup.Owner{Email: o.Email, Password: pw, Factor: factor, Replace: o.Replace}); err != nil {
		return AuthState{}, err
	}
	return (&Auth{r.s}).State()
}

func (r *Restore) finish(o backup.Owner) error {
	p, err := r.picked()
	if err != nil {
		return err
	}
	r.s.opening.Lock()
	defer r.s.opening.Unlock()
	defer func() { go collect() }()
	if p.waits == nil {
		return exportNone()
	}
	if err := r.s.mayPlace(p); err != nil {
		return err
	}
	if _, err := p.waits.Finish(r.s.context(), o); err != nil {
		return restoreFault(p.path, err)
	}
	return r.s.endRestore()
}

// Close stops what is under way, and forgets the file and what was read of it.
func (r *Restore) Close() error {
	r.s.stopRestore()
	r.s.opening.Lock()
	defer r.s.opening.Unlock()
	return r.s.endRestore()
}

func (r *Restore) picked() (*restoring, error) {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	if r.s.restoring == nil {
		return nil, exportNone()
	}
	return r.s.restoring, nil
}

// mayRestore refuses where there is a workspace that opens. aside: there is one that does not.
func (s *shell) mayRestore() (aside bool, err error) {
	switch o, err := s.ready(); {
	case err == nil && o.created():
		return false, &shellError{code: codeRestoreOccupied}
	case err != nil && (!canRescue(err) || s.hasJoined()):
		return false, err
	default:
		return err != nil, nil
	}
}

// mayPlace refuses a workspace that this computer has in another folder, and another one than the server’s that the folder has joined.
// It is called with s.opening held.
func (s *shell) mayPlace(p *restoring) error {
	id := p.waits.Says().ID
	if p.back {
		secrets, err := s.openSecrets()
		if err != nil {
			return err
		}
		at, err := joined.Load(s.context(), s.path(), secrets)
		if err != nil {
			return err
		}
		if at.Workspace != id {
			return &shellError{code: codeRestoreOther, args: map[string]any{"name": filepath.Base(p.path)}}
		}
	}
	return s.mayHave(id)
}

// prepareRestore lets go of the folder and reads the backup into it. It is called with
// s.opening held.
func (s *shell) prepareRestore(p *restoring, with bundle.Identities) error {
	if p.waits != nil {
		return nil // it was read
	}
	if err := s.closeOpened(); err != nil {
		return err
	}
	if err := s.endReview(); err != nil {
		return err
	}
	secrets, err := s.openSecrets()
	if err != nil {
		return err
	}
	f, size, err := openFile(p.path)
	if err != nil {
		return err
	}
	defer f.Close()
	tell := s.current().tellingUnused("restore-progress")
	watched := &watchedFile{ctx: p.doing, f: f, tell: func(done int64) { tell(map[string]int64{"done": done, "total": size}, false) }}
	at := backup.Place{Folder: s.path(), Secrets: secrets, Aside: p.aside, Settings: s.settings}
	if p.back {
		at.Leave = func(ctx context.Context) error { return joined.LeaveForHere(ctx, at.Folder, secrets) }
	}
	secret.Confined(func() { p.waits, err = backup.Prepare(p.doing, at, watched, with, nil) })
	return err
}

// stopRestore ends the reading of a backup that is under way.
func (s *shell) stopRestore() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.restoring != nil {
		s.restoring.stop()
	}
}

// endRestore is called with s.opening held.
func (s *shell) endRestore() error {
	s.mu.Lock()
	p := s.restoring
	s.restoring = nil
	s.mu.Unlock()
	if p == nil {
		return nil
	}
	p.stop()
	if p.waits == nil {
		return nil
	}
	return p.waits.Close()
}

// restoreFault says why a backup was not restored.
func restoreFault(path string, err error) error {
	name := filepath.Base(path)
	for _, f := range []struct {
		err  error
		code string
	}{
		{backup.ErrNotBackup, codeRestoreNotBackup}, {backup.ErrOccupied, codeRestoreOccupied}, {backup.ErrLives, codeRestoreLives},
		{backup.ErrConflict, codeRestoreConflict}, {backup.ErrNotOwner, codeRestoreNotOwner},
		{backup.ErrOfServer, codeRestoreOfServer}, {backup.ErrNoShare, codeRestoreNoShare},
	} {
		if errors.Is(err, f.err) {
			return &shellError{code: f.code, args: map[string]any{"name": name}}
		}
	}
	var known *service.Error
	var system *fs.PathError
	switch {
	case errors.As(err, &known):
		return err
	case folder.IsFull(err):
		return service.Fault(service.CodeFolderFull, nil, err)
	case errors.As(err, &system) && system.Path != path: // of the data folder, and not the backup's
		return service.Fault(service.CodeFolderFailed, nil, err)
	}
	return exportFault(name, folderFault(err))
}
