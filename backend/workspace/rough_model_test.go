package workspace_test

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"countersign/backend/secret"
	"countersign/backend/workspace"
)

// trouble is what a keychain or a store does wrong.
type trouble string

const (
	fine    trouble = ""
	refuses trouble = "refuses" // nothing happens, and it says so
	lies    trouble = "lies"    // a keychain says yes and stores nothing; a store says no and has committed
	late    trouble = "late"    // a keychain does not answer; what it was told happens calls later
)

// weather decides what goes wrong with the next calls. It is shared by a keychain
// and a store, so that their troubles come in one order.
type weather struct {
	mu      sync.Mutex
	coming  []trouble // for the next calls that write, one each
	reading []error   // for the next reads of the keychain
	keeping error     // what the keychain answers when it refuses
	storing error     // what the store answers when it refuses
	met     int       // troubles that came true since the last forecast
}

func (w *weather) forecast(coming []trouble, reading []error, keeping, storing error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.coming, w.reading, w.keeping, w.storing, w.met = coming, reading, keeping, storing, 0
}

func (w *weather) next() trouble {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.coming) == 0 {
		return fine
	}
	t := w.coming[0]
	w.coming = w.coming[1:]
	if t != fine {
		w.met++
	}
	return t
}

func (w *weather) read() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.reading) == 0 {
		return nil
	}
	err := w.reading[0]
	w.reading = w.reading[1:]
	if err != nil {
		w.met++
	}
	return err
}

func (w *weather) troubles() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.met
}

// roughSecrets is a keychain in rough weather. A call that is late keeps every
// further one waiting, as the real one does: they all say that it is slow.
type roughSecrets struct {
	workspace.Secrets
	*weather
	mu      sync.Mutex
	pending func() // what the late call will do
	waits   int    // calls until it does
}

// turn counts down to the late call's end, and says whether it is still out.
func (s *roughSecrets) turn() error {
	if s.pending == nil {
		return nil
	}
	if s.waits--; s.waits > 0 {
		return fmt.Errorf("an earlier call is out: %w", workspace.ErrKeychainSlow)
	}
	s.pending()
	s.pending = nil
	return nil
}

// clear lets the late call end.
func (s *roughSecrets) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending != nil {
		s.pending()
		s.pending = nil
	}
}

func (s *roughSecrets) write(act func() error, canLie bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.turn(); err != nil {
		return err
	}
	switch t := s.next(); {
	case t == refuses:
		return s.keeping
	case t == lies && canLie:
		return nil
	case t == late:
		s.pending, s.waits = func() { _ = act() }, 3
		return workspace.ErrKeychainSlow
	}
	return act()
}

func (s *roughSecrets) Set(ctx context.Context, name string, v secret.Bytes) error {
	v = secret.NewBytes(bytes.Clone(v.Reveal()))
	return s.write(func() error { return s.Secrets.Set(ctx, name, v) }, true)
}

func (s *roughSecrets) Delete(ctx context.Context, name string) error {
	return s.write(func() error { return s.Secrets.Delete(ctx, name) }, false)
}

func (s *roughSecrets) Get(ctx context.Context, name string) (secret.Bytes, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.turn(); err != nil {
		return secret.Bytes{}, err
	}
	if err := s.read(); err != nil {
		return secret.Bytes{}, err
	}
	return s.Secrets.Get(ctx, name)
}

// roughStore is a store in rough weather.
type roughStore struct {
	workspace.Store
	*weather
}

func (s roughStore) Update(ctx context.Context, fn func(workspace.Tx) error) error {
	t := s.next()
	err := s.Store.Update(ctx, func(tx workspace.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		if t == refuses || t == late {
			return s.storing // at the commit
		}
		return nil
	})
	if err == nil && t == lies {
		return workspace.ErrStoreFailed
	}
	return err
}
