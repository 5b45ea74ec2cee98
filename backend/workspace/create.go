package workspace

import (
	"context"
	"errors"
	"fmt"
	"time"

	"countersign/backend/password"
	"countersign/backend/secret"
	"countersign/backend/service"
)

// NewWorkspace is what the first run asks for.
type NewWorkspace struct {
	Workspace string
	Name      string
	Email     string
	Password  secret.Text
}

// NewVault is what the first owner's client has made: the owner's key pair, with the vault's keys for it.
type NewVault struct {
	KeyPair
	PublicKey string        // hex; of the vault's key
	Recovered []DocumentRow // contracts of a workspace that was lost
	KitAt     time.Time     // of the Emergency Kit that has opened these, and stays good; zero: there is none
}

// Create makes the workspace and its owner's profile, and signs the owner in.
// Errors: those of each field; workspace_exists; keychain and folder.
func (w *Workspace) Create(ctx context.Context, in NewWorkspace, v NewVault) (*Session, error) {
	p, err := w.checkNew(&in)
	if err != nil {
		return nil, err
	}
	if !Fits(w.wall()) {
		return nil, refuse(service.CodeClockWrong)
	}
	if err := w.makeKeys(ctx, in.Workspace); err != nil {
		w.refreshInfo(ctx)
		return nil, err
	}
	var wrapping secret.Bytes
	if p.Password, wrapping, err = w.newPassword(ctx, in.Password); err != nil {
		return nil, err
	}
	defer wrapping.Wipe()
	now := w.now()
	p.CreatedAt, p.LastSignInAt = now, now
	err = w.update(ctx, func(tx WriteTx) error {
		info, err := tx.Info()
		fresh := err == nil && info.CreatedAt.IsZero() && info.ID == w.info.ID
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
			if i.Kind == IntentCreate {
				if _, err := tx.DeleteIntent(i.ID); err != nil {
					return err
				}
			}
		}
		if err := tx.InsertProfile(p); err != nil {
			return err
		}
		looksAt(tx, p.ID)
		if err := foundVault(tx, p.ID, wrapping, v); err != nil {
			return err
		}
		detail := map[string]string{"workspace": in.Workspace}
		if v.KitAt.IsZero() {
			return w.record(tx, now, eventWorkspaceCreated, p.ID, p.ID, detail)
		}
		detail["count"] = decimal(len(v.Recovered))
		return w.record(tx, now, eventWorkspaceRescued, p.ID, p.ID, detail)
	})
	if err != nil {
		return nil, err
	}
	return w.newSession(p, v.Own), nil
}

// foundVault begins the vault of a new workspace, with its owner as the one who has the keys.
func foundVault(tx WriteTx, owner string, wrapping secret.Bytes, v NewVault) error {
	row, err := newHolder(profileHolder(owner), wrapping, v.KeyPair)
	if err != nil {
		return err
	}
	info, err := tx.Info()
	if err != nil {
		return err
	}
	info.VaultGeneration, info.VaultPublicKey = v.Keys.Generation, v.PublicKey
	if !v.KitAt.IsZero() {
		info.KitAt, info.KitBy, info.KitGeneration, info.KitPublicKey = v.KitAt, owner, v.Keys.Generation, v.PublicKey
	}
	if err := errors.Join(tx.SaveVaultKey(row), tx.UpdateInfo(info)); err != nil {
		return err
	}
	for _, d := range v.Recovered {
		if err := tx.InsertDocument(d); err != nil {
			return err
		}
	}
	return nil
}

func (w *Workspace) checkNew(in *NewWorkspace) (p Profile, err error) {
	in.Workspace, err = checkWorkspaceName(in.Workspace)
	if err != nil {
		return p, err
	}
	in.Name, err = checkName(in.Name, service.CodeNameRequired, service.CodeNameLong, service.CodeNameForm, "name")
	if err != nil {
		return p, err
	}
	p = Profile{Name: in.Name, Role: RoleOwner}
	p.Email, p.EmailKey, err = checkEmail(in.Email, "email")
	if err != nil {
		return p, err
	}
	if err := w.checkPassword(in.Password, "password", in.Workspace, in.Name, in.Email); err != nil {
		return p, err
	}
	p.ID, err = w.newID()
	return p, err
}

func checkWorkspaceName(s string) (string, error) {
	return checkName(s, service.CodeWorkspaceRequired, service.CodeWorkspaceLong, service.CodeWorkspaceForm, "workspace")
}

// checkPassword puts password.Check's answers into words.
func (w *Workspace) checkPassword(pw secret.Text, field string, words ...string) error {
	return checkPassword(pw, w.MinPassword(), field, words...)
}

func checkPassword(pw secret.Text, minimum int, field string, words ...string) error {
	err := password.Check(pw, minimum, words)
	var short *password.ShortError
	var long *password.LongError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, password.ErrEmpty):
		return refuse(service.CodePasswordRequired).At(field)
	case errors.As(err, &short):
		return refuse(service.CodePasswordShort).At(field).With("minimum", short.Minimum).With("length", short.Length)
	case errors.As(err, &long):
		return refuse(service.CodePasswordLong).At(field).With("max", password.MaxLength)
	case errors.Is(err, password.ErrCommon):
		return refuse(service.CodePasswordCommon).At(field)
	}
	return err
}

// newPassword hashes pw under a new salt, and makes the key that it unwraps with.
func (w *Workspace) newPassword(ctx context.Context, pw secret.Text) (PasswordRecord, secret.Bytes, error) {
	salt, err := w.random(password.SaltSize)
	if err != nil {
		return PasswordRecord{}, secret.Bytes{}, err
	}
	derived, err := w.derive(ctx, pw, salt, w.cost)
	if err != nil {
		return PasswordRecord{}, secret.Bytes{}, err
	}
	defer derived.Wipe()
	w.mu.RLock()
	defer w.mu.RUnlock()
	record := PasswordRecord{Salt: salt, Params: w.cost, Verifier: password.Verifier(derived, w.keys.device), ChangedAt: w.now()}
	return record, password.WrappingKey(derived, w.keys.device), nil
}

// makeKeys writes the workspace's keys to the keychain: the intents first, then
// the items, each read back. A second try after a failure begins anew, with a
// new workspace ID, once the items of the first are gone.
func (w *Workspace) makeKeys(ctx context.Context, name string) error {
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
	info := Info{ID: id, Name: name}
	var k keys
	items := []struct {
		name string
		into *secret.Bytes
	}{{"device", &k.device}, {"pepper", &k.pepper}, {"integrity", &k.integrity}}
	err = w.unlogged(ctx, func(tx WriteTx) error {
		_, err := tx.Info()
		if err := refuseUnless(err != nil, ignoreMissing(err), service.CodeWorkspaceExists); err != nil {
			return err
		}
		if err := tx.InsertInfo(info); err != nil {
			return err
		}
		for _, name := range []string{"device", "pepper", "integrity", "anchor"} {
			iid, err := w.newID()
			if err != nil {
				return err
			}
			if err := tx.InsertIntent(Intent{ID: iid, Kind: IntentCreate, Item: id + "/" + name, CreatedAt: w.now()}); err != nil {
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
	var unfinished []Intent
	begun := false
	err := w.view(ctx, func(tx ReadTx) error {
		info, err := tx.Info()
		if errors.Is(err, ErrNotFound) {
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
	return w.unlogged(ctx, func(tx WriteTx) error { return tx.DropWorkspace() })
}
