package serverkey

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

func openToRead(path string) (*os.File, error) { return os.Open(path) }

// checkPrivate refuses: who can read a file here is in its ACL, and servers of ours are Unix systems.
func checkPrivate(fs.FileInfo) error {
	return fmt.Errorf("%w: who can read it is not known on this system: %w", ErrExposed, errors.ErrUnsupported)
}
