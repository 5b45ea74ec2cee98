package folder

import (
	"errors"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
)

// Whole is a file that is being written out of sight, and is there whole or not
// at all. Write to it, then Keep it; Drop it in any case, which after Keep does
// nothing. A file that lacks a write because it failed is never kept: Keep and
// KeepFree answer with that write's error.
//
// On Linux the file has no name until it is kept, so that even a process that is
// killed leaves nothing of it. Where the file system has no such files, and on
// other systems, it has a hidden name beside its own, and a crash leaves that.
type Whole struct {
	f       *os.File
	path    string
	unnamed bool
	failed  error // the first write that failed
}

// CreateWhole begins a file that only its owner can read. Keep replaces what is
// at path, so ask before.
func CreateWhole(path string) (*Whole, error) { return begin(path, createUnnamed) }

func begin(path string, unnamed func(dir string) (*os.File, bool)) (*Whole, error) {
	w := &Whole{path: path}
	if f, ok := unnamed(filepath.Dir(path)); ok {
		w.f, w.unnamed = f, true
	} else {
		f, err := os.CreateTemp(filepath.Dir(path), hidden)
		if err != nil {
			return nil, explain(err)
		}
		w.f = f
	}
	if err := chmod(w.f); err != nil {
		return nil, errors.Join(explain(err), w.Drop())
	}
	return w, nil
}

// hidden is the form of the names beside.
const hidden = ".countersign-*"

// Write appends to the file.
func (w *Whole) Write(b []byte) (n int, err error) {
	if w.failed == nil {
		n, err = w.f.Write(b)
		w.failed = explain(err)
	}
	return n, w.failed
}

// Keep puts the file in its place.
func (w *Whole) Keep() error {
	if w.failed != nil {
		return errors.Join(w.failed, w.Drop())
	}
	f := w.f
	w.f = nil
	err := f.Sync()
	if err == nil && w.unnamed {
		return explain(errors.Join(nameIt(f, w.path), f.Close(), syncFolder(filepath.Dir(w.path))))
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), w.path)
	}
	if err != nil && !w.unnamed {
		err = errors.Join(err, removeIfThere(f.Name()))
	}
	if err != nil {
		return explain(err)
	}
	return explain(syncFolder(filepath.Dir(w.path)))
}

// KeepFree puts the file at the first of the paths that is free, and returns it. They
// are in the folder of the file. Nothing is replaced, not even what appears at this
// moment. Where none is free the error is fs.ErrExist, and the file is gone.
func (w *Whole) KeepFree(paths iter.Seq[string]) (string, error) {
	if w.failed != nil {
		return "", errors.Join(w.failed, w.Drop())
	}
	f := w.f
	w.f = nil
	err := f.Sync()
	if !w.unnamed {
		err = errors.Join(err, f.Close())
	}
	at := ""
	if err == nil {
		err = fs.ErrExist
		for path := range paths {
			if err = w.placeFree(f, path); err == nil {
				at = path
			}
			if !errors.Is(err, fs.ErrExist) {
				break
			}
		}
	}
	if w.unnamed {
		err = errors.Join(err, f.Close())
	} else if err != nil {
		err = errors.Join(err, removeIfThere(f.Name()))
	}
	if err != nil {
		return at, explain(err)
	}
	return at, explain(syncFolder(filepath.Dir(at)))
}

// placeFree gives the file a name that nothing has. A rename would replace, so that a
// file which has a name takes the place of an empty one that was made there first.
func (w *Whole) placeFree(f *os.File, path string) error {
	if w.unnamed {
		return link(f, path)
	}
	mine, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(mine.Close(), os.Rename(f.Name(), path)); err != nil {
		return errors.Join(err, removeIfThere(path))
	}
	return nil
}

// Drop removes the file unless it was kept.
func (w *Whole) Drop() error {
	if w.f == nil {
		return nil
	}
	f := w.f
	w.f = nil
	err := f.Close()
	if !w.unnamed {
		err = errors.Join(err, removeIfThere(f.Name()))
	}
	return explain(err)
}
