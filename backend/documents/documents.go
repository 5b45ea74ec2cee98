// Package documents keeps the encrypted documents of the contracts: the files of one
// folder, each whole or not there. It implements store.Blobs, and knows nothing of
// what is in them.
//
// A document's file is written out of sight, kept as NAME.new, and settled as NAME
// once the commit that speaks of it has been made. Call Open when the data folder is
// held, and Tidy before anything is created: it removes what a crash has left on systems
// where a file cannot be without a name. Everything else may be called by several at
// once, but one name is the business of one at a time.
package documents

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"countersign/backend/folder"
	"countersign/backend/store"
)

const (
	waiting = ".new"  // ends the name of a file that is kept and not settled
	partial = ".part" // ends the name of a file that is being written, where it needs one
)

// Folder is the folder of the documents.
type Folder struct{ dir string }

var _ store.Blobs = (*Folder)(nil)

// Open makes the folder where there is none and keeps other people out of it. The
// folder around it must be there.
//
// Errors: store.ErrBlobsReadOnly, store.ErrBlobsFull, store.ErrBlobsFailed.
func Open(dir string) (*Folder, error) {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, explain(err)
	}
	st, err := os.Stat(dir)
	if err != nil {
		return nil, explain(err)
	}
	if !st.IsDir() {
		return nil, fmt.Errorf("%w: it is no folder", store.ErrBlobsFailed)
	}
	// On Windows the profile's folder is private by its ACL.
	if runtime.GOOS != "windows" && st.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(dir, 0o700); err != nil {
			return nil, explain(err)
		}
	}
	return &Folder{dir}, nil
}

func (f *Folder) path(name string) string { return filepath.Join(f.dir, name) }

// Free is how many bytes the disk still takes.
func (f *Folder) Free() (uint64, error) {
	free, err := folder.Free(f.dir)
	return free, explain(err)
}

// Sync makes what was kept, settled and removed so far last through a power cut.
func (f *Folder) Sync() error { return explain(folder.Sync(f.dir)) }

// explain says what the system's error means to the domain.
func explain(err error) error {
	switch {
	case err == nil:
		return nil
	case folder.IsFull(err):
		return fmt.Errorf("%w: %w", store.ErrBlobsFull, err)
	case folder.IsReadOnly(err):
		return fmt.Errorf("%w: %w", store.ErrBlobsReadOnly, err)
	}
	return fmt.Errorf("%w: %w", store.ErrBlobsFailed, err)
}
