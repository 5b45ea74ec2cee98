package postgres_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"countersign/backend/postgres"
	"countersign/backend/store"
	"countersign/backend/store/storetest"
)

// neighbour fills a workspace with rows of each table, under the IDs that storetest uses.
func neighbour(t *testing.T, s *postgres.Store) {
	t.Helper()
	at := time.UnixMilli(1).UTC() // older than all of storetest's
	update(t, s, func(tx store.WriteTx) error {
		err := tx.InsertInfo(store.Info{ID: "w", Name: "The neighbour"})
		for i, id := range []string{"a", "b", "c", "p", "m", "o0", "carla", "Bela"} {
			p := person(id)
			p.Role, p.CreatedAt = store.RoleOwner, at
			err = errors.Join(err, tx.InsertProfile(p), tx.InsertFactor(store.Factor{ProfileID: id, Apps: []store.App{{Generation: 1, Item: "the neighbour's " + id}}}),
				tx.InsertIntent(store.Intent{ID: "i" + id, Kind: store.IntentEnrol, ProfileID: id, Item: "t" + id, CreatedAt: at}),
				tx.InsertSet(set("s"+id, id, i+1, store.SetActive), [][]byte{{1}, {2}}), tx.InsertSet(set("t"+id, id, i+101, store.SetPending), [][]byte{{1}}),
				tx.InsertOneTime(store.OneTime{ProfileID: id, Kind: store.OneTimeHelp, Salt: []byte{1}, Hash: []byte{1}, IssuedBy: "a", ExpiresAt: at}),
				tx.InsertOneTime(store.OneTime{ProfileID: id, Kind: store.OneTimeInvitation, Salt: []byte{1}, Hash: []byte{1}, IssuedBy: "a", ExpiresAt: at}),
				tx.SaveAttempts(store.Attempts{Subject: id, Kind: store.KindCode, Failures: 3, ChargedAt: at}),
				tx.SaveAttempts(store.Attempts{Subject: "unknown:" + id, Kind: store.KindPassword, ChargedAt: at}),
				tx.InsertRun(store.Run{Number: i + 1, Kind: store.RunPrint, State: store.RunReady, At: at}),
				tx.InsertApproval(store.Approval{ID: id, Kind: store.ApproveHelpCode, State: store.ApprovalWaiting, At: at}),
				tx.SaveVaultKey(store.VaultKey{Holder: "profile/" + id, Recipient: "r", Generation: 1}), tx.InsertDocument(store.DocumentRow{ID: id, Generation: 1}))
			for j, kind := range []string{"emergency-kit-made", "run-sheet-issued"} {
				e := event(int64(2*i+j+1), kind, "a", id)
				err = errors.Join(err, tx.AppendEvent(e))
			}
		}
		for _, id := range []string{"s", "z", "a1", "o"} { // as storetest's own
			err = errors.Join(err, tx.InsertSet(set(id, "a", 200+int(id[0]), store.SetReplaced), [][]byte{{1}}))
		}
		return errors.Join(err, tx.InsertProfile(person("else")), tx.InsertSet(set("q", "else", 400, store.SetActive), [][]byte{{1}}), // which waits at storetest's
			tx.InsertIntent(store.Intent{ID: "i", Kind: store.IntentDelete, Item: "n", CreatedAt: at}), tx.InsertApproval(store.Approval{ID: "x", Kind: store.ApproveHelpCode, State: store.ApprovalWaiting, At: at}),
			tx.InsertIntent(store.Intent{ID: "c", Kind: store.IntentCreate, Item: "w/device", CreatedAt: at}), tx.SaveVaultKey(store.VaultKey{Holder: "a", Recipient: "r", Generation: 1}))
	})
}

// everything is all that a workspace has, as one text.
func everything(t *testing.T, s *postgres.Store) (all string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context()) // which has ended in a cleanup
	if err := s.View(ctx, func(tx store.ReadTx) error {
		for row, err := range tx.Rows() {
			if err != nil {
				return err
			}
			b, err := json.Marshal(row.Value)
			if err != nil {
				return err
			}
			all += fmt.Sprintln(row.Key, string(b))
		}
		for e, err := range tx.Events(0) {
			if err != nil {
				return err
			}
			all += fmt.Sprintf("%+v\n", e)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestStore_KeepsTheContractBesideANeighbour runs the contract in a database in which another workspace has
// rows under the same IDs. None of them may be seen, and none may change.
func TestStore_KeepsTheContractBesideANeighbour(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) (one, other store.Store) {
		connString := migrated(t)
		d := open(t, connString)
		beside := d.Workspace("neighbour")
		neighbour(t, beside)
		before := everything(t, beside)
		t.Cleanup(func() {
			if after := everything(t, beside); after != before {
				t.Errorf("the neighbour has\n%s\nnot\n%s", after, before)
			}
		})
		return d.Workspace("w"), open(t, connString).Workspace("w")
	})
}
