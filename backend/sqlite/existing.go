package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"countersign/backend/store"
)

// ErrOlderSchema is OpenExisting's answer to a database that waits for a
// migration, which only who holds the data folder may make.
var ErrOlderSchema = errors.New("the database is from an older version")

// OpenExisting opens the database at path beside a process that may hold its
// folder: it makes none and migrates none. Errors: fs.ErrNotExist,
// ErrOlderSchema, and those of Open.
func OpenExisting(ctx context.Context, path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := inspect(path); err != nil {
		return nil, err
	}
	s, err := open(path)
	if err != nil {
		return nil, err
	}
	checkLatest := func(ctx context.Context) error { return s.checkSchema(ctx, latest) }
	for _, look := range []func(context.Context) error{s.checkVersion, checkLatest, s.writable} {
		if err := look(ctx); err != nil {
			if errors.Is(err, ErrOlderSchema) {
				return nil, errors.Join(err, s.Close())
			}
			return nil, errors.Join(translate(err), s.Close())
		}
	}
	return s, nil
}

// checkVersion compares the schema's number with this program's, and writes nothing.
func (s *Store) checkVersion(ctx context.Context) error {
	p, err := s.steps()
	if err != nil {
		return err
	}
	sources := p.ListSources()
	want := sources[len(sources)-1].Version
	var tables int
	if err := s.db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE name = 'goose_db_version'").Scan(&tables); err != nil {
		return err
	}
	if tables == 0 {
		return fmt.Errorf("%w: it has no schema of ours", store.ErrAltered)
	}
	var got int64
	if err := s.db.QueryRowContext(ctx, "SELECT coalesce(max(version_id), 0) FROM goose_db_version").Scan(&got); err != nil {
		return err
	}
	switch {
	case got > want:
		return fmt.Errorf("%w: schema %d, this program knows %d", store.ErrNewer, got, want)
	case got < want:
		return fmt.Errorf("%w: schema %d, this program makes %d", ErrOlderSchema, got, want)
	}
	return nil
}
