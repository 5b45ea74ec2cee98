package tokenstest

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"countersign/backend/store"
)

// Memory is a store.Tokens for tests of servers that are not about the database. It keeps the contract.
type Memory struct {
	mu   sync.Mutex
	rows map[store.Digest]*row
	last int64
}

type row struct {
	store.Token
	begun  int64
	holder string
	held   time.Time
}

var _ store.Tokens = (*Memory)(nil)

// NewMemory makes one without a token.
func NewMemory() *Memory { return &Memory{rows: map[store.Digest]*row{}} }

func copied(t store.Token) store.Token {
	t.State, t.Answer = bytes.Clone(t.State), bytes.Clone(t.Answer)
	return t
}

// Add implements store.Tokens.
func (m *Memory) Add(_ context.Context, t store.Token, most int, holder string, lease time.Duration) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.rows[t.Digest] != nil {
		return false, nil
	}
	m.last++
	m.rows[t.Digest] = &row{copied(t), m.last, holder, time.Now().Add(lease)}
	if t.Person == "" {
		return true, nil
	}
	var all []*row
	for _, r := range m.rows {
		if r.Person == t.Person && r.Kind.Ends() == t.Kind.Ends() && !r.Until.IsZero() {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b *row) int { return cmp.Compare(b.begun, a.begun) })
	for _, r := range all[min(most, len(all)):] {
		r.Until = time.Time{}
	}
	return true, nil
}

// Look implements store.Tokens.
func (m *Memory) Look(_ context.Context, d store.Digest) (store.Token, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.rows[d]
	if r == nil {
		return store.Token{}, store.ErrNotFound
	}
	return copied(r.Token), nil
}

// Take implements store.Tokens. There is no Act: what it is beside has no transactions of a server.
func (m *Memory) Take(_ context.Context, d store.Digest, holder string, lease time.Duration, _ store.Digest) (store.Token, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.rows[d]
	switch {
	case r == nil:
		return store.Token{}, store.ErrNotFound
	case time.Now().Before(r.held):
		return store.Token{}, store.ErrHeld
	}
	r.holder, r.held = holder, time.Now().Add(lease)
	return copied(r.Token), nil
}

// mine calls use with a token that its holder still holds.
func (m *Memory) mine(d store.Digest, holder string, use func(*row)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.rows[d]
	if r == nil || r.holder != holder || !time.Now().Before(r.held) {
		return store.ErrHeld
	}
	use(r)
	return nil
}

// Renew implements store.Tokens.
func (m *Memory) Renew(_ context.Context, d store.Digest, holder string, lease time.Duration) error {
	return m.mine(d, holder, func(r *row) { r.held = time.Now().Add(lease) })
}

// Keep implements store.Tokens.
func (m *Memory) Keep(_ context.Context, t store.Token, holder string) error {
	return m.mine(t.Digest, holder, func(r *row) { r.keep(t) })
}

// Leave implements store.Tokens.
func (m *Memory) Leave(_ context.Context, t store.Token, holder string) error {
	return m.mine(t.Digest, holder, func(r *row) {
		r.keep(t)
		r.holder, r.held = "", time.Time{}
	})
}

func (r *row) keep(t store.Token) {
	if r.Until.IsZero() {
		t.Until = r.Until
	}
	r.Token = copied(t)
}

// Remove implements store.Tokens.
func (m *Memory) Remove(_ context.Context, d store.Digest, holder string) error {
	return m.mine(d, holder, func(*row) { delete(m.rows, d) })
}

// Over implements store.Tokens.
func (m *Memory) Over(_ context.Context, now time.Time, most int) (due []store.Digest, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	removed := 0
	for d, r := range m.rows {
		switch {
		case now.Before(r.Until) || time.Now().Before(r.held):
		case r.Kind.Ends() && len(due) < most:
			due = append(due, d)
		case !r.Kind.Ends() && removed < most:
			removed++
			delete(m.rows, d)
		}
	}
	return due, nil
}

// Len is how many tokens there are.
func (m *Memory) Len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.rows)
}
