package sqlite

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"

	"countersign/backend/workspace"
)

//go:embed migrations/*.sql
var files embed.FS

// checkVersioned refuses a file without the table that migrate reads, which goose
// would otherwise make: each file of ours has had it from the start.
func (s *Store) checkVersioned(ctx context.Context) error {
	var tables int
	err := s.db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'goose_db_version'").Scan(&tables)
	if err == nil && tables != 1 {
		return fmt.Errorf("%w: it has no schema of ours", workspace.ErrStoreAltered)
	}
	return err
}

// migrate brings the schema up to date, each step in a transaction of its own,
// and refuses a schema that is ahead of this program.
func (s *Store) migrate(ctx context.Context) error {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, s.db, sub, goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return err
	}
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return err
	}
	switch {
	case current > target:
		return fmt.Errorf("%w: schema %d, this program knows %d", workspace.ErrStoreNewer, current, target)
	case current == target:
		return nil
	}
	_, err = p.Up(ctx)
	return err
}
