package app

import (
	"context"
	"errors"

	"countersign/backend/client"
	"countersign/backend/documents"
	"countersign/backend/folder"
	"countersign/backend/joined"
	"countersign/backend/local"
	"countersign/backend/remote"
	"countersign/backend/service"
	"countersign/backend/sqlite"
	"countersign/backend/store"
)

// opened is a data folder that is open and held. Its workspace is on this computer, or at a server that the folder has joined.
type opened struct {
	workspace *client.Workspace
	local     *client.Local     // nil: it is at a server
	joined    *joined.Workspace // nil: it is on this computer
	store     *sqlite.Store     // of local
	lock      *folder.Lock
	closeLog  func()
}

// created reports whether there is a workspace yet.
func (o *opened) created() bool { return o.local == nil || o.local.Created() }

// server is where the workspace is; empty: on this computer.
func (o *opened) server() string {
	if o.joined == nil {
		return ""
	}
	return o.joined.Address
}

func (s *shell) openFolder(ctx context.Context) (*opened, error) {
	if err := folder.Prepare(s.path()); err != nil {
		return nil, folderFault(err)
	}
	o := &opened{}
	if err := s.fill(ctx, o); err != nil {
		return nil, errors.Join(err, o.close())
	}
	return o, nil
}

// fill holds the folder and opens its workspace. What it has opened is in o, also where it fails.
func (s *shell) fill(ctx context.Context, o *opened) (err error) {
	if o.lock, err = folder.Hold(s.path()); err != nil {
		return folderFault(err)
	}
	logger, closeLog := openLog(s.path())
	o.closeLog = closeLog
	s.logger.Store(logger)
	there, err := joined.Has(s.path())
	if err != nil {
		return err
	}
	if there {
		return s.openJoined(ctx, o)
	}
	return s.openLocal(ctx, o)
}

// openJoined asks the server that the folder has joined.
func (s *shell) openJoined(ctx context.Context, o *opened) error {
	c, err := s.config(nil)
	if err != nil {
		return err
	}
	half := client.Config{Secrets: c.Secrets, Log: c.Log, Password: store.Argon2id(c.Password), Recovery: store.Argon2id(c.Recovery)}
	if o.joined, err = joined.Open(ctx, s.path(), half, remote.Config{Now: s.now, Log: c.Log}); err != nil {
		return err
	}
	o.workspace = o.joined.Workspace
	return nil
}

// openLocal opens the workspace on this computer, or what may become one.
func (s *shell) openLocal(ctx context.Context, o *opened) (err error) {
	if o.store, err = sqlite.Open(ctx, s.databasePath()); err != nil {
		return service.Explain(err)
	}
	c, err := s.config(o.store)
	if err != nil {
		return err
	}
	if c.Files, err = documents.Open(s.documentsPath()); err != nil {
		return service.Explain(err)
	}
	if o.local, err = local.Open(ctx, c); err != nil {
		return err
	}
	o.workspace = o.local.Workspace
	if !o.local.Created() {
		if err := s.needsKeychain(ctx); err != nil {
			return err
		}
	}
	return o.local.RecoverAll(ctx)
}

// config is what a workspace stands on here. It is called with s.opening held.
func (s *shell) config(db store.Store) (local.Config, error) {
	secrets, err := s.openSecrets()
	if err != nil {
		return local.Config{}, err
	}
	c := local.Config{Store: db, Secrets: secrets, Now: s.now, Log: s.log(), Sentence: s.searched}
	if s.cost != nil {
		s.cost(&c)
	}
	return c, nil
}

func (o *opened) close() error {
	var err error
	if o.local != nil {
		o.local.Close()
	}
	if o.joined != nil {
		o.joined.Close()
	}
	if o.store != nil {
		err = o.store.Close()
	}
	if o.lock != nil {
		err = errors.Join(err, o.lock.Release())
	}
	if o.closeLog != nil {
		o.closeLog()
	}
	return err
}

func folderFault(err error) error {
	for _, f := range []struct {
		err  error
		code service.Code
	}{
		{folder.ErrInUse, service.CodeInUse}, {folder.ErrFull, service.CodeFolderFull},
		{folder.ErrReadOnly, service.CodeFolderReadOnly}, {folder.ErrFailed, service.CodeFolderFailed},
	} {
		if errors.Is(err, f.err) {
			return service.Fault(f.code, nil, err)
		}
	}
	return err
}
