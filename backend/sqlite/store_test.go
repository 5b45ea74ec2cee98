package sqlite_test

import (
	"bytes"
	"database/sql"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"countersign/backend/sqlite"
	"countersign/backend/store"
)

func open(t *testing.T, path string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestOpen_FilesAreForTheirOwnerOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "workspace.db"))
	if err := s.Update(t.Context(), func(tx store.WriteTx) error { return tx.InsertInfo(store.Info{ID: "w", Name: "n"}) }); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) < 2 {
		t.Fatal(entries, err)
	}
	for _, e := range entries {
		st, err := e.Info()
		if err != nil || st.Mode().Perm() != 0o600 {
			t.Errorf("%s is %v, %v", e.Name(), st.Mode(), err)
		}
	}
}

func TestOpen_EachConnectionHasThePragmas(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "workspace.db"))
	want := map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1", "trusted_schema": "0",
		"busy_timeout": "5000", "temp_store": "2", "fullfsync": "0",
	}
	if runtime.GOOS == "darwin" {
		want["fullfsync"] = "1"
	}
	conns := sqlite.Connections(t, s, 4)
	for i, c := range conns {
		for name, value := range want {
			var got string
			if err := c.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&got); err != nil || got != value {
				t.Errorf("connection %d: %s is %q, want %q (%v)", i, name, got, value, err)
			}
		}
	}
}

func TestOpen_DamagedFileIsReportedAndUntouched(t *testing.T) {
	t.Parallel()
	whole := filepath.Join(t.TempDir(), "workspace.db")
	if err := open(t, whole).Close(); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	noise := make([]byte, 200_000)
	chacha := rand.NewChaCha8([32]byte{1})
	_, _ = chacha.Read(noise)
	for name, content := range map[string][]byte{
		"ZeroBytes": {}, "OneByte": {'S'}, "RandomBytes": noise, "CutShort": good[:len(good)/2], "OnlyAHeader": good[:100], "HalfAHeader": good[:50],
		"AnotherHeader": append([]byte("PK\x03\x04"), good[4:]...), "NoiseInside": append(bytes.Clone(good[:100]), noise[:len(good)-100]...),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "workspace.db")
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			for _, open := range []opener{sqlite.Open, sqlite.OpenExisting} {
				if _, err := open(t.Context(), path); !errors.Is(err, store.ErrDamaged) || errors.Is(err, store.ErrAltered) {
					t.Errorf("got %v", err)
				}
			}
			after, err := os.ReadFile(path)
			if err != nil || !bytes.Equal(after, content) {
				t.Error("the file was touched")
			}
		})
	}
}

func TestOpen_RefusesANewerVersion(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "workspace.db")
	if err := open(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(t.Context(), path); !errors.Is(err, store.ErrNewer) {
		t.Errorf("got %v", err)
	}
}

func TestOpen_UnfinishedCreationStartsAgain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "workspace.db")
	if err := os.WriteFile(path+".new", []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, path)
	if _, err := os.Stat(path + ".new"); !errors.Is(err, os.ErrNotExist) {
		t.Error("the half file is still there")
	}
}

func TestOpen_TakesAPathWithUnusualCharacters(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a b %20 ?x=1#y é", "workspace.db")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	open(t, path)
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func TestOpen_AReadThatFailsIsNoDamage(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "workspace.db")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := sqlite.Open(t.Context(), path) // a folder cannot be read as a file
	if err == nil || errors.Is(err, store.ErrDamaged) {
		t.Errorf("%v", err)
	}
}
