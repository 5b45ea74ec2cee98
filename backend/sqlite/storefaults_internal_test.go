package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"countersign/backend/store"
)

// TestStore_EachFaultOfTheDriverIsAnError does the same for what a store does with its
// connections: look at its schema, bring it up to date, begin and commit.
func TestStore_EachFaultOfTheDriverIsAnError(t *testing.T) {
	t.Parallel()
	s, f := onFaultyDriver(t)
	handled := map[string]struct{ calls, rows, last int }{
		"migrate":  {calls: 2, rows: 1}, // goose asks in more than one way whether its table is there
		"writable": {last: 1},           // what it tried is rolled back
	}
	for name, do := range map[string]func(context.Context) error{
		"checkVersioned": s.checkVersioned,
		"checkVersion":   s.checkVersion,
		"checkSchema":    func(ctx context.Context) error { return s.checkSchema(ctx, latest) },
		"schema": func(ctx context.Context) error {
			_, err := s.schema(ctx)
			return err
		},
		"migrate":      func(ctx context.Context) error { return s.migrate(ctx, nil) },
		"writable":     s.writable,
		"CheckIndexes": s.CheckIndexes,
		"an update":    func(ctx context.Context) error { return s.Update(ctx, func(store.WriteTx) error { return nil }) },
		"a view":       func(ctx context.Context) error { return s.View(ctx, func(store.ReadTx) error { return nil }) },
	} {
		try := func(call, row int) error {
			f.failCall, f.failedRow, f.calls, f.rows, f.armed = call, row, 0, 0, true
			defer func() { f.armed = false }()
			return do(t.Context())
		}
		if err := try(0, 0); err != nil {
			t.Fatalf("%s: %v without a fault", name, err)
		}
		calls, rows := f.calls, f.rows
		for n := 1 + handled[name].calls; n <= calls-handled[name].last; n++ {
			if err := try(n, 0); !errors.Is(err, errDriver) {
				t.Errorf("%s: %v where call %d of %d failed", name, err, n, calls)
			}
		}
		for n := 1 + handled[name].rows; n <= rows; n++ {
			if err := try(0, n); err == nil {
				t.Errorf("%s: no error where row %d of %d is none of ours", name, n, rows)
			}
		}
	}
}

// atVersionNone gives a store that waits for every migration.
func atVersionNone(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "store.db")
	s, err := open(path)
	if err != nil {
		t.Fatal(err)
	}
	err = s.migrateTo(t.Context(), 0)
	if err == nil {
		_, err = s.db.ExecContext(t.Context(), fmt.Sprintf("PRAGMA application_id = 0x%x", application))
	}
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOpen_OlderVersionIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	path := atVersionNone(t)
	if s, err := OpenExisting(t.Context(), path); s != nil || !errors.Is(err, ErrOlderSchema) {
		t.Errorf("where it is: %v, %v", s, err)
	}
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.checkVersion(t.Context()), s.Close()); err != nil {
		t.Error(err)
	}
}

// Every tenth call is enough: there are several for each table.
func TestMigrate_FaultOfTheDriverLeavesTheVersion(t *testing.T) {
	t.Parallel()
	for name, migrate := range map[string]func(*Store, context.Context) error{
		"all that wait": func(s *Store, ctx context.Context) error { return s.migrate(ctx, nil) },
		"a new one":     func(s *Store, ctx context.Context) error { return s.migrateTo(ctx, latest) },
	} {
		s, f := throughFaultyDriver(t, atVersionNone(t))
		for n := 3; ; n += 10 { // goose asks in more than one way whether its table is there
			f.armed, f.calls, f.failCall = true, 0, n
			err := migrate(s, t.Context())
			calls := f.calls
			f.armed = false
			if calls < n { // none failed
				if err := errors.Join(err, s.checkVersion(t.Context())); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				break
			}
			if !errors.Is(err, errDriver) {
				t.Fatalf("%s: %v where call %d failed", name, err, n)
			}
		}
	}
}

func TestUpdate_FaultAfterTheCreationIsAnUnknownOutcome(t *testing.T) {
	t.Parallel()
	s, f := onFaultyDriver(t)
	create := func(tx store.WriteTx) error { _, err := tx.MarkCreated(time.UnixMilli(1)); return err }
	f.armed = true
	if err := s.Update(t.Context(), create); err != nil {
		t.Fatal(err)
	}
	f.failCall, f.calls = f.calls, 0 // the last, after the commit
	if err := s.Update(t.Context(), create); !errors.Is(err, store.ErrUnknownOutcome) || !errors.Is(err, errDriver) {
		t.Error(err)
	}
	f.failCall--
	f.calls = 0
	if err := s.Update(t.Context(), create); errors.Is(err, store.ErrUnknownOutcome) || !errors.Is(err, errDriver) {
		t.Errorf("the commit itself: %v", err)
	}
}

func TestUpdate_CommitIsToldWhereTheContextEndsAfterIt(t *testing.T) {
	t.Parallel()
	s, f := onFaultyDriver(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	f.committed = cancel
	if err := s.Update(ctx, func(store.WriteTx) error { return nil }); err != nil || ctx.Err() == nil {
		t.Errorf("%v, the context: %v", err, ctx.Err())
	}
}

func TestRun_RollbackThatFailsIsToldBesideTheCause(t *testing.T) {
	t.Parallel()
	s, f := onFaultyDriver(t)
	refused := errors.New("refused")
	err := s.View(t.Context(), func(store.ReadTx) error { f.armed, f.failCall = true, 1; return refused })
	if f.armed = false; !errors.Is(err, refused) || !errors.Is(err, errDriver) || !errors.Is(err, store.ErrFailed) {
		t.Error(err)
	}
	err = s.run(t.Context(), nil, func(t *readTx) error { return errors.Join(t.tx.Rollback(), refused) }) // as the end of a context does
	if !errors.Is(err, refused) || errors.Is(err, store.ErrFailed) {
		t.Errorf("after the rollback: %v", err)
	}
}

func TestSnapshot_WithoutTheWholeCopyIsAFailure(t *testing.T) {
	t.Parallel()
	s, f := onFaultyDriver(t)
	if _, err := s.Snapshot(t.Context()); !errors.Is(err, store.ErrFailed) {
		t.Errorf("of a driver that cannot: %v", err)
	}
	c := faultyConnector{driver: s.db.Driver(), dsn: "file:snapshot?mode=memory", driverFaults: f, copies: true}
	s = &Store{db: sql.OpenDB(c)}
	t.Cleanup(func() { _ = s.db.Close() })
	if file, err := s.Snapshot(t.Context()); string(file) != "part" || err != nil {
		t.Errorf("%q, %v", file, err)
	}
	f.armed, f.failCall, f.calls = true, 1, 0
	if _, err := s.Snapshot(t.Context()); !errors.Is(err, store.ErrFailed) || !errors.Is(err, errDriver) {
		t.Errorf("of a driver that fails: %v", err)
	}
	f.armed = false
}

func TestClose_FailsWithItsConnections(t *testing.T) {
	t.Parallel()
	s, f := onFaultyDriver(t)
	if err := s.View(t.Context(), func(store.ReadTx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	f.armed, f.failCall = true, 1
	if err := s.Close(); !errors.Is(err, store.ErrFailed) || !errors.Is(err, errDriver) {
		t.Error(err)
	}
}
