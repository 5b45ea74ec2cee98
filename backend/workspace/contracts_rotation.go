package workspace

import (
	"context"
	"errors"
	"io"

	"countersign/backend/contracts"
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
// Rotate brings the documents that were there before. An Emergency Kit of the old
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
	err = a.change(ctx, &proof, check, func(tx WriteTx) error {
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
	if err == nil {
		a.s.w.cacheInfo(info)
	}
	return err
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

// rotateAtATime is how many documents share a commit of a rotation.
const rotateAtATime = 16

// Rotate goes on with a rotation until every document is under the newest key, and
// then takes the old key from everybody. It can be stopped at any time, and goes
// on where it was. It does nothing where none is running, or it is held. Errors:
// vault_waiting, document_missing, document_damaged, session_ended; folder.
func (a *Admin) Rotate(ctx context.Context, progress Progress) error {
	if err := a.view(ctx, func(ReadTx) error { return nil }); err != nil {
		return err
	}
	working, end, err := a.s.work(ctx)
	if err != nil {
		return err
	}
	defer end()
	skip := map[string]bool{}
	var failed error
	for {
		more, err := a.rotateSome(working, skip, progress)
		if err != nil && !errors.Is(err, errBadDocument) {
			return err
		}
		failed = errors.Join(failed, err)
		if !more {
			break
		}
	}
	if failed != nil {
		return failed
	}
	return a.endRotation(context.WithoutCancel(working))
}

var errBadDocument = errors.New("a document cannot be encrypted anew")

// rotateSome brings some documents under the newest key. One that cannot be read
// is skipped, and keeps the old key in force: nothing is given up.
func (a *Admin) rotateSome(ctx context.Context, skip map[string]bool, progress Progress) (more bool, err error) {
	s, w := a.s, a.s.w
	var rows []DocumentRow
	all, behind := 0, 0
	keys, err := s.readVault(ctx, func(tx ReadTx, keys vault.Keys) error {
		info, err := tx.Info()
		if err != nil || !info.Rotating || info.RotationHeld {
			return err
		}
		if all, behind, err = tx.CountDocuments(keys.Generation()); err != nil {
			return err
		}
		rows, err = tx.DocumentsBefore(keys.Generation(), rotateAtATime+len(skip))
		return err
	})
	if err != nil {
		return false, err
	}
	if progress != nil && all > 0 {
		progress(int64(all-behind), int64(all))
	}
	var moved []DocumentRow
	var bad error
	for _, row := range rows {
		if skip[row.ID] {
			continue
		}
		if err := a.reencrypt(ctx, keys, row); err != nil {
			if ctx.Err() != nil {
				return false, ctx.Err()
			}
			if errors.Is(err, ErrFilesFull) || errors.Is(err, ErrFilesReadOnly) || errors.Is(err, ErrFilesFailed) {
				return false, service.Explain(err)
			}
			skip[row.ID] = true
			bad = errors.Join(bad, err)
			continue
		}
		moved = append(moved, row)
	}
	if len(moved) > 0 {
		if err := a.commitRotated(ctx, keys, moved); err != nil {
			return false, err
		}
		for _, row := range moved {
			if row.State == DocumentPurged { // perhaps while its new file was being written
				w.dropFile(store.BlobName(row.ID, keys.Generation()))
				continue
			}
			_ = logLeftover(w, w.files.Settle(store.BlobName(row.ID, keys.Generation())))
			w.dropFile(store.BlobName(row.ID, row.Generation))
		}
	}
	if bad != nil {
		bad = errors.Join(errBadDocument, bad)
	}
	return len(moved) > 0 || bad != nil, bad
}

// reencrypt writes a document's file anew under the newest key, verified against
// what was noted of it. One that was purged has no file.
func (a *Admin) reencrypt(ctx context.Context, keys vault.Keys, row DocumentRow) (err error) {
	if row.State == DocumentPurged {
		return nil
	}
	s := a.s
	o, err := s.lookAtDocument(ctx, row.ID)
	if service.IsCode(err, service.CodeDocumentGone) { // purged meanwhile
		return nil
	}
	if err != nil {
		return err
	}
	defer o.Close()
	name := store.BlobName(row.ID, keys.Generation())
	if err := s.w.files.Remove(name); err != nil { // of a rotation that was stopped here
		return err
	}
	f, err := s.w.files.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Drop()) }()
	plain, feed := io.Pipe()
	go func() { feed.CloseWithError(s.decrypt(ctx, o, feed, nil)) }()
	_, err = keys.Encrypt(f, plain, nil)
	_ = plain.CloseWithError(io.ErrClosedPipe)
	if err != nil {
		return err
	}
	return f.Keep()
}

// commitRotated makes the new files the documents', and notes in moved where each
// stands by then.
func (a *Admin) commitRotated(ctx context.Context, keys vault.Keys, moved []DocumentRow) error {
	s, w := a.s, a.s.w
	if err := w.files.Sync(); err != nil {
		return service.Explain(err)
	}
	return w.update(context.WithoutCancel(ctx), func(tx WriteTx) error {
		if _, err := a.profile(tx); err != nil {
			return err
		}
		if _, err := s.keysIn(tx); err != nil {
			return err
		}
		var ids []string
		for i, was := range moved {
			row, err := tx.Document(was.ID)
			if err != nil {
				return err
			}
			moved[i].State = row.State
			d, err := contracts.Unseal(row, keys)
			if err != nil {
				return err
			}
			d.Generation = keys.Generation()
			if row, err = d.Seal(keys); err != nil {
				return err
			}
			if err := tx.UpdateDocument(row); err != nil {
				return err
			}
			ids = append(ids, was.ID)
		}
		return w.record(tx, w.now(), eventRotationStep, s.id, "", documentDetail(ids))
	})
}

// endRotation takes the old key from everybody, once nothing needs it.
func (a *Admin) endRotation(ctx context.Context) error {
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
	err := w.view(ctx, func(tx ReadTx) error {
		ok, err := due(tx)
		if err == nil && ok {
			holders, err = tx.VaultKeysWithMore()
		}
		return err
	})
	if err != nil {
		return err
	}
	sealed, err := sealTo(holders, keys)
	if err != nil {
		return err
	}
	newest, ended := keys.Generation(), false
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
		return err
	}
	w.cacheInfo(info)
	s.mu.Lock()
	if s.holding != nil {
		s.holding.keys = keys
	}
	s.mu.Unlock()
	return logLeftover(w, s.writeIndex(ctx))
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
			k.Sealed, k.Generation, k.OnlyOne = given.Sealed, given.Generation, given.OnlyOne
		} else if err := give(&k, keys); err != nil {
			return err
		}
		if err := tx.SaveVaultKey(k); err != nil {
			return err
		}
	}
	return nil
}
