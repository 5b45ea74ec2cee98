package documents_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"countersign/backend/store"
)

func TestFolder_OnlyRegularFilesAreDocuments(t *testing.T) {
	t.Parallel()
	f, dir := opened(t)
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.WriteFile(elsewhere, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	at := func(name string) string { return filepath.Join(dir, name) }
	err := errors.Join(
		os.Symlink(elsewhere, at("link.1.age")),
		os.Symlink(elsewhere, at("waits.1.age.new")),
		os.Symlink(elsewhere, at("contents.age")),
		os.Symlink(elsewhere, at("tidied.1.age.part")),
		os.Symlink("nowhere", at("dangling.1.age")),
		unix.Mkfifo(at("pipe.1.age"), 0o600), // whoever opens one waits for a writer
		os.Mkdir(at("folder.1.age"), 0o700),
	)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"link.1.age", "waits.1.age", "dangling.1.age", "pipe.1.age", "folder.1.age"} {
		if _, err := f.Open(name); !errors.Is(err, store.ErrBlobsFailed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := f.ReadIndex(); !errors.Is(err, store.ErrBlobsFailed) {
		t.Errorf("the index: %v", err)
	}
	if got := listed(t, f); len(got) > 0 {
		t.Errorf("%q", got)
	}
	n, err := f.Create("dangling.1.age")
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Keep(); !errors.Is(err, store.ErrBlobsFailed) {
		t.Errorf("in the place of a link: %v", err)
	}
	for _, name := range []string{"link.1.age", "waits.1.age", "pipe.1.age"} {
		if err := f.Remove(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := f.Tidy(); err != nil {
		t.Error(err)
	}
	if got, err := os.ReadFile(elsewhere); string(got) != "precious" {
		t.Errorf("what a link led to reads %q, %v", got, err)
	}
}
