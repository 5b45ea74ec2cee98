package app

import (
	"bufio"
	"context"
	"errors"
	"path/filepath"

	"countersign/backend/backup"
	"countersign/backend/client"
	"countersign/backend/folder"
	"countersign/backend/words"
)

// BackupRequest says for whom a backup is encrypted.
type BackupRequest struct {
	Recipients string   `json:"recipients"` // public keys, one a line; empty: the passphrase
	Passphrase Envelope `json:"passphrase"`
}

// Backup asks for a place and writes the whole workspace there, keychain items
// included, encrypted; only an owner can. It tells how far it is with the event
// "backup-progress". The name is empty when the dialog was dismissed.
func (w *Settings) Backup(session string, r BackupRequest, proof Proof) (Saved, error) {
	in, err := w.s.use(session)
	if err != nil {
		return Saved{}, err
	}
	to, err := in.encryptTo(r.Recipients, r.Passphrase)
	if err != nil {
		return Saved{}, err
	}
	typed, err := in.proved(proof)
	if err != nil {
		return Saved{}, err
	}
	path, err := w.s.desktop.SaveAs(words.BackupTitle, dated(words.DialogNameBackup, w.s.now())+".age", kindsOf(".age"))
	if err != nil {
		return Saved{}, saveFailed("", err)
	}
	if path == "" {
		return Saved{}, nil
	}
	path, ok, err := w.s.withEnding(path, ".age")
	if err != nil || !ok {
		return Saved{}, err
	}
	name := filepath.Base(path)
	if err := in.live(); err != nil { // the dialog may have stood open for long
		return Saved{}, err
	}
	err = in.asAdmin(func(ctx context.Context, a *client.Admin) error {
		f, err := folder.CreateWhole(path)
		if err != nil {
			return saveFailed(name, err)
		}
		defer func() { _ = f.Drop() }()
		out := bufio.NewWriterSize(f, 1<<16)
		if err := backup.Create(ctx, out, to, a, typed, in.counts("backup-progress")); err != nil {
			return asRefusal(name, err)
		}
		if err := errors.Join(out.Flush(), f.Keep()); err != nil {
			return saveFailed(name, err)
		}
		return nil
	})
	if err != nil {
		return Saved{}, err
	}
	return Saved{Name: name}, nil
}
