package sqlite

import (
	"time"

	"countersign/backend/store"
)

const (
	setColumns = "id, profile_id, sheet, state, salt, memory, time, lanes, issued_at, issued_by, replaces, ended_at, run, place, handed_at, acknowledged, checked_at, remind_at, held_until"
	selectSets = "SELECT " + setColumns + " FROM recovery_sets "
)

func (t *tx) InsertSet(s store.Set, hashes [][]byte) error {
	err := t.exec("INSERT INTO recovery_sets ("+setColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		s.ID, s.ProfileID, s.Sheet, s.State, s.Salt, s.Params.MemoryKiB, s.Params.Time, s.Params.Threads,
		millis(s.IssuedAt), s.IssuedBy, s.Replaces, millis(s.EndedAt), s.Run, s.Place, millis(s.HandedOverAt), millis(s.AcknowledgedAt), millis(s.CheckedAt), millis(s.RemindAt), millis(s.HeldUntil))
	if err != nil {
		return err
	}
	for i, h := range hashes {
		if err := t.exec("INSERT INTO recovery_codes (set_id, number, hash) VALUES (?, ?, ?)", s.ID, i+1, h); err != nil {
			return err
		}
	}
	return nil
}

func (t *readTx) ActiveSet(profileID string) (store.Set, error) {
	return t.set("WHERE profile_id = ? AND state = 'active'", profileID)
}

func (t *readTx) LatestSet(profileID string) (store.Set, error) {
	return t.set("WHERE profile_id = ? AND state IN ('active', 'voided') ORDER BY state = 'active' DESC, sheet DESC LIMIT 1", profileID)
}

func (t *readTx) set(where string, args ...any) (store.Set, error) {
	return scanSet(t.one(selectSets+where, args...))
}

func scanSet(row scanner) (s store.Set, err error) {
	err = row.Scan(&s.ID, &s.ProfileID, &s.Sheet, &s.State, &s.Salt, &s.Params.MemoryKiB, &s.Params.Time, &s.Params.Threads,
		when{&s.IssuedAt}, &s.IssuedBy, &s.Replaces, when{&s.EndedAt}, &s.Run, &s.Place, when{&s.HandedOverAt}, when{&s.AcknowledgedAt}, when{&s.CheckedAt}, when{&s.RemindAt}, when{&s.HeldUntil})
	return s, translate(err)
}

func (t *tx) MoveSet(id string, from, to store.SetState, at time.Time) (bool, error) {
	return t.guarded("UPDATE recovery_sets SET state = ?, ended_at = ? WHERE id = ? AND state = ?", to, millis(at), id, from)
}

func (t *tx) HandOverSet(id string, at time.Time) (bool, error) {
	return t.guarded("UPDATE recovery_sets SET handed_at = ? WHERE id = ? AND state = 'active' AND handed_at = 0", millis(at), id)
}

func (t *tx) AcknowledgeSet(id string, at time.Time) (bool, error) {
	return t.guarded("UPDATE recovery_sets SET acknowledged = ? WHERE id = ? AND state = 'active' AND acknowledged = 0", millis(at), id)
}

func (t *tx) CheckSet(id string, at time.Time) (bool, error) {
	return t.guarded("UPDATE recovery_sets SET checked_at = ?, remind_at = 0 WHERE id = ? AND state = 'active'", millis(at), id)
}

func (t *tx) PostponeSet(id string, until time.Time) (bool, error) {
	return t.guarded("UPDATE recovery_sets SET remind_at = ? WHERE id = ? AND state = 'active'", millis(until), id)
}

func (t *readTx) Set(id string) (store.Set, error) { return t.set("WHERE id = ?", id) }

func (t *readTx) PendingSets(profileID string) (ids []string, err error) {
	return t.strings("SELECT id FROM recovery_sets WHERE state = 'pending' AND (? = '' OR profile_id = ?)", profileID, profileID)
}

func (t *tx) DeleteSet(id string) error { return t.exec("DELETE FROM recovery_sets WHERE id = ?", id) }

func (t *readTx) strings(query string, args ...any) ([]string, error) {
	return all(t, scanString, query, args...)
}

func scanString(row scanner) (s string, err error) {
	err = row.Scan(&s)
	return s, translate(err)
}

const (
	codeColumns = "set_id, number, hash, used_at, use"
	selectCodes = "SELECT " + codeColumns + " FROM recovery_codes "
)

func scanCode(row scanner) (setID string, c store.CodeRow, err error) {
	err = row.Scan(&setID, &c.Number, &c.Hash, when{&c.UsedAt}, &c.Use)
	return setID, c, translate(err)
}

func (t *readTx) Codes(setID string) ([]store.CodeRow, error) {
	return all(t, scanCodeAlone, selectCodes+"WHERE set_id = ? ORDER BY number", setID)
}

func scanCodeAlone(row scanner) (store.CodeRow, error) {
	_, c, err := scanCode(row)
	return c, err
}

func (t *tx) ConsumeCode(setID string, number int, at time.Time, use store.Use) (bool, error) {
	return t.guarded(`UPDATE recovery_codes SET used_at = ?, use = ? WHERE set_id = ? AND number = ? AND used_at = 0
		AND EXISTS (SELECT 1 FROM recovery_sets s WHERE s.id = set_id AND s.state = 'active')`,
		millis(at), use, setID, number)
}
