package workspace

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"countersign/backend/service"
	"countersign/backend/store"
)

// What the workspace keeps of the contracts: encrypted rows and files. What they
// say is for the half that holds the vault's keys: see package client.

// ReadDocuments reads rows. It is no use of the session. Errors: session_ended; folder.
func (s *Session) ReadDocuments(ctx context.Context, q service.DocumentQuery) (out service.DocumentRows, err error) {
	if len(q.IDs) > service.MaxDocuments {
		return out, service.ErrMalformed
	}
	err = s.w.view(ctx, func(tx store.ReadTx) (err error) {
		out = service.DocumentRows{Now: s.w.now(), ClockBehind: s.w.behind()}
		if out.Vault, err = s.vaultIn(tx); err != nil {
			return err
		}
		p, err := tx.Profile(s.id)
		if err != nil {
			return err
		}
		out.Name = p.Name
		rows, err := chosenRows(tx, out.Vault.Generation, q, &out)
		out.Rows = slices.DeleteFunc(rows, func(r store.DocumentRow) bool { return q.States != nil && !slices.Contains(q.States, r.State) })
		return err
	})
	return out, err
}

func chosenRows(tx store.ReadTx, generation int, q service.DocumentQuery, out *service.DocumentRows) (rows []store.DocumentRow, err error) {
	if q.Behind > 0 {
		info, err := tx.Info()
		if err != nil || !info.Rotating || info.RotationHeld {
			return nil, err
		}
		if out.All, out.Older, err = tx.CountDocuments(generation); err != nil {
			return nil, err
		}
		return tx.DocumentsBefore(generation, q.Behind)
	}
	if q.IDs == nil {
		return tx.Documents()
	}
	for _, id := range q.IDs {
		r, err := tx.Document(id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// maxRow bounds the ciphertext of a document's row: its name and its tags have a few kilobytes at most.
const maxRow = 64 << 10

// rowFits reports whether a row has a form that a client of ours makes.
func rowFits(r store.DocumentRow) bool {
	return service.IDFits(r.ID) && len(r.Ciphertext) > 0 && len(r.Ciphertext) <= maxRow
}

// AddDocuments makes documents known whose files were kept. Their rows are encrypted with the
// vault's key of a generation; where there is a newer one by now, that is store.ErrConflict. Where they are not added, their files
// are left to who has made them: a client that was not told what came of it asks again. The result says
// whether the documents are there, which they may be in spite of an error. Errors:
// rotation_running where nobody has a key of a file any more; session_ended; folder.
func (s *Session) AddDocuments(ctx context.Context, generation int, rows []store.DocumentRow) (added bool, err error) {
	if len(rows) == 0 {
		return false, nil
	}
	if len(rows) > service.MaxDocuments {
		return false, service.ErrMalformed
	}
	if err := s.Whole(); err != nil {
		return false, err
	}
	w := s.w
	for _, r := range rows {
		if !rowFits(r) {
			return false, service.ErrMalformed
		}
		if err := w.hasFile(r); err != nil {
			return false, service.Explain(err)
		}
	}
	if err = w.files.Sync(); err == nil {
		err = w.update(ctx, func(tx store.WriteTx) error { return s.insertDocuments(tx, generation, rows) })
	}
	if errors.Is(err, store.ErrConflict) {
		return false, err
	}
	if err != nil && !w.holdsDocument(ctx, rows[0].ID) {
		return false, service.Explain(err)
	}
	for _, r := range rows {
		_ = logLeftover(w, w.files.Settle(store.BlobName(r.ID, r.Generation)))
	}
	return true, service.Explain(err)
}

func (s *Session) insertDocuments(tx store.WriteTx, generation int, rows []store.DocumentRow) error {
	info, err := s.underKey(tx, generation)
	if err != nil {
		return err
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		if r.Generation != generation && (!info.Rotating || r.Generation != generation-1) {
			return refuse(service.CodeRotationRunning) // it has ended: nobody could read the file
		}
		r.State, r.RemovedAt = store.DocumentKept, time.Time{}
		if err := tx.InsertDocument(r); err != nil {
			return err
		}
		ids[i] = r.ID
	}
	s.w.record(tx, s.w.now(), eventDocumentsAdded, s.id, "", documentDetail(ids))
	return nil
}

// underKey reads the workspace for a change whose rows are encrypted with the vault's key of
// a generation. store.ErrConflict: that is not the newest any more.
func (s *Session) underKey(tx store.ReadTx, generation int) (store.Info, error) {
	info, err := s.infoIn(tx)
	if err == nil && info.VaultGeneration != generation {
		err = store.ErrConflict
	}
	return info, err
}

// holdsDocument looks whether a commit stands whose answer was an error, say of the
// anchor: its files must stay. In doubt they do: the next start tidies up.
func (w *Workspace) holdsDocument(ctx context.Context, id string) bool {
	there := true
	err := w.view(context.WithoutCancel(ctx), func(tx store.ReadTx) error {
		_, err := tx.Document(id)
		there = !errors.Is(err, store.ErrNotFound)
		return nil
	})
	return err != nil || there
}

var documentActs = map[service.DocumentAct]struct {
	from, to store.DocumentState
	event    string
}{
	service.DocumentsRename:  {store.DocumentKept, store.DocumentKept, eventDocumentsRenamed},
	service.DocumentsTag:     {store.DocumentKept, store.DocumentKept, eventDocumentsTagged},
	service.DocumentsRemove:  {store.DocumentKept, store.DocumentRemoved, eventDocumentsRemoved},
	service.DocumentsRestore: {store.DocumentRemoved, store.DocumentKept, eventDocumentsRestored},
	service.DocumentsPurge:   {store.DocumentRemoved, store.DocumentPurged, eventDocumentsPurged},
}

// ChangeDocuments puts rows in the place of those that were read, all in one change, or none. They
// are encrypted with the vault's key of a generation. store.ErrConflict: a row or the key is another by
// now, so read and try again. When something was removed is the workspace's to say. Errors: document_gone,
// forbidden, session_ended; folder.
func (s *Session) ChangeDocuments(ctx context.Context, act service.DocumentAct, generation int, all []service.ChangedDocument) error {
	how, ok := documentActs[act]
	if !ok {
		return refuse(service.CodeForbidden)
	}
	if len(all) > service.MaxDocuments {
		return service.ErrMalformed
	}
	for _, c := range all {
		if !rowFits(c.Row) {
			return service.ErrMalformed
		}
	}
	done, err := s.begin()
	if err != nil {
		return err
	}
	defer done()
	err = s.w.update(ctx, func(tx store.WriteTx) error {
		if _, err := s.underKey(tx, generation); err != nil {
			return err
		}
		if act == service.DocumentsPurge {
			if _, err := (&Admin{s: s}).profile(tx); err != nil {
				return err
			}
		}
		ids := make([]string, len(all))
		for i, c := range all {
			now, err := tx.Document(c.Row.ID)
			if errors.Is(err, store.ErrNotFound) || err == nil && now.State != how.from {
				return refuse(service.CodeDocumentGone)
			}
			if err != nil {
				return err
			}
			if now.Generation != c.Row.Generation || !bytes.Equal(now.Ciphertext, c.Was) {
				return store.ErrConflict
			}
			switch how.to {
			case store.DocumentKept:
				now.RemovedAt = time.Time{}
			case store.DocumentRemoved:
				now.RemovedAt = s.w.now()
			}
			now.State, now.Ciphertext = how.to, c.Row.Ciphertext
			if err := tx.UpdateDocument(now); err != nil {
				return err
			}
			ids[i] = now.ID
		}
		if len(ids) == 0 {
			return nil
		}
		s.w.record(tx, s.w.now(), how.event, s.id, "", documentDetail(ids))
		return nil
	})
	if err == nil && how.to == store.DocumentPurged {
		for _, c := range all {
			s.w.dropFile(store.BlobName(c.Row.ID, c.Row.Generation))
		}
	}
	return err
}

// EmptyBin deletes for good what the bin has kept for store.BinLife, and says how many documents
// that were. Nobody asks for it, so it is no use of the session. While the clock is behind,
// everything stays: what is deleted is not had back. Errors: session_ended; folder.
func (s *Session) EmptyBin(ctx context.Context) (int, error) {
	done, err := s.look()
	if err != nil {
		return 0, err
	}
	defer done()
	due := func(tx store.ReadTx) (rows []store.DocumentRow, err error) {
		if _, err := s.profile(tx); err != nil || s.w.behind() {
			return nil, err
		}
		rows, err = tx.Documents()
		return slices.DeleteFunc(rows, func(r store.DocumentRow) bool {
			return r.State != store.DocumentRemoved || s.w.now().Before(r.GoneAt())
		}), err
	}
	var gone []store.DocumentRow
	look := func(tx store.ReadTx) (err error) {
		gone, err = due(tx)
		return err
	}
	if err := s.w.view(ctx, look); err != nil || len(gone) == 0 { // most sign-ins change nothing
		return 0, err
	}
	err = s.w.update(ctx, func(tx store.WriteTx) error {
		if err := look(tx); err != nil || len(gone) == 0 {
			return err
		}
		ids := make([]string, len(gone))
		for i, row := range gone {
			row.State, ids[i] = store.DocumentPurged, row.ID
			if err := tx.UpdateDocument(row); err != nil {
				return err
			}
		}
		s.w.record(tx, s.w.now(), eventDocumentsPurged, s.id, "", documentDetail(ids))
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, row := range gone {
		s.w.dropFile(store.BlobName(row.ID, row.Generation))
	}
	return len(gone), nil
}

// NoteOpened writes into the log that a document was opened or, with copied, that a copy
// of it was saved. Call it before it is read: what cannot be written down is not read.
// Errors: session_ended; folder.
func (s *Session) NoteOpened(ctx context.Context, id string, copied bool) error {
	event := eventDocumentsOpened
	if copied {
		event = eventDocumentsCopied
	}
	return s.note(ctx, event, documentDetail([]string{id}), func(tx store.ReadTx) error {
		_, err := tx.Document(id)
		return absent(err, service.CodeDocumentGone)
	})
}

// NoteChecked writes into the log what a check of all documents has found. Errors:
// session_ended; folder.
func (s *Session) NoteChecked(ctx context.Context, all, bad, unknown int) error {
	if min(all, bad, unknown) < 0 {
		return service.ErrMalformed
	}
	return s.note(ctx, eventDocumentsChecked, map[string]string{"count": decimal(all), "bad": decimal(bad), "unknown": decimal(unknown)}, nil)
}

func (s *Session) note(ctx context.Context, event string, detail map[string]string, check func(store.ReadTx) error) error {
	return s.w.update(ctx, func(tx store.WriteTx) error {
		if _, err := s.profile(tx); err != nil {
			return err
		}
		if check != nil {
			if err := check(tx); err != nil {
				return err
			}
		}
		s.w.record(tx, s.w.now(), event, s.id, "", detail)
		return nil
	})
}

// documentDetail names documents in an event: by ID, since the log is not encrypted.
func documentDetail(ids []string) map[string]string {
	return map[string]string{"count": decimal(len(ids)), "documents": strings.Join(ids, " ")}
}
