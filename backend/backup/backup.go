// Package backup copies a workspace into one encrypted file and makes a workspace
// of such a file again, on a machine that has nothing of it.
//
// The file is a bundle (see backend/bundle) whose entries package backupform has. Who can open it
// has everything that opens the workspace but its people's passwords; give it a
// passphrase or a key of its own, and keep it apart from the machine.
//
//	err := backup.Create(ctx, file, recipients, admin, proof, nil)
//	err := backup.CreateMove(ctx, file, recipients, admin, proof, nil)
//	done, err := backup.Restore(ctx, place, file, identities, nil, owner)
//
// A restore is in three steps, of which only the last makes anything visible: the
// file is read and verified whole, beside the place of the database; an owner
// signs in to that copy, with the items of the file; the items go to the keychain,
// and then one rename puts the database in its place.
package backup

import (
	"bufio"
	"bytes"
	"context"
	"crypto"
	"errors"
	"io"
	"strconv"

	"countersign/backend/backupform"
	"countersign/backend/bundle"
	"countersign/backend/client"
	"countersign/backend/service"
)

// File is a file that is there when it is kept, and not before: see folder.Whole.
type File interface {
	io.Writer
	Keep() error
}

// Create writes a backup to a file and keeps it, with an owner's step-up. The workspace takes it for made only then. Errors: those of
// client.Admin.Backup, and the file's.
func Create(ctx context.Context, f File, to bundle.Recipients, a *client.Admin, proof client.Proof, progress service.Progress) error {
	key, err := a.SigningKey(ctx)
	if err != nil {
		return err
	}
	return a.Backup(ctx, proof, progress, func(c service.BackupCopy) error { return write(f, to, key, c, progress) })
}

// CreateMove writes the file from which a server takes the workspace, with an owner's step-up. It lacks this computer's share, without
// which nobody can guess a password from it: on a computer that has the share it can be restored like a backup. Errors: as Create.
func CreateMove(ctx context.Context, f File, to bundle.Recipients, a *client.Admin, proof client.Proof, progress service.Progress) error {
	key, err := a.SigningKey(ctx)
	if err != nil {
		return err
	}
	return a.Move(ctx, proof, func(c service.BackupCopy) error { return write(f, to, key, c, progress) })
}

func write(f File, to bundle.Recipients, key crypto.Signer, c service.BackupCopy, progress service.Progress) error {
	out := bufio.NewWriterSize(f, 1<<16)
	if err := encrypt(out, to, key, c, progress); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return f.Keep()
}

func encrypt(w io.Writer, to bundle.Recipients, key crypto.Signer, c service.BackupCopy, progress service.Progress) error {
	items := backupform.Items{}
	for _, i := range c.Items {
		items.Items = append(items.Items, backupform.Item{Name: i.Name, Value: i.Value.Reveal()})
	}
	details := map[string]string{backupform.DetailEvent: strconv.FormatInt(c.Head, 10)}
	if c.Missing > 0 {
		details[backupform.DetailMissing] = strconv.Itoa(c.Missing)
	}
	b, err := bundle.Create(w, to, key, bundle.Manifest{
		Kind: bundle.KindBackup, Workspace: c.Workspace, WorkspaceID: c.WorkspaceID, CreatedAt: c.At, CreatedBy: c.By, Details: details,
	})
	if err != nil {
		return err
	}
	if err := backupform.AddItems(b, items); err != nil {
		return err
	}
	if c.State != nil {
		err = backupform.AddRows(b, c.State)
	} else {
		err = b.AddSized(backupform.Database, int64(len(c.Database)), bytes.NewReader(c.Database))
	}
	if err != nil {
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
	return backupform.AddDocument(b, name, f)
}
