package storetest

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"countersign/backend/store"
)

// everything is a row of each table with something in each field, and how it is put
// in and looked up.
func everything() map[store.Key]entry {
	at := monday
	info := store.Info{ID: "w", Name: "N", CreatedAt: at.Add(time.Hour), Require2FA: true, LastSheet: 1, RequireFrom: at, TwoPeople: true, IdleMinutes: 3, LastRun: 1,
		VaultGeneration: 2, Rotating: true, RotationHeld: true, KitAt: at, KitBy: "p", KitGeneration: 2, KitCheck: "0a", VaultCheck: "0b"}
	profile := store.Profile{ID: "p", Email: "P@example.com", EmailKey: "p@example.com", Name: "P ä“", Role: store.RoleAdmin, CreatedAt: at,
		Password: store.PasswordRecord{Salt: []byte{0, 1}, Params: cost, Verifier: []byte{2, 0}, ChangedAt: at}, LastSignInAt: at, Generation: 3, Epoch: 4,
		State: store.ProfileSuspended, StateAt: at}
	factor := store.Factor{ProfileID: "p", Generation: 3, Item: "w/totp/p/3", Since: at, PhoneSince: at, LastStep: 1 << 40, LastUsedAt: at, LastUse: store.UseSignIn}
	intent := store.Intent{ID: "i", Kind: store.IntentEnrol, ProfileID: "p", Item: "w/totp/p/4", Generation: 4, ConfirmedStep: 5, CreatedAt: at, HeldUntil: at}
	codes := []store.CodeRow{{Number: 1, Hash: []byte{0, 255}}, {Number: 2, Hash: []byte("h")}}
	recoverySet := store.Set{ID: "s", ProfileID: "p", Sheet: 7, State: store.SetVoided, Salt: []byte{9}, Params: cost, IssuedAt: at, IssuedBy: "A", Replaces: 6,
		EndedAt: at, Run: 1, HandedOverAt: at, AcknowledgedAt: at, HeldUntil: at}
	attempts := store.Attempts{Subject: "p", Kind: store.KindCode, Failures: 3, SinceSignIn: 4, ChargedAt: at, BeforeAt: at, LockedUntil: at}
	oneTime := store.OneTime{ProfileID: "p", Kind: store.OneTimeHelp, Salt: []byte("s"), Params: cost, Hash: []byte("h"), IssuedAt: at, IssuedBy: "p", ExpiresAt: at, EndedAt: at}
	run := store.Run{Number: 1, At: at, ByID: "p", ByName: "P", Reason: "“r”", Kind: store.RunExport, State: store.RunDone, Members: []string{"p", `b"],["`}, EndedAt: at, HeldUntil: at}
	approval := store.Approval{ID: "x", Kind: store.ApproveHelpCode, Members: []string{"p"}, Reason: "r", ByID: "p", At: at, ExpiresAt: at,
		State: store.ApprovalUsed, DecidedBy: "q", DecidedAt: at}
	key := store.VaultKey{Holder: "profile/p", Recipient: "age1", Wrapped: []byte{1}, Sealed: []byte{2}, Generation: 2, OnlyOne: true}
	document := store.DocumentRow{ID: "d", Generation: 2, State: store.DocumentRemoved, Sealed: []byte{3}}

	return map[store.Key]entry{
		{Table: "workspace"}: {info, func(tx store.WriteTx) error {
			_, err1 := tx.NextSheet()
			_, err2 := tx.NextRun()
			_, err3 := tx.MarkCreated(info.CreatedAt)
			return errors.Join(err1, err2, err3, tx.UpdateInfo(info))
		}, func(tx store.ReadTx) (any, error) { return value(tx.Info()) }},
		{Table: "profile", ID: "p"}: {profile, func(tx store.WriteTx) error { return tx.InsertProfile(profile) },
			func(tx store.ReadTx) (any, error) { return value(tx.Profile("p")) }},
		{Table: "factor", ID: "p"}: {factor, func(tx store.WriteTx) error { return tx.InsertFactor(factor) },
			func(tx store.ReadTx) (any, error) { return value(tx.Factor("p")) }},
		{Table: "intent", ID: "i"}: {intent, func(tx store.WriteTx) error { return tx.InsertIntent(intent) },
			func(tx store.ReadTx) (any, error) { return value(tx.Intent("i")) }},
		{Table: "set", ID: "s"}: {store.SetRow{Set: recoverySet, Codes: codes}, func(tx store.WriteTx) error {
			return tx.InsertSet(recoverySet, [][]byte{codes[0].Hash, codes[1].Hash})
		}, func(tx store.ReadTx) (any, error) {
			s, err := tx.Set("s")
			codes, codesErr := tx.Codes("s")
			return store.SetRow{Set: s, Codes: codes}, errors.Join(err, codesErr)
		}},
		{Table: "attempts", ID: "code/p"}: {attempts, func(tx store.WriteTx) error { return tx.SaveAttempts(attempts) },
			func(tx store.ReadTx) (any, error) { return value(tx.Attempts("p", store.KindCode)) }},
		{Table: "onetime", ID: "help/p"}: {oneTime, func(tx store.WriteTx) error { return tx.InsertOneTime(oneTime) },
			func(tx store.ReadTx) (any, error) { return value(tx.OneTime("p", store.OneTimeHelp)) }},
		{Table: "run", ID: "1"}: {run, func(tx store.WriteTx) error { return tx.InsertRun(run) },
			func(tx store.ReadTx) (any, error) { return value(tx.Run(1)) }},
		{Table: "approval", ID: "x"}: {approval, func(tx store.WriteTx) error { return tx.InsertApproval(approval) },
			func(tx store.ReadTx) (any, error) { return value(tx.Approval("x")) }},
		{Table: "vaultkey", ID: "profile/p"}: {key, func(tx store.WriteTx) error { return tx.SaveVaultKey(key) },
			func(tx store.ReadTx) (any, error) { return value(tx.VaultKey("profile/p")) }},
		{Table: "document", ID: "d"}: {document, func(tx store.WriteTx) error { return tx.InsertDocument(document) },
			func(tx store.ReadTx) (any, error) { return value(tx.Document("d")) }},
	}
}

type entry struct {
	row    any
	insert func(store.WriteTx) error
	look   func(store.ReadTx) (any, error)
}

func value[T any](v T, err error) (any, error) { return v, err }

// inserted puts everything in, the profile before what belongs to it.
func (f *fixture) inserted() map[store.Key]entry {
	f.Helper()
	all := everything()
	f.update(func(tx store.WriteTx) error { return tx.InsertInfo(store.Info{ID: "w", Name: "before"}) })
	profile := store.Key{Table: "profile", ID: "p"}
	f.update(all[profile].insert)
	for k, e := range all {
		if k != profile {
			f.update(e.insert)
		}
	}
	return all
}

func rowsComeBack(f *fixture) {
	all := f.inserted()
	for k, e := range all {
		v := reflect.ValueOf(e.row)
		if s, ok := e.row.(store.SetRow); ok {
			v = reflect.ValueOf(s.Set)
		}
		for i := range v.NumField() { // or a field that comes back empty would not be seen
			if v.Field(i).IsZero() {
				f.Errorf("%s: the test leaves %s empty", k, v.Type().Field(i).Name)
			}
		}
	}
	for name, s := range map[string]store.Store{"the writer": f.one, "another": f.other} {
		f.ok(s.View(f.Context(), func(tx store.ReadTx) error {
			for k, e := range all {
				if got, err := e.look(tx); err != nil || !reflect.DeepEqual(got, e.row) {
					f.Errorf("%s gets %s as %+v (%v)\nnot %+v", name, k, got, err, e.row)
				}
			}
			return nil
		}))
	}
}

func rowsHasEach(f *fixture) {
	all := f.inserted()
	f.update(func(tx store.WriteTx) error {
		return errors.Join(tx.InsertProfile(person("q")), tx.InsertSet(set("a", "q", 9, store.SetActive), [][]byte{{1}}), tx.InsertSet(set("z", "q", 10, store.SetReplaced), nil))
	})
	f.view(func(tx store.ReadTx) error {
		seen := map[store.Key]bool{}
		for r, err := range tx.Rows() {
			if err != nil {
				return err
			}
			if seen[r.Key] {
				f.Errorf("%s is there twice", r.Key)
			}
			seen[r.Key] = true
			if e, known := all[r.Key]; known && !reflect.DeepEqual(r.Value, e.row) {
				f.Errorf("%s is %+v\nnot %+v", r.Key, r.Value, e.row)
			}
			if s, ok := r.Value.(store.SetRow); ok && len(s.Codes) != map[string]int{"s": 2, "a": 1}[r.Key.ID] {
				f.Errorf("%s has %d codes", r.Key, len(s.Codes))
			}
		}
		if len(seen) != len(all)+3 {
			f.Errorf("%d rows, not %d", len(seen), len(all)+3)
		}
		for _, k := range slices.Collect(maps.Keys(all)) {
			if !seen[k] {
				f.Errorf("%s is not there", k)
			}
		}
		return nil
	})
}

func updatesReplace(f *fixture) {
	f.inserted()
	at := monday.Add(time.Minute)
	profile := person("p")
	profile.Name, profile.Password = "Q", store.PasswordRecord{Salt: []byte{5}, Params: cost, Verifier: []byte{6}, ChangedAt: at}
	info := store.Info{ID: "w", Name: "M", CreatedAt: monday.Add(time.Hour), LastSheet: 1, LastRun: 1}
	attempts := store.Attempts{Subject: "p", Kind: store.KindCode, Failures: 1, ChargedAt: at}
	key := store.VaultKey{Holder: "profile/p", Recipient: "age2", Wrapped: []byte{7}, Sealed: []byte{8}, Generation: 3}
	document := store.DocumentRow{ID: "d", Generation: 3, State: store.DocumentPurged, Sealed: []byte{4}}
	f.update(func(tx store.WriteTx) error {
		return errors.Join(tx.UpdateProfile(profile), tx.UpdateInfo(info), tx.SaveAttempts(attempts), tx.SaveVaultKey(key), tx.UpdateDocument(document))
	})
	f.view(func(tx store.ReadTx) error {
		for k, want := range map[store.Key]any{
			{Table: "profile", ID: "p"}: profile, {Table: "workspace"}: info, {Table: "attempts", ID: "code/p"}: attempts,
			{Table: "vaultkey", ID: "profile/p"}: key, {Table: "document", ID: "d"}: document,
		} {
			if got, err := everything()[k].look(tx); err != nil || !reflect.DeepEqual(got, want) {
				f.Errorf("%s is %+v (%v)\nnot %+v", k, got, err, want)
			}
		}
		return nil
	})
	f.update(func(tx store.WriteTx) error {
		for name, err := range map[string]error{
			"a profile": tx.UpdateProfile(person("nobody")), "a document": tx.UpdateDocument(store.DocumentRow{ID: "none"}),
		} {
			if !errors.Is(err, store.ErrNotFound) {
				f.Errorf("%s that is not there: %v", name, err)
			}
		}
		return nil
	})
}

func deletesLeaveNothing(f *fixture) {
	all := f.inserted()
	f.update(func(tx store.WriteTx) error {
		_, err := tx.DeleteIntent("i")
		return errors.Join(err, tx.DeleteSet("s"), tx.DeleteVaultKey("profile/p"), tx.DeleteAttempts("p", store.KindCode),
			tx.DeleteSet("none"), tx.DeleteVaultKey("none"), tx.DeleteAttempts("none", store.KindCode)) // what is not there is fine
	})
	f.view(func(tx store.ReadTx) error {
		for _, k := range []store.Key{{Table: "intent", ID: "i"}, {Table: "vaultkey", ID: "profile/p"}, {Table: "attempts", ID: "code/p"}, {Table: "set", ID: "s"}} {
			if _, err := all[k].look(tx); !errors.Is(err, store.ErrNotFound) {
				f.Errorf("%s: %v", k, err)
			}
		}
		if codes, err := tx.Codes("s"); err != nil || len(codes) > 0 {
			f.Errorf("the codes of a set that is gone: %v, %v", codes, err)
		}
		return nil
	})
}

func notFound(f *fixture) {
	f.view(func(tx store.ReadTx) error {
		if _, err := tx.Info(); !errors.Is(err, store.ErrNotFound) {
			f.Errorf("the workspace: %v", err)
		}
		if h, err := tx.Head(); err != nil || h.Seq != 0 || h.Seal != nil {
			f.Errorf("the head of an empty log: %+v, %v", h, err)
		}
		return nil
	})
	f.staffed("a")
	f.view(func(tx store.ReadTx) error {
		for name, look := range map[string]func() error{
			"profile":          func() error { _, err := tx.Profile("x"); return err },
			"profile by email": func() error { _, err := tx.ProfileByEmail("x"); return err },
			"member":           func() error { _, err := tx.Member("x"); return err },
			"factor":           func() error { _, err := tx.Factor("a"); return err },
			"intent":           func() error { _, err := tx.Intent("x"); return err },
			"enrolment":        func() error { _, err := tx.PendingEnrolment("a"); return err },
			"set":              func() error { _, err := tx.Set("x"); return err },
			"active set":       func() error { _, err := tx.ActiveSet("a"); return err },
			"latest set":       func() error { _, err := tx.LatestSet("a"); return err },
			"one-time code":    func() error { _, err := tx.OneTime("a", store.OneTimeReset); return err },
			"run":              func() error { _, err := tx.Run(1); return err },
			"approval":         func() error { _, err := tx.Approval("x"); return err },
			"vault key":        func() error { _, err := tx.VaultKey("x"); return err },
			"document":         func() error { _, err := tx.Document("x"); return err },
		} {
			if err := look(); !errors.Is(err, store.ErrNotFound) {
				f.Errorf("%s: %v", name, err)
			}
		}
		a, err := tx.Attempts("a", store.KindCode)
		if !errors.Is(err, store.ErrNotFound) || a.Subject != "a" || a.Kind != store.KindCode {
			f.Errorf("attempts: %+v, %v", a, err)
		}
		return nil
	})
}

func guarded(f *fixture) {
	f.staffed("a")
	f.update(func(tx store.WriteTx) error {
		return errors.Join(
			tx.InsertOneTime(store.OneTime{ProfileID: "a", Kind: store.OneTimeHelp, Salt: []byte("s"), Hash: []byte("h")}),
			tx.InsertRun(store.Run{Number: 1, Kind: store.RunPrint, State: store.RunIssuing}),
			tx.InsertApproval(store.Approval{ID: "x", Kind: store.ApproveHelpCode, State: store.ApprovalWaiting}),
			tx.InsertIntent(store.Intent{ID: "i", Kind: store.IntentEnrol, ProfileID: "a", Item: "n", Generation: 2}),
			tx.InsertFactor(store.Factor{ProfileID: "a", Generation: 1, Item: "o"}),
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
			{"swap the phone", func() (bool, error) { return tx.SwapFactor(store.Factor{ProfileID: "a", Generation: 2, Item: "n"}, 1) }},
			{"delete the factor", func() (bool, error) { return tx.DeleteFactor("a", 2) }},
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
			tx.InsertFactor(store.Factor{ProfileID: "a", Generation: 3, Item: "o", LastStep: 7}),
			tx.InsertRun(store.Run{Number: 1, Kind: store.RunPrint, State: store.RunDone}))
	})
	f.update(func(tx store.WriteTx) error {
		for name, act := range map[string]func() (bool, error){
			"hand over what is not active":     func() (bool, error) { return tx.HandOverSet("q", monday) },
			"acknowledge what is not active":   func() (bool, error) { return tx.AcknowledgeSet("q", monday) },
			"use a code of a set that waits":   func() (bool, error) { return tx.ConsumeCode("q", 1, monday, store.UseSignIn) },
			"use a step again":                 func() (bool, error) { return tx.ConsumeStep("a", 3, 7, monday, store.UseSignIn) },
			"use a step before it":             func() (bool, error) { return tx.ConsumeStep("a", 3, 6, monday, store.UseSignIn) },
			"use a step of another generation": func() (bool, error) { return tx.ConsumeStep("a", 2, 9, monday, store.UseSignIn) },
			"swap another generation":          func() (bool, error) { return tx.SwapFactor(store.Factor{ProfileID: "a", Generation: 4}, 2) },
			"delete another generation":        func() (bool, error) { return tx.DeleteFactor("a", 2) },
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

func unique(f *fixture) {
	f.staffed("a", "b")
	f.update(func(tx store.WriteTx) error {
		return errors.Join(tx.InsertSet(set("s", "a", 1, store.SetActive), nil), tx.InsertFactor(store.Factor{ProfileID: "a", Generation: 1, Item: "o"}),
			tx.InsertRun(store.Run{Number: 1, Kind: store.RunPrint, State: store.RunDone}), tx.InsertDocument(store.DocumentRow{ID: "d"}))
	})
	twin := person("c")
	twin.EmailKey = "b"
	e, seal := event(1, "k", "", "")
	f.update(func(tx store.WriteTx) error { return tx.AppendEvent(e, seal) })
	for name, put := range map[string]func(store.WriteTx) error{
		"the same sheet":         func(tx store.WriteTx) error { return tx.InsertSet(set("t", "b", 1, store.SetPending), nil) },
		"a second active set":    func(tx store.WriteTx) error { return tx.InsertSet(set("t", "a", 2, store.SetActive), nil) },
		"a set of nobody":        func(tx store.WriteTx) error { return tx.InsertSet(set("t", "x", 2, store.SetActive), nil) },
		"a set of unknown state": func(tx store.WriteTx) error { return tx.InsertSet(set("t", "b", 2, "lost"), nil) },
		"the same email":         func(tx store.WriteTx) error { return tx.InsertProfile(twin) },
		"the same profile":       func(tx store.WriteTx) error { return tx.InsertProfile(person("a")) },
		"a second factor": func(tx store.WriteTx) error {
			return tx.InsertFactor(store.Factor{ProfileID: "a", Generation: 2, Item: "p"})
		},
		"a second workspace": func(tx store.WriteTx) error { return tx.InsertInfo(store.Info{ID: "v", Name: "V"}) },
		"the same run": func(tx store.WriteTx) error {
			return tx.InsertRun(store.Run{Number: 1, Kind: store.RunPrint, State: store.RunIssuing})
		},
		"the same document": func(tx store.WriteTx) error { return tx.InsertDocument(store.DocumentRow{ID: "d"}) },
		"the same event":    func(tx store.WriteTx) error { return tx.AppendEvent(e, seal) },
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
	f.staffed()
	for want := 1; want <= 3; want++ {
		f.update(func(tx store.WriteTx) error {
			sheet, err := tx.NextSheet()
			run, runErr := tx.NextRun()
			if sheet != want || run != want {
				f.Errorf("sheet %d and run %d, not %d", sheet, run, want)
			}
			return errors.Join(err, runErr)
		})
	}
	f.ok(ignore(f.one.Update(f.Context(), func(tx store.WriteTx) error {
		_, err := tx.NextSheet()
		return errors.Join(err, errBoom)
	}), errBoom))
	f.update(func(tx store.WriteTx) error { // UpdateInfo leaves them alone
		info, err := tx.Info()
		info.LastSheet, info.LastRun = 99, 99
		return errors.Join(err, tx.UpdateInfo(info))
	})
	f.view(func(tx store.ReadTx) error {
		info, err := tx.Info()
		if info.LastSheet != 3 || info.LastRun != 3 {
			f.Errorf("the last are sheet %d and run %d, not 3", info.LastSheet, info.LastRun)
		}
		return err
	})
}

// ignore takes an expected error for none.
func ignore(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return fmt.Errorf("not %w: %w", expected, err)
}

func drop(f *fixture) {
	f.staffed()
	f.update(func(tx store.WriteTx) error {
		return errors.Join(tx.InsertIntent(store.Intent{ID: "c", Kind: store.IntentCreate, Item: "w/device"}), tx.DropWorkspace())
	})
	f.view(func(tx store.ReadTx) error {
		_, err := tx.Info()
		if !errors.Is(err, store.ErrNotFound) {
			f.Errorf("a workspace that was dropped: %v", err)
		}
		left, err := tx.Intents()
		if len(left) > 0 {
			f.Errorf("intents are left: %v", left)
		}
		return err
	})
	f.update(func(tx store.WriteTx) error {
		_, err := tx.MarkCreated(monday)
		if err == nil {
			err = tx.InsertInfo(store.Info{ID: "w", Name: "N"})
		}
		_, markErr := tx.MarkCreated(monday)
		return errors.Join(err, markErr, tx.DropWorkspace())
	})
	if there, err := infoThere(f.Context(), f.one); err != nil || !there {
		f.Errorf("a workspace that was created was dropped (%v)", err)
	}
}

func orderMembers(f *fixture) {
	f.staffed("carla", "Bela", "amara", "zoe")
	f.update(func(tx store.WriteTx) error {
		p, err := tx.Profile("zoe")
		p.State = store.ProfileRemoved
		active := set("s", "Bela", 7, store.SetActive)
		active.HandedOverAt = monday
		err = errors.Join(err, tx.UpdateProfile(p), tx.InsertSet(set("o", "Bela", 6, store.SetReplaced), [][]byte{{1}}), tx.InsertSet(active, [][]byte{{1}, {2}, {3}}),
			tx.InsertSet(set("p", "Bela", 8, store.SetPending), [][]byte{{1}}), tx.InsertFactor(store.Factor{ProfileID: "Bela", Generation: 1, Item: "i"}),
			tx.InsertOneTime(store.OneTime{ProfileID: "carla", Kind: store.OneTimeHelp, Salt: []byte{1}, Hash: []byte{1}, ExpiresAt: monday}),
			tx.InsertOneTime(store.OneTime{ProfileID: "amara", Kind: store.OneTimeInvitation, Salt: []byte{1}, Hash: []byte{1}, ExpiresAt: monday}))
		_, useErr := tx.ConsumeCode("s", 2, monday, store.UseSignIn)
		return errors.Join(err, useErr)
	})
	f.view(func(tx store.ReadTx) error {
		all, err := tx.Members()
		got, err := names(all, err, func(m store.Member) any {
			return fmt.Sprint(m.Name, m.On, m.Sheet, m.Run, m.CodesLeft, !m.HandedOverAt.IsZero(), !m.InvitedUntil.IsZero())
		})
		f.same("members", got, "amarafalse 0 0 0 false true Belatrue 7 1 2 true false carlafalse 0 0 0 false false ", err)
		for _, m := range all {
			one, err := tx.Member(m.ID)
			if err != nil || one != m {
				f.Errorf("%+v (%v) alone, %+v among all", one, err, m)
			}
		}
		if m, err := tx.Member("zoe"); err != nil || m.State != store.ProfileRemoved {
			f.Errorf("%+v, %v", m, err)
		}
		return nil
	})
}

func orderLists(f *fixture) {
	f.staffed("a", "b", "c")
	f.update(func(tx store.WriteTx) error {
		var err error
		for i, id := range []string{"c", "a", "b"} {
			at := monday.Add(time.Duration(i) * time.Hour)
			ended := time.Time{}
			if id == "b" {
				ended = at
			}
			err = errors.Join(err,
				tx.InsertIntent(store.Intent{ID: "i" + id, Kind: store.IntentEnrol, ProfileID: id, Item: "t" + id, CreatedAt: at}),
				tx.InsertFactor(store.Factor{ProfileID: id, Generation: 1, Item: "f" + id}),
				tx.InsertOneTime(store.OneTime{ProfileID: id, Kind: store.OneTimeHelp, Salt: []byte{1}, Hash: []byte{1}, IssuedBy: "a", EndedAt: ended}),
				tx.InsertApproval(store.Approval{ID: "x" + id, Kind: store.ApproveHelpCode, State: store.ApprovalWaiting, At: at}),
				tx.InsertRun(store.Run{Number: 3 - i, Kind: store.RunPrint, State: store.RunReady}),
				tx.SaveVaultKey(store.VaultKey{Holder: id, Recipient: "r", Generation: i, OnlyOne: id == "b"}),
				tx.InsertSet(set("s"+id, id, 4+i, store.SetPending), nil))
		}
		_, decideErr := tx.DecideApproval("xc", store.ApprovalWaiting, store.ApprovalApproved, "b", monday)
		return errors.Join(err, decideErr, tx.InsertApproval(store.Approval{ID: "used", Kind: store.ApproveHelpCode, State: store.ApprovalUsed}),
			tx.InsertRun(store.Run{Number: 9, Kind: store.RunPrint, State: store.RunDone}))
	})
	f.view(func(tx store.ReadTx) error {
		intents, err := tx.Intents()
		got, err := names(intents, err, func(i store.Intent) any { return i.ID })
		f.same("intents, oldest first", got, "ic ia ib ", err)
		items, err := tx.FactorItems()
		got, err = names(items, err, func(s string) any { return s })
		f.same("items by profile", got, "fa fb fc ", err)
		codes, err := tx.OneTimes()
		got, err = names(codes, err, func(o store.OneTime) any { return o.ProfileID })
		f.same("one-time codes by profile", got, "a b c ", err)
		codes, err = tx.OneTimesBy("a")
		got, err = names(codes, err, func(o store.OneTime) any { return o.ProfileID })
		f.same("one-time codes that have not ended", got, "a c ", err)
		asked, err := tx.Approvals()
		got, err = names(asked, err, func(a store.Approval) any { return a.ID })
		f.same("approvals that are open, oldest first", got, "xc xa xb ", err)
		for what, c := range map[string]struct {
			before, limit int
			want          string
		}{"newest first": {0, 9, "9 3 2 1 "}, "of a page": {0, 2, "9 3 "}, "of the next": {3, 9, "2 1 "}} {
			runs, err := tx.Runs(c.before, c.limit)
			got, err = names(runs, err, func(r store.Run) any { return r.Number })
			f.same("runs, "+what, got, c.want, err)
		}
		runs, err := tx.RunsIn(store.RunReady)
		got, err = names(runs, err, func(r store.Run) any { return r.Number })
		f.same("runs in a state, oldest first", got, "1 2 3 ", err)
		keys, err := tx.VaultKeysBehind(2)
		got, err = names(keys, err, func(k store.VaultKey) any { return k.Holder })
		f.same("keys of an older generation", got, "a c ", err)
		keys, err = tx.VaultKeysWithMore()
		got, err = names(keys, err, func(k store.VaultKey) any { return k.Holder })
		f.same("keys with older ones", got, "a ", err)
		ids, err := tx.PendingSets("")
		if slices.Sort(ids); err != nil || strings.Join(ids, " ") != "sa sb sc" {
			f.Errorf("pending sets: %v, %v", ids, err)
		}
		ids, err = tx.PendingSets("b")
		f.same("pending sets of one", strings.Join(ids, " "), "sb", err)
		in, err := tx.PendingEnrolment("b")
		f.same("the enrolment under way", in.ID, "ib", err)
		return nil
	})
}

func ledger(f *fixture) {
	f.staffed("a", "b", "c")
	f.update(func(tx store.WriteTx) error {
		acknowledged := set("b1", "b", 4, store.SetActive)
		acknowledged.AcknowledgedAt = monday
		other := set("c1", "c", 3, store.SetActive)
		other.Run = 2
		own := set("c0", "c", 1, store.SetReplaced)
		own.Run = 0
		err := errors.Join(tx.InsertSet(set("a1", "a", 5, store.SetActive), [][]byte{{1}, {2}}), tx.InsertSet(acknowledged, nil), tx.InsertSet(other, nil), tx.InsertSet(own, nil))
		_, useErr := tx.ConsumeCode("a1", 2, monday, store.UseSignIn)
		return errors.Join(err, useErr)
	})
	f.view(func(tx store.ReadTx) error {
		for run, want := range map[int]string{0: "3 c 0 5 a 1 ", 1: "4 b 0 5 a 1 ", 2: "3 c 0 ", 3: ""} {
			entries, err := tx.Ledger(run)
			got, err := names(entries, err, func(e store.LedgerEntry) any { return fmt.Sprint(e.Sheet, " ", e.Name, " ", e.CodesLeft) })
			f.same(fmt.Sprint("run ", run), got, want, err)
		}
		s, err := tx.LatestSet("b")
		f.same("the latest set", s.ID, "b1", err)
		s, err = tx.ActiveSet("c")
		f.same("the active set", s.ID, "c1", err)
		return nil
	})
}

func owners(f *fixture) {
	f.staffed("m")
	for i, state := range []store.ProfileState{store.ProfileActive, store.ProfileInvited, store.ProfileSuspended, store.ProfileRemoved, store.ProfileActive} {
		p := person(fmt.Sprint("o", i))
		p.Role, p.State, p.CreatedAt = store.RoleOwner, state, monday.Add(-time.Duration(i)*time.Hour)
		f.update(func(tx store.WriteTx) error { return tx.InsertProfile(p) })
	}
	f.view(func(tx store.ReadTx) error {
		n, err := tx.CountOwners()
		f.same("owners", fmt.Sprint(n), "2", err)
		all, err := tx.Owners()
		got, err := names(all, err, func(p store.Profile) any { return p.ID })
		f.same("owners in the order in which they came", got, "o4 o0 ", err)
		return nil
	})
}

func staleAttempts(f *fixture) {
	f.staffed("a")
	f.update(func(tx store.WriteTx) error {
		old, young := monday.Add(-time.Hour), monday.Add(time.Hour)
		return errors.Join(tx.SaveAttempts(store.Attempts{Subject: "a", Kind: store.KindPassword, ChargedAt: old}),
			tx.SaveAttempts(store.Attempts{Subject: "unknown:1", Kind: store.KindPassword, ChargedAt: old}),
			tx.SaveAttempts(store.Attempts{Subject: "unknown:2", Kind: store.KindPassword, ChargedAt: young}))
	})
	f.view(func(tx store.ReadTx) error {
		got, err := tx.StaleAttempts(monday)
		f.same("those of unknown emails", strings.Join(got, " "), "unknown:1", err)
		return nil
	})
}

func documents(f *fixture) {
	f.staffed()
	f.update(func(tx store.WriteTx) error {
		var err error
		for i, id := range []string{"d", "b", "c", "a"} {
			err = errors.Join(err, tx.InsertDocument(store.DocumentRow{ID: id, Generation: 3 - i/2}))
		}
		return err
	})
	f.view(func(tx store.ReadTx) error {
		for _, c := range []struct {
			generation, limit int
			want              string
		}{{3, 9, "a c "}, {4, 9, "a c b d "}, {4, 3, "a c b "}, {2, 9, ""}} {
			rows, err := tx.DocumentsBefore(c.generation, c.limit)
			got, err := names(rows, err, func(d store.DocumentRow) any { return d.ID })
			f.same(fmt.Sprintf("%+v", c), got, c.want, err)
		}
		all, behind, err := tx.CountDocuments(3)
		f.same("count", fmt.Sprint(all, behind), "4 2", err)
		rows, err := tx.Documents()
		if len(rows) != 4 || err != nil {
			f.Errorf("%v, %v", rows, err)
		}
		return nil
	})
}
