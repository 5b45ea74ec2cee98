package postgres

import (
	"time"

	"countersign/backend/store"
)

const selectOneTimes = "SELECT profile_id, kind, salt, memory, time, lanes, hash, issued_at, issued_by, expires_at, ended_at, box FROM one_time_codes WHERE workspace = $1 "

func scanOneTime(row scanner) (o store.OneTime, err error) {
	err = row.Scan(&o.ProfileID, &o.Kind, &octets{&o.Salt}, &o.Params.MemoryKiB, &o.Params.Time, &o.Params.Threads, &octets{&o.Hash}, &when{&o.IssuedAt},
		&o.IssuedBy, &when{&o.ExpiresAt}, &when{&o.EndedAt}, &octets{&o.Box})
	return o, translate(err)
}

func (t *readTx) OneTime(profileID string, kind store.OneTimeKind) (store.OneTime, error) {
	return scanOneTime(t.one(selectOneTimes+"AND profile_id = $2 AND kind = $3", profileID, kind))
}

func (t *readTx) OneTimes() ([]store.OneTime, error) {
	return all(t, scanOneTime, selectOneTimes+"ORDER BY profile_id, kind")
}

func (t *readTx) OneTimesBy(issuer string) ([]store.OneTime, error) {
	return all(t, scanOneTime, selectOneTimes+"AND issued_by = $2 AND ended_at = 0 ORDER BY profile_id, kind", issuer)
}

func (t *tx) InsertOneTime(o store.OneTime) error {
	return t.exec(`INSERT INTO one_time_codes (workspace, profile_id, kind, salt, memory, time, lanes, hash, issued_at, issued_by, expires_at, ended_at, box)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		o.ProfileID, o.Kind, o.Salt, o.Params.MemoryKiB, o.Params.Time, o.Params.Threads, o.Hash, millis(o.IssuedAt), o.IssuedBy, millis(o.ExpiresAt), millis(o.EndedAt), o.Box)
}

func (t *tx) EndOneTime(profileID string, kind store.OneTimeKind, at time.Time) (bool, error) {
	return t.guarded("UPDATE one_time_codes SET ended_at = $2 WHERE workspace = $1 AND profile_id = $3 AND kind = $4 AND ended_at = 0", millis(at), profileID, kind)
}

func (t *tx) DeleteOneTime(profileID string, kind store.OneTimeKind) (bool, error) {
	return t.guarded("DELETE FROM one_time_codes WHERE workspace = $1 AND profile_id = $2 AND kind = $3", profileID, kind)
}
