// Package folder finds, prepares and holds the data folder: where a workspace
// lives on this computer. Call Resolve, then Prepare, then Hold, and keep what
// Hold returns for as long as the folder is open.
package folder

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/adrg/xdg"
	"github.com/gofrs/flock"
)

// EnvVar names the environment variable that chooses the data folder.
const EnvVar = "COUNTERSIGN_DATA_DIR"

// ErrNoHome is what Resolve returns where the environment names no home folder.
var ErrNoHome = errors.New("no home folder is known: set HOME, or choose a data folder with --data-dir")

// What Prepare and Hold answer, to be matched with errors.Is.
var (
	ErrReadOnly = errors.New("the data folder cannot be written")
	ErrFull     = errors.New("the disk of the data folder is full")
	ErrFailed   = errors.New("the data folder cannot be used")
	ErrInUse    = errors.New("another process holds the data folder")
)

// Resolve says which folder to use: the flag's, else the environment's, else the
// system's place for a program's data. name is the program's, so that development
// builds get a folder of their own. Symbolic links are followed, so that one folder
// has one path, whichever way led to it. Nothing is written. Errors: ErrNoHome, ErrFailed.
func Resolve(flag, name string) (string, error) {
	path := flag
	if path == "" {
		path = os.Getenv(EnvVar)
	}
	if path == "" {
		if !knowsHome() {
			return "", ErrNoHome
		}
		path = filepath.Join(xdg.DataHome, name)
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrFailed, err)
	}
	return followed(abs), nil
}

// knowsHome reports whether the environment names the system's place for a program's
// data. Where it does not, xdg takes the root of the disk for a home. Windows keeps the
// place elsewhere.
func knowsHome() bool {
	return runtime.GOOS == "windows" || filepath.IsAbs(os.Getenv("XDG_DATA_HOME")) || filepath.IsAbs(os.Getenv("HOME"))
}

// followed is path with all symbolic links followed. What is not there yet stays as it
// is; so does what cannot be read, and Prepare says why.
func followed(path string) string {
	if to, err := filepath.EvalSymlinks(path); err == nil || !errors.Is(err, os.ErrNotExist) {
		return cmp.Or(to, path)
	}
	parent := filepath.Dir(path)
	if parent == path {
		return path
	}
	parent = followed(parent)
	to, err := os.Readlink(path)
	switch {
	case err != nil:
		return filepath.Join(parent, filepath.Base(path))
	case filepath.IsAbs(to):
		return followed(to)
	}
	return followed(filepath.Join(parent, to))
}

// Prepare makes the folder where there is none, keeps other people out of it,
// and tries to write to it, so that a full disk or missing rights show at the
// start and not at the first act.
func Prepare(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return explain(err)
	}
	if runtime.GOOS != "windows" { // there the profile's folder is private by its ACL
		st, err := os.Stat(path)
		if err != nil {
			return explain(err)
		}
		if st.Mode().Perm()&0o077 != 0 {
			if err := os.Chmod(path, 0o700); err != nil {
				return explain(err)
			}
		}
	}
	probe, err := os.CreateTemp(path, ".probe-*")
	if err != nil {
		return explain(err)
	}
	_, werr := probe.Write(make([]byte, 4096))
	err = errors.Join(werr, probe.Sync(), probe.Close(), os.Remove(probe.Name()))
	return explain(err)
}

// Lock is the hold on a folder.
type Lock struct{ f *flock.Flock }

// Hold takes the folder for this process alone, or answers ErrInUse. The system
// lets go of it when the process ends, however it ends.
func Hold(path string) (*Lock, error) {
	f := flock.New(filepath.Join(path, "in-use"), flock.SetPermissions(0o600))
	ok, err := f.TryLock()
	if err != nil {
		return nil, explain(err)
	}
	if !ok {
		return nil, ErrInUse
	}
	return &Lock{f}, nil
}

// Release lets go of the folder.
func (l *Lock) Release() error { return l.f.Unlock() }

func explain(err error) error {
	switch {
	case err == nil:
		return nil
	case isFull(err):
		return fmt.Errorf("%w: %w", ErrFull, err)
	case errors.Is(err, os.ErrPermission), isReadOnly(err):
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	}
	return fmt.Errorf("%w: %w", ErrFailed, err)
}
