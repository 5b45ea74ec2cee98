package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"countersign/backend/sqlite"
	"countersign/backend/store"
)

func TestRetire_NobodyChangesWhatWasSetAside(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "workspace.db")
	here, beside := open(t, path), open(t, path)
	name := func(s *sqlite.Store, n string) error {
		return s.Exclusive(t.Context(), func() error {
			return s.Update(t.Context(), func(tx store.WriteTx) error { return tx.InsertInfo(store.Info{ID: n, Name: n}) })
		})
	}
	refusal := errors.New("something has happened")
	err := here.Retire(t.Context(), func(store.ReadTx) error { return refusal }, func() error { t.Error("it left all the same"); return nil })
	if !errors.Is(err, refusal) {
		t.Fatal(err)
	}
	if err := name(here, "w"); err != nil {
		t.Fatalf("after a refusal: %v", err)
	}

	waits := make(chan error, 2)
	seen := ""
	err = here.Retire(t.Context(), func(tx store.ReadTx) error {
		info, err := tx.Info()
		seen = info.Name
		for _, s := range []*sqlite.Store{here, beside} { // in this process and, as it were, in another
			go func() { waits <- name(s, "late") }()
		}
		return err
	}, func() error { return os.Rename(path, filepath.Join(dir, "aside.db")) })
	if err != nil || seen != "w" {
		t.Fatalf("%v, %q", err, seen)
	}
	for range 2 {
		if err := <-waits; !errors.Is(err, store.ErrFailed) {
			t.Errorf("what waited has changed a database that nothing opens: %v", err)
		}
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("another database was made in its place: %v", err)
	}
	open(t, path) // another workspace's
	if err := name(beside, "late"); !errors.Is(err, store.ErrFailed) {
		t.Errorf("another database has the name: %v", err)
	}
}
