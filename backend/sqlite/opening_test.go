package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"

	"countersign/backend/sqlite"
	"countersign/backend/store"
)

// edited is a database that was changed with a tool of another's.
func edited(t *testing.T, statements string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "workspace.db")
	s, err := sqlite.Open(t.Context(), path)
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), statements)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// names lists what is in a folder.
func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

type opener = func(context.Context, string) (*sqlite.Store, error)

// refused opens what cannot be opened. Nothing may go on after the refusal.
func refused(t *testing.T, open opener, path string) (err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var s *sqlite.Store
		if s, err = open(t.Context(), path); s != nil || err == nil {
			t.Errorf("%v, %v", s, err)
		}
		if s != nil {
			_ = s.Close()
		}
	})
	return err
}

func TestOpen_RefusedFileIsLeftAsItWas(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change         string
		open, existing error
	}{
		"another's":                 {"DROP TABLE goose_db_version", store.ErrAltered, store.ErrAltered},
		"newer":                     {"INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)", store.ErrNewer, store.ErrNewer},
		"set back":                  {"DELETE FROM goose_db_version WHERE version_id > 0", store.ErrAltered, sqlite.ErrOlderSchema},
		"with a view":               {"CREATE VIEW v AS SELECT 1", store.ErrAltered, store.ErrAltered},
		"with a view for an index":  {"CREATE VIEW v AS SELECT 1; DROP INDEX stale_attempts", store.ErrAltered, store.ErrAltered},
		"with a view for a version": {"DROP TABLE goose_db_version; CREATE VIEW goose_db_version AS SELECT 2 AS version_id", store.ErrAltered, store.ErrAltered},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := edited(t, c.change)
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := refused(t, sqlite.Open, path); !errors.Is(err, c.open) || errors.Is(err, store.ErrFailed) {
				t.Errorf("opened: %v", err)
			}
			if err := refused(t, sqlite.OpenExisting, path); !errors.Is(err, c.existing) || errors.Is(err, store.ErrFailed) {
				t.Errorf("opened where it is: %v", err)
			}
			if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, before) {
				t.Errorf("it was changed, %v", err)
			}
			if left := names(t, filepath.Dir(path)); len(left) != 1 {
				t.Errorf("there are %q", left)
			}
		})
	}
}

func TestOpen_LeavesNothingRunningBesideTheStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "workspace.db")
		for _, open := range []opener{sqlite.Open, sqlite.Open, sqlite.OpenExisting} {
			s, err := open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if left := names(t, filepath.Dir(path)); len(left) != 1 {
			t.Errorf("there are %q", left)
		}
	})
}

func TestOpen_EndedContextMakesNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "workspace.db")
	err := refused(t, func(ctx context.Context, path string) (*sqlite.Store, error) {
		ended, end := context.WithCancel(ctx)
		end()
		return sqlite.Open(ended, path)
	}, path)
	if !errors.Is(err, context.Canceled) || errors.Is(err, store.ErrFailed) {
		t.Error(err)
	}
	if left := names(t, filepath.Dir(path)); len(left) != 0 {
		t.Errorf("there are %q", left)
	}
}

func TestOpenExisting_FileThatIsNotThereIsNoFailure(t *testing.T) {
	t.Parallel()
	err := refused(t, sqlite.OpenExisting, filepath.Join(t.TempDir(), "workspace.db"))
	if !errors.Is(err, fs.ErrNotExist) || errors.Is(err, store.ErrFailed) {
		t.Error(err)
	}
}

// whenAsked does something once the context is asked for its end.
type whenAsked struct {
	context.Context
	do func()
}

func (w whenAsked) Done() <-chan struct{} { w.do(); return w.Context.Done() }

func TestOpen_WhatCameInItsPlaceMeanwhileIsKept(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "workspace.db")
	kept := filepath.Join(path, "kept")
	err := refused(t, func(ctx context.Context, path string) (*sqlite.Store, error) {
		return sqlite.Open(whenAsked{ctx, sync.OnceFunc(func() {
			if err := errors.Join(os.Mkdir(path, 0o700), os.WriteFile(kept, nil, 0o600)); err != nil {
				t.Error(err)
			}
		})}, path)
	}, path)
	var rename *os.LinkError
	if !errors.Is(err, store.ErrFailed) || !errors.As(err, &rename) {
		t.Error(err)
	}
	if _, err := os.Stat(kept); err != nil {
		t.Error(err)
	}
}

// What the engine finds damaged is no answer, whatever the function makes of it.
func TestView_ADamagedPageFailsTheTransaction(t *testing.T) {
	t.Parallel()
	path := edited(t, "")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	var page, size int64
	err = db.QueryRowContext(t.Context(), "SELECT rootpage, page_size FROM sqlite_schema, pragma_page_size() WHERE name = 'profiles'").Scan(&page, &size)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteAt(bytes.Repeat([]byte{0xff}, int(size)), (page-1)*size)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	s, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	err = s.View(t.Context(), func(tx store.ReadTx) error {
		_, _ = tx.Members()
		return errors.New("refused")
	})
	if !errors.Is(err, store.ErrDamaged) {
		t.Errorf("the damage became %v", err)
	}
}
