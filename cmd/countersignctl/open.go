package main

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"countersign/backend/folder"
	"countersign/backend/sqlite"
	"countersign/backend/words"
	"countersign/backend/workspace"
	"countersign/cmd/internal/cli"
)

var (
	errNoWorkspace = cli.Fail("no_workspace", cli.ExitUnavailable, words.TerminalFailureNoWorkspace, nil)
	errNoHome      = cli.Fail("no_home", cli.ExitUnavailable, words.TerminalFailureNoHome, nil)
	errOlder       = cli.Fail("database_older", cli.ExitUnavailable, words.TerminalFailureDatabaseOlder, nil)
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
