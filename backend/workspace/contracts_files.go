package workspace

import (
	"context"
	"errors"
	"io"

	"countersign/backend/service"
	"countersign/backend/store"
)

// Files are the encrypted files of the contracts, for as long as the session is.
func (s *Session) Files() service.Files { return sessionFiles{s} }

// sessionFiles lets a client make files and read them. What a row speaks of is the workspace's to delete.
type sessionFiles struct{ s *Session }

func (f sessionFiles) Create(_ context.Context, name string) (store.NewBlob, error) {
	if err := f.s.Whole(); err != nil {
		return nil, err
	}
	if id, _, ok := store.ParseBlobName(name); !ok || !service.IDFits(id) {
		return nil, service.ErrMalformed
	}
	return f.s.w.files.Create(name)
}

func (f sessionFiles) Open(_ context.Context, name string) (store.StoredBlob, error) {
	if err := f.s.Whole(); err != nil {
		return nil, err
	}
	return f.s.w.files.Open(name)
}

// Remove removes a file that no row speaks of: of a document that was not added after all, or of a rotation that was stopped. That is
// also done after the session.
func (f sessionFiles) Remove(ctx context.Context, name string) error {
	id, generation, ok := store.ParseBlobName(name)
	if !ok {
		return service.ErrMalformed
	}
	err := f.s.w.view(ctx, func(tx store.ReadTx) error {
		r, err := tx.Document(id)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return nil
		case err != nil || r.Generation != generation || r.State == store.DocumentPurged:
			return err
		}
		if err := f.s.Whole(); err != nil {
			return err
		}
		return refuse(service.CodeForbidden)
	})
	if err != nil {
		return err
	}
	return f.s.w.files.Remove(name)
}

func (f sessionFiles) WriteIndex(_ context.Context, write func(io.Writer) error) error {
	if err := f.s.Whole(); err != nil {
		return err
	}
	return f.s.w.files.WriteIndex(write)
}

// hasFile is store.ErrBlobMissing where a row's file was not kept.
func (w *Workspace) hasFile(r store.DocumentRow) error {
	f, err := w.files.Open(store.BlobName(r.ID, r.Generation))
	if err != nil {
		return err
	}
	return f.Close()
}
