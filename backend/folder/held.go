package folder

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// Held reports whether a process holds the folder, without holding it for longer
// than the question takes. A folder in which nothing was ever held is not held.
func Held(path string) (bool, error) {
	name := filepath.Join(path, "in-use")
	if _, err := os.Stat(name); errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	f := flock.New(name, flock.SetPermissions(0o600))
	free, err := f.TryRLock()
	if err != nil {
		return false, explain(err)
	}
	return !free, explain(f.Close())
}
