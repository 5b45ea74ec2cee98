package platform

import (
	"errors"
	"os"
)

// ErrNotRegular means that a path leads to a folder, a pipe, a device or the like.
var ErrNotRegular = errors.New("it is not a file")

// OpenRegular opens a plain file for reading. One of another kind may never end, or
// never begin: it is refused with ErrNotRegular and never waited for. Other errors are
// the system's.
func OpenRegular(path string) (*os.File, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() {
		return nil, ErrNotRegular
	}
	f, err := os.OpenFile(path, os.O_RDONLY|withoutWaiting, 0)
	if err != nil {
		return nil, err
	}
	if st, err = f.Stat(); err == nil && !st.Mode().IsRegular() { // it has taken the file's place
		err = ErrNotRegular
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
