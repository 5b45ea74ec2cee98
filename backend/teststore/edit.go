package teststore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"countersign/backend/postgres/postgrestest"
)

// T is a test that can be skipped.
type T interface {
	postgrestest.T
	Skip(...any)
}

// Edit runs statements on the database of a path, past the store and its foreign keys, as someone could who has
// the right to write it, and gives how many rows each has changed. They are SQLite's, with its names of tables.
// A test is skipped if PostgreSQL refuses its statement: what it refuses can't be planted there.
func Edit(t T, path string, statements ...string) (changed []int64, err error) {
	t.Helper()
	if chosen != "postgres" {
		return editFile(path, statements)
	}
	changed, err = editServer(database(t, path), statements)
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		t.Skip("PostgreSQL refuses this: " + refused.Message)
	}
	return changed, err
}

func editFile(path string, statements []string) (changed []int64, err error) {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return nil, err
	}
	for _, s := range statements {
		var r sql.Result
		if r, err = db.Exec(s); err != nil {
			break
		}
		n, _ := r.RowsAffected()
		changed = append(changed, n)
	}
	return changed, errors.Join(err, db.Close())
}

// foreignKeys turns the checks of foreign keys off and on, as the statement of SQLite's does.
var foreignKeys = map[string]string{"OFF": "SET session_replication_role = replica", "0": "SET session_replication_role = replica", "1": "SET session_replication_role = origin"}

func editServer(connString string, statements []string) (changed []int64, err error) {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, connString+" search_path=edited")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	for _, s := range append([]string{foreignKeys["OFF"]}, statements...) {
		if setting, is := strings.CutPrefix(s, "PRAGMA foreign_keys = "); is {
			s = foreignKeys[setting]
		}
		tag, err := conn.Exec(ctx, blobs.ReplaceAllString(s, `'\x$1'::bytea`), pgx.QueryExecModeSimpleProtocol)
		if err != nil {
			return nil, err
		}
		changed = append(changed, tag.RowsAffected())
	}
	return changed[1:], nil
}

// blobs are bytes as SQLite has them in a statement.
var blobs = regexp.MustCompile(`\bx'([0-9a-f]*)'`)

// editable makes a schema in which each table looks as SQLite has it, without the workspace in front, and what
// SQLite's statements need: numbers that stand for yes and no, and zeroblob.
func editable(connString string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, connString)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, `
		CREATE SCHEMA edited;
		CREATE FUNCTION edited.zeroblob(n int) RETURNS bytea LANGUAGE sql AS $$ SELECT decode(repeat('00', n), 'hex') $$;
		CREATE FUNCTION edited.yes(n int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN IF n NOT IN (0, 1) THEN RAISE '% is neither yes nor no', n; END IF; RETURN n = 1; END $$;
		UPDATE pg_cast SET castcontext = 'a', castfunc = 'edited.yes(int)'::regprocedure WHERE castsource = 'int4'::regtype AND casttarget = 'bool'::regtype;
		DO $$ DECLARE of record; BEGIN
			FOR of IN SELECT c.oid, relname, string_agg(quote_ident(attname), ', ' ORDER BY attnum) columns FROM pg_class c JOIN pg_attribute ON attrelid = c.oid
				WHERE relnamespace = 'countersign'::regnamespace AND relkind = 'r' AND relname NOT IN ('goose_db_version', 'server_key') AND attnum > 1 GROUP BY c.oid, relname
			LOOP
				EXECUTE format('CREATE VIEW edited.%I AS SELECT %s, workspace FROM countersign.%I', CASE of.relname WHEN 'workspaces' THEN 'workspace' ELSE of.relname END, of.columns, of.relname);
				EXECUTE format('ALTER VIEW edited.%I ALTER workspace SET DEFAULT %L', CASE of.relname WHEN 'workspaces' THEN 'workspace' ELSE of.relname END, '`+tested+`');
			END LOOP;
		END $$`)
	return errors.Join(err, conn.Close(ctx))
}

// Copy makes the database of a path from that of another, whose store no one has open. Connections of Server
// are ended, and made anew when they are needed.
func Copy(t T, from, to string) {
	t.Helper()
	if chosen != "postgres" {
		if err := os.WriteFile(to, []byte(fileContent(t, from)), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	original := database(t, from)
	if err := disconnect(t, original); err != nil {
		t.Fatal(err)
	}
	copied := postgrestest.Like(t, original)
	mu.Lock()
	defer mu.Unlock()
	databases[to] = copied
}

// disconnect ends all connections to a database, and waits until they are gone.
func disconnect(t T, connString string) error {
	config, err := pgx.ParseConfig(connString)
	if err != nil {
		return err
	}
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, postgrestest.Shared(t).ConnString("postgres"))
	if err != nil {
		return err
	}
	left := 1
	for err == nil && left > 0 {
		err = conn.QueryRow(ctx, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = $1", config.Database).Scan(&left)
	}
	return errors.Join(err, conn.Close(ctx))
}

// Content is all that the database of a path has, to see whether it was changed: SQLite's file, or all rows.
func Content(t T, path string) string {
	t.Helper()
	if chosen != "postgres" {
		return fileContent(t, path)
	}
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, database(t, path))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := conn.Query(ctx, `SELECT tablename::text FROM pg_tables WHERE schemaname = 'countersign' ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	all := ""
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	for _, table := range tables {
		var content string
		if err == nil {
			err = conn.QueryRow(ctx, fmt.Sprintf("SELECT coalesce(string_agg(r::text, E'\\n' ORDER BY r::text), '') FROM countersign.%s r", table)).Scan(&content)
		}
		all += table + "\n" + content + "\n"
	}
	if err := errors.Join(err, conn.Close(ctx)); err != nil {
		t.Fatal(err)
	}
	return all
}
