package journal_test

import (
	"errors"
	"testing"
	"time"

	"countersign/backend/audit"
	"countersign/backend/journal"
	"countersign/backend/store"
)

func audited(seq int64) audit.Event { return audit.Event{Seq: seq, At: monday, Kind: "planted"} }

func TestOpen_FindsWhatTheLogDoesNotTell(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sneak func(store.WriteTx) error
		want  journal.FindingKind
		key   string
	}{
		"a row changed": {func(tx store.WriteTx) error { p := profile("a"); p.Name = "x"; return tx.UpdateProfile(p) }, journal.FoundRowChanged, "profile/a"},
		"a row added":   {func(tx store.WriteTx) error { return tx.InsertProfile(profile("x")) }, journal.FoundRowAdded, "profile/x"},
		"a row removed": {func(tx store.WriteTx) error { return tx.DeleteVaultKey("k") }, journal.FoundRowRemoved, "vaultkey/k"},
		"an event":      {func(tx store.WriteTx) error { return tx.AppendEvent(audited(5), []byte("seal")) }, journal.FoundLogBroken, ""},
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
	l.finds(journal.FoundOlderCopy, "")
	l.anchor.is = nil
	l.finds(journal.FoundAnchorMissing, "")
	other := ahead
	other.Head = journal.Place{Seq: 1, Signature: make([]byte, audit.SignatureSize)}
	l.anchor.is = &other
	l.finds(journal.FoundLogBroken, "")
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
	l.finds(journal.FoundLogBroken, "")
}

func TestAccept_MakesTheStateTheLogs(t *testing.T) {
	t.Parallel()
	l := begun(t)
	l.sneak(func(tx store.WriteTx) error { return tx.InsertProfile(profile("x")) })
	l.finds(journal.FoundRowAdded, "profile/x")
	boom := errors.New("boom")
	if err := l.j.Accept(t.Context(), "a", nil, func(store.WriteTx) error { return boom }); !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
	l.finds(journal.FoundRowAdded, "profile/x")
	l.store.ends = []error{store.ErrConflict}
	l.ok(l.j.Accept(t.Context(), "a", map[string]string{"findings": "row-added"}, func(tx store.WriteTx) error {
		p := profile("x")
		p.State = store.ProfileSuspended
		return tx.UpdateProfile(p)
	}))
	l.fits()
	c, err := l.j.CheckLog(t.Context())
	l.ok(err)
	l.ok(l.j.View(t.Context(), func(tx store.ReadTx) error {
		for e, err := range tx.Events(0) {
			if err != nil {
				return err
			}
			c.Event(e.Event, e.Signature)
		}
		return nil
	}))
	c.End()
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
