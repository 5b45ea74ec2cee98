package folder

import (
	"errors"
	"os"
	"path/filepath"
)

// WriteWhole writes a file that only its owner can read, whole or not at all: a
// crash leaves either what was there before or all of data. An existing file is
// replaced, so ask before.
func WriteWhole(path string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".countersign-*")
	if err != nil {
		return explain(err)
	}
	defer func() {
		if err != nil {
			err = explain(errors.Join(err, removeIfThere(f.Name())))
		}
	}()
	if err := errors.Join(chmod(f), write(f, data), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func write(f *os.File, data []byte) error {
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.Sync()
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
