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
)

func TestUpdate_CommitWithoutAnAnswerIsUnknown(t *testing.T) {
	t.Parallel()
	direct, connString := staffed(t)
	p, proxied := through(t, connString)
	s := open(t, proxied).Workspace("w")
	for name, c := range map[string]struct {
		where cut
		kept  bool
	}{"lost": {beforeTheServer, false}, "kept": {beforeTheClient, true}} {
		err := s.Update(t.Context(), func(tx store.WriteTx) error {
			p.arm(c.where)
			return tx.InsertProfile(person(name))
		})
		is(t, name, err, store.ErrUnknownOutcome, store.ErrFailed, store.ErrConflict)
		if got := there(t, direct, name); got != c.kept {
			t.Errorf("%s: it is there: %t", name, got)
		}
		update(t, s, func(tx store.WriteTx) error { return tx.InsertProfile(person("after" + name)) }) // on another connection
	}
}

func TestUpdate_ConnectionLostBeforeItsCommitLeavesNothing(t *testing.T) {
	t.Parallel()
	s, _ := staffed(t)
	on := postgrestest.Shared(t)
	err := s.Update(t.Context(), func(tx store.WriteTx) error {
		err := tx.InsertProfile(person("a"))
		terminate(t, on, postgres.Server(tx))
		return errors.Join(err, tx.InsertProfile(person("b")))
	})
	is(t, "at a statement", err, store.ErrFailed, store.ErrUnknownOutcome, store.ErrConflict)
	err = s.Update(t.Context(), func(tx store.WriteTx) error {
		return errors.Join(tx.InsertProfile(person("a")), postgres.Lose(tx))
	})
	is(t, "and seen before the commit", err, store.ErrFailed, store.ErrUnknownOutcome, store.ErrConflict)
	err = s.Update(t.Context(), func(tx store.WriteTx) error {
		err := tx.InsertProfile(person("a"))
		terminate(t, on, postgres.Server(tx))
		return err
	})
	// Where the commit could be sent, nobody says whether the session ended before it or after it.
	if !errors.Is(err, store.ErrUnknownOutcome) && !errors.Is(err, store.ErrFailed) {
		t.Errorf("and seen at the commit: %v", err)
	}
	if there(t, s, "a") || there(t, s, "b") {
		t.Error("something was kept")
	}
	err = s.View(t.Context(), func(tx store.ReadTx) error {
		terminate(t, on, postgres.Server(tx))
		_, err := tx.Profile("a")
		return err
	})
	is(t, "a view", err, store.ErrFailed, store.ErrNotFound)
}

// TestUpdate_ConnectionsThatTheServerEndedAreReplaced is what a failover looks like from here.
func TestUpdate_ConnectionsThatTheServerEndedAreReplaced(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	d := open(t, connString+" pool_max_conns=4")
	s := d.Workspace("w")
	put(t, s)
	var processes []uint32
	var nested func(n int) error
	nested = func(n int) error { // so many connections at once
		if n == 0 {
			return nil
		}
		return s.View(t.Context(), func(tx store.ReadTx) error {
			processes = append(processes, postgres.Server(tx))
			return nested(n - 1)
		})
	}
	if err := nested(4); err != nil {
		t.Fatal(err)
	}
	for _, p := range processes {
		terminate(t, postgrestest.Shared(t), p)
	}
	update(t, s, func(tx store.WriteTx) error { return tx.InsertProfile(person("a")) })
	closed := make(chan struct{})
	go func() {
		d.Close() // waits for each connection that is in use
		close(closed)
	}()
	select {
	case <-closed:
	case <-time.After(patience):
		t.Fatal("connections stay in use")
	}
}

// TestCommit_WithoutAStandbyIsUnknown has a server of its own that waits for a standby which never
// comes, and a database and a role whose settings would hide that.
func TestCommit_WithoutAStandbyIsUnknown(t *testing.T) {
	t.Parallel()
	on := postgrestest.New(t)
	connString := on.Database(t)
	if err := postgres.Migrate(t.Context(), connString); err != nil {
		t.Fatal(err)
	}
	sneak(t, connString, "ALTER ROLE countersign SET client_min_messages = 'error'", "ALTER ROLE countersign SET synchronous_commit = 'off'",
		"ALTER ROLE countersign SET statement_timeout = '2s'")
	s := open(t, connString).Workspace("w")
	put(t, s)
	on.Admin(t, "ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()")
	waitFor(t, on, "SELECT current_setting('synchronous_standby_names') = '*'")
	ctx, cancel := context.WithCancel(t.Context())
	for name, end := range map[string]func(process uint32){
		"cancelled":  func(p uint32) { on.Admin(t, fmt.Sprintf("SELECT pg_cancel_backend(%d)", p)) },
		"terminated": func(p uint32) { on.Admin(t, fmt.Sprintf("SELECT pg_terminate_backend(%d)", p)) },
		"given up":   func(uint32) { cancel() },
	} {
		in, done := t.Context(), make(chan error, 1)
		if name == "given up" {
			in = ctx
		}
		process := make(chan uint32, 1)
		go func() {
			done <- s.Update(in, func(tx store.WriteTx) error {
				process <- postgres.Server(tx)
				return tx.InsertProfile(person(name))
			})
		}()
		p := <-process
		waitFor(t, on, fmt.Sprintf("SELECT wait_event = 'SyncRep' FROM pg_stat_activity WHERE pid = %d", p))
		end(p)
		is(t, name, <-done, store.ErrUnknownOutcome, store.ErrFailed, context.Canceled)
		for deadline := time.Now().Add(patience); !there(t, s, name); { // the process may not have heard of it yet
			if time.Now().After(deadline) {
				t.Fatalf("%s: it does not stand", name)
			}
		}
	}
	on.Admin(t, "ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()")
}

// TestCommit_SaysNoOnlyWhereTheServerDoes has a commit take its time, and ends it.
func TestCommit_SaysNoOnlyWhereTheServerDoes(t *testing.T) {
	t.Parallel()
	s, connString := staffed(t)
	on := postgrestest.Shared(t)
	sneak(t, connString, "CREATE FUNCTION public.wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(3600); RETURN NULL; END'",
		"CREATE CONSTRAINT TRIGGER t AFTER INSERT ON profiles DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.wait()")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for _, c := range []struct {
		name string
		end  func(process uint32)
		want error
		not  error
	}{
		{"cancelled", func(p uint32) { on.Admin(t, fmt.Sprintf("SELECT pg_cancel_backend(%d)", p)) }, store.ErrFailed, store.ErrUnknownOutcome},
		{"terminated", func(p uint32) { on.Admin(t, fmt.Sprintf("SELECT pg_terminate_backend(%d)", p)) }, store.ErrUnknownOutcome, store.ErrFailed}, // it says that the session ended
		{"given up", func(uint32) { cancel() }, store.ErrUnknownOutcome, context.Canceled},
	} {
		process, done := make(chan uint32, 1), make(chan error, 1)
		go func() {
			done <- s.Update(ctx, func(tx store.WriteTx) error {
				process <- postgres.Server(tx)
				return tx.InsertProfile(person(c.name))
			})
		}()
		p := <-process
		waitFor(t, on, fmt.Sprintf("SELECT wait_event = 'PgSleep' FROM pg_stat_activity WHERE pid = %d", p))
		c.end(p)
		is(t, c.name, <-done, c.want, c.not)
		if there(t, s, c.name) {
			t.Errorf("%s: it stands", c.name)
		}
	}
}

func TestUpdate_EndedContextSendsNoCommit(t *testing.T) {
	t.Parallel()
	s, _ := staffed(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := s.Update(ctx, func(tx store.WriteTx) error {
		err := tx.InsertProfile(person("a"))
		cancel()
		return err
	})
	is(t, "before the commit", err, context.Canceled, store.ErrUnknownOutcome, store.ErrFailed)
	if there(t, s, "a") {
		t.Error("it stands")
	}
}

// TestCommit_ThatRollsBackIsNoCommit has a transaction that PostgreSQL has given up, and that nobody noted: it answers
// the commit without an error.
func TestCommit_ThatRollsBackIsNoCommit(t *testing.T) {
	t.Parallel()
	s, _ := staffed(t)
	err := s.Update(t.Context(), func(tx store.WriteTx) error {
		err := tx.InsertProfile(person("a"))
		_ = postgres.Exec(tx, "SELECT 1 / 0")
		return err
	})
	is(t, "the commit", err, store.ErrFailed, store.ErrUnknownOutcome)
	if there(t, s, "a") {
		t.Error("it stands")
	}
}
