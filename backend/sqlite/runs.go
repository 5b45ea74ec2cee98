package sqlite

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"countersign/backend/store"
)

// jsonList stores a list of IDs or numbers.
func jsonList[T string | int](all []T) string {
	if len(all) == 0 {
		return "[]"
	}
	out, _ := json.Marshal(all) // these always can
	return string(out)
}

// list scans what jsonList stored.
type list[T string | int] struct{ into *[]T }

func (l list[T]) Scan(v any) error {
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("a list is %T", v)
	}
	*l.into = nil
	if err := json.Unmarshal([]byte(s), l.into); err != nil {
		return errors.Join(store.ErrDamaged, err)
	}
	if len(*l.into) == 0 {
		*l.into = nil
	}
	return nil
}

const selectRuns = "SELECT number, at, by_id, by_name, reason, kind, state, members, sheets, ended_at, held_until FROM print_runs "

func scanRun(row scanner) (r store.Run, err error) {
	err = row.Scan(&r.Number, when{&r.At}, &r.ByID, &r.ByName, &r.Reason, &r.Kind, &r.State, list[string]{&r.Members}, list[int]{&r.Sheets}, when{&r.EndedAt}, when{&r.HeldUntil})
	return r, translate(err)
}

func (t *readTx) Run(number int) (store.Run, error) {
	return scanRun(t.one(selectRuns+"WHERE number = ?", number))
}

func (t *readTx) Runs(before, limit int) ([]store.Run, error) {
	return all(t, scanRun, selectRuns+"WHERE ? = 0 OR number < ? ORDER BY number DESC LIMIT ?", before, before, limit)
}

func (t *readTx) RunsIn(state store.RunState) ([]store.Run, error) {
	return all(t, scanRun, selectRuns+"WHERE state = ? ORDER BY number", state)
}

func (t *tx) InsertRun(r store.Run) error {
	return t.exec("INSERT INTO print_runs (number, at, by_id, by_name, reason, kind, state, members, sheets, ended_at, held_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		r.Number, millis(r.At), r.ByID, r.ByName, r.Reason, r.Kind, r.State, jsonList(r.Members), jsonList(r.Sheets), millis(r.EndedAt), millis(r.HeldUntil))
}

func (t *tx) MoveRun(number int, from, to store.RunState, at time.Time) (bool, error) {
	return t.guarded("UPDATE print_runs SET state = ?, ended_at = ? WHERE number = ? AND state = ?", to, millis(at), number, from)
}

func (t *tx) HoldRun(number int, state store.RunState, until time.Time) (bool, error) {
	return t.guarded("UPDATE print_runs SET held_until = ? WHERE number = ? AND state = ?", millis(until), number, state)
}

const selectLedger = `SELECT s.id, s.sheet, s.run, s.place, s.profile_id, p.name, p.email, s.state, s.issued_at, s.handed_at,
		s.acknowledged, s.ended_at, (SELECT count(*) FROM recovery_codes c WHERE c.set_id = s.id AND c.used_at = 0)
		FROM recovery_sets s JOIN profiles p ON p.id = s.profile_id `

func scanEntry(row scanner) (e store.LedgerEntry, err error) {
	err = row.Scan(&e.SetID, &e.Sheet, &e.Run, &e.Place, &e.ProfileID, &e.Name, &e.Email, &e.State, when{&e.IssuedAt}, when{&e.HandedOverAt},
		when{&e.AcknowledgedAt}, when{&e.EndedAt}, &e.CodesLeft)
	return e, translate(err)
}

func (t *readTx) Ledger(run int) ([]store.LedgerEntry, error) {
	if run == 0 {
		return all(t, scanEntry, selectLedger+"WHERE s.run > 0 AND s.state = 'active' AND s.acknowledged = 0 ORDER BY s.run, s.place")
	}
	return all(t, scanEntry, selectLedger+"WHERE s.run = ? ORDER BY s.place", run)
}
