package workspace

import (
	"context"
	"errors"
	"fmt"
	"time"

	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// CheckNew says what is wrong with a new workspace. Errors: those of each field.
func (w *Workspace) CheckNew(in service.NewWorkspace) error {
	_, err := w.checkNew(&in)
	return err
}

// BeginCreate makes the workspace's keys in the keychain, and with them the owner's share (see password.PublicKey). Create is next. Errors:
// those of each field; workspace_exists, clock_wrong; keychain and folder.
func (w *Workspace) BeginCreate(ctx context.Context, in service.NewWorkspace) error {
	if _, err := w.checkNew(&in); err != nil {
		return err
	}
	if !store.Fits(w.wall()) {
		return refuse(service.CodeClockWrong)
	}
	return w.makeKeys(ctx, in.Workspace, "device")
}

// Create makes the workspace and its owner's profile, and signs the owner in.
// Errors: those of each field; workspace_exists; keychain and folder.
func (w *Workspace) Create(ctx context.Context, in service.NewWorkspace, pw service.NewPassword, v service.NewVault) (*Session, error) {
	p, err := w.checkNew(&in)
	if err != nil {
		return nil, err
	}
	var own service.OwnKeys
	now := w.now()
	p.CreatedAt, p.LastSignInAt = now, now
	err = w.update(ctx, func(tx store.WriteTx) error {
		if err := w.markCreated(tx, now); err != nil {
			return err
		}
		p.Epoch = 0
		if err := foundVault(tx, p.ID, pw.KeyPair.Keys.Generation, v); err != nil {
			return err
		}
		if err := w.setPassword(tx, &p, pw, nil); err != nil {
			return err
		}
		if err := tx.InsertProfile(p); err != nil {
			return err
		}
		looksAt(tx, p.ID)
		if own, err = w.ownKeys(tx, p); err != nil {
			return err
		}
		detail := map[string]string{"workspace": in.Workspace}
		if v.KitAt.IsZero() {
			w.record(tx, now, eventWorkspaceCreated, p.ID, p.ID, detail)
			return nil
		}
		detail["count"] = decimal(len(v.Recovered))
		w.record(tx, now, eventWorkspaceRescued, p.ID, p.ID, detail)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return w.newSession(p, own), nil
}

// markCreated makes a workspace of the keys that were made for it. Errors: workspace_exists.
func (w *Workspace) markCreated(tx store.WriteTx, now time.Time) error {
	info, err := tx.Info()
	fresh := err == nil && info.CreatedAt.IsZero() && info.ID == w.ID()
	if err := refuseUnless(fresh, ignoreMissing(err), service.CodeWorkspaceExists); err != nil {
		return err
	}
	ok, err := tx.MarkCreated(now)
	if err := refuseUnless(ok, err, service.CodeWorkspaceExists); err != nil {
		return err
	}
	intents, err := tx.Intents()
	if err != nil {
		return err
	}
	for _, i := range intents {
		if i.Kind == store.IntentCreate {
			if _, err := tx.DeleteIntent(i.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// foundVault begins the vault of a new workspace, whose owner has the keys.
func foundVault(tx store.WriteTx, owner string, generation int, v service.NewVault) error {
	info, err := tx.Info()
	if err != nil {
		return err
	}
	info.VaultGeneration, info.VaultPublicKey = generation, v.PublicKey
	if !v.KitAt.IsZero() {
		info.KitAt, info.KitBy, info.KitGeneration, info.KitPublicKey = v.KitAt, owner, generation, v.PublicKey
	}
	if err := tx.UpdateInfo(info); err != nil {
		return err
	}
	for _, d := range v.Recovered {
		if err := tx.InsertDocument(d); err != nil {
			return err
		}
	}
	return nil
}

func (w *Workspace) checkNew(in *service.NewWorkspace) (p store.Profile, err error) {
	in.Workspace, err = checkWorkspaceName(in.Workspace)
	if err != nil {
		return p, err
	}
	in.Name, err = checkName(in.Name, service.CodeNameRequired, service.CodeNameLong, service.CodeNameForm, "name")
	if err != nil {
		return p, err
	}
	p = store.Profile{Name: in.Name, Role: store.RoleOwner}
	p.Email, p.EmailKey, err = checkEmail(in.Email, "email")
	if err != nil {
		return p, err
	}
	p.ID, err = w.newID()
	return p, err
}

func checkWorkspaceName(s string) (string, error) {
	return checkName(s, service.CodeWorkspaceRequired, service.CodeWorkspaceLong, service.CodeWorkspaceForm, "workspace")
}

// makeKeys writes the workspace's keys to the keychain, and with them what is kept there of others: the intents first, then
// the items, each read back. A second try after a failure begins anew, with a
// new workspace ID, once the items of the first are gone.
func (w *Workspace) makeKeys(ctx context.Context, name string, others ...string) error {
	err := w.tryKeys(ctx, name, others)
	if err != nil {
		w.refreshInfo(ctx)
	}
	return err
}

func (w *Workspace) tryKeys(ctx context.Context, name string, others []string) error {
	if w.Created() {
		return refuse(service.CodeWorkspaceExists)
	}
	if err := w.abandonCreation(ctx); err != nil {
		return err
	}
	id, err := w.newID()
	if err != nil {
		return err
	}
	info := store.Info{ID: id, Name: name, CheckDays: service.FirstCheckDays}
	var k keys
	type item struct {
		name string
		into *secret.Bytes
	}
	items := []item{{"lock", &k.lock}, {"pepper", &k.pepper}, {"integrity", &k.integrity}}
	for _, name := range others {
		items = append(items, item{name, new(secret.Bytes)})
	}
	err = w.unlogged(ctx, func(tx store.WriteTx) error {
		_, err := tx.Info()
		if err := refuseUnless(err != nil, ignoreMissing(err), service.CodeWorkspaceExists); err != nil {
			return err
		}
		if err := tx.InsertInfo(info); err != nil {
			return err
		}
		for _, it := range append(items, item{name: "anchor"}) {
			iid, err := w.newID()
			if err != nil {
				return err
			}
			if err := tx.InsertIntent(store.Intent{ID: iid, Kind: store.IntentCreate, Item: id + "/" + it.name, CreatedAt: w.now()}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, it := range items {
		b, err := w.random(keySize)
		if err != nil {
			return err
		}
		*it.into = secret.NewBytes(b)
		if err := w.setSecret(ctx, id+"/"+it.name, *it.into); err != nil {
			return fmt.Errorf("workspace key %s: %w", it.name, err)
		}
	}
	w.mu.Lock()
	w.info, w.keys = info, k
	w.mu.Unlock()
	return service.Explain(w.journal.Begin(ctx))
}

// abandonCreation undoes a creation that did not end: the items first, then the
// rows that name them.
func (w *Workspace) abandonCreation(ctx context.Context) error {
	var unfinished []store.Intent
	begun := false
	err := w.view(ctx, func(tx store.ReadTx) error {
		info, err := tx.Info()
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if !info.CreatedAt.IsZero() {
			return refuse(service.CodeWorkspaceExists)
		}
		begun = true
		unfinished, err = tx.Intents()
		return err
	})
	if err != nil || !begun {
		return err
	}
	for _, i := range unfinished {
		if err := w.secrets.Delete(ctx, i.Item); err != nil {
			return service.Explain(err)
		}
	}
	return w.unlogged(ctx, func(tx store.WriteTx) error { return tx.DropWorkspace() })
}
