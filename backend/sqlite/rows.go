package sqlite

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"countersign/backend/workspace"
)

// table is one whose rows the log tells of.
type table struct {
	name  string   // in a workspace.Key
	query string   // of all its rows
	key   []string // its columns that make the Key's ID, with slashes between; none where there is one row
	scan  func(scanner) (any, error)
}

// tables are all of them but the sets, which have their codes with them: see
// eachSet. A table that is added has its place here; a test asks for it.
var tables = []table{
	{"workspace", selectInfo, nil, scan(scanInfo)},
	{"profile", selectProfiles, []string{"id"}, scan(scanProfile)},
	{"factor", selectFactors, []string{"profile_id"}, scan(scanFactor)},
	{"intent", selectIntents, []string{"id"}, scan(scanIntent)},
	{"attempts", selectAttempts, []string{"kind", "subject"}, scan(scanAttempts)},
	{"onetime", selectOneTimes, []string{"kind", "profile_id"}, scan(scanOneTime)},
	{"run", selectRuns, []string{"number"}, scan(scanRun)},
	{"approval", selectApprovals, []string{"id"}, scan(scanApproval)},
	{"vaultkey", selectVaultKeys, []string{"holder"}, scan(scanVaultKey)},
	{"document", selectDocuments, []string{"id"}, scan(scanDocument)},
}

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

// Rows hands on every row but the log's own, with one query for each table.
func (t *tx) Rows(fn func(workspace.Key, any) error) error {
	for _, of := range tables {
		if err := t.each(of, of.sought(), fn); err != nil {
			return err
		}
	}
	return t.eachSet(fn)
}

func (t *tx) each(of table, query string, fn func(workspace.Key, any) error) error {
	rows, err := t.tx.QueryContext(t.ctx, query)
	if err != nil {
		return translate(err)
	}
	defer rows.Close()
	id, into := make([]string, len(of.key)), make([]any, len(of.key))
	for i := range id {
		into[i] = &id[i]
	}
	for rows.Next() {
		row, err := of.scan(listed{rows, into})
		if err != nil {
			return err
		}
		if err := fn(workspace.Key{Table: of.name, ID: strings.Join(id, "/")}, row); err != nil {
			return err
		}
	}
	return translate(rows.Err())
}

// allCodes finds each set's codes as Codes does, one set after the other.
const allCodes = "SELECT " + codeColumns + ` FROM (SELECT id AS key_0 FROM recovery_sets) CROSS JOIN recovery_codes ON set_id = key_0
	ORDER BY key_0, number`

// eachSet walks along the sets and their codes at once, both in the order of the
// sets' IDs: only one set's codes are in memory.
func (t *tx) eachSet(fn func(workspace.Key, any) error) error {
	rows, err := t.tx.QueryContext(t.ctx, allCodes)
	if err != nil {
		return translate(err)
	}
	defer rows.Close()
	var of string
	var code workspace.CodeRow
	more := false
	next := func() (err error) {
		if more = rows.Next(); !more {
			return translate(rows.Err())
		}
		of, code, err = scanCode(rows)
		return err
	}
	if err := next(); err != nil {
		return err
	}
	return t.each(sets, sets.sought()+" ORDER BY key_0", func(k workspace.Key, row any) error {
		var codes []workspace.CodeRow
		for more && of == k.ID {
			codes = append(codes, code)
			if err := next(); err != nil {
				return err
			}
		}
		return fn(k, workspace.SetRow{Set: row.(workspace.Set), Codes: codes})
	})
}

// CheckIndexes has SQLite hold every index against its table, but the log's: that
// of the sets in force says whose code a recovery code is. The log is only read
// as a whole (https://www.sqlite.org/pragma.html#pragma_integrity_check).
func (t *tx) CheckIndexes() error {
	for _, of := range slices.Concat(tables, []table{sets}) {
		_, from, _ := strings.Cut(of.query, " FROM ")
		var found string
		if err := t.row("PRAGMA integrity_check("+strings.TrimSpace(from)+")", nil, &found); err != nil {
			return err
		}
		if found != "ok" {
			return fmt.Errorf("%w: %s", workspace.ErrStoreDamaged, found)
		}
	}
	return nil
}
