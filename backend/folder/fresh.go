package folder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Fresh is a file that is being written out of sight and whose name must be free when
// it is kept: nothing is ever replaced. Keep it, or Drop it; after Keep, Drop does
// nothing. Like Whole, it is never kept if it lacks a write.
//
// It is for large files of which there are many. On Linux the system is made to write
// them while they are being made, so that Keep has little to wait for, and a crash leaves
// nothing of them. Elsewhere a crash leaves the name that was given to CreateFresh.
type Fresh struct {
	f       *os.File
	unnamed bool
	written int64
	begun   int64 // bytes that the system was told to write
	failed  error // the first write that failed
}

// CreateFresh begins a file in the folder of meanwhile, which is the name it has until
// it is kept where it cannot go without. Only its owner can read it.
func CreateFresh(meanwhile string) (*Fresh, error) { return beginFresh(meanwhile, createUnnamed) }

func beginFresh(meanwhile string, unnamed func(dir string) (*os.File, bool)) (*Fresh, error) {
	w := &Fresh{}
	if f, ok := unnamed(filepath.Dir(meanwhile)); ok {
		w.f, w.unnamed = f, true
	} else {
		f, err := os.OpenFile(meanwhile, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
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

// stride is how much is gathered before the system is told to begin writing it.
const stride = 8 << 20

// Write appends to the file.
func (w *Fresh) Write(b []byte) (int, error) {
	if w.failed != nil {
		return 0, w.failed
	}
	n, err := w.f.Write(b)
	w.failed = explain(err)
	w.written += int64(n)
	if w.written-w.begun >= stride {
		beginWriting(w.f, w.begun, w.written-w.begun)
		w.begun = w.written
	}
	return n, w.failed
}

// Keep gives the file a name in its folder, when its bytes are on the disk. Sync makes
// the name last. A name that is taken is left as it is, and the file is gone
// (fs.ErrExist).
func (w *Fresh) Keep(path string) error {
	if w.failed != nil {
		return errors.Join(w.failed, w.Drop())
	}
	f := w.f
	w.f = nil
	err := f.Sync()
	if w.unnamed {
		if err == nil {
			err = link(f, path)
		}
		return explain(errors.Join(err, f.Close()))
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = renameFresh(f.Name(), path)
	}
	if err != nil {
		err = errors.Join(err, removeIfThere(f.Name()))
	}
	return explain(err)
}

// renameFresh looks before it leaps: whoever holds the data folder is alone in it.
func renameFresh(from, to string) error {
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, &os.LinkError{Op: "rename", Old: from, New: to, Err: fs.ErrExist})
	}
	return os.Rename(from, to)
}

// Drop removes the file unless it was kept.
func (w *Fresh) Drop() error {
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

// Sync makes the names in a folder last through a power cut.
func Sync(path string) error { return explain(syncFolder(path)) }
