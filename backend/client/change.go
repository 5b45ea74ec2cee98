package client

import (
	"context"
	"slices"

	"countersign/backend/contracts"
	"countersign/backend/service"
)

// RenameDocument gives a document another name. Errors: document_name_*,
// document_gone, vault_waiting, session_ended; folder.
func (s *Session) RenameDocument(ctx context.Context, id, name string) error {
	name, err := contracts.CheckName(name)
	if err != nil {
		return err
	}
	return s.changeDocuments(ctx, []string{id}, service.DocumentsRename, func(d *contracts.Document) (bool, error) {
		changed := d.Name != name
		d.Name = name
		return changed, nil
	})
}

// TagDocuments puts tags on documents and takes others off. Errors: tag_long,
// tag_form, tags_many, document_gone, vault_waiting, session_ended; folder.
func (s *Session) TagDocuments(ctx context.Context, ids, add, remove []string) error {
	add, err := contracts.CheckTags(add)
	if err != nil {
		return err
	}
	return s.changeDocuments(ctx, ids, service.DocumentsTag, func(d *contracts.Document) (bool, error) {
		before := d.Tags
		kept := slices.DeleteFunc(slices.Clone(d.Tags), func(t string) bool { return slices.Contains(remove, t) })
		var err error
		if d.Tags, err = contracts.CheckTags(append(kept, add...)); err != nil {
			return false, err
		}
		if len(d.Tags) > contracts.MaxTags {
			return false, service.Refuse(service.CodeTagsMany).At("tags").With("max", contracts.MaxTags)
		}
		return !slices.Equal(before, d.Tags), nil
	})
}

// RemoveDocuments moves documents to the bin, from where they can be put back for
// store.BinLife. Errors: document_gone, vault_waiting, session_ended; folder.
func (s *Session) RemoveDocuments(ctx context.Context, ids []string) error {
	return s.alterDocuments(ctx, ids, service.DocumentsRemove, func(d *contracts.Document, read rows) (bool, error) {
		d.State, d.RemovedBy = service.DocumentRemoved, read.Name // when, the workspace says
		return true, nil
	})
}

// RestoreDocuments puts documents back from the bin. Errors: as RemoveDocuments.
func (s *Session) RestoreDocuments(ctx context.Context, ids []string) error {
	return s.changeDocuments(ctx, ids, service.DocumentsRestore, func(d *contracts.Document) (bool, error) {
		d.Restore()
		return true, nil
	})
}

// PurgeDocuments deletes documents that lie in the bin for good. Their names stay
// for the log. Errors: forbidden; as RemoveDocuments.
func (a *Admin) PurgeDocuments(ctx context.Context, ids []string) error {
	if _, err := a.s.Session.Admin(ctx); err != nil { // they are still one
		return err
	}
	return a.s.changeDocuments(ctx, ids, service.DocumentsPurge, purged)
}

func purged(d *contracts.Document) (bool, error) {
	d.State = service.DocumentPurged
	return true, nil
}

// EmptyBin deletes what has lain in the bin for longer than store.BinLife. It is called
// after a sign-in; nobody asked for it, so it does not count as use. Who waits for the vault's keys
// leaves it to others: the table of contents could not follow.
func (s *Session) EmptyBin(ctx context.Context) error {
	_, err := s.vaultKeys(ctx)
	if closed(err) {
		return nil
	}
	if err != nil {
		return err
	}
	n, err := s.Session.EmptyBin(ctx)
	if err == nil && n > 0 {
		s.writeIndex(context.WithoutCancel(ctx))
	}
	return err
}

func (s *Session) changeDocuments(ctx context.Context, ids []string, act service.DocumentAct, alter func(*contracts.Document) (bool, error)) error {
	return s.alterDocuments(ctx, ids, act, func(d *contracts.Document, _ rows) (bool, error) { return alter(d) })
}

// alterDocuments alters documents, all in one change, or none. Where one was changed
// meanwhile, they are read anew.
func (s *Session) alterDocuments(ctx context.Context, ids []string, act service.DocumentAct,
	alter func(*contracts.Document, rows) (bool, error)) error {
	if err := s.begin(); err != nil {
		return err
	}
	ids = distinct(ids)
	changed := false
	err := retryConflicts(func() error {
		all, generation, err := s.altered(ctx, ids, act, alter)
		if changed = err == nil && len(all) > 0; !changed {
			return err
		}
		return s.ChangeDocuments(ctx, act, generation, all)
	})
	if err != nil {
		return service.Explain(err)
	}
	if changed {
		s.writeIndex(context.WithoutCancel(ctx))
	}
	return nil
}

// altered reads documents and gives the rows that they would have.
func (s *Session) altered(ctx context.Context, ids []string, act service.DocumentAct,
	alter func(*contracts.Document, rows) (bool, error)) (all []service.ChangedDocument, generation int, err error) {
	read, err := s.read(ctx, service.DocumentQuery{IDs: ids, States: []service.DocumentState{act.From()}})
	if err == nil && len(read.Rows) < len(ids) {
		err = service.Refuse(service.CodeDocumentGone)
	}
	if err != nil {
		return nil, 0, err
	}
	for _, was := range read.Rows {
		d, err := contracts.Decrypt(was, read.keys)
		if err != nil {
			return nil, 0, err
		}
		if ok, err := alter(&d, read); err != nil {
			return nil, 0, err
		} else if !ok {
			continue
		}
		row, err := d.Encrypt(read.keys)
		if err != nil {
			return nil, 0, err
		}
		all = append(all, service.ChangedDocument{Was: was.Ciphertext, Row: row})
	}
	return all, read.keys.Generation(), nil
}
