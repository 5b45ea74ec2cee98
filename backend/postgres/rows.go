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
	rowsOf("factor", selectFactors, scanFactor, func(f store.Factor) string { return f.ProfileID }),
	rowsOf("intent", selectIntents, scanIntent, func(i store.Intent) string { return i.ID }),
	rowsOf("attempts", selectAttempts, scanAttempts, func(a store.Attempts) string { return string(a.Kind) + "/" + a.Subject }),
	rowsOf("onetime", selectOneTimes, scanOneTime, func(o store.OneTime) string { return string(o.Kind) + "/" + o.ProfileID }),
	rowsOf("run", selectRuns, scanRun, func(r store.Run) string { return strconv.Itoa(r.Number) }),
	rowsOf("approval", selectApprovals, scanApproval, func(a store.Approval) string { return a.ID }),
	rowsOf("vaultkey", selectVaultKeys, scanVaultKey, func(k store.VaultKey) string { return k.Holder }),
	rowsOf("computer", selectComputers, scanComputer, func(c store.Computer) string { return c.ID + "/" + c.ProfileID }),
	rowsOf("document", selectDocuments, scanDocument, func(d store.DocumentRow) string { return d.ID }),
	eachSet,
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

// selectSetsAndCodes has a row for each code, and one for a set without any.
const selectSetsAndCodes = `SELECT s.id, s.profile_id, s.sheet, s.state, s.salt, s.memory, s.time, s.lanes, s.issued_at, s.issued_by, s.replaces,
		s.ended_at, s.run, s.place, s.handed_at, s.acknowledged, s.held_until, c.set_id IS NOT NULL, coalesce(c.number, 0), c.hash, coalesce(c.used_at, 0), coalesce(c.use, '')
	FROM recovery_sets s LEFT JOIN recovery_codes c ON c.workspace = $1 AND c.set_id = s.id
	WHERE s.workspace = $1 ORDER BY s.id, c.number`

// withCode is a set with one of its codes after it, if it has any.
type withCode struct {
	set  store.Set
	code store.CodeRow
	has  bool
}

// Scan reads the columns of the set, and then those of the code.
func (w *withCode) scan(row scanner) error {
	var err error
	w.set, err = scanSet(followed{row, []any{&w.has, &w.code.Number, &octets{&w.code.Hash}, &when{&w.code.UsedAt}, &w.code.Use}})
	return err
}

// followed is a row with more columns than are asked for.
type followed struct {
	row  scanner
	more []any
}

func (f followed) Scan(into ...any) error { return f.row.Scan(append(into, f.more...)...) }

// eachSet puts each set together from its codes: only one set's codes are in memory, beside what the
// walk has fetched.
func eachSet(t *readTx) iter.Seq2[store.Row, error] {
	return func(yield func(store.Row, error) bool) {
		var set store.SetRow
		row := func() store.Row { return store.Row{Key: store.Key{Table: "set", ID: set.Set.ID}, Value: set} }
		begun := false
		for next, err := range walk(t, func(row scanner) (w withCode, err error) { err = w.scan(row); return w, err }, selectSetsAndCodes) {
			if err != nil {
				yield(store.Row{}, err)
				return
			}
			if begun && next.set.ID != set.Set.ID {
				if !yield(row(), nil) {
					return
				}
				begun = false
			}
			if !begun {
				set, begun = store.SetRow{Set: next.set}, true
			}
			if next.has {
				set.Codes = append(set.Codes, next.code)
			}
		}
		if begun {
			yield(row(), nil)
		}
	}
}
