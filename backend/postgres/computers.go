package postgres

import "countersign/backend/store"

const selectComputers = "SELECT profile_id, id, name, signing_key, box_key, seal, box, added_at, last_used_at FROM computers WHERE workspace = $1 "

func scanComputer(row scanner) (c store.Computer, err error) {
	err = row.Scan(&c.ProfileID, &c.ID, &c.Name, &octets{&c.SigningKey}, &octets{&c.BoxKey}, &octets{&c.Seal}, &octets{&c.Box}, &when{&c.AddedAt}, &when{&c.LastUsedAt})
	return c, translate(err)
}

func (t *readTx) Computer(profileID, id string) (store.Computer, error) {
	return scanComputer(t.one(selectComputers+"AND profile_id = $2 AND id = $3", profileID, id))
}

func (t *readTx) Computers(profileID string) ([]store.Computer, error) {
	return all(t, scanComputer, selectComputers+"AND profile_id = $2 ORDER BY added_at, id", profileID)
}

func (t *tx) SaveComputer(c store.Computer) error {
	return t.exec(`INSERT INTO computers (workspace, profile_id, id, name, signing_key, box_key, seal, box, added_at, last_used_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (workspace, profile_id, id) DO UPDATE SET name = excluded.name,
		signing_key = excluded.signing_key, box_key = excluded.box_key, seal = excluded.seal, box = excluded.box, added_at = excluded.added_at,
		last_used_at = excluded.last_used_at`,
		c.ProfileID, c.ID, c.Name, blob(c.SigningKey), blob(c.BoxKey), blob(c.Seal), c.Box, millis(c.AddedAt), millis(c.LastUsedAt))
}

func (t *tx) DeleteComputer(profileID, id string) (bool, error) {
	return t.guarded("DELETE FROM computers WHERE workspace = $1 AND profile_id = $2 AND id = $3", profileID, id)
}
