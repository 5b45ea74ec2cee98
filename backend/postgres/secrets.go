package postgres

import (
	"context"
	"errors"
	"fmt"

	"countersign/backend/secret"
	"countersign/backend/serverkey"
	"countersign/backend/store"
)

// Secrets implements store.Secrets for one workspace of a Database. Each value is encrypted under the server's key, and
// bound to its workspace and name: moved to another row, it does not open.
//
// Set and Delete are transactions of their own, and last when they return, as with a keychain. Where nobody knows whether they
// do, they are store.ErrUnknownOutcome. Of two that set a name at the same time the later one stands, and
// the other sees that when it reads the item back. While the Store is in an Exclusive, both change nothing
// any more if the lock was lost: an anchor is never written over that of the next holder.
type Secrets struct {
	s      *Store
	box    *serverkey.Box
	within *tx // the transaction of a Filling; nil: each call has its own
}

var _ store.SecretsInside = (*Secrets)(nil)

// Secrets gives the secrets of a workspace of the same database.
func (k *Key) Secrets(of *Store) *Secrets {
	if of.db != k.db {
		panic("postgres: the workspace is of another database than the key")
	}
	return &Secrets{s: of, box: k.box}
}

// Set implements store.Secrets.
func (k *Secrets) Set(ctx context.Context, name string, value secret.Bytes) error {
	if err := errors.Join(store.CheckSecretName(name), store.CheckSecret(value)); err != nil {
		return err
	}
	ciphertext, err := k.box.Encrypt(value, k.s.workspace, name)
	if err == nil {
		err = k.change(ctx, func(t *tx) error { return t.exec(setSecret, name, ciphertext) })
	}
	return about("set", name, err)
}

const setSecret = "INSERT INTO secrets (workspace, name, ciphertext) VALUES ($1, $2, $3) ON CONFLICT (workspace, name) DO UPDATE SET ciphertext = excluded.ciphertext"

// SetIn implements store.SecretsInside. A conflict stays one: it is the whole transaction's, which is run again.
func (k *Secrets) SetIn(in store.WriteTx, name string, value secret.Bytes) (bool, error) {
	t, is := in.(*tx)
	if !is || t.of != k.s {
		return false, nil
	}
	if err := errors.Join(store.CheckSecretName(name), store.CheckSecret(value)); err != nil {
		return false, err
	}
	ciphertext, err := k.box.Encrypt(value, k.s.workspace, name)
	if err == nil {
		err = t.exec(setSecret, name, ciphertext)
	}
	if err != nil {
		return false, fmt.Errorf("secrets: set %s: %w", name, err)
	}
	return true, nil
}

// Get implements store.Secrets. Errors: store.ErrSecretsDamaged where the value does not open.
func (k *Secrets) Get(ctx context.Context, name string) (value secret.Bytes, err error) {
	if err := store.CheckSecretName(name); err != nil {
		return secret.Bytes{}, err
	}
	var ciphertext []byte // 4,096 bytes are more than any has
	err = k.look(ctx, func(t *readTx) error {
		return t.row("SELECT substring(ciphertext FOR 4096) FROM secrets WHERE workspace = $1 AND name = $2", []any{name}, &ciphertext)
	})
	if errors.Is(err, store.ErrNotFound) {
		return secret.Bytes{}, store.ErrSecretMissing
	}
	if err != nil {
		return secret.Bytes{}, about("get", name, err)
	}
	if value, err = k.box.Decrypt(ciphertext, k.s.workspace, name); err != nil {
		return secret.Bytes{}, about("get", name, fmt.Errorf("%w: %w", store.ErrSecretsDamaged, err))
	}
	return value, nil
}

// Delete implements store.Secrets. The database's files and its backups may have the ciphertext for longer.
func (k *Secrets) Delete(ctx context.Context, name string) error {
	if err := store.CheckSecretName(name); err != nil {
		return err
	}
	return about("delete", name, k.change(ctx, func(t *tx) error {
		return t.exec("DELETE FROM secrets WHERE workspace = $1 AND name = $2", name)
	}))
}

func (k *Secrets) change(ctx context.Context, fn func(*tx) error) error {
	if k.within != nil {
		return fn(k.within)
	}
	return k.s.update(ctx, simple, fn)
}

func (k *Secrets) look(ctx context.Context, fn func(*readTx) error) error {
	if k.within != nil {
		return fn(k.within.readTx)
	}
	return k.s.ask(ctx, fn)
}

// about names the item. A conflict, which only a deadlock could be here, is not told as one: whoever is told of one runs
// a whole change again, and this one's commit may stand.
func about(act, name string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, store.ErrConflict) {
		err = fmt.Errorf("%w: %v", store.ErrBusy, err)
	}
	return fmt.Errorf("secrets: %s %s: %w", act, name, err)
}
