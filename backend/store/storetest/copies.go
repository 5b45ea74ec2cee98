package storetest

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"countersign/backend/audit"
	"countersign/backend/store"
)

// copyIsTheSame copies a store with a row of each table, through JSON as a backup does it.
func copyIsTheSame(from, to *fixture) {
	from.inserted()
	e := audit.Event{Seq: 1, At: monday, Kind: "k", Actor: "p", Detail: map[string]string{"to": "“x”"}, Rows: []audit.Row{{Key: "profile/p", Digest: "ab"}}, State: audit.Sum{7}}
	logged := store.SignedEvent{Event: e, Signature: []byte("seal"), Tree: []byte("tree")}
	from.update(func(tx store.WriteTx) error {
		err := errors.Join(tx.InsertProfile(person("q")), tx.InsertSet(set("a", "q", 9, store.SetActive), [][]byte{{1}, {2}, {3}}), tx.AppendEvent(logged))
		if err != nil {
			return err
		}
		_, err = tx.ConsumeCode("a", 2, monday, store.UseStepUp)
		if err == nil {
			_, err = tx.MoveSet("a", store.SetActive, store.SetReplaced, monday)
		}
		return err
	})
	rows := from.rows()
	to.update(func(tx store.WriteTx) error {
		for _, r := range rows {
			text, err := json.Marshal(r.Value)
			if err != nil {
				return err
			}
			if r.Value, err = store.ParseRow(r.Key.Table, text); err != nil {
				return err
			}
			if err := store.PutRow(tx.(store.CopyTx), r); err != nil {
				return err
			}
		}
		return tx.AppendEvent(logged)
	})
	byKey := func(rows []store.Row) map[store.Key]any {
		all := map[store.Key]any{}
		for _, r := range rows {
			all[r.Key] = r.Value
		}
		return all
	}
	want, got := byKey(rows), byKey(to.rows())
	for k, v := range want {
		if !reflect.DeepEqual(got[k], v) {
			to.Errorf("%s is %+v\nnot %+v", k, got[k], v)
		}
	}
	if len(got) != len(want) {
		to.Errorf("%d rows, not %d", len(got), len(want))
	}
	to.view(func(tx store.ReadTx) error {
		for got, err := range tx.Events(0) {
			if err != nil || !reflect.DeepEqual(got, logged) {
				to.Errorf("%+v, %v", got, err)
			}
		}
		return nil
	})
}

// rows are all of them, in the order of the walk.
func (f *fixture) rows() (all []store.Row) {
	f.view(func(tx store.ReadTx) error {
		for r, err := range tx.Rows() {
			if err != nil {
				return err
			}
			all = append(all, r)
		}
		return nil
	})
	return all
}

func testCopy(t *testing.T, open Open) {
	t.Parallel()
	a, b := open(t)
	c, d := open(t)
	copyIsTheSame(&fixture{t, a, b}, &fixture{t, c, d})
}
