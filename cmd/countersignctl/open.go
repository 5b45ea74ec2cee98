package main

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"countersign/backend/folder"
	"countersign/backend/sqlite"
	"countersign/backend/workspace"
	"countersign/cmd/internal/cli"
)

var (
	errNoWorkspace = cli.Fail("no_workspace", "There is no workspace in this folder. Create one with Countersign, or choose another folder with --data-dir.", cli.ExitUnavailable)
	errNoHome      = cli.Fail("no_home", "No home folder is known. Set HOME, or choose a data folder with --data-dir.", cli.ExitUnavailable)
	errOlder       = cli.Fail("database_older", "The database is from an older version of Countersign. Open it once with the app, which brings it up to date.", cli.ExitUnavailable)
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
