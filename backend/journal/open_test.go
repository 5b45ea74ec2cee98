package journal_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/audit"
	"countersign/backend/journal"
	"countersign/backend/store"
)

// marked opens the journal once, so that all of the log is verified.
func (l *log) marked() {
	l.Helper()
	l.j = journal.New(journal.Config{Store: l.store, Anchor: l.anchor, Clock: l.clock, Key: keyed, MarkEvery: 1})
	if r, err := l.j.Open(l.Context()); r != nil || err != nil {
		l.Fatal(r, err)
	}
}

// checked checks the whole log.
func (l *log) checked() *journal.LogCheck {
	l.Helper()
	c, err := l.j.CheckLog(l.Context())
	l.ok(err)
	l.ok(l.j.View(l.Context(), func(tx store.ReadTx) error {
		for e, err := range tx.Events(0) {
			if err != nil {
				return err
			}
			c.Event(e)
		}
		return nil
	}))
	c.End()
	return c
}

func audited(seq int64) audit.Event { return audit.Event{Seq: seq, At: monday, Kind: "planted"} }

func TestOpen_FindsWhatTheLogDoesNotTell(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sneak func(store.WriteTx) error
		want  audit.FindingKind
		key   string
	}{
		"a row changed": {func(tx store.WriteTx) error { p := profile("a"); p.Name = "x"; return tx.UpdateProfile(p) }, audit.FoundRowChanged, "profile/a"},
		"a row added":   {func(tx store.WriteTx) error { return tx.InsertProfile(profile("x")) }, audit.FoundRowAdded, "profile/x"},
		"a row removed": {func(tx store.WriteTx) error { return tx.DeleteVaultKey("k") }, audit.FoundRowRemoved, "vaultkey/k"},
		"an event": {func(tx store.WriteTx) error {
			return tx.AppendEvent(store.SignedEvent{Event: audited(5), Signature: []byte("seal"), Tree: make([]byte, 32)})
		}, audit.FoundLogBroken, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := begun(t)
			l.ok(l.change(func(tx store.WriteTx) error { return tx.SaveVaultKey(store.VaultKey{Holder: "k", Recipient: "r"}) }))
			l.ok(l.rename("b"))
			l.ok(l.rename("a"))
			l.fits()
			before := *l.anchor.is
			l.sneak(c.sneak)
			if name == "an event" {
				l.restart()
				if r, err := l.j.Open(t.Context()); err != nil || r == nil || r.Findings[0].Kind != c.want {
					t.Errorf("%v, %v", r, err)
				}
			} else if r := l.finds(c.want, c.key); r != nil && !r.Acceptable {
				t.Error("the owner's account is as the anchor knows it")
			}
			if l.anchor.is.Head.Seq != before.Head.Seq {
				t.Error("the anchor was moved")
			}
		})
	}
}

func TestOpen_OlderCopyAndMissingAnchor(t *testing.T) {
	t.Parallel()
	l := begun(t)
	l.ok(l.rename("b"))
	ahead := *l.anchor.is
	ahead.Head.Seq += 3
	l.anchor.is = &ahead
	l.finds(audit.FoundOlderCopy, "")
	l.anchor.is = nil
	l.finds(audit.FoundAnchorMissing, "")
	other := ahead
	other.Head = journal.Place{Seq: 1, Signature: make([]byte, audit.SignatureSize)}
	l.anchor.is = &other
	l.finds(audit.FoundLogBroken, "")
}

func TestOpen_AnchorOfAnotherFormIsMissing(t *testing.T) {
	t.Parallel()
	l := begun(t)
	spoiled := *l.anchor.is
	spoiled.Trusted = []byte{1}
	l.anchor.is = &spoiled
	if r := l.finds(audit.FoundAnchorMissing, ""); r != nil && r.Acceptable {
		t.Error("somebody may accept whom the keychain does not know")
	}
	if _, err := l.j.Trusted(t.Context()); !errors.Is(err, store.ErrSecretMissing) {
		t.Errorf("got %v", err)
	}
}

func TestOpen_EmptyStoreWithoutAnAnchorIsReported(t *testing.T) {
	t.Parallel()
	empty(t).finds(audit.FoundAnchorMissing, "")
}

func TestOpen_AnchorFollowsWhatIsTrusted(t *testing.T) {
	t.Parallel()
	l := begun(t)
	writes := l.anchor.writes
	l.fits()
	if l.anchor.writes != writes {
		t.Error("it was written where all fits")
	}
	old := *l.anchor.is
	old.Trusted = nil // of a version that did not keep this
	l.anchor.is = &old
	l.fits()
	known, err := l.j.Trusted(t.Context())
	if _, there := known.Owner("a"); !there || err != nil {
		t.Errorf("the owner is not known: %v", err)
	}
}

func TestOpen_IndexesAreCheckedWhereTheRowsFit(t *testing.T) {
	t.Parallel()
	l := begun(t)
	ahead := *l.anchor.is
	ahead.Head.Seq++
	l.anchor.is = &ahead
	l.store.indexes = store.ErrDamaged
	if r, err := l.j.Open(t.Context()); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("an older copy: %v, %v", r, err)
	}
	l.sneak(func(tx store.WriteTx) error { return tx.InsertProfile(profile("x")) })
	if r, err := l.j.Open(t.Context()); r == nil || err != nil {
		t.Errorf("with a row of another's: %v, %v", r, err)
	}
}

func TestOpen_SumOfAMarkedEventIsHeldAgainstTheRows(t *testing.T) {
	t.Parallel()
	l := begun(t)
	l.marked()
	l.edit("UPDATE events SET state = zeroblob(length(state)) WHERE seq = (SELECT max(seq) FROM events)")
	l.finds(audit.FoundLogBroken, "")
}

func TestOpen_UnreadableOldEventIsAnError(t *testing.T) {
	t.Parallel()
	l := begun(t)
	l.ok(l.rename("b"))
	l.marked()
	l.edit("UPDATE events SET at = 1 << 60 WHERE seq = 1", "UPDATE profiles SET name = 'x'")
	l.restart()
	if r, err := l.j.Open(t.Context()); !errors.Is(err, store.ErrAltered) {
		t.Errorf("%v, %v", r, err)
	}
}

func TestJournal_WithoutTheKeyNothingIsSaid(t *testing.T) {
	t.Parallel()
	l := begun(t)
	l.ok(l.change(func(tx store.WriteTx) error {
		return tx.InsertSet(store.Set{ID: "s", ProfileID: "a", Sheet: 1, State: store.SetActive, Salt: []byte{1}}, [][]byte{{1}})
	}))
	view := func(fn func(store.ReadTx) error) func() error {
		return func() error { return l.j.View(t.Context(), fn) }
	}
	l.eachKeyFault("StateOf", view(func(tx store.ReadTx) error { _, err := l.j.StateOf(tx); return err }))
	l.eachKeyFault("Said", view(func(tx store.ReadTx) error { _, err := l.j.Said(tx); return err }))
	l.eachKeyFault("Owner", view(func(tx store.ReadTx) error { _, err := l.j.Owner(tx, profile("a")); return err }))
	l.eachKeyFault("CheckLog", func() error { _, err := l.j.CheckLog(t.Context()); return err })
	l.eachKeyFault("Change", func() error { return l.rename("b") })
	l.eachKeyFault("Open", func() error { _, err := l.j.Open(t.Context()); return err })
	l.sneak(func(tx store.WriteTx) error { return tx.InsertProfile(profile("x")) })
	l.eachKeyFault("Open with a finding", func() error {
		r, err := l.j.Open(t.Context())
		if err == nil && (len(r.Findings) != 1 || !r.Acceptable) {
			t.Errorf("the report is %v", r)
		}
		return err
	})
	l.eachKeyFault("Accept", func() error {
		return l.j.Accept(t.Context(), "a", nil, func(store.WriteTx) error { return nil })
	})
	l.fits()
}

func TestHash_KeyOfNoRowIsAnError(t *testing.T) {
	t.Parallel()
	l := begun(t)
	l.ok(l.j.View(t.Context(), func(tx store.ReadTx) error {
		for _, k := range []store.Key{{Table: "run", ID: "x"}, {Table: "nothing", ID: "x"}} {
			if h, err := l.j.Hash(tx, k); err == nil {
				t.Errorf("%s has the hash %x", k, h)
			}
		}
		if h, err := l.j.Hash(tx, store.Key{Table: "run", ID: "7"}); err != nil || journal.Digest(h) != "" {
			t.Errorf("a run that is not there: %x, %v", h, err)
		}
		return nil
	}))
}

func TestSaid_EndsWhereTheLogIsBroken(t *testing.T) {
	t.Parallel()
	l := begun(t)
	e := audited(l.head().Seq + 1)
	e.Rows = []audit.Row{{Key: "profile/a", Digest: "planted"}}
	l.sneak(func(tx store.WriteTx) error {
		return tx.AppendEvent(store.SignedEvent{Event: e, Signature: []byte("none"), Tree: make([]byte, 32)})
	})
	l.ok(l.j.View(t.Context(), func(tx store.ReadTx) error {
		said, err := l.j.Said(tx)
		if got := said["profile/a"]; err != nil || got == "" || got == "planted" {
			t.Errorf("%q, %v", got, err)
		}
		return nil
	}))
}

func TestBegin_AnchorsALogOfNoEvents(t *testing.T) {
	t.Parallel()
	l := empty(t)
	l.ok(l.j.Unlogged(t.Context(), func(tx store.WriteTx) error { return tx.InsertInfo(store.Info{ID: "w", Name: "N"}) }))
	l.ok(l.j.Begin(t.Context()))
	known, err := l.j.Trusted(t.Context())
	if generation, _ := known.Vault(); err != nil || generation != 0 {
		t.Errorf("%+v, %v", known, err)
	}
	if c := l.checked(); c.Breaks != 0 || c.Checked != 0 {
		t.Errorf("%+v", c)
	}
}

// The program ends between the first commit and its anchor.
func TestOpen_FirstEventsMayBeAheadOfTheAnchor(t *testing.T) {
	t.Parallel()
	l := begun(t)
	none := journal.Place{Signature: make([]byte, audit.SignatureSize)}
	l.anchor.is = &journal.Anchored{Head: none, Mark: journal.Mark{Place: none}}
	l.fits()
	if now, head := l.anchor.is.Head, l.head(); now.Seq != head.Seq || !bytes.Equal(now.Signature, head.Signature) {
		t.Errorf("it is anchored at event %d", now.Seq)
	}
}

func TestOpen_AnchorThatCannotBeMadeUpForIsTold(t *testing.T) {
	t.Parallel()
	l := begun(t)
	boom := errors.New("boom")
	l.anchor.fails = boom
	if err := l.rename("b"); !errors.Is(err, boom) {
		t.Fatal(err)
	}
	l.restart()
	if r, err := l.j.Open(t.Context()); !errors.Is(err, boom) {
		t.Errorf("%v, %v", r, err)
	}
	l.anchor.fails = nil
	l.fits()
}

// A signature is of its event: beside the number of another, it is none.
func TestOpen_AnchorBeforeItsMarkIsABreak(t *testing.T) {
	t.Parallel()
	l := begun(t)
	l.ok(l.rename("b"))
	l.marked()
	odd := *l.anchor.is
	if odd.Mark.Seq != odd.Head.Seq {
		t.Fatalf("%+v", odd)
	}
	odd.Head.Seq--
	l.anchor.is = &odd
	l.finds(audit.FoundLogBroken, "")
}

func TestCheckLog_EventsAheadOfTheAnchorAreNoBreak(t *testing.T) {
	t.Parallel()
	l := begun(t)
	l.ok(l.j.ChangeUnanchored(t.Context(), func(tx store.WriteTx) error {
		_, err := tx.NextRun()
		journal.Record(tx, l.now, "act", "", "", nil)
		return err
	}))
	if c := l.checked(); c.Breaks != 0 || c.Checked != 2 {
		t.Errorf("%+v: %+v", c, c.First)
	}
}

func TestClock_KnowsTheNewestEventOfAnyProcess(t *testing.T) {
	t.Parallel()
	l := begun(t)
	at := func(hours int) time.Time { return monday.Add(time.Duration(hours) * time.Hour) }
	mine, clock := l.j, l.clock
	l.restart() // another process
	l.now = at(1)
	l.ok(l.rename("b"))
	if got := l.clock.Newest(); !got.Equal(at(1)) {
		t.Errorf("after a change of its own: %v", got)
	}
	look := func() error { return mine.View(t.Context(), func(store.ReadTx) error { return nil }) }
	l.ok(look())
	if got := clock.Newest(); !got.Equal(at(1)) {
		t.Errorf("after a change of another process: %v", got)
	}
	l.store.head = func(h store.Head, err error) (store.Head, error) {
		l.store.head = nil
		l.now = at(2)
		l.j = mine
		l.ok(l.rename("c"))
		return h, err
	}
	l.ok(look())
	if got := clock.Newest(); !got.Equal(at(2)) {
		t.Errorf("after a look at a state from before: %v", got)
	}
	unreadable := errors.New("unreadable")
	l.store.head = func(h store.Head, _ error) (store.Head, error) { return store.Head{Seq: h.Seq + 1}, unreadable }
	if err := look(); !errors.Is(err, unreadable) || !clock.Newest().Equal(at(2)) {
		t.Errorf("after a head that cannot be read: %v, %v", clock.Newest(), err)
	}
}

func TestTrust_RowsOfAnotherProcessHaveToBeReadable(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		edit string
		want error
	}{
		"all of them":            {"UPDATE workspace SET name = name", nil},
		"a profile that is gone": {"DELETE FROM profiles WHERE id = 'b'", nil},
		"an event":               {"UPDATE events SET rows = '{' WHERE seq = 3", audit.ErrBroken},
		"the workspace":          {"UPDATE workspace SET created_at = 1 << 60", store.ErrAltered},
		"a profile":              {"UPDATE profiles SET created_at = 1 << 60 WHERE id = 'b'", store.ErrAltered},
		"a recovery sheet":       {"UPDATE recovery_sets SET issued_at = 1 << 60", store.ErrAltered},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := begun(t)
			mine := l.j
			l.restart() // another process
			l.ok(l.change(func(tx store.WriteTx) error { _, err := tx.NextRun(); return err }))
			l.ok(l.change(func(tx store.WriteTx) error { return tx.InsertProfile(profile("b")) }))
			l.ok(l.change(func(tx store.WriteTx) error {
				return tx.InsertSet(store.Set{ID: "s", ProfileID: "b", Sheet: 1, State: store.SetPending, Salt: []byte{1}}, [][]byte{{1}})
			}))
			l.j = mine
			l.edit(c.edit)
			err := l.change(func(tx store.WriteTx) error { return tx.SaveVaultKey(store.VaultKey{Holder: "k", Recipient: "r"}) })
			if !errors.Is(err, c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestOpen_MarksSpareTheOldEvents(t *testing.T) {
	t.Parallel()
	l := begun(t)
	l.restart()
	l.j = journal.New(journal.Config{Store: l.store, Anchor: l.anchor, Clock: journal.NewClock(func() time.Time { return l.now }), Key: keyed, MarkEvery: 2})
	l.ok(l.rename("b"))
	if r, err := l.j.Open(t.Context()); r != nil || err != nil {
		t.Fatal(r, err)
	}
	if m := l.anchor.is.Mark; m.Seq != 2 || m.Count != 2 {
		t.Errorf("the mark is at %d of %d", m.Seq, m.Count)
	}
	l.ok(l.rename("c"))
	l.fits()
	wrong := *l.anchor.is
	wrong.Mark.Count++
	l.anchor.is = &wrong
	l.finds(audit.FoundLogBroken, "")
}

func TestAccept_MakesTheStateTheLogs(t *testing.T) {
	t.Parallel()
	l := begun(t)
	l.sneak(func(tx store.WriteTx) error { return tx.InsertProfile(profile("x")) })
	l.finds(audit.FoundRowAdded, "profile/x")
	boom := errors.New("boom")
	if err := l.j.Accept(t.Context(), "a", nil, func(store.WriteTx) error { return boom }); !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
	l.finds(audit.FoundRowAdded, "profile/x")
	l.store.ends = []error{store.ErrConflict}
	l.ok(l.j.Accept(t.Context(), "a", map[string]string{"findings": "row-added"}, func(tx store.WriteTx) error {
		p := profile("x")
		p.State = store.ProfileSuspended
		return tx.UpdateProfile(p)
	}))
	known, err := l.j.Trusted(t.Context())
	if _, there := known.Owner("a"); !there || err != nil {
		t.Errorf("the owner is not known: %v", err)
	}
	l.ok(l.j.View(t.Context(), func(tx store.ReadTx) error {
		for e, err := range tx.EventsBefore(1 << 40) {
			if !slices.IsSortedFunc(e.Rows, func(a, b audit.Row) int { return strings.Compare(a.Key, b.Key) }) || len(e.Rows) != 3 {
				t.Errorf("the rows are %v", e.Rows)
			}
			return err
		}
		return nil
	}))
	l.fits()
	c := l.checked()
	if c.Breaks != 0 || len(c.Accepted) != 1 || c.Accepted[0].Actor != "a" {
		t.Errorf("%+v", c)
	}
}

func TestUseUp_IsOnceEvenForTwoAtOnce(t *testing.T) {
	t.Parallel()
	l := begun(t)
	l.fits()
	fresh := make(chan bool, 8)
	for range 8 {
		go func() {
			_, ok, err := l.j.UseUp(t.Context(), "a", func(o *journal.Owner) bool { return o.UseStep(7) })
			if err != nil {
				t.Error(err)
			}
			fresh <- ok
		}()
	}
	n := 0
	for range 8 {
		if <-fresh {
			n++
		}
	}
	known, err := l.j.Trusted(t.Context())
	o, there := known.Owner("a")
	if n != 1 || err != nil || !there || o.Step() != 7 {
		t.Errorf("%d times; step %d, %v, %v", n, o.Step(), there, err)
	}
	if _, ok, err := l.j.UseUp(t.Context(), "nobody", func(*journal.Owner) bool { return true }); ok || err != nil {
		t.Errorf("an owner who is not known: %v, %v", ok, err)
	}
}

func TestOwner_CodesAreUsedOnce(t *testing.T) {
	t.Parallel()
	var o journal.Owner
	for number := 1; number <= 10; number++ {
		if o.UsedCode(number) || !o.UseCode(number) || !o.UsedCode(number) || o.UseCode(number) {
			t.Errorf("code %d", number)
		}
	}
	if !o.UseStep(5) || o.UseStep(5) || o.UseStep(4) || !o.UseStep(6) {
		t.Error("steps")
	}
}

func TestTrust_FollowsTheRowsThatChange(t *testing.T) {
	t.Parallel()
	l := begun(t)
	known := func(id string) bool {
		trust, err := l.j.Trusted(t.Context())
		l.ok(err)
		_, there := trust.Owner(id)
		return there
	}
	l.ok(l.change(func(tx store.WriteTx) error { return tx.InsertProfile(profile("b")) }))
	if !known("a") || !known("b") {
		t.Error("an owner is not known")
	}
	mine := l.j
	l.restart() // another process
	l.ok(l.change(func(tx store.WriteTx) error {
		p := profile("b")
		p.Role = store.RoleMember
		return errors.Join(tx.UpdateProfile(p), tx.InsertProfile(profile("c")))
	}))
	l.j = mine
	l.ok(l.rename("z"))
	if !known("a") || known("b") || !known("c") {
		t.Error("what another process changed is not known")
	}
	l.fits()
}
