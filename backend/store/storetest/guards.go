package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"countersign/backend/store"
)

func guarded(f *fixture) {
	f.staffed("a")
	f.update(func(tx store.WriteTx) error {
		return errors.Join(
			tx.InsertOneTime(store.OneTime{ProfileID: "a", Kind: store.OneTimeHelp, Salt: []byte("s"), Hash: []byte("h")}),
			tx.InsertRun(store.Run{Number: 1, Kind: store.RunPrint, State: store.RunIssuing}),
			tx.InsertApproval(store.Approval{ID: "x", Kind: store.ApproveHelpCode, State: store.ApprovalWaiting}),
			tx.InsertIntent(store.Intent{ID: "i", Kind: store.IntentEnrol, ProfileID: "a", Item: "n", Generation: 2}),
			tx.InsertFactor(store.Factor{ProfileID: "a", Apps: []store.App{{Generation: 1, Item: "o"}}}),
			tx.InsertSet(set("s", "a", 1, store.SetActive), [][]byte{{1}}))
	})
	f.update(func(tx store.WriteTx) error {
		for _, c := range []struct {
			name string
			act  func() (bool, error)
		}{
			{"create", func() (bool, error) { return tx.MarkCreated(monday) }},
			{"end a one-time code", func() (bool, error) { return tx.EndOneTime("a", store.OneTimeHelp, monday) }},
			{"delete a one-time code", func() (bool, error) { return tx.DeleteOneTime("a", store.OneTimeHelp) }},
			{"move a run", func() (bool, error) { return tx.MoveRun(1, store.RunIssuing, store.RunReady, time.Time{}) }},
			{"decide", func() (bool, error) {
				return tx.DecideApproval("x", store.ApprovalWaiting, store.ApprovalApproved, "b", monday)
			}},
			{"confirm an enrolment", func() (bool, error) { return tx.ConfirmIntent("i", 5) }},
			{"mark for deletion", func() (bool, error) { return tx.MarkForDeletion("i") }},
			{"delete an intent", func() (bool, error) { return tx.DeleteIntent("i") }},
			{"use a step", func() (bool, error) { return tx.ConsumeStep("a", 1, 7, monday, store.UseSignIn) }},
			{"swap the phone", func() (bool, error) { return tx.SwapApp("a", store.App{Generation: 2, Item: "n"}, 1) }},
			{"delete an app", func() (bool, error) { return tx.DeleteApp("a", 2) }},
			{"delete the factor", func() (bool, error) { return tx.DeleteFactor("a") }},
			{"hand over", func() (bool, error) { return tx.HandOverSet("s", monday) }},
			{"acknowledge", func() (bool, error) { return tx.AcknowledgeSet("s", monday) }},
			{"use a code", func() (bool, error) { return tx.ConsumeCode("s", 1, monday, store.UseSignIn) }},
			{"void a set", func() (bool, error) { return tx.MoveSet("s", store.SetActive, store.SetVoided, monday) }},
		} {
			first, err := c.act()
			again, errAgain := c.act()
			if !first || again || err != nil || errAgain != nil {
				f.Errorf("%s: %v, then %v (%v, %v)", c.name, first, again, err, errAgain)
			}
		}
		return nil
	})
}

func guardedNo(f *fixture) {
	f.staffed("a", "b")
	f.update(func(tx store.WriteTx) error {
		return errors.Join(
			tx.InsertSet(set("q", "b", 2, store.SetPending), [][]byte{{1}}),
			tx.InsertIntent(store.Intent{ID: "d", Kind: store.IntentDelete, ProfileID: "a", Item: "n"}),
			tx.InsertFactor(store.Factor{ProfileID: "a", Apps: []store.App{{Generation: 3, Item: "o", LastStep: 7}, {Generation: 5, Item: "p", LastStep: 9}}}),
			tx.InsertFactor(store.Factor{ProfileID: "b", Apps: []store.App{{Generation: 2, Item: "q"}}}),
			tx.InsertRun(store.Run{Number: 1, Kind: store.RunPrint, State: store.RunDone}))
	})
	f.update(func(tx store.WriteTx) error {
		for name, act := range map[string]func() (bool, error){
			"hand over what is not active":     func() (bool, error) { return tx.HandOverSet("q", monday) },
			"check what is not active":         func() (bool, error) { return tx.CheckSet("q", monday) },
			"postpone what is not active":      func() (bool, error) { return tx.PostponeSet("q", monday) },
			"acknowledge what is not active":   func() (bool, error) { return tx.AcknowledgeSet("q", monday) },
			"use a code of a set that waits":   func() (bool, error) { return tx.ConsumeCode("q", 1, monday, store.UseSignIn) },
			"use a step again":                 func() (bool, error) { return tx.ConsumeStep("a", 3, 7, monday, store.UseSignIn) },
			"use a step before it":             func() (bool, error) { return tx.ConsumeStep("a", 3, 6, monday, store.UseSignIn) },
			"use a step of another generation": func() (bool, error) { return tx.ConsumeStep("a", 2, 9, monday, store.UseSignIn) },
			"swap another generation":          func() (bool, error) { return tx.SwapApp("a", store.App{Generation: 4}, 2) },
			"rename another generation":        func() (bool, error) { return tx.RenameApp("a", 2, "n") },
			"delete another generation":        func() (bool, error) { return tx.DeleteApp("a", 2) },
			"delete the factor of another":     func() (bool, error) { return tx.DeleteFactor("c") },
			"confirm an order to delete":       func() (bool, error) { return tx.ConfirmIntent("d", 5) },
			"mark an order to delete":          func() (bool, error) { return tx.MarkForDeletion("d") },
			"hold a run in another state":      func() (bool, error) { return tx.HoldRun(1, store.RunIssuing, monday) },
			"hold no run":                      func() (bool, error) { return tx.HoldRun(2, store.RunDone, monday) },
			"move a run from another state":    func() (bool, error) { return tx.MoveRun(1, store.RunReady, store.RunDone, monday) },
			"move a set from another state":    func() (bool, error) { return tx.MoveSet("q", store.SetActive, store.SetVoided, monday) },
		} {
			if yes, err := act(); yes || err != nil {
				f.Errorf("%s: %v, %v", name, yes, err)
			}
		}
		return nil
	})
}

// appsApart changes one of several apps, of one of two profiles: the others stay as they were.
func appsApart(f *fixture) {
	f.staffed("a", "b")
	app := func(generation int, name string, step int64) store.App {
		return store.App{Generation: generation, Name: name, Item: name, LastStep: step}
	}
	var want []store.Factor
	for _, id := range []string{"a", "b"} {
		want = append(want, store.Factor{ProfileID: id, Since: monday, Apps: []store.App{app(2, "two", 5), app(3, "three", 7), app(9, "nine", 1)}})
	}
	holds := func(what string) {
		f.Helper()
		f.view(func(tx store.ReadTx) error {
			for _, w := range want {
				if got, err := tx.Factor(w.ProfileID); err != nil || !reflect.DeepEqual(got, w) {
					f.Errorf("after %s: %+v (%v)\nnot %+v", what, got, err, w)
				}
			}
			return nil
		})
	}
	f.update(func(tx store.WriteTx) error { // in any order
		return errors.Join(tx.InsertFactor(want[0]), tx.InsertFactor(store.Factor{ProfileID: "b", Since: monday, Apps: []store.App{want[1].Apps[2], want[1].Apps[0]}}), tx.InsertApp("b", want[1].Apps[1]))
	})
	holds("insertion")
	yes := func(what string, act func(store.WriteTx) (bool, error)) {
		f.Helper()
		f.update(func(tx store.WriteTx) error {
			ok, err := act(tx)
			if !ok {
				f.Errorf("%s: no", what)
			}
			return err
		})
		holds(what)
	}
	want[0].Apps[1].LastStep, want[0].Apps[1].LastUsedAt, want[0].Apps[1].LastUse = 8, monday, store.UseStepUp
	yes("a step", func(tx store.WriteTx) (bool, error) { return tx.ConsumeStep("a", 3, 8, monday, store.UseStepUp) })
	want[0].Apps[2].Name = "new"
	yes("a new name", func(tx store.WriteTx) (bool, error) { return tx.RenameApp("a", 9, "new") })
	swapped := store.App{Generation: 10, Name: "ten", Item: "i", AddedAt: monday, LastStep: 3, LastUsedAt: monday, LastUse: store.UsePhoneChange}
	want[0].Apps = append(want[0].Apps[1:3:3], swapped)
	yes("a new phone", func(tx store.WriteTx) (bool, error) { return tx.SwapApp("a", swapped, 2) })
	want[0].Apps = want[0].Apps[1:]
	yes("a removal", func(tx store.WriteTx) (bool, error) { return tx.DeleteApp("a", 3) })
	f.update(func(tx store.WriteTx) error {
		_, err := tx.DeleteFactor("a")
		return err
	})
	f.view(func(tx store.ReadTx) error {
		items, err := tx.FactorItems()
		f.same("the items that are left", strings.Join(items, " "), "two three nine", err)
		return nil
	})
}

func unique(f *fixture) {
	f.staffed("a", "b")
	f.update(func(tx store.WriteTx) error {
		return errors.Join(tx.InsertSet(set("s", "a", 1, store.SetActive), nil), tx.InsertFactor(store.Factor{ProfileID: "a", Apps: []store.App{{Generation: 1, Item: "o"}}}),
			tx.InsertRun(store.Run{Number: 1, Kind: store.RunPrint, State: store.RunDone}), tx.InsertDocument(store.DocumentRow{ID: "d"}))
	})
	twin := person("c")
	twin.EmailKey = "b"
	e := event(1, "k", "", "")
	f.update(func(tx store.WriteTx) error { return tx.AppendEvent(e) })
	for name, put := range map[string]func(store.WriteTx) error{
		"the same sheet":         func(tx store.WriteTx) error { return tx.InsertSet(set("t", "a", 1, store.SetPending), nil) },
		"a second active set":    func(tx store.WriteTx) error { return tx.InsertSet(set("t", "a", 2, store.SetActive), nil) },
		"a set of nobody":        func(tx store.WriteTx) error { return tx.InsertSet(set("t", "x", 2, store.SetActive), nil) },
		"a set of unknown state": func(tx store.WriteTx) error { return tx.InsertSet(set("t", "b", 2, "lost"), nil) },
		"the same email":         func(tx store.WriteTx) error { return tx.InsertProfile(twin) },
		"the same profile":       func(tx store.WriteTx) error { return tx.InsertProfile(person("a")) },
		"a second factor": func(tx store.WriteTx) error {
			return tx.InsertFactor(store.Factor{ProfileID: "a", Apps: []store.App{{Generation: 2, Item: "p"}}})
		},
		"the same app":       func(tx store.WriteTx) error { return tx.InsertApp("a", store.App{Generation: 1, Item: "p"}) },
		"an app of nobody":   func(tx store.WriteTx) error { return tx.InsertApp("b", store.App{Generation: 1, Item: "p"}) },
		"a second workspace": func(tx store.WriteTx) error { return tx.InsertInfo(store.Info{ID: "v", Name: "V"}) },
		"the same run": func(tx store.WriteTx) error {
			return tx.InsertRun(store.Run{Number: 1, Kind: store.RunPrint, State: store.RunIssuing})
		},
		"the same document": func(tx store.WriteTx) error { return tx.InsertDocument(store.DocumentRow{ID: "d"}) },
		"the same event":    func(tx store.WriteTx) error { return tx.AppendEvent(e) },
	} {
		err := f.one.Update(f.Context(), put)
		if err == nil {
			f.Errorf("%s was put in", name)
		}
		if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrUnknownOutcome) { // to run it again would not help
			f.Errorf("%s: %v", name, err)
		}
	}
}

func numbers(f *fixture) {
	f.staffed("a", "b")
	for want := 1; want <= 3; want++ {
		f.update(func(tx store.WriteTx) error {
			sheet, err := tx.NextSheet("a")
			run, runErr := tx.NextRun()
			if sheet != want || run != want {
				f.Errorf("sheet %d and run %d, not %d", sheet, run, want)
			}
			return errors.Join(err, runErr)
		})
	}
	f.ok(ignore(f.one.Update(f.Context(), func(tx store.WriteTx) error {
		_, err := tx.NextSheet("a")
		return errors.Join(err, errBoom)
	}), errBoom))
	f.update(func(tx store.WriteTx) error { // UpdateInfo and UpdateProfile leave them alone
		info, err := tx.Info()
		p, profileErr := tx.Profile("a")
		info.LastRun, p.LastSheet = 99, 99
		return errors.Join(err, profileErr, tx.UpdateInfo(info), tx.UpdateProfile(p))
	})
	f.update(func(tx store.WriteTx) error { // each person has numbers of their own
		sheet, err := tx.NextSheet("b")
		if sheet != 1 {
			f.Errorf("the first sheet is %d", sheet)
		}
		return err
	})
	if err := f.one.Update(f.Context(), func(tx store.WriteTx) error { _, err := tx.NextSheet("nobody"); return err }); !errors.Is(err, store.ErrNotFound) {
		f.Errorf("a number for nobody: %v", err)
	}
	f.view(func(tx store.ReadTx) error {
		info, err := tx.Info()
		p, profileErr := tx.Profile("a")
		if p.LastSheet != 3 || info.LastRun != 3 {
			f.Errorf("the last are sheet %d and run %d, not 3", p.LastSheet, info.LastRun)
		}
		return errors.Join(err, profileErr)
	})
}

// ignore takes an expected error for none.
func ignore(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return fmt.Errorf("not %w: %w", expected, err)
}
