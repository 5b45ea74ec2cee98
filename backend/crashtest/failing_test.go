package crashtest

import (
	"iter"
	"time"

	"countersign/backend/store"
)

// failingReads and failingTx are transactions each of whose calls may fail. They embed
// none, so that a call which is left out does not compile.
type failingReads struct {
	reads store.ReadTx
	*faults
	walks *walks
}

// ask is asked before each call.
func (t failingReads) ask() error {
	if err := t.walks.ask(); err != nil {
		return err
	}
	return t.faults.ask()
}

type failingTx struct {
	failingReads
	tx store.WriteTx
}

var (
	_ store.ReadTx  = failingReads{}
	_ store.WriteTx = failingTx{}
)

// get is a call that gives something.
func get[T any](f failingReads, call func() (T, error)) (T, error) {
	if err := f.ask(); err != nil {
		var none T
		return none, err
	}
	return call()
}

func (t failingTx) do(call func() error) error {
	if err := t.ask(); err != nil {
		return err
	}
	return call()
}

// walk goes through rows, and may fail at the first and after the last.
func walk[T any](f failingReads, all iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		if err := f.ask(); err != nil {
			yield(none, err)
			return
		}
		for row, err := range alone(f.walks, all) {
			if !yield(row, err) {
				return
			}
		}
		if err := f.ask(); err != nil {
			yield(none, err)
		}
	}
}

func (t failingReads) Info() (store.Info, error) {
	return get(t, func() (store.Info, error) { return t.reads.Info() })
}

func (t failingTx) InsertInfo(a store.Info) error {
	return t.do(func() error { return t.tx.InsertInfo(a) })
}

func (t failingTx) MarkCreated(at time.Time) (bool, error) {
	return get(t.failingReads, func() (bool, error) { return t.tx.MarkCreated(at) })
}

func (t failingTx) DropWorkspace() error { return t.do(func() error { return t.tx.DropWorkspace() }) }

func (t failingTx) UpdateInfo(a store.Info) error {
	return t.do(func() error { return t.tx.UpdateInfo(a) })
}

func (t failingTx) NextSheet(profileID string) (int, error) {
	return get(t.failingReads, func() (int, error) { return t.tx.NextSheet(profileID) })
}

func (t failingTx) NextRun() (int, error) {
	return get(t.failingReads, func() (int, error) { return t.tx.NextRun() })
}

func (t failingReads) Profile(id string) (store.Profile, error) {
	return get(t, func() (store.Profile, error) { return t.reads.Profile(id) })
}

func (t failingReads) ProfileByEmail(emailKey string) (store.Profile, error) {
	return get(t, func() (store.Profile, error) { return t.reads.ProfileByEmail(emailKey) })
}

func (t failingTx) InsertProfile(a store.Profile) error {
	return t.do(func() error { return t.tx.InsertProfile(a) })
}

func (t failingTx) UpdateProfile(a store.Profile) error {
	return t.do(func() error { return t.tx.UpdateProfile(a) })
}

func (t failingReads) Members() ([]store.Member, error) {
	return get(t, func() ([]store.Member, error) { return t.reads.Members() })
}

func (t failingReads) Member(id string) (store.Member, error) {
	return get(t, func() (store.Member, error) { return t.reads.Member(id) })
}

func (t failingReads) CountOwners() (int, error) {
	return get(t, func() (int, error) { return t.reads.CountOwners() })
}

func (t failingReads) Factor(profileID string) (store.Factor, error) {
	return get(t, func() (store.Factor, error) { return t.reads.Factor(profileID) })
}

func (t failingReads) FactorItems() ([]string, error) {
	return get(t, func() ([]string, error) { return t.reads.FactorItems() })
}

func (t failingTx) InsertFactor(a store.Factor) error {
	return t.do(func() error { return t.tx.InsertFactor(a) })
}

func (t failingTx) InsertApp(profileID string, a store.App) error {
	return t.do(func() error { return t.tx.InsertApp(profileID, a) })
}

func (t failingTx) SwapApp(profileID string, a store.App, from int) (bool, error) {
	return get(t.failingReads, func() (bool, error) { return t.tx.SwapApp(profileID, a, from) })
}

func (t failingTx) RenameApp(profileID string, generation int, name string) (bool, error) {
	return get(t.failingReads, func() (bool, error) { return t.tx.RenameApp(profileID, generation, name) })
}

func (t failingTx) DeleteApp(profileID string, generation int) (bool, error) {
	return get(t.failingReads, func() (bool, error) { return t.tx.DeleteApp(profileID, generation) })
}

func (t failingTx) DeleteFactor(profileID string) (bool, error) {
	return get(t.failingReads, func() (bool, error) { return t.tx.DeleteFactor(profileID) })
}

func (t failingTx) ConsumeStep(profileID string, generation int, step int64, at time.Time, use store.Use) (bool, error) {
	return get(t.failingReads, func() (bool, error) { return t.tx.ConsumeStep(profileID, generation, step, at, use) })
}

func (t failingReads) Intents() ([]store.Intent, error) {
	return get(t, func() ([]store.Intent, error) { return t.reads.Intents() })
}

func (t failingReads) Intent(id string) (store.Intent, error) {
	return get(t, func() (store.Intent, error) { return t.reads.Intent(id) })
}

func (t failingReads) PendingEnrolment(profileID string) (store.Intent, error) {
	return get(t, func() (store.Intent, error) { return t.reads.PendingEnrolment(profileID) })
}

func (t failingTx) InsertIntent(a store.Intent) error {
	return t.do(func() error { return t.tx.InsertIntent(a) })
}

func (t failingTx) ConfirmIntent(id string, step int64) (bool, error) {
	return get(t.failingReads, func() (bool, error) { return t.tx.ConfirmIntent(id, step) })
}

func (t failingTx) MarkForDeletion(id string) (bool, error) {
	return get(t.failingReads, func() (bool, error) { return t.tx.MarkForDeletion(id) })
}

func (t failingTx) DeleteIntent(id string) (bool, error) {
	return get(t.failingReads, func() (bool, error) { return t.tx.DeleteIntent(id) })
}

func (t failingTx) InsertSet(a store.Set, b [][]byte) error {
	return t.do(func() error { return t.tx.InsertSet(a, b) })
}

func (t failingReads) Set(id string) (store.Set, error) {
	return get(t, func() (store.Set, error) { return t.reads.Set(id) })
}

func (t failingReads) ActiveSet(profileID string) (store.Set, error) {
	return get(t, func() (store.Set, error) { return t.reads.ActiveSet(profileID) })
}

func (t failingReads) LatestSet(profileID string) (store.Set, error) {
	return get(t, func() (store.Set, error) { return t.reads.LatestSet(profileID) })
}

func (t failingTx) MoveSet(id string, from, to store.SetState, at time.Time) (bool, error) {
	return get(t.failingReads, func() (bool, error) { return t.tx.MoveSet(id, from, to, at) })
}

func (t failingTx) HandOverSet(id string, at time.Time) (bool, error) {
	return get(t.failingReads, func() (bool, error) { return t.tx.HandOverSet(id, at) })
}

func (t failingTx) CheckSet(id string, at time.Time) (bool, error) {
	return get(t.failingReads, func() (bool, error) { return t.tx.CheckSet(id, at) })
}

func (t failingTx) PostponeSet(id string, until time.Time) (bool, error) {
	return get(t.failingReads, func() (bool, error) { return t.tx.PostponeSet(id, until) })
}

func (t failingTx) AcknowledgeSet(id string, at time.Time) (bool, error) {
	return get(t.failingReads, func() (bool, error) { return t.tx.AcknowledgeSet(id, at) })
}

func (t failingReads) PendingSets(profileID string) ([]string, error) {
	return get(t, func() ([]string, error) { return t.reads.PendingSets(profileID) })
}

func (t failingTx) DeleteSet(id string) error {
	return t.do(func() error { return t.tx.DeleteSet(id) })
}

func (t failingReads) Codes(setID string) ([]store.CodeRow, error) {
	return get(t, func() ([]store.CodeRow, error) { return t.reads.Codes(setID) })
}

func (t failingTx) ConsumeCode(setID string, number int, at time.Time, use store.Use) (bool, error) {
	return get(t.failingReads, func() (bool, error) { return t.tx.ConsumeCode(setID, number, at, use) })
}

func (t failingReads) OneTime(profileID string, kind store.OneTimeKind) (store.OneTime, error) {
	return get(t, func() (store.OneTime, error) { return t.reads.OneTime(profileID, kind) })
}

func (t failingTx) InsertOneTime(a store.OneTime) error {
	return t.do(func() error { return t.tx.InsertOneTime(a) })
}

func (t failingTx) DeleteOneTime(profileID string, kind store.OneTimeKind) (bool, error) {
	return get(t.failingReads, func() (bool, error) { return t.tx.DeleteOneTime(profileID, kind) })
}

func (t failingReads) Run(number int) (store.Run, error) {
	return get(t, func() (store.Run, error) { return t.reads.Run(number) })
}

func (t failingReads) Runs(before, limit int) ([]store.Run, error) {
	return get(t, func() ([]store.Run, error) { return t.reads.Runs(before, limit) })
}

func (t failingReads) RunsIn(state store.RunState) ([]store.Run, error) {
	return get(t, func() ([]store.Run, error) { return t.reads.RunsIn(state) })
}

func (t failingTx) InsertRun(a store.Run) error {
	return t.do(func() error { return t.tx.InsertRun(a) })
}

func (t failingTx) HoldRun(number int, state store.RunState, until time.Time) (bool, error) {
	return get(t.failingReads, func() (bool, error) { return t.tx.HoldRun(number, state, until) })
}

func (t failingTx) MoveRun(number int, from, to store.RunState, at time.Time) (bool, error) {
	return get(t.failingReads, func() (bool, error) { return t.tx.MoveRun(number, from, to, at) })
}

func (t failingReads) Ledger(run int) ([]store.LedgerEntry, error) {
	return get(t, func() ([]store.LedgerEntry, error) { return t.reads.Ledger(run) })
}

func (t failingReads) Approval(id string) (store.Approval, error) {
	return get(t, func() (store.Approval, error) { return t.reads.Approval(id) })
}

func (t failingReads) Approvals() ([]store.Approval, error) {
	return get(t, func() ([]store.Approval, error) { return t.reads.Approvals() })
}

func (t failingTx) InsertApproval(a store.Approval) error {
	return t.do(func() error { return t.tx.InsertApproval(a) })
}

func (t failingTx) DecideApproval(id string, from, to store.ApprovalState, by string, at time.Time) (bool, error) {
	return get(t.failingReads, func() (bool, error) { return t.tx.DecideApproval(id, from, to, by, at) })
}

func (t failingReads) Computer(profileID, id string) (store.Computer, error) {
	return get(t, func() (store.Computer, error) { return t.reads.Computer(profileID, id) })
}

func (t failingReads) Computers(profileID string) ([]store.Computer, error) {
	return get(t, func() ([]store.Computer, error) { return t.reads.Computers(profileID) })
}

func (t failingTx) SaveComputer(c store.Computer) error {
	return t.do(func() error { return t.tx.SaveComputer(c) })
}

func (t failingTx) DeleteComputer(profileID, id string) (bool, error) {
	return get(t.failingReads, func() (bool, error) { return t.tx.DeleteComputer(profileID, id) })
}

func (t failingReads) VaultKey(holder string) (store.VaultKey, error) {
	return get(t, func() (store.VaultKey, error) { return t.reads.VaultKey(holder) })
}

func (t failingReads) VaultKeysBehind(generation int) ([]store.VaultKey, error) {
	return get(t, func() ([]store.VaultKey, error) { return t.reads.VaultKeysBehind(generation) })
}

func (t failingReads) VaultKeysWithMore() ([]store.VaultKey, error) {
	return get(t, func() ([]store.VaultKey, error) { return t.reads.VaultKeysWithMore() })
}

func (t failingTx) SaveVaultKey(a store.VaultKey) error {
	return t.do(func() error { return t.tx.SaveVaultKey(a) })
}

func (t failingTx) DeleteVaultKey(holder string) error {
	return t.do(func() error { return t.tx.DeleteVaultKey(holder) })
}

func (t failingReads) Document(id string) (store.DocumentRow, error) {
	return get(t, func() (store.DocumentRow, error) { return t.reads.Document(id) })
}

func (t failingReads) Documents() ([]store.DocumentRow, error) {
	return get(t, func() ([]store.DocumentRow, error) { return t.reads.Documents() })
}

func (t failingReads) DocumentsBefore(generation, limit int) ([]store.DocumentRow, error) {
	return get(t, func() ([]store.DocumentRow, error) { return t.reads.DocumentsBefore(generation, limit) })
}

func (t failingReads) CountDocuments(generation int) (all, behind int, err error) {
	if err := t.ask(); err != nil {
		return 0, 0, err
	}
	return t.reads.CountDocuments(generation)
}

func (t failingTx) InsertDocument(a store.DocumentRow) error {
	return t.do(func() error { return t.tx.InsertDocument(a) })
}

func (t failingTx) UpdateDocument(a store.DocumentRow) error {
	return t.do(func() error { return t.tx.UpdateDocument(a) })
}

func (t failingReads) Attempts(subject string, kind store.Kind) (store.Attempts, error) {
	return get(t, func() (store.Attempts, error) { return t.reads.Attempts(subject, kind) })
}

func (t failingTx) SaveAttempts(a store.Attempts) error {
	return t.do(func() error { return t.tx.SaveAttempts(a) })
}

func (t failingReads) StaleAttempts(before time.Time) (subjects []string, err error) {
	return get(t, func() ([]string, error) { return t.reads.StaleAttempts(before) })
}

func (t failingTx) DeleteAttempts(subject string, kind store.Kind) error {
	return t.do(func() error { return t.tx.DeleteAttempts(subject, kind) })
}

func (t failingReads) Trees(seqs []int64) (map[int64][]byte, error) {
	return get(t, func() (map[int64][]byte, error) { return t.reads.Trees(seqs) })
}

func (t failingReads) CountEvents() (int64, error) {
	return get(t, func() (int64, error) { return t.reads.CountEvents() })
}

func (t failingReads) Rows() iter.Seq2[store.Row, error] { return walk(t, t.reads.Rows()) }

func (t failingReads) Head() (store.Head, error) {
	return get(t, func() (store.Head, error) { return t.reads.Head() })
}

func (t failingTx) AppendEvent(e store.SignedEvent) error {
	return t.do(func() error { return t.tx.AppendEvent(e) })
}

func (t failingReads) Events(after int64) iter.Seq2[store.SignedEvent, error] {
	return walk(t, t.reads.Events(after))
}

func (t failingReads) EventsAbout(subject string, after int64) iter.Seq2[store.SignedEvent, error] {
	return walk(t, t.reads.EventsAbout(subject, after))
}

func (t failingReads) EventsOf(subject string) iter.Seq2[store.SignedEvent, error] {
	return walk(t, t.reads.EventsOf(subject))
}

func (t failingReads) OwnNews(subject string) iter.Seq2[store.SignedEvent, error] {
	return walk(t, t.reads.OwnNews(subject))
}

func (t failingReads) KitEvents(after int64) iter.Seq2[store.SignedEvent, error] {
	return walk(t, t.reads.KitEvents(after))
}

func (t failingReads) EventsBefore(before int64) iter.Seq2[store.SignedEvent, error] {
	return walk(t, t.reads.EventsBefore(before))
}

func (t failingTx) EndOneTime(profileID string, kind store.OneTimeKind, at time.Time) (bool, error) {
	return get(t.failingReads, func() (bool, error) { return t.tx.EndOneTime(profileID, kind, at) })
}

func (t failingReads) OneTimes() ([]store.OneTime, error) {
	return get(t, func() ([]store.OneTime, error) { return t.reads.OneTimes() })
}

func (t failingReads) OneTimesBy(issuer string) ([]store.OneTime, error) {
	return get(t, func() ([]store.OneTime, error) { return t.reads.OneTimesBy(issuer) })
}

func (t failingReads) Administer() ([]store.Profile, error) {
	return get(t, func() ([]store.Profile, error) { return t.reads.Administer() })
}

func (t failingReads) Owners() ([]store.Profile, error) {
	return get(t, func() ([]store.Profile, error) { return t.reads.Owners() })
}

func (t failingReads) SheetsIssued(after int64) iter.Seq2[store.SignedEvent, error] {
	return walk(t, t.reads.SheetsIssued(after))
}
