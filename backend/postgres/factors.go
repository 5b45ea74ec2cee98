package postgres

import (
	"time"

	"countersign/backend/store"
)

const selectFactors = "SELECT profile_id, generation, item, since, phone_since, last_step, last_used_at, last_use FROM factors WHERE workspace = $1 "

func scanFactor(row scanner) (f store.Factor, err error) {
	err = row.Scan(&f.ProfileID, &f.Generation, &f.Item, &when{&f.Since}, &when{&f.PhoneSince}, &f.LastStep, &when{&f.LastUsedAt}, &f.LastUse)
	return f, translate(err)
}

func (t *readTx) Factor(profileID string) (store.Factor, error) {
	return scanFactor(t.one(selectFactors+"AND profile_id = $2", profileID))
}

func (t *readTx) FactorItems() ([]string, error) {
	return t.strings("SELECT item FROM factors WHERE workspace = $1 ORDER BY profile_id")
}

func (t *tx) InsertFactor(f store.Factor) error {
	return t.exec(`INSERT INTO factors (workspace, profile_id, generation, item, since, phone_since, last_step, last_used_at, last_use)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		f.ProfileID, f.Generation, f.Item, millis(f.Since), millis(f.PhoneSince), f.LastStep, millis(f.LastUsedAt), f.LastUse)
}

func (t *tx) SwapFactor(f store.Factor, from int) (bool, error) {
	return t.guarded(`UPDATE factors SET generation = $2, item = $3, phone_since = $4, last_step = $5, last_used_at = $6, last_use = $7
		WHERE workspace = $1 AND profile_id = $8 AND generation = $9`,
		f.Generation, f.Item, millis(f.PhoneSince), f.LastStep, millis(f.LastUsedAt), f.LastUse, f.ProfileID, from)
}

func (t *tx) DeleteFactor(profileID string, generation int) (bool, error) {
	return t.guarded("DELETE FROM factors WHERE workspace = $1 AND profile_id = $2 AND generation = $3", profileID, generation)
}

func (t *tx) ConsumeStep(profileID string, generation int, step int64, at time.Time, use store.Use) (bool, error) {
	return t.guarded(`UPDATE factors SET last_step = $2, last_used_at = $3, last_use = $4
		WHERE workspace = $1 AND profile_id = $5 AND generation = $6 AND last_step < $7`,
		step, millis(at), use, profileID, generation, step)
}

const (
	intentColumns = "id, kind, profile_id, item, generation, confirmed_step, created_at, held_until"
	selectIntents = "SELECT " + intentColumns + " FROM intents WHERE workspace = $1 "
)

func scanIntent(s scanner) (i store.Intent, err error) {
	err = s.Scan(&i.ID, &i.Kind, &i.ProfileID, &i.Item, &i.Generation, &i.ConfirmedStep, &when{&i.CreatedAt}, &when{&i.HeldUntil})
	return i, translate(err)
}

func (t *readTx) Intents() ([]store.Intent, error) {
	return all(t, scanIntent, selectIntents+"ORDER BY created_at, id")
}

func (t *readTx) PendingEnrolment(profileID string) (store.Intent, error) {
	return scanIntent(t.one(selectIntents+"AND profile_id = $2 AND kind IN ('enrol', 'change-phone')", profileID))
}

func (t *readTx) Intent(id string) (store.Intent, error) {
	return scanIntent(t.one(selectIntents+"AND id = $2", id))
}

func (t *tx) InsertIntent(i store.Intent) error {
	return t.exec("INSERT INTO intents (workspace, "+intentColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		i.ID, i.Kind, i.ProfileID, i.Item, i.Generation, i.ConfirmedStep, millis(i.CreatedAt), millis(i.HeldUntil))
}

func (t *tx) ConfirmIntent(id string, step int64) (bool, error) {
	return t.guarded("UPDATE intents SET confirmed_step = $2 WHERE workspace = $1 AND id = $3 AND kind IN ('enrol', 'change-phone') AND confirmed_step = 0", step, id)
}

func (t *tx) MarkForDeletion(id string) (bool, error) {
	return t.guarded("UPDATE intents SET kind = 'delete-item' WHERE workspace = $1 AND id = $2 AND kind IN ('enrol', 'change-phone')", id)
}

func (t *tx) DeleteIntent(id string) (bool, error) {
	return t.guarded("DELETE FROM intents WHERE workspace = $1 AND id = $2", id)
}
