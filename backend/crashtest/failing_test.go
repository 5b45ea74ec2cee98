package crashtest

import (
	"time"

	"countersign/backend/audit"
	"countersign/backend/workspace"
)

// failingTx is a transaction each of whose calls may fail. It embeds none, so that
// a call which is left out does not compile.
type failingTx struct {
	tx workspace.Tx
	*faults
}

var _ workspace.Tx = failingTx{}

// get is a call that reads something.
func get[T any](t failingTx, call func() (T, error)) (T, error) {
	if err := t.ask(); err != nil {
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

// walk is a call that goes through rows: it may fail at the first and after the last.
func (t failingTx) walk(call func() error) error {
	if err := t.do(call); err != nil {
		return err
	}
	return t.ask()
}

func (t failingTx) Info() (workspace.Info, error) {
	return get(t, func() (workspace.Info, error) { return t.tx.Info() })
}

func (t failingTx) InsertInfo(a workspace.Info) error {
	return t.do(func() error { return t.tx.InsertInfo(a) })
}

func (t failingTx) MarkCreated(at time.Time) (bool, error) {
	return get(t, func() (bool, error) { return t.tx.MarkCreated(at) })
}

func (t failingTx) DropWorkspace() error { return t.do(func() error { return t.tx.DropWorkspace() }) }

func (t failingTx) UpdateInfo(a workspace.Info) error {
	return t.do(func() error { return t.tx.UpdateInfo(a) })
}

func (t failingTx) NextSheet() (int, error) {
	return get(t, func() (int, error) { return t.tx.NextSheet() })
}

func (t failingTx) NextRun() (int, error) {
	return get(t, func() (int, error) { return t.tx.NextRun() })
}

func (t failingTx) Profile(id string) (workspace.Profile, error) {
	return get(t, func() (workspace.Profile, error) { return t.tx.Profile(id) })
}

func (t failingTx) ProfileByEmail(emailKey string) (workspace.Profile, error) {
	return get(t, func() (workspace.Profile, error) { return t.tx.ProfileByEmail(emailKey) })
}

func (t failingTx) InsertProfile(a workspace.Profile) error {
	return t.do(func() error { return t.tx.InsertProfile(a) })
}

func (t failingTx) UpdateProfile(a workspace.Profile) error {
	return t.do(func() error { return t.tx.UpdateProfile(a) })
}

func (t failingTx) Members(fn func(workspace.Member) error) error {
	return t.walk(func() error { return t.tx.Members(fn) })
}

func (t failingTx) Member(id string) (workspace.Member, error) {
	return get(t, func() (workspace.Member, error) { return t.tx.Member(id) })
}

func (t failingTx) CountOwners() (int, error) {
	return get(t, func() (int, error) { return t.tx.CountOwners() })
}

func (t failingTx) Factor(profileID string) (workspace.Factor, error) {
	return get(t, func() (workspace.Factor, error) { return t.tx.Factor(profileID) })
}

func (t failingTx) FactorItems() ([]string, error) {
	return get(t, func() ([]string, error) { return t.tx.FactorItems() })
}

func (t failingTx) InsertFactor(a workspace.Factor) error {
	return t.do(func() error { return t.tx.InsertFactor(a) })
}

func (t failingTx) SwapFactor(f workspace.Factor, from int) (bool, error) {
	return get(t, func() (bool, error) { return t.tx.SwapFactor(f, from) })
}

func (t failingTx) DeleteFactor(profileID string, generation int) (bool, error) {
	return get(t, func() (bool, error) { return t.tx.DeleteFactor(profileID, generation) })
}

func (t failingTx) ConsumeStep(profileID string, generation int, step int64, at time.Time, use workspace.Use) (bool, error) {
	return get(t, func() (bool, error) { return t.tx.ConsumeStep(profileID, generation, step, at, use) })
}

func (t failingTx) Intents() ([]workspace.Intent, error) {
	return get(t, func() ([]workspace.Intent, error) { return t.tx.Intents() })
}

func (t failingTx) Intent(id string) (workspace.Intent, error) {
	return get(t, func() (workspace.Intent, error) { return t.tx.Intent(id) })
}

func (t failingTx) PendingEnrolment(profileID string) (workspace.Intent, error) {
	return get(t, func() (workspace.Intent, error) { return t.tx.PendingEnrolment(profileID) })
}

func (t failingTx) InsertIntent(a workspace.Intent) error {
	return t.do(func() error { return t.tx.InsertIntent(a) })
}

func (t failingTx) ConfirmIntent(id string, step int64) (bool, error) {
	return get(t, func() (bool, error) { return t.tx.ConfirmIntent(id, step) })
}

func (t failingTx) CondemnIntent(id string) (bool, error) {
	return get(t, func() (bool, error) { return t.tx.CondemnIntent(id) })
}

func (t failingTx) DeleteIntent(id string) (bool, error) {
	return get(t, func() (bool, error) { return t.tx.DeleteIntent(id) })
}

func (t failingTx) InsertSet(a workspace.Set, b [][]byte) error {
	return t.do(func() error { return t.tx.InsertSet(a, b) })
}

func (t failingTx) Set(id string) (workspace.Set, error) {
	return get(t, func() (workspace.Set, error) { return t.tx.Set(id) })
}

func (t failingTx) ActiveSet(profileID string) (workspace.Set, error) {
	return get(t, func() (workspace.Set, error) { return t.tx.ActiveSet(profileID) })
}

func (t failingTx) LatestSet(profileID string) (workspace.Set, error) {
	return get(t, func() (workspace.Set, error) { return t.tx.LatestSet(profileID) })
}

func (t failingTx) MoveSet(id string, from, to workspace.SetState, at time.Time) (bool, error) {
	return get(t, func() (bool, error) { return t.tx.MoveSet(id, from, to, at) })
}

func (t failingTx) HandOverSet(id string, at time.Time) (bool, error) {
	return get(t, func() (bool, error) { return t.tx.HandOverSet(id, at) })
}

func (t failingTx) AcknowledgeSet(id string, at time.Time) (bool, error) {
	return get(t, func() (bool, error) { return t.tx.AcknowledgeSet(id, at) })
}

func (t failingTx) PendingSets(profileID string) ([]string, error) {
	return get(t, func() ([]string, error) { return t.tx.PendingSets(profileID) })
}

func (t failingTx) DeleteSet(id string) error {
	return t.do(func() error { return t.tx.DeleteSet(id) })
}

func (t failingTx) Codes(setID string) ([]workspace.CodeRow, error) {
	return get(t, func() ([]workspace.CodeRow, error) { return t.tx.Codes(setID) })
}

func (t failingTx) ConsumeCode(setID string, number int, at time.Time, use workspace.Use) (bool, error) {
	return get(t, func() (bool, error) { return t.tx.ConsumeCode(setID, number, at, use) })
}

func (t failingTx) OneTime(profileID string, kind workspace.OneTimeKind) (workspace.OneTime, error) {
	return get(t, func() (workspace.OneTime, error) { return t.tx.OneTime(profileID, kind) })
}

func (t failingTx) InsertOneTime(a workspace.OneTime) error {
	return t.do(func() error { return t.tx.InsertOneTime(a) })
}

func (t failingTx) DeleteOneTime(profileID string, kind workspace.OneTimeKind) (bool, error) {
	return get(t, func() (bool, error) { return t.tx.DeleteOneTime(profileID, kind) })
}

func (t failingTx) Run(number int) (workspace.Run, error) {
	return get(t, func() (workspace.Run, error) { return t.tx.Run(number) })
}

func (t failingTx) Runs(before, limit int) ([]workspace.Run, error) {
	return get(t, func() ([]workspace.Run, error) { return t.tx.Runs(before, limit) })
}

func (t failingTx) RunsIn(state workspace.RunState) ([]workspace.Run, error) {
	return get(t, func() ([]workspace.Run, error) { return t.tx.RunsIn(state) })
}

func (t failingTx) InsertRun(a workspace.Run) error {
	return t.do(func() error { return t.tx.InsertRun(a) })
}

func (t failingTx) MoveRun(number int, from, to workspace.RunState, at time.Time) (bool, error) {
	return get(t, func() (bool, error) { return t.tx.MoveRun(number, from, to, at) })
}

func (t failingTx) Ledger(run int, fn func(workspace.LedgerEntry) error) error {
	return t.walk(func() error { return t.tx.Ledger(run, fn) })
}

func (t failingTx) Approval(id string) (workspace.Approval, error) {
	return get(t, func() (workspace.Approval, error) { return t.tx.Approval(id) })
}

func (t failingTx) Approvals() ([]workspace.Approval, error) {
	return get(t, func() ([]workspace.Approval, error) { return t.tx.Approvals() })
}

func (t failingTx) InsertApproval(a workspace.Approval) error {
	return t.do(func() error { return t.tx.InsertApproval(a) })
}

func (t failingTx) DecideApproval(id string, from, to workspace.ApprovalState, by string, at time.Time) (bool, error) {
	return get(t, func() (bool, error) { return t.tx.DecideApproval(id, from, to, by, at) })
}

func (t failingTx) VaultKey(holder string) (workspace.VaultKey, error) {
	return get(t, func() (workspace.VaultKey, error) { return t.tx.VaultKey(holder) })
}

func (t failingTx) VaultKeysBehind(generation int) ([]workspace.VaultKey, error) {
	return get(t, func() ([]workspace.VaultKey, error) { return t.tx.VaultKeysBehind(generation) })
}

func (t failingTx) VaultKeysWithMore() ([]workspace.VaultKey, error) {
	return get(t, func() ([]workspace.VaultKey, error) { return t.tx.VaultKeysWithMore() })
}

func (t failingTx) SaveVaultKey(a workspace.VaultKey) error {
	return t.do(func() error { return t.tx.SaveVaultKey(a) })
}

func (t failingTx) DeleteVaultKey(holder string) error {
	return t.do(func() error { return t.tx.DeleteVaultKey(holder) })
}

func (t failingTx) Document(id string) (workspace.DocumentRow, error) {
	return get(t, func() (workspace.DocumentRow, error) { return t.tx.Document(id) })
}

func (t failingTx) Documents(fn func(workspace.DocumentRow) error) error {
	return t.walk(func() error { return t.tx.Documents(fn) })
}

func (t failingTx) DocumentsBefore(generation, limit int) ([]workspace.DocumentRow, error) {
	return get(t, func() ([]workspace.DocumentRow, error) { return t.tx.DocumentsBefore(generation, limit) })
}

func (t failingTx) CountDocuments(generation int) (all, behind int, err error) {
	if err := t.ask(); err != nil {
		return 0, 0, err
	}
	return t.tx.CountDocuments(generation)
}

func (t failingTx) InsertDocument(a workspace.DocumentRow) error {
	return t.do(func() error { return t.tx.InsertDocument(a) })
}

func (t failingTx) UpdateDocument(a workspace.DocumentRow) error {
	return t.do(func() error { return t.tx.UpdateDocument(a) })
}

func (t failingTx) Attempts(subject string, kind workspace.Kind) (workspace.Attempts, error) {
	return get(t, func() (workspace.Attempts, error) { return t.tx.Attempts(subject, kind) })
}

func (t failingTx) SaveAttempts(a workspace.Attempts) error {
	return t.do(func() error { return t.tx.SaveAttempts(a) })
}

func (t failingTx) StaleAttempts(before time.Time) (subjects []string, err error) {
	return get(t, func() ([]string, error) { return t.tx.StaleAttempts(before) })
}

func (t failingTx) DeleteAttempts(subject string, kind workspace.Kind) error {
	return t.do(func() error { return t.tx.DeleteAttempts(subject, kind) })
}

func (t failingTx) CountEvents() (int64, error) {
	return get(t, func() (int64, error) { return t.tx.CountEvents() })
}

func (t failingTx) Rows(fn func(k workspace.Key, row any) error) error {
	return t.walk(func() error { return t.tx.Rows(fn) })
}

func (t failingTx) CheckIndexes() error { return t.do(func() error { return t.tx.CheckIndexes() }) }

func (t failingTx) Head() (workspace.Head, error) {
	return get(t, func() (workspace.Head, error) { return t.tx.Head() })
}

func (t failingTx) AppendEvent(e audit.Event, seal []byte) error {
	return t.do(func() error { return t.tx.AppendEvent(e, seal) })
}

func (t failingTx) Events(after int64, fn func(e audit.Event, seal []byte) error) error {
	return t.walk(func() error { return t.tx.Events(after, fn) })
}

func (t failingTx) EventsAbout(subject string, after int64, fn func(e audit.Event) error) error {
	return t.walk(func() error { return t.tx.EventsAbout(subject, after, fn) })
}

func (t failingTx) EventsOf(subject string, fn func(e audit.Event) error) error {
	return t.walk(func() error { return t.tx.EventsOf(subject, fn) })
}

func (t failingTx) KitEvents(after int64, fn func(e audit.Event) error) error {
	return t.walk(func() error { return t.tx.KitEvents(after, fn) })
}

func (t failingTx) EventsBefore(before int64, fn func(e audit.Event, seal []byte) error) error {
	return t.walk(func() error { return t.tx.EventsBefore(before, fn) })
}

func (t failingTx) EndOneTime(profileID string, kind workspace.OneTimeKind, at time.Time) (bool, error) {
	return get(t, func() (bool, error) { return t.tx.EndOneTime(profileID, kind, at) })
}

func (t failingTx) OneTimes() ([]workspace.OneTime, error) {
	return get(t, func() ([]workspace.OneTime, error) { return t.tx.OneTimes() })
}

func (t failingTx) OneTimesBy(issuer string) ([]workspace.OneTime, error) {
	return get(t, func() ([]workspace.OneTime, error) { return t.tx.OneTimesBy(issuer) })
}

func (t failingTx) Owners() ([]workspace.Profile, error) {
	return get(t, func() ([]workspace.Profile, error) { return t.tx.Owners() })
}

func (t failingTx) SheetsIssued(after int64, fn func(e audit.Event) error) error {
	return t.walk(func() error { return t.tx.SheetsIssued(after, fn) })
}
