package postgres

import (
	"iter"
	"strconv"

	"countersign/backend/store"
)

// table is one whose rows the log tells of: it walks over them.
type table func(t *readTx) iter.Seq2[store.Row, error]

// tables are all of them. A table that is added has its place here; a test asks for it.
var tables = []table{
	rowsOf("workspace", selectInfo, scanInfo, func(store.Info) string { return "" }),
	rowsOf("profile", selectProfiles, scanProfile, func(p store.Profile) string { return p.ID }),
	rowsOf("intent", selectIntents, scanIntent, func(i store.Intent) string { return i.ID }),
	rowsOf("attempts", selectAttempts, scanAttempts, func(a store.Attempts) string { return string(a.Kind) + "/" + a.Subject }),
	rowsOf("onetime", selectOneTimes, scanOneTime, func(o store.OneTime) string { return string(o.Kind) + "/" + o.ProfileID }),
	rowsOf("run", selectRuns, scanRun, func(r store.Run) string { return strconv.Itoa(r.Number) }),
	rowsOf("approval", selectApprovals, scanApproval, func(a store.Approval) string { return a.ID }),
	rowsOf("vaultkey", selectVaultKeys, scanVaultKey, func(k store.VaultKey) string { return k.Holder }),
	rowsOf("computer", selectComputers, scanComputer, func(c store.Computer) string { return c.ID + "/" + c.ProfileID }),
	rowsOf("document", selectDocuments, scanDocument, func(d store.DocumentRow) string { return d.ID }),
	wholeRowsOf("factor", selectFactorsAndApps, scanFactorAndApp, func(f store.Factor) string { return f.ProfileID },
		func(f store.Factor, apps []store.App) any { f.Apps = apps; return f }),
	wholeRowsOf("set", selectSetsAndCodes, scanSetAndCode, func(s store.Set) string { return s.ID },
		func(s store.Set, codes []store.CodeRow) any { return store.SetRow{Set: s, Codes: codes} }),
}

func rowsOf[T any](name, query string, scan func(scanner) (T, error), key func(T) string) table {
	return func(t *readTx) iter.Seq2[store.Row, error] {
		return walk(t, func(row scanner) (store.Row, error) {
			value, err := scan(row)
			return store.Row{Key: store.Key{Table: name, ID: key(value)}, Value: value}, err
		}, query)
	}
}

// Rows walks over every row but the log's own, with one query for each table.
func (t *readTx) Rows() iter.Seq2[store.Row, error] {
	return func(yield func(store.Row, error) bool) {
		for _, rows := range tables {
			for row, err := range rows(t) {
				if !yield(row, err) || err != nil {
					return
				}
			}
		}
	}
}

// These have a row for each part, and one for a whole without any.
const (
	selectFactorsAndApps = `SELECT f.profile_id, f.since, a.profile_id IS NOT NULL, coalesce(a.generation, 0), coalesce(a.name, ''), coalesce(a.item, ''),
		coalesce(a.added_at, 0), coalesce(a.last_step, 0), coalesce(a.last_used_at, 0), coalesce(a.last_use, '')
	FROM factors f LEFT JOIN apps a ON a.workspace = $1 AND a.profile_id = f.profile_id
	WHERE f.workspace = $1 ORDER BY f.profile_id, a.generation`
	selectSetsAndCodes = `SELECT s.id, s.profile_id, s.sheet, s.state, s.salt, s.memory, s.time, s.lanes, s.issued_at, s.issued_by, s.replaces,
		s.ended_at, s.run, s.place, s.handed_at, s.acknowledged, s.checked_at, s.remind_at, s.held_until, c.set_id IS NOT NULL, coalesce(c.number, 0), c.hash, coalesce(c.used_at, 0), coalesce(c.use, '')
	FROM recovery_sets s LEFT JOIN recovery_codes c ON c.workspace = $1 AND c.set_id = s.id
	WHERE s.workspace = $1 ORDER BY s.id, c.number`
)

// with is a whole with one of its parts, if it has any.
type with[W, P any] struct {
	whole W
	part  P
	has   bool
}

func scanFactorAndApp(row scanner) (w with[store.Factor, store.App], err error) {
	a := &w.part
	w.whole, err = scanFactor(followed{row, []any{&w.has, &a.Generation, &a.Name, &a.Item, &when{&a.AddedAt}, &a.LastStep, &when{&a.LastUsedAt}, &a.LastUse}})
	return w, err
}

func scanSetAndCode(row scanner) (w with[store.Set, store.CodeRow], err error) {
	c := &w.part
	w.whole, err = scanSet(followed{row, []any{&w.has, &c.Number, &octets{&c.Hash}, &when{&c.UsedAt}, &c.Use}})
	return w, err
}

// followed is a row with more columns than are asked for.
type followed struct {
	row  scanner
	more []any
}

func (f followed) Scan(into ...any) error { return f.row.Scan(append(into, f.more...)...) }

// wholeRowsOf puts each row together from its parts: only one row's parts are in memory, beside what the
// walk has fetched.
func wholeRowsOf[W, P any](name, query string, scan func(scanner) (with[W, P], error), key func(W) string, join func(W, []P) any) table {
	return func(t *readTx) iter.Seq2[store.Row, error] {
		return func(yield func(store.Row, error) bool) {
			var of W
			var parts []P
			row := func() store.Row { return store.Row{Key: store.Key{Table: name, ID: key(of)}, Value: join(of, parts)} }
			begun := false
			for next, err := range walk(t, scan, query) {
				if err != nil {
					yield(store.Row{}, err)
					return
				}
				if begun && key(next.whole) != key(of) {
					if !yield(row(), nil) {
						return
					}
					begun = false
				}
				if !begun {
					of, parts, begun = next.whole, nil, true
				}
				if next.has {
					parts = append(parts, next.part)
				}
			}
			if begun {
				yield(row(), nil)
			}
		}
	}
}
