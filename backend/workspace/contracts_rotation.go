package workspace

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"

	"countersign/backend/service"
	"countersign/backend/store"
)

// RotationStart is what a client needs to make a new vault key: who is to have it. Errors:
// rotation_running, forbidden, session_ended; folder.
func (a *Admin) RotationStart(ctx context.Context) (v service.Vault, all []service.KeyHolder, err error) {
	err = a.view(ctx, func(tx store.ReadTx) error {
		info, err := a.infoToRotate(tx)
		if err != nil {
			return err
		}
		if v, err = a.s.vaultIn(tx); err != nil {
			return err
		}
		rows, err := tx.VaultKeysBehind(info.VaultGeneration + 1)
		all = holdersOf(rows)
		return err
	})
	return v, all, err
}

// infoToRotate reads the workspace for an owner who wants to rotate the vault key, or to put it
// on paper. Errors: rotation_running, forbidden.
func (a *Admin) infoToRotate(tx store.ReadTx) (store.Info, error) {
	info, err := a.ownersInfo(tx)
	if err == nil && info.Rotating {
		err = refuse(service.CodeRotationRunning)
	}
	return info, err
}

// BeginRotation puts a new vault key in force, with an owner's step-up, and gives it to
// everybody whom it was encrypted to. From then on what is added is encrypted to it;
// RotateDocuments brings the documents that were there before. An Emergency Kit of the old
// key opens nothing that was added since. Who has come since, or has another key pair by now,
// waits for it: see GiveKeys. link is the signature of service.VaultMessage with the old key. Errors: rotation_running, also where
// another rotation has begun and ended since; forbidden, session_ended; those of a step-up; folder.
func (a *Admin) BeginRotation(ctx context.Context, proof service.Proof, publicKey string, link []byte, given []service.GivenKeys) error {
	check := func(tx store.ReadTx) error {
		_, err := a.infoToRotate(tx)
		return err
	}
	return a.change(ctx, stepUp(service.EachTime, proof), check, func(tx store.WriteTx) error {
		info, err := a.infoToRotate(tx)
		if err != nil {
			return err
		}
		before := info
		info.VaultGeneration, info.VaultPublicKey = info.VaultGeneration+1, publicKey
		info.VaultLinks += publicKey + hex.EncodeToString(link)
		info.Rotating, info.RotationHeld = true, false
		mine := false
		for _, g := range given {
			if g.Generation != info.VaultGeneration {
				return refuse(service.CodeRotationRunning)
			}
			if !givenFit(g) {
				return service.ErrMalformed
			}
			row, err := tx.VaultKey(g.Holder)
			if err := ignoreMissing(err); err != nil {
				return err
			}
			if err != nil || row.Recipient != g.Recipient {
				continue
			}
			if err := tx.SaveVaultKey(withGiven(row, g)); err != nil {
				return err
			}
			mine = mine || g.Holder == profileHolder(a.s.id)
		}
		if !mine {
			return store.ErrConflict // nobody could read what is added
		}
		if len(publicKey) != 2*ed25519.PublicKeySize || !signedByVault(before, service.VaultMessage(a.s.w.ID(), info.VaultGeneration, publicKey), link) {
			return service.ErrMalformed // nobody's client would follow
		}
		if err := tx.UpdateInfo(info); err != nil {
			return err
		}
		a.s.w.record(tx, a.s.w.now(), eventRotationBegun, a.s.id, "", map[string]string{"generation": decimal(info.VaultGeneration)})
		return nil
	})
}

// ownersInfo reads the workspace for an owner. Errors: forbidden.
func (a *Admin) ownersInfo(tx store.ReadTx) (store.Info, error) {
	p, err := a.profile(tx)
	if err == nil && !service.MayManageKey.Of(p.Role) {
		err = refuse(service.CodeForbidden)
	}
	if err != nil {
		return store.Info{}, err
	}
	return tx.Info()
}

// Rotation tells how far it is. Errors: forbidden, session_ended; folder.
func (a *Admin) Rotation(ctx context.Context) (r service.Rotation, err error) {
	err = a.view(ctx, func(tx store.ReadTx) error {
		info, err := tx.Info()
		if err != nil {
			return err
		}
		all, behind, err := tx.CountDocuments(info.VaultGeneration)
		r = service.Rotation{Running: info.Rotating, Held: info.RotationHeld, Done: all - behind, Total: all}
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
	return a.setInfo(ctx, nil, "", event, func(tx store.ReadTx, i *store.Info) (map[string]string, error) {
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
// the vault's newest key, of which generation is the number. Each keeps its state. store.ErrConflict: as for
// ChangeDocuments. Errors: forbidden, session_ended; folder.
func (a *Admin) RotateDocuments(ctx context.Context, generation int, all []service.ChangedDocument) error {
	s, w := a.s, a.s.w
	for _, c := range all {
		if !rowFits(c.Row) {
			return service.ErrMalformed
		}
	}
	if err := w.files.Sync(); err != nil {
		return service.Explain(err)
	}
	var was []store.DocumentRow
	err := w.update(ctx, func(tx store.WriteTx) error {
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
				return store.ErrConflict
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
		for _, row := range was { // whose old files go afterwards
			row.Generation = generation
			if err := w.hasFile(row); err != nil && row.State != store.DocumentPurged {
				return err
			}
		}
		w.record(tx, w.now(), eventRotationStep, s.id, "", documentDetail(ids))
		return nil
	})
	if err != nil {
		return err
	}
	for _, row := range was {
		file := store.BlobName(row.ID, generation)
		if row.State == store.DocumentPurged { // perhaps while its new file was being written
			w.dropFile(file)
			continue
		}
		_ = logLeftover(w, w.files.Settle(file))
		w.dropFile(store.BlobName(row.ID, row.Generation))
	}
	return nil
}

// RotationEnd says who still has an older key, where a rotation is done and can end. ready is false
// while a document is under an older key, and where no rotation runs or it is held. Errors: forbidden,
// session_ended; folder.
func (a *Admin) RotationEnd(ctx context.Context) (v service.Vault, all []service.KeyHolder, ready bool, err error) {
	if err := a.s.Whole(); err != nil {
		return v, nil, false, err
	}
	err = a.s.w.view(ctx, func(tx store.ReadTx) (err error) {
		if _, ready, err = a.rotationDone(tx); err != nil || !ready {
			return err
		}
		if v, err = a.s.vaultIn(tx); err != nil {
			return err
		}
		rows, err := tx.VaultKeysWithMore()
		all = holdersOf(rows)
		return err
	})
	return v, all, ready, err
}

func (a *Admin) rotationDone(tx store.ReadTx) (info store.Info, done bool, err error) {
	if _, err := a.profile(tx); err != nil {
		return info, false, err
	}
	if info, err = tx.Info(); err != nil || !info.Rotating || info.RotationHeld {
		return info, false, err
	}
	_, behind, err := tx.CountDocuments(info.VaultGeneration)
	return info, behind == 0, err
}

// EndRotation takes the old key from everybody: each who has it is given the newest alone. ended
// says whether that was done, which it is not where something is under the old key again. store.ErrConflict:
// somebody has the old key to whom the newest was not encrypted, so ask RotationEnd again. Errors: forbidden,
// session_ended; folder.
func (a *Admin) EndRotation(ctx context.Context, given []service.GivenKeys) (ended bool, err error) {
	if err := a.s.Whole(); err != nil {
		return false, err
	}
	w := a.s.w
	byHolder := make(map[string]service.GivenKeys, len(given))
	for _, g := range given {
		byHolder[g.Holder] = g
	}
	err = w.update(ctx, func(tx store.WriteTx) error {
		ended = false
		info, done, err := a.rotationDone(tx)
		if err != nil || !done {
			return err
		}
		holders, err := tx.VaultKeysWithMore()
		if err != nil {
			return err
		}
		for _, row := range holders {
			g, ok := byHolder[row.Holder]
			if !ok || g.Recipient != row.Recipient || g.Generation != info.VaultGeneration || !g.OnlyOne || !givenFit(g) {
				return store.ErrConflict
			}
			if err := tx.SaveVaultKey(withGiven(row, g)); err != nil {
				return err
			}
		}
		info.Rotating, info.RotationHeld, ended = false, false, true
		if err := tx.UpdateInfo(info); err != nil {
			return err
		}
		w.record(tx, w.now(), eventRotated, a.s.id, "", map[string]string{"generation": decimal(info.VaultGeneration)})
		return nil
	})
	return ended && err == nil, err
}
