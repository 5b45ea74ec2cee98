package storetest

import (
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"
	"time"

	"countersign/backend/store"
)

// everything is a row of each table with something in each field, and how it is put
// in and looked up.
func everything() map[store.Key]entry {
	at := monday
	info := store.Info{ID: "w", Name: "N", CreatedAt: at.Add(time.Hour), Require2FA: true, RequireFrom: at, TwoPeople: true, IdleMinutes: 3, LastRun: 1, BackupAt: at, Support: "help@example.com", HideAdmins: true, CheckDays: 30, QuickUnlock: true,
		VaultGeneration: 2, Rotating: true, RotationHeld: true, KitAt: at, KitBy: "p", KitGeneration: 2, KitPublicKey: "0a", VaultPublicKey: "0b", VaultLinks: "0c"}
	profile := store.Profile{ID: "p", Email: "P@example.com", EmailKey: "p@example.com", Name: "P ä“", Role: store.RoleAdmin, CreatedAt: at,
		Password: store.PasswordRecord{Salt: []byte{0, 1}, Params: cost, PublicKey: []byte{2, 0}, Lock: []byte{3, 0}, Share: "s", ChangedAt: at}, LastSignInAt: at, Generation: 3, Epoch: 4,
		State: store.ProfileSuspended, StateAt: at, ChecklistAway: true, LastSheet: 7, Language: "ja"}
	factor := store.Factor{ProfileID: "p", Since: at, Apps: []store.App{{Generation: 2, Name: "A", Item: "w/totp/p/2"}, {Generation: 3, Name: "Ä", Item: "w/totp/p/3", AddedAt: at, LastStep: 1 << 40, LastUsedAt: at, LastUse: store.UseSignIn}}}
	intent := store.Intent{ID: "i", Kind: store.IntentEnrol, ProfileID: "p", Item: "w/totp/p/4", Generation: 4, Name: "N", Replaces: 3, ConfirmedStep: 5, CreatedAt: at, HeldUntil: at}
	codes := []store.CodeRow{{Number: 1, Hash: []byte{0, 255}}, {Number: 2, Hash: []byte("h")}}
	recoverySet := store.Set{ID: "s", ProfileID: "p", Sheet: 7, State: store.SetVoided, Salt: []byte{9}, Params: cost, IssuedAt: at, IssuedBy: "A", Replaces: 6,
		EndedAt: at, Run: 1, Place: 2, HandedOverAt: at, AcknowledgedAt: at, CheckedAt: at, RemindAt: at, HeldUntil: at}
	attempts := store.Attempts{Subject: "p", Kind: store.KindCode, Failures: 3, SinceSignIn: 4, ChargedAt: at, BeforeAt: at, LockedUntil: at}
	oneTime := store.OneTime{ProfileID: "p", Kind: store.OneTimeHelp, Salt: []byte("s"), Params: cost, Hash: []byte("h"), IssuedAt: at, IssuedBy: "p", ExpiresAt: at, EndedAt: at, Box: []byte{0, 9}}
	run := store.Run{Number: 1, At: at, ByID: "p", ByName: "P", Reason: "“r”", Kind: store.RunExport, State: store.RunDone, Members: []string{"p", `b"],["`}, Sheets: []int{7, 1}, EndedAt: at, HeldUntil: at}
	approval := store.Approval{ID: "x", Kind: store.ApproveHelpCode, Members: []string{"p"}, Reason: "r", ByID: "p", At: at, ExpiresAt: at,
		State: store.ApprovalUsed, DecidedBy: "q", DecidedAt: at}
	key := store.VaultKey{Holder: "profile/p", Recipient: "age1", Signature: []byte{4, 0}, Wrapped: []byte{1}, Ciphertext: []byte{2}, Generation: 2, OnlyOne: true}
	computer := store.Computer{ProfileID: "p", ID: "c", Name: "C ä", SigningKey: []byte{1, 0}, BoxKey: []byte{4, 0}, Seal: []byte{2}, Box: []byte{3, 0}, AddedAt: at, LastUsedAt: at}
	document := store.DocumentRow{ID: "d", Generation: 2, State: store.DocumentRemoved, RemovedAt: monday, Ciphertext: []byte{3}}

	return map[store.Key]entry{
		{Table: "workspace"}: {info, func(tx store.WriteTx) error {
			_, err1 := tx.NextRun()
			_, err2 := tx.MarkCreated(info.CreatedAt)
			return errors.Join(err1, err2, tx.UpdateInfo(info))
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
		{Table: "computer", ID: "c/p"}: {computer, func(tx store.WriteTx) error { return tx.SaveComputer(computer) },
			func(tx store.ReadTx) (any, error) { return value(tx.Computer("p", "c")) }},
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

// noneIsNil puts in rows without bytes and without members. The log's digests are of rows as JSON, in which
// nil is null, and empty is not: if stores gave different ones, the log of one would not fit the other.
func noneIsNil(f *fixture) {
	f.staffed("a")
	f.update(func(tx store.WriteTx) error {
		sheet := set("s", "a", 1, store.SetActive)
		sheet.Salt = []byte{}
		return errors.Join(tx.InsertSet(sheet, [][]byte{{}}), tx.InsertOneTime(store.OneTime{ProfileID: "a", Kind: store.OneTimeHelp, Salt: []byte{}, Hash: []byte{}}),
			tx.InsertRun(store.Run{Number: 1, Kind: store.RunPrint, State: store.RunDone, Members: []string{}}), tx.InsertApproval(store.Approval{ID: "x", Kind: store.ApproveHelpCode, State: store.ApprovalUsed, Members: []string{}}),
			tx.SaveVaultKey(store.VaultKey{Holder: "h", Recipient: "r", Signature: []byte{}, Wrapped: []byte{}, Ciphertext: []byte{}}), tx.InsertDocument(store.DocumentRow{ID: "d", Ciphertext: []byte{}}))
	})
	f.view(func(tx store.ReadTx) error {
		for row, err := range tx.Rows() {
			if err != nil {
				return err
			}
			b, err := json.Marshal(row.Value)
			if err != nil {
				return err
			}
			for field, value := range fields(b) {
				if slices.Contains([]string{"Salt", "PublicKey", "Lock", "Hash", "Members", "Wrapped", "Sealed"}, field) && (value == `""` || value == "[]") {
					f.Errorf("%s of %s is %s, not null", field, row.Key, value)
				}
			}
		}
		return nil
	})
}

// fields are the names and values within a JSON object, at any depth.
func fields(object []byte) map[string]string {
	all := map[string]string{}
	var of map[string]json.RawMessage
	var list []json.RawMessage
	if json.Unmarshal(object, &list) == nil {
		for _, o := range list {
			maps.Copy(all, fields(o))
		}
	}
	if json.Unmarshal(object, &of) == nil {
		for name, value := range of {
			all[name] = string(value)
			maps.Copy(all, fields(value))
		}
	}
	return all
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
	profile.LastSheet, profile.Language = 7, "ar"
	profile.Name, profile.Password = "Q", store.PasswordRecord{Salt: []byte{5}, Params: cost, PublicKey: []byte{6}, Lock: []byte{7}, Share: "t", ChangedAt: at}
	info := store.Info{ID: "w", Name: "M", CreatedAt: monday.Add(time.Hour), LastRun: 1}
	attempts := store.Attempts{Subject: "p", Kind: store.KindCode, Failures: 1, ChargedAt: at}
	key := store.VaultKey{Holder: "profile/p", Recipient: "age2", Signature: []byte{9}, Wrapped: []byte{7}, Ciphertext: []byte{8}, Generation: 3}
	computer := store.Computer{ProfileID: "p", ID: "c", Name: "D", SigningKey: []byte{7}, BoxKey: []byte{9}, Seal: []byte{8}, AddedAt: monday, LastUsedAt: monday.Add(time.Hour)}
	document := store.DocumentRow{ID: "d", Generation: 3, State: store.DocumentPurged, RemovedAt: monday.Add(time.Hour), Ciphertext: []byte{4}}
	f.update(func(tx store.WriteTx) error {
		return errors.Join(tx.UpdateProfile(profile), tx.UpdateInfo(info), tx.SaveAttempts(attempts), tx.SaveVaultKey(key), tx.SaveComputer(computer), tx.UpdateDocument(document))
	})
	f.view(func(tx store.ReadTx) error {
		for k, want := range map[store.Key]any{
			{Table: "profile", ID: "p"}: profile, {Table: "workspace"}: info, {Table: "attempts", ID: "code/p"}: attempts,
			{Table: "vaultkey", ID: "profile/p"}: key, {Table: "computer", ID: "c/p"}: computer, {Table: "document", ID: "d"}: document,
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
		gone, failed := tx.DeleteComputer("p", "c")
		again, failedAgain := tx.DeleteComputer("p", "c")
		if !gone || again {
			f.Errorf("a computer that is deleted twice: %v, %v", gone, again)
		}
		return errors.Join(err, failed, failedAgain, tx.DeleteSet("s"), tx.DeleteVaultKey("profile/p"), tx.DeleteAttempts("p", store.KindCode),
			tx.DeleteSet("none"), tx.DeleteVaultKey("none"), tx.DeleteAttempts("none", store.KindCode)) // what is not there is fine
	})
	f.view(func(tx store.ReadTx) error {
		for _, k := range []store.Key{{Table: "intent", ID: "i"}, {Table: "computer", ID: "c/p"}, {Table: "vaultkey", ID: "profile/p"}, {Table: "attempts", ID: "code/p"}, {Table: "set", ID: "s"}} {
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
		if h, err := tx.Head(); err != nil || h.Seq != 0 || h.Signature != nil {
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
			"computer":         func() error { _, err := tx.Computer("a", "x"); return err },
			"document":         func() error { _, err := tx.Document("x"); return err },
		} {
			if err := look(); !errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrFailed) {
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
		return errors.Join(err, markErr, tx.InsertIntent(store.Intent{ID: "c", Kind: store.IntentCreate, Item: "w/device"}), tx.DropWorkspace())
	})
	f.view(func(tx store.ReadTx) error {
		if _, err := tx.Intent("c"); err != nil {
			f.Errorf("an intent of a workspace that was created was dropped: %v", err)
		}
		return nil
	})
	if there, err := infoThere(f.Context(), f.one); err != nil || !there {
		f.Errorf("a workspace that was created was dropped (%v)", err)
	}
}
