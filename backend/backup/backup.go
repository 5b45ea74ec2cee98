// Package backup copies a workspace into one encrypted file and makes a workspace
// of such a file again, on a machine that has nothing of it.
//
// The file is a bundle (see backend/bundle) with these entries: workspace.db, the
// whole database, keychain.json, the items of the keychain, and for each contract
// document-NAME, its file as it is, still encrypted to the vault's key. Who can open it
// has everything that opens the workspace but its people's passwords; give it a
// passphrase or a key of its own, and keep it apart from the machine.
//
//	err := backup.Create(ctx, file, recipients, admin, proof, nil)
//	done, err := backup.Restore(ctx, place, file, identities, nil, owner)
//
// A restore is in three steps, of which only the last makes anything visible: the
// file is read and verified whole, beside the place of the database; an owner
// signs in to that copy, with the items of the file; the items go to the keychain,
// and then one rename puts the database in its place.
package backup

import (
	"bytes"
	"context"
	"crypto"
	"encoding/json"
	"errors"
	"io"
	"strconv"

	"countersign/backend/bundle"
	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
)

// The files in a backup.
const (
	databaseFile = "workspace.db"
	keychainFile = "keychain.json"
	document     = "document-" // and the name of its file
)

// form is the version of keychain.json.
const form = 1

// kept is keychain.json.
type kept struct {
	Form  int        `json:"form"`
	Items []keptItem `json:"items"`
}

// keptItem is one item; the value is base64.
type keptItem struct {
	Name  string `json:"name"`
	Value []byte `json:"value"`
}

// Create writes a backup to w, with an owner's step-up. An error leaves an
// unusable beginning on w. Errors: those of client.Admin.Backup, and w's.
func Create(ctx context.Context, w io.Writer, to bundle.Recipients, a *client.Admin, proof client.Proof, progress service.Progress) error {
	key, err := a.SigningKey(ctx)
	if err != nil {
		return err
	}
	return a.Backup(ctx, proof, progress, func(c service.BackupCopy) error { return write(w, to, key, c, progress) })
}

func write(w io.Writer, to bundle.Recipients, key crypto.Signer, c service.BackupCopy, progress service.Progress) error {
	items := kept{Form: form}
	for _, i := range c.Items {
		items.Items = append(items.Items, keptItem{i.Name, i.Value.Reveal()})
	}
	text, err := json.Marshal(items)
	if err != nil {
		return err
	}
	defer clear(text)
	b, err := bundle.Create(w, to, key, bundle.Manifest{
		Kind: bundle.KindBackup, Workspace: c.Workspace, WorkspaceID: c.WorkspaceID, CreatedAt: c.At, CreatedBy: c.By,
		Details: map[string]string{"event": strconv.FormatInt(c.Head, 10)},
	})
	if err != nil {
		return err
	}
	if err := b.AddSized(keychainFile, int64(len(text)), bytes.NewReader(text)); err != nil {
		return err
	}
	if err := b.AddSized(databaseFile, int64(len(c.Database)), bytes.NewReader(c.Database)); err != nil {
		return err
	}
	for i, name := range c.Documents {
		if err := addDocument(b, c, name); err != nil {
			return err
		}
		if progress != nil {
			progress(int64(i+1), int64(len(c.Documents)))
		}
	}
	return b.Close()
}

func addDocument(b *bundle.Writer, c service.BackupCopy, name string) (err error) {
	f, err := c.OpenDocument(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return b.AddSized(document+name, f.Size(), io.NewSectionReader(f, 0, f.Size()))
}

// item is what a keptItem holds, as a secret.
func (i keptItem) secret() secret.Bytes { return secret.NewBytes(bytes.Clone(i.Value)) }
