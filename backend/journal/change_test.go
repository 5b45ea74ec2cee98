package journal_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"countersign/backend/journal"
	"countersign/backend/secret"
	"countersign/backend/store"
)

func TestChange_ActorHasToBeLookedAtInEachChange(t *testing.T) {
	t.Parallel()
	l := begun(t)
	act := func(look ...string) error {
		return l.j.Change(t.Context(), func(tx store.WriteTx) error {
			for _, id := range look {
				journal.Look(tx, id)
			}
			_, err := tx.NextRun()
			journal.Record(tx, l.now, "act", "a", "", nil)
			return err
		})
	}
	l.ok(act("a"))
	before := l.head()
	for name, look := range map[string][]string{"nobody": nil, "another": {"b"}, "the other later": {"a", "b"}} {
		if err := act(look...); err == nil || !strings.Contains(err.Error(), "not looked at") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if l.head().Seq != before.Seq {
		t.Error("it was committed all the same")
	}
	l.ok(l.change(func(tx store.WriteTx) error { // by nobody, who need not be looked at
		journal.Look(tx, "a")
		_, err := tx.NextRun()
		return err
	}))
	l.fits()
}

func TestChange_HasOneEvent(t *testing.T) {
	t.Parallel()
	l := begun(t)
	before := l.head()
	next := func(tx store.WriteTx) error { _, err := tx.NextRun(); return err }
	record := func(tx store.WriteTx) { journal.Record(tx, l.now, "act", "", "", nil) }
	for name, fn := range map[string]func(store.WriteTx) error{
		"none":                  next,
		"two":                   func(tx store.WriteTx) error { record(tx); record(tx); return next(tx) },
		"one of its own making": func(tx store.WriteTx) error { return tx.AppendEvent(store.SignedEvent{Event: audited(2)}) },
		"the workspace dropped": func(tx store.WriteTx) error { record(tx); return tx.DropWorkspace() },
	} {
		if err := l.j.Change(t.Context(), fn); err == nil {
			t.Errorf("a change with %s was committed", name)
		}
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("an event outside a change")
			}
		}()
		_ = l.j.Unlogged(t.Context(), func(tx store.WriteTx) error { record(tx); return nil })
	}()
	writes := l.anchor.writes
	l.ok(l.j.Change(t.Context(), func(store.WriteTx) error { return nil }))
	if l.head().Seq != before.Seq || l.anchor.writes != writes {
		t.Error("what changes nothing left something")
	}
	l.fits()
}

func TestChange_IsAnchoredBeforeItReturns(t *testing.T) {
	t.Parallel()
	l := begun(t)
	l.ok(l.rename("b"))
	if h := l.head(); l.anchor.is.Head.Seq != h.Seq || string(l.anchor.is.Head.Signature) != string(h.Signature) {
		t.Errorf("the anchor is at %d, the log at %d", l.anchor.is.Head.Seq, h.Seq)
	}
	writes := l.anchor.writes
	l.ok(l.j.ChangeUnanchored(t.Context(), func(tx store.WriteTx) error {
		_, err := tx.NextRun()
		journal.Record(tx, l.now, "act", "", "", nil)
		return err
	}))
	if l.anchor.writes != writes {
		t.Error("an unanchored change wrote the anchor")
	}
	l.fits() // a head ahead of the anchor is anchored
	if l.anchor.is.Head.Seq != l.head().Seq {
		t.Error("the start did not anchor the head")
	}
}

func TestChange_AnchorThatFailsIsToldAndMadeUpFor(t *testing.T) {
	t.Parallel()
	l := begun(t)
	l.anchor.fails = store.ErrKeychainFailed
	if err := l.rename("b"); !errors.Is(err, store.ErrKeychainFailed) {
		t.Errorf("got %v", err)
	}
	l.anchor.fails = nil
	l.ok(l.rename("c"))
	if l.anchor.is.Head.Seq != l.head().Seq {
		t.Error("the next change did not anchor both")
	}
	l.fits()
}

func TestChange_SlowAnchorIsGivenUp(t *testing.T) {
	t.Parallel()
	l := begun(t)
	l.anchor.fails = context.DeadlineExceeded
	if err := l.rename("b"); !errors.Is(err, store.ErrKeychainSlow) {
		t.Errorf("got %v", err)
	}
}

func TestChange_ConflictIsRunAgain(t *testing.T) {
	t.Parallel()
	l := begun(t)
	l.store.runs, l.store.ends = 0, []error{store.ErrConflict, store.ErrConflict}
	before := l.head()
	l.ok(l.rename("b"))
	if l.store.runs != 3 || l.head().Seq != before.Seq+1 {
		t.Errorf("%d runs, %d events", l.store.runs, l.head().Seq-before.Seq)
	}
	l.fits()
	l.store.ends = make([]error, 100)
	for i := range l.store.ends {
		l.store.ends[i] = store.ErrConflict
	}
	l.store.runs = 0
	if err := l.rename("c"); !errors.Is(err, store.ErrBusy) || l.store.runs != 8 {
		t.Errorf("after %d runs: %v", l.store.runs, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	l.store.runs = 0
	err := l.j.Unlogged(ctx, func(store.WriteTx) error { cancel(); return nil })
	if err == nil || l.store.runs != 1 {
		t.Errorf("cancelled after %d runs: %v", l.store.runs, err)
	}
}

func TestChange_UnknownOutcomeIsNotRunAgain(t *testing.T) {
	t.Parallel()
	l := begun(t)
	l.store.runs, l.store.ends = 0, []error{store.ErrUnknownOutcome}
	anchored := l.anchor.is.Head.Seq
	if err := l.rename("b"); !errors.Is(err, store.ErrUnknownOutcome) || l.store.runs != 1 {
		t.Errorf("after %d runs: %v", l.store.runs, err)
	}
	if l.anchor.is.Head.Seq != anchored {
		t.Error("what nobody knows was anchored")
	}
	l.ok(l.rename("c"))
	l.fits()
	if r := l.head(); r.Seq != anchored+2 {
		t.Errorf("the log is at %d", r.Seq)
	}
}

func TestChange_ErrorLeavesNothing(t *testing.T) {
	t.Parallel()
	l := begun(t)
	before := l.head()
	boom := errors.New("boom")
	err := l.change(func(tx store.WriteTx) error { _, err := tx.NextRun(); return errors.Join(err, boom) })
	if !errors.Is(err, boom) || l.head().Seq != before.Seq {
		t.Errorf("%v, at %d", err, l.head().Seq)
	}
	l.fits()
}

func TestChange_WithoutTheKeyIsNone(t *testing.T) {
	t.Parallel()
	l := begun(t)
	gone := errors.New("the key is gone")
	j := journal.New(journal.Config{Store: l.store, Anchor: l.anchor, Clock: journal.NewClock(func() time.Time { return l.now }), Key: func(func(secret.Bytes)) error { return gone }})
	err := j.Change(t.Context(), func(tx store.WriteTx) error { journal.Record(tx, l.now, "act", "", "", nil); return nil })
	if !errors.Is(err, gone) {
		t.Errorf("got %v", err)
	}
	l.fits()
}

// That the log is damaged is an answer of the store, which goes on.
func TestChange_EventThatCannotBeAppendedUndoesIt(t *testing.T) {
	t.Parallel()
	l := begun(t)
	head := l.head()
	l.store.appends = store.ErrDamaged
	for name, err := range map[string]error{
		"a change":   l.rename("b"),
		"acceptance": l.j.Accept(t.Context(), "a", nil, func(store.WriteTx) error { return nil }),
	} {
		if !errors.Is(err, store.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	l.store.appends = nil
	l.fits()
	if l.head().Seq != head.Seq {
		t.Errorf("event %d came to it", l.head().Seq)
	}
}

func TestChange_EventsAreInTheOrderOfTime(t *testing.T) {
	t.Parallel()
	l := begun(t)
	l.now = monday.Add(time.Hour)
	l.ok(l.rename("b"))
	newest := l.head().At
	l.now = monday
	l.ok(l.rename("c"))
	var at time.Time
	var clock string
	l.ok(l.j.View(t.Context(), func(tx store.ReadTx) error {
		for e, err := range tx.EventsBefore(1 << 40) {
			at, clock = e.At, e.Detail["clock"]
			return err
		}
		return nil
	}))
	if !at.Equal(newest) || clock != "2026-11-23T09:00:10Z" {
		t.Errorf("an event while the clock is behind is at %v, and says %q", at, clock)
	}
	l.ok(l.j.Change(t.Context(), func(tx store.WriteTx) error {
		journal.Record(tx, l.now, journal.KindClockConfirmed, "", "", nil)
		return nil
	}))
	if got := l.head().At; !got.Equal(monday) {
		t.Errorf("the event that takes the clock for right is at %v", got)
	}
	l.fits()
}

func TestChange_TimesWithoutAFormAreRefused(t *testing.T) {
	t.Parallel()
	l := begun(t)
	for _, year := range []int{9999, 12000, -5} {
		l.now = time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
		if err := l.rename("b"); !errors.Is(err, journal.ErrClock) {
			t.Errorf("year %d: %v", year, err)
		}
		if err := l.change(func(store.WriteTx) error { return nil }); !errors.Is(err, journal.ErrClock) {
			t.Errorf("year %d, an event without rows: %v", year, err)
		}
	}
	l.now = monday
	l.fits()
}

func TestChange_RowThatCannotBeReadBackIsRefused(t *testing.T) {
	t.Parallel()
	l := begun(t)
	before := l.head()
	err := l.change(func(tx store.WriteTx) error {
		return tx.SaveAttempts(store.Attempts{Subject: "a", Kind: store.KindCode, ChargedAt: time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)})
	})
	if !errors.Is(err, store.ErrAltered) || l.head().Seq != before.Seq {
		t.Errorf("%v, at %d", err, l.head().Seq)
	}
	l.fits()
}

func TestChange_VaultCheckThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	l := begun(t)
	spoil := func(tx store.WriteTx) error {
		i, err := tx.Info()
		i.VaultPublicKey = "zz"
		return errors.Join(err, tx.UpdateInfo(i))
	}
	before := l.head()
	if err := l.change(spoil); err == nil {
		t.Error("a change to it was committed")
	}
	if err := l.j.Accept(t.Context(), "a", nil, spoil); err == nil {
		t.Error("it was accepted")
	}
	if l.head().Seq != before.Seq {
		t.Error("it left something")
	}
	l.fits()
}

func TestChange_WorkspaceMayBeInTheFirst(t *testing.T) {
	t.Parallel()
	l := empty(t)
	l.ok(l.j.Begin(t.Context()))
	l.now = time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)
	insert := func(tx store.WriteTx) error { return tx.InsertInfo(store.Info{ID: "w", Name: "N"}) }
	if err := l.j.Change(t.Context(), insert); !errors.Is(err, journal.ErrClock) {
		t.Errorf("got %v", err)
	}
	l.now = monday
	l.ok(l.change(insert))
	l.ok(l.j.View(t.Context(), func(tx store.ReadTx) error {
		if i, err := tx.Info(); err != nil || i.Name != "N" {
			t.Errorf("%+v, %v", i, err)
		}
		return nil
	}))
	l.fits()
}

func TestChange_NothingNeedsToDepend(t *testing.T) {
	t.Parallel()
	l := begun(t)
	l.j = journal.New(journal.Config{Store: l.store, Anchor: l.anchor, Clock: l.clock, Key: keyed})
	l.ok(l.rename("b"))
	l.ok(l.change(func(tx store.WriteTx) error {
		return tx.InsertFactor(store.Factor{ProfileID: "a", Apps: []store.App{{Generation: 1, Item: "i"}}})
	}))
	l.ok(l.change(func(tx store.WriteTx) error { _, err := tx.DeleteFactor("a"); return err }))
	l.fits()
}

func TestChange_DependentsAreInTheSameCommit(t *testing.T) {
	t.Parallel()
	l := begun(t)
	l.after.profile = func(tx store.WriteTx, was, is store.Profile) error {
		if was.Name != "a" || is.Name != "b" {
			t.Errorf("from %q to %q", was.Name, is.Name)
		}
		return tx.SaveAttempts(store.Attempts{Subject: "a", Kind: store.KindCode, Failures: 1})
	}
	l.ok(l.rename("b"))
	l.fits() // so the row is in the event
	called := 0
	l.after.factor = func(store.WriteTx, string) error { called++; return nil }
	l.ok(l.change(func(tx store.WriteTx) error {
		err := tx.InsertFactor(store.Factor{ProfileID: "a", Apps: []store.App{{Generation: 1, Item: "i"}}})
		_, renameErr := tx.RenameApp("a", 1, "N") // nothing goes with these
		err = errors.Join(err, renameErr, tx.InsertApp("a", store.App{Generation: 3, Item: "m"}))
		_, swapErr := tx.SwapApp("a", store.App{Generation: 2, Item: "n"}, 1)
		_, removeErr := tx.DeleteApp("a", 2)
		_, deleteErr := tx.DeleteFactor("a")
		return errors.Join(err, swapErr, removeErr, deleteErr)
	}))
	if called != 3 {
		t.Errorf("%d calls", called)
	}
	boom := errors.New("boom")
	before := l.head()
	l.after.profile = func(store.WriteTx, store.Profile, store.Profile) error { return boom }
	if err := l.rename("c"); !errors.Is(err, boom) || l.head().Seq != before.Seq {
		t.Errorf("got %v", err)
	}
	l.fits()
}

// TestTx_EmbedsNothing keeps a method that is added to store.WriteTx from getting past
// the journal.
func TestTx_EmbedsNothing(t *testing.T) {
	t.Parallel()
	of := reflect.TypeFor[journal.Tx]()
	for i := range of.NumField() {
		if of.Field(i).Anonymous {
			t.Errorf("it embeds %s", of.Field(i).Name)
		}
	}
}

// TestTx_EachWriteIsInItsEvent makes each write a change of its own. A write whose row
// is not in the event would not fit the next time. While the clock shows what has no form, the
// write itself is refused.
func TestTx_EachWriteIsInItsEvent(t *testing.T) {
	t.Parallel()
	l := begun(t)
	yes := func(ok bool, err error) error {
		if err == nil && !ok {
			err = errors.New("it changed nothing")
		}
		return err
	}
	done := map[string]bool{"AppendEvent": true, "DropWorkspace": true, "InsertInfo": true, "MarkCreated": true} // refused, or in begun
	for _, c := range []struct {
		name string
		act  func(store.WriteTx) error
	}{
		{"UpdateInfo", func(tx store.WriteTx) error {
			i, err := tx.Info()
			i.Name = "M"
			return errors.Join(err, tx.UpdateInfo(i))
		}},
		{"NextSheet", func(tx store.WriteTx) error { _, err := tx.NextSheet("a"); return err }},
		{"NextRun", func(tx store.WriteTx) error { _, err := tx.NextRun(); return err }},
		{"InsertProfile", func(tx store.WriteTx) error { return tx.InsertProfile(profile("b")) }},
		{"UpdateProfile", func(tx store.WriteTx) error { p := profile("b"); p.Name = "B"; return tx.UpdateProfile(p) }},
		{"InsertFactor", func(tx store.WriteTx) error {
			return tx.InsertFactor(store.Factor{ProfileID: "a", Apps: []store.App{{Generation: 1, Item: "i"}}})
		}},
		{"ConsumeStep", func(tx store.WriteTx) error { return yes(tx.ConsumeStep("a", 1, 7, monday, store.UseSignIn)) }},
		{"SwapApp", func(tx store.WriteTx) error {
			return yes(tx.SwapApp("a", store.App{Generation: 2, Item: "n"}, 1))
		}},
		{"InsertApp", func(tx store.WriteTx) error { return tx.InsertApp("a", store.App{Generation: 3, Item: "m"}) }},
		{"RenameApp", func(tx store.WriteTx) error { return yes(tx.RenameApp("a", 3, "N")) }},
		{"DeleteApp", func(tx store.WriteTx) error { return yes(tx.DeleteApp("a", 3)) }},
		{"DeleteFactor", func(tx store.WriteTx) error { return yes(tx.DeleteFactor("a")) }},
		{"InsertIntent", func(tx store.WriteTx) error {
			return tx.InsertIntent(store.Intent{ID: "i", Kind: store.IntentEnrol, ProfileID: "a", Item: "n"})
		}},
		{"ConfirmIntent", func(tx store.WriteTx) error { return yes(tx.ConfirmIntent("i", 5)) }},
		{"MarkForDeletion", func(tx store.WriteTx) error { return yes(tx.MarkForDeletion("i")) }},
		{"DeleteIntent", func(tx store.WriteTx) error { return yes(tx.DeleteIntent("i")) }},
		{"InsertSet", func(tx store.WriteTx) error {
			return tx.InsertSet(store.Set{ID: "s", ProfileID: "a", Sheet: 1, State: store.SetPending, Salt: []byte{1}}, [][]byte{{1}})
		}},
		{"MoveSet", func(tx store.WriteTx) error {
			return yes(tx.MoveSet("s", store.SetPending, store.SetActive, time.Time{}))
		}},
		{"HandOverSet", func(tx store.WriteTx) error { return yes(tx.HandOverSet("s", monday)) }},
		{"CheckSet", func(tx store.WriteTx) error { return yes(tx.CheckSet("s", monday)) }},
		{"PostponeSet", func(tx store.WriteTx) error { return yes(tx.PostponeSet("s", monday)) }},
		{"AcknowledgeSet", func(tx store.WriteTx) error { return yes(tx.AcknowledgeSet("s", monday)) }},
		{"ConsumeCode", func(tx store.WriteTx) error { return yes(tx.ConsumeCode("s", 1, monday, store.UseSignIn)) }},
		{"DeleteSet", func(tx store.WriteTx) error { return tx.DeleteSet("s") }},
		{"InsertOneTime", func(tx store.WriteTx) error {
			return tx.InsertOneTime(store.OneTime{ProfileID: "a", Kind: store.OneTimeHelp, Salt: []byte{1}, Hash: []byte{1}})
		}},
		{"EndOneTime", func(tx store.WriteTx) error { return yes(tx.EndOneTime("a", store.OneTimeHelp, monday)) }},
		{"DeleteOneTime", func(tx store.WriteTx) error { return yes(tx.DeleteOneTime("a", store.OneTimeHelp)) }},
		{"InsertRun", func(tx store.WriteTx) error {
			return tx.InsertRun(store.Run{Number: 1, Kind: store.RunPrint, State: store.RunIssuing})
		}},
		{"HoldRun", func(tx store.WriteTx) error { return yes(tx.HoldRun(1, store.RunIssuing, monday)) }},
		{"MoveRun", func(tx store.WriteTx) error { return yes(tx.MoveRun(1, store.RunIssuing, store.RunReady, time.Time{})) }},
		{"InsertApproval", func(tx store.WriteTx) error {
			return tx.InsertApproval(store.Approval{ID: "x", Kind: store.ApproveHelpCode, State: store.ApprovalWaiting})
		}},
		{"DecideApproval", func(tx store.WriteTx) error {
			return yes(tx.DecideApproval("x", store.ApprovalWaiting, store.ApprovalUsed, "a", monday))
		}},
		{"SaveVaultKey", func(tx store.WriteTx) error {
			return tx.SaveVaultKey(store.VaultKey{Holder: "profile/a", Recipient: "r"})
		}},
		{"SaveComputer", func(tx store.WriteTx) error {
			return tx.SaveComputer(store.Computer{ProfileID: "a", ID: "c", SigningKey: []byte{1}, BoxKey: []byte{1}, Seal: []byte{1}, AddedAt: monday})
		}},
		{"DeleteComputer", func(tx store.WriteTx) error { _, err := tx.DeleteComputer("a", "c"); return err }},
		{"DeleteVaultKey", func(tx store.WriteTx) error { return tx.DeleteVaultKey("profile/a") }},
		{"InsertDocument", func(tx store.WriteTx) error { return tx.InsertDocument(store.DocumentRow{ID: "d"}) }},
		{"UpdateDocument", func(tx store.WriteTx) error { return tx.UpdateDocument(store.DocumentRow{ID: "d", Generation: 2}) }},
		{"SaveAttempts", func(tx store.WriteTx) error {
			return tx.SaveAttempts(store.Attempts{Subject: "a", Kind: store.KindCode, Failures: 1})
		}},
		{"DeleteAttempts", func(tx store.WriteTx) error { return tx.DeleteAttempts("a", store.KindCode) }},
	} {
		done[c.name] = true
		before := l.head()
		l.now = time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)
		err := l.j.Change(t.Context(), func(tx store.WriteTx) error {
			if err := c.act(tx); !errors.Is(err, journal.ErrClock) {
				t.Errorf("%s: %v while the clock shows what has no form", c.name, err)
			}
			return journal.ErrClock
		})
		if !errors.Is(err, journal.ErrClock) {
			t.Errorf("%s: %v", c.name, err)
		}
		l.now = monday
		if err := l.change(c.act); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if h := l.head(); h.Seq != before.Seq+1 || h.State == before.State {
			t.Errorf("%s: the sum over all rows is the same", c.name)
		}
		l.fits()
	}
	writes, reads := reflect.TypeFor[store.WriteTx](), reflect.TypeFor[store.ReadTx]()
	for m := range writes.Methods() {
		if _, read := reads.MethodByName(m.Name); !read && !done[m.Name] {
			t.Errorf("%s is not among them", m.Name)
		}
	}
}
