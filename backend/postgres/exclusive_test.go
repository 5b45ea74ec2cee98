package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"countersign/backend/postgres"
	"countersign/backend/postgres/postgrestest"
	"countersign/backend/store"

	"github.com/jackc/pgx/v5"
)

func TestExclusive_WithoutItsLockNothingIsCommitted(t *testing.T) {
	t.Parallel()
	s, _ := staffed(t)
	on := postgrestest.Shared(t)
	err := s.Exclusive(t.Context(), func() error {
		terminate(t, on, postgres.LockServer(t, s))
		return s.Update(t.Context(), func(tx store.WriteTx) error { return tx.InsertProfile(person("a")) })
	})
	is(t, "lost before the transaction", err, store.ErrFailed, store.ErrUnknownOutcome, store.ErrConflict)
	err = s.Exclusive(t.Context(), func() error {
		return s.Update(t.Context(), func(tx store.WriteTx) error {
			terminate(t, on, postgres.LockServer(t, s))
			return tx.InsertProfile(person("a"))
		})
	})
	is(t, "lost before the commit", err, store.ErrFailed, store.ErrUnknownOutcome, store.ErrConflict)
	if there(t, s, "a") {
		t.Error("something was committed")
	}
	err = s.Exclusive(t.Context(), func() error {
		err := s.Update(t.Context(), func(tx store.WriteTx) error { return tx.InsertProfile(person("b")) })
		terminate(t, on, postgres.LockServer(t, s))
		return err
	})
	is(t, "lost after the commit", err, store.ErrUnknownOutcome)
	if !there(t, s, "b") {
		t.Error("what was committed is gone")
	}
	refused := errors.New("refused")
	err = s.Exclusive(t.Context(), func() error { terminate(t, on, postgres.LockServer(t, s)); return refused })
	is(t, "a function that did nothing", err, refused, store.ErrUnknownOutcome)
	if err := s.Exclusive(t.Context(), func() error { return nil }); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	update(t, s, func(tx store.WriteTx) error { return tx.InsertProfile(person("c")) }) // outside, where no lock is asked for
}

// TestExclusive_ConnectionsThatTheServerEndedAreReplaced is what a failover looks like from here.
func TestExclusive_ConnectionsThatTheServerEndedAreReplaced(t *testing.T) {
	t.Parallel()
	d := open(t, migrated(t))
	var all []*postgres.Store
	for i := range 3 {
		all = append(all, d.Workspace(fmt.Sprint("w", i)))
	}
	var processes []uint32
	var nested func(n int) error
	nested = func(n int) error { // so many locks at once
		if n == len(all) {
			return nil
		}
		return all[n].Exclusive(t.Context(), func() error {
			processes = append(processes, postgres.LockServer(t, all[n]))
			return nested(n + 1)
		})
	}
	if err := nested(0); err != nil {
		t.Fatal(err)
	}
	for _, p := range processes {
		terminate(t, postgrestest.Shared(t), p)
	}
	if err := nested(0); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// TestExclusive_NextHolderWaitsForWhatCanStillCommit has a holder lose its lock while its transaction is
// open. Another gets the lock, and must not begin before that transaction has ended.
func TestExclusive_NextHolderWaitsForWhatCanStillCommit(t *testing.T) {
	t.Parallel()
	one, other := two(t)
	on := postgrestest.Shared(t)
	ended := false
	began := make(chan error, 1)
	_ = one.Exclusive(t.Context(), func() error {
		err := one.Update(t.Context(), func(tx store.WriteTx) error {
			lost := postgres.LockServer(t, one)
			go func() {
				began <- other.Exclusive(t.Context(), func() error {
					if !ended {
						return errors.New("it began beside an open transaction")
					}
					return nil
				})
			}()
			waitFor(t, on, "SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = "+database(tx, t))
			terminate(t, on, lost)
			// The other has the lock now, and waits for the fence.
			waitFor(t, on, fmt.Sprintf("SELECT count(*) = 2 FROM pg_locks WHERE locktype = 'advisory' AND pid IN (SELECT pid FROM pg_locks WHERE NOT granted AND database = %s)", database(tx, t)))
			ended = true
			return errors.New("rolled back")
		})
		return err
	})
	if err := <-began; err != nil {
		t.Error(err)
	}
}

// database is the number of the database that a transaction is in.
func database(tx store.ReadTx, t *testing.T) string {
	t.Helper()
	number, err := postgres.DatabaseOf(tx)
	if err != nil {
		t.Fatal(err)
	}
	return number
}

func TestExclusive_AProcessThatIsGoneHoldsNoLock(t *testing.T) {
	t.Parallel()
	s, connString := staffed(t)
	gone := open(t, connString).Workspace("w")
	inside, leave := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() { done <- gone.Exclusive(t.Context(), func() error { close(inside); <-leave; return nil }) }()
	<-inside
	soon, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	is(t, "while it is there", s.Exclusive(soon, func() error { t.Error("two at once"); return nil }), store.ErrBusy)
	terminate(t, postgrestest.Shared(t), postgres.LockServer(t, gone)) // as the server does where the client is gone
	if err := s.Exclusive(t.Context(), func() error { return nil }); err != nil {
		t.Error(err)
	}
	close(leave)
	is(t, "who lost it", <-done, store.ErrUnknownOutcome)
}

// TestExclusive_APanicGivesTheLockBack looks at the connection itself: the pool would hide a lock that stayed,
// for as long as the same connection is taken again.
func TestExclusive_APanicGivesTheLockBack(t *testing.T) {
	t.Parallel()
	one, other := two(t)
	func() {
		defer func() { _ = recover() }()
		_ = one.Exclusive(t.Context(), func() error { panic("boom") })
	}()
	soon, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	if err := other.Exclusive(soon, func() error { return nil }); err != nil {
		t.Error(err)
	}
}

func TestWait_ThatADeadlineEndsIsBusy(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	s := open(t, connString+" pool_max_conns=1").Workspace("w")
	put(t, s, "a")
	soon := func() context.Context {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		t.Cleanup(cancel)
		return ctx
	}
	view(t, s, func(store.ReadTx) error { // which has the only connection
		is(t, "for a connection", s.View(soon(), func(store.ReadTx) error { return nil }), store.ErrBusy, store.ErrFailed)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		is(t, "that was given up", s.View(ctx, func(store.ReadTx) error { return nil }), context.Canceled, store.ErrBusy, store.ErrFailed)
		return nil
	})
	other := open(t, connString).Workspace("w")
	update(t, other, func(tx store.WriteTx) error { // which has the row
		err := rename(tx, "a", "x")
		waited := s.Update(soon(), func(tx store.WriteTx) error { return rename(tx, "a", "y") })
		is(t, "for a row", waited, store.ErrBusy, store.ErrFailed, store.ErrUnknownOutcome)
		return err
	})
	if err := s.Update(t.Context(), func(tx store.WriteTx) error { return rename(tx, "a", "z") }); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// TestUpdate_ServerThatTakesNoWritesAnyMoreIsLeft has two servers, of which the first stops taking writes, as one
// does that is no longer the primary. A lock that is held there holds nothing at the other.
func TestUpdate_ServerThatTakesNoWritesAnyMoreIsLeft(t *testing.T) {
	t.Parallel()
	first, second := postgrestest.New(t), postgrestest.Shared(t)
	connString := migrated(t)
	config, err := pgx.ParseConfig(connString)
	if err != nil {
		t.Fatal(err)
	}
	first.Admin(t, "CREATE DATABASE "+config.Database)
	if err := postgres.Migrate(t.Context(), first.ConnString(config.Database)); err != nil {
		t.Fatal(err)
	}
	d := open(t, fmt.Sprintf("host=%s,%s port=5432 user=%s dbname=%s", first.Folder(), second.Folder(), config.User, config.Database))
	s := d.Workspace("w")
	put(t, s)
	put(t, open(t, connString).Workspace("w")) // as replication would have it
	err = s.Exclusive(t.Context(), func() error {
		first.Admin(t, "ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
		waitFor(t, first, "SELECT current_setting('default_transaction_read_only') = 'on'")
		var err error
		for ; err == nil; err = s.Update(t.Context(), func(tx store.WriteTx) error { _, err := tx.NextRun(); return err }) { // until its session has seen it
		}
		is(t, "at the first", err, store.ErrReadOnly)
		return s.Update(t.Context(), func(tx store.WriteTx) error { return tx.InsertProfile(person("a")) })
	})
	is(t, "at the second, where nobody has the lock", err, store.ErrFailed, store.ErrReadOnly, store.ErrUnknownOutcome)
	if err := s.Exclusive(t.Context(), func() error {
		return s.Update(t.Context(), func(tx store.WriteTx) error { return tx.InsertProfile(person("b")) })
	}); err != nil {
		t.Errorf("at the second: %v", err)
	}
	if at := open(t, connString).Workspace("w"); there(t, at, "a") || !there(t, at, "b") {
		t.Error("the second has what was not committed there, or not what was")
	}
}
