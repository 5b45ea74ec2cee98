package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"modernc.org/sqlite"

	"countersign/backend/audit"
	"countersign/backend/store"
)

// readTx implements store.ReadTx.
type readTx struct {
	ctx    context.Context
	tx     *sql.Tx
	failed error // of the first statement that failed: see run
}

// tx implements store.WriteTx.
type tx struct {
	*readTx
	created bool // the workspace, by this transaction
}

type scanner interface{ Scan(...any) error }

// answered translates what a look-up returned, and notes a failure: see run.
func (t *readTx) answered(err error) error { return t.noted(translate(err)) }

// noted notes a failure. To find nothing is none, nor is a row that cannot be read: the caller
// may go on, to say which one. What the engine itself finds damaged is a failure.
func (t *readTx) noted(err error) error {
	var engine *sqlite.Error
	unreadable := errors.Is(err, store.ErrDamaged) || errors.Is(err, store.ErrAltered) || errors.Is(err, audit.ErrBroken)
	if errors.Is(err, store.ErrNotFound) || unreadable && !errors.As(err, &engine) {
		return err
	}
	return t.fails(err)
}

// fails notes any error as a failure, as it is for each statement that writes.
func (t *readTx) fails(err error) error {
	if t.failed == nil {
		t.failed = err
	}
	return err
}

// answeredRow is one row, whose failure is noted.
type answeredRow struct {
	t   *readTx
	row *sql.Row
}

func (r answeredRow) Scan(into ...any) error { return r.t.answered(r.row.Scan(into...)) }

// one asks for one row.
func (t *readTx) one(query string, args ...any) answeredRow {
	return answeredRow{t, t.tx.QueryRowContext(t.ctx, query, args...)}
}

// all reads the rows of a query.
func all[T any](t *readTx, scan func(scanner) (T, error), query string, args ...any) (found []T, err error) {
	for row, err := range walk(t, scan, query, args...) {
		if err != nil {
			return nil, err
		}
		found = append(found, row)
	}
	return found, nil
}

// walk reads the rows of a query one by one.
func walk[T any](t *readTx, scan func(scanner) (T, error), query string, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		rows, err := t.tx.QueryContext(t.ctx, query, args...)
		if err != nil {
			yield(none, t.answered(err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			row, err := scan(rows)
			if err != nil {
				yield(none, t.noted(err))
				return
			}
			if !yield(row, nil) {
				return
			}
		}
		if err := t.answered(rows.Err()); err != nil {
			yield(none, err)
		}
	}
}

// exec runs a statement that may change any number of rows.
func (t *tx) exec(query string, args ...any) error {
	_, err := t.tx.ExecContext(t.ctx, query, args...)
	return t.fails(translate(err))
}

// guarded runs a statement of which one changed row is the only yes.
func (t *tx) guarded(query string, args ...any) (bool, error) {
	r, err := t.tx.ExecContext(t.ctx, query, args...)
	if err != nil {
		return false, t.fails(translate(err))
	}
	n, err := r.RowsAffected()
	return n == 1, t.fails(translate(err))
}

// must runs a statement that has to change one row.
func (t *tx) must(query string, args ...any) error {
	ok, err := t.guarded(query, args...)
	if err == nil && !ok {
		return store.ErrNotFound
	}
	return err
}

func (t *readTx) row(query string, args []any, into ...any) error {
	return t.one(query, args...).Scan(into...)
}

// millis stores a time; the zero time is 0.
func millis(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.UnixMilli()
}

// blob is b, or an empty blob in place of NULL.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// What lies before the year 1 or after 9999 has no form in JSON, and is no time of
// ours.
const (
	tooEarly = -62_135_596_800_000
	tooLate  = 253_402_300_800_000
)

// when scans what millis stored.
type when struct{ t *time.Time }

func (w when) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("a time is %T", v)
	}
	if n < tooEarly || n >= tooLate {
		return fmt.Errorf("%w: %d ms is no time of ours", store.ErrAltered, n)
	}
	*w.t = time.Time{}
	if n != 0 {
		*w.t = time.UnixMilli(n).UTC()
	}
	return nil
}

const selectInfo = `SELECT id, name, created_at, require_2fa, require_from, two_people, idle_minutes, last_run, backup_at, support, hide_admins, check_days, quick_unlock,
	vault_generation, rotating, rotation_held, kit_at, kit_by, kit_generation, kit_public_key, vault_public_key, vault_links FROM workspace `

func scanInfo(row scanner) (i store.Info, err error) {
	err = row.Scan(&i.ID, &i.Name, when{&i.CreatedAt}, &i.Require2FA, when{&i.RequireFrom},
		&i.TwoPeople, &i.IdleMinutes, &i.LastRun, when{&i.BackupAt}, &i.Support, &i.HideAdmins, &i.CheckDays, &i.QuickUnlock,
		&i.VaultGeneration, &i.Rotating, &i.RotationHeld, when{&i.KitAt}, &i.KitBy, &i.KitGeneration, &i.KitPublicKey, &i.VaultPublicKey, &i.VaultLinks)
	return i, translate(err)
}

func (t *readTx) Info() (store.Info, error) {
	return scanInfo(t.one(selectInfo))
}

func (t *tx) InsertInfo(i store.Info) error {
	return t.exec("INSERT INTO workspace (one, id, name, created_at, require_2fa, check_days) VALUES (1, ?, ?, ?, ?, ?)",
		i.ID, i.Name, millis(i.CreatedAt), i.Require2FA, i.CheckDays)
}

func (t *tx) MarkCreated(at time.Time) (bool, error) {
	t.created = true
	return t.guarded("UPDATE workspace SET created_at = ? WHERE created_at = 0", millis(at))
}

func (t *tx) DropWorkspace() error {
	if err := t.exec("DELETE FROM intents WHERE kind = 'create' AND EXISTS (SELECT 1 FROM workspace WHERE created_at = 0)"); err != nil {
		return err
	}
	return t.exec("DELETE FROM workspace WHERE created_at = 0")
}

func (t *tx) UpdateInfo(i store.Info) error {
	return t.must(`UPDATE workspace SET name = ?, require_2fa = ?, require_from = ?, two_people = ?, idle_minutes = ?,
		backup_at = ?, support = ?, hide_admins = ?, check_days = ?, quick_unlock = ?,
		vault_generation = ?, rotating = ?, rotation_held = ?, kit_at = ?, kit_by = ?, kit_generation = ?, kit_public_key = ?, vault_public_key = ?, vault_links = ?`,
		i.Name, i.Require2FA, millis(i.RequireFrom), i.TwoPeople, i.IdleMinutes, millis(i.BackupAt), i.Support, i.HideAdmins, i.CheckDays, i.QuickUnlock,
		i.VaultGeneration, i.Rotating, i.RotationHeld, millis(i.KitAt), i.KitBy, i.KitGeneration, i.KitPublicKey, i.VaultPublicKey, i.VaultLinks)
}

func (t *tx) NextRun() (n int, err error) {
	err = t.row("UPDATE workspace SET last_run = last_run + 1 RETURNING last_run", nil, &n)
	return n, err
}

func (t *tx) NextSheet(profileID string) (n int, err error) {
	err = t.row("UPDATE profiles SET last_sheet = last_sheet + 1 WHERE id = ? RETURNING last_sheet", []any{profileID}, &n)
	return n, err
}

func (t *readTx) Head() (h store.Head, err error) {
	var state []byte
	err = t.row("SELECT seq, seal, state, at, tree FROM events ORDER BY seq DESC LIMIT 1", nil, &h.Seq, &h.Signature, &state, when{&h.At}, &h.Tree)
	if errors.Is(err, store.ErrNotFound) {
		return store.Head{}, nil
	}
	copy(h.State[:], state)
	return h, err
}

func (t *tx) AppendEvent(e store.SignedEvent) error {
	detail, err := json.Marshal(orEmpty(e.Detail))
	if err != nil {
		return err
	}
	rows, err := json.Marshal(e.Rows)
	if err != nil {
		return err
	}
	return t.exec("INSERT INTO events (seq, at, kind, actor, subject, detail, rows, state, seal, tree) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		e.Seq, millis(e.At), e.Kind, e.Actor, e.Subject, string(detail), string(rows), e.State[:], e.Signature, e.Tree)
}

func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

const selectEvents = "SELECT seq, at, kind, actor, subject, detail, rows, state, seal, tree FROM events "

func (t *readTx) Events(after int64) iter.Seq2[store.SignedEvent, error] {
	return walk(t, scanEvent, selectEvents+"WHERE seq > ? ORDER BY seq", after)
}

func (t *readTx) EventsBefore(before int64) iter.Seq2[store.SignedEvent, error] {
	return walk(t, scanEvent, selectEvents+"WHERE seq < ? ORDER BY seq DESC", before)
}

func scanEvent(row scanner) (e store.SignedEvent, err error) {
	var detail, changed string
	var state []byte
	if err := row.Scan(&e.Seq, when{&e.At}, &e.Kind, &e.Actor, &e.Subject, &detail, &changed, &state, &e.Signature, &e.Tree); err != nil {
		return e, translate(err)
	}
	copy(e.State[:], state)
	if err := errors.Join(json.Unmarshal([]byte(detail), &e.Detail), json.Unmarshal([]byte(changed), &e.Rows)); err != nil {
		return e, fmt.Errorf("%w: event %d: %w", audit.ErrBroken, e.Seq, err)
	}
	return e, nil
}

func (t *readTx) CountEvents() (n int64, err error) {
	err = t.row("SELECT count(*) FROM events", nil, &n)
	return n, err
}
