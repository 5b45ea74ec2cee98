package rescue

import (
	"context"
	"encoding/hex"
	"errors"

	"countersign/backend/client"
	"countersign/backend/contracts"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
)

// Read reads the contracts from a database whose integrity nobody can check, or where
// store is nil from the encrypted table of contents. What a row says is believed only
// where it opens with the kit's key. Errors: kit_form, kit_wrong, kit_none; folder.
func Read(ctx context.Context, db store.Store, files store.Blobs, kit secret.Text) (r client.Recovered, err error) {
	identity, err := vault.ParseIdentity(kit)
	if err != nil {
		return r, service.Refuse(service.CodeKitForm).At("kit").Because(err)
	}
	if db == nil {
		return readIndex(files, identity)
	}
	empty := false
	err = db.View(ctx, func(tx store.ReadTx) error {
		r = client.Recovered{}
		info, err := tx.Info()
		if empty = errors.Is(err, store.ErrNotFound); empty {
			return nil
		}
		if err != nil {
			return err
		}
		if info.KitGeneration == 0 {
			return service.Refuse(service.CodeKitNone)
		}
		r.Keys, r.KitAt = vault.KeysOf(info.KitGeneration, identity), info.KitAt
		documents, err := tx.Documents()
		for _, d := range documents {
			if _, err := contracts.Decrypt(d, r.Keys); err == nil && r.Keys.Has(d.Generation) { // else of an older key, or not what it was
				r.Rows = append(r.Rows, d)
			}
		}
		if err == nil && len(r.Rows) == 0 && hex.EncodeToString(r.Keys.PublicKey()) != info.KitPublicKey {
			err = service.Refuse(service.CodeKitWrong).At("kit")
		}
		return err
	})
	if empty { // a new database in the place of the old one
		return readIndex(files, identity)
	}
	return r, service.Explain(err)
}

// readIndex reads the table of contents, which opens only with the right key.
func readIndex(files store.Blobs, identity vault.Identity) (r client.Recovered, err error) {
	found, err := contracts.ReadIndex(files, identity)
	if err != nil {
		return r, err
	}
	newest := 1
	for _, d := range found {
		newest = max(newest, d.Generation)
	}
	r.Keys = vault.KeysOf(newest, identity)
	for _, d := range found {
		if d.Generation != newest {
			continue
		}
		row, err := d.Encrypt(r.Keys)
		if err != nil {
			return r, err
		}
		r.Rows = append(r.Rows, row)
	}
	return r, nil
}
