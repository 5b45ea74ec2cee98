package vault

import (
	"errors"
	"io"

	"filippo.io/age"

	"countersign/backend/secret"
)

// At reads a document of a generation at any place, and says how many plain bytes it
// has. size is that of src. Several may read at once. One chunk of 64 KiB is kept.
//
// What is read is authentic and in its place; only the end is looked at beforehand, so
// a change in the middle shows when that is read.
//
// Errors, of this and of the reader: ErrNoKey, ErrDocument, and those of src as they are.
func (k Keys) At(generation int, src io.ReaderAt, size int64) (io.ReaderAt, int64, error) {
	key, err := k.ageKey(generation)
	if err != nil {
		return nil, 0, err
	}
	d := &document{}
	secret.Confined(func() { d.plain, d.size, err = age.DecryptReaderAt(watched{src}, size, key) })
	if err != nil {
		return nil, 0, explain(err)
	}
	return d, d.size, nil
}

type document struct {
	plain io.ReaderAt
	size  int64
}

// ReadAt implements io.ReaderAt.
func (d *document) ReadAt(b []byte, off int64) (int, error) {
	switch {
	case off < 0:
		return 0, errors.New("vault: a negative offset")
	case off >= d.size:
		return 0, io.EOF
	}
	n, err := d.plain.ReadAt(b, off)
	if err != nil && err != io.EOF {
		err = explain(err)
	}
	return n, err
}

// watched marks the errors of a disk, to tell them from those of a document.
type watched struct{ src io.ReaderAt }

func (w watched) ReadAt(b []byte, off int64) (int, error) {
	n, err := w.src.ReadAt(b, off)
	if err != nil && err != io.EOF {
		err = fault{err}
	}
	return n, err
}

type fault struct{ error }

func (f fault) Unwrap() error { return f.error }

func explain(err error) error {
	if f := (fault{}); errors.As(err, &f) {
		return f.error
	}
	return ErrDocument
}
