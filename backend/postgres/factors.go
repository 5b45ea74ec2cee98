package postgres

import (
	"time"

	"countersign/backend/store"
)

const (
	selectFactors = "SELECT profile_id, since FROM factors WHERE workspace = $1 "
	appColumns    = "profile_id, generation, name, item, added_at, last_step, last_used_at, last_use"
	selectApps    = "SELECT " + appColumns + " FROM apps WHERE workspace = $1 "
)

func scanFactor(row scanner) (f store.Factor, err error) {
	err = row.Scan(&f.ProfileID, &when{&f.Since})
	return f, translate(err)
}

func scanApp(row scanner) (profileID string, a store.App, err error) {
	err = row.Scan(&profileID, &a.Generation, &a.Name, &a.Item, &when{&a.AddedAt}, &a.LastStep, &when{&a.LastUsedAt}, &a.LastUse)
	return profileID, a, translate(err)
}

func scanAppAlone(row scanner) (store.App, error) {
	_, a, err := scanApp(row)
	return a, err
}

func (t *readTx) Factor(profileID string) (store.Factor, error) {
	return knows(t, askedFactor(profileID), copiedFactor, func() (store.Factor, error) { return t.factor(profileID) })
}

func (t *readTx) factor(profileID string) (store.Factor, error) {
	f, err := scanFactor(t.one(selectFactors+"AND profile_id = $2", profileID))
	if err != nil {
		return f, err
	}
	f.Apps, err = all(t, scanAppAlone, selectApps+"AND profile_id = $2 ORDER BY generation", profileID)
	return f, err
}

func (t *readTx) FactorItems() ([]string, error) {
	return t.strings("SELECT item FROM apps WHERE workspace = $1 ORDER BY profile_id, generation")
}

func (t *tx) InsertFactor(f store.Factor) error {
	if err := t.exec("INSERT INTO factors (workspace, profile_id, since) VALUES ($1, $2, $3)", f.ProfileID, millis(f.Since)); err != nil {
		return err
	}
	for _, a := range f.Apps {
		if err := t.InsertApp(f.ProfileID, a); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) DeleteFactor(profileID string) (bool, error) {
	return t.guarded("DELETE FROM factors WHERE workspace = $1 AND profile_id = $2", profileID)
}

func (t *tx) InsertApp(profileID string, a store.App) error {
	return t.exec("INSERT INTO apps (workspace, "+appColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		profileID, a.Generation, a.Name, a.Item, millis(a.AddedAt), a.LastStep, millis(a.LastUsedAt), a.LastUse)
}

func (t *tx) SwapApp(profileID string, a store.App, from int) (bool, error) {
	return t.guarded(`UPDATE apps SET generation = $2, name = $3, item = $4, added_at = $5, last_step = $6, last_used_at = $7, last_use = $8
		WHERE workspace = $1 AND profile_id = $9 AND generation = $10`,
		a.Generation, a.Name, a.Item, millis(a.AddedAt), a.LastStep, millis(a.LastUsedAt), a.LastUse, profileID, from)
}

func (t *tx) RenameApp(profileID string, generation int, name string) (bool, error) {
	return t.guarded("UPDATE apps SET name = $2 WHERE workspace = $1 AND profile_id = $3 AND generation = $4", name, profileID, generation)
}

func (t *tx) DeleteApp(profileID string, generation int) (bool, error) {
	return t.guarded("DELETE FROM apps WHERE workspace = $1 AND profile_id = $2 AND generation = $3", profileID, generation)
}

func (t *tx) ConsumeStep(profileID string, generation int, step int64, at time.Time, use store.Use) (bool, error) {
	return t.guarded(`UPDATE apps SET last_step = $2, last_used_at = $3, last_use = $4
		WHERE workspace = $1 AND profile_id = $5 AND generation = $6 AND last_step < $7`,
		step, millis(at), use, profileID, generation, step)
}

const (
	intentColumns = "id, kind, profile_id, item, generation, name, replaces, confirmed_step, created_at, held_until"
	selectIntents = "SELECT " + intentColumns + " FROM intents WHERE workspace = $1 "
)

func scanIntent(s scanner) (i store.Intent, err error) {
	err = s.Scan(&i.ID, &i.Kind, &i.ProfileID, &i.Item, &i.Generation, &i.Name, &i.Replaces, &i.ConfirmedStep, &when{&i.CreatedAt}, &when{&i.HeldUntil})
	return i, translate(err)
}

func (t *readTx) Intents() ([]store.Intent, error) {
	return all(t, scanIntent, selectIntents+"ORDER BY created_at, id")
}

func (t *readTx) PendingEnrolment(profileID string) (store.Intent, error) {
	return scanIntent(t.one(selectIntents+"AND profile_id = $2 AND kind IN ('enrol', 'change-phone', 'add-app')", profileID))
}

func (t *readTx) Intent(id string) (store.Intent, error) {
	return scanIntent(t.one(selectIntents+"AND id = $2", id))
}

func (t *tx) InsertIntent(i store.Intent) error {
	return t.exec("INSERT INTO intents (workspace, "+intentColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
		i.ID, i.Kind, i.ProfileID, i.Item, i.Generation, i.Name, i.Replaces, i.ConfirmedStep, millis(i.CreatedAt), millis(i.HeldUntil))
}

func (t *tx) ConfirmIntent(id string, step int64) (bool, error) {
	return t.guarded("UPDATE intents SET confirmed_step = $2 WHERE workspace = $1 AND id = $3 AND kind IN ('enrol', 'change-phone', 'add-app') AND confirmed_step = 0", step, id)
}

func (t *tx) MarkForDeletion(id string) (bool, error) {
	return t.guarded("UPDATE intents SET kind = 'delete-item' WHERE workspace = $1 AND id = $2 AND kind IN ('enrol', 'change-phone', 'add-app')", id)
}

func (t *tx) DeleteIntent(id string) (bool, error) {
	return t.guarded("DELETE FROM intents WHERE workspace = $1 AND id = $2", id)
}
