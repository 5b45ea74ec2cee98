package postgres_test

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/backend/postgres"
	"countersign/backend/postgres/postgrestest"
	"countersign/backend/serverkey"
	"countersign/backend/store"
)

func TestReady_GivesTheDatabasesClock(t *testing.T) {
	t.Parallel()
	d := open(t, migrated(t))
	before := time.Now()
	now, err := d.Ready(t.Context())
	if err != nil || now.Before(before.Add(-time.Second)) || now.After(time.Now().Add(time.Second)) { // of the same computer
		t.Errorf("%v, %v", now, err)
	}
}

func TestReady_NotWhereNothingCanBeWritten(t *testing.T) {
	t.Parallel()
	s := postgrestest.New(t)
	s.Admin(t, "CREATE DATABASE quiet")
	connString := s.ConnString("quiet")
	if err := postgres.Migrate(t.Context(), connString); err != nil {
		t.Fatal(err)
	}
	d := open(t, connString)
	if _, err := d.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.Admin(t, "ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
	waitFor(t, s, "SELECT current_setting('default_transaction_read_only') = 'on'")
	for err := error(nil); ; { // a connection hears of it with its next statement
		if _, err = d.Ready(t.Context()); err != nil {
			is(t, "read-only", err, store.ErrReadOnly)
			break
		}
	}
	_, err := d.Ready(t.Context()) // on a new connection
	is(t, "read-only", err, store.ErrReadOnly)
}

func TestReady_NotWithASchemaOfAnotherVersion(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	d := open(t, connString)
	sneak(t, connString, asNewer, "COMMENT ON SCHEMA countersign IS 'serves=99999'")
	_, err := d.Ready(t.Context())
	is(t, "a newer schema", err, store.ErrNewer, store.ErrFailed)
}

func TestFingerprint_IsTheKeysOnceItWasTaken(t *testing.T) {
	t.Parallel()
	d := open(t, migrated(t))
	if got, err := d.Fingerprint(t.Context()); err != nil || got != "" {
		t.Errorf("%q, %v", got, err)
	}
	key, err := serverkey.Create(filepath.Join(t.TempDir(), "server.key"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.TakeKey(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	if got, err := d.Fingerprint(t.Context()); err != nil || got != key.Fingerprint() {
		t.Errorf("%q, %v", got, err)
	}
}

func TestCheckConnString_TakesLibpqsForms(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"postgres://u:p@a:5432,b:5433/db?target_session_attrs=read-write", "host=a,b user=u dbname=d pool_max_conns=7"} {
		if err := postgres.CheckConnString(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"postgres://u:hidden@[", "host=a pool_max_conns=hidden", "hidden"} {
		is(t, bad, postgres.CheckConnString(bad), store.ErrFailed)
	}
	missing := filepath.Join(t.TempDir(), "ca.pem")
	err := postgres.CheckConnString("postgres://u:hidden@a/db?sslmode=verify-full&sslrootcert=" + missing)
	is(t, "a certificate that isn't there", err, store.ErrFailed)
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), missing) || strings.Contains(err.Error(), "hidden") {
		t.Errorf("of a certificate that isn't there, it says %v", err)
	}
}

func TestConnections_CountsThoseInUse(t *testing.T) {
	t.Parallel()
	d := open(t, migrated(t))
	err := d.Workspace("w").View(t.Context(), func(store.ReadTx) error {
		if transactions, locks := d.Connections(); transactions.InUse != 1 || transactions.Most < 4 || locks.InUse != 0 {
			t.Errorf("%+v, %+v", transactions, locks)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
