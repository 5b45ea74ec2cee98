package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"countersign/backend/folder"
	"countersign/cmd/internal/cli"
)

// TestKeep_ReplacesAFileOnlyWhenTold is about a file that comes between the look and the last byte: a person was asked for a password
// meanwhile.
func TestKeep_ReplacesAFileOnlyWhenTold(t *testing.T) {
	t.Parallel()
	for _, force := range []bool{false, true} {
		e := &env{}
		e.force = force
		dir := t.TempDir()
		name := filepath.Join(dir, "backup.age")
		if err := e.free(name); err != nil {
			t.Fatal(err)
		}
		f, err := folder.CreateWhole(name)
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.Write([]byte("new"))
		if err := errors.Join(err, os.WriteFile(name, []byte("another’s"), 0o600)); err != nil {
			t.Fatal(err)
		}
		err = e.keep(f, name)
		want := "another’s"
		if force {
			want = "new"
		}
		var refused *cli.Failure
		if force && err != nil || !force && (!errors.As(err, &refused) || refused.Code != "file_exists") {
			t.Errorf("--force %t: %v", force, err)
		}
		left, err := os.ReadDir(dir)
		if got, _ := os.ReadFile(name); string(got) != want || err != nil || len(left) != 1 {
			t.Errorf("--force %t: %q, %v, %v", force, got, left, err)
		}
	}
}
