package journal_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"countersign/backend/audit"
	"countersign/backend/journal"
	"countersign/backend/sqlite"
	"countersign/backend/store"
)

// BenchmarkOpen measures what a start reads: each row, and of the log what is after the mark, with how many events there are. Rows are small here; the benchmark of
// package workspace has members with all that belongs to one. See decision 0069.
func BenchmarkOpen(b *testing.B) {
	for _, c := range []struct{ events, profiles int }{{1_000, 10}, {1_000_000, 10}, {1_000, 10_000}} {
		anchor := &memoryAnchor{}
		b.Run(fmt.Sprintf("%dEvents%dProfiles", c.events, c.profiles), func(b *testing.B) {
			db, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "workspace.db"))
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			open := func() *journal.Journal {
				return journal.New(journal.Config{Store: db, Anchor: anchor, Clock: journal.NewClock(func() time.Time { return monday }), Key: keyed})
			}
			j := open()
			err = j.Unlogged(b.Context(), func(tx store.WriteTx) error { return tx.InsertInfo(store.Info{ID: "w", Name: "N"}) })
			if err = errors.Join(err, j.Begin(b.Context())); err != nil {
				b.Fatal(err)
			}
			err = j.Accept(b.Context(), "", nil, func(tx store.WriteTx) error { // the mark is behind them: whether they are right is not looked at
				for i := range c.events {
					e := audit.Event{Seq: int64(i + 1), At: monday, Kind: "signed-in", Actor: "a", Subject: "a"}
					if err := tx.AppendEvent(store.SignedEvent{Event: e, Signature: make([]byte, audit.SignatureSize), Tree: make([]byte, 32)}); err != nil {
						return err
					}
				}
				for i := range c.profiles {
					p := profile(fmt.Sprint("p", i))
					p.Role = store.RoleMember
					if err := tx.InsertProfile(p); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if wrong, err := open().Open(b.Context()); err != nil || wrong != nil {
					b.Fatal(wrong, err)
				}
			}
		})
	}
}
