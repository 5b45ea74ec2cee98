package workspace

import (
	"context"
	"errors"
	"slices"
	"time"

	"countersign/backend/service"
	"countersign/backend/store"
)

// Backup copies the workspace while it is in use, by an owner's step-up, and
// hands the copy to take, which has to encrypt it: it holds every secret there
// is. The copy and its anchor are of the same moment. The log says first that it begins, and when take has kept it that
// it was made. Errors: forbidden; those of a step-up; keychain and folder; take's own.
func (a *Admin) Backup(ctx context.Context, proof service.Proof, progress service.Progress, take func(service.BackupCopy) error) error {
	done, err := a.s.begin()
	if err != nil {
		return err
	}
	defer done()
	w := a.s.w
	by, err := a.noteCopy(ctx, proof, eventBackupBegun)
	if err != nil {
		return err
	}
	out := service.BackupCopy{Workspace: w.Name(), By: by.Name, At: w.now(), OpenDocument: w.openCopied}
	w.copying.Add(1) // until then no document's file goes
	defer w.copying.Add(-1)
	defer out.Wipe()
	err = service.Explain(w.store.Exclusive(ctx, func() error { return w.copyAll(ctx, a.mayCopy(&by), &out, progress) }))
	if err != nil {
		return err
	}
	if err := take(out); err != nil {
		return err
	}
	return a.changeNow(ctx, nil, nil, func(tx store.WriteTx) error { return w.backedUp(tx, eventBackupMade, a.s.id) })
}

// backedUp notes that a backup was made and is kept.
func (w *Workspace) backedUp(tx store.WriteTx, kind, by string) error {
	info, err := tx.Info()
	if err != nil {
		return err
	}
	info.BackupAt = w.now()
	if err := tx.UpdateInfo(info); err != nil {
		return err
	}
	w.record(tx, info.BackupAt, kind, by, "", nil)
	return nil
}

// mayCopy looks that it is an owner, and who.
func (a *Admin) mayCopy(by *store.Profile) func(store.ReadTx) error {
	return func(tx store.ReadTx) (err error) {
		if *by, err = a.profile(tx); err == nil && !service.MayBackUp.Of(by.Role) {
			err = refuse(service.CodeForbidden)
		}
		return err
	}
}

// noteCopy writes into the log that an owner makes a copy.
func (a *Admin) noteCopy(ctx context.Context, proof service.Proof, kind string) (by store.Profile, err error) {
	w := a.s.w
	owner := a.mayCopy(&by)
	err = a.changeNow(ctx, stepUp(service.EachTime, proof), owner, func(tx store.WriteTx) error {
		if err := owner(tx); err != nil {
			return err
		}
		w.record(tx, w.now(), kind, a.s.id, "", nil)
		return nil
	})
	return by, err
}

// Move copies the workspace for a server, by an owner's step-up, and hands the copy to take, which has to encrypt it. It is all that a server needs:
// this computer's share is not in it, without which nobody can guess a password. Nobody changes the workspace until take returns,
// so that as little as can be is done here that the server does not know of. Errors: as Backup.
func (a *Admin) Move(ctx context.Context, proof service.Proof, take func(service.BackupCopy) error) error {
	done, err := a.s.begin()
	if err != nil {
		return err
	}
	defer done()
	w := a.s.w
	by, err := a.noteCopy(ctx, proof, eventMoveWritten)
	if err != nil {
		return err
	}
	out := service.BackupCopy{Workspace: w.Name(), By: by.Name, At: w.now(), OpenDocument: w.openCopied}
	defer out.Wipe()
	return service.Explain(w.store.Exclusive(ctx, func() error {
		items, err := w.describe(ctx, a.mayCopy(&by), &out, serverItems)
		if err != nil {
			return err
		}
		if err := w.copyItems(ctx, items, len(serverItems), &out, nil); err != nil {
			return err
		}
		return w.store.View(ctx, func(tx store.ReadTx) error {
			out.State = tx
			return take(out)
		})
	}))
}

// serverItems are the items that a workspace has wherever it is. On a computer there is its share, too.
var serverItems = []string{"lock", "pepper", "integrity", "anchor"}

// Snapshotter is a Store that can be copied as a file, which a backup asks for.
type Snapshotter interface {
	// Snapshot gives a whole copy of the database as a file, as of one moment.
	Snapshot(ctx context.Context) ([]byte, error)
}

// copyAll reads database and keychain while nobody writes, for whom allowed lets.
func (w *Workspace) copyAll(ctx context.Context, allowed func(store.ReadTx) error, out *service.BackupCopy, progress service.Progress) error {
	workspace := append([]string{"device"}, serverItems...)
	names, err := w.describe(ctx, allowed, out, workspace)
	if err != nil {
		return err
	}
	copier, ok := w.store.(Snapshotter)
	if !ok {
		return errors.New("this store cannot be copied as a file")
	}
	if out.Database, err = copier.Snapshot(ctx); err != nil {
		return err
	}
	return w.copyItems(ctx, names, len(workspace), out, progress)
}

// describe says what a copy is of, and which items it has: those of the workspace, and then those of the factors.
func (w *Workspace) describe(ctx context.Context, allowed func(store.ReadTx) error, out *service.BackupCopy, workspace []string) (items []string, err error) {
	var factors []string
	err = w.store.View(ctx, func(tx store.ReadTx) (err error) {
		if err := allowed(tx); err != nil { // since the log said so
			return err
		}
		info, err := tx.Info()
		if err != nil {
			return err
		}
		head, err := tx.Head()
		if err != nil {
			return err
		}
		out.WorkspaceID, out.Head = info.ID, head.Seq
		if factors, err = tx.FactorItems(); err != nil {
			return err
		}
		out.Documents = nil
		documents, err := tx.Documents()
		for _, d := range documents {
			if d.State != store.DocumentPurged {
				out.Documents = append(out.Documents, store.BlobName(d.ID, d.Generation))
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, n := range workspace {
		items = append(items, w.item(n))
	}
	return append(items, factors...), w.onlyThere(out)
}

// copyItems reads the items. Of the first, which are the workspace's, only the last may be missing: the anchor, which the next change writes.
func (w *Workspace) copyItems(ctx context.Context, names []string, workspace int, out *service.BackupCopy, progress service.Progress) error {
	for i, name := range names {
		v, err := w.secrets.Get(ctx, name)
		if errors.Is(err, store.ErrSecretMissing) && i >= workspace-1 {
			continue // a factor without its item fails closed on a new machine as it does here
		}
		if err != nil {
			return err
		}
		out.Items = append(out.Items, service.BackupItem{Name: name, Value: v})
		if progress != nil {
			progress(int64(i+1), int64(len(names)))
		}
	}
	return nil
}

// NoteSecretsPassphrase writes into the log that an owner gives the secrets file another
// passphrase. Call it before that is done: what the log cannot say is not done.
func (a *Admin) NoteSecretsPassphrase(ctx context.Context) error {
	return a.change(ctx, nil, nil, func(tx store.WriteTx) error {
		p, err := a.profile(tx)
		if err != nil {
			return err
		}
		if !service.MayChangeSecrets.Of(p.Role) {
			return refuse(service.CodeForbidden)
		}
		a.s.w.record(tx, a.s.w.now(), eventSecretsPassphrase, a.s.id, "", nil)
		return nil
	})
}

// NoteRestored writes into a restored workspace's log that it was, by an owner, and begins a new time: see beginAgain.
// Errors: forbidden, session_ended; keychain and folder.
func (a *Admin) NoteRestored(ctx context.Context, made time.Time) error {
	return a.change(ctx, nil, nil, func(tx store.WriteTx) error {
		p, err := a.profile(tx)
		if err != nil {
			return err
		}
		if !service.MayBackUp.Of(p.Role) {
			return refuse(service.CodeForbidden)
		}
		return a.s.w.noteRestored(tx, eventRestored, a.s.id, made)
	})
}

// onlyThere leaves out documents whose file is missing: they are as missing in the
// backup as they are here.
func (w *Workspace) onlyThere(c *service.BackupCopy) error {
	there := map[string]bool{}
	err := w.files.List(func(name string, _ bool, _ int64) error {
		there[name] = true
		return nil
	})
	all := len(c.Documents)
	c.Documents = slices.DeleteFunc(c.Documents, func(name string) bool { return !there[name] })
	c.Missing = all - len(c.Documents)
	return err
}

func (w *Workspace) openCopied(name string) (store.StoredBlob, error) {
	f, err := w.files.Open(name)
	return f, service.Explain(err)
}

// dropFile removes a document's file that no row speaks of any more; while a
// backup is being made it is left for the next start.
func (w *Workspace) dropFile(name string) {
	if w.copying.Load() > 0 {
		return
	}
	_ = logLeftover(w, w.files.Remove(name))
}
