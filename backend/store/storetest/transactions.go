package storetest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"countersign/backend/store"
)

// logged appends n events.
func (f *fixture) logged(n int64) {
	f.Helper()
	f.update(func(tx store.WriteTx) error {
		for seq := int64(1); seq <= n; seq++ {
			e := event(seq, "kind", "a", "b")
			if err := tx.AppendEvent(e); err != nil {
				return err
			}
		}
		return nil
	})
}

func numbersOf(all iter.Seq2[store.SignedEvent, error]) (string, error) {
	got := ""
	for e, err := range all {
		if err != nil {
			return got, err
		}
		got += fmt.Sprint(e.Seq, " ")
	}
	return got, nil
}

func events(f *fixture) {
	f.logged(4)
	f.view(func(tx store.ReadTx) error {
		for e, err := range tx.Events(0) {
			want := event(e.Seq, "kind", "a", "b")
			if err != nil || !reflect.DeepEqual(e, want) {
				f.Errorf("event %d: %+v (%v)\nnot %+v", e.Seq, e, err, want)
			}
		}
		got, err := numbersOf(tx.Events(0))
		f.same("all", got, "1 2 3 4 ", err)
		got, err = numbersOf(tx.Events(2))
		f.same("after", got, "3 4 ", err)
		got, err = numbersOf(tx.EventsBefore(4))
		f.same("before", got, "3 2 1 ", err)
		h, err := tx.Head()
		last := event(4, "kind", "a", "b")
		if err != nil || h.Seq != 4 || string(h.Signature) != string(last.Signature) || string(h.Tree) != string(last.Tree) || h.State != last.State || !h.At.Equal(last.At) {
			f.Errorf("the head is %+v (%v)", h, err)
		}
		n, err := tx.CountEvents()
		f.same("count", fmt.Sprint(n), "4", err)
		trees, err := tx.Trees([]int64{3, 9, 1})
		f.same("the tree of some", fmt.Sprint(trees), "map[1:[1 2] 3:[3 2]]", err)
		trees, err = tx.Trees(nil)
		f.same("the tree of none", fmt.Sprint(trees), "map[]", err)
		return nil
	})
}

func eventsChosen(f *fixture) {
	f.update(func(tx store.WriteTx) error {
		for i, c := range []struct{ kind, actor, subject string }{
			{"k", "a", "b"}, {"k", "b", "b"}, {"k", "", "b"}, {"emergency-kit-made", "a", ""}, {"run-sheet-issued", "a", "b"}, {"k", "a", "c"},
			{"emergency-kit-used", "", "a"}, {"run-sheets-issued", "a", ""},
			{"app-added", "b", "b"}, {"email-changed", "c", "c"}, {"recovery-codes-replaced", "b", "b"}, {"k", "b", "b"}, {"computer-added", "b", "b"},
			{"email-changed", "b", "b"}, {"news-put-away", "b", "b"},
		} {
			e := event(int64(i+1), c.kind, c.actor, c.subject)
			if err := tx.AppendEvent(e); err != nil {
				return err
			}
		}
		return nil
	})
	f.view(func(tx store.ReadTx) error {
		for _, c := range []struct {
			name string
			got  iter.Seq2[store.SignedEvent, error]
			want string
		}{
			{"what others did to b", tx.EventsAbout("b", 0), "5 1 "},
			{"what others did to b after 1", tx.EventsAbout("b", 1), "5 "},
			{"what was done to b", tx.EventsOf("b"), "15 14 13 12 11 9 5 3 2 1 "},
			{"how b comes in", tx.OwnNews("b"), "15 14 13 11 9 "},
			{"how c comes in", tx.OwnNews("c"), "10 "},
			{"how a comes in", tx.OwnNews("a"), ""},
			{"the kit's", tx.KitEvents(0), "7 4 "},
			{"the kit's after 4", tx.KitEvents(4), "7 "},
			{"sheets", tx.SheetsIssued(0), "8 5 "},
			{"sheets after 5", tx.SheetsIssued(5), "8 "},
		} {
			got, err := numbersOf(c.got)
			f.same(c.name, got, c.want, err)
		}
		return nil
	})
}

func walkEndsEarly(f *fixture) {
	f.staffed("a", "b")
	f.logged(3)
	f.view(func(tx store.ReadTx) error {
		for range 20 { // what an early end left open would add up
			for range tx.Events(0) {
				break
			}
			for range tx.Rows() {
				break
			}
			if _, err := tx.Profile("a"); err != nil {
				return err
			}
		}
		return nil
	})
	f.update(func(tx store.WriteTx) error { return tx.UpdateProfile(person("a")) })
}

func viewSeesOneState(f *fixture) {
	f.staffed("a")
	f.view(func(tx store.ReadTx) error {
		if _, err := tx.Profile("a"); err != nil { // its state is that of the first look
			return err
		}
		err := f.other.Update(f.Context(), func(tx store.WriteTx) error { return tx.InsertProfile(person("b")) })
		if err != nil {
			return err
		}
		if _, err := tx.Profile("b"); !errors.Is(err, store.ErrNotFound) {
			f.Errorf("what came later is seen: %v", err)
		}
		all, err := tx.Members()
		if len(all) != 1 {
			f.Errorf("%d members", len(all))
		}
		return err
	})
	f.view(func(tx store.ReadTx) error { _, err := tx.Profile("b"); return err })
}

func updateIsWhole(f *fixture) {
	f.update(func(tx store.WriteTx) error {
		if err := tx.InsertInfo(store.Info{ID: "w", Name: "N"}); err != nil {
			return err
		}
		if there, err := infoThere(f.Context(), f.other); there || err != nil {
			f.Errorf("another sees it before its commit (%v)", err)
		}
		return nil
	})
	if there, err := infoThere(f.Context(), f.other); !there || err != nil {
		f.Errorf("another does not see it after its commit (%v)", err)
	}
}

func ownWrites(f *fixture) {
	f.staffed()
	f.update(func(tx store.WriteTx) error {
		if err := tx.InsertProfile(person("a")); err != nil {
			return err
		}
		p, err := tx.Profile("a")
		f.same("the profile", p.ID, "a", err)
		e := event(1, "k", "a", "a")
		err = tx.AppendEvent(e)
		h, headErr := tx.Head()
		f.same("the head", fmt.Sprint(h.Seq), "1", errors.Join(err, headErr))
		return nil
	})
}

func errorLeavesNothing(f *fixture) {
	err := f.one.Update(f.Context(), func(tx store.WriteTx) error {
		return errors.Join(tx.InsertInfo(store.Info{ID: "w", Name: "n"}), errBoom)
	})
	if !errors.Is(err, errBoom) || errors.Is(err, store.ErrUnknownOutcome) || errors.Is(err, store.ErrConflict) {
		f.Errorf("got %v", err)
	}
	for _, s := range []store.Store{f.one, f.other} {
		if there, err := infoThere(f.Context(), s); there || err != nil {
			f.Errorf("something is left (%v)", err)
		}
	}
	f.staffed()
}

// overlookedFailure goes on as if a statement that failed had not, and then refuses something.
func overlookedFailure(f *fixture) {
	f.staffed("a")
	for _, answer := range []error{nil, errBoom} {
		err := f.one.Update(f.Context(), func(tx store.WriteTx) error {
			_ = tx.InsertProfile(person("b"))
			_ = tx.InsertProfile(person("a")) // is there
			return answer
		})
		if err == nil || errors.Is(err, errBoom) {
			f.Errorf("the failure became %v", err)
		}
		f.view(func(tx store.ReadTx) error {
			if _, err := tx.Profile("b"); !errors.Is(err, store.ErrNotFound) {
				f.Errorf("what came before the failure was kept: %v", err)
			}
			return nil
		})
	}
}

func panicLeavesNothing(f *fixture) {
	for name, fail := range map[string]func(){
		"Update": func() {
			_ = f.one.Update(f.Context(), func(tx store.WriteTx) error {
				f.ok(tx.InsertInfo(store.Info{ID: "w", Name: "n"}))
				panic(errBoom)
			})
		},
		"View": func() { _ = f.one.View(f.Context(), func(store.ReadTx) error { panic(errBoom) }) },
	} {
		for range 8 { // what a panic left open would be waited for
			if r := func() (r any) { defer func() { r = recover() }(); fail(); return nil }(); r != errBoom {
				f.Errorf("%s: the panic became %v", name, r)
			}
		}
	}
	for _, s := range []store.Store{f.one, f.other} {
		if there, err := infoThere(f.Context(), s); there || err != nil {
			f.Errorf("something is left (%v)", err)
		}
	}
	f.staffed()
}

func runAgain(f *fixture) {
	f.staffed("a")
	runs := 0
	change := func(tx store.WriteTx) error {
		runs++
		p, err := tx.Profile("a")
		p.Epoch++
		_, numberErr := tx.NextSheet("a")
		return errors.Join(err, numberErr, tx.UpdateProfile(p))
	}
	for range 3 {
		err := f.one.Update(f.Context(), func(tx store.WriteTx) error { return errors.Join(change(tx), errBoom) })
		if !errors.Is(err, errBoom) {
			f.Fatal(err)
		}
	}
	f.update(change)
	f.view(func(tx store.ReadTx) error {
		p, err := tx.Profile("a")
		if runs != 4 || p.Epoch != 1 || p.LastSheet != 1 {
			f.Errorf("after %d runs the epoch is %d and the sheet %d", runs, p.Epoch, p.LastSheet)
		}
		return err
	})
}

func cancelledBeforeCommit(f *fixture) {
	f.staffed()
	ctx, cancel := context.WithCancel(f.Context())
	err := f.one.Update(ctx, func(tx store.WriteTx) error {
		err := tx.InsertProfile(person("a"))
		cancel()
		return err
	})
	if err == nil {
		f.Error("a cancelled transaction was committed")
	}
	if errors.Is(err, store.ErrUnknownOutcome) {
		return // it may stand
	}
	f.view(func(tx store.ReadTx) error {
		if _, err := tx.Profile("a"); !errors.Is(err, store.ErrNotFound) {
			f.Errorf("it says %v, and stands (%v)", err, err)
		}
		return nil
	})
}

func cancelledContext(f *fixture) {
	ctx, cancel := context.WithCancel(f.Context())
	cancel()
	for name, err := range map[string]error{
		"View":      f.one.View(ctx, func(store.ReadTx) error { f.Error("View ran"); return nil }),
		"Update":    f.one.Update(ctx, func(store.WriteTx) error { f.Error("Update ran"); return nil }),
		"Exclusive": f.one.Exclusive(ctx, func() error { return ctx.Err() }),
	} {
		if !errors.Is(err, context.Canceled) {
			f.Errorf("%s: %v", name, err)
		}
	}
}

// holdUpdate holds a transaction open until release is called, which waits for its end.
func (f *fixture) holdUpdate(s store.Store) (release func()) {
	f.Helper()
	inside, leave, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- s.Update(context.WithoutCancel(f.Context()), func(store.WriteTx) error { close(inside); <-leave; return nil })
	}()
	<-inside
	return func() {
		f.Helper()
		close(leave)
		f.ok(<-done)
	}
}

func updateWaits(f *fixture) {
	f.staffed()
	release := f.holdUpdate(f.one)
	ctx, cancel := context.WithTimeout(f.Context(), 100*time.Millisecond)
	defer cancel()
	err := f.other.Update(ctx, func(tx store.WriteTx) error { return tx.InsertProfile(person("a")) })
	release()
	if err == nil {
		f.Log("the store lets both write, and tells a conflict at the commit") // as PostgreSQL may
	} else if errors.Is(err, store.ErrUnknownOutcome) {
		f.Errorf("what has not begun: %v", err)
	}
	f.ok(f.other.Update(f.Context(), func(tx store.WriteTx) error { return tx.InsertProfile(person("b")) }))
}

func exclusive(f *fixture) {
	var inside, most atomic.Int32
	var all sync.WaitGroup
	for i := range 8 {
		s := []store.Store{f.one, f.other}[i%2]
		all.Go(func() {
			err := s.Exclusive(f.Context(), func() error {
				if n := inside.Add(1); n > most.Load() {
					most.Store(n)
				}
				err := s.Update(f.Context(), func(store.WriteTx) error { return nil })
				inside.Add(-1)
				return err
			})
			if err != nil {
				f.Error(err)
			}
		})
	}
	all.Wait()
	if most.Load() != 1 {
		f.Errorf("%d at once", most.Load())
	}
}

func exclusiveWaits(f *fixture) {
	f.ok(f.one.Exclusive(f.Context(), func() error {
		for _, s := range []store.Store{f.one, f.other} {
			soon, stop := context.WithTimeout(f.Context(), 30*time.Millisecond)
			if err := s.Exclusive(soon, func() error { f.Error("it did not wait"); return nil }); !errors.Is(err, store.ErrBusy) {
				f.Errorf("a deadline that passes: %v", err)
			}
			stop()
			ctx, cancel := context.WithCancel(f.Context())
			time.AfterFunc(30*time.Millisecond, cancel)
			err := s.Exclusive(ctx, func() error { f.Error("it did not wait"); return nil })
			if !errors.Is(err, context.Canceled) || errors.Is(err, store.ErrBusy) {
				f.Errorf("cancelled while it waits: %v", err)
			}
		}
		return nil
	}))
	f.ok(f.other.Exclusive(f.Context(), func() error { return nil }))
}

func exclusiveEnds(f *fixture) {
	if err := f.one.Exclusive(f.Context(), func() error { return errBoom }); !errors.Is(err, errBoom) {
		f.Errorf("got %v", err)
	}
	func() {
		defer func() { _ = recover() }()
		_ = f.one.Exclusive(f.Context(), func() error { panic(errBoom) })
	}()
	for _, s := range []store.Store{f.other, f.one} {
		soon, stop := context.WithTimeout(f.Context(), 5*time.Second)
		f.ok(s.Exclusive(soon, func() error { return nil }))
		stop()
	}
}

func bounds(f *fixture) {
	long := strings.Repeat("ä", 1<<19)
	big := make([]byte, 1<<20)
	times := []time.Time{{}, time.UnixMilli(1).UTC(), time.UnixMilli(-1).UTC(), time.Date(9998, 12, 31, 23, 59, 59, 999e6, time.UTC)}
	f.staffed()
	for i, at := range times {
		id := fmt.Sprint("p", i)
		p := store.Profile{ID: id, EmailKey: id, Name: []string{"", "a\tb \U0001F512", "'; --", long}[i], Role: store.RoleMember, CreatedAt: at}
		key := store.VaultKey{Holder: id, Recipient: "r", Ciphertext: [][]byte{{}, {0}, {0, 0}, big}[i], Wrapped: []byte{}}
		f.update(func(tx store.WriteTx) error { return errors.Join(tx.InsertProfile(p), tx.SaveVaultKey(key)) })
		f.view(func(tx store.ReadTx) error {
			got, err := tx.Profile(id)
			if err != nil || got.Name != p.Name || !got.CreatedAt.Equal(at) || got.CreatedAt.IsZero() != at.IsZero() {
				f.Errorf("%d: %.20q at %v (%v), not %.20q at %v", i, got.Name, got.CreatedAt, err, p.Name, at)
			}
			k, err := tx.VaultKey(id)
			if err != nil || string(k.Ciphertext) != string(key.Ciphertext) {
				f.Errorf("%d bytes (%v), not %d", len(k.Ciphertext), err, len(key.Ciphertext))
			}
			return nil
		})
	}
	f.view(func(tx store.ReadTx) error {
		for what, rows := range map[string]func() (int, error){
			"runs":      func() (int, error) { r, err := tx.Runs(0, 0); return len(r), err },
			"documents": func() (int, error) { r, err := tx.DocumentsBefore(9, 0); return len(r), err },
		} {
			if n, err := rows(); n != 0 || err != nil {
				f.Errorf("%d %s where none are asked for (%v)", n, what, err)
			}
		}
		return nil
	})
}
