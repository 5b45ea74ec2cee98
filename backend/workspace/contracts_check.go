package workspace

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

// CheckStep is where a check of the documents stands.
type CheckStep struct {
	Name              string
	Done, Total       int
	Bytes, TotalBytes int64
}

// BadDocument is one that cannot be read as it was added.
type BadDocument struct {
	ID, Name string
	Problem  service.Code // document_missing, document_damaged, or that of a folder
}

// CheckReport is what a check found.
type CheckReport struct {
	Good    int
	Bad     []BadDocument
	Unknown []string // files that belong to no contract
	Stopped bool
}

// CheckDocuments reads every document, in the bin too, and compares it with the
// digest that was noted when it was added. A document that is bad is named, and
// the others go on. Errors: vault_waiting, session_ended; folder.
func (s *Session) CheckDocuments(ctx context.Context, report func(CheckStep)) (r CheckReport, err error) {
	working, end, err := s.work(ctx)
	if err != nil {
		return r, err
	}
	defer end()
	var all []contracts.Document
	_, err = s.readVault(working, func(tx ReadTx, keys vault.Keys) (err error) {
		all, err = documentsIn(tx, keys, DocumentKept, DocumentRemoved)
		return err
	})
	if err != nil {
		return r, err
	}
	step := CheckStep{Total: len(all)}
	for _, d := range all {
		step.TotalBytes += d.Size
	}
	for _, d := range all {
		step.Name = d.Name
		before := step.Bytes
		if report != nil {
			report(step)
		}
		err := s.checkDocument(working, d.ID, func(n int64) {
			if step.Bytes = before + n; report != nil {
				report(step)
			}
		})
		step.Done, step.Bytes = step.Done+1, before+d.Size
		var e *service.Error
		switch {
		case working.Err() != nil:
			r.Stopped = true
			return r, nil
		case err == nil:
			r.Good++
		case service.IsCode(err, service.CodeDocumentGone): // purged meanwhile
		case service.IsCode(err, service.CodeSessionEnded), service.IsCode(err, service.CodeVaultWaiting):
			return r, err
		case service.StoreFailed(err): // which says nothing of the document
			return r, err
		case errors.As(err, &e):
			s.w.log.Warn("a document does not pass its check", "id", d.ID, "code", e.Code, "error", causeOf(e))
			r.Bad = append(r.Bad, BadDocument{d.ID, d.Name, e.Code})
		default:
			return r, err
		}
	}
	if report != nil {
		report(step)
	}
	if r.Unknown, err = s.w.unknownFiles(working); err != nil {
		return r, err
	}
	return r, s.w.update(context.WithoutCancel(ctx), func(tx WriteTx) error {
		if _, err := s.profile(tx); err != nil {
			return err
		}
		return s.w.record(tx, s.w.now(), eventDocumentsChecked, s.id, "", map[string]string{
			"count": decimal(len(all)), "bad": decimal(len(r.Bad)), "unknown": decimal(len(r.Unknown)),
		})
	})
}

func (s *Session) checkDocument(ctx context.Context, id string, progress func(int64)) error {
	o, err := s.lookAtDocument(ctx, id)
	if err != nil {
		return err
	}
	defer o.Close()
	return s.decrypt(ctx, o, io.Discard, progress)
}

// unknownFiles names settled files that no row speaks of. Nothing deletes them:
// an older copy of the database may have been accepted, and they are what was
// added since.
func (w *Workspace) unknownFiles(ctx context.Context) (names []string, err error) {
	var files []string
	err = w.files.List(func(name string, settled bool, _ int64) error {
		if settled {
			files = append(files, name)
		}
		return nil
	})
	if err != nil {
		return nil, service.Explain(err)
	}
	err = w.view(ctx, func(tx ReadTx) error {
		names = nil
		for _, name := range files {
			id, _, ok := store.ParseBlobName(name)
			if ok {
				_, err := tx.Document(id)
				if err == nil {
					continue
				}
				if !errors.Is(err, ErrNotFound) {
					return err
				}
			}
			names = append(names, name)
		}
		return nil
	})
	slices.Sort(names)
	return names, err
}

// MissingFiles says which of these documents have no file.
func (s *Session) MissingFiles(ctx context.Context, docs []contracts.Document) (map[string]bool, error) {
	done, err := s.begin()
	if err != nil {
		return nil, err
	}
	defer done()
	there := make(map[string]bool, len(docs))
	err = s.w.files.List(func(name string, _ bool, _ int64) error {
		if id, _, ok := store.ParseBlobName(name); ok {
			there[id] = true
		}
		return ctx.Err()
	})
	missing := map[string]bool{}
	for _, d := range docs {
		if !there[d.ID] {
			missing[d.ID] = true
		}
	}
	return missing, service.Explain(err)
}
