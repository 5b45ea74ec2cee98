package workspace_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"countersign/backend/client"
	"countersign/backend/contracts"
	"countersign/backend/local"
	"countersign/backend/store"
	"countersign/backend/teststore"
)

// noDocument is the ID of a document that the workspace does not know.
const noDocument = "abcdefghijklmnopqrstuvwxyz"

// faultyFiles are the documents' files, which can be told to fail.
type faultyFiles struct {
	store.Blobs
	mu   sync.Mutex
	full int // bytes that still fit; 0: no limit
	kept func()
}

func (f *faultyFiles) Create(name string) (store.NewBlob, error) {
	n, err := f.Blobs.Create(name)
	return &faultyFile{n, f}, err
}

type faultyFile struct {
	store.NewBlob
	of *faultyFiles
}

func (n *faultyFile) Write(b []byte) (int, error) {
	n.of.mu.Lock()
	defer n.of.mu.Unlock()
	if n.of.full > 0 {
		if len(b) >= n.of.full {
			return 0, store.ErrBlobsFull
		}
		n.of.full -= len(b)
	}
	return n.NewBlob.Write(b)
}

func (n *faultyFile) Keep() error {
	err := n.NewBlob.Keep()
	if n.of.kept != nil {
		n.of.kept()
	}
	return err
}

// paper is a document to add.
func paper(name, text string) client.Source {
	return client.Source{
		Name: name, Size: int64(len(text)), Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil },
	}
}

func (h *fixture) add(s *client.Session, all ...client.Source) client.Added {
	h.Helper()
	out, err := s.AddDocuments(context.WithoutCancel(h.Context()), slices.Values(all), nil)
	h.ok(err)
	return out
}

// contracts reads what a member sees: the names of what is kept, in order.
func (h *fixture) contracts(s *client.Session) string {
	h.Helper()
	all, err := s.Documents(h.Context())
	h.ok(err)
	var names []string
	for _, d := range all {
		if d.State == store.DocumentKept {
			names = append(names, d.Name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, "|")
}

func (h *fixture) find(s *client.Session, name string) contracts.Document {
	h.Helper()
	all, err := s.Documents(h.Context())
	h.ok(err)
	for _, d := range all {
		if d.Name == name {
			return d
		}
	}
	h.Fatalf("there is no %q", name)
	return contracts.Document{}
}

// read opens a document and saves a copy of it: both have to be the same.
func (h *fixture) read(s *client.Session, name string) string {
	h.Helper()
	d := h.find(s, name)
	o, err := s.OpenDocument(h.Context(), d.ID)
	h.ok(err)
	looked, err := io.ReadAll(io.NewSectionReader(o, 0, o.Size))
	h.ok(errors.Join(err, o.Close()))
	var copied bytes.Buffer
	h.ok(s.CopyDocument(h.Context(), d.ID, &copied, nil))
	if copied.String() != string(looked) {
		h.Fatalf("%q is %q to look at and %q as a copy", name, looked, copied.String())
	}
	return copied.String()
}

// documents is the folder of the documents, for a test that is about its files: one that edits or counts them.
func (h *fixture) documents() string {
	h.Helper()
	if h.server != nil {
		teststore.Files(h, "")
	}
	return filepath.Join(filepath.Dir(h.path), "documents")
}

// papers lists the documents' files, the table of contents aside.
func (h *fixture) papers() (names []string) {
	h.Helper()
	if h.server != nil {
		h.ok(h.server.List(func(name string, settled bool, _ int64) error {
			if !settled {
				name += ".new"
			}
			names = append(names, name)
			return nil
		}))
		return names
	}
	all, err := os.ReadDir(h.documents())
	h.ok(err)
	for _, e := range all {
		if e.Name() != "contents.age" {
			names = append(names, e.Name())
		}
	}
	return names
}

// swapped puts the files of two contracts in the place of each other.
func (h *fixture) swapped(a, b string) {
	h.Helper()
	if h.server != nil {
		for _, move := range [][2]string{{a, "x"}, {b, a}, {"x", b}} {
			h.sneak(fmt.Sprintf("UPDATE blobs SET name = '%s.1.age' WHERE name = '%s.1.age'", move[1], move[0]))
		}
		return
	}
	one, other := filepath.Join(h.documents(), a+".1.age"), filepath.Join(h.documents(), b+".1.age")
	h.ok(errors.Join(os.Rename(one, one+"x"), os.Rename(other, one), os.Rename(one+"x", other)))
}

// onFiles opens the fixture on other files.
func (h *fixture) onFiles(files store.Blobs) {
	h.Helper()
	var err error
	h.w, err = local.Open(h.Context(), local.Config{Store: h.store, Secrets: h.secrets, Files: files, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
	h.ok(err)
}
