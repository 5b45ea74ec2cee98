package sqlite_test

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"countersign/backend/sqlite"
	"countersign/backend/store"
)

var monday = time.Date(2026, 11, 23, 9, 0, 10, 5e6, time.UTC)

// staffed is a store with a workspace and profiles of these names.
func staffed(t *testing.T, names ...string) (*sqlite.Store, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "workspace.db")
	s := open(t, path)
	update(t, s, func(tx store.WriteTx) error {
		err := tx.InsertInfo(store.Info{ID: "w", Name: "Northwind Legal"})
		for _, n := range names {
			err = errors.Join(err, tx.InsertProfile(store.Profile{ID: n, Email: n + "@example.com", EmailKey: n, Name: n, Role: store.RoleMember, CreatedAt: monday}))
		}
		return err
	})
	return s, path
}

func update(t *testing.T, s *sqlite.Store, fn func(store.WriteTx) error) {
	t.Helper()
	if err := s.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func view(t *testing.T, s *sqlite.Store, fn func(store.ReadTx) error) {
	t.Helper()
	if err := s.View(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func set(id, profile string, sheet int, state store.SetState) store.Set {
	return store.Set{ID: id, ProfileID: profile, Sheet: sheet, State: state, Salt: []byte("salt"), Params: store.Argon2id{MemoryKiB: 19 << 10, Time: 2, Threads: 1}, IssuedAt: monday, IssuedBy: "a", Run: 1}
}

func TestRun_UnreadableListIsDamage(t *testing.T) {
	t.Parallel()
	s, path := staffed(t, "a")
	update(t, s, func(tx store.WriteTx) error {
		return tx.InsertRun(store.Run{Number: 1, Kind: store.RunPrint, State: store.RunIssuing})
	})
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec("UPDATE print_runs SET members = '{'")
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	view(t, s, func(tx store.ReadTx) error {
		if _, err := tx.Run(1); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("got %v", err)
		}
		if _, err := tx.Runs(0, 10); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("got %v", err)
		}
		return nil
	})
}

// BenchmarkMembers reads a table of ten thousand, each with a sheet in force and
// one that it has replaced.
func BenchmarkMembers(b *testing.B) {
	s, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "workspace.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	err = s.Update(b.Context(), func(tx store.WriteTx) error {
		err := tx.InsertInfo(store.Info{ID: "w", Name: "Northwind Legal"})
		hashes := make([][]byte, 10)
		for i := range hashes {
			hashes[i] = make([]byte, 32)
		}
		for i := range 10_000 {
			id := fmt.Sprint("p", i)
			err = errors.Join(err, tx.InsertProfile(store.Profile{ID: id, Email: id + "@example.com", EmailKey: id, Name: fmt.Sprint("Person ", i*7919%10_000), Role: store.RoleMember, CreatedAt: monday}),
				tx.InsertFactor(store.Factor{ProfileID: id, Apps: []store.App{{Generation: 1, Item: id}}}),
				tx.InsertSet(set("o"+id, id, 2*i+1, store.SetReplaced), hashes), tx.InsertSet(set("s"+id, id, 2*i+2, store.SetActive), hashes))
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := s.View(b.Context(), func(tx store.ReadTx) error {
			all, err := tx.Members()
			if err == nil && len(all) != 10_000 {
				err = fmt.Errorf("%d members", len(all))
			}
			return err
		}); err != nil {
			b.Fatal(err)
		}
	}
}
