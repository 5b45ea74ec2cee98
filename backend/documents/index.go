package documents

import (
	"errors"
	"io"
	"io/fs"

	"countersign/backend/folder"
	"countersign/backend/store"
)

// WriteIndex replaces the sealed table of contents, contents.age, whole or not at all. An
// error of write comes through.
func (f *Folder) WriteIndex(write func(io.Writer) error) error {
	file, err := folder.CreateWhole(f.path(store.BlobIndex))
	if err != nil {
		return explain(err)
	}
	if err := write(explained{file}); err != nil {
		return errors.Join(err, explain(file.Drop()))
	}
	return explain(file.Keep())
}

type explained struct{ w io.Writer }

func (e explained) Write(b []byte) (int, error) {
	n, err := e.w.Write(b)
	return n, explain(err)
}

// ReadIndex opens it.
//
// Errors: store.ErrBlobMissing, store.ErrBlobsFailed.
func (f *Folder) ReadIndex() (io.ReadCloser, error) {
	s, err := openPlain(f.path(store.BlobIndex))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, store.ErrBlobMissing
	case err != nil:
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.NewSectionReader(s, 0, s.size), s}, nil
}
