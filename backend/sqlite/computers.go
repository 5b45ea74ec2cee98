package sqlite

import "countersign/backend/store"

const selectComputers = "SELECT profile_id, id, name, signing_key, box_key, seal, box, added_at, last_used_at FROM computers "

func scanComputer(row scanner) (c store.Computer, err error) {
	err = row.Scan(&c.ProfileID, &c.ID, &c.Name, &c.SigningKey, &c.BoxKey, &c.Seal, &c.Box, when{&c.AddedAt}, when{&c.LastUsedAt})
	return c, translate(err)
}

func (t *readTx) Computer(profileID, id string) (store.Computer, error) {
	return scanComputer(t.one(selectComputers+"WHERE profile_id = ? AND id = ?", profileID, id))
}

func (t *readTx) Computers(profileID string) ([]store.Computer, error) {
	return all(t, scanComputer, selectComputers+"WHERE profile_id = ? ORDER BY added_at, id", profileID)
}

func (t *tx) SaveComputer(c store.Computer) error {
	return t.exec(`INSERT INTO computers (profile_id, id, name, signing_key, box_key, seal, box, added_at, last_used_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (profile_id, id) DO UPDATE SET name = excluded.name,
		signing_key = excluded.signing_key, box_key = excluded.box_key, seal = excluded.seal, box = excluded.box, added_at = excluded.added_at,
		last_used_at = excluded.last_used_at`,
		c.ProfileID, c.ID, c.Name, blob(c.SigningKey), blob(c.BoxKey), blob(c.Seal), c.Box, millis(c.AddedAt), millis(c.LastUsedAt))
}

func (t *tx) DeleteComputer(profileID, id string) (bool, error) {
	return t.guarded("DELETE FROM computers WHERE profile_id = ? AND id = ?", profileID, id)
}
