package folder

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// createUnnamed opens a file in dir that has no name and is gone with its last
// descriptor (open(2), O_TMPFILE). Not every file system has these, and naming
// one needs /proc; whatever else is wrong shows when a named file is tried.
func createUnnamed(dir string) (*os.File, bool) {
	fd, err := unix.Open(dir, unix.O_TMPFILE|unix.O_RDWR|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, false
	}
	f := os.NewFile(uintptr(fd), dir)
	if _, err := os.Stat(handle(f)); err != nil {
		_ = f.Close() // nothing was written to it
		return nil, false
	}
	return f, true
}

// handle is a path under which this process finds an open file.
func handle(f *os.File) string { return "/proc/self/fd/" + strconv.Itoa(int(f.Fd())) }

// nameIt gives an unnamed file its name. A file that has it already is replaced
// at once, by way of a second name for a moment: a link never replaces.
func nameIt(f *os.File, path string) error {
	err := link(f, path)
	if !errors.Is(err, unix.EEXIST) {
		return err
	}
	beside := filepath.Join(filepath.Dir(path), strings.Replace(hidden, "*", rand.Text(), 1))
	if err := link(f, beside); err != nil {
		return err
	}
	if err := os.Rename(beside, path); err != nil {
		return errors.Join(err, removeIfThere(beside))
	}
	return nil
}

func link(f *os.File, path string) error {
	err := unix.Linkat(unix.AT_FDCWD, handle(f), unix.AT_FDCWD, path, unix.AT_SYMLINK_FOLLOW)
	if err != nil {
		return &os.LinkError{Op: "link", Old: "unnamed file", New: path, Err: err}
	}
	return nil
}

// beginWriting makes the system write a part of a file without waiting for it
// (sync_file_range(2)). It is a hint: a sync follows.
func beginWriting(f *os.File, from, n int64) {
	_ = unix.SyncFileRange(int(f.Fd()), from, n, unix.SYNC_FILE_RANGE_WRITE)
}
