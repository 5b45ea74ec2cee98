package postgres

import "countersign/backend/store"

const selectVaultKeys = "SELECT holder, recipient, signature, wrapped, sealed, generation, only_one FROM vault_keys WHERE workspace = $1 "

func scanVaultKey(row scanner) (k store.VaultKey, err error) {
	err = row.Scan(&k.Holder, &k.Recipient, &octets{&k.Signature}, &octets{&k.Wrapped}, &octets{&k.Ciphertext}, &k.Generation, &k.OnlyOne)
	return k, translate(err)
}

func (t *readTx) VaultKey(holder string) (store.VaultKey, error) {
	return scanVaultKey(t.one(selectVaultKeys+"AND holder = $2", holder))
}

func (t *readTx) VaultKeysBehind(generation int) ([]store.VaultKey, error) {
	return all(t, scanVaultKey, selectVaultKeys+"AND generation < $2 ORDER BY holder", generation)
}

func (t *readTx) VaultKeysWithMore() ([]store.VaultKey, error) {
	return all(t, scanVaultKey, selectVaultKeys+"AND generation > 0 AND NOT only_one ORDER BY holder")
}

func (t *tx) SaveVaultKey(k store.VaultKey) error {
	return t.exec(`INSERT INTO vault_keys (workspace, holder, recipient, signature, wrapped, sealed, generation, only_one) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (workspace, holder) DO UPDATE SET recipient = excluded.recipient, signature = excluded.signature, wrapped = excluded.wrapped, sealed = excluded.sealed,
		generation = excluded.generation, only_one = excluded.only_one`,
		k.Holder, k.Recipient, blob(k.Signature), blob(k.Wrapped), blob(k.Ciphertext), k.Generation, k.OnlyOne)
}

func (t *tx) DeleteVaultKey(holder string) error {
	return t.exec("DELETE FROM vault_keys WHERE workspace = $1 AND holder = $2", holder)
}

const selectDocuments = "SELECT id, generation, state, removed_at, sealed FROM documents WHERE workspace = $1 "

func scanDocument(row scanner) (d store.DocumentRow, err error) {
	err = row.Scan(&d.ID, &d.Generation, &d.State, &when{&d.RemovedAt}, &octets{&d.Ciphertext})
	return d, translate(err)
}

func (t *readTx) Document(id string) (store.DocumentRow, error) {
	return scanDocument(t.one(selectDocuments+"AND id = $2", id))
}

func (t *readTx) Documents() ([]store.DocumentRow, error) {
	return all(t, scanDocument, selectDocuments+"ORDER BY id")
}

func (t *readTx) DocumentsBefore(generation, limit int) ([]store.DocumentRow, error) {
	return all(t, scanDocument, selectDocuments+"AND generation < $2 ORDER BY generation, id LIMIT $3", generation, limit)
}

func (t *readTx) CountDocuments(generation int) (all, behind int, err error) {
	err = t.row("SELECT count(*), count(*) FILTER (WHERE generation < $2) FROM documents WHERE workspace = $1", []any{generation}, &all, &behind)
	return all, behind, err
}

func (t *tx) InsertDocument(d store.DocumentRow) error {
	return t.exec("INSERT INTO documents (workspace, id, generation, state, removed_at, sealed) VALUES ($1, $2, $3, $4, $5, $6)",
		d.ID, d.Generation, d.State, millis(d.RemovedAt), blob(d.Ciphertext))
}

func (t *tx) UpdateDocument(d store.DocumentRow) error {
	return t.must("UPDATE documents SET generation = $2, state = $3, removed_at = $4, sealed = $5 WHERE workspace = $1 AND id = $6",
		d.Generation, d.State, millis(d.RemovedAt), blob(d.Ciphertext), d.ID)
}
