// Package storetest is the contract of every store.Store. Each store runs it in its
// own tests:
//
//	func TestStore(t *testing.T) { storetest.Run(t, open) }
package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"countersign/backend/audit"
	"countersign/backend/store"
)

// Open gives two handles on one new and empty store, as two processes would have.
// What it opens is closed when the test ends.
type Open func(t *testing.T) (one, other store.Store)

// Run tests a store.
func Run(t *testing.T, open Open) {
	for _, c := range []struct {
		name string
		test func(*fixture)
	}{
		{"Rows_ComeBackAsTheyWere", rowsComeBack},
		{"Rows_BytesAndListsWithoutAnyAreNil", noneIsNil},
		{"Rows_HasEachRowOnce", rowsHasEach},
		{"Update_ReplacesRows", updatesReplace},
		{"Delete_LeavesNothing", deletesLeaveNothing},
		{"LookUp_WhatIsNotThereIsNotFound", notFound},
		{"GuardedUpdate_SaysYesOnce", guarded},
		{"GuardedUpdate_SaysNoWhereItDoesNotApply", guardedNo},
		{"Apps_ChangeAlone", appsApart},
		{"Unique_WhatMustNotMeetIsRefused", unique},
		{"Numbers_CountUpAndComeOnce", numbers},
		{"Workspace_IsDroppedOnlyBeforeItIsCreated", drop},
		{"Order_Members", orderMembers},
		{"Order_Lists", orderLists},
		{"Ledger_OfARunOrOfAllOpen", ledger},
		{"Owners_WhoCanSignIn", owners},
		{"Attempts_StaleOfUnknownEmails", staleAttempts},
		{"Documents_OlderGenerationsFirst", documents},
		{"Events_InOrder", events},
		{"Events_Chosen", eventsChosen},
		{"Walk_CanEndEarly", walkEndsEarly},
		{"View_SeesOneState", viewSeesOneState},
		{"Update_IsSeenWholeOrNotAtAll", updateIsWhole},
		{"Update_SeesItsOwnWrites", ownWrites},
		{"Update_ErrorLeavesNothing", errorLeavesNothing},
		{"Update_OverlookedFailureLeavesNothing", overlookedFailure},
		{"Update_PanicLeavesNothing", panicLeavesNothing},
		{"Update_CanBeRunAgain", runAgain},
		{"Update_CancelledBeforeItsCommit", cancelledBeforeCommit},
		{"Update_CancelledContext", cancelledContext},
		{"Update_WaitsForAnotherAsLongAsItMay", updateWaits},
		{"Exclusive_OneAtATime", exclusive},
		{"Exclusive_WaitsAsLongAsItMay", exclusiveWaits},
		{"Exclusive_EndsWithAnErrorOrAPanic", exclusiveEnds},
		{"Bounds_TimesTextsAndBytes", bounds},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			one, other := open(t)
			c.test(&fixture{t, one, other})
		})
	}
	t.Run("Copy_HasTheSameRowsAndLog", func(t *testing.T) { testCopy(t, open) })
}

// monday has a part of a second, which a store keeps to the millisecond.
var monday = time.Date(2026, 11, 23, 9, 0, 10, 5e6, time.UTC)

type fixture struct {
	*testing.T
	one, other store.Store
}

func (f *fixture) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func (f *fixture) update(fn func(store.WriteTx) error) {
	f.Helper()
	f.ok(f.one.Update(f.Context(), fn))
}

func (f *fixture) view(fn func(store.ReadTx) error) {
	f.Helper()
	f.ok(f.one.View(f.Context(), fn))
}

// staffed puts in a workspace and a profile for each name, whose ID it is.
func (f *fixture) staffed(names ...string) {
	f.Helper()
	f.update(func(tx store.WriteTx) error {
		err := tx.InsertInfo(store.Info{ID: "w", Name: "Northwind Legal"})
		for _, n := range names {
			err = errors.Join(err, tx.InsertProfile(person(n)))
		}
		return err
	})
}

func person(id string) store.Profile {
	return store.Profile{ID: id, Email: id + "@example.com", EmailKey: id, Name: id, Role: store.RoleMember, CreatedAt: monday}
}

func set(id, profile string, sheet int, state store.SetState) store.Set {
	return store.Set{ID: id, ProfileID: profile, Sheet: sheet, State: state, Salt: []byte("salt"), Params: cost, IssuedAt: monday, IssuedBy: "a", Run: 1}
}

var cost = store.Argon2id{MemoryKiB: 19 << 10, Time: 2, Threads: 1}

// event is one that is about a profile and by one.
func event(seq int64, kind, actor, subject string) store.SignedEvent {
	return store.SignedEvent{Event: audit.Event{
		Seq: seq, At: monday.Add(time.Duration(seq) * time.Second), Kind: kind, Actor: actor, Subject: subject, Detail: map[string]string{"n": fmt.Sprint(seq)},
		Rows: []audit.Row{{Key: "profile/" + subject, Digest: "d"}}, State: audit.Sum{byte(seq)},
	}, Signature: []byte{byte(seq), 1}, Tree: []byte{byte(seq), 2}}
}

// names gives something of each row, as one text.
func names[T any](rows []T, err error, of func(T) any) (string, error) {
	all := ""
	for _, r := range rows {
		all += fmt.Sprint(of(r), " ")
	}
	return all, err
}

func (f *fixture) same(what, got, want string, err error) {
	f.Helper()
	if err != nil || got != want {
		f.Errorf("%s: %q (%v), not %q", what, got, err, want)
	}
}

var errBoom = errors.New("boom")

// infoThere reports whether a handle sees the workspace's row.
func infoThere(ctx context.Context, s store.Store) (there bool, err error) {
	err = s.View(ctx, func(tx store.ReadTx) error {
		_, err := tx.Info()
		if there = err == nil; errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	})
	return there, err
}
