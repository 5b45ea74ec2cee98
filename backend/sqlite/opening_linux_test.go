package sqlite_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"countersign/backend/sqlite"
	"countersign/backend/store"
)

func TestOpen_PlaceThatCannotBeUsedIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		setup    func(path string) error
		cause    error
		existing bool // it is found by who makes nothing as well
	}{
		"a file for its folder": {func(path string) error {
			return errors.Join(os.Remove(filepath.Dir(path)), os.WriteFile(filepath.Dir(path), nil, 0o600))
		}, syscall.ENOTDIR, true},
		"a folder in its place": {func(path string) error { return os.Mkdir(path, 0o700) }, syscall.EISDIR, true},
		"a WAL that leads to itself": {func(path string) error {
			b := make([]byte, 4096)
			copy(b, "SQLite format 3\x00")
			copy(b[68:], "Csgd")
			b[16], b[31] = 16, 1
			return errors.Join(os.WriteFile(path, b, 0o600), os.Symlink(filepath.Base(path)+"-wal", path+"-wal"))
		}, syscall.ELOOP, true},
		"no folder":              {func(path string) error { return os.Remove(filepath.Dir(path)) }, fs.ErrNotExist, false},
		"a folder of its copy":   {func(path string) error { return os.MkdirAll(path+".new/x", 0o700) }, syscall.ENOTEMPTY, false},
		"a folder of that's WAL": {func(path string) error { return os.MkdirAll(path+".new-wal/x", 0o700) }, syscall.ENOTEMPTY, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, "folder", "workspace.db")
			if err := errors.Join(os.Mkdir(filepath.Dir(path), 0o700), c.setup(path)); err != nil {
				t.Fatal(err)
			}
			all := func() (found []string) {
				_ = filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error { found = append(found, path); return err })
				return found
			}
			before := all()
			opens := []opener{sqlite.Open}
			if c.existing {
				opens = append(opens, sqlite.OpenExisting)
			}
			for _, open := range opens {
				if err := refused(t, open, path); !errors.Is(err, c.cause) || !errors.Is(err, store.ErrFailed) || errors.Is(err, store.ErrReadOnly) {
					t.Error(err)
				}
			}
			if after := all(); !slices.Equal(after, before) {
				t.Errorf("there are %q, where there were %q", after, before)
			}
		})
	}
}

// TestOpen_WorkingFolderThatIsGoneIsNamed changes the folder of all tests, so it's beside none.
func TestOpen_WorkingFolderThatIsGoneIsNamed(t *testing.T) {
	gone := filepath.Join(t.TempDir(), "gone")
	if err := os.Mkdir(gone, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(gone)
	if err := os.Remove(gone); err != nil {
		t.Fatal(err)
	}
	for _, open := range []opener{sqlite.Open, sqlite.OpenExisting} {
		if s, err := open(t.Context(), "workspace.db"); s != nil || err == nil || !strings.Contains(err.Error(), "getwd") {
			t.Errorf("%v, %v", s, err)
		}
	}
}

func TestOpen_FileThatCannotBeWrittenIsReadOnly(t *testing.T) {
	t.Parallel()
	dir, here := onSmallDisk(t, "size=4m")
	if !here {
		return
	}
	path := filepath.Join(dir, "workspace.db")
	if err := open(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--bind", path, path}, {"-o", "remount,bind,ro", path}} {
		if out, err := exec.CommandContext(t.Context(), "mount", args...).CombinedOutput(); err != nil {
			t.Fatalf("%v %s", err, out)
		}
	}
	for _, open := range []opener{sqlite.Open, sqlite.OpenExisting} {
		if err := refused(t, open, path); !errors.Is(err, store.ErrReadOnly) {
			t.Error(err)
		}
	}
}

// TestOpen_DiskThatIsFullLeavesNoHalfOfIt makes a database with a little more room each time, until
// there is enough.
func TestOpen_DiskThatIsFullLeavesNoHalfOfIt(t *testing.T) {
	t.Parallel()
	const size = 2 << 20
	dir, here := onSmallDisk(t, "size=2m")
	if !here {
		return
	}
	path, ballast := filepath.Join(dir, "workspace.db"), filepath.Join(dir, "ballast")
	full := 0
	for free, made := 0, false; !made; {
		if free += 10 * 4096; free > size {
			t.Fatal("it is still full")
		}
		if err := os.WriteFile(ballast, make([]byte, size-free), 0o600); err != nil {
			t.Fatal(err)
		}
		synctest.Test(t, func(t *testing.T) { // so that nothing goes on
			s, err := sqlite.Open(t.Context(), path)
			if made = err == nil; made {
				err = s.Close()
			}
			if errors.Is(err, store.ErrFull) {
				full++
			} else if err != nil {
				t.Errorf("with %d bytes of room: %v", free, err)
			}
		})
		if left := names(t, dir); !made && (slices.Contains(left, "workspace.db") || slices.Contains(left, "workspace.db.new")) {
			t.Fatalf("with %d bytes of room there are %q", free, left)
		}
	}
	if full == 0 {
		t.Error("it was never full")
	}
}
