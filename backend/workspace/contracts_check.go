package workspace

import (
	"context"
	"errors"
	"slices"

	"countersign/backend/service"
	"countersign/backend/store"
)

// UnknownFiles names settled files that no row speaks of. Nothing deletes them:
// an older copy of the database may have been accepted, and they are what was
// added since. Errors: session_ended; folder.
func (s *Session) UnknownFiles(ctx context.Context) (names []string, err error) {
	if err := s.Whole(); err != nil {
		return nil, err
	}
	w := s.w
	var files []string
	err = w.files.List(func(name string, settled bool, _ int64) error {
		if settled {
			files = append(files, name)
		}
		return nil
	})
	if err != nil {
		return nil, service.Explain(err)
	}
	err = w.view(ctx, func(tx store.ReadTx) error {
		names = nil
		for _, name := range files {
			id, _, ok := store.ParseBlobName(name)
			if ok {
				_, err := tx.Document(id)
				if err == nil {
					continue
				}
				if !errors.Is(err, store.ErrNotFound) {
					return err
				}
			}
			names = append(names, name)
		}
		return nil
	})
	slices.Sort(names)
	return names, err
}

// MissingFiles says which of these documents have no file. Errors: session_ended; folder.
func (s *Session) MissingFiles(ctx context.Context, ids []string) (map[string]bool, error) {
	done, err := s.begin()
	if err != nil {
		return nil, err
	}
	defer done()
	there := make(map[string]bool, len(ids))
	err = s.w.files.List(func(name string, _ bool, _ int64) error {
		if id, _, ok := store.ParseBlobName(name); ok {
			there[id] = true
		}
		return ctx.Err()
	})
	missing := map[string]bool{}
	for _, id := range ids {
		if !there[id] {
			missing[id] = true
		}
	}
	return missing, service.Explain(err)
}
