package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/backend/store"
)

func orderMembers(f *fixture) {
	f.staffed("carla", "Bela", "amara", "zoe")
	f.update(func(tx store.WriteTx) error {
		p, err := tx.Profile("zoe")
		p.State = store.ProfileRemoved
		active := set("s", "Bela", 7, store.SetActive)
		active.HandedOverAt = monday
		err = errors.Join(err, tx.UpdateProfile(p), tx.InsertSet(set("o", "Bela", 6, store.SetReplaced), [][]byte{{1}}), tx.InsertSet(active, [][]byte{{1}, {2}, {3}}),
			tx.InsertSet(set("p", "Bela", 8, store.SetPending), [][]byte{{1}}), tx.InsertFactor(store.Factor{ProfileID: "Bela", Since: monday, Apps: []store.App{{Generation: 1, Item: "i"}}}),
			tx.InsertOneTime(store.OneTime{ProfileID: "carla", Kind: store.OneTimeHelp, Salt: []byte{1}, Hash: []byte{1}, ExpiresAt: monday}),
			tx.InsertOneTime(store.OneTime{ProfileID: "amara", Kind: store.OneTimeInvitation, Salt: []byte{1}, Hash: []byte{1}, ExpiresAt: monday}))
		_, useErr := tx.ConsumeCode("s", 2, monday, store.UseSignIn)
		return errors.Join(err, useErr)
	})
	f.view(func(tx store.ReadTx) error {
		all, err := tx.Members()
		got, err := names(all, err, func(m store.Member) any {
			return fmt.Sprint(m.Name, m.On, m.Sheet, m.Run, m.CodesLeft, !m.HandedOverAt.IsZero(), !m.InvitedUntil.IsZero(), m.OnSince.Equal(monday), m.OnSince.IsZero())
		})
		f.same("members", got, "amarafalse 0 0 0 false true false true Belatrue 7 1 2 true false true false carlafalse 0 0 0 false false false true ", err)
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
				tx.InsertFactor(store.Factor{ProfileID: id, Apps: []store.App{{Generation: 1, Item: "f" + id}}}),
				tx.InsertOneTime(store.OneTime{ProfileID: id, Kind: store.OneTimeHelp, Salt: []byte{1}, Hash: []byte{1}, IssuedBy: "a", EndedAt: ended}),
				tx.InsertApproval(store.Approval{ID: "x" + id, Kind: store.ApproveHelpCode, State: store.ApprovalWaiting, At: at}),
				tx.InsertRun(store.Run{Number: 3 - i, Kind: store.RunPrint, State: store.RunReady}),
				tx.SaveComputer(store.Computer{ProfileID: "a", ID: id, SigningKey: []byte{1}, BoxKey: []byte{1}, Seal: []byte{1}, AddedAt: at}),
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
		computers, err := tx.Computers("a")
		got, err = names(computers, err, func(c store.Computer) any { return c.ID })
		f.same("computers, in the order in which they were added", got, "c a b ", err)
		computers, err = tx.Computers("b")
		got, err = names(computers, err, func(c store.Computer) any { return c.ID })
		f.same("computers of another", got, "", err)
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
		acknowledged.AcknowledgedAt, acknowledged.Place = monday, 2
		other := set("c1", "c", 3, store.SetActive)
		other.Run, other.Place = 2, 1
		first := set("a1", "a", 5, store.SetActive)
		first.Place = 1
		own := set("c0", "c", 1, store.SetReplaced)
		own.Run = 0
		err := errors.Join(tx.InsertSet(first, [][]byte{{1}, {2}}), tx.InsertSet(acknowledged, nil), tx.InsertSet(other, nil), tx.InsertSet(own, nil))
		_, useErr := tx.ConsumeCode("a1", 2, monday, store.UseSignIn)
		return errors.Join(err, useErr)
	})
	f.view(func(tx store.ReadTx) error {
		for run, want := range map[int]string{0: "1 5 a 1 1 3 c 0 ", 1: "1 5 a 1 2 4 b 0 ", 2: "1 3 c 0 ", 3: ""} {
			entries, err := tx.Ledger(run)
			got, err := names(entries, err, func(e store.LedgerEntry) any { return fmt.Sprint(e.Place, " ", e.Sheet, " ", e.Name, " ", e.CodesLeft) })
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
	for i, name := range []string{"b", "C", "a"} {
		p := person(fmt.Sprint("a", i))
		p.Role, p.Name = store.RoleAdmin, name
		f.update(func(tx store.WriteTx) error { return tx.InsertProfile(p) })
	}
	gone := person("gone")
	gone.Role, gone.State = store.RoleAdmin, store.ProfileSuspended
	f.update(func(tx store.WriteTx) error { return tx.InsertProfile(gone) })
	f.view(func(tx store.ReadTx) error {
		all, err := tx.Administer()
		got, err := names(all, err, func(p store.Profile) any { return p.ID })
		f.same("owners and then admins, by name", got, "o0 o4 a2 a0 a1 ", err)
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
