package postgres_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"countersign/backend/store"
)

// TestKnown_ATransactionSeesWhatItWrites asks for all that is known before and after each write, which another transaction then finds as well.
func TestKnown_ATransactionSeesWhatItWrites(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	app := store.App{Generation: 1, Name: "First", Item: "item", AddedAt: at}
	attempts := store.Attempts{Subject: "a", Kind: store.KindCode, Failures: 1, ChargedAt: at}
	yes := func(_ bool, err error) error { return err }
	number := func(_ int, err error) error { return err }
	s, _ := staffed(t, "a")
	update(t, s, func(tx store.WriteTx) error {
		return errors.Join(tx.InsertFactor(store.Factor{ProfileID: "a", Since: at, Apps: []store.App{app}}),
			tx.SaveAttempts(attempts), tx.AppendEvent(event(1, "signed-in", "a", "a")))
	})
	everything := func(tx store.ReadTx) string {
		info, err1 := tx.Info()
		p, err2 := tx.Profile("a")
		q, err3 := tx.Profile("b")
		f, err4 := tx.Factor("a")
		code, err5 := tx.Attempts("a", store.KindCode)
		word, err6 := tx.Attempts("a", store.KindPassword)
		head, err7 := tx.Head()
		return fmt.Sprint(info, p, q, f, code, word, head, err1, err2, err3, err4, err5, err6, err7)
	}
	for _, c := range []struct {
		name  string
		write func(store.WriteTx) error
	}{
		{"UpdateInfo", func(tx store.WriteTx) error { return tx.UpdateInfo(store.Info{ID: "w", Name: "V"}) }},
		{"NextRun", func(tx store.WriteTx) error { return number(tx.NextRun()) }},
		{"NextSheet", func(tx store.WriteTx) error { return number(tx.NextSheet("a")) }},
		{"InsertProfile", func(tx store.WriteTx) error { return tx.InsertProfile(person("b")) }},
		{"UpdateProfile", func(tx store.WriteTx) error { return rename(tx, "a", "A. New") }},
		{"SaveAttempts", func(tx store.WriteTx) error {
			return tx.SaveAttempts(store.Attempts{Subject: "a", Kind: store.KindPassword, Failures: 2, ChargedAt: at})
		}},
		{"DeleteAttempts", func(tx store.WriteTx) error { return tx.DeleteAttempts("a", store.KindCode) }},
		{"ConsumeStep", func(tx store.WriteTx) error { return yes(tx.ConsumeStep("a", 1, 7, at, store.UseSignIn)) }},
		{"RenameApp", func(tx store.WriteTx) error { return yes(tx.RenameApp("a", 1, "Tablet")) }},
		{"InsertApp", func(tx store.WriteTx) error {
			return tx.InsertApp("a", store.App{Generation: 2, Item: "second", AddedAt: at})
		}},
		{"DeleteApp", func(tx store.WriteTx) error { return yes(tx.DeleteApp("a", 2)) }},
		{"DeleteFactor", func(tx store.WriteTx) error { return yes(tx.DeleteFactor("a")) }},
		{"AppendEvent", func(tx store.WriteTx) error { return tx.AppendEvent(event(2, "signed-in", "a", "a")) }},
	} {
		var before, within, after string
		update(t, s, func(tx store.WriteTx) error {
			before = everything(tx)
			err := c.write(tx)
			within = everything(tx)
			return err
		})
		view(t, s, func(tx store.ReadTx) error { after = everything(tx); return nil })
		if before == within || within != after {
			t.Errorf("%s:\nbefore %s\nwithin %s\nafter  %s", c.name, before, within, after)
		}
	}
}

// TestKnown_NoCallerChangesIt writes into all that it was given.
func TestKnown_NoCallerChangesIt(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	s, _ := staffed(t)
	update(t, s, func(tx store.WriteTx) error {
		p := person("a")
		p.Password = store.PasswordRecord{Salt: []byte("salt"), PublicKey: []byte("key"), Lock: []byte("lock")}
		return errors.Join(tx.InsertProfile(p), tx.InsertFactor(store.Factor{ProfileID: "a", Since: at, Apps: []store.App{{Generation: 1, Name: "First", Item: "item", AddedAt: at}}}),
			tx.SaveAttempts(store.Attempts{Subject: "a", Kind: store.KindCode, Failures: 1, ChargedAt: at}), tx.AppendEvent(event(1, "signed-in", "a", "a")))
	})
	type all struct {
		p    store.Profile
		f    store.Factor
		head store.Head
	}
	read := func(tx store.ReadTx) (a all) {
		var err1, err2, err3 error
		a.p, err1 = tx.Profile("a")
		a.f, err2 = tx.Factor("a")
		a.head, err3 = tx.Head()
		if err := errors.Join(err1, err2, err3); err != nil {
			t.Error(err)
		}
		return a
	}
	var want all
	view(t, s, func(tx store.ReadTx) error { want = read(tx); return nil })
	view(t, s, func(tx store.ReadTx) error {
		for range 3 { // asked, and known twice
			got := read(tx)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%+v", got)
			}
			for _, b := range [][]byte{got.p.Password.Salt, got.p.Password.PublicKey, got.p.Password.Lock, got.head.Signature, got.head.Tree} {
				clear(b)
			}
			clear(got.f.Apps)
		}
		return nil
	})
}

// TestKnown_ManyAreAskedFor are more than a transaction keeps.
func TestKnown_ManyAreAskedFor(t *testing.T) {
	t.Parallel()
	var names []string
	for i := range 120 {
		names = append(names, fmt.Sprint("p", i))
	}
	s, _ := staffed(t, names...)
	view(t, s, func(tx store.ReadTx) error {
		for range 2 {
			for _, name := range names {
				if p, err := tx.Profile(name); err != nil || p.ID != name {
					t.Errorf("%s: %s, %v", name, p.ID, err)
				}
			}
		}
		return nil
	})
}
