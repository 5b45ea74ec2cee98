// Package sqlite is the workspace's Store on one SQLite file, through
// modernc.org/sqlite: no C compiler needed, the same on every system.
//
// Open it with the path of the file. A file that is not there is made whole
// under another name and then renamed, so that a crash cannot leave one that
// looks damaged; a file that is there and is not a database of ours is left
// untouched.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"modernc.org/sqlite" // also registers the driver "sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"countersign/backend/folder"
	"countersign/backend/store"
)

// Store implements store.Store.
type Store struct {
	db     *sql.DB
	path   string
	file   os.FileInfo   // of the database when it was opened
	inside chan struct{} // one writer in this process: full while there is one
	across *flock.Flock  // one writer among processes
}

// pragmas are in the DSN because each pooled connection needs them; an Exec
// would reach only one.
//
//   - WAL with synchronous FULL: a commit is on the disk when it returns.
//   - secure_delete: a deleted row's bytes are overwritten.
//   - trusted_schema off: a planted view or trigger cannot call functions.
//   - temp_store memory: nothing goes to temporary files.
var pragmas = []string{
	"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "secure_delete(1)",
	"trusted_schema(0)", "cell_size_check(1)", "temp_store(MEMORY)",
}

func dsn(path string) string {
	q := url.Values{"_txlock": {"immediate"}}
	for _, p := range pragmas {
		q.Add("_pragma", p)
	}
	if runtime.GOOS == "darwin" {
		q.Add("_pragma", "fullfsync(1)") // fsync alone does not reach the platter there
	}
	u := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path), RawQuery: q.Encode()}
	if filepath.IsAbs(path) && u.Path[0] != '/' { // a Windows drive
		u.Path = "/" + u.Path
	}
	return u.String()
}

// Open opens the database at path, makes it where there is none, and brings its
// schema up to date. Errors wrap store.ErrDamaged, ErrNewer,
// ErrReadOnly, ErrFull, ErrBusy and ErrFailed.
func Open(ctx context.Context, path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	switch err := inspect(path); {
	case errors.Is(err, os.ErrNotExist):
		if err := create(ctx, path); err != nil {
			return nil, err
		}
	case err != nil:
		return nil, err
	}
	file, err := identify(path)
	if err != nil {
		return nil, translate(err)
	}
	s, err := open(path)
	if err != nil {
		return nil, err
	}
	s.file = file
	if err := s.checkVersioned(ctx); err != nil {
		return nil, errors.Join(translate(err), s.Close())
	}
	if err := s.migrate(ctx, s.checkSchema); err != nil {
		return nil, errors.Join(translate(err), s.Close())
	}
	if err := s.checkSchema(ctx, latest); err != nil {
		return nil, errors.Join(translate(err), s.Close())
	}
	if err := s.writable(ctx); err != nil {
		return nil, errors.Join(translate(err), s.Close())
	}
	return s, nil
}

func open(path string) (*Store, error) {
	db, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		return nil, translate(err)
	}
	db.SetMaxOpenConns(4)
	return &Store{db: db, path: path, inside: make(chan struct{}, 1), across: flock.New(path+"-writer", flock.SetPermissions(0o600))}, nil
}

// create makes the file under another name, with its schema, and renames it.
func create(ctx context.Context, path string) error {
	fresh := path + ".new"
	for _, leftover := range []string{fresh, fresh + "-wal", fresh + "-shm", fresh + "-journal"} {
		if err := os.Remove(leftover); err != nil && !errors.Is(err, os.ErrNotExist) {
			return translate(err)
		}
	}
	f, err := os.OpenFile(fresh, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return translate(err)
	}
	if err := f.Close(); err != nil {
		return translate(err)
	}
	s, err := open(fresh)
	if err != nil {
		return err
	}
	if err := s.migrate(ctx, nil); err != nil {
		return errors.Join(translate(err), s.Close(), os.Remove(fresh))
	}
	if _, err := s.db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		return errors.Join(translate(err), s.Close(), os.Remove(fresh))
	}
	if err := s.Close(); err != nil {
		return err
	}
	return translate(os.Rename(fresh, path))
}

// header is how every SQLite 3 file begins, and application is what ours has in
// bytes 68 to 71 (https://www.sqlite.org/fileformat.html#application_id).
const (
	header      = "SQLite format 3\x00"
	application = "Csgd"
)

// inspect looks at the file without a database library, so that what is not a
// database is not touched.
func inspect(path string) error {
	f, err := os.Open(path)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return err
		}
		return translate(err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return translate(err)
	}
	head := make([]byte, 100)
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return translate(err)
	}
	if n < len(head) || string(head[:len(header)]) != header {
		return fmt.Errorf("%w: it does not begin as a database does", store.ErrDamaged)
	}
	if string(head[68:72]) != application {
		return fmt.Errorf("%w: it is another program's", store.ErrAltered)
	}
	page := int64(head[16])<<8 | int64(head[17])
	if page == 1 {
		page = 65536
	}
	pages := int64(head[28])<<24 | int64(head[29])<<16 | int64(head[30])<<8 | int64(head[31])
	wal, err := hasWAL(path)
	if err != nil {
		return translate(err)
	}
	if page < 512 || st.Size() < pages*page && !wal {
		return fmt.Errorf("%w: %d bytes where it should have %d", store.ErrDamaged, st.Size(), pages*page)
	}
	return nil
}

func hasWAL(path string) (bool, error) {
	st, err := os.Stat(path + "-wal")
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil && st.Size() > 0, err
}

// writable finds a read-only folder at the start rather than at the first act.
func (s *Store) writable(ctx context.Context) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	_, err = tx.ExecContext(ctx, "UPDATE workspace SET name = name")
	return err
}

// Close ends all connections; the last one checkpoints the WAL.
func (s *Store) Close() error { return errors.Join(translate(s.db.Close()), s.across.Close()) }

// writerPatience is how long one process waits for another's commit and anchor.
const writerPatience = 10 * time.Second

// Exclusive runs fn while no other process or goroutine is in an Exclusive of
// the same file. It waits as long as ctx lets it; a deadline that passes meanwhile, and
// another process that holds on for too long, are store.ErrBusy. A file that was set aside
// meanwhile is store.ErrFailed: nothing opens it any more, and what it were given would be lost.
func (s *Store) Exclusive(ctx context.Context, fn func() error) (err error) {
	select {
	case s.inside <- struct{}{}:
		defer func() { <-s.inside }()
	case <-ctx.Done():
		return busy(ctx.Err())
	}
	waiting, cancel := context.WithTimeout(ctx, writerPatience)
	defer cancel()
	ok, err := s.across.TryLockContext(waiting, 5*time.Millisecond)
	if err != nil || !ok {
		if ctx.Err() != nil {
			return busy(ctx.Err())
		}
		if err == nil || errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("%w: another process is writing", store.ErrBusy)
		}
		return translate(err)
	}
	defer func() { err = errors.Join(err, translate(s.across.Unlock())) }()
	if err := s.inPlace(); err != nil {
		return err
	}
	return fn()
}

// identify is by what a file is known again, whatever its name. It looks through a handle, since Windows else looks at the name, and later. Use it
// before the database is open: closing a file ends the locks that SQLite has on it.
func identify(path string) (os.FileInfo, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Stat()
}

// inPlace looks whether the database is still the one that has its name.
func (s *Store) inPlace() error {
	if s.file == nil {
		return nil // it is being made
	}
	is, err := os.Stat(s.path)
	if err == nil && !os.SameFile(s.file, is) {
		err = errors.New("another has its name")
	}
	if err != nil {
		return fmt.Errorf("%w: the database was set aside: %w", store.ErrFailed, err)
	}
	return nil
}

// Retire closes the database for good and then runs leave, which sets it aside. last is what is still looked at before. Nobody changes the
// database between the two, and whoever waits to finds it gone. Where last refuses, everything is as before. Errors: those of last, of Exclusive, and of leave.
func (s *Store) Retire(ctx context.Context, last func(store.ReadTx) error, leave func() error) error {
	return s.Exclusive(ctx, func() error {
		if err := s.View(ctx, last); err != nil {
			return err
		}
		if err := s.db.Close(); err != nil {
			return translate(err)
		}
		return leave()
	})
}

// busy is what the end of a wait means: somebody else was writing until a deadline.
func busy(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w: another is writing: %w", store.ErrBusy, err)
	}
	return err
}

// Update runs fn in a transaction that holds the write lock from its start.
func (s *Store) Update(ctx context.Context, fn func(store.WriteTx) error) error {
	var within *tx
	err := s.run(ctx, nil, func(t *readTx) error {
		within = &tx{readTx: t}
		return fn(within)
	})
	if err != nil || !within.created {
		return err
	}
	// While the workspace is in the WAL alone, a folder whose WAL is lost looks as if
	// there had never been one.
	if _, err := s.db.ExecContext(context.WithoutCancel(ctx), "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		return fmt.Errorf("%w: %w", store.ErrUnknownOutcome, translate(err))
	}
	return nil
}

// View runs fn on one snapshot.
func (s *Store) View(ctx context.Context, fn func(store.ReadTx) error) error {
	return s.run(ctx, &sql.TxOptions{ReadOnly: true}, func(t *readTx) error { return fn(t) })
}

// run runs fn in a transaction. Where a statement failed, so does the transaction, whatever fn
// made of it: no error that is overlooked becomes an answer.
func (s *Store) run(ctx context.Context, opts *sql.TxOptions, fn func(*readTx) error) error {
	t, err := s.db.BeginTx(ctx, opts)
	if err != nil {
		return translate(err)
	}
	defer func() { _ = t.Rollback() }() // of a function that panics
	within := &readTx{ctx: ctx, tx: t}
	err = fn(within)
	if within.failed != nil && !errors.Is(err, within.failed) {
		err = within.failed
	}
	if err != nil {
		return errors.Join(err, unlessDone(t.Rollback()))
	}
	err = t.Commit()
	if ended := ctx.Err(); ended != nil && errors.Is(err, sql.ErrTxDone) {
		return ended // with which database/sql has rolled back: no failure of the database
	}
	return translate(err)
}

func unlessDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return translate(err)
}

// translate turns the driver's and the system's answers into the Store's.
func translate(err error) error {
	if err == nil {
		return nil
	}
	for _, known := range []error{
		store.ErrNotFound, store.ErrBusy, store.ErrDamaged, store.ErrFailed, store.ErrFull,
		store.ErrNewer, store.ErrReadOnly, store.ErrAltered, context.Canceled, context.DeadlineExceeded,
	} {
		if errors.Is(err, known) {
			return err
		}
	}
	if errors.Is(err, sql.ErrNoRows) {
		return store.ErrNotFound
	}
	if strings.HasPrefix(err.Error(), "sql: Scan error") { // such as 257 where a byte was written
		return fmt.Errorf("%w: %w", store.ErrAltered, err)
	}
	var e *sqlite.Error
	if errors.As(err, &e) {
		return fmt.Errorf("%w: %w", meaning(e.Code()), err)
	}
	if folder.IsReadOnly(err) {
		return fmt.Errorf("%w: %w", store.ErrReadOnly, err)
	}
	if folder.IsFull(err) {
		return fmt.Errorf("%w: %w", store.ErrFull, err)
	}
	return fmt.Errorf("%w: %w", store.ErrFailed, err)
}

func meaning(code int) error {
	switch code & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return store.ErrBusy
	case sqlite3.SQLITE_FULL:
		return store.ErrFull
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return store.ErrReadOnly
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return store.ErrDamaged
	}
	return store.ErrFailed
}
