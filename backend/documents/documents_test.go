package documents_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"countersign/backend/documents"
	"countersign/backend/store"
	"countersign/backend/store/blobstest"
)

func TestFolder_KeepsTheContract(t *testing.T) {
	t.Parallel()
	blobstest.Run(t, func(t *testing.T) (one, other store.Blobs) {
		f, dir := opened(t)
		return f, must[*documents.Folder](t)(documents.Open(dir))
	})
}

func TestFolder_NamesAndModesOfItsFiles(t *testing.T) {
	t.Parallel()
	f, dir := opened(t)
	kept(t, f, "a1.1.age", "Lease")
	if got := there(t, dir); !slices.Equal(got, []string{"a1.1.age.new"}) {
		t.Errorf("when it is kept there is %q", got)
	}
	if err := errors.Join(f.Settle("a1.1.age"), f.WriteIndex(func(w io.Writer) error { return nil })); err != nil {
		t.Fatal(err)
	}
	if got := there(t, dir); !slices.Equal(got, []string{"a1.1.age", "contents.age"}) {
		t.Errorf("when it is settled there is %q", got)
	}
	for name, mode := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, "a1.1.age"): 0o600, filepath.Join(dir, "contents.age"): 0o600} {
		if st, err := os.Stat(name); err != nil || st.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", name, st.Mode(), err)
		}
	}
}

func TestFolder_LeavesNoFileOfWhatWasGivenUp(t *testing.T) {
	t.Parallel()
	f, dir := opened(t)
	settled(t, f, "a1.1.age", "first")
	for name, end := range map[string]func(store.NewBlob) error{"b2.1.age": store.NewBlob.Drop, "a1.1.age": store.NewBlob.Keep} {
		n := must[store.NewBlob](t)(f.Create(name))
		if _, err := io.WriteString(n, text(100_000)); err != nil {
			t.Fatal(err)
		}
		if err := end(n); err != nil && !errors.Is(err, store.ErrBlobsFailed) {
			t.Error(err)
		}
	}
	own := errors.New("own")
	if err := f.WriteIndex(func(io.Writer) error { return own }); !errors.Is(err, own) {
		t.Error(err)
	}
	if got := there(t, dir); !slices.Equal(got, []string{"a1.1.age"}) {
		t.Errorf("there is %q", got)
	}
	if err := f.Remove("a1.1.age"); err != nil || len(there(t, dir)) > 0 {
		t.Errorf("when it is removed there is %q, %v", there(t, dir), err)
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
