package workspace

import (
	"context"
	"crypto/subtle"
	"errors"
	"time"

	"countersign/backend/contracts"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/vault"
)

// RecoveredContracts are the contracts of a workspace whose keychain or database is gone, as
// far as an Emergency Kit opens them. Its profiles cannot be believed any more, and
// are not among them.
type RecoveredContracts struct {
	keys  vault.Keys
	rows  []DocumentRow
	kitAt time.Time
}

// Contracts is how many there are.
func (r RecoveredContracts) Contracts() int { return len(r.rows) }

// ReadRecovered reads them from a database whose integrity nobody can check, or where
// store is nil from the encrypted table of contents. What a row says is believed only
// where it opens with the kit's key. Errors: kit_form, kit_wrong, kit_none; folder.
func ReadRecovered(ctx context.Context, store Store, files Files, kit secret.Text) (RecoveredContracts, error) {
	identity, err := vault.ParseIdentity(kit)
	if err != nil {
		return RecoveredContracts{}, refuse(service.CodeKitForm).At("kit").Because(err)
	}
	if store == nil {
		return recoveredOfIndex(files, identity)
	}
	var r RecoveredContracts
	empty := false
	err = store.View(ctx, func(tx ReadTx) error {
		info, err := tx.Info()
		if empty = errors.Is(err, ErrNotFound); err != nil {
			return ignoreMissing(err)
		}
		if info.KitGeneration == 0 {
			return refuse(service.CodeKitNone)
		}
		r.keys, r.kitAt = vault.KeysOf(info.KitGeneration, identity), info.KitAt
		right := subtle.ConstantTimeCompare([]byte(vaultCheck(r.keys, info.ID)), []byte(info.KitCheck)) == 1
		r.rows = nil
		documents, err := tx.Documents()
		for _, d := range documents {
			if _, err := contracts.Decrypt(d, r.keys); err == nil && r.keys.Has(d.Generation) { // else of an older key, or not what it was
				r.rows = append(r.rows, d)
			}
		}
		if err == nil && !right && len(r.rows) == 0 {
			err = refuse(service.CodeKitWrong).At("kit")
		}
		return err
	})
	if empty { // a new database in the place of the old one
		return recoveredOfIndex(files, identity)
	}
	return r, service.Explain(err)
}

// recoveredOfIndex reads the table of contents, which opens only with the right key.
func recoveredOfIndex(files Files, identity vault.Identity) (r RecoveredContracts, err error) {
	found, err := contracts.ReadIndex(files, identity)
	if err != nil {
		return r, err
	}
	newest := 1
	for _, d := range found {
		newest = max(newest, d.Generation)
	}
	r.keys = vault.KeysOf(newest, identity)
	for _, d := range found {
		if d.Generation != newest {
			continue
		}
		row, err := d.Encrypt(r.keys)
		if err != nil {
			return r, err
		}
		r.rows = append(r.rows, row)
	}
	return r, nil
}

// CreateFrom makes a workspace with the contracts of one that was lost, and signs
// its owner in. Errors: as Create.
func (w *Workspace) CreateFrom(ctx context.Context, in NewWorkspace, r RecoveredContracts) (*Session, error) {
	return w.create(ctx, in, &r)
}

// inherit gives a new workspace the vault of the one that was lost, within the
// transaction that makes it. The kit stays good.
func (w *Workspace) inherit(tx WriteTx, id string, key secret.Bytes, r *RecoveredContracts) (*holding, error) {
	row, own, err := newHolder(profileHolder(id), key, r.keys)
	if err != nil {
		return nil, err
	}
	info, err := tx.Info()
	if err != nil {
		return nil, err
	}
	info.VaultGeneration, info.VaultCheck = r.keys.Generation(), vaultCheck(r.keys, info.ID)
	if r.kitAt.IsZero() { // the table of contents does not say when
		r.kitAt = w.now()
	}
	info.KitAt, info.KitBy, info.KitGeneration, info.KitCheck = r.kitAt, id, info.VaultGeneration, info.VaultCheck
	if err := errors.Join(tx.SaveVaultKey(row), tx.UpdateInfo(info)); err != nil {
		return nil, err
	}
	for _, d := range r.rows {
		if err := tx.InsertDocument(d); err != nil {
			return nil, err
		}
	}
	return &holding{own: own, keys: r.keys}, nil
}
