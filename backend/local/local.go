// Package local opens a workspace on this computer: package workspace in this process over a store, and package client in front of it.
// It is where the two halves meet; the rest of a program sees the client's.
package local

import (
	"context"

	"countersign/backend/client"
	"countersign/backend/store"
	"countersign/backend/workspace"
)

// Config is what a workspace stands on.
type Config = workspace.Config

// Open reads what the store holds: see workspace.Open. This computer's share has to be in the keychain.
func Open(ctx context.Context, c Config) (*client.Local, error) {
	w, err := workspace.Open(ctx, c)
	if err != nil {
		return nil, err
	}
	l, err := client.OpenLocal(ctx, w.Service(), w.Maker(), half(c))
	if err != nil {
		w.Close()
	}
	return l, err
}

// OpenQuarantined opens what Open has refused as not_authentic: see workspace.OpenQuarantined. A database that fits by now
// gives nil.
func OpenQuarantined(ctx context.Context, c Config) (*client.Quarantine, error) {
	q, w, err := workspace.OpenQuarantined(ctx, c)
	if q == nil {
		return nil, err
	}
	sealed, err := client.OpenQuarantined(ctx, q.Service(), w.Service(), half(c), c.Files)
	if err != nil {
		w.Close()
	}
	return sealed, err
}

// half is what of it concerns the client.
func half(c Config) client.Config {
	return client.Config{Secrets: c.Secrets, Log: c.Log, Rand: c.Rand, Password: store.Argon2id(c.Password), Recovery: store.Argon2id(c.Recovery)}
}
