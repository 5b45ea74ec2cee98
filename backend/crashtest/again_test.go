package crashtest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"countersign/backend/journal"
	"countersign/backend/sqlite"
	"countersign/backend/store"
	"countersign/backend/workspace"
)

// twiceStore runs each function of a transaction twice. An Update is rolled back the
// first time, as one that conflicts with another; then its caller has to run it again. A
// View is run again by the store. It also refuses what is asked while a walk is open.
type twiceStore struct {
	store.Store
	again *atomic.Bool // the next Update is the second run
	runs  *atomic.Int32
}

func newTwiceStore(s store.Store) twiceStore {
	return twiceStore{s, &atomic.Bool{}, &atomic.Int32{}}
}

func (s twiceStore) Update(ctx context.Context, fn func(store.WriteTx) error) error {
	run := func(tx store.WriteTx) error {
		alone := &walks{}
		return errors.Join(fn(newWalkingTx(tx, alone)), alone.err)
	}
	if s.again.CompareAndSwap(true, false) {
		return s.Store.Update(ctx, run)
	}
	err := s.Store.Update(ctx, func(tx store.WriteTx) error {
		if err := run(tx); err != nil {
			return err
		}
		return store.ErrConflict
	})
	if errors.Is(err, store.ErrConflict) {
		s.runs.Add(1)
		s.again.Store(true)
	}
	return err
}

func (s twiceStore) View(ctx context.Context, fn func(store.ReadTx) error) error {
	for range 2 {
		err := s.Store.View(ctx, func(tx store.ReadTx) error {
			alone := &walks{}
			return errors.Join(fn(failingReads{tx, &faults{}, alone}), alone.err)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s twiceStore) Snapshot(ctx context.Context) ([]byte, error) {
	return s.Store.(workspace.Snapshotter).Snapshot(ctx)
}

func (s twiceStore) CheckIndexes(ctx context.Context) error {
	return s.Store.(journal.Checker).CheckIndexes(ctx)
}

func newWalkingTx(tx store.WriteTx, w *walks) failingTx {
	return failingTx{failingReads{tx, &faults{}, w}, tx}
}

// walks notes what is asked of a transaction while a walk through it is open: not every
// store can answer that.
type walks struct {
	open int
	err  error
}

func (w *walks) ask() error {
	if w.open > 0 && w.err == nil {
		w.err = fmt.Errorf("asked while a walk is open, at %v", here().lines)
	}
	return w.err
}

func alone[T any](w *walks, all iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		w.open++
		defer func() { w.open-- }()
		all(yield)
	}
}

// TestTransaction_CanRunAgainAndWalksAlone does each use case with a store that runs
// every function twice, and expects what comes of it otherwise.
func TestTransaction_CanRunAgainAndWalksAlone(t *testing.T) {
	t.Parallel()
	for _, c := range append(slices.Clone(useCases), lookUps...) {
		if !all() && seeded("whether again "+c.name).IntN(4) > 0 {
			continue // the others have their turn with another seed
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			template, err := c.base.copyTo(t.Context(), filepath.Join(memoryDir(t), "template"), c.given)
			if err != nil {
				t.Fatal(err)
			}
			s := &faultyScene{useCase: c, template: template}
			once := s.playWith(t, func(store store.Store) store.Store { return store })
			var twice twiceStore
			again := s.playWith(t, func(store store.Store) store.Store { twice = newTwiceStore(store); return twice })
			if err := errors.Join(once.unready, once.err, again.unready, again.err); err != nil {
				t.Fatal(err, errors.Unwrap(err))
			}
			if want, got := logOf(t, once.home), logOf(t, again.home); got != want {
				t.Errorf("the log is\n%s\nnot\n%s", got, want)
			}
			if want, got := look(t, once.home).settled(), look(t, again.home).settled(); got != want {
				t.Errorf("%+v\nnot %+v", got, want)
			}
			if once.log != again.log {
				t.Errorf("logged:\n%s\nnot\n%s", again.log, once.log)
			}
		})
	}
}

// playWith does the use case in a copy of the template, over a store that is wrapped.
func (s *faultyScene) playWith(t *testing.T, wrap func(store.Store) store.Store) (out played) {
	t.Helper()
	h, err := s.template.copyTo(filepath.Join(memoryDir(t), "home"))
	if err != nil {
		t.Fatal(err)
	}
	out.home = h
	s.playOver(t, &out, func(p *person) { p.store = wrap(p.store) }, func(act func()) { out.err = attempt(act) }, begin.Add(24*time.Hour))
	out.log = regexp.MustCompile(`time=\S+`).ReplaceAllString(out.log, "")
	return out
}

// logOf is what the log of a home tells, but for what is random.
func logOf(t *testing.T, h home) string {
	t.Helper()
	s, err := sqlite.Open(t.Context(), h.database())
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	err = s.View(t.Context(), func(tx store.ReadTx) error {
		for e, err := range tx.Events(0) {
			if err != nil {
				return err
			}
			tables := []string{}
			for _, r := range e.Rows {
				table, _, _ := strings.Cut(r.Key, "/")
				tables = append(tables, table)
			}
			slices.Sort(tables)
			lines = append(lines, fmt.Sprint(e.Seq, " ", e.Kind, " ", e.Detail["count"], " ", e.Detail["sheets"], " ", e.Detail["run"], " ", tables))
		}
		attempts := []string{}
		for r, err := range tx.Rows() {
			if err != nil {
				return err
			}
			if a, ok := r.Value.(store.Attempts); ok {
				attempts = append(attempts, fmt.Sprint(a.Kind, " ", a.Failures, " ", a.SinceSignIn))
			}
		}
		slices.Sort(attempts)
		lines = append(lines, attempts...)
		return nil
	})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}
