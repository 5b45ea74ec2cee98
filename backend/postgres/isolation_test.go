package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"countersign/backend/postgres"
	"countersign/backend/store"
)

// two gives the same workspace as two instances of a server have it.
func two(t *testing.T, names ...string) (one, other *postgres.Store) {
	t.Helper()
	one, connString := staffed(t, names...)
	return one, open(t, connString).Workspace("w")
}

// again runs a function until it does not conflict, as the journal does.
func again(ctx context.Context, s *postgres.Store, fn func(store.WriteTx) error) error {
	for {
		if err := s.Update(ctx, fn); !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
}

func rename(tx store.WriteTx, id, name string) error {
	p, err := tx.Profile(id)
	p.Name = name
	return errors.Join(err, tx.UpdateProfile(p))
}

func TestUpdate_WhatCouldNotComeOneAfterTheOtherConflicts(t *testing.T) {
	t.Parallel()
	noOwner := func(tx store.ReadTx) error { _, err := tx.CountOwners(); return err }
	promote := func(tx store.WriteTx, id string) error {
		p, err := tx.Profile(id)
		p.Role = store.RoleOwner
		return errors.Join(err, tx.UpdateProfile(p))
	}
	newcomer := func(tx store.WriteTx, id string) error {
		if _, err := tx.ProfileByEmail("new"); !errors.Is(err, store.ErrNotFound) {
			return errors.Join(errors.New("the address is taken"), err)
		}
		p := person(id)
		p.EmailKey = "new"
		return tx.InsertProfile(p)
	}
	for name, c := range map[string]struct {
		look       func(store.ReadTx) error
		mine, your func(store.WriteTx) error
	}{
		"write skew": { // each sees that there is no owner, and makes another person one
			noOwner, func(tx store.WriteTx) error { return promote(tx, "a") }, func(tx store.WriteTx) error { return errors.Join(noOwner(tx), promote(tx, "b")) },
		},
		"lost update": {
			noOwner, func(tx store.WriteTx) error { return rename(tx, "a", "x") }, func(tx store.WriteTx) error { return rename(tx, "a", "y") },
		},
		"the same address": {
			func(tx store.ReadTx) error {
				_, err := tx.ProfileByEmail("new")
				if errors.Is(err, store.ErrNotFound) {
					return nil
				}
				return err
			}, func(tx store.WriteTx) error { return newcomer(tx, "c") }, func(tx store.WriteTx) error { return newcomer(tx, "d") },
		},
		"the next event": {
			func(tx store.ReadTx) error { _, err := tx.Head(); return err },
			func(tx store.WriteTx) error {
				return tx.AppendEvent(event(1, "k", "", ""))
			},
			func(tx store.WriteTx) error {
				_, err := tx.Head()
				return errors.Join(err, tx.AppendEvent(event(1, "k", "", "")))
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			one, other := two(t, "a", "b")
			err := one.Update(t.Context(), func(tx store.WriteTx) error {
				if err := c.look(tx); err != nil {
					return err
				}
				if err := other.Update(t.Context(), c.your); err != nil {
					t.Errorf("the first to commit: %v", err)
				}
				return c.mine(tx)
			})
			is(t, "the second", err, store.ErrConflict, store.ErrFailed, store.ErrUnknownOutcome)
		})
	}
}

func TestUpdate_DeadlockIsAConflict(t *testing.T) {
	t.Parallel()
	one, other := two(t, "a", "b")
	var both sync.WaitGroup // until each has its first row
	both.Add(2)
	errs := make(chan error, 2)
	for s, order := range map[*postgres.Store][2]string{one: {"a", "b"}, other: {"b", "a"}} {
		go func() {
			errs <- s.Update(t.Context(), func(tx store.WriteTx) error {
				err := rename(tx, order[0], "x")
				both.Done()
				both.Wait()
				return errors.Join(err, rename(tx, order[1], "y"))
			})
		}()
	}
	first, second := <-errs, <-errs
	if !errors.Is(errors.Join(first, second), store.ErrConflict) {
		t.Errorf("%v, %v", first, second)
	}
	for _, err := range []error{first, second} {
		if err != nil && !errors.Is(err, store.ErrConflict) {
			t.Errorf("%v", err)
		}
	}
}

// TestGuardedUpdate_OneOfManySaysYes has many at once on two instances ask for what there is once.
func TestGuardedUpdate_OneOfManySaysYes(t *testing.T) {
	t.Parallel()
	one, other := two(t, "a")
	update(t, one, func(tx store.WriteTx) error {
		return errors.Join(tx.InsertSet(set("s", "a", 1, store.SetActive), [][]byte{{1}}), tx.InsertFactor(store.Factor{ProfileID: "a", Apps: []store.App{{Generation: 1, Item: "i"}}}),
			tx.InsertIntent(store.Intent{ID: "i", Kind: store.IntentEnrol, ProfileID: "a", Item: "n"}),
			tx.InsertOneTime(store.OneTime{ProfileID: "a", Kind: store.OneTimeHelp, Salt: []byte("s"), Hash: []byte("h")}),
			tx.InsertRun(store.Run{Number: 1, Kind: store.RunPrint, State: store.RunIssuing}),
			tx.InsertApproval(store.Approval{ID: "x", Kind: store.ApproveHelpCode, State: store.ApprovalApproved}))
	})
	for name, act := range map[string]func(store.WriteTx) (bool, error){
		"a recovery code":     func(tx store.WriteTx) (bool, error) { return tx.ConsumeCode("s", 1, monday, store.UseSignIn) },
		"a verification code": func(tx store.WriteTx) (bool, error) { return tx.ConsumeStep("a", 1, 7, monday, store.UseSignIn) },
		"a help code":         func(tx store.WriteTx) (bool, error) { return tx.EndOneTime("a", store.OneTimeHelp, monday) },
		"an enrolment":        func(tx store.WriteTx) (bool, error) { return tx.ConfirmIntent("i", 5) },
		"a run":               func(tx store.WriteTx) (bool, error) { return tx.MoveRun(1, store.RunIssuing, store.RunReady, monday) },
		"an approval": func(tx store.WriteTx) (bool, error) {
			return tx.DecideApproval("x", store.ApprovalApproved, store.ApprovalUsed, "b", monday)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var yes atomic.Int32
			var all sync.WaitGroup
			for i := range 8 {
				s := []*postgres.Store{one, other}[i%2]
				all.Go(func() {
					var mine bool
					if err := again(t.Context(), s, func(tx store.WriteTx) (err error) { mine, err = act(tx); return err }); err != nil {
						t.Error(err)
					}
					if mine {
						yes.Add(1)
					}
				})
			}
			all.Wait()
			if yes.Load() != 1 {
				t.Errorf("%d times yes", yes.Load())
			}
		})
	}
}

func TestNumbers_AreGivenOutOnce(t *testing.T) {
	t.Parallel()
	one, other := two(t, "a")
	var mu sync.Mutex
	given := map[int]int{}
	var all sync.WaitGroup
	const many = 12
	for i := range many {
		s := []*postgres.Store{one, other}[i%2]
		all.Go(func() {
			var n int
			err := again(t.Context(), s, func(tx store.WriteTx) (err error) { n, err = tx.NextSheet("a"); return err })
			mu.Lock()
			defer mu.Unlock()
			if given[n]++; err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for n := 1; n <= many; n++ {
		if given[n] != 1 {
			t.Errorf("%d was given out %d times", n, given[n])
		}
	}
}

func TestView_CannotWrite(t *testing.T) {
	t.Parallel()
	s, _ := staffed(t)
	err := s.View(t.Context(), func(tx store.ReadTx) error { return postgres.Exec(tx, "DELETE FROM workspaces") })
	is(t, "a delete", err, store.ErrReadOnly)
}

// TestWorkspaces_DoNotWaitForEachOther has one workspace written to while a transaction of another is open.
func TestWorkspaces_DoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	d := open(t, connString)
	one, other := d.Workspace("one"), d.Workspace("other")
	for _, s := range []*postgres.Store{one, other} {
		put(t, s, "a")
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := one.Exclusive(ctx, func() error {
		return again(ctx, one, func(tx store.WriteTx) error {
			err := rename(tx, "a", "x")
			return errors.Join(err, other.Exclusive(ctx, func() error {
				return again(ctx, other, func(tx store.WriteTx) error { return rename(tx, "a", "y") })
			}))
		})
	}); err != nil {
		t.Error(err)
	}
}

// TestExclusive_HoldersNeedNoConnectionOfOthers has more workspaces in an Exclusive at once than there are
// connections: each needs one more for its transaction.
func TestExclusive_HoldersNeedNoConnectionOfOthers(t *testing.T) {
	t.Parallel()
	d := open(t, migrated(t)+" pool_max_conns=1")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var all sync.WaitGroup
	for i := range 40 {
		s := d.Workspace(fmt.Sprint("w", i))
		all.Go(func() {
			if err := s.Exclusive(ctx, func() error {
				return again(ctx, s, func(tx store.WriteTx) error { return tx.InsertInfo(store.Info{ID: "w", Name: "n"}) })
			}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// TestUpdate_WhatIsNotCommittedKeepsItsConnection has one connection, which a new transaction would otherwise wait for,
// or make anew.
func TestUpdate_WhatIsNotCommittedKeepsItsConnection(t *testing.T) {
	t.Parallel()
	s := open(t, migrated(t)+" pool_max_conns=1").Workspace("w")
	put(t, s, "a")
	var first uint32
	for name, act := range map[string]func(store.WriteTx) error{
		"a refusal":         func(store.WriteTx) error { return errors.New("refused") },
		"a failure":         func(tx store.WriteTx) error { return tx.InsertProfile(person("a")) },
		"an overlooked one": func(tx store.WriteTx) error { _ = tx.InsertProfile(person("a")); return nil },
		"a panic":           func(store.WriteTx) error { panic("boom") },
		"a walk that is cut": func(tx store.WriteTx) error {
			for range tx.Rows() {
				break
			}
			return errors.New("refused")
		},
		"nothing to find":    func(tx store.WriteTx) error { _, err := tx.Profile("none"); return err },
		"what was committed": func(tx store.WriteTx) error { return rename(tx, "a", "x") },
		"a number":           func(tx store.WriteTx) error { _, err := tx.NextRun(); return err },
	} {
		func() {
			defer func() { _ = recover() }()
			_ = s.Update(t.Context(), func(tx store.WriteTx) error {
				if process := postgres.Server(tx); first == 0 {
					first = process
				} else if process != first {
					t.Errorf("before %s there is another connection", name)
				}
				return act(tx)
			})
		}()
	}
	view(t, s, func(tx store.ReadTx) error {
		if postgres.Server(tx) != first {
			t.Error("after all there is another connection")
		}
		return nil
	})
}
