package folders_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"countersign/backend/folders"
)

const (
	first  = "aaaaaaaaaaaaaaaaaaaaaaaaaa"
	second = "bbbbbbbbbbbbbbbbbbbbbbbbbb"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func label(t *testing.T, root, id string, l folders.Label) {
	t.Helper()
	path, ok := folders.Path(root, id)
	if !ok {
		t.Fatalf("%q is no folder", id)
	}
	if err := errors.Join(os.MkdirAll(path, 0o700), folders.Write(path, l)); err != nil {
		t.Fatal(err)
	}
}

func names(t *testing.T, root string) (all []string) {
	t.Helper()
	for _, f := range must(folders.All(root)) {
		all = append(all, f.Name)
	}
	return all
}

func TestAll_ListsTheLabelledFoldersByName(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if got := must(folders.All(root)); len(got) > 0 {
		t.Errorf("nothing is listed as %v", got)
	}
	label(t, root, "", folders.Label{Workspace: first, Name: "Northwind Legal"})
	id := must(folders.Add(root, ""))
	label(t, root, id, folders.Label{Workspace: second, Name: "acme", Server: "acme.example:8443"})
	must(folders.Add(root, "")) // it stays without a label
	want := []folders.Folder{
		{ID: id, Label: folders.Label{Workspace: second, Name: "acme", Server: "acme.example:8443"}},
		{Label: folders.Label{Workspace: first, Name: "Northwind Legal"}},
	}
	if got := must(folders.All(root)); !slices.Equal(got, want) {
		t.Errorf("%+v\nnot %+v", got, want)
	}
}

func TestAdd_TakesAFolderWithoutALabelFirst(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if id := must(folders.Add(root, first)); id != "" {
		t.Errorf("a new workspace is in %q, not in the root", id)
	}
	made := must(folders.Add(root, ""))
	path, ok := folders.Path(root, made)
	if info, err := os.Stat(path); !ok || err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o700 {
		t.Fatal(made, info, err)
	}
	label(t, root, "", folders.Label{Workspace: first, Name: "Northwind Legal"})
	if again := must(folders.Add(root, "")); again != made {
		t.Errorf("the folder that was left without a workspace is not used again: %q, not %q", again, made)
	}
	if other := must(folders.Add(root, made)); other == made || other == "" {
		t.Errorf("the folder in use is given: %q", other)
	}
}

func TestAdd_ThereMayBeSoMany(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	label(t, root, "", folders.Label{Workspace: first, Name: "Northwind Legal"})
	for range folders.Most {
		label(t, root, must(folders.Add(root, "")), folders.Label{Workspace: first, Name: "Another"})
	}
	if _, err := folders.Add(root, ""); !errors.Is(err, folders.ErrMost) {
		t.Errorf("one more: %v", err)
	}
}

func TestPath_OnlyIDsNameFolders(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for _, id := range []string{"..", "../" + first[3:], first + "a", "A" + first[1:], ".", "/", first[:25] + "/"} {
		if path, ok := folders.Path(root, id); ok {
			t.Errorf("%q leads to %s", id, path)
		}
		if folders.Exists(root, id) {
			t.Errorf("%q is there", id)
		}
	}
	if folders.Exists(root, first) || !folders.Exists(root, "") {
		t.Error("what is there, and what is not")
	}
	must(0, errors.Join(os.Mkdir(filepath.Join(root, "workspaces"), 0o700), os.Symlink(t.TempDir(), filepath.Join(root, "workspaces", first))))
	if folders.Exists(root, first) {
		t.Error("a link is followed")
	}
	label(t, filepath.Join(root, "workspaces", first), "", folders.Label{Workspace: first, Name: "Elsewhere"})
	if got := names(t, root); len(got) > 0 {
		t.Errorf("a link is listed: %q", got)
	}
}

func TestRemove_TakesTheFolderOffTheListAlone(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	label(t, root, "", folders.Label{Workspace: first, Name: "Northwind Legal"})
	kept := filepath.Join(root, "workspace.db")
	must(0, os.WriteFile(kept, []byte("x"), 0o600))
	must(0, folders.Remove(root))
	if got := names(t, root); len(got) > 0 {
		t.Errorf("still listed: %q", got)
	}
	if _, err := os.Stat(kept); err != nil {
		t.Error(err)
	}
	must(0, folders.Remove(root))
}

func TestWrite_SameLabelIsNotWrittenAgain(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	label(t, root, "", folders.Label{Workspace: first, Name: "Northwind Legal"})
	file := filepath.Join(root, "label.json")
	was := must(os.Stat(file))
	label(t, root, "", folders.Label{Workspace: first, Name: "Northwind Legal"})
	if now := must(os.Stat(file)); !os.SameFile(was, now) {
		t.Error("written again")
	}
	label(t, root, "", folders.Label{Workspace: first, Name: "Northwind"})
	if now := must(os.Stat(file)); os.SameFile(was, now) || !slices.Equal(names(t, root), []string{"Northwind"}) {
		t.Error("another name is not written")
	}
}

func TestAll_LabelThatSomebodyElseWroteIsHarmless(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ text, want string }{
		"Torn":         {`{"workspace":"` + first, ""},
		"NoID":         {`{"workspace":"x","name":"Northwind"}`, ""},
		"Long":         {`{"workspace":"` + first + `","name":"` + strings.Repeat("x", 5000) + `"}`, ""},
		"Invisible":    {`{"workspace":"` + first + `","name":"\u200b"}`, ""},
		"TurnedRound":  {`{"workspace":"` + first + `","name":"Northwind\u202e\nLegal"}`, "Northwind\ufffd\ufffdLegal"},
		"NothingAtAll": {"", ""},
	} {
		root := t.TempDir()
		must(0, os.WriteFile(filepath.Join(root, "label.json"), []byte(tt.text), 0o600))
		if got := strings.Join(names(t, root), "|"); got != tt.want {
			t.Errorf("%s: %q, not %q", name, got, tt.want)
		}
	}
	root := t.TempDir()
	must(0, os.Mkdir(filepath.Join(root, "label.json"), 0o700))
	if got := names(t, root); len(got) > 0 {
		t.Errorf("a folder is read as %q", got)
	}
}
