package journal_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"countersign/backend/audit"
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
	path   string // of the database
	store  *scripted
	anchor *memoryAnchor
	now    time.Time
	after  dependents
	clock  *journal.Clock
	j      *journal.Journal

	keyUses, keyFails int // how often the key was asked for, and at which time there is none
}

// scripted is a store whose next Updates end as they are told to.
type scripted struct {
	*sqlite.Store
	ends    []error // of the next Updates; ErrUnknownOutcome after the commit, others before
	runs    int
	head    func(store.Head, error) (store.Head, error) // what a View sees of it; nil: as it is
	indexes error                                       // what is wrong with them
	appends error                                       // what AppendEvent answers
}

func (s *scripted) CheckIndexes(ctx context.Context) error {
	return errors.Join(s.Store.CheckIndexes(ctx), s.indexes)
}

func (s *scripted) View(ctx context.Context, fn func(store.ReadTx) error) error {
	return s.Store.View(ctx, func(tx store.ReadTx) error { return fn(headed{tx, s.head}) })
}

// headed sees another head of the log.
type headed struct {
	store.ReadTx
	head func(store.Head, error) (store.Head, error)
}

func (h headed) Head() (store.Head, error) {
	if h.head == nil {
		return h.ReadTx.Head()
	}
	return h.head(h.ReadTx.Head())
}

// appending answers otherwise where an event is appended.
type appending struct {
	store.WriteTx
	err error
}

func (a appending) AppendEvent(e store.SignedEvent) error {
	return errors.Join(a.err, a.WriteTx.AppendEvent(e))
}

func (s *scripted) Update(ctx context.Context, do func(store.WriteTx) error) error {
	s.runs++
	fn := func(tx store.WriteTx) error { return do(appending{tx, s.appends}) }
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

var errKey = errors.New("the key is gone")

func (l *log) lendKey(use func(secret.Bytes)) error {
	if l.keyUses++; l.keyUses == l.keyFails {
		return errKey
	}
	return keyed(use)
}

// eachKeyFault does something again and again, while the key is gone at each of its uses in turn.
func (l *log) eachKeyFault(name string, do func() error) {
	l.Helper()
	for n := 1; ; n++ {
		l.keyUses, l.keyFails = 0, n
		err := do()
		l.keyFails = 0
		if l.keyUses < n { // it was there all the time
			l.ok(err)
			return
		}
		if !errors.Is(err, errKey) {
			l.Errorf("%s: %v where the key was gone at its use %d", name, err, n)
		}
	}
}

// empty is a log with nothing in its store, and no anchor.
func empty(t *testing.T) *log {
	t.Helper()
	path := filepath.Join(t.TempDir(), "workspace.db")
	s, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	l := &log{T: t, path: path, store: &scripted{Store: s}, anchor: &memoryAnchor{}, now: monday}
	l.restart()
	return l
}

func begun(t *testing.T) *log {
	t.Helper()
	l := empty(t)
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
	l.clock = journal.NewClock(func() time.Time { return l.now })
	l.j = journal.New(journal.Config{Store: l.store, Anchor: l.anchor, Clock: l.clock, Dependents: l, MarkEvery: 1000, Key: l.lendKey})
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
		journal.Record(tx, l.now, "changed", "", "", nil)
		return fn(tx)
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

// edit changes the file with a tool of another's.
func (l *log) edit(statements ...string) {
	l.Helper()
	db, err := sql.Open("sqlite", l.path)
	l.ok(err)
	for _, s := range statements {
		r, err := db.ExecContext(l.Context(), s)
		l.ok(err)
		if n, err := r.RowsAffected(); n == 0 || err != nil {
			l.Fatalf("%s: %d rows, %v", s, n, err)
		}
	}
	l.ok(db.Close())
}

// finds opens the journal anew and expects one kind of finding.
func (l *log) finds(want audit.FindingKind, key string) *audit.Mismatch {
	l.Helper()
	l.restart()
	r, err := l.j.Open(l.Context())
	if err != nil || r == nil || len(r.Findings) != 1 || r.Findings[0].Kind != want || r.Findings[0].Key != key {
		l.Errorf("%v (%v), not %s %s", r, err, want, key)
	}
	return r
}
