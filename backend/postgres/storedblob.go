package postgres

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"countersign/backend/store"
)

// Open reads a document that was kept, settled or not. Errors: store.ErrBlobMissing.
func (b *Blobs) Open(name string) (store.StoredBlob, error) {
	if err := store.CheckBlobName(name); err != nil {
		return nil, err
	}
	s, err := openBlob(b.read, name)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// openBlob opens a document that is read with ask.
func openBlob(ask func(func(*readTx) error) error, name string) (*storedBlob, error) {
	s := &storedBlob{ask: ask, number: -1}
	err := ask(func(t *readTx) error {
		return t.row("SELECT id, size, chunk_size FROM blobs WHERE workspace = $1 AND name = $2 AND "+seen, []any{name}, &s.id, &s.size, &s.chunkSize)
	})
	if err == nil && (s.size < 0 || s.chunkSize < 1 || s.chunkSize > mostChunkSize) {
		err = damagedBlob("its sizes are out of bounds")
	}
	return s, err
}

func damagedBlob(why string) error {
	return fmt.Errorf("%w: the document is damaged: %s", store.ErrBlobsFailed, why)
}

// storedBlob keeps the chunk that was read last: whoever reads goes on in small steps.
type storedBlob struct {
	ask       func(func(*readTx) error) error
	id        blobID
	size      int64
	chunkSize int64

	mu     sync.Mutex
	number int64 // of the chunk; -1: of none
	chunk  []byte
}

// Size is how many bytes it has.
func (s *storedBlob) Size() int64 { return s.size }

// Close implements io.Closer.
func (s *storedBlob) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.number, s.chunk = -1, nil
	return nil
}

// ReadAt implements io.ReaderAt. Errors: store.ErrBlobMissing where the document was removed since.
func (s *storedBlob) ReadAt(p []byte, off int64) (done int, err error) {
	if off < 0 {
		return 0, errors.New("postgres: a negative offset")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for done < len(p) && off < s.size {
		if err := s.look(off / s.chunkSize); err != nil {
			return done, err
		}
		n := copy(p[done:], s.chunk[off%s.chunkSize:])
		done, off = done+n, off+int64(n)
	}
	if done < len(p) {
		return done, io.EOF
	}
	return done, nil
}

// look has the chunk of a number in s.chunk.
func (s *storedBlob) look(number int64) error {
	if s.number == number {
		return nil
	}
	s.number = -1 // what is kept is overwritten
	var there bool
	err := s.ask(func(t *readTx) error {
		// Nothing longer than a chunk is fetched. To cut it off (substring) would take several times as long.
		return t.row(`SELECT (SELECT CASE WHEN octet_length(ciphertext) <= $4 THEN ciphertext END FROM blob_chunks WHERE workspace = $1 AND blob = $2 AND number = $3), EXISTS (SELECT 1 FROM blobs WHERE workspace = $1 AND id = $2 AND `+seen+`)`,
			[]any{s.id, number, s.chunkSize}, &reused{&s.chunk}, &there)
	})
	switch want := min(s.chunkSize, s.size-number*s.chunkSize); {
	case err != nil:
		return err
	case !there:
		return store.ErrBlobMissing
	case int64(len(s.chunk)) != want:
		return damagedBlob("a part of it is not there, or has another length")
	}
	s.number = number
	return nil
}

// reused scans bytes into memory that is there already.
type reused struct{ into *[]byte }

// ScanBytes implements pgtype.BytesScanner. NULL is no bytes.
func (r *reused) ScanBytes(b []byte) error {
	*r.into = append((*r.into)[:0], b...)
	return nil
}
