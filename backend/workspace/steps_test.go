package workspace_test

import (
	"context"
	"fmt"
	"sync"

	"countersign/backend/audit"
	"countersign/backend/local"
	"countersign/backend/store"
	"countersign/backend/workspace"
)

// stepStore counts the times that something may be committed, and has something
// happen before one of them: between two commits of an act.
type stepStore struct {
	store.Store
	mu     sync.Mutex
	seen   int
	at     int // before which; 0: none
	happen func()
}

func (s *stepStore) Exclusive(ctx context.Context, fn func() error) error {
	s.mu.Lock()
	s.seen++
	var now func()
	if s.seen == s.at {
		now, s.happen = s.happen, nil
	}
	s.mu.Unlock()
	if now != nil {
		now()
	}
	return s.Store.Exclusive(ctx, fn)
}

func (s *stepStore) Snapshot(ctx context.Context) ([]byte, error) {
	return s.Store.(workspace.Snapshotter).Snapshot(ctx)
}

// before has something happen before the nth time from now on.
func (s *stepStore) before(n int, happen func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen, s.at, s.happen = 0, n, happen
}

// stop tells how often there was a time, and lets nothing happen any more.
func (s *stepStore) stop() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = 0
	return s.seen
}

// onSteps opens the fixture on a store with steps.
func (h *fixture) onSteps() *stepStore {
	h.Helper()
	s := &stepStore{Store: h.store}
	var err error
	h.w, err = local.Open(h.Context(), local.Config{Store: s, Secrets: h.secrets, Files: h.files, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
	h.ok(err)
	return s
}

func (h *fixture) eventsAfter(seq int64) (all []audit.Event) {
	h.Helper()
	h.ok(h.store.View(h.Context(), func(tx store.ReadTx) error {
		return eachEvent(tx, seq, func(e audit.Event, _ []byte) error {
			all = append(all, e)
			return nil
		})
	}))
	return all
}

// afterStore has something happen after the nth time that something was committed.
type afterStore struct {
	store.Store
	n      int // 1: the next; 0: never
	happen func()
}

func (s *afterStore) Exclusive(ctx context.Context, fn func() error) error {
	err := s.Store.Exclusive(ctx, fn)
	if s.n > 0 {
		if s.n--; s.n == 0 {
			s.happen()
		}
	}
	return err
}

// onAfter opens the fixture on such a store.
func (h *fixture) onAfter() *afterStore {
	h.Helper()
	s := &afterStore{Store: h.store}
	var err error
	h.w, err = local.Open(h.Context(), local.Config{Store: s, Secrets: h.secrets, Files: h.files, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
	h.ok(err)
	return s
}

// amid has something happen before the nth commit of an act.
func (h *fixture) amid(steps *stepStore, n int, happen func(), act func() error) error {
	h.Helper()
	happened := false
	steps.before(n, func() {
		happened = true
		happen()
	})
	err := act()
	if steps.stop(); !happened {
		h.Fatalf("there is no commit %d: %v", n, err)
	}
	return err
}

// alter changes a profile, as another program would that holds the folder, too.
func (h *fixture) alter(id string, how func(*store.Profile)) {
	h.Helper()
	h.ok(workspace.Change(inner(h.w), context.WithoutCancel(h.Context()), func(tx store.WriteTx) error {
		p, err := tx.Profile(id)
		if err != nil {
			return err
		}
		how(&p)
		return tx.UpdateProfile(p)
	}))
}

// alterInfo changes the workspace itself likewise.
func (h *fixture) alterInfo(how func(*store.Info)) {
	h.Helper()
	h.ok(workspace.Change(inner(h.w), context.WithoutCancel(h.Context()), func(tx store.WriteTx) error {
		i, err := tx.Info()
		if err != nil {
			return err
		}
		how(&i)
		return tx.UpdateInfo(i)
	}))
}

// alterKey changes a holder's row likewise, or deletes it.
func (h *fixture) alterKey(holder string, how func(*store.VaultKey) (keep bool)) {
	h.Helper()
	h.ok(workspace.Change(inner(h.w), context.WithoutCancel(h.Context()), func(tx store.WriteTx) error {
		k, err := tx.VaultKey(holder)
		if err != nil {
			return err
		}
		if !how(&k) {
			return tx.DeleteVaultKey(holder)
		}
		return tx.SaveVaultKey(k)
	}))
}

func outOfIt(p *store.Profile) { p.State, p.Epoch = store.ProfileSuspended, p.Epoch+1 }

// kinds counts the events of a kind after an event.
func (h *fixture) kinds(after int64, kind string) (n int) {
	h.Helper()
	for _, e := range h.eventsAfter(after) {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

// head is the sequence number of the newest event.
func (h *fixture) head() (n int64) {
	h.Helper()
	h.ok(h.store.View(h.Context(), func(tx store.ReadTx) error {
		head, err := tx.Head()
		n = head.Seq
		return err
	}))
	return n
}

// newest is the number of the newest event: a guess that is counted adds one.
func (h *fixture) newest() int64 {
	h.Helper()
	head, _, err := workspace.ReadAnchor(inner(h.w), h.Context())
	h.ok(err)
	return head
}

// hinder has the database leave out what an act does to a table: with "IGNORE" no row
// is changed, with "ABORT" the statement fails. when is such as "DELETE ON factors".
func (h *fixture) hinder(how, when string) {
	h.Helper()
	raise := "RAISE(IGNORE)"
	if how == "ABORT" {
		raise = "RAISE(ABORT, 'hindered')"
	}
	h.sneak(fmt.Sprintf("CREATE TRIGGER hindered BEFORE %s BEGIN SELECT %s; END", when, raise))
}
