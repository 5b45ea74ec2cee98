package journal

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"time"

	"countersign/backend/audit"
	"countersign/backend/secret"
	"countersign/backend/store"
)

// Tx is a store's transaction that keeps account of the rows it touches, so that its
// one event carries their digests and the sum over all rows. It costs the same
// whatever the number of profiles and events.
//
// It embeds nothing: a method that is added to store.WriteTx has to be thought of here.
type Tx struct {
	tx     store.WriteTx
	j      *Journal
	order  []store.Key
	before map[store.Key]audit.Hash
	event  *audit.Event
	wrong  error  // with the event
	looked string // a profile's ID: see Look
}

var _ store.WriteTx = (*Tx)(nil)

// touch keeps a row as it was before this change first came near it.
func (t *Tx) touch(k store.Key) error {
	if _, seen := t.before[k]; seen {
		return nil
	}
	if err := t.j.clock.Check(); err != nil {
		return err
	}
	h, err := t.j.Hash(t.tx, k)
	if err != nil {
		return err
	}
	t.before[k] = h
	t.order = append(t.order, k)
	return nil
}

// factorChanges is called before an authenticator app is replaced or goes.
func (t *Tx) factorChanges(profileID string) error {
	if t.j.dependents == nil {
		return nil
	}
	return t.j.dependents.FactorChanged(t, profileID)
}

// once notes the request that is carried out with this change, in the same commit. Where it was carried out before, nothing of the change stands.
func (t *Tx) once(ctx context.Context) (*store.Once, error) {
	once := store.ActOf(ctx)
	acts, has := t.tx.(store.Acts)
	if once == nil || !has || t.event == nil || t.j.aside != nil && t.j.aside(t.event.Kind) {
		return nil, nil
	}
	return once, acts.NoteAct(once.Act)
}

// close appends the event. A change without one that has changed a row is a mistake of
// the caller, and is refused.
func (t *Tx) close(prev store.Head) (head store.Head, trusted trustChanges, err error) {
	if t.wrong != nil {
		return head, trusted, t.wrong
	}
	state := prev.State
	var rows []audit.Row
	for _, k := range t.order {
		before := t.before[k]
		if prev.Seq == 0 {
			before = audit.Hash{} // what stood there while the workspace was being made does not count yet
		}
		after, err := t.j.Hash(t.tx, k)
		if err != nil {
			return head, trusted, err
		}
		if after == before {
			continue
		}
		state.Remove(before)
		state.Add(after)
		rows = append(rows, audit.Row{Key: k.String(), Digest: Digest(after)})
	}
	if t.event == nil {
		if len(rows) == 0 {
			return head, trusted, nil
		}
		return head, trusted, fmt.Errorf("%s changed without an event", rows[0].Key)
	}
	if err := t.j.clock.Check(); err != nil {
		return head, trusted, err
	}
	e := *t.event
	e.Seq, e.Rows, e.State = prev.Seq+1, rows, state
	if t.follow(&e, prev); !store.Fits(e.At) {
		return head, trusted, ErrClock
	}
	var signature []byte
	if err := t.j.key(func(key secret.Bytes) { signature = audit.Sign(key, prev.Signature, e) }); err != nil {
		return head, trusted, err
	}
	tree, err := t.j.treeOf(t.tx, prev, e, signature)
	if err != nil {
		return head, trusted, err
	}
	head = store.Head{Seq: e.Seq, Signature: signature, State: state, At: e.At, Tree: tree}
	if trusted, err = t.changesTrust(prev, head); err != nil {
		return head, trusted, err
	}
	return head, trusted, t.tx.AppendEvent(store.SignedEvent{Event: e, Signature: signature, Tree: tree})
}

// follow keeps the events in the order of time, since the newest one's is the
// least that Clock.Now gives. Where the clock is behind, the event tells what it showed.
// Only the event that takes the clock for right goes back.
func (t *Tx) follow(e *audit.Event, prev store.Head) {
	if e.Kind == KindClockConfirmed {
		return
	}
	if e.At.Before(prev.At) {
		e.At = prev.At
	}
	if t.j.clock.Behind() {
		detail := map[string]string{"clock": t.j.clock.Wall().UTC().Format(time.RFC3339)}
		maps.Copy(detail, e.Detail)
		e.Detail = detail
	}
}

// AppendEvent is refused: a change has one event, which Record names.
func (t *Tx) AppendEvent(e store.SignedEvent) error {
	return fmt.Errorf("%s: an event beside that of the change", e.Kind)
}

// DropWorkspace is refused: it is for a workspace that has no log yet.
func (t *Tx) DropWorkspace() error { return errors.New("a workspace with a log is not dropped") }

// The methods that read.

func (t *Tx) Info() (store.Info, error) { return t.tx.Info() }

func (t *Tx) Profile(id string) (store.Profile, error) { return t.tx.Profile(id) }

func (t *Tx) ProfileByEmail(emailKey string) (store.Profile, error) {
	return t.tx.ProfileByEmail(emailKey)
}

func (t *Tx) Members() ([]store.Member, error) { return t.tx.Members() }

func (t *Tx) Member(id string) (store.Member, error) { return t.tx.Member(id) }

func (t *Tx) CountOwners() (int, error) { return t.tx.CountOwners() }

func (t *Tx) Administer() ([]store.Profile, error) { return t.tx.Administer() }

func (t *Tx) Owners() ([]store.Profile, error) { return t.tx.Owners() }

func (t *Tx) Factor(profileID string) (store.Factor, error) { return t.tx.Factor(profileID) }

func (t *Tx) FactorItems() ([]string, error) { return t.tx.FactorItems() }

func (t *Tx) Intents() ([]store.Intent, error) { return t.tx.Intents() }

func (t *Tx) Intent(id string) (store.Intent, error) { return t.tx.Intent(id) }

func (t *Tx) PendingEnrolment(profileID string) (store.Intent, error) {
	return t.tx.PendingEnrolment(profileID)
}

func (t *Tx) Set(id string) (store.Set, error) { return t.tx.Set(id) }

func (t *Tx) ActiveSet(profileID string) (store.Set, error) { return t.tx.ActiveSet(profileID) }

func (t *Tx) LatestSet(profileID string) (store.Set, error) { return t.tx.LatestSet(profileID) }

func (t *Tx) PendingSets(profileID string) ([]string, error) { return t.tx.PendingSets(profileID) }

func (t *Tx) Codes(setID string) ([]store.CodeRow, error) { return t.tx.Codes(setID) }

func (t *Tx) OneTime(profileID string, kind store.OneTimeKind) (store.OneTime, error) {
	return t.tx.OneTime(profileID, kind)
}

func (t *Tx) OneTimes() ([]store.OneTime, error) { return t.tx.OneTimes() }

func (t *Tx) OneTimesBy(issuer string) ([]store.OneTime, error) { return t.tx.OneTimesBy(issuer) }

func (t *Tx) Run(number int) (store.Run, error) { return t.tx.Run(number) }

func (t *Tx) Runs(before, limit int) ([]store.Run, error) { return t.tx.Runs(before, limit) }

func (t *Tx) RunsIn(state store.RunState) ([]store.Run, error) { return t.tx.RunsIn(state) }

func (t *Tx) Ledger(run int) ([]store.LedgerEntry, error) { return t.tx.Ledger(run) }

func (t *Tx) Approval(id string) (store.Approval, error) { return t.tx.Approval(id) }

func (t *Tx) Approvals() ([]store.Approval, error) { return t.tx.Approvals() }

func (t *Tx) Computer(profileID, id string) (store.Computer, error) {
	return t.tx.Computer(profileID, id)
}

func (t *Tx) Computers(profileID string) ([]store.Computer, error) { return t.tx.Computers(profileID) }

func (t *Tx) VaultKey(holder string) (store.VaultKey, error) { return t.tx.VaultKey(holder) }

func (t *Tx) VaultKeysBehind(generation int) ([]store.VaultKey, error) {
	return t.tx.VaultKeysBehind(generation)
}

func (t *Tx) VaultKeysWithMore() ([]store.VaultKey, error) { return t.tx.VaultKeysWithMore() }

func (t *Tx) Document(id string) (store.DocumentRow, error) { return t.tx.Document(id) }

func (t *Tx) Documents() ([]store.DocumentRow, error) { return t.tx.Documents() }

func (t *Tx) DocumentsBefore(generation, limit int) ([]store.DocumentRow, error) {
	return t.tx.DocumentsBefore(generation, limit)
}

func (t *Tx) CountDocuments(generation int) (all, behind int, err error) {
	return t.tx.CountDocuments(generation)
}

func (t *Tx) Attempts(subject string, kind store.Kind) (store.Attempts, error) {
	return t.tx.Attempts(subject, kind)
}

func (t *Tx) StaleAttempts(before time.Time) (subjects []string, err error) {
	return t.tx.StaleAttempts(before)
}

func (t *Tx) Rows() iter.Seq2[store.Row, error] { return t.tx.Rows() }

func (t *Tx) Head() (store.Head, error) { return t.tx.Head() }

func (t *Tx) Trees(seqs []int64) (map[int64][]byte, error) { return t.tx.Trees(seqs) }

func (t *Tx) CountEvents() (int64, error) { return t.tx.CountEvents() }

func (t *Tx) Events(after int64) iter.Seq2[store.SignedEvent, error] { return t.tx.Events(after) }

func (t *Tx) EventsBefore(before int64) iter.Seq2[store.SignedEvent, error] {
	return t.tx.EventsBefore(before)
}

func (t *Tx) EventsAbout(subject string, after int64) iter.Seq2[store.SignedEvent, error] {
	return t.tx.EventsAbout(subject, after)
}

func (t *Tx) EventsOf(subject string) iter.Seq2[store.SignedEvent, error] {
	return t.tx.EventsOf(subject)
}

func (t *Tx) OwnNews(subject string) iter.Seq2[store.SignedEvent, error] {
	return t.tx.OwnNews(subject)
}

func (t *Tx) KitEvents(after int64) iter.Seq2[store.SignedEvent, error] { return t.tx.KitEvents(after) }

func (t *Tx) SheetsIssued(after int64) iter.Seq2[store.SignedEvent, error] {
	return t.tx.SheetsIssued(after)
}

// The methods that change a row, each touching it first.

func (t *Tx) InsertInfo(i store.Info) error {
	return errors.Join(t.touch(key("workspace", "")), t.tx.InsertInfo(i))
}

func (t *Tx) MarkCreated(at time.Time) (bool, error) {
	if err := t.touch(key("workspace", "")); err != nil {
		return false, err
	}
	return t.tx.MarkCreated(at)
}

func (t *Tx) UpdateInfo(i store.Info) error {
	return errors.Join(t.touch(key("workspace", "")), t.tx.UpdateInfo(i))
}

func (t *Tx) NextRun() (int, error) {
	if err := t.touch(key("workspace", "")); err != nil {
		return 0, err
	}
	return t.tx.NextRun()
}

func (t *Tx) NextSheet(profileID string) (int, error) {
	if err := t.touch(key("profile", profileID)); err != nil {
		return 0, err
	}
	return t.tx.NextSheet(profileID)
}

func (t *Tx) InsertProfile(p store.Profile) error {
	return errors.Join(t.touch(key("profile", p.ID)), t.tx.InsertProfile(p))
}

// UpdateProfile also ends what depends on the profile: see Dependents.
func (t *Tx) UpdateProfile(p store.Profile) error {
	was, err := t.tx.Profile(p.ID)
	if err != nil {
		return err
	}
	if err := errors.Join(t.touch(key("profile", p.ID)), t.tx.UpdateProfile(p)); err != nil || t.j.dependents == nil {
		return err
	}
	return t.j.dependents.ProfileChanged(t, was, p)
}

func (t *Tx) InsertFactor(f store.Factor) error {
	return errors.Join(t.touch(key("factor", f.ProfileID)), t.tx.InsertFactor(f))
}

func (t *Tx) DeleteFactor(profileID string) (bool, error) {
	if err := t.touchFactor(profileID); err != nil {
		return false, err
	}
	return t.tx.DeleteFactor(profileID)
}

func (t *Tx) InsertApp(profileID string, a store.App) error {
	return errors.Join(t.touch(key("factor", profileID)), t.tx.InsertApp(profileID, a))
}

func (t *Tx) SwapApp(profileID string, a store.App, from int) (bool, error) {
	if err := t.touchFactor(profileID); err != nil {
		return false, err
	}
	return t.tx.SwapApp(profileID, a, from)
}

func (t *Tx) RenameApp(profileID string, generation int, name string) (bool, error) {
	if err := t.touch(key("factor", profileID)); err != nil {
		return false, err
	}
	return t.tx.RenameApp(profileID, generation, name)
}

func (t *Tx) DeleteApp(profileID string, generation int) (bool, error) {
	if err := t.touchFactor(profileID); err != nil {
		return false, err
	}
	return t.tx.DeleteApp(profileID, generation)
}

// touchFactor is touch for what replaces an authenticator app or takes it away.
func (t *Tx) touchFactor(profileID string) error {
	return errors.Join(t.touch(key("factor", profileID)), t.factorChanges(profileID))
}

func (t *Tx) ConsumeStep(profileID string, generation int, step int64, at time.Time, use store.Use) (bool, error) {
	if err := t.touch(key("factor", profileID)); err != nil {
		return false, err
	}
	return t.tx.ConsumeStep(profileID, generation, step, at, use)
}

func (t *Tx) InsertIntent(i store.Intent) error {
	return errors.Join(t.touch(key("intent", i.ID)), t.tx.InsertIntent(i))
}

func (t *Tx) ConfirmIntent(id string, step int64) (bool, error) {
	if err := t.touch(key("intent", id)); err != nil {
		return false, err
	}
	return t.tx.ConfirmIntent(id, step)
}

func (t *Tx) MarkForDeletion(intentID string) (bool, error) {
	if err := t.touch(key("intent", intentID)); err != nil {
		return false, err
	}
	return t.tx.MarkForDeletion(intentID)
}

func (t *Tx) DeleteIntent(id string) (bool, error) {
	if err := t.touch(key("intent", id)); err != nil {
		return false, err
	}
	return t.tx.DeleteIntent(id)
}

func (t *Tx) InsertSet(s store.Set, hashes [][]byte) error {
	return errors.Join(t.touch(key("set", s.ID)), t.tx.InsertSet(s, hashes))
}

func (t *Tx) MoveSet(id string, from, to store.SetState, at time.Time) (bool, error) {
	if err := t.touch(key("set", id)); err != nil {
		return false, err
	}
	return t.tx.MoveSet(id, from, to, at)
}

func (t *Tx) HandOverSet(id string, at time.Time) (bool, error) {
	if err := t.touch(key("set", id)); err != nil {
		return false, err
	}
	return t.tx.HandOverSet(id, at)
}

func (t *Tx) AcknowledgeSet(id string, at time.Time) (bool, error) {
	if err := t.touch(key("set", id)); err != nil {
		return false, err
	}
	return t.tx.AcknowledgeSet(id, at)
}

func (t *Tx) CheckSet(id string, at time.Time) (bool, error) {
	if err := t.touch(key("set", id)); err != nil {
		return false, err
	}
	return t.tx.CheckSet(id, at)
}

func (t *Tx) PostponeSet(id string, until time.Time) (bool, error) {
	if err := t.touch(key("set", id)); err != nil {
		return false, err
	}
	return t.tx.PostponeSet(id, until)
}

func (t *Tx) DeleteSet(id string) error {
	return errors.Join(t.touch(key("set", id)), t.tx.DeleteSet(id))
}

func (t *Tx) ConsumeCode(setID string, number int, at time.Time, use store.Use) (bool, error) {
	if err := t.touch(key("set", setID)); err != nil {
		return false, err
	}
	return t.tx.ConsumeCode(setID, number, at, use)
}

func (t *Tx) InsertOneTime(o store.OneTime) error {
	return errors.Join(t.touch(oneTimeKey(o.ProfileID, o.Kind)), t.tx.InsertOneTime(o))
}

func (t *Tx) EndOneTime(profileID string, kind store.OneTimeKind, at time.Time) (bool, error) {
	if err := t.touch(oneTimeKey(profileID, kind)); err != nil {
		return false, err
	}
	return t.tx.EndOneTime(profileID, kind, at)
}

func (t *Tx) DeleteOneTime(profileID string, kind store.OneTimeKind) (bool, error) {
	if err := t.touch(oneTimeKey(profileID, kind)); err != nil {
		return false, err
	}
	return t.tx.DeleteOneTime(profileID, kind)
}

func (t *Tx) InsertRun(r store.Run) error {
	return errors.Join(t.touch(runKey(r.Number)), t.tx.InsertRun(r))
}

func (t *Tx) MoveRun(number int, from, to store.RunState, at time.Time) (bool, error) {
	if err := t.touch(runKey(number)); err != nil {
		return false, err
	}
	return t.tx.MoveRun(number, from, to, at)
}

func (t *Tx) HoldRun(number int, state store.RunState, until time.Time) (bool, error) {
	if err := t.touch(runKey(number)); err != nil {
		return false, err
	}
	return t.tx.HoldRun(number, state, until)
}

func (t *Tx) InsertApproval(a store.Approval) error {
	return errors.Join(t.touch(key("approval", a.ID)), t.tx.InsertApproval(a))
}

func (t *Tx) DecideApproval(id string, from, to store.ApprovalState, by string, at time.Time) (bool, error) {
	if err := t.touch(key("approval", id)); err != nil {
		return false, err
	}
	return t.tx.DecideApproval(id, from, to, by, at)
}

func (t *Tx) SaveComputer(c store.Computer) error {
	return errors.Join(t.touch(computerKey(c.ProfileID, c.ID)), t.tx.SaveComputer(c))
}

func (t *Tx) DeleteComputer(profileID, id string) (bool, error) {
	if err := t.touch(computerKey(profileID, id)); err != nil {
		return false, err
	}
	return t.tx.DeleteComputer(profileID, id)
}

func (t *Tx) SaveVaultKey(k store.VaultKey) error {
	return errors.Join(t.touch(key("vaultkey", k.Holder)), t.tx.SaveVaultKey(k))
}

func (t *Tx) DeleteVaultKey(holder string) error {
	return errors.Join(t.touch(key("vaultkey", holder)), t.tx.DeleteVaultKey(holder))
}

func (t *Tx) InsertDocument(d store.DocumentRow) error {
	return errors.Join(t.touch(key("document", d.ID)), t.tx.InsertDocument(d))
}

func (t *Tx) UpdateDocument(d store.DocumentRow) error {
	return errors.Join(t.touch(key("document", d.ID)), t.tx.UpdateDocument(d))
}

func (t *Tx) SaveAttempts(a store.Attempts) error {
	return errors.Join(t.touch(attemptsKey(a.Subject, a.Kind)), t.tx.SaveAttempts(a))
}

func (t *Tx) DeleteAttempts(subject string, kind store.Kind) error {
	return errors.Join(t.touch(attemptsKey(subject, kind)), t.tx.DeleteAttempts(subject, kind))
}
