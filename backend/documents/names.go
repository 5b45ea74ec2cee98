package documents

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"countersign/backend/folder"
	"countersign/backend/store"
)

// Settle gives a kept file its name for good; fine where it has it.
//
// Errors: store.ErrBlobMissing, store.ErrBlobsReadOnly, store.ErrBlobsFailed.
func (f *Folder) Settle(name string) error {
	if err := store.CheckBlobName(name); err != nil {
		return err
	}
	err := os.Rename(f.path(name+waiting), f.path(name))
	if !errors.Is(err, fs.ErrNotExist) {
		return explain(err)
	}
	switch _, err := os.Lstat(f.path(name)); {
	case errors.Is(err, fs.ErrNotExist):
		return store.ErrBlobMissing
	default:
		return explain(err)
	}
}

// Remove deletes a file, settled or not; one that is not there is fine.
func (f *Folder) Remove(name string) error {
	if err := store.CheckBlobName(name); err != nil {
		return err
	}
	var all error
	for _, place := range []string{name + waiting, name} {
		if err := os.Remove(f.path(place)); !errors.Is(err, fs.ErrNotExist) {
			all = errors.Join(all, err)
		}
	}
	return explain(all)
}

// List names every plain file that has a name of a document, in no order. It has read
// the folder to its end before fn is called, which may therefore settle and remove. An
// error of fn ends it and comes through.
func (f *Folder) List(fn func(name string, settled bool, size int64) error) error {
	all, err := f.entries()
	if err != nil {
		return err
	}
	for _, e := range all {
		name, isWaiting := strings.CutSuffix(e.Name(), waiting)
		if store.CheckBlobName(name) != nil || !e.Type().IsRegular() {
			continue
		}
		st, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // it went since
		} else if err != nil {
			return explain(err)
		}
		if err := fn(name, !isWaiting, st.Size()); err != nil {
			return err
		}
	}
	return nil
}

// Tidy removes what was being written when the program ended. Only who holds the data
// folder may call it, and nothing may be on its way.
func (f *Folder) Tidy() error {
	all, err := f.entries()
	if err != nil {
		return err
	}
	for _, e := range all {
		name, isPart := strings.CutSuffix(e.Name(), partial)
		isPart = isPart && store.CheckBlobName(name) == nil
		if !e.Type().IsRegular() || !isPart && !folder.IsUnfinished(e.Name()) {
			continue
		}
		if err := os.Remove(f.path(e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return explain(err)
		}
	}
	return nil
}

func (f *Folder) entries() ([]fs.DirEntry, error) {
	all, err := os.ReadDir(f.dir)
	return all, explain(err)
}
