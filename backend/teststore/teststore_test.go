package teststore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"countersign/backend/audit"
	"countersign/backend/postgres"
	"countersign/backend/sqlite"
	"countersign/backend/store"
)

func TestMain(m *testing.M) {
	code := m.Run()
	Stop()
	os.Exit(code)
}

// TestStores_GiveTheSameRows compares what the log's digests are of: a workspace that moves from one store to the
// other keeps its log. Each table has a row with something in each field, and one with nothing where that may be.
func TestStores_GiveTheSameRows(t *testing.T) {
	t.Parallel()
	onFile, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "workspace.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = onFile.Close() })
	d, err := postgres.Open(t.Context(), database(t, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	var all [2][]string
	for i, s := range []store.Store{onFile, d.Workspace("w")} {
		if err := s.Update(t.Context(), fill); err != nil {
			t.Fatal(err)
		}
		if all[i], err = rows(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	for i := range max(len(all[0]), len(all[1])) {
		if i >= len(all[0]) || i >= len(all[1]) {
			t.Fatalf("%d rows, and %d", len(all[0]), len(all[1]))
		}
		if all[0][i] != all[1][i] {
			t.Errorf("sqlite has   %s\npostgres has %s", all[0][i], all[1][i])
		}
	}
	if len(all[0]) < 24 {
		t.Errorf("only %d rows", len(all[0]))
	}
}

func fill(tx store.WriteTx) error {
	at := time.Date(2026, 11, 23, 9, 0, 10, 5e6, time.UTC)
	cost := store.Argon2id{MemoryKiB: 19456, Time: 2, Threads: 1}
	some := []byte{0, 1}
	err := tx.InsertInfo(store.Info{ID: "w", Name: "N"})
	err = errors.Join(err,
		tx.InsertProfile(store.Profile{ID: "p", Email: "P@example.com", EmailKey: "p", Name: "P ä“", Role: store.RoleOwner, CreatedAt: at, LastSignInAt: at, Generation: 3, Epoch: 4, State: store.ProfileSuspended,
			Password: store.PasswordRecord{Salt: some, Params: cost, PublicKey: some, Lock: some, ChangedAt: at}, StateAt: at, ChecklistAway: true, LastSheet: 3, Language: "fr"}),
		tx.InsertProfile(store.Profile{ID: "q", EmailKey: "q", Role: store.RoleMember}),
		tx.InsertFactor(store.Factor{ProfileID: "p", Since: at, Apps: []store.App{{Generation: 3, Item: "f", AddedAt: at, LastStep: 1 << 40, LastUsedAt: at, LastUse: store.UseSignIn}}}), tx.InsertFactor(store.Factor{ProfileID: "q"}),
		tx.InsertIntent(store.Intent{ID: "i", Kind: store.IntentEnrol, ProfileID: "p", Item: "x", Generation: 4, ConfirmedStep: 5, CreatedAt: at, HeldUntil: at}), tx.InsertIntent(store.Intent{ID: "j", Kind: store.IntentDelete}),
		tx.InsertSet(store.Set{ID: "s", ProfileID: "p", Sheet: 7, State: store.SetActive, Salt: some, Params: cost, IssuedAt: at, IssuedBy: "A", Replaces: 6, EndedAt: at, Run: 1, HandedOverAt: at, AcknowledgedAt: at, HeldUntil: at}, [][]byte{{1}, {}, {0, 255}}),
		tx.InsertSet(store.Set{ID: "t", ProfileID: "q", Sheet: 8, State: store.SetPending, Salt: []byte{}}, nil),
		tx.SaveAttempts(store.Attempts{Subject: "p", Kind: store.KindCode, Failures: 3, SinceSignIn: 4, ChargedAt: at, BeforeAt: at, LockedUntil: at}), tx.SaveAttempts(store.Attempts{Kind: store.KindHelp}),
		tx.InsertOneTime(store.OneTime{ProfileID: "p", Kind: store.OneTimeHelp, Salt: some, Params: cost, Hash: some, IssuedAt: at, IssuedBy: "p", ExpiresAt: at, EndedAt: at}),
		tx.InsertOneTime(store.OneTime{ProfileID: "q", Kind: store.OneTimeReset, Salt: []byte{}, Hash: []byte{}}),
		tx.InsertRun(store.Run{Number: 1, At: at, ByID: "p", ByName: "P", Reason: "“r”", Kind: store.RunExport, State: store.RunDone, Members: []string{"p", `b"],["`, "", "NULL"}, EndedAt: at, HeldUntil: at}),
		tx.InsertRun(store.Run{Number: 2, Kind: store.RunPrint, State: store.RunReady, Members: []string{}}), tx.InsertRun(store.Run{Number: 3, Kind: store.RunPrint, State: store.RunReady}),
		tx.InsertApproval(store.Approval{ID: "x", Kind: store.ApproveHelpCode, Members: []string{"p"}, Reason: "r", ByID: "p", At: at, ExpiresAt: at, State: store.ApprovalUsed, DecidedBy: "q", DecidedAt: at}),
		tx.InsertApproval(store.Approval{ID: "y", Kind: store.ApproveHelpCode, State: store.ApprovalWaiting}),
		tx.SaveVaultKey(store.VaultKey{Holder: "profile/p", Recipient: "age1", Wrapped: some, Ciphertext: some, Generation: 2, OnlyOne: true}), tx.SaveVaultKey(store.VaultKey{}),
		tx.InsertDocument(store.DocumentRow{ID: "d", Generation: 2, State: store.DocumentRemoved, RemovedAt: at, Ciphertext: some}), tx.InsertDocument(store.DocumentRow{}),
		tx.AppendEvent(store.SignedEvent{Event: audit.Event{Seq: 1, At: at, Kind: "k", Actor: "p", Subject: "q", Detail: map[string]string{"a": "\x00ä<&>"}, Rows: []audit.Row{{Key: "profile/p", Digest: "d"}}, State: audit.Sum{1, 2}}, Signature: some, Tree: some}),
		tx.AppendEvent(store.SignedEvent{Event: audit.Event{Seq: 2}, Signature: []byte{}, Tree: []byte{}}))
	_, used := tx.ConsumeCode("s", 3, at, store.UseStepUp)
	return errors.Join(err, used)
}

// rows are all rows and events, as the log's digests see them.
func rows(ctx context.Context, s store.Store) (all []string, err error) {
	err = s.View(ctx, func(tx store.ReadTx) error {
		all = nil
		for row, err := range tx.Rows() {
			if err != nil {
				return err
			}
			b, err := json.Marshal(row.Value)
			if err != nil {
				return err
			}
			all = append(all, fmt.Sprint(row.Key, string(b)))
		}
		for e, err := range tx.Events(0) {
			if err != nil {
				return err
			}
			b, err := json.Marshal(e)
			if err != nil {
				return err
			}
			all = append(all, string(b))
		}
		return nil
	})
	slices.Sort(all)
	return all, err
}
