package workspace

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"

	"countersign/backend/vault"
)

// tidyDocuments gives each file of a crash its end: one that a row speaks of is
// settled, one that was never spoken of goes, and so does what a row has no more
// use for. A settled file without a row is left alone, whatever it is: see
// CheckDocuments.
func (w *Workspace) tidyDocuments(ctx context.Context) error {
	if err := w.files.Tidy(); err != nil {
		return err
	}
	var all []DocumentRow
	err := w.view(ctx, func(tx ReadTx) (err error) {
		all, err = tx.Documents()
		return err
	})
	if err != nil {
		return err
	}
	rows := map[string]DocumentRow{}
	for _, r := range all {
		r.Sealed = nil
		rows[r.ID] = r
	}
	var settle, remove []string
	err = w.files.List(func(name string, settled bool, _ int64) error {
		id, generation, ok := parseFileName(name)
		row, known := rows[id]
		switch {
		case !ok:
		case known && (row.State == DocumentPurged || generation < row.Generation), !settled && (!known || generation > row.Generation):
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

// writeIndex seals the table of contents: with an Emergency Kit and the age tool
// it says which file is which.
func (s *Session) writeIndex(ctx context.Context) error {
	var all []Document
	keys, err := s.readVault(ctx, func(tx ReadTx, keys vault.Keys) (err error) {
		all, err = documentsIn(tx, keys, DocumentKept, DocumentRemoved)
		return err
	})
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b Document) int { return strings.Compare(a.Name, b.Name) })
	var text strings.Builder
	out := csv.NewWriter(&text)
	_ = out.Write(indexHead)
	for _, d := range all {
		_ = out.Write(d.line())
	}
	out.Flush()
	return s.w.files.WriteIndex(func(w io.Writer) error {
		_, err := keys.Encrypt(w, strings.NewReader(text.String()), nil)
		return err
	})
}

// defused keeps a spreadsheet from calculating a cell.
func defused(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
