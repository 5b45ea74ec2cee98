package store

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Blobs keeps the ciphertext of the contracts: one file a document, which is there
// whole or not at all; see CheckBlobName for its name. A file that was
// kept has its name for good only once it is settled, after the commit that
// speaks of it, so that a start after a crash knows which files belong to nothing.
// One name is the business of one at a time; everything else may be called by several at once.
// What blobstest asks holds of each.
type Blobs interface {
	// Create begins a file out of sight.
	Create(name string) (NewBlob, error)
	// Open reads a file that was kept, settled or not. Errors: ErrBlobMissing.
	Open(name string) (StoredBlob, error)
	// Settle gives a kept file its name for good; fine where it has it.
	Settle(name string) error
	// Remove deletes a file, settled or not; one that is not there is fine.
	Remove(name string) error
	// List names every file that was kept, in no order. fn may settle and remove. An
	// error of fn ends it and comes through.
	List(fn func(name string, settled bool, size int64) error) error
	// Sync makes what was kept, settled and removed so far last through a power cut.
	Sync() error
	// WriteIndex replaces the encrypted table of contents, whole or not at all. An
	// error of write comes through.
	WriteIndex(write func(io.Writer) error) error
	// ReadIndex opens it. Errors: ErrBlobMissing.
	ReadIndex() (io.ReadCloser, error)
	// Tidy removes what a crash has left that was never kept. Where others may be at work
	// with these Blobs, it leaves alone what may be theirs.
	Tidy() error
	// Free is how many bytes the disk still takes. Errors: errors.ErrUnsupported where
	// nobody can say.
	Free() (uint64, error)
}

// NewBlob is a file on its way. Keep it, or Drop it; after Keep, Drop does nothing.
type NewBlob interface {
	io.Writer
	Keep() error // its bytes are on the disk when it returns
	Drop() error
}

// StoredBlob is a file that is read at any place, by several at once. Of one that is
// removed meanwhile, what is read is its own or ErrBlobMissing.
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

const maxBlobName = 128 // characters

// BlobIndex is what the table of contents is called beside the documents.
const BlobIndex = "contents.age"

// CheckBlobName is ErrBlobsFailed for what is not a name of a document's file: that is of
// a to z, 0 to 9, '.' and '-'. So no name leads out of a folder, hides in it, means another
// file on a system that does not tell cases apart, or is one that a folder uses itself.
func CheckBlobName(name string) error {
	ok := len(name) > 0 && len(name) <= maxBlobName && name != BlobIndex &&
		name[0] != '.' && name[len(name)-1] != '.' &&
		!strings.HasSuffix(name, ".new") && !strings.HasSuffix(name, ".part")
	for _, c := range []byte(name) {
		ok = ok && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '.' || c == '-')
	}
	if !ok {
		return fmt.Errorf("%w: %q is no name of a document", ErrBlobsFailed, name)
	}
	return nil
}

// BlobName is what the document's ciphertext is called in the data folder.
func BlobName(id string, generation int) string { return id + "." + strconv.Itoa(generation) + ".age" }

// ParseBlobName is the inverse of BlobName.
func ParseBlobName(name string) (id string, generation int, ok bool) {
	stem, ok := strings.CutSuffix(name, ".age")
	id, number, cut := strings.Cut(stem, ".")
	n, err := strconv.Atoi(number)
	return id, n, ok && cut && err == nil && BlobName(id, n) == name
}
