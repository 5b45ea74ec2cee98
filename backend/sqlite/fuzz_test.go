package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"countersign/backend/audit"
	"countersign/backend/sqlite"
	"countersign/backend/store"
)

// answers are all that Open may say of a file.
var answers = []error{
	store.ErrDamaged, store.ErrNewer, store.ErrAltered, store.ErrReadOnly,
	store.ErrFull, store.ErrBusy, store.ErrFailed,
}

func isAnswer(err error) bool {
	return slices.ContainsFunc(answers, func(known error) bool { return errors.Is(err, known) })
}

// aDatabase is a whole database of ours, as a closed program leaves it.
func aDatabase(tb testing.TB) []byte {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "workspace.db")
	s, err := sqlite.Open(context.Background(), path)
	if err != nil {
		tb.Fatal(err)
	}
	err = s.Update(context.Background(), func(tx store.WriteTx) error {
		return errors.Join(
			tx.InsertInfo(store.Info{ID: "w", Name: "Northwind Legal"}),
			tx.AppendEvent(store.SignedEvent{Event: audit.Event{Seq: 1, At: time.UnixMilli(1), Kind: "k", Rows: []audit.Row{{Key: "a", Digest: "b"}}}, Signature: []byte("seal"), Tree: []byte("tree")}))
	})
	if err := errors.Join(err, s.Close()); err != nil {
		tb.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// opens tries a file of this content, and sees to it that one which is refused
// is left as it was.
func opens(t *testing.T, content []byte) error {
	t.Helper()
	path := filepath.Join(t.TempDir(), "workspace.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := sqlite.Open(t.Context(), path)
	if err == nil {
		return errors.Join(s.Close())
	}
	if !isAnswer(err) {
		t.Errorf("an answer without a name: %v", err)
	}
	after, readErr := os.ReadFile(path)
	if readErr != nil || !bytes.Equal(after, content) {
		t.Errorf("the file was refused (%v), and touched (%v)", err, readErr)
	}
	return err
}

// FuzzOpen puts any bytes in the place of the database.
func FuzzOpen(f *testing.F) {
	good := aDatabase(f)
	for _, b := range [][]byte{nil, {'S'}, good[:99], good[:100], good[:4096], append([]byte("PK\x03\x04"), good[4:200]...), bytes.Repeat([]byte{0xff}, 4096)} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := opens(t, content); err == nil && len(content) < len(good) {
			t.Error("less than a database opens")
		}
	})
}

// FuzzOpenDamaged changes some bytes of a good database, or cuts it.
func FuzzOpenDamaged(f *testing.F) {
	good := aDatabase(f)
	for _, c := range []struct {
		at, cut int
		with    []byte
	}{
		{16, 0, []byte{0, 0}}, {16, 0, []byte{2, 0}}, {18, 0, []byte{1, 1}}, {18, 0, []byte{3, 3}}, {24, 0, []byte{0, 0, 0, 1}}, {28, 0, []byte{0, 0, 0, 1}},
		{28, 0, []byte{255, 255, 255, 255}}, {36, 0, []byte{0, 0, 0, 9}}, {40, 0, []byte{1}}, {44, 0, []byte{9}}, {56, 0, []byte{0, 0, 0, 2}}, {100, 0, []byte{0}},
		{101, 0, []byte{255, 255}}, {105, 0, []byte{0}}, {4096, 0, []byte{0x0d, 0xff, 0xff}}, {0, 1, nil}, {0, 4096, nil}, {0, len(good) / 2, nil}, {8192, 0, []byte{2, 2, 2, 2, 2, 2, 2, 2}},
	} {
		f.Add(c.at, c.cut, c.with)
	}
	f.Fuzz(func(t *testing.T, at, cut int, with []byte) {
		content := bytes.Clone(good)
		copy(content[min(uint(at), uint(len(content))):], with)
		_ = opens(t, content[:len(content)-int(uint(cut)%uint(len(content)))])
	})
}

// FuzzEvents reads events whose texts somebody has written by hand.
func FuzzEvents(f *testing.F) {
	f.Add(`{"a":"b"}`, `[{"key":"a","digest":"b"}]`, []byte("state"), int64(1))
	f.Add(`null`, `null`, []byte{}, int64(-1))
	f.Add(`{"a":1}`, `{}`, make([]byte, 64), int64(1<<62))
	f.Add(`[`, ``, make([]byte, 31), int64(0))
	path := filepath.Join(f.TempDir(), "workspace.db")
	s, err := sqlite.Open(context.Background(), path)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	db, err := sql.Open("sqlite", path)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = db.Close() })
	f.Fuzz(func(t *testing.T, detail, rows string, state []byte, at int64) {
		_, err := db.Exec("INSERT OR REPLACE INTO events (seq, at, kind, actor, subject, detail, rows, state, seal, tree) VALUES (1, ?, '', '', '', ?, ?, ?, x'', x'')", at, detail, rows, state)
		if err != nil {
			return // not even SQLite takes it
		}
		read := 0
		err = s.View(t.Context(), func(tx store.ReadTx) error {
			for _, err := range tx.Events(0) {
				if err != nil {
					return err
				}
				read++
			}
			return nil
		})
		good := json.Valid([]byte(detail)) && json.Valid([]byte(rows))
		if err != nil && !errors.Is(err, audit.ErrBroken) && !isAnswer(err) {
			t.Errorf("an answer without a name: %v", err)
		}
		if err == nil && (!good || read != 1) {
			t.Errorf("%q, %q are read as %d events", detail, rows, read)
		}
	})
}

func TestOpen_LeavesAnotherProgramsDatabaseUntouched(t *testing.T) {
	t.Parallel()
	for name, statements := range map[string]string{
		"Rollback":   "CREATE TABLE moz_places (id INTEGER PRIMARY KEY, url TEXT); INSERT INTO moz_places VALUES (1, 'x')",
		"WAL":        "PRAGMA journal_mode = WAL; CREATE TABLE moz_places (id INTEGER PRIMARY KEY, url TEXT)",
		"Goose":      "CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL, is_applied INTEGER NOT NULL, tstamp TIMESTAMP); CREATE TABLE x (y)",
		"OnlyTables": "CREATE TABLE workspace (one); CREATE TABLE profiles (id)",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "other.db")
			db, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			_, err = db.Exec(statements)
			if err := errors.Join(err, db.Close()); err != nil {
				t.Fatal(err)
			}
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := opens(t, content); !errors.Is(err, store.ErrAltered) && !errors.Is(err, store.ErrDamaged) {
				t.Errorf("got %v", err)
			}
		})
	}
}
