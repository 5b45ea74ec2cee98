package sqlite

import "countersign/backend/workspace"

const selectOneTimes = "SELECT profile_id, kind, salt, memory, time, lanes, hash, issued_at, issued_by, expires_at FROM one_time_codes "

func scanOneTime(row scanner) (o workspace.OneTime, err error) {
	err = row.Scan(&o.ProfileID, &o.Kind, &o.Salt, &o.Params.MemoryKiB, &o.Params.Time, &o.Params.Threads, &o.Hash, when{&o.IssuedAt},
		&o.IssuedBy, when{&o.ExpiresAt})
	return o, translate(err)
}
