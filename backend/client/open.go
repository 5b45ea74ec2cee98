package client

import (
	"context"
	"errors"
	"io"

	"countersign/backend/contracts"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
)

// OpenDocument is a document that is open for reading, at any place, for as long
// as its session is.
type OpenDocument struct {
	contracts.Document
	io.ReaderAt
	file store.StoredBlob
	keys vault.Keys
}

// Close lets go of the file.
func (o *OpenDocument) Close() error { return o.file.Close() }

// OpenDocument opens one to look at, which the log says. What it reads is
// authentic piece by piece; that all of it is there shows in its size. Errors:
// document_gone, document_missing, document_damaged, vault_waiting,
// session_ended; folder.
func (s *Session) OpenDocument(ctx context.Context, id string) (*OpenDocument, error) {
	if err := s.begin(); err != nil {
		return nil, err
	}
	return s.openDocument(ctx, id, false)
}

// openDocument opens a document, then writes down that it was opened: what cannot
// be written down is not read.
func (s *Session) openDocument(ctx context.Context, id string, copied bool) (*OpenDocument, error) {
	o, err := s.lookAtDocument(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := s.NoteOpened(ctx, id, copied); err != nil {
		return nil, errors.Join(err, o.Close())
	}
	return o, nil
}

// lookAtDocument opens a document and writes nothing down.
func (s *Session) lookAtDocument(ctx context.Context, id string) (o *OpenDocument, err error) {
	o = &OpenDocument{}
	// A rotation may put another file in its place between the row and the file.
	for try := 0; ; try++ {
		if o.Document, o.keys, err = s.document(ctx, id); err != nil {
			return nil, err
		}
		o.file, err = s.Files().Open(ctx, store.BlobName(id, o.Generation))
		if errors.Is(err, store.ErrBlobMissing) && try < 2 {
			continue
		}
		if err != nil {
			return nil, service.Explain(err)
		}
		size := int64(0)
		o.ReaderAt, size, err = o.keys.At(o.Generation, o.file, o.file.Size())
		if err == nil && size != o.Size {
			err = service.Refuse(service.CodeDocumentDamaged)
		}
		if err != nil {
			return nil, service.Afterwards(unreadable(err), o.file.Close())
		}
		o.ReaderAt = whileWhole{s, o.ReaderAt}
		return o, nil
	}
}

// whileWhole reads until the session is over, or may only enrol. Its errors have
// words: document_damaged; folder.
type whileWhole struct {
	s *Session
	io.ReaderAt
}

func (r whileWhole) ReadAt(b []byte, off int64) (int, error) {
	if err := r.s.Whole(); err != nil {
		return 0, err
	}
	n, err := r.ReaderAt.ReadAt(b, off)
	if err != nil && !errors.Is(err, io.EOF) {
		err = unreadable(err)
	}
	return n, err
}

// CopyDocument writes a document to w, which the log says, and verifies it as it
// goes: an error means that what was written is not it. Errors: as OpenDocument;
// w's own.
func (s *Session) CopyDocument(ctx context.Context, id string, w io.Writer, progress func(bytes int64)) error {
	working, end, err := s.Work(ctx)
	if err != nil {
		return err
	}
	defer end()
	o, err := s.openDocument(working, id, true)
	if err != nil {
		return err
	}
	defer o.Close()
	return s.decrypt(working, o, w, progress)
}

// decrypt writes the whole document to w and compares it with what was noted of it.
func (s *Session) decrypt(ctx context.Context, o *OpenDocument, w io.Writer, progress func(bytes int64)) error {
	out := &trackedWriter{ctx: ctx, out: w}
	sum, err := o.keys.Decrypt(out, o.Generation, io.NewSectionReader(o.file, 0, o.file.Size()), progress)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case out.failed != nil:
		return out.failed
	case err != nil:
		return unreadable(err)
	case sum.Size != o.Size || sum.SHA256 != o.SHA256:
		return service.Refuse(service.CodeDocumentDamaged)
	}
	return nil
}

// unreadable tells what a document's own bytes are to blame for from a disk that
// fails.
func unreadable(err error) error {
	if errors.Is(err, vault.ErrDocument) || errors.Is(err, vault.ErrNoKey) {
		return service.Refuse(service.CodeDocumentDamaged).Because(err)
	}
	return service.Explain(err)
}

// trackedWriter notes that writing failed, as against reading, and stops with its context.
type trackedWriter struct {
	ctx    context.Context
	out    io.Writer
	failed error
}

func (s *trackedWriter) Write(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := s.out.Write(b)
	if err != nil {
		s.failed = err
	}
	return n, err
}
