package documents

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"countersign/backend/store"
)

// Open reads a file that was kept, settled or not.
//
// Errors: store.ErrBlobMissing, store.ErrBlobsFailed. A link in a document's place is refused.
func (f *Folder) Open(name string) (store.StoredBlob, error) {
	if err := store.CheckBlobName(name); err != nil {
		return nil, err
	}
	// The last is for a file that was settled between the first two.
	for _, place := range []string{name, name + waiting, name} {
		s, err := openPlain(f.path(place))
		if !errors.Is(err, fs.ErrNotExist) {
			return s, err
		}
	}
	return nil, store.ErrBlobMissing
}

// openPlain opens a plain file. Its error is fs.ErrNotExist as it is, or explained.
func openPlain(path string) (*storedFile, error) {
	seen, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	} else if err != nil {
		return nil, explain(err)
	}
	if !seen.Mode().IsRegular() {
		return nil, errNotPlain
	}
	file, err := os.OpenFile(path, os.O_RDONLY|noFollow, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	} else if err != nil {
		return nil, explain(err)
	}
	st, err := file.Stat()
	if err == nil && !os.SameFile(st, seen) {
		err = errNotPlain
	}
	if err != nil {
		return nil, errors.Join(explain(err), file.Close())
	}
	return &storedFile{file, st.Size()}, nil
}

var errNotPlain = fmt.Errorf("%w: there is no plain file in the document's place", store.ErrBlobsFailed)

type storedFile struct {
	file *os.File
	size int64
}

// Size is how many bytes it has.
func (s *storedFile) Size() int64 { return s.size }

// ReadAt implements io.ReaderAt.
func (s *storedFile) ReadAt(b []byte, off int64) (int, error) {
	n, err := s.file.ReadAt(b, off)
	if err == io.EOF {
		return n, io.EOF
	}
	return n, explain(err)
}

// Close implements io.Closer.
func (s *storedFile) Close() error { return explain(s.file.Close()) }
