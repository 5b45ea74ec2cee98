package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"

	"countersign/backend/store"
)

// checkSchema refuses a database with a trigger, a view, an index or a column
// that this program did not make: any of them could change what a statement of
// ours does. What it should be is what the same migrations make in memory, up to
// the version.
func (s *Store) checkSchema(ctx context.Context, version int64) error {
	want, err := schemaOf(ctx, version)
	if err != nil {
		return err
	}
	got, err := s.schema(ctx)
	if err != nil {
		return err
	}
	for _, object := range got {
		if !slices.Contains(want, object) {
			return fmt.Errorf("%w: %.80q is not ours", store.ErrAltered, object)
		}
	}
	if len(got) != len(want) {
		return fmt.Errorf("%w: %d objects, not %d", store.ErrAltered, len(got), len(want))
	}
	return nil
}

// known are the schemas that schemaOf has made: the migrations are the same as long as the program runs.
var known = struct {
	sync.Mutex
	schemas map[int64][]string
}{schemas: map[int64][]string{}}

// schemaOf is what the migrations make, up to a version.
func schemaOf(ctx context.Context, version int64) ([]string, error) {
	known.Lock()
	defer known.Unlock()
	if made, ok := known.schemas[version]; ok {
		return made, nil
	}
	db, err := sql.Open("sqlite", "file:schema?mode=memory")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // each connection has a memory of its own
	fresh := &Store{db: db}
	var made []string
	if err = fresh.migrateTo(ctx, version); err == nil {
		made, err = fresh.schema(ctx)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		return nil, err
	}
	known.schemas[version] = made
	return made, nil
}

func (s *Store) schema(ctx context.Context) (objects []string, err error) {
	rows, err := s.db.QueryContext(ctx, "SELECT type || ' ' || name || ' on ' || tbl_name || ': ' || coalesce(sql, '') FROM sqlite_schema ORDER BY 1")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var o string
		if err := rows.Scan(&o); err != nil {
			return nil, err
		}
		objects = append(objects, o)
	}
	return objects, rows.Err()
}
