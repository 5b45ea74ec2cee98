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

// BenchmarkUpdate_ManyWorkspaces has 8 workspaces of one database written to at once, as sign-ins do it. It tells
// how many transactions conflict with those of other workspaces, which share no row with them.
func BenchmarkUpdate_ManyWorkspaces(b *testing.B) {
	d, err := postgres.Open(b.Context(), migrated(b))
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	const many = 8
	for i := range many {
		s := d.Workspace(fmt.Sprint("w", i))
		if err := s.Update(b.Context(), func(tx store.WriteTx) error {
			err := tx.InsertInfo(store.Info{ID: "w", Name: "n"})
			for j := range 20 {
				err = errors.Join(err, tx.InsertProfile(person(fmt.Sprint("p", j))))
			}
			return err
		}); err != nil {
			b.Fatal(err)
		}
	}
	var conflicts atomic.Int64
	var seq [many]int64
	b.ResetTimer()
	var all sync.WaitGroup
	for i := range many {
		s := d.Workspace(fmt.Sprint("w", i))
		all.Go(func() {
			for range b.N / many {
				err := error(store.ErrConflict)
				for ; errors.Is(err, store.ErrConflict); err = s.Exclusive(context.Background(), func() error {
					return s.Update(context.Background(), func(tx store.WriteTx) error { return signIn(tx, seq[i]+1) })
				}) {
					conflicts.Add(1)
				}
				conflicts.Add(-1)
				if seq[i]++; err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(conflicts.Load())/float64(b.N), "conflicts/op")
}

func signIn(tx store.WriteTx, seq int64) error {
	_, err := tx.Info()
	p, profileErr := tx.ProfileByEmail("p3")
	a, attemptsErr := tx.Attempts("p3", store.KindCode)
	if errors.Is(attemptsErr, store.ErrNotFound) {
		attemptsErr = nil
	}
	a.Failures, a.ChargedAt = 0, monday
	p.LastSignInAt = monday
	_, headErr := tx.Head()
	e := event(seq, "signed-in", "p3", "p3")
	return errors.Join(err, profileErr, attemptsErr, headErr, tx.SaveAttempts(a), tx.UpdateProfile(p), tx.AppendEvent(e))
}
