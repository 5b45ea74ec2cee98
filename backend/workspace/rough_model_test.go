package workspace_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"

	"countersign/backend/secret"
	"countersign/backend/store"
)

// trouble is what a keychain or a store does wrong.
type trouble string

const (
	fine    trouble = ""
	refuses trouble = "refuses" // nothing happens, and it says so
	lies    trouble = "lies"    // a keychain says yes and stores nothing; a store says no and has committed
	late    trouble = "late"    // a keychain does not answer; what it was told happens calls later
)

// forecast is what goes wrong with the next calls of each sort, one entry each.
type forecast struct {
	writing []trouble // commits and the keychain's writes, in the order in which they come
	getting []error   // the keychain's reads
	keys    []error   // the keychain's reads of TOTP secrets
	viewing []error   // the store's reads
	keeping error     // what the keychain answers when it refuses a write
	storing error     // what the store answers when it refuses a commit
}

// weather is shared by a keychain and a store, so that their troubles come in one
// order.
type weather struct {
	mu sync.Mutex
	forecast
	met int // troubles that came true
}

func (w *weather) turn(f forecast) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.forecast = f
}

// pop takes the next trouble of a sort; none is the zero value.
func pop[T comparable](w *weather, coming *[]T) (next T) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(*coming) == 0 {
		return next
	}
	next, *coming = (*coming)[0], (*coming)[1:]
	var none T
	if next != none {
		w.met++
	}
	return next
}

func (w *weather) meet() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.met++
}

// troubles counts those that came true, from 0 again.
func (w *weather) troubles() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, w.met = w.met, 0
	return n
}

// roughSecrets is a keychain in rough weather. A call that is late keeps every
// further one waiting, as the real one does: they all say that it is slow.
type roughSecrets struct {
	store.Secrets
	*weather
	mu      sync.Mutex
	pending func() // what the late call will do
	waits   int    // calls until it does
}

// wait counts down to the late call's end, and says whether it is still out.
func (s *roughSecrets) wait() error {
	if s.pending == nil {
		return nil
	}
	if s.waits--; s.waits > 0 {
		s.meet()
		return fmt.Errorf("an earlier call is out: %w", store.ErrKeychainSlow)
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
	if err := s.wait(); err != nil {
		return err
	}
	switch t := pop(s.weather, &s.writing); {
	case t == refuses:
		return s.keeping
	case t == lies && canLie:
		return nil
	case t == late:
		s.pending, s.waits = func() { _ = act() }, 3
		return store.ErrKeychainSlow
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
	if err := s.wait(); err != nil {
		return secret.Bytes{}, err
	}
	if err := pop(s.weather, &s.getting); err != nil {
		return secret.Bytes{}, err
	}
	if strings.Contains(name, "/totp/") {
		if err := pop(s.weather, &s.keys); err != nil {
			return secret.Bytes{}, err
		}
	}
	return s.Secrets.Get(ctx, name)
}

// roughStore is a store in rough weather.
type roughStore struct {
	store.Store
	*weather
}

func (s roughStore) Update(ctx context.Context, fn func(store.WriteTx) error) error {
	t := pop(s.weather, &s.writing)
	err := s.Store.Update(ctx, func(tx store.WriteTx) error {
		if err := fn(tx); err != nil {
			return err
		}
		if t == refuses || t == late {
			return s.storing // at the commit
		}
		return nil
	})
	if err == nil && t == lies {
		return store.ErrFailed
	}
	return err
}

func (s roughStore) View(ctx context.Context, fn func(store.ReadTx) error) error {
	if err := pop(s.weather, &s.viewing); err != nil {
		return err
	}
	return s.Store.View(ctx, fn)
}
