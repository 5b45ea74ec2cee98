package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"

	"countersign/backend/secret"
	"countersign/backend/store"
)

// ErrOccupied is Fill's answer where there is a workspace.
var ErrOccupied = errors.New("the database has a workspace already")

var _ store.CopyTx = (*tx)(nil)

func (t *tx) SetLastRun(run int) error {
	return t.must("UPDATE workspaces SET last_run = $2 WHERE workspace = $1", run)
}

func (t *tx) MarkUsed(setID string, c store.CodeRow) error {
	return t.must("UPDATE recovery_codes SET used_at = $2, use = $3 WHERE workspace = $1 AND set_id = $4 AND number = $5", millis(c.UsedAt), c.Use, setID, c.Number)
}

// Whole is one state of a workspace: rows and log, the secrets as they are stored, and the documents.
type Whole struct {
	store.ReadTx
	t *readTx
}

// StoredSecret is a secret as it is stored: encrypted under the server's key, for its place.
type StoredSecret struct {
	Name       string
	Ciphertext []byte
}

// ViewWhole runs fn on one snapshot of everything. It takes no locks, and others go on writing; what they delete meanwhile is
// there until fn returns.
func (s *Store) ViewWhole(ctx context.Context, fn func(Whole) error) error {
	return s.View(ctx, func(tx store.ReadTx) error { return fn(Whole{tx, tx.(*readTx)}) })
}

// Secrets gives all of them. No walk may be open.
func (w Whole) Secrets() ([]StoredSecret, error) {
	return all(w.t, func(row scanner) (s StoredSecret, err error) {
		err = row.Scan(&s.Name, &octets{&s.Ciphertext})
		return s, translate(err)
	}, "SELECT name, substring(ciphertext FOR 4096) FROM secrets WHERE workspace = $1 ORDER BY name")
}

// OpenDocument reads a document's file; see Blobs.Open. While it is read no walk may be open.
func (w Whole) OpenDocument(name string) (store.StoredBlob, error) {
	if err := store.CheckBlobName(name); err != nil {
		return nil, err
	}
	s, err := openBlob(func(fn func(*readTx) error) error { return blobError(w.t.settle(fn(w.t))) }, name)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Open decrypts a stored secret of a workspace of the same database. Errors: store.ErrSecretsDamaged.
func (k *Key) Open(of *Store, s StoredSecret) (secret.Bytes, error) {
	value, err := k.box.Decrypt(s.Ciphertext, of.workspace, s.Name)
	if err != nil {
		return secret.Bytes{}, about("get", s.Name, fmt.Errorf("%w: %w", store.ErrSecretsDamaged, err))
	}
	return value, nil
}

// Filling is a workspace on its way into a database. Nobody sees anything of it until its one transaction is committed.
type Filling struct {
	s         *Store
	t         *tx
	documents int64 // files that were put
}

// Fill makes a workspace of what fn puts in, all of it or nothing. What is left of one that was never made goes first.
// Documents' files are written in transactions of their own, since they may take hours. They belong to nothing until the
// one of the rows is committed; what a crash leaves of them goes with the next Fill, or the next start of a server. Errors:
// ErrOccupied; fn's, and those of Update.
func (s *Store) Fill(ctx context.Context, fn func(*Filling) error) error {
	return s.Exclusive(ctx, func() error {
		free := false
		err := s.update(ctx, simple, func(t *tx) error {
			if err := t.forget(); err != nil {
				return err
			}
			if err := s.dropUnowned(ctx); err != nil {
				return err
			}
			free = true
			f := &Filling{s: s, t: t}
			if err := fn(f); err != nil {
				return err
			}
			settled, err := t.changed("UPDATE blobs SET state = 'settled' WHERE workspace = $1 AND state = 'kept'")
			if err == nil && settled != f.documents {
				err = fmt.Errorf("%w: %d documents were written, and %d are there", store.ErrFailed, f.documents, settled)
			}
			return err
		})
		if err != nil && free && !errors.Is(err, store.ErrUnknownOutcome) {
			err = errors.Join(err, s.dropUnowned(context.WithoutCancel(ctx)))
		}
		return err
	})
}

// dropUnowned removes documents' files where there is no workspace that they could be of.
func (s *Store) dropUnowned(ctx context.Context) error {
	return s.Blobs(ctx).remove(ctx, seen+" AND NOT EXISTS (SELECT 1 FROM workspaces WHERE workspace = $1 AND created_at > 0)")
}

// PutDocument writes a document's file.
func (f *Filling) PutDocument(name string, content io.Reader) (err error) {
	out, err := f.s.Blobs(f.t.ctx).Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Drop()) }()
	if _, err := io.Copy(out, content); err != nil {
		return err
	}
	if err := out.Keep(); err != nil {
		return err
	}
	f.documents++
	return nil
}

// Documents are the files of documents of the workspace.
func (f *Filling) Documents() store.Blobs { return f.s.Blobs(f.t.ctx) }

// ofRows are the tables that a workspace has rows in. Others follow where a row goes that they belong to.
var ofRows = []string{"workspaces", "profiles", "intents", "attempts", "print_runs", "approvals", "vault_keys", "documents", "events", "secrets", "tokens", "acts"}

// forget removes what there is of a workspace that was never made. Errors: ErrOccupied.
func (t *tx) forget() error {
	var there bool
	if err := t.row("SELECT EXISTS (SELECT 1 FROM workspaces WHERE workspace = $1 AND created_at > 0)", nil, &there); err != nil {
		return err
	}
	if there {
		return ErrOccupied
	}
	for _, table := range ofRows {
		if err := t.exec("DELETE FROM " + table + " WHERE workspace = $1"); err != nil {
			return err
		}
	}
	return nil
}

// Put writes a row. Errors: store.ErrAltered.
func (f *Filling) Put(r store.Row) error { return store.PutRow(f.t, r) }

// Append writes an event of the log.
func (f *Filling) Append(e store.SignedEvent) error { return f.t.AppendEvent(e) }

// Store is what was put in so far, as a Store. What is changed through it is committed with the rest. It is for one at a time.
func (f *Filling) Store() store.Store { return filled{f.t} }

type filled struct{ t *tx }

func (f filled) View(_ context.Context, fn func(store.ReadTx) error) error {
	return f.t.settle(fn(f.t.readTx))
}

func (f filled) Update(_ context.Context, fn func(store.WriteTx) error) error {
	return f.t.settle(fn(f.t))
}

func (f filled) Exclusive(_ context.Context, fn func() error) error { return fn() }

// Secrets are those of the workspace on its way, encrypted under the key. They are committed with the rest.
func (f *Filling) Secrets(k *Key) store.Secrets { return &Secrets{s: f.s, box: k.box, within: f.t} }
