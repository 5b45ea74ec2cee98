package workspace

import (
	"context"
	"slices"

	"countersign/backend/contracts"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
)

// RenameDocument gives a document another name. Errors: document_name_*,
// document_gone, vault_waiting, session_ended; folder.
func (s *Session) RenameDocument(ctx context.Context, id, name string) error {
	name, err := contracts.CheckName(name)
	if err != nil {
		return err
	}
	_, err = s.changeDocuments(ctx, []string{id}, eventDocumentsRenamed, DocumentKept, func(d *contracts.Document) (bool, error) {
		changed := d.Name != name
		d.Name = name
		return changed, nil
	})
	return err
}

// TagDocuments puts tags on documents and takes others off. Errors: tag_long,
// tag_form, tags_many, document_gone, vault_waiting, session_ended; folder.
func (s *Session) TagDocuments(ctx context.Context, ids, add, remove []string) error {
	add, err := contracts.CheckTags(add)
	if err != nil {
		return err
	}
	_, err = s.changeDocuments(ctx, ids, eventDocumentsTagged, DocumentKept, func(d *contracts.Document) (bool, error) {
		before := d.Tags
		kept := slices.DeleteFunc(slices.Clone(d.Tags), func(t string) bool { return slices.Contains(remove, t) })
		var err error
		if d.Tags, err = contracts.CheckTags(append(kept, add...)); err != nil {
			return false, err
		}
		if len(d.Tags) > contracts.MaxTags {
			return false, refuse(service.CodeTagsMany).At("tags").With("max", contracts.MaxTags)
		}
		return !slices.Equal(before, d.Tags), nil
	})
	return err
}

// RemoveDocuments moves documents to the bin, from where they can be put back for
// contracts.BinLife. Errors: document_gone, vault_waiting, session_ended; folder.
func (s *Session) RemoveDocuments(ctx context.Context, ids []string) error {
	var by Profile
	now := s.w.now()
	_, err := s.changeDocumentsAs(ctx, ids, eventDocumentsRemoved, DocumentKept, func(tx ReadTx) (err error) {
		by, err = tx.Profile(s.id)
		return err
	}, func(d *contracts.Document) (bool, error) {
		d.State, d.RemovedAt, d.RemovedBy = DocumentRemoved, now, by.Name
		return true, nil
	})
	return err
}

// RestoreDocuments puts documents back from the bin. Errors: as RemoveDocuments.
func (s *Session) RestoreDocuments(ctx context.Context, ids []string) error {
	_, err := s.changeDocuments(ctx, ids, eventDocumentsRestored, DocumentRemoved, func(d *contracts.Document) (bool, error) {
		d.Restore()
		return true, nil
	})
	return err
}

// PurgeDocuments deletes documents that lie in the bin for good. Their names stay
// for the log. Errors: forbidden; as RemoveDocuments.
func (a *Admin) PurgeDocuments(ctx context.Context, ids []string) error {
	return a.s.purge(ctx, ids, func(tx ReadTx) error { _, err := a.profile(tx); return err })
}

// EmptyBin deletes what has lain in the bin for longer than contracts.BinLife. It is called
// after a sign-in; nobody asked for it, so it does not count as use.
func (s *Session) EmptyBin(ctx context.Context) error {
	done, err := s.look()
	if err != nil {
		return err
	}
	now := s.w.now()
	var due []string
	if s.w.behind() { // or ahead before: what is deleted is not had back
		done()
		return nil
	}
	_, err = s.readVault(ctx, func(tx ReadTx, keys vault.Keys) error {
		due = nil
		all, err := documentsIn(tx, keys, DocumentRemoved)
		for _, d := range all {
			if !now.Before(d.GoneAt()) {
				due = append(due, d.ID)
			}
		}
		return err
	})
	done()
	if err != nil || len(due) == 0 {
		if service.IsCode(err, service.CodeVaultWaiting) {
			return nil
		}
		return err
	}
	return s.purge(ctx, due, nil)
}

func (s *Session) purge(ctx context.Context, ids []string, check func(ReadTx) error) error {
	gone, err := s.changeDocumentsAs(ctx, ids, eventDocumentsPurged, DocumentRemoved, check, func(d *contracts.Document) (bool, error) {
		d.State = DocumentPurged
		return true, nil
	})
	for _, d := range gone {
		s.w.dropFile(store.BlobName(d.ID, d.Generation))
	}
	return err
}

func (s *Session) changeDocuments(ctx context.Context, ids []string, event string, from DocumentState, alter func(*contracts.Document) (bool, error)) ([]contracts.Document, error) {
	return s.changeDocumentsAs(ctx, ids, event, from, nil, alter)
}

// changeDocumentsAs alters documents that stand at from, all in one change, or
// none. It gives those that were altered, as they were before.
func (s *Session) changeDocumentsAs(ctx context.Context, ids []string, event string, from DocumentState, check func(ReadTx) error,
	alter func(*contracts.Document) (bool, error)) (before []contracts.Document, err error) {
	done, err := s.begin()
	if err != nil {
		return nil, err
	}
	defer done()
	err = s.w.update(ctx, func(tx WriteTx) error {
		before = before[:0]
		keys, err := s.keysIn(tx)
		if err != nil {
			return err
		}
		if check != nil {
			if err := check(tx); err != nil {
				return err
			}
		}
		var changed []string
		for _, id := range distinct(ids) {
			d, err := document(tx, keys, id, from)
			if err != nil {
				return err
			}
			was := d
			if ok, err := alter(&d); err != nil {
				return err
			} else if !ok {
				continue
			}
			row, err := d.Seal(keys)
			if err != nil {
				return err
			}
			if err := tx.UpdateDocument(row); err != nil {
				return err
			}
			changed, before = append(changed, id), append(before, was)
		}
		if len(changed) == 0 {
			return nil
		}
		return s.w.record(tx, s.w.now(), event, s.id, "", documentDetail(changed))
	})
	if err != nil {
		return nil, err
	}
	if len(before) > 0 {
		_ = logLeftover(s.w, s.writeIndex(context.WithoutCancel(ctx)))
	}
	return before, nil
}
