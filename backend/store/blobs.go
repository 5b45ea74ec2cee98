package store

import (
	"errors"
	"io"
	"strconv"
	"strings"
)

// Blobs keeps the ciphertext of the contracts: one file a document, which is there
// whole or not at all. Names are of a to z, 0 to 9, '.' and '-'. A file that was
// kept has its name for good only once it is settled, after the commit that
// speaks of it, so that a start after a crash knows which files belong to nothing.
type Blobs interface {
	// Create begins a file out of sight.
	Create(name string) (NewBlob, error)
	// Open reads a file that was kept, settled or not. Errors: ErrBlobMissing.
	Open(name string) (StoredBlob, error)
	// Settle gives a kept file its name for good; fine where it has it.
	Settle(name string) error
	// Remove deletes a file, settled or not; one that is not there is fine.
	Remove(name string) error
	// List names every file of this kind, in no order.
	List(fn func(name string, settled bool, size int64) error) error
	// Sync makes what was kept, settled and removed so far last through a power cut.
	Sync() error
	// WriteIndex replaces the encrypted table of contents, whole or not at all.
	WriteIndex(write func(io.Writer) error) error
	// ReadIndex opens it. Errors: ErrBlobMissing.
	ReadIndex() (io.ReadCloser, error)
	// Tidy removes what a crash has left that was never kept. Only who holds the data
	// folder may call it.
	Tidy() error
	// Free is how many bytes the disk still takes.
	Free() (uint64, error)
}

// NewBlob is a file on its way. Keep it, or Drop it; after Keep, Drop does nothing.
type NewBlob interface {
	io.Writer
	Keep() error // its bytes are on the disk when it returns
	Drop() error
}

// StoredBlob is a file that is read at any place, by several at once.
type StoredBlob interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// What Blobs may answer, to be matched with errors.Is.
var (
	ErrBlobMissing   = errors.New("the document's file is not there")
	ErrBlobsFull     = errors.New("the disk of the documents is full")
	ErrBlobsReadOnly = errors.New("the folder of the documents cannot be written")
	ErrBlobsFailed   = errors.New("the folder of the documents cannot be used")
)

// BlobName is what the document's ciphertext is called in the data folder.
func BlobName(id string, generation int) string { return id + "." + strconv.Itoa(generation) + ".age" }

// ParseBlobName is the inverse of BlobName.
func ParseBlobName(name string) (id string, generation int, ok bool) {
	stem, ok := strings.CutSuffix(name, ".age")
	id, number, cut := strings.Cut(stem, ".")
	n, err := strconv.Atoi(number)
	return id, n, ok && cut && err == nil && BlobName(id, n) == name
}
