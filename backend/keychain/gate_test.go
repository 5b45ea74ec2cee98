package keychain

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"countersign/backend/store"
)

// In these tests time is the bubble's: an hour passes as soon as everybody waits.

func TestCalls_OneThatNeverReturnsBlocksNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, stuck := newGate(), make(chan struct{})
		began := time.Now()
		pass(t, g)
		err := g.run(t.Context(), 5*time.Second, func() error { <-stuck; return nil })
		if !errors.Is(err, store.ErrKeychainSlow) || time.Since(began) != 5*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		for range 1000 {
			if err := g.enter(t.Context(), time.Hour); !errors.Is(err, store.ErrKeychainSlow) {
				t.Fatalf("a further call: %v", err)
			}
		}
		if time.Since(began) != 5*time.Second {
			t.Error("further calls waited")
		}
		close(stuck)
		synctest.Wait()
		pass(t, g)
		g.leave()
	})
}

func TestCalls_WaitersAreToldOfASlowCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, stuck := newGate(), make(chan struct{})
		pass(t, g)
		go func() { _ = g.run(t.Context(), 5*time.Second, func() error { <-stuck; return nil }) }()
		waiting := make(chan error, 64)
		for range cap(waiting) {
			go func() { waiting <- g.enter(t.Context(), time.Hour) }()
		}
		for range cap(waiting) {
			if err := <-waiting; !errors.Is(err, store.ErrKeychainSlow) {
				t.Errorf("one who waited: %v", err)
			}
		}
		close(stuck)
	})
}

func TestCalls_PastDeadlineEndsNoLaterCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		for range 3 {
			pass(t, g)
			err := g.run(t.Context(), 5*time.Second, func() error { <-time.After(4 * time.Second); return nil })
			if err != nil {
				t.Error(err)
			}
		}
	})
}

func TestCalls_CancelledCallStillBlocksTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, end := newGate(), make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		pass(t, g)
		go cancel()
		err := g.run(ctx, 5*time.Second, func() error { <-end; return nil })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the caller: %v", err)
		}
		if err := g.enter(t.Context(), time.Second); !errors.Is(err, store.ErrKeychainSlow) {
			t.Errorf("the next: %v", err)
		}
		close(end)
		synctest.Wait()
		pass(t, g)
		g.leave()
	})
}

func TestCalls_PanicIsAnError(t *testing.T) {
	t.Parallel()
	g := newGate()
	pass(t, g)
	err := g.run(t.Context(), time.Minute, func() error { panic("nil signal") })
	if !errors.Is(err, store.ErrKeychainFailed) {
		t.Errorf("got %v", err)
	}
	pass(t, g)
	g.leave()
}

func pass(t *testing.T, g *gate) {
	t.Helper()
	if err := g.enter(t.Context(), time.Minute); err != nil {
		t.Fatal(err)
	}
}
