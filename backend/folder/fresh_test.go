package folder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func none(string) (*os.File, bool) { return nil, false }

// ways are with and without files that have no name.
var ways = map[string]func(string) (*os.File, bool){"Unnamed": createUnnamed, "Named": none}

func TestFresh_FileIsWholeOrAbsent(t *testing.T) {
	t.Parallel()
	for name, way := range ways {
		dir := t.TempDir()
		path, meanwhile := filepath.Join(dir, "a.age.new"), filepath.Join(dir, "a.age.part")
		for _, keep := range []bool{false, true} {
			w, err := beginFresh(meanwhile, way)
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				if _, err := w.Write(make([]byte, stride/2+1)); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: it is there while it is written: %v", name, err)
			}
			if keep {
				if err := errors.Join(w.Keep(path), Sync(dir)); err != nil {
					t.Fatal(err)
				}
			}
			if err := errors.Join(w.Drop(), w.Drop()); err != nil {
				t.Fatal(err)
			}
			left, err := os.ReadDir(dir)
			if err != nil || keep != (len(left) == 1) {
				t.Errorf("%s, kept %v: %v %v", name, keep, left, err)
			}
		}
		st, err := os.Stat(path)
		if err != nil || st.Size() != 3*(stride/2+1) || st.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, st, err)
		}
	}
}

func TestFresh_ReplacesNothing(t *testing.T) {
	t.Parallel()
	for name, way := range ways {
		dir := t.TempDir()
		path, meanwhile := filepath.Join(dir, "a.age.new"), filepath.Join(dir, "a.age.part")
		if err := os.Symlink("nowhere", path); err != nil { // even this is something
			t.Fatal(err)
		}
		w, err := beginFresh(meanwhile, way)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Keep(path); !errors.Is(err, fs.ErrExist) || !errors.Is(err, ErrFailed) {
			t.Errorf("%s: %v", name, err)
		}
		if err := w.Drop(); err != nil {
			t.Error(err)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 1 || left[0].Type() != fs.ModeSymlink {
			t.Errorf("%s: %v %v", name, left, err)
		}
	}
}

func TestFresh_LeavesATemporaryNameThatIsTaken(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	meanwhile := filepath.Join(dir, "a.age.part")
	if err := os.WriteFile(meanwhile, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := beginFresh(meanwhile, none); !errors.Is(err, fs.ErrExist) {
		t.Errorf("%v", err)
	}
	if got, err := os.ReadFile(meanwhile); string(got) != "precious" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := beginFresh(filepath.Join(dir, "none", "x"), createUnnamed); !errors.Is(err, ErrFailed) {
		t.Errorf("in a folder that is not there: %v", err)
	}
}
