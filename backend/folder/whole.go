package folder

import (
	"errors"
	"os"
	"path/filepath"
)

// WriteWhole writes a file that only its owner can read, whole or not at all: a
// crash leaves either what was there before or all of data. An existing file is
// replaced, so ask before.
func WriteWhole(path string, data []byte) error {
	f, err := CreateWhole(path)
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		return errors.Join(err, f.Drop())
	}
	return f.Keep()
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

// IsUnfinished reports whether a file of this name is one that a crash has left of
// CreateWhole.
func IsUnfinished(name string) bool {
	ok, _ := filepath.Match(hidden, name)
	return ok
}
