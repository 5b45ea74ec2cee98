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
	if _, err := p.Up(ctx); err != nil {
		return err
	}
	return d.checkSchema(ctx)
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

// checkVersion compares the schema's number with this program's, and writes nothing.
func (d *Database) checkVersion(ctx context.Context) error {
	db := stdlib.OpenDBFromPool(d.pool)
	defer db.Close()
	p, err := steps(db)
	if err != nil {
		return err
	}
	sources := p.ListSources()
	want := sources[len(sources)-1].Version
	var made bool
	if err := d.pool.QueryRow(ctx, "SELECT to_regclass('goose_db_version') IS NOT NULL").Scan(&made); err != nil {
		return err
	}
	var got int64
	if made {
		if err := d.pool.QueryRow(ctx, "SELECT coalesce(max(version_id), 0) FROM goose_db_version").Scan(&got); err != nil {
			return err
		}
	}
	switch {
	case got > want:
		return newer(got, want)
	case got < want:
		return fmt.Errorf("%w: schema %d, this program has %d", ErrOlderSchema, got, want)
	}
	return nil
}
