//go:build unix

package folder_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"countersign/backend/folder"
)

func TestResolve_ALinkIsTheFolderThatItLeadsTo(t *testing.T) {
	t.Parallel()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	at := func(names ...string) string { return filepath.Join(append([]string{dir}, names...)...) }
	if err := os.MkdirAll(at("real", "workspace"), 0o700); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{"link": "real", "chain": "link", "dangling": "later", "round": "round"} {
		if err := os.Symlink(to, at(link)); err != nil {
			t.Fatal(err)
		}
	}
	for given, want := range map[string]string{
		at("real", "workspace"):              at("real", "workspace"),
		at("link", "workspace"):              at("real", "workspace"),
		at("chain", "workspace"):             at("real", "workspace"),
		at("chain", "new", "folder"):         at("real", "new", "folder"), // it is created later
		at("link", "..", "real"):             at("real"),
		at("new", "folder"):                  at("new", "folder"),
		at("dangling"):                       at("later"),
		at("dangling", "new"):                at("later", "new"),
		at("real", "workspace") + "/./../..": dir,
		at("round", "workspace"):             at("round", "workspace"), // Prepare says what is wrong with it
	} {
		if got, err := folder.Resolve(given, "x"); err != nil || got != want {
			t.Errorf("%q is %q, not %q: %v", given, got, want, err)
		}
	}
}

func TestResolve_WithoutAHomeNoFolderIsGuessed(t *testing.T) {
	dir := t.TempDir()
	for _, home := range []string{"", "home"} {
		for data, known := range map[string]bool{"": false, "data": false, dir: true} {
			t.Setenv("HOME", home)
			t.Setenv("XDG_DATA_HOME", data)
			t.Setenv(folder.EnvVar, "")
			if _, err := folder.Resolve("", "x"); errors.Is(err, folder.ErrNoHome) == known {
				t.Errorf("HOME %q, XDG_DATA_HOME %q: %v", home, data, err)
			}
			if got, err := folder.Resolve(dir, "x"); err != nil || filepath.Base(got) != filepath.Base(dir) {
				t.Errorf("HOME %q and a flag: %q %v", home, got, err)
			}
		}
	}
}
