package journal_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"countersign/backend/journal"
	"countersign/backend/secret"
	"countersign/backend/sqlite"
	"countersign/backend/store"
)

var monday = time.Date(2026, 11, 23, 9, 0, 10, 5e6, time.UTC)

// memoryAnchor is an Anchor that may fail.
type memoryAnchor struct {
	mu     sync.Mutex
	is     *journal.Anchored // nil: none
	fails  error             // of Write
	writes int
}

func (m *memoryAnchor) Read(context.Context) (journal.Anchored, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.is == nil {
		return journal.Anchored{}, store.ErrSecretMissing
	}
	return *m.is, nil
}

func (m *memoryAnchor) Write(_ context.Context, a journal.Anchored) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fails != nil {
		return m.fails
	}
	m.is, m.writes = &a, m.writes+1
	return nil
}

// log is a journal on SQLite of a workspace with the owner "a".
type log struct {
	*testing.T
	store  *scripted
	anchor *memoryAnchor
	now    time.Time
	after  dependents
	j      *journal.Journal
}

// scripted is a store whose next Updates end as they are told to.
type scripted struct {
	*sqlite.Store
	ends []error // of the next Updates; ErrUnknownOutcome after the commit, others before
	runs int
}

func (s *scripted) Update(ctx context.Context, fn func(store.WriteTx) error) error {
	s.runs++
	if len(s.ends) == 0 {
		return s.Store.Update(ctx, fn)
	}
	end := s.ends[0]
	s.ends = s.ends[1:]
	if errors.Is(end, store.ErrUnknownOutcome) {
		return errors.Join(s.Store.Update(ctx, fn), end)
	}
	return s.Store.Update(ctx, func(tx store.WriteTx) error { return errors.Join(fn(tx), end) })
}

type dependents struct {
	profile func(tx store.WriteTx, was, is store.Profile) error
	factor  func(tx store.WriteTx, profileID string) error
}

func (d *log) ProfileChanged(tx store.WriteTx, was, is store.Profile) error {
	if d.after.profile == nil {
		return nil
	}
	return d.after.profile(tx, was, is)
}

func (d *log) FactorChanged(tx store.WriteTx, profileID string) error {
	if d.after.factor == nil {
		return nil
	}
	return d.after.factor(tx, profileID)
}

var key = secret.NewBytes(make([]byte, 32))

func keyed(use func(secret.Bytes)) error { use(key); return nil }

func begun(t *testing.T) *log {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "workspace.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	l := &log{T: t, store: &scripted{Store: s}, anchor: &memoryAnchor{}, now: monday}
	l.restart()
	l.ok(l.j.Unlogged(t.Context(), func(tx store.WriteTx) error { return tx.InsertInfo(store.Info{ID: "w", Name: "N"}) }))
	l.ok(l.j.Begin(t.Context()))
	l.ok(l.change(func(tx store.WriteTx) error {
		_, err := tx.MarkCreated(l.now)
		return errors.Join(err, tx.InsertProfile(profile("a")))
	}))
	return l
}

func profile(id string) store.Profile {
	return store.Profile{ID: id, Email: id + "@example.com", EmailKey: id, Name: id, Role: store.RoleOwner, CreatedAt: monday}
}

// restart makes another journal, as another process has.
func (l *log) restart() {
	l.j = journal.New(journal.Config{
		Store: l.store, Anchor: l.anchor, Clock: journal.NewClock(func() time.Time { return l.now }), Dependents: l, MarkEvery: 1000,
		Key: keyed,
	})
}

func (l *log) ok(err error) {
	l.Helper()
	if err != nil {
		l.Fatal(err)
	}
}

// change is a change by nobody, with an event of its own.
func (l *log) change(fn func(store.WriteTx) error) error {
	return l.j.Change(l.Context(), func(tx store.WriteTx) error {
		return errors.Join(fn(tx), journal.Record(tx, l.now, "changed", "", "", nil))
	})
}

func (l *log) rename(to string) error {
	return l.change(func(tx store.WriteTx) error {
		p, err := tx.Profile("a")
		p.Name = to
		return errors.Join(err, tx.UpdateProfile(p))
	})
}

func (l *log) head() (h store.Head) {
	l.Helper()
	l.ok(l.j.View(l.Context(), func(tx store.ReadTx) (err error) {
		h, err = tx.Head()
		return err
	}))
	return h
}

// fits opens the journal anew and expects all to fit.
func (l *log) fits() {
	l.Helper()
	l.restart()
	if r, err := l.j.Open(l.Context()); err != nil || r != nil {
		l.Errorf("%v, %v", r, err)
	}
}

// sneak changes rows behind the journal's back.
func (l *log) sneak(fn func(store.WriteTx) error) {
	l.Helper()
	l.ok(l.store.Store.Update(l.Context(), fn))
}

// finds opens the journal anew and expects one kind of finding.
func (l *log) finds(want journal.FindingKind, key string) *journal.Report {
	l.Helper()
	l.restart()
	r, err := l.j.Open(l.Context())
	if err != nil || r == nil || len(r.Findings) != 1 || r.Findings[0].Kind != want || r.Findings[0].Key != key {
		l.Errorf("%v (%v), not %s %s", r, err, want, key)
	}
	return r
}
