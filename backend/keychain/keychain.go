// Package keychain keeps the workspace's secrets in the operating system's
// keychain: the Secret Service on Linux, Keychain on macOS, Credential Manager
// on Windows. It implements store.Secrets on zalando/go-keyring.
//
// Make one Keychain for each process with New and share it: it lets one call
// through at a time, and its patience is counted for all callers together. Use
// NewMemory where a test needs the contract and no keychain.
//
// No call blocks for ever, although go-keyring has no deadline of its own. A
// call ends after 5 seconds, or after 60 while the system asks the person to
// unlock. What then still runs inside the keychain is left to end by itself in
// one goroutine, and until it does every further call fails at once with
// store.ErrKeychainSlow.
//
// What can be told apart depends on the system. On Linux all of it: the bus is
// asked first, see access_linux.go. On macOS the exit status of the security
// tool tells a locked keychain from a dismissed prompt, but not whether a
// prompt is up, so each call has 60 seconds. Windows never prompts.
package keychain

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/zalando/go-keyring"

	"countersign/backend/secret"
	"countersign/backend/store"
)

// MaxValue is how many bytes a secret may have, as in every Secrets.
const MaxValue = store.MaxSecret

// patience says how long a call may take.
type patience struct {
	answer time.Duration // for the keychain to answer
	prompt time.Duration // for the person to answer the system's prompt
	human  time.Duration // a prompt that closes sooner was not closed by a person
}

var standard = patience{answer: 5 * time.Second, prompt: 60 * time.Second, human: 100 * time.Millisecond}

// Keychain is the operating system's keychain under one service name. It is
// safe for concurrent use.
type Keychain struct {
	service  string
	patience patience
	gate     *gate
	access   access // used by whoever holds the gate
}

var _ store.Secrets = (*Keychain)(nil)

// New returns the keychain's items under a service name: "Countersign" for the
// product, another for development builds and for tests, so that they never
// touch a person's items. It opens nothing: the first call does.
func New(service string) *Keychain { return newKeychain(service, standard) }

func newKeychain(service string, p patience) *Keychain {
	return &Keychain{service: service, patience: p, gate: newGate()}
}

// Set stores value under name and replaces what was there: that a secret is
// never rewritten is its caller's rule. A value has at most store.MaxSecret bytes.
//
// A nil error is the keychain's word, not proof. Read the item back and compare
// before anything depends on it.
func (k *Keychain) Set(ctx context.Context, name string, value secret.Bytes) error {
	if err := store.CheckSecret(value); err != nil {
		return err
	}
	text := base64.StdEncoding.EncodeToString(value.Reveal())
	return k.do(ctx, "set", name, func(account string) error {
		return keyring.Set(k.service, account, text)
	})
}

// Get reads the secret under name. It is store.ErrSecretMissing when the
// keychain answers and has no such item, and store.ErrKeychainFailed when
// the item is not one that Set has written.
func (k *Keychain) Get(ctx context.Context, name string) (secret.Bytes, error) {
	read := make(chan string, 1)
	err := k.do(ctx, "get", name, func(account string) error {
		text, err := keyring.Get(k.service, account)
		read <- text
		return err
	})
	if err != nil {
		return secret.Bytes{}, err
	}
	return decode(<-read)
}

func decode(text string) (secret.Bytes, error) {
	// An item is as written or not ours: Strict refuses stray bits, but not line breaks.
	value, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") {
		// The decoder's own error quotes positions of a secret, so it is dropped.
		return secret.Bytes{}, fmt.Errorf("%w: the item is not in the form it was written in", store.ErrKeychainFailed)
	}
	return secret.NewBytes(value), nil
}

// Delete removes the item under name. Deleting what is not there is fine.
func (k *Keychain) Delete(ctx context.Context, name string) error {
	err := k.do(ctx, "delete", name, func(account string) error {
		return keyring.Delete(k.service, account)
	})
	if errors.Is(err, store.ErrSecretMissing) {
		return nil
	}
	return err
}

// do makes one call: waits its turn, sees to it that the keychain is there and
// open, and runs act under the deadline.
func (k *Keychain) do(ctx context.Context, verb, name string, act func(account string) error) error {
	account, err := accountFor(name)
	if err != nil {
		return err
	}
	if err := k.gate.enter(ctx, k.patience.prompt); err != nil {
		return fmt.Errorf("keychain: %s %s: %w", verb, name, err)
	}
	item := item{service: k.service, account: account, existing: verb != "set"}
	if err := k.access.prepare(ctx, item, k.patience); err != nil {
		k.gate.leave()
		return fmt.Errorf("keychain: %s %s: %w", verb, name, err)
	}
	err = k.gate.run(ctx, limit(k.patience), func() error { return explain(act(account)) })
	if err != nil {
		return fmt.Errorf("keychain: %s %s: %w", verb, name, err)
	}
	return nil
}

// item is what a call is about, as the keychain files it.
type item struct {
	service, account string
	existing         bool // the call needs the item itself, which may be locked apart
}

// explain turns go-keyring's errors into the domain's. An error that already
// is one of them passes.
func explain(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, keyring.ErrNotFound):
		return store.ErrSecretMissing
	case errors.Is(err, keyring.ErrSetDataTooBig):
		return fmt.Errorf("%w: the keychain refuses a value of this size", store.ErrKeychainFailed)
	case errors.Is(err, keyring.ErrUnsupportedPlatform):
		return fmt.Errorf("%w: no keychain is known for this system", store.ErrKeychainAbsent)
	}
	return explainSystem(err)
}
