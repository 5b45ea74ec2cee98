package client

import (
	"context"
	"errors"
	"io"
	"slices"

	"countersign/backend/contracts"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
)

// rotateAtATime is how many documents share a commit of a rotation.
const rotateAtATime = 16

// Rotate goes on with a rotation until every document is under the newest key, and
// then takes the old key from everybody. It can be stopped at any time, and goes
// on where it was. It does nothing where none is running, or it is held. Errors: forbidden,
// vault_waiting, document_missing, document_damaged, session_ended; folder.
func (a *Admin) Rotate(ctx context.Context, progress service.Progress) error {
	if _, err := a.s.Session.Admin(ctx); err != nil { // they are still one
		return err
	}
	working, end, err := a.s.Work(ctx)
	if err != nil {
		return err
	}
	defer end()
	skip := map[string]bool{}
	var failed error
	for {
		more, err := a.rotateSome(working, skip, progress)
		if err != nil && !errors.Is(err, errBadDocument) {
			return service.Explain(err)
		}
		failed = errors.Join(failed, err)
		if !more {
			break
		}
	}
	if failed != nil {
		return failed
	}
	_, err = a.s.giveWaiting(working)
	a.s.leftover(err) // whose key pair is signed with the old key, which is gone afterwards
	ctx = context.WithoutCancel(working)
	ended, err := a.endRotation(ctx)
	if err != nil || !ended {
		return err
	}
	a.s.writeIndex(ctx)
	return a.s.witnessed(ctx)
}

// BeginRotation makes a new vault key, with an owner's step-up, and gives it to
// everybody who has the old one: see workspace.Admin.BeginRotation. Errors: rotation_running, forbidden,
// vault_waiting; those of a step-up; folder.
func (a *Admin) BeginRotation(ctx context.Context, proof Proof) error {
	v, holders, err := a.RotationStart(ctx)
	if err != nil {
		return err
	}
	old, err := a.s.keysOf(v)
	if err != nil {
		return err
	}
	keys, err := old.Next()
	if err != nil {
		return err
	}
	given, err := a.s.sealAll(ctx, holders, old, keys)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(given, func(g service.GivenKeys) bool { return g.Holder == v.Holder }) {
		return service.Refuse(service.CodeVaultWaiting) // what is added could not be read here
	}
	link := old.Sign(service.VaultMessage(a.s.w.ID(), keys.Generation(), publicKey(keys)))
	err = a.s.signing(ctx, proof, func(p service.Proof) error { return a.Admin.BeginRotation(ctx, p, publicKey(keys), link, given) })
	if err != nil {
		return err
	}
	_, err = a.s.giveWaiting(context.WithoutCancel(ctx))
	a.s.leftover(err) // who has come meanwhile
	return nil
}

// endRotation takes the old key from everybody, once nothing needs it: ended says
// whether it has. Errors: forbidden, vault_waiting, session_ended; folder.
func (a *Admin) endRotation(ctx context.Context) (ended bool, err error) {
	err = retryConflicts(func() error {
		v, holders, ready, err := a.RotationEnd(ctx)
		if err != nil || !ready {
			return err
		}
		keys, err := a.s.keysOf(v)
		if err != nil {
			return err
		}
		newest := keys.OnlyNewest()
		given, err := a.s.sealAll(ctx, holders, keys, newest)
		if err != nil {
			return err
		}
		if len(given) < len(holders) {
			return a.s.w.notAuthentic(errSignature) // somebody would keep the old key
		}
		if ended, err = a.EndRotation(ctx, given); ended {
			a.s.keep(newest)
		}
		return err
	})
	return ended, service.Explain(err)
}

var errBadDocument = errors.New("a document cannot be encrypted anew")

// rotateSome brings some documents under the newest key. One that cannot be read
// is skipped, and keeps the old key in force: nothing is given up.
func (a *Admin) rotateSome(ctx context.Context, skip map[string]bool, progress service.Progress) (more bool, err error) {
	read, err := a.s.read(ctx, service.DocumentQuery{Behind: rotateAtATime + len(skip)})
	if err != nil {
		return false, err
	}
	if progress != nil && read.All > 0 {
		progress(int64(read.All-read.Older), int64(read.All))
	}
	var moved []service.DocumentRow
	var bad error
	for _, row := range read.Rows {
		if skip[row.ID] {
			continue
		}
		if err := a.reencrypt(ctx, read.keys, row); err != nil {
			if ctx.Err() != nil {
				return false, ctx.Err()
			}
			if errors.Is(err, store.ErrBlobsFull) || errors.Is(err, store.ErrBlobsReadOnly) || errors.Is(err, store.ErrBlobsFailed) {
				return false, service.Explain(err)
			}
			skip[row.ID] = true
			bad = errors.Join(bad, err)
			continue
		}
		moved = append(moved, row)
	}
	if len(moved) > 0 {
		if err := a.commitRotated(ctx, read.keys, moved); err != nil {
			return false, err
		}
	}
	if bad != nil {
		bad = errors.Join(errBadDocument, bad)
	}
	return len(moved) > 0 || bad != nil, bad
}

// reencrypt writes a document's file anew under the newest key, verified against
// what was noted of it. One that was purged has no file.
func (a *Admin) reencrypt(ctx context.Context, keys vault.Keys, row service.DocumentRow) (err error) {
	if row.State == service.DocumentPurged {
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
	if err := s.Files().Remove(ctx, name); err != nil { // of a rotation that was stopped here
		return err
	}
	f, err := s.Files().Create(ctx, name)
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

// commitRotated makes the new files the documents', whatever was changed of these meanwhile.
func (a *Admin) commitRotated(ctx context.Context, keys vault.Keys, moved []service.DocumentRow) error {
	return retryConflicts(func() error {
		all := make([]service.ChangedDocument, len(moved))
		for i, was := range moved {
			d, err := contracts.Decrypt(was, keys)
			if err != nil {
				return err
			}
			d.Generation = keys.Generation()
			row, err := d.Encrypt(keys)
			if err != nil {
				return err
			}
			all[i] = service.ChangedDocument{Was: was.Ciphertext, Row: row}
		}
		err := a.RotateDocuments(context.WithoutCancel(ctx), keys.Generation(), all)
		if errors.Is(err, store.ErrConflict) {
			ids := make([]string, len(moved))
			for i, row := range moved {
				ids[i] = row.ID
			}
			now, readErr := a.s.read(context.WithoutCancel(ctx), service.DocumentQuery{IDs: ids})
			if readErr != nil {
				return readErr
			}
			moved = now.Rows
		}
		return err
	})
}
