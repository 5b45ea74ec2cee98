package sqlite

import "countersign/backend/workspace"

const selectVaultKeys = "SELECT holder, recipient, wrapped, sealed, generation, only_one FROM vault_keys "

func scanVaultKey(row scanner) (k workspace.VaultKey, err error) {
	err = row.Scan(&k.Holder, &k.Recipient, &k.Wrapped, &k.Sealed, &k.Generation, &k.OnlyOne)
	return k, translate(err)
}

func (t *tx) VaultKey(holder string) (workspace.VaultKey, error) {
	return scanVaultKey(t.tx.QueryRowContext(t.ctx, selectVaultKeys+"WHERE holder = ?", holder))
}

func (t *tx) VaultKeysBehind(generation int) ([]workspace.VaultKey, error) {
	return t.vaultKeys("WHERE generation < ? ORDER BY holder", generation)
}

func (t *tx) VaultKeysWithMore() ([]workspace.VaultKey, error) {
	return t.vaultKeys("WHERE generation > 0 AND NOT only_one ORDER BY holder")
}

func (t *tx) vaultKeys(where string, args ...any) (all []workspace.VaultKey, err error) {
	rows, err := t.tx.QueryContext(t.ctx, selectVaultKeys+where, args...)
	if err != nil {
		return nil, translate(err)
	}
	defer rows.Close()
	for rows.Next() {
		k, err := scanVaultKey(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, k)
	}
	return all, translate(rows.Err())
}

func (t *tx) SaveVaultKey(k workspace.VaultKey) error {
	return t.exec(`INSERT INTO vault_keys (holder, recipient, wrapped, sealed, generation, only_one) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (holder) DO UPDATE SET recipient = excluded.recipient, wrapped = excluded.wrapped, sealed = excluded.sealed,
		generation = excluded.generation, only_one = excluded.only_one`,
		k.Holder, k.Recipient, blob(k.Wrapped), blob(k.Sealed), k.Generation, k.OnlyOne)
}

func (t *tx) DeleteVaultKey(holder string) error {
	return t.exec("DELETE FROM vault_keys WHERE holder = ?", holder)
}

const selectDocuments = "SELECT id, generation, state, sealed FROM documents "

func scanDocument(row scanner) (d workspace.DocumentRow, err error) {
	err = row.Scan(&d.ID, &d.Generation, &d.State, &d.Sealed)
	return d, translate(err)
}

func (t *tx) Document(id string) (workspace.DocumentRow, error) {
	return scanDocument(t.tx.QueryRowContext(t.ctx, selectDocuments+"WHERE id = ?", id))
}

func (t *tx) Documents(fn func(workspace.DocumentRow) error) error {
	return t.documents(fn, "ORDER BY id")
}

func (t *tx) DocumentsBefore(generation, limit int) (all []workspace.DocumentRow, err error) {
	err = t.documents(func(d workspace.DocumentRow) error {
		all = append(all, d)
		return nil
	}, "WHERE generation < ? ORDER BY generation, id LIMIT ?", generation, limit)
	return all, err
}

func (t *tx) documents(fn func(workspace.DocumentRow) error, where string, args ...any) error {
	rows, err := t.tx.QueryContext(t.ctx, selectDocuments+where, args...)
	if err != nil {
		return translate(err)
	}
	defer rows.Close()
	for rows.Next() {
		d, err := scanDocument(rows)
		if err != nil {
			return err
		}
		if err := fn(d); err != nil {
			return err
		}
	}
	return translate(rows.Err())
}

func (t *tx) CountDocuments(generation int) (all, behind int, err error) {
	err = t.row("SELECT count(*), coalesce(sum(generation < ?), 0) FROM documents", []any{generation}, &all, &behind)
	return all, behind, err
}

func (t *tx) InsertDocument(d workspace.DocumentRow) error {
	return t.exec("INSERT INTO documents (id, generation, state, sealed) VALUES (?, ?, ?, ?)", d.ID, d.Generation, d.State, blob(d.Sealed))
}

func (t *tx) UpdateDocument(d workspace.DocumentRow) error {
	return t.must("UPDATE documents SET generation = ?, state = ?, sealed = ? WHERE id = ?", d.Generation, d.State, blob(d.Sealed), d.ID)
}
