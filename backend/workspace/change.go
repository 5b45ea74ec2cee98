package workspace

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"countersign/backend/audit"
	"countersign/backend/secret"
	"countersign/backend/store"
)

// change is a transaction that keeps account of the rows it touches, so that its
// one event carries their digests and the sum over all rows. It costs the same
// whatever the number of profiles and events.
type change struct {
	WriteTx
	w      *Workspace
	order  []Key
	before map[Key]audit.Hash
	event  *audit.Event
	looked string // a profile's ID: see looksAt
}

// looksAt notes that this change looked at a profile as it is now, and at what it
// may do. Only then can the profile be the change's actor: an act that goes on for
// several commits, and forgets to look again at one of them, makes none.
func looksAt(tx ReadTx, profileID string) {
	if c, ok := tx.(*change); ok {
		c.looked = profileID
	}
}

// update runs fn as one change: one commit, one event, and then the anchor,
// before anything of it is visible. A function that changes nothing leaves
// nothing. An anchor that cannot be written is an error, in words, even though
// the commit stands: the next change writes it first.
func (w *Workspace) update(ctx context.Context, fn func(WriteTx) error) error {
	return w.changeWith(ctx, fn, true)
}

// updateUnanchored is for a change that only takes something back, such as the
// refund of a guess: putting an older copy in its place gains nobody anything,
// so the next change may anchor both.
func (w *Workspace) updateUnanchored(ctx context.Context, fn func(WriteTx) error) error {
	return w.changeWith(ctx, fn, false)
}

func (w *Workspace) changeWith(ctx context.Context, fn func(WriteTx) error, anchored bool) error {
	if anchored {
		if err := w.unlockKeychain(ctx); err != nil {
			return err
		}
	}
	return Explain(w.store.Exclusive(ctx, func() error {
		var head Head
		var learnt learnings
		err := w.transact(ctx, func(tx WriteTx) error {
			head, learnt = Head{}, learnings{}
			prev, err := w.newest.look(tx)
			if err != nil {
				return err
			}
			c := &change{WriteTx: tx, w: w, before: map[Key]audit.Hash{}}
			if err := fn(c); err != nil {
				return err
			}
			head, learnt, err = c.close(prev)
			return err
		})
		if err != nil || head.Seq == 0 {
			return err
		}
		w.trusts(learnt)
		w.newest.see(head)
		if !anchored {
			return nil
		}
		return w.anchorInTime(context.WithoutCancel(ctx), head)
	}))
}

// mostTries bounds how often a transaction is begun that conflicts with others.
const mostTries = 8

// transact runs fn in one transaction, and again where that conflicts with another.
func (w *Workspace) transact(ctx context.Context, fn func(WriteTx) error) error {
	for tries := 1; ; tries++ {
		err := w.store.Update(ctx, fn)
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
		if tries == mostTries || ctx.Err() != nil {
			return fmt.Errorf("%w: %w", store.ErrBusy, err)
		}
	}
}

// record says what the change is, once. An actor is somebody whom the change has
// looked at: see looksAt.
func (w *Workspace) record(tx WriteTx, at time.Time, kind, actor, subject string, detail map[string]string) error {
	c, ok := tx.(*change)
	if !ok || c.event != nil {
		return fmt.Errorf("%s: an event outside a change, or a second one", kind)
	}
	if actor != "" && actor != c.looked {
		return fmt.Errorf("%s: by somebody who was not looked at again", kind)
	}
	if err := w.runs(); err != nil {
		return err
	}
	c.event = &audit.Event{At: time.UnixMilli(at.UnixMilli()).UTC(), Kind: kind, Actor: actor, Subject: subject, Detail: detail}
	return nil
}

// touch remembers a row as it was before this change first came near it.
func (c *change) touch(k Key) error {
	if _, seen := c.before[k]; seen {
		return nil
	}
	if err := c.w.runs(); err != nil {
		return err
	}
	h, err := c.w.rowHash(c.WriteTx, k)
	if err != nil {
		return err
	}
	c.before[k] = h
	c.order = append(c.order, k)
	return nil
}

// close appends the event. A change without one that has changed a row is a
// mistake in this package, and is refused.
func (c *change) close(prev Head) (head Head, learnt learnings, err error) {
	state := prev.State
	var rows []audit.Row
	for _, k := range c.order {
		before := c.before[k]
		if prev.Seq == 0 {
			before = audit.Hash{} // what stood there while the workspace was being made does not count yet
		}
		after, err := c.w.rowHash(c.WriteTx, k)
		if err != nil {
			return head, learnt, err
		}
		if after == before {
			continue
		}
		state.Remove(before)
		state.Add(after)
		rows = append(rows, audit.Row{Key: k.String(), Digest: digest(after)})
	}
	if c.event == nil {
		if len(rows) == 0 {
			return head, learnt, nil
		}
		return head, learnt, fmt.Errorf("%s changed without an event", rows[0].Key)
	}
	e := *c.event
	e.Seq, e.Rows, e.State = prev.Seq+1, rows, state
	if c.follow(&e, prev); !fits(e.At) {
		return head, learnt, refuse(CodeClockWrong)
	}
	var seal []byte
	if err := c.w.withIntegrity(func(key secret.Bytes) { seal = audit.Seal(key, prev.Seal, e) }); err != nil {
		return head, learnt, err
	}
	head = Head{Seq: e.Seq, Seal: seal, State: state, At: e.At}
	if learnt, err = c.learn(prev, head); err != nil {
		return head, learnt, err
	}
	return head, learnt, c.WriteTx.AppendEvent(e, seal)
}

// follow keeps the events in the order of time, since the newest one's is the
// least that now gives. Where the clock is behind, the event tells what it showed.
// Only the event that takes the clock for right goes back.
func (c *change) follow(e *audit.Event, prev Head) {
	if e.Kind == eventClockConfirmed {
		return
	}
	if e.At.Before(prev.At) {
		e.At = prev.At
	}
	if c.w.behind() {
		detail := map[string]string{"clock": stampOf(c.w.wall())}
		maps.Copy(detail, e.Detail)
		e.Detail = detail
	}
}

func digest(h audit.Hash) string {
	if h == (audit.Hash{}) {
		return ""
	}
	return hex.EncodeToString(h[:])
}

// rowHash hashes a row as the store has it now; one that is not there is zero.
func (w *Workspace) rowHash(tx ReadTx, k Key) (audit.Hash, error) {
	row, err := readRow(tx, k)
	if errors.Is(err, ErrNotFound) {
		return audit.Hash{}, nil
	}
	if err != nil {
		return audit.Hash{}, err
	}
	return w.hash(k, row)
}

// hash hashes what a row says, in the form that readRow and Tx.Rows give it.
func (w *Workspace) hash(k Key, row any) (h audit.Hash, err error) {
	content, err := json.Marshal(row)
	if err != nil {
		return h, err
	}
	err = w.withIntegrity(func(key secret.Bytes) { h = audit.RowHash(key, k.String(), content) })
	return h, err
}

// readRow reads everything that a row says. The field names of these types are
// part of what is hashed: a field that is added is left out while it is zero, as
// it is in every row from before, and no field is ever renamed.
func readRow(tx ReadTx, k Key) (any, error) {
	switch k.Table {
	case "workspace":
		return rowOf(tx.Info())
	case "profile":
		return rowOf(tx.Profile(k.ID))
	case "factor":
		return rowOf(tx.Factor(k.ID))
	case "intent":
		return rowOf(tx.Intent(k.ID))
	case "attempts":
		kind, subject, _ := strings.Cut(k.ID, "/")
		return rowOf(tx.Attempts(subject, Kind(kind)))
	case "onetime":
		kind, profile, _ := strings.Cut(k.ID, "/")
		return rowOf(tx.OneTime(profile, OneTimeKind(kind)))
	case "run":
		number, err := strconv.Atoi(k.ID)
		if err != nil {
			return nil, err
		}
		return rowOf(tx.Run(number))
	case "approval":
		return rowOf(tx.Approval(k.ID))
	case "vaultkey":
		return rowOf(tx.VaultKey(k.ID))
	case "document":
		return rowOf(tx.Document(k.ID))
	case "set":
		set, err := tx.Set(k.ID)
		if err != nil {
			return nil, err
		}
		codes, err := tx.Codes(k.ID)
		return SetRow{Set: set, Codes: codes}, err
	}
	return nil, fmt.Errorf("no table %q", k.Table)
}

func rowKey(table, id string) Key { return Key{Table: table, ID: id} }

func rowOf[T any](row T, err error) (any, error) { return row, err }

// The methods that change a row, each touching it first.

func (c *change) InsertInfo(i Info) error {
	return errors.Join(c.touch(rowKey("workspace", "")), c.WriteTx.InsertInfo(i))
}

func (c *change) MarkCreated(at time.Time) (bool, error) {
	if err := c.touch(rowKey("workspace", "")); err != nil {
		return false, err
	}
	return c.WriteTx.MarkCreated(at)
}

func (c *change) UpdateInfo(i Info) error {
	return errors.Join(c.touch(rowKey("workspace", "")), c.WriteTx.UpdateInfo(i))
}

func (c *change) NextRun() (int, error) {
	if err := c.touch(rowKey("workspace", "")); err != nil {
		return 0, err
	}
	return c.WriteTx.NextRun()
}

func (c *change) NextSheet() (int, error) {
	if err := c.touch(rowKey("workspace", "")); err != nil {
		return 0, err
	}
	return c.WriteTx.NextSheet()
}

func (c *change) InsertProfile(p Profile) error {
	return errors.Join(c.touch(rowKey("profile", p.ID)), c.WriteTx.InsertProfile(p))
}

// UpdateProfile also ends what depended on the profile as it was.
func (c *change) UpdateProfile(p Profile) error {
	was, err := c.WriteTx.Profile(p.ID)
	if err != nil {
		return err
	}
	if err := errors.Join(c.touch(rowKey("profile", p.ID)), c.WriteTx.UpdateProfile(p)); err != nil {
		return err
	}
	return endWhatDependedOn(c, was, p)
}

func (c *change) InsertFactor(f Factor) error {
	return errors.Join(c.touch(rowKey("factor", f.ProfileID)), c.WriteTx.InsertFactor(f))
}

func (c *change) SwapFactor(f Factor, from int) (bool, error) {
	if err := errors.Join(c.touch(rowKey("factor", f.ProfileID)), endHelp(c, f.ProfileID)); err != nil {
		return false, err
	}
	return c.WriteTx.SwapFactor(f, from)
}

func (c *change) DeleteFactor(profileID string, generation int) (bool, error) {
	if err := errors.Join(c.touch(rowKey("factor", profileID)), endHelp(c, profileID)); err != nil {
		return false, err
	}
	return c.WriteTx.DeleteFactor(profileID, generation)
}

func (c *change) ConsumeStep(profileID string, generation int, step int64, at time.Time, use Use) (bool, error) {
	if err := c.touch(rowKey("factor", profileID)); err != nil {
		return false, err
	}
	return c.WriteTx.ConsumeStep(profileID, generation, step, at, use)
}

func (c *change) InsertIntent(i Intent) error {
	return errors.Join(c.touch(rowKey("intent", i.ID)), c.WriteTx.InsertIntent(i))
}

func (c *change) ConfirmIntent(id string, step int64) (bool, error) {
	if err := c.touch(rowKey("intent", id)); err != nil {
		return false, err
	}
	return c.WriteTx.ConfirmIntent(id, step)
}

func (c *change) MarkForDeletion(id string) (bool, error) {
	if err := c.touch(rowKey("intent", id)); err != nil {
		return false, err
	}
	return c.WriteTx.MarkForDeletion(id)
}

func (c *change) DeleteIntent(id string) (bool, error) {
	if err := c.touch(rowKey("intent", id)); err != nil {
		return false, err
	}
	return c.WriteTx.DeleteIntent(id)
}

func (c *change) InsertSet(s Set, hashes [][]byte) error {
	return errors.Join(c.touch(rowKey("set", s.ID)), c.WriteTx.InsertSet(s, hashes))
}

func (c *change) MoveSet(id string, from, to SetState, at time.Time) (bool, error) {
	if err := c.touch(rowKey("set", id)); err != nil {
		return false, err
	}
	return c.WriteTx.MoveSet(id, from, to, at)
}

func (c *change) HandOverSet(id string, at time.Time) (bool, error) {
	if err := c.touch(rowKey("set", id)); err != nil {
		return false, err
	}
	return c.WriteTx.HandOverSet(id, at)
}

func (c *change) AcknowledgeSet(id string, at time.Time) (bool, error) {
	if err := c.touch(rowKey("set", id)); err != nil {
		return false, err
	}
	return c.WriteTx.AcknowledgeSet(id, at)
}

func (c *change) DeleteSet(id string) error {
	return errors.Join(c.touch(rowKey("set", id)), c.WriteTx.DeleteSet(id))
}

func (c *change) ConsumeCode(setID string, number int, at time.Time, use Use) (bool, error) {
	if err := c.touch(rowKey("set", setID)); err != nil {
		return false, err
	}
	return c.WriteTx.ConsumeCode(setID, number, at, use)
}

func (c *change) InsertOneTime(o OneTime) error {
	return errors.Join(c.touch(oneTimeKey(o.ProfileID, o.Kind)), c.WriteTx.InsertOneTime(o))
}

func (c *change) EndOneTime(profileID string, kind OneTimeKind, at time.Time) (bool, error) {
	if err := c.touch(oneTimeKey(profileID, kind)); err != nil {
		return false, err
	}
	return c.WriteTx.EndOneTime(profileID, kind, at)
}

func (c *change) DeleteOneTime(profileID string, kind OneTimeKind) (bool, error) {
	if err := c.touch(oneTimeKey(profileID, kind)); err != nil {
		return false, err
	}
	return c.WriteTx.DeleteOneTime(profileID, kind)
}

func oneTimeKey(profileID string, kind OneTimeKind) Key {
	return rowKey("onetime", string(kind)+"/"+profileID)
}

func (c *change) InsertRun(r Run) error {
	return errors.Join(c.touch(runKey(r.Number)), c.WriteTx.InsertRun(r))
}

func (c *change) MoveRun(number int, from, to RunState, at time.Time) (bool, error) {
	if err := c.touch(runKey(number)); err != nil {
		return false, err
	}
	return c.WriteTx.MoveRun(number, from, to, at)
}

func runKey(number int) Key { return rowKey("run", strconv.Itoa(number)) }

func (c *change) InsertApproval(a Approval) error {
	return errors.Join(c.touch(rowKey("approval", a.ID)), c.WriteTx.InsertApproval(a))
}

func (c *change) DecideApproval(id string, from, to ApprovalState, by string, at time.Time) (bool, error) {
	if err := c.touch(rowKey("approval", id)); err != nil {
		return false, err
	}
	return c.WriteTx.DecideApproval(id, from, to, by, at)
}

func (c *change) SaveVaultKey(k VaultKey) error {
	return errors.Join(c.touch(rowKey("vaultkey", k.Holder)), c.WriteTx.SaveVaultKey(k))
}

func (c *change) DeleteVaultKey(holder string) error {
	return errors.Join(c.touch(rowKey("vaultkey", holder)), c.WriteTx.DeleteVaultKey(holder))
}

func (c *change) InsertDocument(d DocumentRow) error {
	return errors.Join(c.touch(rowKey("document", d.ID)), c.WriteTx.InsertDocument(d))
}

func (c *change) UpdateDocument(d DocumentRow) error {
	return errors.Join(c.touch(rowKey("document", d.ID)), c.WriteTx.UpdateDocument(d))
}

func (c *change) SaveAttempts(a Attempts) error {
	return errors.Join(c.touch(attemptsKey(a.Subject, a.Kind)), c.WriteTx.SaveAttempts(a))
}

func (c *change) DeleteAttempts(subject string, kind Kind) error {
	return errors.Join(c.touch(attemptsKey(subject, kind)), c.WriteTx.DeleteAttempts(subject, kind))
}

func attemptsKey(subject string, kind Kind) Key {
	return rowKey("attempts", string(kind)+"/"+subject)
}
