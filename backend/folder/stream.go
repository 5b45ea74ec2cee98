package folder

import (
	"errors"
	"os"
	"path/filepath"
)

// Whole is a file that is being written under another name beside its own, and
// is there whole or not at all. Write to it, then Keep it; Drop it in any case,
// which after Keep does nothing. A crash leaves at most a hidden file beside.
type Whole struct {
	f    *os.File
	path string
}

// CreateWhole begins a file that only its owner can read. Keep replaces what is
// at path, so ask before.
func CreateWhole(path string) (*Whole, error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".countersign-*")
	if err != nil {
		return nil, explain(err)
	}
	w := &Whole{f, path}
	if err := chmod(f); err != nil {
		return nil, errors.Join(explain(err), w.Drop())
	}
	return w, nil
}

// Write appends to the file.
func (w *Whole) Write(b []byte) (int, error) {
	n, err := w.f.Write(b)
	return n, explain(err)
}

// Keep puts the file in its place.
func (w *Whole) Keep() error {
	name := w.f.Name()
	if err := errors.Join(w.f.Sync(), w.f.Close()); err != nil {
		w.f = nil
		return explain(errors.Join(err, removeIfThere(name)))
	}
	w.f = nil
	if err := os.Rename(name, w.path); err != nil {
		return explain(errors.Join(err, removeIfThere(name)))
	}
	return explain(syncFolder(filepath.Dir(w.path)))
}

// Drop removes the file unless it was kept.
func (w *Whole) Drop() error {
	if w.f == nil {
		return nil
	}
	name := w.f.Name()
	err := w.f.Close()
	w.f = nil
	return explain(errors.Join(err, removeIfThere(name)))
}
