package sqlite_test

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"countersign/backend/recovery"
	"countersign/backend/sqlite"
	"countersign/backend/workspace"
)

var monday = time.Date(2026, 11, 23, 9, 0, 10, 5e6, time.UTC)

// staffed is a store with a workspace and profiles of these names.
func staffed(t *testing.T, names ...string) (*sqlite.Store, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "workspace.db")
	s := open(t, path)
	update(t, s, func(tx workspace.Tx) error {
		err := tx.InsertInfo(workspace.Info{ID: "w", Name: "Northwind Legal"})
		for _, n := range names {
			err = errors.Join(err, tx.InsertProfile(workspace.Profile{ID: n, Email: n + "@example.com", EmailKey: n, Name: n, Role: workspace.RoleMember, CreatedAt: monday}))
		}
		return err
	})
	return s, path
}

func update(t *testing.T, s *sqlite.Store, fn func(workspace.Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func view(t *testing.T, s *sqlite.Store, fn func(workspace.Tx) error) {
	t.Helper()
	if err := s.View(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func set(id, profile string, sheet int, state workspace.SetState) workspace.Set {
	return workspace.Set{ID: id, ProfileID: profile, Sheet: sheet, State: state, Salt: []byte("salt"), Params: recovery.DefaultParams, IssuedAt: monday, IssuedBy: "a", Run: 1}
}

func TestEachNewRowComesBackAsItWasPutIn(t *testing.T) {
	t.Parallel()
	s, _ := staffed(t, "a")
	once := workspace.OneTime{ProfileID: "a", Kind: workspace.OneTimeHelp, Salt: []byte("s"), Params: recovery.DefaultParams, Hash: []byte("h"), IssuedAt: monday, IssuedBy: "a", ExpiresAt: monday.Add(time.Hour)}
	run := workspace.Run{Number: 1, At: monday, ByID: "a", ByName: "A", Reason: "“r”", Kind: workspace.RunExport, State: workspace.RunReady, Members: []string{"a", `b"],["`}}
	approval := workspace.Approval{ID: "x", Kind: workspace.ApproveHelpCode, Members: []string{"a"}, Reason: "r", ByID: "a", At: monday, ExpiresAt: monday, State: workspace.ApprovalWaiting}
	profile := workspace.Profile{ID: "p", Email: "P@example.com", EmailKey: "p@example.com", Name: "P", Role: workspace.RoleAdmin, CreatedAt: monday, State: workspace.ProfileSuspended, StateAt: monday, Epoch: 4}
	recoverySet := set("s", "a", 1, workspace.SetPending)
	info := workspace.Info{ID: "w", Name: "N", Require2FA: true, RequireFrom: monday, TwoPeople: true, IdleMinutes: 3}
	update(t, s, func(tx workspace.Tx) error {
		return errors.Join(tx.InsertOneTime(once), tx.InsertRun(run), tx.InsertApproval(approval), tx.InsertProfile(profile),
			tx.InsertSet(recoverySet, [][]byte{{1}, {2}}), tx.UpdateInfo(info))
	})
	view(t, s, func(tx workspace.Tx) error {
		for name, read := range map[string]func() (any, any, error){
			"one-time code": func() (any, any, error) {
				got, err := tx.OneTime("a", workspace.OneTimeHelp)
				return got, once, err
			},
			"run":      func() (any, any, error) { got, err := tx.Run(1); return got, run, err },
			"approval": func() (any, any, error) { got, err := tx.Approval("x"); return got, approval, err },
			"profile": func() (any, any, error) {
				got, err := tx.Profile("p")
				got.Password.Salt, got.Password.Verifier = nil, nil // empty, not nil
				return got, profile, err
			},
			"set":  func() (any, any, error) { got, err := tx.Set("s"); return got, recoverySet, err },
			"info": func() (any, any, error) { got, err := tx.Info(); return got, info, err },
		} {
			if got, want, err := read(); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %+v (%v)\nnot %+v", name, got, err, want)
			}
		}
		return nil
	})
}

func TestWhatIsNotThereIsNotFound(t *testing.T) {
	t.Parallel()
	s, _ := staffed(t, "a")
	view(t, s, func(tx workspace.Tx) error {
		for name, look := range map[string]func() error{
			"one-time code": func() error { _, err := tx.OneTime("a", workspace.OneTimeReset); return err },
			"run":           func() error { _, err := tx.Run(1); return err },
			"approval":      func() error { _, err := tx.Approval("x"); return err },
			"member":        func() error { _, err := tx.Member("x"); return err },
			"set":           func() error { _, err := tx.Set("x"); return err },
		} {
			if err := look(); !errors.Is(err, workspace.ErrNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		return nil
	})
}

func TestAGuardedUpdateOfANewTableSaysYesOnce(t *testing.T) {
	t.Parallel()
	s, _ := staffed(t, "a", "b")
	update(t, s, func(tx workspace.Tx) error {
		return errors.Join(
			tx.InsertOneTime(workspace.OneTime{ProfileID: "a", Kind: workspace.OneTimeHelp, Salt: []byte("s"), Hash: []byte("h")}),
			tx.InsertRun(workspace.Run{Number: 1, Kind: workspace.RunPrint, State: workspace.RunIssuing}),
			tx.InsertApproval(workspace.Approval{ID: "x", Kind: workspace.ApproveHelpCode, State: workspace.ApprovalWaiting}),
			tx.InsertSet(set("s", "a", 1, workspace.SetActive), nil), tx.InsertSet(set("q", "b", 2, workspace.SetPending), [][]byte{{1}}))
	})
	update(t, s, func(tx workspace.Tx) error {
		for name, act := range map[string]func() (bool, error){
			"one-time code": func() (bool, error) { return tx.DeleteOneTime("a", workspace.OneTimeHelp) },
			"run":           func() (bool, error) { return tx.MoveRun(1, workspace.RunIssuing, workspace.RunReady, time.Time{}) },
			"approval": func() (bool, error) {
				return tx.DecideApproval("x", workspace.ApprovalWaiting, workspace.ApprovalApproved, "b", monday)
			},
			"hand over":   func() (bool, error) { return tx.HandOverSet("s", monday) },
			"acknowledge": func() (bool, error) { return tx.AcknowledgeSet("s", monday) },
		} {
			first, err := act()
			again, errAgain := act()
			if !first || again || err != nil || errAgain != nil {
				t.Errorf("%s: %v, then %v (%v, %v)", name, first, again, err, errAgain)
			}
		}
		for name, act := range map[string]func() (bool, error){
			"hand over":   func() (bool, error) { return tx.HandOverSet("q", monday) },
			"acknowledge": func() (bool, error) { return tx.AcknowledgeSet("q", monday) },
			"use":         func() (bool, error) { return tx.ConsumeCode("q", 1, monday, workspace.UseSignIn) },
		} {
			if yes, err := act(); yes || err != nil {
				t.Errorf("%s of a set that is not in force: %v, %v", name, yes, err)
			}
		}
		return nil
	})
}

func TestNumbersOfSheetsAndSetsOfOneMemberDoNotMeet(t *testing.T) {
	t.Parallel()
	s, _ := staffed(t, "a", "b")
	update(t, s, func(tx workspace.Tx) error { return tx.InsertSet(set("s", "a", 1, workspace.SetActive), nil) })
	for name, other := range map[string]workspace.Set{
		"the same sheet":        set("t", "b", 1, workspace.SetPending),
		"a second one in force": set("t", "a", 2, workspace.SetActive),
		"nobody's":              set("t", "x", 2, workspace.SetActive),
		"an unknown state":      set("t", "b", 2, "lost"),
	} {
		if err := s.Update(t.Context(), func(tx workspace.Tx) error { return tx.InsertSet(other, nil) }); err == nil {
			t.Errorf("%s was put in", name)
		}
	}
}

func TestTheTableOfMembersIsByNameAndLeavesOutWhoWasRemoved(t *testing.T) {
	t.Parallel()
	s, _ := staffed(t, "carla", "Bela", "amara", "zoe")
	update(t, s, func(tx workspace.Tx) error {
		p, err := tx.Profile("zoe")
		p.State = workspace.ProfileRemoved
		active := set("s", "Bela", 7, workspace.SetActive)
		active.HandedOverAt = monday
		return errors.Join(err, tx.UpdateProfile(p), tx.InsertSet(set("o", "Bela", 6, workspace.SetReplaced), [][]byte{{1}}), tx.InsertSet(active, [][]byte{{1}, {2}, {3}}),
			tx.InsertSet(set("p", "Bela", 8, workspace.SetPending), [][]byte{{1}}), second(tx.ConsumeCode("s", 2, monday, workspace.UseSignIn)),
			tx.InsertFactor(workspace.Factor{ProfileID: "Bela", Generation: 1, Item: "i"}),
			tx.InsertOneTime(workspace.OneTime{ProfileID: "carla", Kind: workspace.OneTimeHelp, Salt: []byte{1}, Hash: []byte{1}, ExpiresAt: monday}),
			tx.InsertOneTime(workspace.OneTime{ProfileID: "amara", Kind: workspace.OneTimeInvitation, Salt: []byte{1}, Hash: []byte{1}, ExpiresAt: monday}))
	})
	view(t, s, func(tx workspace.Tx) error {
		got := ""
		err := tx.Members(func(m workspace.Member) error {
			got += fmt.Sprintln(m.Name, m.On, m.Sheet, m.Run, m.CodesLeft, !m.HandedOverAt.IsZero(), !m.InvitedUntil.IsZero())
			return nil
		})
		if want := "amara false 0 0 0 false true\nBela true 7 1 2 true false\ncarla false 0 0 0 false false\n"; got != want {
			t.Errorf("%s, not %s", got, want)
		}
		if m, err := tx.Member("zoe"); err != nil || m.State != workspace.ProfileRemoved {
			t.Errorf("%+v, %v", m, err)
		}
		stop := errors.New("enough")
		if err := tx.Members(func(workspace.Member) error { return stop }); !errors.Is(err, stop) {
			t.Error(err)
		}
		return err
	})
}

func second[A, B any](_ A, b B) B { return b }

func TestTheLedgerHasARunOrWhatLiesAround(t *testing.T) {
	t.Parallel()
	s, _ := staffed(t, "a", "b", "c")
	update(t, s, func(tx workspace.Tx) error {
		acknowledged := set("b1", "b", 4, workspace.SetActive)
		acknowledged.AcknowledgedAt = monday
		other := set("c1", "c", 3, workspace.SetActive)
		other.Run = 2
		own := set("c0", "c", 1, workspace.SetReplaced)
		own.Run = 0
		return errors.Join(tx.InsertSet(set("a1", "a", 5, workspace.SetActive), [][]byte{{1}}), tx.InsertSet(acknowledged, nil), tx.InsertSet(other, nil), tx.InsertSet(own, nil))
	})
	view(t, s, func(tx workspace.Tx) error {
		for run, want := range map[int]string{0: "[3 5]", 1: "[4 5]", 2: "[3]", 3: "[]"} {
			sheets := []int{}
			err := tx.Ledger(run, func(e workspace.LedgerEntry) error { sheets = append(sheets, e.Sheet); return nil })
			if err != nil || fmt.Sprint(sheets) != want {
				t.Errorf("run %d: %v (%v), not %s", run, sheets, err, want)
			}
		}
		return nil
	})
}

func TestAListThatIsNoneIsDamage(t *testing.T) {
	t.Parallel()
	s, path := staffed(t, "a")
	update(t, s, func(tx workspace.Tx) error {
		return tx.InsertRun(workspace.Run{Number: 1, Kind: workspace.RunPrint, State: workspace.RunIssuing})
	})
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec("UPDATE print_runs SET members = '{'")
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	view(t, s, func(tx workspace.Tx) error {
		if _, err := tx.Run(1); !errors.Is(err, workspace.ErrStoreDamaged) {
			t.Errorf("got %v", err)
		}
		if _, err := tx.Runs(0, 10); !errors.Is(err, workspace.ErrStoreDamaged) {
			t.Errorf("got %v", err)
		}
		return nil
	})
}

func TestOwnersWhoCannotSignInDoNotCount(t *testing.T) {
	t.Parallel()
	s, _ := staffed(t)
	for i, state := range []workspace.ProfileState{workspace.ProfileActive, workspace.ProfileInvited, workspace.ProfileSuspended, workspace.ProfileRemoved} {
		update(t, s, func(tx workspace.Tx) error {
			id := fmt.Sprint("o", i)
			return tx.InsertProfile(workspace.Profile{ID: id, EmailKey: id, Role: workspace.RoleOwner, State: state})
		})
		view(t, s, func(tx workspace.Tx) error {
			if n, err := tx.CountOwners(); n != 1 {
				t.Errorf("with one who is %q there are %d", state, n)
			} else if err != nil {
				return err
			}
			return nil
		})
	}
}

// BenchmarkMembers reads a table of ten thousand, each with a sheet in force and
// one that it has replaced.
func BenchmarkMembers(b *testing.B) {
	s, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "workspace.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	err = s.Update(b.Context(), func(tx workspace.Tx) error {
		err := tx.InsertInfo(workspace.Info{ID: "w", Name: "Northwind Legal"})
		hashes := make([][]byte, 10)
		for i := range hashes {
			hashes[i] = make([]byte, 32)
		}
		for i := range 10_000 {
			id := fmt.Sprint("p", i)
			err = errors.Join(err, tx.InsertProfile(workspace.Profile{ID: id, Email: id + "@example.com", EmailKey: id, Name: fmt.Sprint("Person ", i*7919%10_000), Role: workspace.RoleMember, CreatedAt: monday}),
				tx.InsertFactor(workspace.Factor{ProfileID: id, Generation: 1, Item: id}),
				tx.InsertSet(set("o"+id, id, 2*i+1, workspace.SetReplaced), hashes), tx.InsertSet(set("s"+id, id, 2*i+2, workspace.SetActive), hashes))
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		n := 0
		if err := s.View(b.Context(), func(tx workspace.Tx) error { return tx.Members(func(workspace.Member) error { n++; return nil }) }); err != nil || n != 10_000 {
			b.Fatal(n, err)
		}
	}
}
