package documents_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"countersign/backend/documents"
	"countersign/backend/store"
)

func TestSettle_MakesADocumentAvailable(t *testing.T) {
	t.Parallel()
	f, dir := opened(t)
	n := must[store.NewBlob](t)(f.Create("a1.1.age"))
	if _, err := io.WriteString(n, "Lease"); err != nil {
		t.Fatal(err)
	}
	if got := listed(t, f); len(got) > 0 {
		t.Errorf("while it is written there is %q", got)
	}
	if _, err := f.Open("a1.1.age"); !errors.Is(err, store.ErrBlobMissing) {
		t.Errorf("while it is written: %v", err)
	}
	if err := n.Keep(); err != nil {
		t.Fatal(err)
	}
	if got := listed(t, f); !slices.Equal(got, []string{"a1.1.age waits"}) || read(t, f, "a1.1.age") != "Lease" {
		t.Errorf("when it is kept there is %q", got)
	}
	for range 2 {
		if err := errors.Join(f.Settle("a1.1.age"), f.Sync(), n.Drop()); err != nil {
			t.Fatal(err)
		}
		if got := listed(t, f); !slices.Equal(got, []string{"a1.1.age"}) || read(t, f, "a1.1.age") != "Lease" {
			t.Errorf("when it is settled there is %q", got)
		}
	}
	for name, mode := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, "a1.1.age"): 0o600} {
		if st, err := os.Stat(name); err != nil || st.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", name, st.Mode(), err)
		}
	}
	for range 2 {
		if err := f.Remove("a1.1.age"); err != nil || len(there(t, dir)) > 0 {
			t.Errorf("when it is removed there is %q, %v", there(t, dir), err)
		}
	}
	if err := f.Settle("a1.1.age"); !errors.Is(err, store.ErrBlobMissing) {
		t.Errorf("settling nothing: %v", err)
	}
}

func TestDrop_LeavesNothing(t *testing.T) {
	t.Parallel()
	f, dir := opened(t)
	n := must[store.NewBlob](t)(f.Create("a1.1.age"))
	if _, err := io.WriteString(n, text(100_000)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := n.Drop(); err != nil || len(there(t, dir)) > 0 {
			t.Errorf("%q, %v", there(t, dir), err)
		}
	}
}

func TestKeep_NeverReplacesADocument(t *testing.T) {
	t.Parallel()
	f, dir := opened(t)
	settled(t, f, "a1.1.age", "first")
	kept(t, f, "b2.1.age", "first")
	for _, name := range []string{"a1.1.age", "b2.1.age"} {
		n := must[store.NewBlob](t)(f.Create(name))
		if _, err := io.WriteString(n, "second"); err != nil {
			t.Fatal(err)
		}
		if err := n.Keep(); !errors.Is(err, store.ErrBlobsFailed) {
			t.Errorf("%s: %v", name, err)
		}
		if err := n.Drop(); err != nil || read(t, f, name) != "first" {
			t.Errorf("%s reads %q, %v", name, read(t, f, name), err)
		}
	}
	if got := there(t, dir); !slices.Equal(got, []string{"a1.1.age", "b2.1.age.new"}) {
		t.Errorf("%q", got)
	}
}

func TestFolder_RefusesNamesOutsideIt(t *testing.T) {
	t.Parallel()
	f, dir := opened(t)
	for _, name := range []string{
		"", ".", "..", "../a", "a/b", `a\b`, "/a", ".a", "a.", "A.age", "ä.age", "a b", "a\x00", "a:b", "contents.age", "a.new", "a.part",
		strings.Repeat("a", 129),
	} {
		_, createErr := f.Create(name)
		_, openErr := f.Open(name)
		for act, err := range map[string]error{"Create": createErr, "Open": openErr, "Settle": f.Settle(name), "Remove": f.Remove(name)} {
			if !errors.Is(err, store.ErrBlobsFailed) {
				t.Errorf("%s %q: %v", act, name, err)
			}
		}
	}
	settled(t, f, strings.Repeat("a", 128), "")
	if got := there(t, dir); len(got) != 1 {
		t.Errorf("%q", got)
	}
}

func TestFolder_LeavesOtherFilesAlone(t *testing.T) {
	t.Parallel()
	f, dir := opened(t)
	others := []string{".a1.1.age", "A1.1.AGE", "a copy.age", "b2.1.age.part", "contents.age", ".countersign-x"}
	for _, name := range others {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	settled(t, f, "a1.1.age", "")
	if got := listed(t, f); !slices.Equal(got, []string{"a1.1.age"}) {
		t.Errorf("%q", got)
	}
	if err := f.Tidy(); err != nil {
		t.Fatal(err)
	}
	if got := there(t, dir); !slices.Equal(got, []string{".a1.1.age", "A1.1.AGE", "a copy.age", "a1.1.age", "contents.age", "folder"}) {
		t.Errorf("tidied, there is %q", got)
	}
}

func TestWriteIndex_IsWholeOrUnchanged(t *testing.T) {
	t.Parallel()
	f, dir := opened(t)
	if _, err := f.ReadIndex(); !errors.Is(err, store.ErrBlobMissing) {
		t.Errorf("none: %v", err)
	}
	write := func(text string, err error) error {
		return f.WriteIndex(func(w io.Writer) error {
			_, writeErr := io.WriteString(w, text)
			return errors.Join(writeErr, err)
		})
	}
	own := errors.New("own")
	if err := errors.Join(write("first", nil), write("second", nil)); err != nil {
		t.Fatal(err)
	}
	if err := write("thi", own); !errors.Is(err, own) || errors.Is(err, store.ErrBlobsFailed) {
		t.Errorf("%v", err)
	}
	r := must[io.ReadCloser](t)(f.ReadIndex())
	if got, err := io.ReadAll(r); err != nil || string(got) != "second" {
		t.Errorf("%q, %v", got, err)
	}
	if err := r.Close(); err != nil || !slices.Equal(there(t, dir), []string{"contents.age"}) {
		t.Errorf("%q, %v", there(t, dir), err)
	}
}

func TestOpen_UnusableFolderIsAFailure(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, dir := range map[string]string{"AFile": file, "InAFile": filepath.Join(file, "x"), "InNothing": filepath.Join(t.TempDir(), "none", "x")} {
		if _, err := documents.Open(dir); !errors.Is(err, store.ErrBlobsFailed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	f, dir := opened(t)
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	_, createErr := f.Create("a1.1.age")
	_, freeErr := f.Free()
	for act, err := range map[string]error{
		"Create": createErr, "Free": freeErr, "Sync": f.Sync(), "Tidy": f.Tidy(), "List": f.List(nil), "WriteIndex": f.WriteIndex(nil),
	} {
		if !errors.Is(err, store.ErrBlobsFailed) {
			t.Errorf("%s in a folder that went: %v", act, err)
		}
	}
	if _, err := f.Open("a1.1.age"); !errors.Is(err, store.ErrBlobMissing) {
		t.Errorf("Open in a folder that went: %v", err)
	}
}
