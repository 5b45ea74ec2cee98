package workspace

import (
	"bytes"
	"context"
	"errors"

	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
)

// Rotation is where a rotation of the vault key stands.
type Rotation struct {
	Running bool // not every document is under the newest key
	Held    bool // somebody has stopped it for now
	Done    int  // of Total documents
	Total   int
}

// BeginRotation makes a new vault key, with an owner's step-up, and gives it to
// everybody who has the old one. From then on what is added is encrypted to it;
// RotateDocuments brings the documents that were there before. An Emergency Kit of the old
// key opens nothing that was added since. Errors: rotation_running, forbidden,
// vault_waiting; those of a step-up; folder.
func (a *Admin) BeginRotation(ctx context.Context, proof Proof) error {
	var info Info
	var old vault.Keys
	check := func(tx ReadTx) (err error) {
		if info, err = a.ownersInfo(tx); err == nil && info.Rotating {
			err = refuse(service.CodeRotationRunning)
		}
		if err == nil {
			old, err = a.s.keysIn(tx)
		}
		return err
	}
	var holders []VaultKey
	err := a.view(ctx, func(tx ReadTx) (err error) {
		if err = check(tx); err == nil {
			holders, err = tx.VaultKeysBehind(old.Generation() + 1)
		}
		return err
	})
	if err != nil {
		return err
	}
	keys, err := old.Next()
	if err != nil {
		return err
	}
	sealed, err := sealTo(holders, keys)
	if err != nil {
		return err
	}
	return a.change(ctx, &proof, check, func(tx WriteTx) error {
		if err := check(tx); err != nil {
			return err
		}
		if old.Generation()+1 != keys.Generation() { // another rotation has begun and ended
			return refuse(service.CodeRotationRunning)
		}
		behind, err := tx.VaultKeysBehind(keys.Generation())
		if err != nil {
			return err
		}
		info.VaultGeneration, info.VaultCheck = keys.Generation(), vaultCheck(keys, info.ID)
		info.Rotating, info.RotationHeld = true, false
		if err := errors.Join(sealed.give(tx, behind, keys), tx.UpdateInfo(info)); err != nil {
			return err
		}
		return a.s.w.record(tx, a.s.w.now(), eventRotationBegun, a.s.id, "", map[string]string{"generation": decimal(keys.Generation())})
	})
}

// ownersInfo reads the workspace for an owner. Errors: forbidden.
func (a *Admin) ownersInfo(tx ReadTx) (Info, error) {
	p, err := a.profile(tx)
	if err == nil && !MayManageKey.Of(p.Role) {
		err = refuse(service.CodeForbidden)
	}
	if err != nil {
		return Info{}, err
	}
	return tx.Info()
}

// Rotation tells how far it is. Errors: forbidden, session_ended; folder.
func (a *Admin) Rotation(ctx context.Context) (r Rotation, err error) {
	err = a.view(ctx, func(tx ReadTx) error {
		info, err := tx.Info()
		if err != nil {
			return err
		}
		all, behind, err := tx.CountDocuments(info.VaultGeneration)
		r = Rotation{Running: info.Rotating, Held: info.RotationHeld, Done: all - behind, Total: all}
		return err
	})
	return r, err
}

// HoldRotation stops a rotation until it is held no more; what is done stays done.
// Errors: forbidden, session_ended; folder.
func (a *Admin) HoldRotation(ctx context.Context, held bool) error {
	event := eventRotationResumed
	if held {
		event = eventRotationHeld
	}
	return a.setInfo(ctx, nil, "", event, func(tx ReadTx, i *Info) (map[string]string, error) {
		if _, err := a.ownersInfo(tx); err != nil {
			return nil, err
		}
		if i.Rotating {
			i.RotationHeld = held
		}
		return nil, nil
	})
}

// RotateDocuments puts rows in the place of those that were read, whose files are now kept under
// the vault's newest key, of which generation is the number. Each keeps its state. ErrStoreConflict: as for
// ChangeDocuments. Errors: forbidden, session_ended; folder.
func (a *Admin) RotateDocuments(ctx context.Context, generation int, all []ChangedDocument) error {
	s, w := a.s, a.s.w
	if err := w.files.Sync(); err != nil {
		return service.Explain(err)
	}
	var was []DocumentRow
	err := w.update(ctx, func(tx WriteTx) error {
		was = nil
		if _, err := a.profile(tx); err != nil {
			return err
		}
		if _, err := s.underKey(tx, generation); err != nil {
			return err
		}
		ids := make([]string, len(all))
		for i, c := range all {
			now, err := tx.Document(c.Row.ID)
			if err != nil {
				return err
			}
			if !bytes.Equal(now.Ciphertext, c.Was) {
				return ErrStoreConflict
			}
			was, ids[i] = append(was, now), now.ID
			now.Generation, now.Ciphertext = generation, c.Row.Ciphertext
			if err := tx.UpdateDocument(now); err != nil {
				return err
			}
		}
		if len(ids) == 0 {
			return nil
		}
		return w.record(tx, w.now(), eventRotationStep, s.id, "", documentDetail(ids))
	})
	if err != nil {
		return err
	}
	for _, row := range was {
		file := store.BlobName(row.ID, generation)
		if row.State == DocumentPurged { // perhaps while its new file was being written
			w.dropFile(file)
			continue
		}
		_ = logLeftover(w, w.files.Settle(file))
		w.dropFile(store.BlobName(row.ID, row.Generation))
	}
	return nil
}

// EndRotation takes the old key from everybody, once nothing needs it: ended says
// whether it has. Errors: forbidden, vault_waiting, session_ended; folder.
func (a *Admin) EndRotation(ctx context.Context) (ended bool, err error) {
	if err := a.s.Whole(); err != nil {
		return false, err
	}
	s, w := a.s, a.s.w
	var info Info
	var keys vault.Keys
	due := func(tx ReadTx) (ok bool, err error) {
		if _, err := a.profile(tx); err != nil {
			return false, err
		}
		if info, err = tx.Info(); err != nil || !info.Rotating || info.RotationHeld {
			return false, err
		}
		if keys, err = s.keysIn(tx); err != nil {
			return false, err
		}
		_, behind, err := tx.CountDocuments(keys.Generation())
		keys = keys.OnlyNewest()
		return behind == 0, err
	}
	var holders []VaultKey
	err = w.view(ctx, func(tx ReadTx) error {
		ok, err := due(tx)
		if err == nil && ok {
			holders, err = tx.VaultKeysWithMore()
		}
		return err
	})
	if err != nil {
		return false, err
	}
	sealed, err := sealTo(holders, keys)
	if err != nil {
		return false, err
	}
	newest := keys.Generation()
	err = w.update(ctx, func(tx WriteTx) error {
		ended = false
		ok, err := due(tx)
		if err != nil || !ok || keys.Generation() != newest {
			return err
		}
		holders, err := tx.VaultKeysWithMore()
		if err != nil {
			return err
		}
		info.Rotating, info.RotationHeld, ended = false, false, true
		if err := errors.Join(sealed.give(tx, holders, keys), tx.UpdateInfo(info)); err != nil {
			return err
		}
		return w.record(tx, w.now(), eventRotated, s.id, "", map[string]string{"generation": decimal(keys.Generation())})
	})
	if err != nil || !ended {
		return false, err
	}
	s.mu.Lock()
	if s.holding != nil {
		s.holding.keys = keys
	}
	s.mu.Unlock()
	return true, nil
}

// sealedKeys are the vault's keys, encrypted to holders before anybody waits for it.
type sealedKeys map[string]VaultKey

func sealTo(holders []VaultKey, keys vault.Keys) (sealedKeys, error) {
	sealed := make(sealedKeys, len(holders))
	for _, k := range holders {
		if err := give(&k, keys); err != nil {
			return nil, err
		}
		sealed[k.Holder] = k
	}
	return sealed, nil
}

// give gives the keys to holders as they are by now. Who came since, or has another key
// pair, is encrypted to here.
func (s sealedKeys) give(tx WriteTx, holders []VaultKey, keys vault.Keys) error {
	for _, k := range holders {
		if given, ok := s[k.Holder]; ok && given.Recipient == k.Recipient {
			k.Ciphertext, k.Generation, k.OnlyOne = given.Ciphertext, given.Generation, given.OnlyOne
		} else if err := give(&k, keys); err != nil {
			return err
		}
		if err := tx.SaveVaultKey(k); err != nil {
			return err
		}
	}
	return nil
}
