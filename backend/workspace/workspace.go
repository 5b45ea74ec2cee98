package workspace

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"countersign/backend/journal"
	"countersign/backend/password"
	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// Config is what a workspace stands on.
type Config struct {
	Store   store.Store
	Secrets store.Secrets
	Files   store.Blobs      // of the contracts; nil where they are not dealt with
	Now     func() time.Time // the time of day; nil for time.Now
	Rand    io.Reader        // nil for crypto/rand
	Log     *slog.Logger     // nil for none
	// Sentence puts an entry of the log into words of LogQuery.Language, which LogQuery.Text is looked for in. Nil:
	// the kind, the names and the details are searched.
	Sentence func(language string, e service.LogEntry) string
	Idle     time.Duration // a session ends after this long without use; 0 for DefaultIdle

	// Password is the cost of new password hashes, and what is told of an unknown email; zero for
	// password.DefaultParams. Tests take password.Cheap.
	Password password.Params
	// Recovery is the cost of new hashes of recovery codes and of one-time codes;
	// zero for recovery.DefaultParams. Tests take recovery.Cheap.
	Recovery recovery.Params
	// MarkEvery is how many events lie between two marks of the start-up check;
	// zero for 5,000.
	MarkEvery int64
}

// Workspace is an open data folder. Its methods may be called at the same time.
type Workspace struct {
	store    store.Store
	secrets  store.Secrets
	files    store.Blobs
	clock    *journal.Clock
	journal  *journal.Journal
	waiters  waiters
	rand     io.Reader
	log      *slog.Logger
	sentence func(language string, e service.LogEntry) string // nil: see Config
	idle     time.Duration
	cost     store.Argon2id
	codeCost store.Argon2id
	copying  atomic.Int32 // backups under way

	mu   sync.RWMutex
	info store.Info
	keys keys
}

// keys are the secrets that belong to the workspace rather than to a person.
type keys struct {
	lock      secret.Bytes // encrypts the locks: see passwordRecord
	pepper    secret.Bytes // binds hashes of recovery codes to this machine
	integrity secret.Bytes // signs the audit log
}

const keySize = 32

// Open reads what the store holds. A folder without a workspace opens, too: see
// Created. The error has words (Error) where a keychain or a disk is the cause.
//
// A database that does not fit its log is not_authentic, with a Report beneath:
// nothing opens, and OpenQuarantined has the one way on.
func Open(ctx context.Context, c Config) (*Workspace, error) {
	w, err := load(ctx, c)
	if err != nil || !w.Created() {
		return w, err
	}
	if err := w.check(ctx); err != nil {
		return nil, err
	}
	return w, nil
}

// check holds the workspace against its log and the keychain's anchor. What does not
// fit is not_authentic, with a Report beneath.
func (w *Workspace) check(ctx context.Context) error {
	r, err := w.journal.Open(ctx)
	if err != nil {
		return service.Explain(err)
	}
	if r != nil {
		return refuse(service.CodeNotAuthentic).Because(r)
	}
	return nil
}

// load reads the workspace and its keys, and trusts nothing yet.
func load(ctx context.Context, c Config) (*Workspace, error) {
	w := &Workspace{
		store: c.Store, secrets: c.Secrets, files: c.Files, rand: c.Rand, log: c.Log, sentence: c.Sentence, idle: c.Idle,
		cost: store.Argon2id(c.Password), codeCost: store.Argon2id(c.Recovery),
	}
	if w.files == nil {
		w.files = noFiles{}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	w.clock = journal.NewClock(c.Now)
	if w.rand == nil {
		w.rand = rand.Reader
	}
	if w.log == nil {
		w.log = slog.New(slog.DiscardHandler)
	}
	if w.idle == 0 {
		w.idle = service.DefaultIdle
	}
	if w.cost == (store.Argon2id{}) {
		w.cost = store.Argon2id(password.DefaultParams)
	}
	if w.codeCost == (store.Argon2id{}) {
		w.codeCost = store.Argon2id(recovery.DefaultParams)
	}
	if err := recovery.Params(w.codeCost).Check(); err != nil {
		return nil, err
	}
	w.journal = journal.New(journal.Config{
		Store: w.store, Anchor: keychainAnchor{w}, Clock: w.clock, Key: w.withIntegrity, Dependents: dependents{w}, Aside: func(kind string) bool { return aside[kind] }, MarkEvery: c.MarkEvery,
	})
	err := w.view(ctx, func(tx store.ReadTx) (err error) {
		w.info, err = tx.Info()
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if w.Created() {
		if err := w.loadKeys(ctx); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// Close wipes the keys. The workspace is of no use afterwards.
func (w *Workspace) Close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.keys.lock.Wipe()
	w.keys.pepper.Wipe()
	w.keys.integrity.Wipe()
	w.keys = keys{}
}

// Created reports whether the folder has a workspace.
func (w *Workspace) Created() bool {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return !w.info.CreatedAt.IsZero()
}

// ID names the workspace; it is empty before its keys are made.
func (w *Workspace) ID() string {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.info.ID
}

// Name is the workspace's name, empty before it is created.
func (w *Workspace) Name() string {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.info.CreatedAt.IsZero() {
		return ""
	}
	return w.info.Name
}

// MinPassword is how many characters a new password needs (SP 800-63B-4
// §3.1.1.2: 15 where it may be the only factor, 8 where it never is).
func (w *Workspace) MinPassword() int {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return minPassword(w.info.Requires(w.now()))
}

// HasKit reports whether an Emergency Kit lets somebody in: one was made for the
// vault's key that is in force or, where there is no workspace, contracts are left
// of one. Errors: folder.
func (w *Workspace) HasKit() (bool, error) {
	w.mu.RLock()
	info := w.info
	w.mu.RUnlock()
	if !info.CreatedAt.IsZero() {
		return info.HasKit(), nil
	}
	in, err := w.files.ReadIndex()
	if errors.Is(err, store.ErrBlobMissing) {
		return false, nil
	}
	if err != nil {
		return false, service.Explain(err)
	}
	return true, service.Explain(in.Close())
}

func (w *Workspace) requires() bool {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.info.Requires(w.now())
}

// Idle is how long a session lasts without use: what the workspace has set, or
// Config.Idle.
func (w *Workspace) Idle() time.Duration {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.info.IdleMinutes > 0 {
		return time.Duration(w.info.IdleMinutes) * time.Minute
	}
	return w.idle
}

// cacheInfo keeps what a snapshot says of the workspace, for who asks outside of a
// transaction: another process may have changed it.
func (w *Workspace) cacheInfo(info store.Info) {
	w.mu.RLock()
	known := info == w.info || info.ID != w.info.ID
	w.mu.RUnlock()
	if known {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if info.ID == w.info.ID {
		w.info = info
	}
}

func (w *Workspace) loadKeys(ctx context.Context) error {
	var k keys
	for _, item := range []struct {
		name string
		into *secret.Bytes
	}{{"lock", &k.lock}, {"pepper", &k.pepper}, {"integrity", &k.integrity}} {
		v, err := w.secrets.Get(ctx, w.item(item.name))
		if err != nil {
			return service.Explain(fmt.Errorf("workspace key %s: %w", item.name, err))
		}
		if v.Len() != keySize {
			return service.Explain(fmt.Errorf("workspace key %s has %d bytes: %w", item.name, v.Len(), store.ErrSecretMissing))
		}
		*item.into = v
	}
	w.mu.Lock()
	w.keys = k
	w.mu.Unlock()
	return nil
}

// integrity is the key that signs the log.
func (w *Workspace) integrity() (secret.Bytes, error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.keys.integrity.Len() != keySize {
		return secret.Bytes{}, errors.New("the integrity key is not loaded")
	}
	return w.keys.integrity, nil
}

// withIntegrity lends the key that signs the log: Close waits, so that nothing is
// ever signed with a key that is being wiped.
func (w *Workspace) withIntegrity(fn func(key secret.Bytes)) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.keys.integrity.Len() != keySize {
		return errors.New("the integrity key is not loaded")
	}
	fn(w.keys.integrity)
	return nil
}

// item is a keychain name of this workspace: two data folders never meet.
func (w *Workspace) item(name string) string {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.info.ID + "/" + name
}

// setSecret writes a new item and reads it back, since a keychain may say yes
// and keep nothing.
func (w *Workspace) setSecret(ctx context.Context, name string, value secret.Bytes) error {
	if err := w.secrets.Set(ctx, name, value); err != nil {
		return service.Explain(err)
	}
	return w.checkSecret(ctx, name, value)
}

// checkSecret refuses unless the keychain holds exactly value under name.
func (w *Workspace) checkSecret(ctx context.Context, name string, value secret.Bytes) error {
	got, err := w.secrets.Get(ctx, name)
	if errors.Is(err, store.ErrSecretMissing) {
		return refuse(service.CodeKeychainMismatch).Because(err)
	}
	if err != nil {
		return service.Explain(err)
	}
	defer got.Wipe()
	if !got.Equal(value) {
		return refuse(service.CodeKeychainMismatch)
	}
	return nil
}

// random returns n bytes, or an error: never fewer.
func (w *Workspace) random(n int) ([]byte, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(w.rand, b); err != nil {
		return nil, fmt.Errorf("random bytes: %w", err)
	}
	return b, nil
}

func (w *Workspace) newID() (string, error) { return service.NewID(w.rand) }
