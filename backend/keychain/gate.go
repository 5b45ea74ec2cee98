package keychain

import (
	"context"
	"fmt"
	"sync"
	"time"

	"countersign/backend/store"
)

// gate lets one call at a time through to the keychain, and refuses all while
// one has overstayed. go-keyring cannot be interrupted: a call that hangs keeps
// its goroutine, and the gate sees to it that it is the only one.
type gate struct {
	slot chan struct{} // holds a token while a call is under way

	mu   sync.Mutex
	turn int           // counts calls that have ended
	late chan struct{} // closed while the call under way has overstayed
}

func newGate() *gate {
	return &gate{slot: make(chan struct{}, 1), late: make(chan struct{})}
}

// enter waits for the gate to be free, but no longer than limit. After nil the
// caller owes a run or a leave.
func (g *gate) enter(ctx context.Context, limit time.Duration) error {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	late := g.lateness()
	select {
	case <-late:
		return slow("an earlier call has not returned")
	default:
	}
	select {
	case g.slot <- struct{}{}:
		return nil
	case <-late:
		return slow("an earlier call has not returned")
	case <-timer.C:
		return slow("too many calls are waiting")
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// leave gives the gate free.
func (g *gate) leave() {
	g.mu.Lock()
	g.turn++
	select {
	case <-g.late:
		g.late = make(chan struct{})
	default:
	}
	g.mu.Unlock()
	<-g.slot
}

// run runs act in a goroutine of its own and returns what it returned, or
// ErrKeychainSlow after limit, or the context's error. The gate is free again
// once act has returned, whoever still waits for it.
func (g *gate) run(ctx context.Context, limit time.Duration, act func() error) error {
	g.mu.Lock()
	turn, late := g.turn, g.late
	g.mu.Unlock()
	timer := time.AfterFunc(limit, func() { g.overstay(turn) })
	done := make(chan error, 1)
	go func() {
		err := careful(act)
		timer.Stop()
		g.leave()
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-late:
		return slow("the keychain has not answered")
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (g *gate) lateness() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.late
}

// overstay marks the call of that turn as late, if it is still under way.
func (g *gate) overstay(turn int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.turn == turn {
		close(g.late)
	}
}

// careful turns a panic into an error: go-keyring's wait for a prompt panics
// when the bus goes away, and a lost keychain must not take the app with it.
func careful(act func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: the connection broke off", store.ErrKeychainFailed)
		}
	}()
	return act()
}

func slow(why string) error { return fmt.Errorf("%w: %s", store.ErrKeychainSlow, why) }
