package sqlite_test

import (
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"countersign/backend/sqlite"
	"countersign/backend/store"
)

func TestOpenExisting_CreatesAndMigratesNothing(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		change string
		want   error
	}{
		"Current": {"", nil},
		"Older":   {"DELETE FROM goose_db_version WHERE version_id > 0", sqlite.ErrOlderSchema},
		"Newer":   {"INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)", store.ErrNewer},
		"Foreign": {"DROP TABLE goose_db_version", store.ErrAltered},
		"Planted": {"CREATE VIEW v AS SELECT 1", store.ErrAltered},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "workspace.db")
			if s, err := sqlite.OpenExisting(t.Context(), path); s != nil || !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
			if there, err := os.ReadDir(filepath.Dir(path)); err != nil || len(there) > 0 {
				t.Fatal(there, err)
			}
			s, err := sqlite.Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			db, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			if c.change != "" {
				if _, err := db.Exec(c.change); err != nil {
					t.Fatal(err)
				}
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			for range 2 { // the second time finds what the first has found
				s, err := sqlite.OpenExisting(t.Context(), path)
				if !errors.Is(err, c.want) {
					t.Fatalf("got %v, want %v", err, c.want)
				}
				if s != nil {
					if err := s.Close(); err != nil {
						t.Fatal(err)
					}
				}
			}
		})
	}
}

// A version that was set back would have steps made twice, over tables with rows.
func TestOpen_VersionSetBackIsAlteredAndUntouched(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{
		"by one":  "DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)",
		"to none": "DELETE FROM goose_db_version WHERE version_id > 0",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "workspace.db")
			s, err := sqlite.Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			db, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.Exec(change); err != nil {
				t.Fatal(err)
			}
			tables := func() (n int) {
				if err := db.QueryRow("SELECT count(*) + (SELECT count(*) FROM goose_db_version) FROM sqlite_schema").Scan(&n); err != nil {
					t.Fatal(err)
				}
				return n
			}
			before := tables()
			for range 2 {
				if s, err := sqlite.Open(t.Context(), path); s != nil || !errors.Is(err, store.ErrAltered) {
					t.Fatalf("got %v", err)
				}
			}
			if after := tables(); after != before {
				t.Errorf("%d tables and versions, not %d", after, before)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}
