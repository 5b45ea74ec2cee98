package postgres

import (
	"time"

	"countersign/backend/store"
)

// array stores a list; one without any is no NULL.
func array[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}

const selectRuns = "SELECT number, at, by_id, by_name, reason, kind, state, members, sheets, ended_at, held_until FROM print_runs WHERE workspace = $1 "

func scanRun(row scanner) (r store.Run, err error) {
	err = row.Scan(&r.Number, &when{&r.At}, &r.ByID, &r.ByName, &r.Reason, &r.Kind, &r.State, &r.Members, &r.Sheets, &when{&r.EndedAt}, &when{&r.HeldUntil})
	if len(r.Members) == 0 {
		r.Members = nil // as it was given
	}
	if len(r.Sheets) == 0 {
		r.Sheets = nil
	}
	return r, translate(err)
}

func (t *readTx) Run(number int) (store.Run, error) {
	return scanRun(t.one(selectRuns+"AND number = $2", number))
}

func (t *readTx) Runs(before, limit int) ([]store.Run, error) {
	return all(t, scanRun, selectRuns+"AND ($2::bigint = 0 OR number < $2) ORDER BY number DESC LIMIT $3", before, limit)
}

func (t *readTx) RunsIn(state store.RunState) ([]store.Run, error) {
	return all(t, scanRun, selectRuns+"AND state = $2 ORDER BY number", state)
}

func (t *tx) InsertRun(r store.Run) error {
	return t.exec("INSERT INTO print_runs (workspace, number, at, by_id, by_name, reason, kind, state, members, sheets, ended_at, held_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
		r.Number, millis(r.At), r.ByID, r.ByName, r.Reason, r.Kind, r.State, array(r.Members), array(r.Sheets), millis(r.EndedAt), millis(r.HeldUntil))
}

func (t *tx) MoveRun(number int, from, to store.RunState, at time.Time) (bool, error) {
	return t.guarded("UPDATE print_runs SET state = $2, ended_at = $3 WHERE workspace = $1 AND number = $4 AND state = $5", to, millis(at), number, from)
}

func (t *tx) HoldRun(number int, state store.RunState, until time.Time) (bool, error) {
	return t.guarded("UPDATE print_runs SET held_until = $2 WHERE workspace = $1 AND number = $3 AND state = $4", millis(until), number, state)
}

const selectLedger = `SELECT s.id, s.sheet, s.run, s.place, s.profile_id, p.name, p.email, s.state, s.issued_at, s.handed_at,
		s.acknowledged, s.ended_at, (SELECT count(*) FROM recovery_codes c WHERE c.workspace = $1 AND c.set_id = s.id AND c.used_at = 0)
		FROM recovery_sets s JOIN profiles p ON p.workspace = $1 AND p.id = s.profile_id
		WHERE s.workspace = $1 `

func scanEntry(row scanner) (e store.LedgerEntry, err error) {
	err = row.Scan(&e.SetID, &e.Sheet, &e.Run, &e.Place, &e.ProfileID, &e.Name, &e.Email, &e.State, &when{&e.IssuedAt}, &when{&e.HandedOverAt},
		&when{&e.AcknowledgedAt}, &when{&e.EndedAt}, &e.CodesLeft)
	return e, translate(err)
}

func (t *readTx) Ledger(run int) ([]store.LedgerEntry, error) {
	if run == 0 {
		return all(t, scanEntry, selectLedger+"AND s.run > 0 AND s.state = 'active' AND s.acknowledged = 0 ORDER BY s.run, s.place")
	}
	return all(t, scanEntry, selectLedger+"AND s.run = $2 ORDER BY s.place", run)
}
