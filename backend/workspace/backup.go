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
// is. The copy and its anchor are of the same moment. Errors: forbidden; those of
// a step-up; keychain and folder; take's own.
func (a *Admin) Backup(ctx context.Context, proof service.Proof, progress service.Progress, take func(service.BackupCopy) error) error {
	done, err := a.s.begin()
	if err != nil {
		return err
	}
	defer done()
	w := a.s.w
	var by store.Profile
	owner := func(tx store.ReadTx) (err error) {
		if by, err = a.profile(tx); err == nil && !service.MayBackUp.Of(by.Role) {
			err = refuse(service.CodeForbidden)
		}
		return err
	}
	err = a.changeNow(ctx, stepUp(service.EachTime, proof), owner, func(tx store.WriteTx) error {
		if err := owner(tx); err != nil {
			return err
		}
		info, err := tx.Info()
		if err != nil {
			return err
		}
		info.BackupAt = w.now()
		if err := tx.UpdateInfo(info); err != nil {
			return err
		}
		return w.record(tx, info.BackupAt, eventBackupMade, a.s.id, "", nil)
	})
	if err != nil {
		return err
	}
	out := service.BackupCopy{Workspace: w.Name(), By: by.Name, At: w.now(), OpenDocument: w.openCopied}
	w.copying.Add(1) // until then no document's file goes
	defer w.copying.Add(-1)
	defer func() {
		for _, i := range out.Items {
			i.Value.Wipe()
		}
	}()
	err = service.Explain(w.store.Exclusive(ctx, func() error { return w.copyAll(ctx, owner, &out, progress) }))
	if err != nil {
		return err
	}
	return take(out)
}

// Snapshotter is a Store that can be copied as a file, which a backup asks for.
type Snapshotter interface {
	// Snapshot gives a whole copy of the database as a file, as of one moment.
	Snapshot(ctx context.Context) ([]byte, error)
}

// copyAll reads database and keychain while nobody writes, for whom allowed lets.
func (w *Workspace) copyAll(ctx context.Context, allowed func(store.ReadTx) error, out *service.BackupCopy, progress service.Progress) error {
	names := []string{"device", "lock", "pepper", "integrity", "anchor"}
	for i, n := range names {
		names[i] = w.item(n)
	}
	var items []string
	err := w.store.View(ctx, func(tx store.ReadTx) (err error) {
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
		if items, err = tx.FactorItems(); err != nil {
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
		return err
	}
	names = append(names, items...)
	if err := w.onlyThere(out); err != nil {
		return err
	}
	copier, ok := w.store.(Snapshotter)
	if !ok {
		return errors.New("this store cannot be copied as a file")
	}
	if out.Database, err = copier.Snapshot(ctx); err != nil {
		return err
	}
	for i, name := range names {
		v, err := w.secrets.Get(ctx, name)
		if errors.Is(err, store.ErrSecretMissing) && i >= 4 {
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
		return a.s.w.record(tx, a.s.w.now(), eventSecretsPassphrase, a.s.id, "", nil)
	})
}

// NoteRestored writes into a restored workspace's log that it was, by an owner.
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
		return a.s.w.record(tx, a.s.w.now(), eventRestored, a.s.id, "", map[string]string{"made": made.UTC().Format(time.RFC3339)})
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
	c.Documents = slices.DeleteFunc(c.Documents, func(name string) bool { return !there[name] })
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
