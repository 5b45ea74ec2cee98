package workspace

import (
	"errors"
	"io"

	"countersign/backend/store"
)

// noFiles stands in where a program has no business with the contracts.
type noFiles struct{}

var errNoFiles = errors.Join(store.ErrBlobsFailed, errors.New("this program was not given the documents"))

func (noFiles) Create(string) (store.NewBlob, error)       { return nil, errNoFiles }
func (noFiles) Open(string) (store.StoredBlob, error)      { return nil, errNoFiles }
func (noFiles) Settle(string) error                        { return errNoFiles }
func (noFiles) Remove(string) error                        { return errNoFiles }
func (noFiles) List(func(string, bool, int64) error) error { return nil }
func (noFiles) Sync() error                                { return errNoFiles }
func (noFiles) WriteIndex(func(io.Writer) error) error     { return errNoFiles }
func (noFiles) ReadIndex() (io.ReadCloser, error)          { return nil, errNoFiles }
func (noFiles) Tidy() error                                { return nil }
func (noFiles) Free() (uint64, error)                      { return 0, errNoFiles }
