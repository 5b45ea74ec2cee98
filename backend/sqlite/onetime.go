package sqlite

import (
	"time"

	"countersign/backend/workspace"
)

const selectOneTimes = "SELECT profile_id, kind, salt, memory, time, lanes, hash, issued_at, issued_by, expires_at, ended_at FROM one_time_codes "

func scanOneTime(row scanner) (o workspace.OneTime, err error) {
	err = row.Scan(&o.ProfileID, &o.Kind, &o.Salt, &o.Params.MemoryKiB, &o.Params.Time, &o.Params.Threads, &o.Hash, when{&o.IssuedAt},
		&o.IssuedBy, when{&o.ExpiresAt}, when{&o.EndedAt})
	return o, translate(err)
}

func (t *tx) OneTime(profileID string, kind workspace.OneTimeKind) (workspace.OneTime, error) {
	return scanOneTime(t.tx.QueryRowContext(t.ctx, selectOneTimes+"WHERE profile_id = ? AND kind = ?", profileID, kind))
}

func (t *tx) OneTimes() ([]workspace.OneTime, error) {
	return t.oneTimes("ORDER BY profile_id, kind")
}

func (t *tx) OneTimesBy(issuer string) ([]workspace.OneTime, error) {
	return t.oneTimes("WHERE issued_by = ? AND ended_at = 0 ORDER BY profile_id, kind", issuer)
}

func (t *tx) oneTimes(which string, args ...any) (all []workspace.OneTime, err error) {
	rows, err := t.tx.QueryContext(t.ctx, selectOneTimes+which, args...)
	if err != nil {
		return nil, translate(err)
	}
	defer rows.Close()
	for rows.Next() {
		o, err := scanOneTime(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	return all, translate(rows.Err())
}

func (t *tx) InsertOneTime(o workspace.OneTime) error {
	return t.exec(`INSERT INTO one_time_codes (profile_id, kind, salt, memory, time, lanes, hash, issued_at, issued_by, expires_at, ended_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		o.ProfileID, o.Kind, o.Salt, o.Params.MemoryKiB, o.Params.Time, o.Params.Threads, o.Hash, millis(o.IssuedAt), o.IssuedBy, millis(o.ExpiresAt), millis(o.EndedAt))
}

func (t *tx) EndOneTime(profileID string, kind workspace.OneTimeKind, at time.Time) (bool, error) {
	return t.guarded("UPDATE one_time_codes SET ended_at = ? WHERE profile_id = ? AND kind = ? AND ended_at = 0", millis(at), profileID, kind)
}

func (t *tx) DeleteOneTime(profileID string, kind workspace.OneTimeKind) (bool, error) {
	return t.guarded("DELETE FROM one_time_codes WHERE profile_id = ? AND kind = ?", profileID, kind)
}
