package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gofrs/flock"
	sqlite3 "modernc.org/sqlite/lib"

	"countersign/backend/audit"
	"countersign/backend/store"
)

func opened(t *testing.T) (*Store, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "store.db")
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, path
}

func TestExclusive_AnotherProcessIsBusyUntilADeadline(t *testing.T) {
	t.Parallel()
	s, path := opened(t)
	other := flock.New(path + "-writer")
	if ok, err := other.TryLock(); !ok || err != nil {
		t.Fatal(ok, err)
	}
	t.Cleanup(func() { _ = other.Close() })
	ran := func() error { t.Error("it ran beside another process"); return nil }
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := s.Exclusive(ctx, ran); !errors.Is(err, store.ErrBusy) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("at a deadline: %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, end)
	if err := s.Exclusive(ended, ran); !errors.Is(err, context.Canceled) || errors.Is(err, store.ErrBusy) {
		t.Errorf("given up: %v", err)
	}
	if err := other.Unlock(); err != nil {
		t.Fatal(err)
	}
	cause := errors.New("the function's own")
	if err := s.Exclusive(t.Context(), func() error { return cause }); !errors.Is(err, cause) {
		t.Errorf("afterwards: %v", err)
	}
}

func TestExclusive_AWaitInThisProcessEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s, _ := opened(t)
	err := s.Exclusive(t.Context(), func() error {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		return s.Exclusive(ctx, func() error { return nil })
	})
	if !errors.Is(err, context.Canceled) || errors.Is(err, store.ErrBusy) {
		t.Error(err)
	}
}

func TestExclusive_ALockThatCannotBeMadeIsAFailure(t *testing.T) {
	t.Parallel()
	s, path := opened(t)
	if err := os.Mkdir(path+"-writer", 0o700); err != nil {
		t.Fatal(err)
	}
	err := s.Exclusive(t.Context(), func() error { t.Error("it ran without a lock"); return nil })
	if err == nil || errors.Is(err, store.ErrBusy) {
		t.Error(err)
	}
}

func TestExclusive_AnotherProcessIsWaitedForSomeSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "store.db")
		other := flock.New(path + "-writer")
		if ok, err := other.TryLock(); !ok || err != nil {
			t.Fatal(ok, err)
		}
		s, err := open(path)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		err = s.Exclusive(t.Context(), func() error { t.Error("it ran beside another process"); return nil })
		if waited := time.Since(began); !errors.Is(err, store.ErrBusy) || waited < writerPatience || waited > writerPatience+time.Second {
			t.Errorf("after %v: %v", waited, err)
		}
		if err := errors.Join(other.Close(), s.Close()); err != nil {
			t.Error(err)
		}
	})
}

func TestClose_LetsOthersWrite(t *testing.T) {
	t.Parallel()
	s, path := opened(t)
	other := flock.New(path + "-writer")
	if err := s.Exclusive(t.Context(), func() error {
		err := s.Close()
		if ok, lockErr := other.TryLock(); !ok || lockErr != nil {
			t.Errorf("%v, %v", ok, lockErr)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
	if err := other.Close(); err != nil {
		t.Error(err)
	}
}

func TestOpen_ConnectionsAreFew(t *testing.T) {
	t.Parallel()
	s, _ := opened(t)
	if n := s.db.Stats().MaxOpenConnections; n != 4 {
		t.Errorf("up to %d", n)
	}
}

func TestDSN_KeepsTheRootOfAPath(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{"/a b/c.db": "file:/a%20b/c.db?", "a/c.db": "file:a/c.db?"} {
		if got := dsn(path); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s", path, got)
		}
	}
}

func TestUpdate_ARowThatIsNotThereIsNotFound(t *testing.T) {
	t.Parallel()
	s, _ := opened(t)
	for name, do := range map[string]func(store.WriteTx) error{
		"a profile":     func(tx store.WriteTx) error { return tx.UpdateProfile(sample[store.Profile](samples("id", 1))) },
		"a document":    func(tx store.WriteTx) error { return tx.UpdateDocument(sample[store.DocumentRow](samples("id", 1))) },
		"the workspace": func(tx store.WriteTx) error { return tx.UpdateInfo(store.Info{Name: "n"}) },
		"its last run":  func(w store.WriteTx) error { return w.(*tx).SetLastRun(1) },
		"a code":        func(w store.WriteTx) error { return w.(*tx).MarkUsed("s", store.CodeRow{Number: 1}) },
	} {
		if err := s.Update(t.Context(), do); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestScan_RefusesWhatNoColumnOfOursHolds(t *testing.T) {
	t.Parallel()
	var at time.Time
	var all []string
	for _, v := range []any{"text", nil, 1.5, []byte{1}} {
		if err := (when{&at}).Scan(v); err == nil {
			t.Errorf("%T is taken for a time", v)
		}
	}
	for _, n := range []int64{tooEarly - 1, tooLate, tooLate + 1} {
		if err := (when{&at}).Scan(n); !errors.Is(err, store.ErrAltered) {
			t.Errorf("%d: %v", n, err)
		}
	}
	for _, n := range []int64{tooEarly, tooLate - 1} {
		if err := (when{&at}).Scan(n); err != nil || at.UnixMilli() != n {
			t.Errorf("%d: %v, %v", n, at, err)
		}
	}
	for _, v := range []any{int64(1), nil, 1.5} {
		if err := (list[string]{&all}).Scan(v); err == nil || errors.Is(err, store.ErrDamaged) {
			t.Errorf("%T is taken for a list: %v", v, err)
		}
	}
}

func TestList_WithoutAnyIsAlwaysTheSame(t *testing.T) {
	t.Parallel()
	for _, none := range [][]string{nil, {}} {
		if got := jsonList(none); got != "[]" {
			t.Errorf("%#v is stored as %s", none, got)
		}
	}
	some := []string{"a"}
	if err := (list[string]{&some}).Scan("[]"); err != nil || some != nil {
		t.Errorf("%#v, %v", some, err)
	}
}

func TestAppendEvent_WithoutDetailStoresAnEmptyOne(t *testing.T) {
	t.Parallel()
	s, _ := opened(t)
	if err := s.Update(t.Context(), func(tx store.WriteTx) error {
		return tx.AppendEvent(store.SignedEvent{Event: audit.Event{Seq: 1}, Signature: []byte{1}, Tree: []byte{1}})
	}); err != nil {
		t.Fatal(err)
	}
	var detail string
	if err := s.db.QueryRowContext(t.Context(), "SELECT detail FROM events").Scan(&detail); err != nil || detail != "{}" {
		t.Errorf("%s, %v", detail, err)
	}
}

func TestTranslate_SaysWhatTheDiskSays(t *testing.T) {
	t.Parallel()
	for cause, want := range map[error]error{
		syscall.ENOSPC: store.ErrFull, syscall.EROFS: store.ErrReadOnly, syscall.EIO: store.ErrFailed,
	} {
		err := translate(&os.PathError{Op: "write", Path: "x", Err: cause})
		if !errors.Is(err, want) || !errors.Is(err, cause) {
			t.Errorf("%v: %v", cause, err)
		}
		if again := translate(err); again != err {
			t.Errorf("%v, said again: %v", cause, again)
		}
	}
	if err := translate(context.Canceled); errors.Is(err, store.ErrFailed) {
		t.Errorf("an end is a failure: %v", err)
	}
	for code, want := range map[int]error{
		sqlite3.SQLITE_BUSY: store.ErrBusy, sqlite3.SQLITE_LOCKED: store.ErrBusy, sqlite3.SQLITE_FULL: store.ErrFull,
		sqlite3.SQLITE_READONLY: store.ErrReadOnly, sqlite3.SQLITE_CANTOPEN: store.ErrReadOnly, sqlite3.SQLITE_PERM: store.ErrReadOnly,
		sqlite3.SQLITE_CORRUPT: store.ErrDamaged, sqlite3.SQLITE_NOTADB: store.ErrDamaged, sqlite3.SQLITE_IOERR: store.ErrFailed,
		sqlite3.SQLITE_IOERR_READ: store.ErrFailed, sqlite3.SQLITE_BUSY_SNAPSHOT: store.ErrBusy,
	} {
		if got := meaning(code); got != want {
			t.Errorf("%d: %v, not %v", code, got, want)
		}
	}
}

// TestInspect_ReadsThePageSizeAsSQLiteWritesIt looks at headers alone: a page of 64 KiB is
// written as 1 (https://www.sqlite.org/fileformat.html#page_size).
func TestInspect_ReadsThePageSizeAsSQLiteWritesIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		page  uint16
		pages byte
		size  int
		wal   bool
		want  error
	}{
		{4096, 2, 8192, false, nil},
		{4096, 2, 8191, false, store.ErrDamaged},
		{4096, 2, 8191, true, nil}, // the rest may be in the WAL
		{1, 1, 65536, false, nil},
		{1, 1, 65535, false, store.ErrDamaged},
		{256, 1, 65536, false, store.ErrDamaged},
		{512, 1, 65536, false, nil},
	} {
		path := filepath.Join(t.TempDir(), "store.db")
		b := make([]byte, c.size)
		copy(b, header)
		b[16], b[17], b[31] = byte(c.page>>8), byte(c.page), c.pages
		copy(b[68:], application)
		err := os.WriteFile(path, b, 0o600)
		if c.wal {
			err = errors.Join(err, os.WriteFile(path+"-wal", []byte{1}, 0o600))
		} else {
			err = errors.Join(err, os.WriteFile(path+"-wal", nil, 0o600)) // empty: nothing is in it
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := inspect(path); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestCheckSchema_ATableThatIsGoneIsAltered(t *testing.T) {
	t.Parallel()
	s, _ := opened(t)
	if _, err := s.db.ExecContext(t.Context(), "DROP TABLE documents"); err != nil {
		t.Fatal(err)
	}
	if err := s.checkSchema(t.Context(), latest); !errors.Is(err, store.ErrAltered) {
		t.Error(err)
	}
}

func TestCheckVersion_DatabaseWithoutVersionsIsAltered(t *testing.T) {
	t.Parallel()
	s, _ := opened(t)
	if _, err := s.db.ExecContext(t.Context(), "DROP TABLE goose_db_version"); err != nil {
		t.Fatal(err)
	}
	for name, check := range map[string]func(context.Context) error{"one that migrates": s.checkVersioned, "one that does not": s.checkVersion} {
		if err := check(t.Context()); !errors.Is(err, store.ErrAltered) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCheckSchema_VersionThatIsNoneComparesNothing asks for one that cannot be made.
func TestCheckSchema_VersionThatIsNoneComparesNothing(t *testing.T) {
	t.Parallel()
	s, _ := opened(t)
	if err := s.checkSchema(t.Context(), -2); err == nil || errors.Is(err, store.ErrAltered) {
		t.Error(err)
	}
}

func TestView_AnEndedContextIsNotAnAnswer(t *testing.T) {
	t.Parallel()
	s, _ := opened(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.View(ctx, func(store.ReadTx) error { t.Error("it began"); return nil }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := s.Snapshot(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	for _, rolledBack := range []bool{false, true} { // as database/sql does it meanwhile
		ctx, cancel = context.WithCancel(t.Context())
		err := s.Update(ctx, func(w store.WriteTx) error {
			cancel()
			for rolledBack {
				if _, err := w.(*tx).tx.ExecContext(t.Context(), "SELECT 1"); errors.Is(err, sql.ErrTxDone) {
					break
				}
				runtime.Gosched()
			}
			return nil
		})
		if !errors.Is(err, context.Canceled) || errors.Is(err, store.ErrFailed) {
			t.Errorf("a commit after the end, rolled back %t: %v", rolledBack, err)
		}
	}
}

// A folder whose WAL is lost must not look as if there had never been a workspace.
func TestUpdate_ANewWorkspaceIsInTheDatabaseItself(t *testing.T) {
	t.Parallel()
	s, path := opened(t)
	if err := s.Update(t.Context(), func(tx store.WriteTx) error {
		if err := tx.InsertInfo(store.Info{ID: "w", Name: "n"}); err != nil {
			return err
		}
		_, err := tx.MarkCreated(time.UnixMilli(1))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(path + "-wal"); err != nil || st.Size() > 0 {
		t.Errorf("the WAL still holds %d bytes: %v", st.Size(), err)
	}
}

func TestUpdate_SaysWhatItsFunctionSaysOfAFailure(t *testing.T) {
	t.Parallel()
	s, _ := opened(t)
	err := s.Update(t.Context(), func(tx store.WriteTx) error {
		row := sample[store.DocumentRow](samples("id", 1))
		if err := tx.InsertDocument(row); err != nil {
			return err
		}
		return fmt.Errorf("the second time: %w", tx.InsertDocument(row))
	})
	if !errors.Is(err, store.ErrFailed) || !strings.HasPrefix(err.Error(), "the second time: ") {
		t.Error(err)
	}
}
