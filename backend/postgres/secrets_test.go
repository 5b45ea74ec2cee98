package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"countersign/backend/keychain/contracttest"
	"countersign/backend/postgres"
	"countersign/backend/postgres/postgrestest"
	"countersign/backend/secret"
	"countersign/backend/serverkey"
	"countersign/backend/store"
)

func setItem(t *testing.T, s store.Secrets, name, value string) {
	t.Helper()
	if err := s.Set(context.WithoutCancel(t.Context()), name, secret.NewBytes([]byte(value))); err != nil {
		t.Fatal(err)
	}
}

// itemIs expects an item, or none for "".
func itemIs(t *testing.T, what string, s store.Secrets, name, want string) {
	t.Helper()
	got, err := s.Get(context.WithoutCancel(t.Context()), name)
	if want == "" {
		is(t, what, err, store.ErrSecretMissing)
	} else if err != nil || string(got.Reveal()) != want {
		t.Errorf("%s: %s is %q, %v, not %q", what, name, got.Reveal(), err, want)
	}
}

// instance is one of several servers of a database.
func instance(t *testing.T, connString string, k *serverkey.Key) (*postgres.Store, *postgres.Secrets) {
	t.Helper()
	d := open(t, connString)
	s := d.Workspace("w")
	return s, taken(t, d, k).Secrets(s)
}

func TestTakeKey_DatabaseBelongsToItsFirstKey(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	mine, other := newKey(t), newKey(t)
	_, secrets := instance(t, connString, mine)
	setItem(t, secrets, "w/a", "1")
	d := open(t, connString)
	for range 2 {
		_, err := d.TakeKey(t.Context(), other)
		is(t, "another key", err, postgres.ErrOtherKey)
		if !strings.Contains(err.Error(), "this database belongs to another server key") || !strings.Contains(err.Error(), mine.Fingerprint()) {
			t.Errorf("it says %v", err)
		}
	}
	_, again := instance(t, connString, mine)
	itemIs(t, "the same key again", again, "w/a", "1")
	sneak(t, connString, "DELETE FROM server_key")
	for _, k := range []*serverkey.Key{mine, other} {
		_, err := d.TakeKey(t.Context(), k)
		is(t, "secrets of no known key", err, store.ErrAltered)
	}
	sneak(t, connString, "DELETE FROM secrets")
	taken(t, d, other) // nothing is there that would be lost
}

// TestTakeKey_OfTwoAtOnceOneIsTheDatabases has another server in the middle of it.
func TestTakeKey_OfTwoAtOnceOneIsTheDatabases(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	d := open(t, connString)
	mine, other := newKey(t), newKey(t)
	for _, c := range []struct {
		end  string
		want error
	}{{"ROLLBACK", nil}, {"COMMIT", postgres.ErrOtherKey}} {
		sneak(t, connString, "DELETE FROM server_key")
		conn, err := pgx.Connect(t.Context(), connString)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(t.Context(), "BEGIN; INSERT INTO countersign.server_key (fingerprint) VALUES ('"+other.Fingerprint()+"')"); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- second(d.TakeKey(t.Context(), mine)) }()
		waitFor(t, postgrestest.Shared(t), fmt.Sprintf("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'transactionid' AND transactionid = (SELECT backend_xid FROM pg_stat_activity WHERE pid = %d))", conn.PgConn().PID()))
		if _, err := conn.Exec(t.Context(), c.end); err != nil {
			t.Fatal(err)
		}
		if err := <-done; !errors.Is(err, c.want) {
			t.Errorf("%s: %v, not %v", c.end, err, c.want)
		}
		if err := conn.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func second[A, B any](_ A, b B) B { return b }

func TestTakeKey_AnswerThatIsLostIsUnknown(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	p, proxied := through(t, connString)
	d := open(t, proxied)
	p.arm(beforeTheClient)
	_, err := d.TakeKey(t.Context(), newKey(t))
	is(t, "first use", err, store.ErrUnknownOutcome)
	_, err = d.TakeKey(t.Context(), newKey(t))
	is(t, "it stands", err, postgres.ErrOtherKey)
}

func TestSecrets_KeyOfAnotherDatabaseIsAMistake(t *testing.T) {
	t.Parallel()
	d, other := open(t, migrated(t)), open(t, migrated(t))
	defer func() {
		if recover() == nil {
			t.Error("it was taken")
		}
	}()
	taken(t, d, newKey(t)).Secrets(other.Workspace("w"))
}

func TestKey_OpensNothingOnceItIsClosed(t *testing.T) {
	t.Parallel()
	d := open(t, migrated(t))
	server := newKey(t)
	key := taken(t, d, server)
	s := key.Secrets(d.Workspace("w"))
	setItem(t, s, "w/a", "1")
	key.Close()
	_, err := s.Get(t.Context(), "w/a")
	is(t, "closed", err, store.ErrSecretsDamaged)
	itemIs(t, "taken again", taken(t, d, server).Secrets(d.Workspace("w")), "w/a", "1")
}

func TestSecrets_KeepTheContractBesideANeighbour(t *testing.T) {
	t.Parallel()
	contracttest.Keep(t, func(t *testing.T) store.Secrets {
		d := open(t, migrated(t))
		key := taken(t, d, newKey(t))
		neighbour := key.Secrets(d.Workspace("neighbour"))
		for _, name := range []string{"w/a", "w/b", "w/A", "w", "w/anchor", "w/copy", "w/gone", "w/large", "w/not-there", "w/user-1", "w/user-2"} {
			setItem(t, neighbour, name, "the neighbour's "+name)
			t.Cleanup(func() { itemIs(t, "the neighbour", neighbour, name, "the neighbour's "+name) })
		}
		return key.Secrets(d.Workspace("w"))
	})
}

func TestSecrets_WhatWasMovedOrChangedDoesNotOpen(t *testing.T) {
	t.Parallel()
	for name, statement := range map[string]string{
		"another name's":      "UPDATE secrets SET ciphertext = (SELECT ciphertext FROM secrets WHERE name = 'w/b') WHERE workspace = 'w' AND name = 'w/a'",
		"another workspace's": "UPDATE secrets SET ciphertext = (SELECT ciphertext FROM secrets WHERE workspace = 'x') WHERE workspace = 'w' AND name = 'w/a'",
		"changed":             "UPDATE secrets SET ciphertext = set_byte(ciphertext, 30, get_byte(ciphertext, 30) # 1) WHERE name = 'w/a'",
		"cut":                 "UPDATE secrets SET ciphertext = substring(ciphertext FROM 1 FOR 40) WHERE name = 'w/a'",
		"empty":               "UPDATE secrets SET ciphertext = '' WHERE name = 'w/a'",
	} {
		connString := migrated(t)
		d := open(t, connString)
		key := taken(t, d, newKey(t))
		s := key.Secrets(d.Workspace("w"))
		setItem(t, s, "w/a", "value of a")
		setItem(t, s, "w/b", "value of b")
		setItem(t, key.Secrets(d.Workspace("x")), "w/a", "value of x")
		sneak(t, connString, statement)
		got, err := s.Get(t.Context(), "w/a")
		is(t, name, err, store.ErrSecretsDamaged, store.ErrSecretMissing)
		if got.Len() > 0 {
			t.Errorf("%s: it gives %d bytes", name, got.Len())
		}
		setItem(t, s, "w/a", "anew")
		itemIs(t, "set anew", s, "w/a", "anew")
	}
}

// TestSecrets_DatabaseHasNoValueInClear looks into everything that the server has written.
func TestSecrets_DatabaseHasNoValueInClear(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	_, s := instance(t, connString, newKey(t))
	value := "the quick brown fox jumps"
	setItem(t, s, "w/a", value)
	setItem(t, s, "w/b", value)
	all := count(t, connString, "SELECT count(*) FROM secrets")
	clear := count(t, connString, "SELECT count(*) FROM secrets WHERE position('"+value[4:9]+"'::bytea IN ciphertext) > 0")
	same := count(t, connString, "SELECT count(DISTINCT ciphertext) FROM secrets")
	if all != 2 || clear != 0 || same != 2 {
		t.Errorf("of %d items %d are in clear, and %d differ", all, clear, same)
	}
}

func TestSecrets_FailingDatabaseDoesNotSayMissing(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	s, secrets := instance(t, connString, newKey(t))
	setItem(t, secrets, "w/a", "1")
	fails := func(what string, want error) {
		t.Helper()
		_, err := secrets.Get(t.Context(), "w/a")
		for act, err := range map[string]error{"Get": err, "Set": secrets.Set(t.Context(), "w/b", secret.NewBytes([]byte("2"))), "Delete": secrets.Delete(t.Context(), "w/a")} {
			is(t, what+": "+act, err, want, store.ErrSecretMissing, store.ErrSecretsDamaged, store.ErrConflict)
		}
	}
	sneak(t, connString, "ALTER TABLE secrets RENAME TO away")
	fails("without the table", store.ErrFailed)
	sneak(t, connString, "ALTER TABLE away RENAME TO secrets")
	itemIs(t, "again", secrets, "w/a", "1")
	sneak(t, connString, "CREATE FUNCTION public.no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no' USING ERRCODE = '40P01'; END $$",
		"CREATE TRIGGER no BEFORE INSERT OR UPDATE OR DELETE ON secrets FOR EACH ROW EXECUTE FUNCTION public.no()")
	err := secrets.Set(t.Context(), "w/b", secret.NewBytes([]byte("2")))
	is(t, "a deadlock", err, store.ErrBusy, store.ErrConflict)
	ctx, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	_, err = secrets.Get(ctx, "w/a")
	is(t, "too late", err, store.ErrBusy, store.ErrSecretMissing)
	is(t, "too late, as the journal asks", err, context.DeadlineExceeded)
	postgres.CloseOf(s)
	fails("closed", store.ErrFailed)
}

func TestSecrets_CommitWithoutAnAnswerIsUnknown(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	k := newKey(t)
	_, direct := instance(t, connString, k)
	p, proxied := through(t, connString)
	_, s := instance(t, proxied, k)
	for name, c := range map[string]struct {
		where cut
		want  string
	}{"w/lost": {beforeTheServer, ""}, "w/kept": {beforeTheClient, "x"}} {
		p.arm(c.where)
		err := s.Set(t.Context(), name, secret.NewBytes([]byte("x")))
		is(t, name, err, store.ErrUnknownOutcome, store.ErrFailed, store.ErrSecretMissing)
		itemIs(t, name, direct, name, c.want)
		p.arm(c.where)
		setItem(t, direct, name, "x")
		is(t, "delete "+name, s.Delete(t.Context(), name), store.ErrUnknownOutcome, store.ErrFailed)
		if c.where == beforeTheServer {
			itemIs(t, "deleted", direct, name, "x")
		} else {
			itemIs(t, "deleted", direct, name, "")
		}
	}
}

func TestSecrets_OfTwoInstancesOneWinsAndBothSeeIt(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	k := newKey(t)
	_, one := instance(t, connString, k)
	_, other := instance(t, connString, k)
	var all sync.WaitGroup
	var values []string
	for i := range 8 {
		s, value := []store.Secrets{one, other}[i%2], fmt.Sprint("value ", i)
		values = append(values, value)
		all.Go(func() { setItem(t, s, "w/a", value) })
	}
	all.Wait()
	a, errA := one.Get(t.Context(), "w/a")
	b, errB := other.Get(t.Context(), "w/a")
	if err := errors.Join(errA, errB); err != nil || !bytes.Equal(a.Reveal(), b.Reveal()) || !slices.Contains(values, string(a.Reveal())) {
		t.Errorf("%q and %q, %v", a.Reveal(), b.Reveal(), err)
	}
}

// TestSecrets_NothingIsWrittenOnceTheLockIsLost is an anchor that comes too late.
func TestSecrets_NothingIsWrittenOnceTheLockIsLost(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	k := newKey(t)
	s, mine := instance(t, connString, k)
	next, others := instance(t, connString, k)
	setItem(t, mine, "w/anchor", "1")
	err := s.Exclusive(t.Context(), func() error {
		setItem(t, mine, "w/anchor", "2")
		terminate(t, postgrestest.Shared(t), postgres.LockServer(t, s))
		if err := next.Exclusive(t.Context(), func() error { setItem(t, others, "w/anchor", "3"); return nil }); err != nil {
			t.Error(err)
		}
		is(t, "delete", mine.Delete(t.Context(), "w/anchor"), store.ErrFailed, store.ErrUnknownOutcome)
		return mine.Set(t.Context(), "w/anchor", secret.NewBytes([]byte("too late")))
	})
	is(t, "set", err, store.ErrFailed, store.ErrUnknownOutcome)
	itemIs(t, "the next holder's", others, "w/anchor", "3")
	setItem(t, mine, "w/b", "outside of it")
}
