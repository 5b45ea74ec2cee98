package bundle

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Extract reads the bundle to its end, and puts its files, with manifest and signature,
// into a new folder. Files have mode 0600 and the folder 0700. The folder appears under
// its name when everything was verified; until then it is a hidden one beside it, which
// goes away when anything is wrong. A crash leaves at most that hidden folder.
//
// Errors: ErrExists, those of Verify, and the file system's.
func (r *Reader) Extract(folder string) (c Contents, err error) {
	switch _, err := os.Lstat(folder); {
	case err == nil:
		return Contents{}, ErrExists
	case !errors.Is(err, os.ErrNotExist):
		return Contents{}, fmt.Errorf("bundle: look at the folder: %w", err)
	}
	waiting, err := os.MkdirTemp(filepath.Dir(filepath.Clean(folder)), ".countersign-*")
	if err != nil {
		return Contents{}, fmt.Errorf("bundle: make the folder: %w", err)
	}
	defer func() {
		if err != nil {
			c, err = Contents{}, errors.Join(err, os.RemoveAll(waiting))
		}
	}()
	c, err = r.walk(func(f File, content io.Reader) error { return put(filepath.Join(waiting, f.Name), content) })
	if err != nil {
		return c, err
	}
	if err := os.Rename(waiting, folder); err != nil {
		return c, fmt.Errorf("bundle: put the folder into its place: %w", err)
	}
	return c, nil
}

// put writes a file that was not there. Its name has been looked at.
func put(path string, content io.Reader) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("bundle: make a file: %w", err)
	}
	_, err = io.Copy(f, content)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("bundle: write a file: %w", err)
	}
	return nil
}
