package keychain

import (
	"bytes"
	"context"
	"sync"

	"countersign/backend/secret"
	"countersign/backend/store"
)

// Memory keeps secrets in memory, under the same contract as a Keychain and
// with the same refusals of names and sizes. It is a fake of the keychain for
// tests, and forgets all when the process ends.
type Memory struct {
	mu    sync.Mutex
	items map[string][]byte
}

var _ store.Secrets = (*Memory)(nil)

// NewMemory returns an empty Memory.
func NewMemory() *Memory { return &Memory{items: map[string][]byte{}} }

// Set implements store.Secrets.
func (m *Memory) Set(ctx context.Context, name string, value secret.Bytes) error {
	if _, err := accountFor(name); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	if err := store.CheckSecret(value); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.items[name] = bytes.Clone(value.Reveal())
	return nil
}

// Get implements store.Secrets. Each call returns a copy, so that wiping one
// leaves the item.
func (m *Memory) Get(ctx context.Context, name string) (secret.Bytes, error) {
	if _, err := accountFor(name); err != nil {
		return secret.Bytes{}, err
	}
	if err := ctx.Err(); err != nil {
		return secret.Bytes{}, context.Cause(ctx)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	value, ok := m.items[name]
	if !ok {
		return secret.Bytes{}, store.ErrSecretMissing
	}
	return secret.NewBytes(bytes.Clone(value)), nil
}

// Delete implements store.Secrets.
func (m *Memory) Delete(ctx context.Context, name string) error {
	if _, err := accountFor(name); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.items, name)
	return nil
}

// Names lists what is kept, in no order: a test asks it whether anything was
// left behind.
func (m *Memory) Names() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	names := make([]string, 0, len(m.items))
	for name := range m.items {
		names = append(names, name)
	}
	return names
}
