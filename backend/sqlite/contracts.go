package sqlite

import "countersign/backend/store"

const selectVaultKeys = "SELECT holder, recipient, signature, wrapped, sealed, generation, only_one FROM vault_keys "

func scanVaultKey(row scanner) (k store.VaultKey, err error) {
	err = row.Scan(&k.Holder, &k.Recipient, &k.Signature, &k.Wrapped, &k.Ciphertext, &k.Generation, &k.OnlyOne)
	return k, translate(err)
}

func (t *readTx) VaultKey(holder string) (store.VaultKey, error) {
	return scanVaultKey(t.one(selectVaultKeys+"WHERE holder = ?", holder))
}

func (t *readTx) VaultKeysBehind(generation int) ([]store.VaultKey, error) {
	return all(t, scanVaultKey, selectVaultKeys+"WHERE generation < ? ORDER BY holder", generation)
}

func (t *readTx) VaultKeysWithMore() ([]store.VaultKey, error) {
	return all(t, scanVaultKey, selectVaultKeys+"WHERE generation > 0 AND NOT only_one ORDER BY holder")
}

func (t *tx) SaveVaultKey(k store.VaultKey) error {
	return t.exec(`INSERT INTO vault_keys (holder, recipient, signature, wrapped, sealed, generation, only_one) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (holder) DO UPDATE SET recipient = excluded.recipient, signature = excluded.signature, wrapped = excluded.wrapped, sealed = excluded.sealed,
		generation = excluded.generation, only_one = excluded.only_one`,
		k.Holder, k.Recipient, blob(k.Signature), blob(k.Wrapped), blob(k.Ciphertext), k.Generation, k.OnlyOne)
}

func (t *tx) DeleteVaultKey(holder string) error {
	return t.exec("DELETE FROM vault_keys WHERE holder = ?", holder)
}

const selectDocuments = "SELECT id, generation, state, removed_at, sealed FROM documents "

func scanDocument(row scanner) (d store.DocumentRow, err error) {
	err = row.Scan(&d.ID, &d.Generation, &d.State, when{&d.RemovedAt}, &d.Ciphertext)
	return d, translate(err)
}

func (t *readTx) Document(id string) (store.DocumentRow, error) {
	return scanDocument(t.one(selectDocuments+"WHERE id = ?", id))
}

func (t *readTx) Documents() ([]store.DocumentRow, error) {
	return all(t, scanDocument, selectDocuments+"ORDER BY id")
}

func (t *readTx) DocumentsBefore(generation, limit int) ([]store.DocumentRow, error) {
	return all(t, scanDocument, selectDocuments+"WHERE generation < ? ORDER BY generation, id LIMIT ?", generation, limit)
}

func (t *readTx) CountDocuments(generation int) (all, behind int, err error) {
	err = t.row("SELECT count(*), coalesce(sum(generation < ?), 0) FROM documents", []any{generation}, &all, &behind)
	return all, behind, err
}

func (t *tx) InsertDocument(d store.DocumentRow) error {
	return t.exec("INSERT INTO documents (id, generation, state, removed_at, sealed) VALUES (?, ?, ?, ?, ?)",
		d.ID, d.Generation, d.State, millis(d.RemovedAt), blob(d.Ciphertext))
}

func (t *tx) UpdateDocument(d store.DocumentRow) error {
	return t.must("UPDATE documents SET generation = ?, state = ?, removed_at = ?, sealed = ? WHERE id = ?",
		d.Generation, d.State, millis(d.RemovedAt), blob(d.Ciphertext), d.ID)
}
