package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"countersign/backend/postgres"
	"countersign/backend/postgres/postgrestest"
	"countersign/backend/store"
)

func TestOpen_SchemaOfAnotherVersionIsRefused(t *testing.T) {
	t.Parallel()
	empty := postgrestest.Database(t)
	_, err := postgres.Open(t.Context(), empty)
	is(t, "an empty database", err, postgres.ErrOlderSchema, store.ErrFailed, store.ErrAltered)
	newer := migrated(t)
	sneak(t, newer, asNewer)
	_, err = postgres.Open(t.Context(), newer)
	is(t, "a newer one", err, store.ErrNewer, store.ErrFailed)
	is(t, "a newer one, migrated", postgres.Migrate(t.Context(), newer), store.ErrNewer, store.ErrFailed)
}

// asNewer is what a newer program's migration writes.
const asNewer = "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)"

// TestOpenBeside_GoesByWhatTheNewerSchemaServes has a database that Migrate has left, with what a newer program would have added.
func TestOpenBeside_GoesByWhatTheNewerSchemaServes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		statements []string
		want       error // nil: it serves this program
	}{
		"as Migrate says":     {[]string{asNewer, "ALTER TABLE factors ADD more int", "CREATE TABLE extra (x int)"}, nil},
		"no older one":        {[]string{asNewer, "COMMENT ON SCHEMA countersign IS 'serves=99999'"}, store.ErrNewer},
		"nothing is said":     {[]string{asNewer, "COMMENT ON SCHEMA countersign IS NULL"}, store.ErrNewer},
		"something else":      {[]string{asNewer, "COMMENT ON SCHEMA countersign IS 'ours'"}, store.ErrNewer},
		"something is gone":   {[]string{asNewer, "ALTER TABLE apps DROP COLUMN last_step"}, store.ErrAltered},
		"added by no program": {[]string{"ALTER TABLE factors ADD more int"}, store.ErrAltered},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			connString := migrated(t)
			sneak(t, connString, c.statements...)
			d, err := postgres.OpenBeside(t.Context(), connString)
			if c.want != nil {
				is(t, name, err, c.want)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			if _, err := d.Ready(t.Context()); err != nil {
				t.Errorf("it is not ready: %v", err)
			}
			put(t, d.Workspace("w"), "a")
			_, err = postgres.Open(t.Context(), connString)
			is(t, "what reads everything", err, store.ErrNewer)
		})
	}
}

func TestMigrate_ManyAtOnceMakeOneSchema(t *testing.T) {
	t.Parallel()
	connString := postgrestest.Database(t)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if err := postgres.Migrate(t.Context(), connString); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	put(t, open(t, connString).Workspace("w"))
}

func TestMigrate_DatabaseThatCannotHoldEachTextIsRefused(t *testing.T) {
	t.Parallel()
	connString := postgrestest.Shared(t).Database(t, "ENCODING LATIN1 TEMPLATE template0")
	err := postgres.Migrate(t.Context(), connString)
	is(t, "LATIN1", err, store.ErrFailed)
	if !strings.Contains(fmt.Sprint(err), "LATIN1") {
		t.Errorf("it does not say why: %v", err)
	}
}

func TestOpen_SchemaThatIsNotOursIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ statement, said string }{
		"Trigger":       {"CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; ALTER FUNCTION f() SET SCHEMA public; CREATE TRIGGER t BEFORE UPDATE ON attempts FOR EACH ROW EXECUTE FUNCTION public.f()", "trigger attempts.t"},
		"Rule":          {"CREATE RULE r AS ON DELETE TO factors DO INSTEAD NOTHING", "rule factors.r"},
		"Policy":        {"CREATE POLICY p ON factors USING (true)", "policy factors.p"},
		"RowSecurity":   {"ALTER TABLE factors ENABLE ROW LEVEL SECURITY", "with row security"},
		"Function":      {"CREATE FUNCTION lower(varchar) RETURNS text LANGUAGE sql AS 'SELECT NULL'", "function lower"},
		"Operator":      {"CREATE OPERATOR = (LEFTARG = text, RIGHTARG = text, FUNCTION = textne)", "operator countersign.=("},
		"View":          {"CREATE VIEW v AS SELECT 1", "relation of kind v"},
		"Table":         {"CREATE TABLE extra (x int)", "extra"},
		"Child":         {"CREATE TABLE public.more () INHERITS (factors)", "child public.more"},
		"Column":        {"ALTER TABLE factors ADD x int", "column factors.x"},
		"Default":       {"ALTER TABLE apps ALTER last_step SET DEFAULT 1", "apps.last_step"},
		"NoNotNull":     {"ALTER TABLE apps ALTER last_step DROP NOT NULL", "apps.last_step"},
		"Collation":     {`ALTER TABLE profiles ALTER name TYPE text COLLATE "POSIX"`, "profiles.name"},
		"NotLogged":     {"ALTER TABLE events SET UNLOGGED", "not logged"},
		"NoConstraint":  {"ALTER TABLE recovery_sets DROP CONSTRAINT recovery_sets_workspace_profile_id_sheet_key", "is missing"},
		"NoIndex":       {"DROP INDEX one_active_set", "is missing"},
		"NoForeignKeys": {"ALTER TABLE factors DISABLE TRIGGER ALL", "trigger factors."},
		"NotValid":      {"ALTER TABLE print_runs ADD CHECK (number > 1) NOT VALID", "NOT VALID"},
		"NoTable":       {"DROP TABLE documents", "is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			connString := migrated(t)
			sneak(t, connString, c.statement)
			for _, open := range []func() error{
				func() error { _, err := postgres.Open(t.Context(), connString); return err },
				func() error { return postgres.Migrate(t.Context(), connString) },
			} {
				err := open()
				is(t, c.statement, err, store.ErrAltered)
				if !strings.Contains(fmt.Sprint(err), c.said) {
					t.Errorf("it does not name it: %v", err)
				}
			}
		})
	}
}

func TestOpen_ConnectionsHaveOurSettings(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	name := connString[strings.Index(connString, "dbname=")+len("dbname="):]
	sneak(t, connString, "ALTER DATABASE "+name+" SET synchronous_commit = 'local'", "ALTER DATABASE "+name+" SET statement_timeout = '1s'",
		"ALTER DATABASE "+name+" SET client_min_messages = 'error'", "ALTER DATABASE "+name+" SET search_path = public")
	d := open(t, connString)
	want := map[string]string{
		"synchronous_commit": "on", "statement_timeout": "0", "client_min_messages": "warning", "search_path": "countersign, pg_temp", "application_name": "countersign",
	}
	for setting, value := range want {
		if got := postgres.Setting(t, d, setting); got != value {
			t.Errorf("%s is %s, not %s", setting, got, value)
		}
	}
	sneak(t, connString, "ALTER DATABASE "+name+" SET synchronous_commit = 'remote_apply'")
	if got := postgres.Setting(t, open(t, connString), "synchronous_commit"); got != "remote_apply" {
		t.Errorf("what waits for more than the disk becomes %s", got)
	}
}

// TestOpen_FindsTheHostThatTakesWrites names a host that is away and one that takes no writes before it.
func TestOpen_FindsTheHostThatTakesWrites(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	config, err := pgx.ParseConfig(connString)
	if err != nil {
		t.Fatal(err)
	}
	readOnly := postgrestest.New(t)
	readOnly.Admin(t, "CREATE DATABASE "+config.Database, "ALTER DATABASE "+config.Database+" SET default_transaction_read_only = on")
	there, _, _ := strings.Cut(strings.TrimPrefix(readOnly.ConnString("x"), "host="), " ")
	for _, hosts := range []string{t.TempDir() + "," + there + "," + config.Host, there + "," + config.Host, config.Host + "," + there} {
		for _, attributes := range []string{"", " target_session_attrs=read-write", " target_session_attrs=any"} {
			d, err := postgres.Open(t.Context(), fmt.Sprintf("host=%s port=5432 user=%s dbname=%s%s", hosts, config.User, config.Database, attributes))
			if err != nil {
				t.Errorf("%s: %v", hosts, err)
				continue
			}
			err = d.Workspace(hosts+attributes).Update(t.Context(), func(tx store.WriteTx) error { return tx.InsertInfo(store.Info{ID: "w", Name: "n"}) })
			if d.Close(); err != nil {
				t.Errorf("%s: %v", hosts, err)
			}
		}
	}
	_, err = postgres.Open(t.Context(), readOnly.ConnString(config.Database))
	is(t, "no other host", err, store.ErrReadOnly, store.ErrFailed)
}

func TestOpen_SaysWhatTheServerRefuses(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	config, err := pgx.ParseConfig(connString)
	if err != nil {
		t.Fatal(err)
	}
	role := "full_" + config.Database
	sneak(t, connString, "CREATE ROLE "+role+" LOGIN CONNECTION LIMIT 0")
	t.Cleanup(func() { postgrestest.Shared(t).Admin(t, "DROP ROLE "+role) })
	_, err = postgres.Open(t.Context(), strings.Replace(connString, "user=countersign", "user="+role, 1))
	is(t, "too many connections", err, store.ErrBusy, store.ErrFailed)
	_, err = postgres.Open(t.Context(), strings.Replace(connString, config.Database, "none", 1))
	is(t, "no database", err, store.ErrFailed)
	_, err = postgres.Open(t.Context(), "host="+t.TempDir())
	is(t, "no server", err, store.ErrFailed)
	for _, wrong := range []string{"postgres://u:hush-hush@host:port/x", "host=x password=hush-hush sslmode=perhaps", "password='hush-hush"} {
		_, err = postgres.Open(t.Context(), wrong)
		is(t, "no connection string", err, store.ErrFailed)
		if strings.Contains(fmt.Sprint(err), "hush-hush") {
			t.Errorf("the password is told: %v", err)
		}
	}
}

// TestOpen_NeedsNoRightToMakeAnything has a role that can read and write rows, and nothing else. Another can only read.
func TestOpen_NeedsNoRightToMakeAnything(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	config, err := pgx.ParseConfig(connString)
	if err != nil {
		t.Fatal(err)
	}
	for role, c := range map[string]struct {
		rights string
		want   error
	}{
		"writer_" + config.Database: {"SELECT, INSERT, UPDATE, DELETE", nil},
		"reader_" + config.Database: {"SELECT", store.ErrReadOnly},
	} {
		sneak(t, connString, "CREATE ROLE "+role+" LOGIN", "GRANT USAGE ON SCHEMA countersign TO "+role, "GRANT "+c.rights+" ON ALL TABLES IN SCHEMA countersign TO "+role)
		t.Cleanup(func() {
			sneak(t, connString, "DROP OWNED BY "+role)
			postgrestest.Shared(t).Admin(t, "DROP ROLE "+role)
		})
		as := strings.Replace(connString, "user=countersign", "user="+role, 1)
		err := open(t, as).Workspace("w").Update(t.Context(), func(tx store.WriteTx) error {
			return errors.Join(tx.InsertInfo(store.Info{ID: "w", Name: "n"}))
		})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, not %v", role, err, c.want)
		}
	}
}

// silent is a host that takes connections and says nothing, as one does whose programs stand still.
type silent struct {
	net.Listener
	came chan net.Conn
}

func newSilent(t *testing.T) *silent {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &silent{l, make(chan net.Conn, 100)}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				close(s.came)
				return
			}
			s.came <- conn
		}
	}()
	return s
}

// before gives the number of connections that have come, and takes no more.
func (s *silent) before(t *testing.T) (n int) {
	t.Helper()
	mine, err := net.Dial("tcp", s.Addr().String()) // they come in their order
	if err != nil {
		t.Fatal(err)
	}
	defer mine.Close()
	for conn := range s.came {
		_ = conn.Close()
		if conn.RemoteAddr().String() == mine.LocalAddr().String() {
			return n
		}
		n++
	}
	t.Fatal("it has ended")
	return n
}

// after gives a connection string that has the silent host before that of another.
func (s *silent) after(t *testing.T, connString, more string) string {
	t.Helper()
	config, err := pgx.ParseConfig(connString)
	if err != nil {
		t.Fatal(err)
	}
	at := s.Addr().(*net.TCPAddr)
	return fmt.Sprintf("host=%s,%s port=%d,%d user=%s dbname=%s sslmode=disable %s", at.IP, config.Host, at.Port, config.Port, config.User, config.Database, more)
}

func TestOpen_HostThatDoesNotAnswerIsPassedOver(t *testing.T) {
	t.Parallel()
	s := newSilent(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience) // half of what pgx would wait for by itself
	defer cancel()
	d, err := postgres.Open(ctx, s.after(t, migrated(t), ""))
	if err != nil {
		t.Fatal(err)
	}
	d.Close()
	if s.before(t) == 0 {
		t.Error("it was not asked")
	}
}

// TestOpen_HostThatTookWritesIsAskedFirst has the first host of the connection string be away for as long as the other works.
func TestOpen_HostThatTookWritesIsAskedFirst(t *testing.T) {
	t.Parallel()
	s := newSilent(t)
	_, connString := staffed(t)
	_, proxied := through(t, connString) // a host by name and port, as those on other computers are
	proxied = strings.Replace(proxied, "host=127.0.0.1", "host=localhost", 1)
	w := open(t, s.after(t, proxied, "pool_max_conns=4")).Workspace("w")
	var nested func(n int) error
	nested = func(n int) error { // so many connections at once
		if n == 0 {
			return nil
		}
		return w.View(t.Context(), func(tx store.ReadTx) error { return nested(n - 1) })
	}
	if err := w.Exclusive(t.Context(), func() error { return nested(4) }); err != nil {
		t.Fatal(err)
	}
	if n := s.before(t); n != 1 {
		t.Errorf("the one that is away was asked %d times", n)
	}
}
