package client

import (
	"context"
	"errors"
	"io"

	"countersign/backend/service"
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
	working, end, err := s.Work(ctx)
	if err != nil {
		return r, err
	}
	defer end()
	all, _, err := s.documents(working, listed...)
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
		case service.IsCode(err, service.CodeSessionEnded), closed(err):
			return r, err
		case service.StoreFailed(err): // which says nothing of the document
			return r, err
		case errors.As(err, &e):
			s.w.log.Warn("a document does not pass its check", "id", d.ID, "code", e.Code, "error", service.Cause(e))
			r.Bad = append(r.Bad, BadDocument{d.ID, d.Name, e.Code})
		default:
			return r, err
		}
	}
	if report != nil {
		report(step)
	}
	if r.Unknown, err = s.UnknownFiles(working); err != nil {
		return r, err
	}
	return r, s.NoteChecked(context.WithoutCancel(ctx), len(all), len(r.Bad), len(r.Unknown))
}

func (s *Session) checkDocument(ctx context.Context, id string, progress func(int64)) error {
	o, err := s.lookAtDocument(ctx, id)
	if err != nil {
		return err
	}
	defer o.Close()
	return s.decrypt(ctx, o, io.Discard, progress)
}
