package folder_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"countersign/backend/folder"
)

func TestResolve_FlagThenEnvironmentThenDefault(t *testing.T) {
	t.Setenv(folder.EnvVar, "")
	usual, err := folder.Resolve("", "countersign-test")
	if err != nil || filepath.Base(usual) != "countersign-test" || !filepath.IsAbs(usual) {
		t.Errorf("the system's place: %q %v", usual, err)
	}
	dir := t.TempDir()
	t.Setenv(folder.EnvVar, dir)
	if got, err := folder.Resolve("", "x"); err != nil || got != dir {
		t.Errorf("the environment: %q %v", got, err)
	}
	if got, err := folder.Resolve("here", "x"); err != nil || filepath.Base(got) != "here" || !filepath.IsAbs(got) {
		t.Errorf("the flag: %q %v", got, err)
	}
}

func TestPrepare_FolderIsForItsOwnerOnly(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "b")
	if err := folder.Prepare(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := folder.Prepare(dir); err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(dir)
	if err != nil || st.Mode().Perm() != 0o700 {
		t.Errorf("%v %v", st.Mode(), err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := folder.Prepare(file); !errors.Is(err, folder.ErrFailed) {
		t.Errorf("a file for a folder: %v", err)
	}
}

func TestHold_TellsASecondProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	held := func(want bool) {
		t.Helper()
		if got, err := folder.Held(dir); err != nil || got != want {
			t.Errorf("held is %v, %v", got, err)
		}
	}
	held(false)
	first, err := folder.Hold(dir)
	if err != nil {
		t.Fatal(err)
	}
	held(true)
	if _, err := folder.Hold(dir); !errors.Is(err, folder.ErrInUse) {
		t.Errorf("a second hold: %v", err)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	held(false)
	second, err := folder.Hold(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Release(); err != nil {
		t.Fatal(err)
	}
}

func TestWriteWhole_FileIsWholeOrUnchanged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "sheet.pdf")
	if err := folder.WriteWhole(path, []byte("first")); err != nil {
		t.Fatal(err)
	}
	half, err := folder.CreateWhole(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := half.Write([]byte("sec")); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); string(got) != "first" {
		t.Errorf("it reads %q while the next is being written", got)
	}
	if err := half.Drop(); err != nil {
		t.Fatal(err)
	}
	if err := folder.WriteWhole(path, []byte("second")); err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(path)
	if got, _ := os.ReadFile(path); err != nil || string(got) != "second" || st.Mode().Perm() != 0o600 {
		t.Errorf("%q %v %v", got, st.Mode(), err)
	}
	if all, _ := os.ReadDir(dir); len(all) != 1 {
		t.Errorf("left behind: %v", all)
	}
	if err := folder.WriteWhole(filepath.Join(dir, "none", "x"), nil); err == nil {
		t.Error("written into a folder that is not there")
	}
}
