package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"countersign/backend/audit"
	"countersign/backend/store"
)

// readTx implements store.ReadTx.
type readTx struct {
	ctx       context.Context
	conn      *pgx.Conn // in a transaction
	workspace string    // $1 of each query
	of        *Store    // whose transaction it is
	failed    error     // of the first statement that failed: see run
	known     known     // nil: the transaction has no snapshot
}

// tx implements store.WriteTx.
type tx struct{ *readTx }

type scanner interface{ Scan(...any) error }

// with puts the workspace before a query's own arguments. A query that has other arguments and
// does not name $1 is refused by PostgreSQL, which cannot tell the type of $1 then; one that has
// none is refused by pgx, which counts them. So none of them can forget the workspace.
func (t *readTx) with(args []any) []any { return slices.Concat([]any{t.workspace}, args) }

// answered translates what a look-up returned, and notes a failure: see run.
func (t *readTx) answered(err error) error { return t.noted(within(t.ctx, err)) }

// noted notes a failure. To find nothing is none, nor is a row that cannot be read: the caller
// may go on, to say which one. What PostgreSQL itself finds damaged is a failure.
func (t *readTx) noted(err error) error {
	var answer *refusal
	unreadable := errors.Is(err, store.ErrDamaged) || errors.Is(err, store.ErrAltered) || errors.Is(err, audit.ErrBroken)
	if errors.Is(err, store.ErrNotFound) || unreadable && !errors.As(err, &answer) {
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
	row pgx.Row
}

func (r answeredRow) Scan(into ...any) error { return r.t.answered(r.row.Scan(into...)) }

// one asks for one row.
func (t *readTx) one(query string, args ...any) answeredRow {
	return answeredRow{t, t.conn.QueryRow(t.ctx, query, t.with(args)...)}
}

func (t *readTx) row(query string, args []any, into ...any) error {
	return t.one(query, args...).Scan(into...)
}

// all reads the rows of a query, up to the first that cannot be read.
func all[T any](t *readTx, scan func(scanner) (T, error), query string, args ...any) (found []T, err error) {
	rows, err := t.conn.Query(t.ctx, query, t.with(args)...)
	if err != nil {
		return nil, t.answered(err)
	}
	return found, t.each(rows, func() error {
		row, err := scan(rows)
		if err == nil {
			found = append(found, row)
		}
		return err
	})
}

// each calls read at each of the rows, up to the first that cannot be read.
func (t *readTx) each(rows pgx.Rows, read func() error) error {
	defer rows.Close()
	for rows.Next() {
		if err := read(); err != nil {
			return t.noted(err)
		}
	}
	return t.answered(rows.Err())
}

// step is how many rows a walk fetches at once.
const step = 200

// walk reads the rows of a query one by one, through a cursor: pgx reads all that a query without
// one has to give, even where the walk ends at its first row.
func walk[T any](t *readTx, scan func(scanner) (T, error), query string, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		if err := t.statement("DECLARE walk NO SCROLL CURSOR FOR "+query, t.with(args)...); err != nil {
			yield(none, err)
			return
		}
		for {
			some, err := fetch(t, scan)
			for _, row := range some {
				if !yield(row, nil) {
					_ = t.statement("CLOSE walk") // a failure is noted
					return
				}
			}
			if err == nil && len(some) < step {
				err = t.statement("CLOSE walk")
				if err == nil {
					return
				}
			}
			if err != nil {
				if t.failed == nil { // a row that cannot be read: the transaction goes on
					_ = t.statement("CLOSE walk")
				}
				yield(none, err)
				return
			}
		}
	}
}

// fetch gives the next rows of the walk, up to the first that cannot be read. What a FETCH gives
// depends on the cursor, so pgx must not remember it.
func fetch[T any](t *readTx, scan func(scanner) (T, error)) (some []T, err error) {
	rows, err := t.conn.Query(t.ctx, fmt.Sprint("FETCH ", step, " FROM walk"), pgx.QueryExecModeDescribeExec)
	if err != nil {
		return nil, t.answered(err)
	}
	return some, t.each(rows, func() error {
		row, err := scan(rows)
		if err == nil {
			some = append(some, row)
		}
		return err
	})
}

// statement runs what is asked of the walk.
func (t *readTx) statement(sql string, args ...any) error {
	_, err := t.conn.Exec(t.ctx, sql, args...)
	if err != nil {
		return t.answered(err)
	}
	return nil
}

// exec runs a statement that may change any number of rows.
func (t *tx) exec(query string, args ...any) error {
	_, err := t.changed(query, args...)
	return err
}

// guarded runs a statement of which one changed row is the only yes.
func (t *tx) guarded(query string, args ...any) (bool, error) {
	n, err := t.changed(query, args...)
	return n == 1, err
}

// changed runs a statement and counts the rows that it has changed.
func (t *tx) changed(query string, args ...any) (int64, error) {
	t.unlearn()
	tag, err := t.conn.Exec(t.ctx, query, t.with(args)...)
	if err != nil {
		return 0, t.fails(within(t.ctx, err))
	}
	return tag.RowsAffected(), nil
}

// must runs a statement that has to change one row.
func (t *tx) must(query string, args ...any) error {
	ok, err := t.guarded(query, args...)
	if err == nil && !ok {
		return store.ErrNotFound
	}
	return err
}

// millis stores a time; the zero time is 0.
func millis(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.UnixMilli()
}

// blob is b, or an empty one in place of NULL.
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

// ScanInt64 implements pgtype.Int64Scanner. Errors: ErrAltered, without the number.
func (w *when) ScanInt64(n pgtype.Int8) error {
	if !n.Valid || n.Int64 < tooEarly || n.Int64 >= tooLate {
		return fmt.Errorf("%w: no time of ours", store.ErrAltered)
	}
	*w.t = time.Time{}
	if n.Int64 != 0 {
		*w.t = time.UnixMilli(n.Int64).UTC()
	}
	return nil
}

// octets scans bytes; none are nil, as sqlite gives them: the digests in the log tell nil from empty.
type octets struct{ b *[]byte }

// ScanBytes implements pgtype.BytesScanner, whose bytes are the driver's again afterwards.
func (o *octets) ScanBytes(b []byte) error {
	*o.b = append([]byte(nil), b...)
	return nil
}

const selectInfo = `SELECT id, name, created_at, require_2fa, require_from, two_people, idle_minutes, last_run, backup_at, support, hide_admins, check_days, quick_unlock,
	vault_generation, rotating, rotation_held, kit_at, kit_by, kit_generation, kit_public_key, vault_public_key, vault_links FROM workspaces WHERE workspace = $1 `

func scanInfo(row scanner) (i store.Info, err error) {
	err = row.Scan(&i.ID, &i.Name, &when{&i.CreatedAt}, &i.Require2FA, &when{&i.RequireFrom},
		&i.TwoPeople, &i.IdleMinutes, &i.LastRun, &when{&i.BackupAt}, &i.Support, &i.HideAdmins, &i.CheckDays, &i.QuickUnlock,
		&i.VaultGeneration, &i.Rotating, &i.RotationHeld, &when{&i.KitAt}, &i.KitBy, &i.KitGeneration, &i.KitPublicKey, &i.VaultPublicKey, &i.VaultLinks)
	return i, translate(err)
}

func (t *readTx) Info() (store.Info, error) {
	return knows(t, askedInfo{}, copiedInfo, func() (store.Info, error) { return scanInfo(t.one(selectInfo)) })
}

func (t *tx) InsertInfo(i store.Info) error {
	return t.exec("INSERT INTO workspaces (workspace, id, name, created_at, require_2fa, check_days) VALUES ($1, $2, $3, $4, $5, $6)",
		i.ID, i.Name, millis(i.CreatedAt), i.Require2FA, i.CheckDays)
}

func (t *tx) MarkCreated(at time.Time) (bool, error) {
	return t.guarded("UPDATE workspaces SET created_at = $2 WHERE workspace = $1 AND created_at = 0", millis(at))
}

func (t *tx) DropWorkspace() error {
	if err := t.exec("DELETE FROM intents WHERE workspace = $1 AND kind = 'create' AND EXISTS (SELECT 1 FROM workspaces WHERE workspace = $1 AND created_at = 0)"); err != nil {
		return err
	}
	return t.exec("DELETE FROM workspaces WHERE workspace = $1 AND created_at = 0")
}

func (t *tx) UpdateInfo(i store.Info) error {
	return t.must(`UPDATE workspaces SET name = $2, require_2fa = $3, require_from = $4, two_people = $5, idle_minutes = $6,
		backup_at = $7, support = $8, hide_admins = $9, check_days = $10, quick_unlock = $11,
		vault_generation = $12, rotating = $13, rotation_held = $14, kit_at = $15, kit_by = $16, kit_generation = $17, kit_public_key = $18, vault_public_key = $19, vault_links = $20
		WHERE workspace = $1`,
		i.Name, i.Require2FA, millis(i.RequireFrom), i.TwoPeople, i.IdleMinutes, millis(i.BackupAt), i.Support, i.HideAdmins, i.CheckDays, i.QuickUnlock,
		i.VaultGeneration, i.Rotating, i.RotationHeld, millis(i.KitAt), i.KitBy, i.KitGeneration, i.KitPublicKey, i.VaultPublicKey, i.VaultLinks)
}

func (t *tx) NextRun() (n int, err error) {
	t.unlearn()
	err = t.row("UPDATE workspaces SET last_run = last_run + 1 WHERE workspace = $1 RETURNING last_run", nil, &n)
	return n, err
}

func (t *tx) NextSheet(profileID string) (n int, err error) {
	t.unlearn()
	err = t.row("UPDATE profiles SET last_sheet = last_sheet + 1 WHERE workspace = $1 AND id = $2 RETURNING last_sheet", []any{profileID}, &n)
	return n, err
}

func (t *readTx) Head() (store.Head, error) { return knows(t, askedHead{}, copiedHead, t.head) }

func (t *readTx) head() (h store.Head, err error) {
	var state []byte
	err = t.row("SELECT seq, seal, state, at, tree FROM events WHERE workspace = $1 ORDER BY seq DESC LIMIT 1", nil, &h.Seq, &octets{&h.Signature}, &state, &when{&h.At}, &octets{&h.Tree})
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
	return t.exec("INSERT INTO events (workspace, seq, at, kind, actor, subject, detail, rows, state, seal, tree) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
		e.Seq, millis(e.At), e.Kind, e.Actor, e.Subject, string(detail), string(rows), e.State[:], e.Signature, e.Tree)
}

func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

const selectEvents = "SELECT seq, at, kind, actor, subject, detail, rows, state, seal, tree FROM events WHERE workspace = $1 "

func (t *readTx) Events(after int64) iter.Seq2[store.SignedEvent, error] {
	return t.events("AND seq > $2 ORDER BY seq", after)
}

func (t *readTx) EventsBefore(before int64) iter.Seq2[store.SignedEvent, error] {
	return t.events("AND seq < $2 ORDER BY seq DESC", before)
}

func scanEvent(row scanner) (e store.SignedEvent, err error) {
	var detail, changed string
	var state []byte
	if err := row.Scan(&e.Seq, &when{&e.At}, &e.Kind, &e.Actor, &e.Subject, &detail, &changed, &state, &octets{&e.Signature}, &octets{&e.Tree}); err != nil {
		return e, translate(err)
	}
	copy(e.State[:], state)
	if err := errors.Join(json.Unmarshal([]byte(detail), &e.Detail), json.Unmarshal([]byte(changed), &e.Rows)); err != nil {
		return e, fmt.Errorf("%w: the texts of event %d", audit.ErrBroken, e.Seq) // whose JSON error may show some of them
	}
	return e, nil
}

func (t *readTx) CountEvents() (n int64, err error) {
	err = t.row("SELECT count(*) FROM events WHERE workspace = $1", nil, &n)
	return n, err
}
