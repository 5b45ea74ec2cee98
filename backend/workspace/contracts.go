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

// DocumentQuery chooses rows of documents.
type DocumentQuery struct {
	IDs    []string        // these alone, as far as they are there; nil: all
	States []DocumentState // nil: any
	Behind int             // so many under an older key at most, and none unless a rotation runs; 0: under any key
}

// DocumentRows are rows as they all stood at one moment.
type DocumentRows struct {
	Vault       Vault
	Rows        []DocumentRow
	Name        string // of the profile that is signed in
	Now         time.Time
	ClockBehind bool // Now cannot be relied on: see Admin.Clock
	All, Older  int  // of a rotation that runs: documents in all, and those under an older key
}

// ReadDocuments reads rows. It is no use of the session. Errors: session_ended; folder.
func (s *Session) ReadDocuments(ctx context.Context, q DocumentQuery) (out DocumentRows, err error) {
	err = s.w.view(ctx, func(tx ReadTx) (err error) {
		out = DocumentRows{Now: s.w.now(), ClockBehind: s.w.behind()}
		if out.Vault, err = s.vaultIn(tx); err != nil {
			return err
		}
		p, err := tx.Profile(s.id)
		if err != nil {
			return err
		}
		out.Name = p.Name
		rows, err := chosenRows(tx, out.Vault.Generation, q, &out)
		out.Rows = slices.DeleteFunc(rows, func(r DocumentRow) bool { return q.States != nil && !slices.Contains(q.States, r.State) })
		return err
	})
	return out, err
}

func chosenRows(tx ReadTx, generation int, q DocumentQuery, out *DocumentRows) (rows []DocumentRow, err error) {
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
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// Files are the encrypted files of the contracts.
func (s *Session) Files() Files { return s.w.files }

// AddDocuments makes documents known whose files were kept. Their rows are encrypted with the
// vault's key of a generation; where there is a newer one by now, that is ErrStoreConflict, and the
// files stay for rows that are encrypted anew. Where it is refused otherwise, the files go. The result says
// whether the documents are there, which they may be in spite of an error. Errors:
// rotation_running where nobody has a key of a file any more; session_ended; folder.
func (s *Session) AddDocuments(ctx context.Context, generation int, rows []DocumentRow) (added bool, err error) {
	if len(rows) == 0 {
		return false, nil
	}
	w := s.w
	if err = w.files.Sync(); err == nil {
		err = w.update(ctx, func(tx WriteTx) error { return s.insertDocuments(tx, generation, rows) })
	}
	if errors.Is(err, ErrStoreConflict) {
		return false, err
	}
	if err != nil && !w.holdsDocument(ctx, rows[0].ID) {
		for _, r := range rows {
			_ = logLeftover(w, w.files.Remove(store.BlobName(r.ID, r.Generation)))
		}
		return false, service.Explain(err)
	}
	for _, r := range rows {
		_ = logLeftover(w, w.files.Settle(store.BlobName(r.ID, r.Generation)))
	}
	return true, service.Explain(err)
}

func (s *Session) insertDocuments(tx WriteTx, generation int, rows []DocumentRow) error {
	info, err := s.underKey(tx, generation)
	if err != nil {
		return err
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		if r.Generation != generation && (!info.Rotating || r.Generation != generation-1) {
			return refuse(service.CodeRotationRunning) // it has ended: nobody could read the file
		}
		r.State, r.RemovedAt = DocumentKept, time.Time{}
		if err := tx.InsertDocument(r); err != nil {
			return err
		}
		ids[i] = r.ID
	}
	return s.w.record(tx, s.w.now(), eventDocumentsAdded, s.id, "", documentDetail(ids))
}

// underKey reads the workspace for a change whose rows are encrypted with the vault's key of
// a generation. ErrStoreConflict: that is not the newest any more.
func (s *Session) underKey(tx ReadTx, generation int) (Info, error) {
	info, err := s.infoIn(tx)
	if err == nil && info.VaultGeneration != generation {
		err = ErrStoreConflict
	}
	return info, err
}

// holdsDocument looks whether a commit stands whose answer was an error, say of the
// anchor: its files must stay. In doubt they do: the next start tidies up.
func (w *Workspace) holdsDocument(ctx context.Context, id string) bool {
	there := true
	err := w.view(context.WithoutCancel(ctx), func(tx ReadTx) error {
		_, err := tx.Document(id)
		there = !errors.Is(err, ErrNotFound)
		return nil
	})
	return err != nil || there
}

// DocumentAct is what is done with documents that are there.
type DocumentAct string

// The acts.
const (
	DocumentsRename  DocumentAct = "rename"
	DocumentsTag     DocumentAct = "tag"
	DocumentsRemove  DocumentAct = "remove"  // to the bin
	DocumentsRestore DocumentAct = "restore" // from the bin
	DocumentsPurge   DocumentAct = "purge"   // from the bin, for good, by an admin
)

var documentActs = map[DocumentAct]struct {
	from, to DocumentState
	event    string
}{
	DocumentsRename:  {DocumentKept, DocumentKept, eventDocumentsRenamed},
	DocumentsTag:     {DocumentKept, DocumentKept, eventDocumentsTagged},
	DocumentsRemove:  {DocumentKept, DocumentRemoved, eventDocumentsRemoved},
	DocumentsRestore: {DocumentRemoved, DocumentKept, eventDocumentsRestored},
	DocumentsPurge:   {DocumentRemoved, DocumentPurged, eventDocumentsPurged},
}

// From is where a document must stand for an act.
func (a DocumentAct) From() DocumentState { return documentActs[a].from }

// ChangedDocument is a row that takes the place of another.
type ChangedDocument struct {
	Was []byte // the ciphertext of the row that was read
	Row DocumentRow
}

// ChangeDocuments puts rows in the place of those that were read, all in one change, or none. They
// are encrypted with the vault's key of a generation. ErrStoreConflict: a row or the key is another by
// now, so read and try again. When something was removed is the workspace's to say. Errors: document_gone,
// forbidden, session_ended; folder.
func (s *Session) ChangeDocuments(ctx context.Context, act DocumentAct, generation int, all []ChangedDocument) error {
	how, ok := documentActs[act]
	if !ok {
		return refuse(service.CodeForbidden)
	}
	done, err := s.begin()
	if err != nil {
		return err
	}
	defer done()
	err = s.w.update(ctx, func(tx WriteTx) error {
		if _, err := s.underKey(tx, generation); err != nil {
			return err
		}
		if act == DocumentsPurge {
			if _, err := (&Admin{s: s}).profile(tx); err != nil {
				return err
			}
		}
		ids := make([]string, len(all))
		for i, c := range all {
			now, err := tx.Document(c.Row.ID)
			if errors.Is(err, ErrNotFound) || err == nil && now.State != how.from {
				return refuse(service.CodeDocumentGone)
			}
			if err != nil {
				return err
			}
			if now.Generation != c.Row.Generation || !bytes.Equal(now.Ciphertext, c.Was) {
				return ErrStoreConflict
			}
			switch how.to {
			case DocumentKept:
				now.RemovedAt = time.Time{}
			case DocumentRemoved:
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
		return s.w.record(tx, s.w.now(), how.event, s.id, "", documentDetail(ids))
	})
	if err == nil && how.to == DocumentPurged {
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
	due := func(tx ReadTx) (rows []DocumentRow, err error) {
		if _, err := s.profile(tx); err != nil || s.w.behind() {
			return nil, err
		}
		rows, err = tx.Documents()
		return slices.DeleteFunc(rows, func(r DocumentRow) bool {
			return r.State != DocumentRemoved || s.w.now().Before(r.GoneAt())
		}), err
	}
	var gone []DocumentRow
	look := func(tx ReadTx) (err error) {
		gone, err = due(tx)
		return err
	}
	if err := s.w.view(ctx, look); err != nil || len(gone) == 0 { // most sign-ins change nothing
		return 0, err
	}
	err = s.w.update(ctx, func(tx WriteTx) error {
		if err := look(tx); err != nil || len(gone) == 0 {
			return err
		}
		ids := make([]string, len(gone))
		for i, row := range gone {
			row.State, ids[i] = DocumentPurged, row.ID
			if err := tx.UpdateDocument(row); err != nil {
				return err
			}
		}
		return s.w.record(tx, s.w.now(), eventDocumentsPurged, s.id, "", documentDetail(ids))
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
	return s.note(ctx, event, documentDetail([]string{id}))
}

// NoteChecked writes into the log what a check of all documents has found. Errors:
// session_ended; folder.
func (s *Session) NoteChecked(ctx context.Context, all, bad, unknown int) error {
	return s.note(ctx, eventDocumentsChecked, map[string]string{"count": decimal(all), "bad": decimal(bad), "unknown": decimal(unknown)})
}

func (s *Session) note(ctx context.Context, event string, detail map[string]string) error {
	return s.w.update(ctx, func(tx WriteTx) error {
		if _, err := s.profile(tx); err != nil {
			return err
		}
		return s.w.record(tx, s.w.now(), event, s.id, "", detail)
	})
}

// documentDetail names documents in an event: by ID, since the log is not encrypted.
func documentDetail(ids []string) map[string]string {
	return map[string]string{"count": decimal(len(ids)), "documents": strings.Join(ids, " ")}
}
