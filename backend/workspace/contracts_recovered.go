package workspace

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"

	"countersign/backend/secret"
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
// store is nil from the sealed table of contents. What a row says is believed only
// where it opens with the kit's key. Errors: kit_form, kit_wrong, kit_none; folder.
func ReadRecovered(ctx context.Context, store Store, files Files, kit secret.Text) (RecoveredContracts, error) {
	identity, err := vault.ParseIdentity(kit)
	if err != nil {
		return RecoveredContracts{}, refuse(CodeKitForm).at("kit").because(err)
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
			return refuse(CodeKitNone)
		}
		r.keys, r.kitAt = vault.KeysOf(info.KitGeneration, identity), info.KitAt
		right := subtle.ConstantTimeCompare([]byte(vaultCheck(r.keys, info.ID)), []byte(info.KitCheck)) == 1
		r.rows = nil
		documents, err := tx.Documents()
		for _, d := range documents {
			if _, err := unseal(d, r.keys); err == nil && r.keys.Has(d.Generation) { // else of an older key, or not what it was
				r.rows = append(r.rows, d)
			}
		}
		if err == nil && !right && len(r.rows) == 0 {
			err = refuse(CodeKitWrong).at("kit")
		}
		return err
	})
	if empty { // a new database in the place of the old one
		return recoveredOfIndex(files, identity)
	}
	return r, Explain(err)
}

// recoveredOfIndex reads the table of contents, which opens only with the right key.
func recoveredOfIndex(files Files, identity vault.Identity) (r RecoveredContracts, err error) {
	found, err := indexDocuments(files, identity)
	if err != nil {
		return r, err
	}
	newest := 1
	for _, d := range found {
		newest = max(newest, d.generation)
	}
	r.keys = vault.KeysOf(newest, identity)
	for _, d := range found {
		if d.generation != newest {
			continue
		}
		row, err := d.seal(r.keys)
		if err != nil {
			return r, err
		}
		r.rows = append(r.rows, row)
	}
	return r, nil
}

// indexDocuments reads the sealed table of contents. Errors: kit_none where there is
// none, kit_wrong where it does not open; folder.
func indexDocuments(files Files, identity vault.Identity) (found []Document, err error) {
	in, err := files.ReadIndex()
	if errors.Is(err, ErrFileMissing) {
		return nil, refuse(CodeKitNone)
	}
	if err != nil {
		return nil, Explain(err)
	}
	defer func() { err = afterwards(err, in.Close()) }()
	var text bytes.Buffer
	if _, err := vault.KeysOf(1, identity).Decrypt(&text, 1, in, nil); errors.Is(err, vault.ErrDocument) || errors.Is(err, vault.ErrNoKey) {
		return nil, refuse(CodeKitWrong).at("kit").because(err)
	} else if err != nil {
		return nil, Explain(err)
	}
	lines, err := csv.NewReader(&text).ReadAll()
	if err != nil || len(lines) == 0 {
		return nil, refuse(CodeKitNone).because(err)
	}
	for _, line := range lines[1:] {
		if d, ok := documentOfLine(line); ok {
			found = append(found, d)
		}
	}
	return found, nil
}

// indexHead names the columns of the table of contents.
var indexHead = []string{"file", "name", "bytes", "type", "added", "by", "removed", "sha256", "tags"}

func (d Document) line() []string {
	removed := ""
	if d.State == DocumentRemoved {
		removed = d.RemovedAt.Format(time.RFC3339)
	}
	return []string{
		fileName(d.ID, d.generation), defused(d.Name), strconv.FormatInt(d.Size, 10), d.Type, d.AddedAt.Format(time.RFC3339), defused(d.AddedBy), removed,
		hex.EncodeToString(d.SHA256[:]), defused(strings.Join(d.Tags, "; ")),
	}
}

func documentOfLine(line []string) (d Document, ok bool) {
	if len(line) != len(indexHead) {
		return d, false
	}
	if d.ID, d.generation, ok = parseFileName(line[0]); !ok {
		return d, false
	}
	sum, err := hex.DecodeString(line[7])
	if err != nil || len(sum) != len(d.SHA256) {
		return d, false
	}
	copy(d.SHA256[:], sum)
	if d.Size, err = strconv.ParseInt(line[2], 10, 64); err != nil {
		return d, false
	}
	if d.AddedAt, err = time.Parse(time.RFC3339, line[4]); err != nil {
		return d, false
	}
	d.Name, d.Type, d.AddedBy = strings.TrimPrefix(line[1], "'"), line[3], strings.TrimPrefix(line[5], "'")
	if line[8] != "" {
		d.Tags = strings.Split(strings.TrimPrefix(line[8], "'"), "; ")
	}
	if line[6] != "" {
		if d.RemovedAt, err = time.Parse(time.RFC3339, line[6]); err != nil {
			return d, false
		}
		d.State = DocumentRemoved
	}
	return d, true
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
	w.cacheInfo(info)
	return &holding{own: own, keys: r.keys}, nil
}
