package folder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestWhole_WithoutUnnamedFilesIsWholeOrAbsent(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "sheets.pdf")
	none := func(string) (*os.File, bool) { return nil, false }
	for _, keep := range []bool{false, true} {
		w, err := begin(path, none)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte("codes")); err != nil {
			t.Fatal(err)
		}
		if keep {
			if err := w.Keep(); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Drop(); err != nil {
			t.Fatal(err)
		}
		left, err := os.ReadDir(dir)
		if got, _ := os.ReadFile(path); err != nil || len(left) > 0 != keep || keep && string(got) != "codes" {
			t.Errorf("kept %v: %v %v", keep, left, err)
		}
	}
	st, err := os.Stat(path)
	if err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", st, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(path, "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, how := range []func(string) (*os.File, bool){none, createUnnamed} {
		w, err := begin(path, how)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Keep(); err == nil {
			t.Error("a folder was replaced by a file")
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
			t.Errorf("left behind: %v %v", left, err)
		}
	}
}

func TestKeepFree_ReplacesNothingAndEnds(t *testing.T) {
	t.Parallel()
	none := func(string) (*os.File, bool) { return nil, false }
	for _, how := range []func(string) (*os.File, bool){none, createUnnamed} {
		dir := t.TempDir()
		first, second := filepath.Join(dir, "a"), filepath.Join(dir, "a (2)")
		keep := func(text string) (string, error) {
			t.Helper()
			w, err := begin(first, how)
			if err == nil {
				_, err = w.Write([]byte(text))
			}
			if err != nil {
				t.Fatal(err)
			}
			at, err := w.KeepFree(slices.Values([]string{first, second}))
			if err := w.Drop(); err != nil {
				t.Fatal(err)
			}
			return at, err
		}
		if err := os.WriteFile(first, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		if at, err := keep("new"); err != nil || at != second {
			t.Errorf("%q, %v", at, err)
		}
		if at, err := keep("third"); !errors.Is(err, fs.ErrExist) || at != "" {
			t.Errorf("%q, %v", at, err)
		}
		for path, want := range map[string]string{first: "mine", second: "new"} {
			if got, err := os.ReadFile(path); err != nil || string(got) != want {
				t.Errorf("%s: %q, %v", path, got, err)
			}
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
			t.Errorf("left behind: %v %v", left, err)
		}
	}
}
