package documents_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"countersign/backend/documents"
)

// must is for what cannot fail in a test.
func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func opened(t testing.TB) (*documents.Folder, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "documents")
	return must[*documents.Folder](t)(documents.Open(dir)), dir
}

func kept(t testing.TB, f *documents.Folder, name, text string) {
	t.Helper()
	n, err := f.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(n, text); err != nil {
		t.Fatal(err)
	}
	if err := n.Keep(); err != nil {
		t.Fatal(err)
	}
	if err := n.Drop(); err != nil {
		t.Fatal(err)
	}
}

func settled(t testing.TB, f *documents.Folder, name, text string) {
	t.Helper()
	kept(t, f, name, text)
	if err := f.Settle(name); err != nil {
		t.Fatal(err)
	}
}

// read is what a document holds.
func read(t testing.TB, f *documents.Folder, name string) string {
	t.Helper()
	s, err := f.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	b := must[[]byte](t)(io.ReadAll(io.NewSectionReader(s, 0, s.Size())))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// listed is what List names: "name" or "name waits", sorted.
func listed(t testing.TB, f *documents.Folder) []string {
	t.Helper()
	var all []string
	err := f.List(func(name string, settled bool, size int64) error {
		if !settled {
			name += " waits"
		}
		all = append(all, name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

// there is what the folder holds, by the system's own names.
func there(t testing.TB, dir string) []string {
	t.Helper()
	var all []string
	for _, e := range must[[]os.DirEntry](t)(os.ReadDir(dir)) {
		all = append(all, e.Name())
	}
	return all
}

func text(size int) string {
	return string(bytes.Repeat([]byte("Lease of the mill. "), size/19+1)[:size])
}
