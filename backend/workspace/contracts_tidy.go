package workspace

import (
	"context"
	"errors"

	"countersign/backend/store"
)

// tidyDocuments gives each file of a crash its end: one that a row speaks of is
// settled, one that was never spoken of goes, and so does what a row has no more
// use for. A settled file without a row is left alone, whatever it is: see
// CheckDocuments.
func (w *Workspace) tidyDocuments(ctx context.Context) error {
	if err := w.files.Tidy(); err != nil {
		return err
	}
	var all []store.DocumentRow
	err := w.view(ctx, func(tx store.ReadTx) (err error) {
		all, err = tx.Documents()
		return err
	})
	if err != nil {
		return err
	}
	rows := map[string]store.DocumentRow{}
	for _, r := range all {
		r.Ciphertext = nil
		rows[r.ID] = r
	}
	var settle, remove []string
	err = w.files.List(func(name string, settled bool, _ int64) error {
		id, generation, ok := store.ParseBlobName(name)
		row, known := rows[id]
		switch {
		case !ok:
		case known && (row.State == store.DocumentPurged || generation < row.Generation), !settled && (!known || generation > row.Generation):
			remove = append(remove, name)
		case !settled:
			settle = append(settle, name)
		}
		return nil
	})
	for _, name := range settle {
		err = errors.Join(err, w.files.Settle(name))
	}
	for _, name := range remove {
		err = errors.Join(err, w.files.Remove(name))
	}
	if len(settle)+len(remove) > 0 {
		err = errors.Join(err, w.files.Sync())
	}
	return err
}
