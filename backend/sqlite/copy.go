package sqlite

import "countersign/backend/store"

var _ store.CopyTx = (*tx)(nil)

func (t *tx) SetLastRun(run int) error {
	t.created = true // the workspace came with its rows
	return t.must("UPDATE workspace SET last_run = ?", run)
}

func (t *tx) MarkUsed(setID string, c store.CodeRow) error {
	return t.must("UPDATE recovery_codes SET used_at = ?, use = ? WHERE set_id = ? AND number = ?", millis(c.UsedAt), c.Use, setID, c.Number)
}
