package sqlite

import "countersign/backend/store"

var _ store.CopyTx = (*tx)(nil)

func (t *tx) SetNumbers(sheet, run int) error {
	t.created = true // the workspace came with its rows
	return t.must("UPDATE workspace SET last_sheet = ?, last_run = ?", sheet, run)
}

func (t *tx) MarkUsed(setID string, c store.CodeRow) error {
	return t.must("UPDATE recovery_codes SET used_at = ?, use = ? WHERE set_id = ? AND number = ?", millis(c.UsedAt), c.Use, setID, c.Number)
}
