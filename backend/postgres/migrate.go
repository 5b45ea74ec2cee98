package postgres

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"countersign/backend/store"
)

//go:embed migrations/*.sql
var files embed.FS

// namespace is the PostgreSQL schema with our tables. A database may have others beside it.
const namespace = "countersign"

// serves is the oldest schema whose program may go on beside this one, on the schema that Migrate makes: so the instances of a server are
// updated one after the other. A migration that adds tables, or columns with a default, leaves it as it is. One that takes away or changes
// what an older program asks for sets it to its own number.
const serves = 4 // an older program hashes a profile without its language

// ErrOlderSchema is Open's answer to a database that waits for Migrate.
var ErrOlderSchema = errors.New("the database waits for a migration")

// Migrate brings the schema of a database up to date, and makes it in one that has none. Several
// programs may call it at once: one of them does it. It needs the right to create a schema, which
// Open does not. Errors: store.ErrNewer, store.ErrAltered and those of Open.
func Migrate(ctx context.Context, connString string) error {
	d, err := connect(ctx, connString)
	if err != nil {
		return err
	}
	defer d.Close()
	return within(ctx, d.migrate(ctx))
}

func (d *Database) migrate(ctx context.Context) (err error) {
	if err := d.checkEncoding(ctx); err != nil {
		return err
	}
	conn, err := d.locks.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	lock := lockKey("migration")
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", lock); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock(ctx, conn.Conn(), lock)) }()
	if _, err := conn.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+namespace); err != nil {
		return err
	}
	db := stdlib.OpenDBFromPool(d.pool)
	defer func() { err = errors.Join(err, db.Close()) }()
	p, err := steps(db)
	if err != nil {
		return err
	}
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return err
	}
	if current > target {
		return newer(current, target)
	}
	// Before anything is changed: programs that are older than this one serves are not ready any more.
	if _, err := conn.Exec(ctx, "COMMENT ON SCHEMA "+namespace+" IS "+fmt.Sprintf("'"+servesForm+"'", serves)); err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return err
	}
	return d.checkSchema(ctx, false)
}

func steps(db *sql.DB) (*goose.Provider, error) {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, db, sub, goose.WithLogger(goose.NopLogger()))
}

func newer(current, target int64) error {
	return fmt.Errorf("%w: schema %d, this program knows %d", store.ErrNewer, current, target)
}

// servesForm is how the schema says which programs it serves.
const servesForm = "serves=%d"

// checkVersion compares the schema's number with this program's, and writes nothing. beside allows one that is newer and serves this program.
func (d *Database) checkVersion(ctx context.Context, beside bool) (isNewer bool, err error) {
	db := stdlib.OpenDBFromPool(d.pool)
	defer db.Close()
	p, err := steps(db)
	if err != nil {
		return false, err
	}
	sources := p.ListSources()
	want := sources[len(sources)-1].Version
	var made bool
	if err := d.pool.QueryRow(ctx, "SELECT to_regclass('goose_db_version') IS NOT NULL").Scan(&made); err != nil {
		return false, err
	}
	var got int64
	var says string
	if made {
		if err := d.pool.QueryRow(ctx, "SELECT coalesce(max(version_id), 0), coalesce(obj_description($1::regnamespace, 'pg_namespace'), '') FROM goose_db_version", namespace).Scan(&got, &says); err != nil {
			return false, err
		}
	}
	switch {
	case got > want:
		var oldest int64
		if n, _ := fmt.Sscanf(says, servesForm, &oldest); !beside || n != 1 || oldest > want {
			return true, newer(got, want)
		}
		return true, nil
	case got < want:
		return false, fmt.Errorf("%w: schema %d, this program has %d", ErrOlderSchema, got, want)
	}
	return false, nil
}
