package main

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"countersign/backend/documents"
	"countersign/backend/folder"
	"countersign/backend/sqlite"
	"countersign/backend/workspace"
)

var (
	errNoWorkspace = &failure{"no_workspace", "There is no workspace in this folder. Create one with Countersign, or choose another folder with --data-dir.", exitUnavailable}
	errNoHome      = &failure{"no_home", "No home folder is known. Set HOME, or choose a data folder with --data-dir.", exitUnavailable}
	errOlder       = &failure{"database_older", "The database is from an older version of Countersign. Open it once with the app, which brings it up to date.", exitUnavailable}
)

// folder finds the data folder.
func (e *env) folder() (string, error) {
	path, err := folder.Resolve(e.dataDir, dataName)
	if errors.Is(err, folder.ErrNoHome) {
		err = errNoHome
	}
	return path, err
}

func databaseIn(path string) string { return filepath.Join(path, "workspace.db") }

// place is a workspace that is open beside whoever else has it open. The folder
// is not held, so what a crash has left is not touched: Recover is for the
// process that holds it.
type place struct {
	store   *sqlite.Store
	secrets keeper
	*workspace.Workspace
}

func (e *env) open(ctx context.Context) (*place, error) {
	path, err := e.folder()
	if err != nil {
		return nil, err
	}
	store, err := openStore(ctx, databaseIn(path))
	if err != nil {
		return nil, err
	}
	files, err := documents.Open(filepath.Join(path, "documents"))
	if err != nil {
		return nil, errors.Join(workspace.Explain(err), store.Close())
	}
	secrets, err := e.secretsOf(ctx, path)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	w, err := workspace.Open(ctx, workspace.Config{Store: store, Secrets: secrets, Files: files, Now: e.now, Sentence: event})
	if err == nil && !w.Created() {
		err = errNoWorkspace
	}
	if err != nil {
		secrets.close()
		return nil, errors.Join(err, store.Close())
	}
	return &place{store, secrets, w}, nil
}

func openStore(ctx context.Context, path string) (*sqlite.Store, error) {
	store, err := sqlite.OpenExisting(ctx, path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errNoWorkspace
	case errors.Is(err, sqlite.ErrOlderSchema):
		return nil, errOlder
	}
	return store, workspace.Explain(err)
}

func (p *place) close() error {
	p.Workspace.Close()
	p.secrets.close()
	return p.store.Close()
}
