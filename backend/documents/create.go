package documents

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"countersign/backend/folder"
	"countersign/backend/store"
)

// Create begins a file out of sight.
//
// Errors: store.ErrBlobsFull, store.ErrBlobsReadOnly, store.ErrBlobsFailed, as for all that writes.
func (f *Folder) Create(name string) (store.NewBlob, error) {
	if err := store.CheckBlobName(name); err != nil {
		return nil, err
	}
	file, err := folder.CreateFresh(f.path(name + partial))
	if err != nil {
		return nil, explain(err)
	}
	return &newFile{file, f.path(name)}, nil
}

type newFile struct {
	file *folder.Fresh
	path string
}

// Write appends to the file.
func (n *newFile) Write(b []byte) (int, error) {
	done, err := n.file.Write(b)
	return done, explain(err)
}

// Keep puts the file on the disk as NAME.new. Neither that nor NAME may be there.
func (n *newFile) Keep() error {
	if _, err := os.Lstat(n.path); !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			err = fmt.Errorf("%w: the document's file is there already", store.ErrBlobsFailed)
		} else {
			err = explain(err)
		}
		return errors.Join(err, n.Drop())
	}
	return explain(n.file.Keep(n.path + waiting))
}

// Drop removes the file unless it was kept.
func (n *newFile) Drop() error { return explain(n.file.Drop()) }
