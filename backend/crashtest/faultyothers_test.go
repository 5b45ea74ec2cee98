package crashtest

import (
	"context"
	"errors"
	"fmt"
	"io"

	"countersign/backend/secret"
	"countersign/backend/store"
)

// What fails beside the store. Each is told as what it is: randomness that fails is
// nothing that a person could do anything about, so it has no words of its own.
var (
	errKeychainFault = fmt.Errorf("%w: an injected fault", store.ErrKeychainFailed)
	errFilesFault    = fmt.Errorf("%w: an injected fault", store.ErrBlobsFailed)
	errRandomFault   = errors.New("an injected fault of the random numbers")
)

// failingSecrets is a keychain each of whose calls may fail.
type failingSecrets struct {
	store.Secrets
	*faults
}

func (s failingSecrets) Get(ctx context.Context, name string) (secret.Bytes, error) {
	if s.askFor(errKeychainFault) != nil {
		return secret.Bytes{}, errKeychainFault
	}
	return s.Secrets.Get(ctx, name)
}

func (s failingSecrets) Set(ctx context.Context, name string, v secret.Bytes) error {
	if err := s.askFor(errKeychainFault); err != nil {
		return err
	}
	return s.Secrets.Set(ctx, name, v)
}

func (s failingSecrets) Delete(ctx context.Context, name string) error {
	if err := s.askFor(errKeychainFault); err != nil {
		return err
	}
	return s.Secrets.Delete(ctx, name)
}

// failingRandom is a source of random numbers that may fail.
type failingRandom struct {
	io.Reader
	*faults
}

func (r failingRandom) Read(b []byte) (int, error) {
	if err := r.askFor(errRandomFault); err != nil {
		return 0, err
	}
	return r.Reader.Read(b)
}

// failingFiles is a folder of documents each of whose calls may fail.
type failingFiles struct {
	store.Blobs
	*faults
}

func (f failingFiles) Create(name string) (store.NewBlob, error) {
	if err := f.askFor(errFilesFault); err != nil {
		return nil, err
	}
	file, err := f.Blobs.Create(name)
	return failingFile{file, f.faults}, err
}

func (f failingFiles) Open(name string) (store.StoredBlob, error) {
	if err := f.askFor(errFilesFault); err != nil {
		return nil, err
	}
	return f.Blobs.Open(name)
}

func (f failingFiles) Settle(name string) error {
	if err := f.askFor(errFilesFault); err != nil {
		return err
	}
	return f.Blobs.Settle(name)
}

func (f failingFiles) Remove(name string) error {
	if err := f.askFor(errFilesFault); err != nil {
		return err
	}
	return f.Blobs.Remove(name)
}

func (f failingFiles) List(fn func(name string, settled bool, size int64) error) error {
	if err := f.askFor(errFilesFault); err != nil {
		return err
	}
	return f.Blobs.List(fn)
}

func (f failingFiles) Sync() error {
	if err := f.askFor(errFilesFault); err != nil {
		return err
	}
	return f.Blobs.Sync()
}

func (f failingFiles) WriteIndex(write func(io.Writer) error) error {
	if err := f.askFor(errFilesFault); err != nil {
		return err
	}
	return f.Blobs.WriteIndex(write)
}

func (f failingFiles) ReadIndex() (io.ReadCloser, error) {
	if err := f.askFor(errFilesFault); err != nil {
		return nil, err
	}
	return f.Blobs.ReadIndex()
}

func (f failingFiles) Tidy() error {
	if err := f.askFor(errFilesFault); err != nil {
		return err
	}
	return f.Blobs.Tidy()
}

func (f failingFiles) Free() (uint64, error) {
	if err := f.askFor(errFilesFault); err != nil {
		return 0, err
	}
	return f.Blobs.Free()
}

// failingFile is a file that may fail while it is written.
type failingFile struct {
	store.NewBlob
	*faults
}

func (f failingFile) Write(b []byte) (int, error) {
	if err := f.askFor(errFilesFault); err != nil {
		return 0, err
	}
	return f.NewBlob.Write(b)
}

func (f failingFile) Keep() error {
	if err := f.askFor(errFilesFault); err != nil {
		return err
	}
	return f.NewBlob.Keep()
}
