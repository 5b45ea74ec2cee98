package crashtest

import (
	"context"
	"errors"
	"fmt"
	"io"

	"countersign/backend/secret"
	"countersign/backend/workspace"
)

// What fails beside the store. Each is told as what it is: randomness that fails is
// nothing that a person could do anything about, so it has no words of its own.
var (
	errKeychainFault = fmt.Errorf("%w: an injected fault", workspace.ErrKeychainFailed)
	errFilesFault    = fmt.Errorf("%w: an injected fault", workspace.ErrFilesFailed)
	errRandomFault   = errors.New("an injected fault of the random numbers")
)

// failingSecrets is a keychain each of whose calls may fail.
type failingSecrets struct {
	workspace.Secrets
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
	workspace.Files
	*faults
}

func (f failingFiles) Create(name string) (workspace.NewFile, error) {
	if err := f.askFor(errFilesFault); err != nil {
		return nil, err
	}
	file, err := f.Files.Create(name)
	return failingFile{file, f.faults}, err
}

func (f failingFiles) Open(name string) (workspace.StoredFile, error) {
	if err := f.askFor(errFilesFault); err != nil {
		return nil, err
	}
	return f.Files.Open(name)
}

func (f failingFiles) Settle(name string) error {
	if err := f.askFor(errFilesFault); err != nil {
		return err
	}
	return f.Files.Settle(name)
}

func (f failingFiles) Remove(name string) error {
	if err := f.askFor(errFilesFault); err != nil {
		return err
	}
	return f.Files.Remove(name)
}

func (f failingFiles) List(fn func(name string, settled bool, size int64) error) error {
	if err := f.askFor(errFilesFault); err != nil {
		return err
	}
	return f.Files.List(fn)
}

func (f failingFiles) Sync() error {
	if err := f.askFor(errFilesFault); err != nil {
		return err
	}
	return f.Files.Sync()
}

func (f failingFiles) WriteIndex(write func(io.Writer) error) error {
	if err := f.askFor(errFilesFault); err != nil {
		return err
	}
	return f.Files.WriteIndex(write)
}

func (f failingFiles) ReadIndex() (io.ReadCloser, error) {
	if err := f.askFor(errFilesFault); err != nil {
		return nil, err
	}
	return f.Files.ReadIndex()
}

func (f failingFiles) Tidy() error {
	if err := f.askFor(errFilesFault); err != nil {
		return err
	}
	return f.Files.Tidy()
}

func (f failingFiles) Free() (uint64, error) {
	if err := f.askFor(errFilesFault); err != nil {
		return 0, err
	}
	return f.Files.Free()
}

// failingFile is a file that may fail while it is written.
type failingFile struct {
	workspace.NewFile
	*faults
}

func (f failingFile) Write(b []byte) (int, error) {
	if err := f.askFor(errFilesFault); err != nil {
		return 0, err
	}
	return f.NewFile.Write(b)
}

func (f failingFile) Keep() error {
	if err := f.askFor(errFilesFault); err != nil {
		return err
	}
	return f.NewFile.Keep()
}
