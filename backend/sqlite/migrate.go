package sqlite

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"

	"countersign/backend/store"
)

//go:embed migrations/*.sql
var files embed.FS

// checkVersioned refuses a file without the table that migrate reads, which goose
// would otherwise make: each file of ours has had it from the start.
func (s *Store) checkVersioned(ctx context.Context) error {
	var tables int
	err := s.db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'goose_db_version'").Scan(&tables)
	if err == nil && tables != 1 {
		return fmt.Errorf("%w: it has no schema of ours", store.ErrAltered)
	}
	return err
}

// latest stands for the newest version of the schema.
const latest = -1

func (s *Store) steps() (*goose.Provider, error) {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectSQLite3, s.db, sub, goose.WithLogger(goose.NopLogger()))
}

// migrate brings the schema up to date, each step in a transaction of its own,
// and refuses a schema that is ahead of this program. check, which may be nil,
// compares the schema with what its version says before a step is made: a version
// that was set back would have steps made twice, over tables that have rows.
func (s *Store) migrate(ctx context.Context, check func(ctx context.Context, version int64) error) error {
	p, err := s.steps()
	if err != nil {
		return err
	}
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return err
	}
	switch {
	case current > target:
		return fmt.Errorf("%w: schema %d, this program knows %d", store.ErrNewer, current, target)
	case current == target:
		return nil
	case check != nil:
		if err := check(ctx, current); err != nil {
			return err
		}
	}
	_, err = p.Up(ctx)
	return err
}

// migrateTo makes the schema of a version in a database that is new.
func (s *Store) migrateTo(ctx context.Context, version int64) error {
	p, err := s.steps()
	if err != nil {
		return err
	}
	switch version {
	case latest:
		_, err = p.Up(ctx)
	case 0:
		_, err = p.GetDBVersion(ctx) // which makes the table of versions
	default:
		_, err = p.UpTo(ctx, version)
	}
	return err
}
