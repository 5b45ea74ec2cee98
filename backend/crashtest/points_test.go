package crashtest

import (
	"context"
	"fmt"
	"os"
	"sync"

	"countersign/backend/journal"
	"countersign/backend/secret"
	"countersign/backend/store"
	"countersign/backend/workspace"
)

// points numbers every write as it happens, from 1, writes its name to a file,
// and ends the process at the one it was told to. Until it is armed it counts
// nothing, so that a use case's own preparation is not among its points.
type points struct {
	mu    sync.Mutex
	log   *os.File
	armed bool
	count int
	end   int // 0: at none
}

// start begins to count; with immediately it ends the process at once.
func (p *points) start(immediately bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.armed = true
	if immediately {
		endNow()
	}
}

// pass is one side of a write.
func (p *points) pass(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.armed {
		return
	}
	p.count++
	if _, err := fmt.Fprintf(p.log, format+"\n", args...); err != nil {
		panic(err)
	}
	if p.count == p.end {
		endNow()
	}
}

// endNow is kill -9, by the process itself: nothing of it runs after that.
func endNow() {
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Kill()
	}
	if err != nil {
		panic(err)
	}
	select {}
}

// watchedSecrets passes a point before and after each write of the keychain.
type watchedSecrets struct {
	store.Secrets
	points *points
}

func (s watchedSecrets) Set(ctx context.Context, name string, value secret.Bytes) error {
	s.points.pass("before setting %s", short(name))
	err := s.Secrets.Set(ctx, name, value)
	s.points.pass("after setting %s", short(name))
	return err
}

func (s watchedSecrets) Delete(ctx context.Context, name string) error {
	s.points.pass("before deleting %s", short(name))
	err := s.Secrets.Delete(ctx, name)
	s.points.pass("after deleting %s", short(name))
	return err
}

// watchedStore passes a point before and after each commit.
type watchedStore struct {
	store.Store
	points *points
}

func (s watchedStore) Update(ctx context.Context, fn func(store.WriteTx) error) error {
	what := "a change without an event"
	err := s.Store.Update(ctx, func(tx store.WriteTx) error {
		if err := fn(watchedTx{tx, &what}); err != nil {
			return err
		}
		s.points.pass("before committing %s", what)
		return nil
	})
	if err == nil {
		s.points.pass("%s %s", committed, what)
	}
	return err
}

func (s watchedStore) Snapshot(ctx context.Context) ([]byte, error) {
	return s.Store.(workspace.Snapshotter).Snapshot(ctx)
}

func (s watchedStore) CheckIndexes(ctx context.Context) error {
	return s.Store.(journal.Checker).CheckIndexes(ctx)
}

const committed = "after committing"

// watchedTx learns what a change is from its event.
type watchedTx struct {
	store.WriteTx
	what *string
}

func (t watchedTx) AppendEvent(e store.SignedEvent) error {
	*t.what = e.Kind
	return t.WriteTx.AppendEvent(e)
}
