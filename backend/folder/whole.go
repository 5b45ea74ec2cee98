package folder

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// WriteWhole writes a file that only its owner can read, whole or not at all: a
// crash leaves either what was there before or all of data. An existing file is
// replaced, so ask before.
func WriteWhole(path string, data []byte) error {
	return WriteWholeFrom(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// WriteWholeFrom is WriteWhole for what comes piece by piece. An error of fill
// comes back as it is, and leaves what was there before.
func WriteWholeFrom(path string, fill func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".countersign-*")
	if err != nil {
		return explain(err)
	}
	defer func() {
		if err != nil {
			err = explain(errors.Join(err, removeIfThere(f.Name())))
		}
	}()
	out := bufio.NewWriter(f)
	if err := errors.Join(chmod(f), fill(out)); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := errors.Join(out.Flush(), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// IsFull and IsReadOnly read a system call's error, for others who write files.
func IsFull(err error) bool { return isFull(err) }

// IsReadOnly reports whether err says that nothing may be written there.
func IsReadOnly(err error) bool { return errors.Is(err, os.ErrPermission) || isReadOnly(err) }
