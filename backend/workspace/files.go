package workspace

import (
	"errors"
	"io"
)

// Files keeps the ciphertext of the contracts: one file a document, which is there
// whole or not at all. Names are of a to z, 0 to 9, '.' and '-'. A file that was
// kept has its name for good only once it is settled, after the commit that
// speaks of it, so that a start after a crash knows which files belong to nothing.
type Files interface {
	// Create begins a file out of sight.
	Create(name string) (NewFile, error)
	// Open reads a file that was kept, settled or not. Errors: ErrFileMissing.
	Open(name string) (StoredFile, error)
	// Settle gives a kept file its name for good; fine where it has it.
	Settle(name string) error
	// Remove deletes a file, settled or not; one that is not there is fine.
	Remove(name string) error
	// List names every file of this kind, in no order.
	List(fn func(name string, settled bool, size int64) error) error
	// Sync makes what was kept, settled and removed so far last through a power cut.
	Sync() error
	// WriteIndex replaces the sealed table of contents, whole or not at all.
	WriteIndex(write func(io.Writer) error) error
	// ReadIndex opens it. Errors: ErrFileMissing.
	ReadIndex() (io.ReadCloser, error)
	// Tidy removes what a crash has left that was never kept. Only who holds the data
	// folder may call it.
	Tidy() error
	// Free is how many bytes the disk still takes.
	Free() (uint64, error)
}

// NewFile is a file on its way. Keep it, or Drop it; after Keep, Drop does nothing.
type NewFile interface {
	io.Writer
	Keep() error // its bytes are on the disk when it returns
	Drop() error
}

// StoredFile is a file that is read at any place, by several at once.
type StoredFile interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// What Files may answer, to be matched with errors.Is.
var (
	ErrFileMissing   = errors.New("the document's file is not there")
	ErrFilesFull     = errors.New("the disk of the documents is full")
	ErrFilesReadOnly = errors.New("the folder of the documents cannot be written")
	ErrFilesFailed   = errors.New("the folder of the documents cannot be used")
)

// noFiles stands in where a program has no business with the contracts.
type noFiles struct{}

var errNoFiles = errors.Join(ErrFilesFailed, errors.New("this program was not given the documents"))

func (noFiles) Create(string) (NewFile, error)             { return nil, errNoFiles }
func (noFiles) Open(string) (StoredFile, error)            { return nil, errNoFiles }
func (noFiles) Settle(string) error                        { return errNoFiles }
func (noFiles) Remove(string) error                        { return errNoFiles }
func (noFiles) List(func(string, bool, int64) error) error { return nil }
func (noFiles) Sync() error                                { return errNoFiles }
func (noFiles) WriteIndex(func(io.Writer) error) error     { return errNoFiles }
func (noFiles) ReadIndex() (io.ReadCloser, error)          { return nil, errNoFiles }
func (noFiles) Tidy() error                                { return nil }
func (noFiles) Free() (uint64, error)                      { return 0, errNoFiles }
