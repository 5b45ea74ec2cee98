package sqlite

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"countersign/backend/store"
)

// table is one whose rows the log tells of.
type table struct {
	name  string   // in a store.Key
	query string   // of all its rows
	key   []string // its columns that make the Key's ID, with slashes between; none where there is one row
	scan  func(scanner) (any, error)
}

// tables are all of them but the factors and the sets, which have their apps and their codes with them: see
// eachWhole. A table that is added has its place here; a test asks for it.
var tables = []table{
	{"workspace", selectInfo, nil, scan(scanInfo)},
	{"profile", selectProfiles, []string{"id"}, scan(scanProfile)},
	{"intent", selectIntents, []string{"id"}, scan(scanIntent)},
	{"attempts", selectAttempts, []string{"kind", "subject"}, scan(scanAttempts)},
	{"onetime", selectOneTimes, []string{"kind", "profile_id"}, scan(scanOneTime)},
	{"run", selectRuns, []string{"number"}, scan(scanRun)},
	{"approval", selectApprovals, []string{"id"}, scan(scanApproval)},
	{"vaultkey", selectVaultKeys, []string{"holder"}, scan(scanVaultKey)},
	{"computer", selectComputers, []string{"id", "profile_id"}, scan(scanComputer)},
	{"document", selectDocuments, []string{"id"}, scan(scanDocument)},
}

var factors = table{"factor", selectFactors, []string{"profile_id"}, scan(scanFactor)}

var sets = table{"set", selectSets, []string{"id"}, scan(scanSet)}

func scan[T any](fn func(scanner) (T, error)) func(scanner) (any, error) {
	return func(row scanner) (any, error) { return fn(row) }
}

// sought turns the query of a table into one that lists its keys and then looks
// each row up, in SQLite's own loop. What comes of it is what a lookup by the key
// gives: where somebody has edited an index in the file, that need not be what a
// walk over the table finds. A CROSS JOIN is never turned around
// (https://www.sqlite.org/optoverview.html#crossjoin).
func (t table) sought() string {
	if len(t.key) == 0 {
		return t.query
	}
	columns, from, _ := strings.Cut(t.query, " FROM ")
	var named, listed, same []string
	for i, column := range t.key {
		k := "key_" + strconv.Itoa(i)
		named, listed, same = append(named, k), append(listed, column+" AS "+k), append(same, column+" = "+k)
	}
	return "SELECT " + strings.Join(named, ", ") + ", " + strings.TrimPrefix(columns, "SELECT ") +
		" FROM (SELECT " + strings.Join(listed, ", ") + " FROM " + from + ") CROSS JOIN " + from + " ON " + strings.Join(same, " AND ")
}

// listed is a row with its key before its columns.
type listed struct {
	row scanner
	key []any
}

func (l listed) Scan(into ...any) error { return l.row.Scan(slices.Concat(l.key, into)...) }

// Rows walks over every row but the log's own, with one query for each table.
func (t *readTx) Rows() iter.Seq2[store.Row, error] {
	return func(yield func(store.Row, error) bool) {
		for _, of := range tables {
			for row, err := range t.each(of, of.sought()) {
				if !yield(row, err) || err != nil {
					return
				}
			}
		}
		for _, rows := range []iter.Seq2[store.Row, error]{
			eachWhole(t, factors, allApps, scanApp, func(row any, apps []store.App) any {
				f := row.(store.Factor)
				f.Apps = apps
				return f
			}),
			eachWhole(t, sets, allCodes, scanCode, func(row any, codes []store.CodeRow) any {
				return store.SetRow{Set: row.(store.Set), Codes: codes}
			}),
		} {
			for row, err := range rows {
				if !yield(row, err) || err != nil {
					return
				}
			}
		}
	}
}

func (t *readTx) each(of table, query string) iter.Seq2[store.Row, error] {
	id, into := make([]string, len(of.key)), make([]any, len(of.key))
	for i := range id {
		into[i] = &id[i]
	}
	return walk(t, func(row scanner) (r store.Row, err error) {
		r.Value, err = of.scan(listed{row, into})
		r.Key = store.Key{Table: of.name, ID: strings.Join(id, "/")}
		return r, err
	}, query)
}

// allApps and allCodes find what belongs to each row as Factor and Codes do, one row after the other.
const (
	allApps  = "SELECT " + appColumns + " FROM (SELECT profile_id AS key_0 FROM factors) CROSS JOIN apps ON profile_id = key_0 ORDER BY key_0, generation"
	allCodes = "SELECT " + codeColumns + ` FROM (SELECT id AS key_0 FROM recovery_sets) CROSS JOIN recovery_codes ON set_id = key_0
	ORDER BY key_0, number`
)

// eachWhole walks along the rows of a table and along their parts at once, both in the order of the
// rows' IDs: only one row's parts are in memory.
func eachWhole[P any](t *readTx, of table, parts string, scan func(scanner) (string, P, error), whole func(row any, parts []P) any) iter.Seq2[store.Row, error] {
	return func(yield func(store.Row, error) bool) {
		rows, err := t.tx.QueryContext(t.ctx, parts)
		if err != nil {
			yield(store.Row{}, t.answered(err))
			return
		}
		defer rows.Close()
		var belongs string
		var one P
		more := false
		next := func() (err error) {
			if more = rows.Next(); !more {
				return t.answered(rows.Err())
			}
			belongs, one, err = scan(rows)
			return t.noted(err)
		}
		err = next()
		for row, rowErr := range t.each(of, of.sought()+" ORDER BY key_0") {
			var its []P
			for err = errors.Join(err, rowErr); err == nil && more && belongs == row.Key.ID; err = next() {
				its = append(its, one)
			}
			if err != nil {
				yield(store.Row{}, err)
				return
			}
			row.Value = whole(row.Value, its)
			if !yield(row, nil) {
				return
			}
		}
		if err != nil {
			yield(store.Row{}, err)
		}
	}
}

// CheckIndexes has SQLite hold every index against its table, but the log's: that
// of the sets in force says whose code a recovery code is. The log is only read
// as a whole (https://www.sqlite.org/pragma.html#pragma_integrity_check).
func (s *Store) CheckIndexes(ctx context.Context) error {
	for _, of := range slices.Concat(tables, []table{factors, sets}) {
		_, from, _ := strings.Cut(of.query, " FROM ")
		var found string
		if err := s.db.QueryRowContext(ctx, "PRAGMA integrity_check("+strings.TrimSpace(from)+")").Scan(&found); err != nil {
			return translate(err)
		}
		if found != "ok" {
			return fmt.Errorf("%w: %s", store.ErrDamaged, found)
		}
	}
	return nil
}
