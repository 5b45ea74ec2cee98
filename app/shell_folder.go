package app

import (
	"context"
	"errors"

	"countersign/backend/client"
	"countersign/backend/documents"
	"countersign/backend/folder"
	"countersign/backend/local"
	"countersign/backend/service"
	"countersign/backend/sqlite"
	"countersign/backend/store"
)

// opened is a data folder that is open and held.
type opened struct {
	store     *sqlite.Store
	workspace *client.Local
	lock      *folder.Lock
	closeLog  func()
}

func (s *shell) openFolder(ctx context.Context) (_ *opened, err error) {
	if err := folder.Prepare(s.path); err != nil {
		return nil, folderFault(err)
	}
	o := &opened{}
	defer func() {
		if err != nil {
			err = errors.Join(err, o.close())
		}
	}()
	if o.lock, err = folder.Hold(s.path); err != nil {
		return nil, folderFault(err)
	}
	logger, closeLog := openLog(s.path)
	o.closeLog = closeLog
	s.logger.Store(logger)
	if o.store, err = sqlite.Open(ctx, s.databasePath()); err != nil {
		return nil, service.Explain(err)
	}
	c, err := s.config(o.store)
	if err != nil {
		return nil, err
	}
	if c.Files, err = documents.Open(s.documentsPath()); err != nil {
		return nil, service.Explain(err)
	}
	if o.workspace, err = local.Open(ctx, c); err != nil {
		return nil, err
	}
	if !o.workspace.Created() {
		if err := s.needsKeychain(ctx); err != nil {
			return nil, err
		}
	}
	if err := o.workspace.RecoverAll(ctx); err != nil {
		return nil, err
	}
	return o, nil
}

// config is what a workspace stands on here. It is called with s.opening held.
func (s *shell) config(db store.Store) (local.Config, error) {
	secrets, err := s.openSecrets()
	if err != nil {
		return local.Config{}, err
	}
	c := local.Config{Store: db, Secrets: secrets, Now: s.now, Log: s.log(), Sentence: sentence}
	if s.cost != nil {
		s.cost(&c)
	}
	return c, nil
}

func (o *opened) close() error {
	var err error
	if o.workspace != nil {
		o.workspace.Close()
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
