package postgres

import (
	"context"
	"net"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"countersign/backend/store"
)

// Describe gives the description of a database's schema.
func Describe(t *testing.T, connString string) []string {
	t.Helper()
	d, err := connect(t.Context(), connString)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	lines, err := d.describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// Exec runs a statement within a transaction.
func Exec(t store.ReadTx, sql string, args ...any) error {
	r := read(t)
	_, err := r.conn.Exec(r.ctx, sql, args...)
	return translate(err)
}

// Server is the process of the server that runs a transaction.
func Server(t store.ReadTx) uint32 { return read(t).conn.PgConn().PID() }

// Conn is the network's connection of a transaction.
func Conn(t store.ReadTx) net.Conn { return read(t).conn.PgConn().Conn() }

// Lose closes the connection of a transaction.
func Lose(t store.ReadTx) error { return read(t).conn.Close(context.Background()) }

func read(t store.ReadTx) *readTx {
	if w, ok := t.(*tx); ok {
		return w.readTx
	}
	return t.(*readTx)
}

// LockServer is the process of the server that has the lock of an Exclusive.
func LockServer(t *testing.T, s *Store) (process uint32) {
	t.Helper()
	if err := s.db.pool.QueryRow(t.Context(), `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
		AND classid::bigint << 32 | objid::bigint = $1 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`, s.lock).Scan(&process); err != nil {
		t.Fatal(err)
	}
	return process
}

// Explain translates an error of the driver.
func Explain(err error) error { return translate(err) }

// Setting gives what the connections of a database have set.
func Setting(t *testing.T, d *Database, name string) (value string) {
	t.Helper()
	rows, err := d.pool.Query(t.Context(), "SELECT current_setting($1)", name)
	if err == nil {
		value, err = pgx.CollectExactlyOneRow(rows, pgx.RowTo[string])
	}
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// DatabaseOf is the number of the database that a transaction is in.
func DatabaseOf(t store.ReadTx) (number string, err error) {
	r := read(t)
	err = r.conn.QueryRow(r.ctx, "SELECT oid::text FROM pg_database WHERE datname = current_database()").Scan(&number)
	return number, err
}

// FileOf is where a table is, from the server's data folder.
func FileOf(t store.ReadTx, table string) (path string, err error) {
	r := read(t)
	err = r.conn.QueryRow(r.ctx, "SELECT pg_relation_filepath($1)", table).Scan(&path)
	return path, err
}

// Step is how many rows a walk fetches at once.
const Step = step

// CloseOf closes the database of a workspace.
func CloseOf(s *Store) { s.db.Close() }

// ChunkSize is how much of a document goes into one row, PageSize how many names List asks for at once, and SweepSize how
// many chunks are deleted at once.
const (
	ChunkSize = chunkSize
	PageSize  = pageSize
	SweepSize = sweepSize
)

// TablesOfRows are the tables that Fill forgets.
func TablesOfRows() []string { return slices.Clone(ofRows) }
