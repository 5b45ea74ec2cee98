package workspace_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"

	"countersign/backend/local"
	"countersign/backend/rescue"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/sqlite"
	"countersign/backend/store"
)

func TestCreate_AWALThatIsLostLeavesTheWorkspace(t *testing.T) {
	t.Parallel()
	h, _ := created(t)
	whole, err := os.ReadFile(h.file()) // as a process that is killed leaves it
	h.ok(err)
	path := filepath.Join(t.TempDir(), "workspace.db")
	h.ok(os.WriteFile(path, whole, 0o600))
	store, err := sqlite.Open(t.Context(), path)
	h.ok(err)
	defer store.Close()
	w, err := local.Open(t.Context(), local.Config{Store: store, Secrets: h.secrets, Now: h.clock.now, Password: cheap})
	h.ok(err)
	if !w.Created() {
		t.Fatal("the folder looks as if there had never been a workspace")
	}
	_, _, err = w.SignIn(t.Context(), email, secret.NewText(pass))
	h.ok(err)
}

// noIndex are files whose table of contents cannot be read, or is not there.
type noIndex struct {
	store.Blobs
	err error
}

func (n noIndex) ReadIndex() (io.ReadCloser, error) { return nil, n.err }

func TestHasKit_AFolderThatFailsIsNoAnswer(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	for err, want := range map[error]bool{store.ErrBlobsFailed: true, store.ErrBlobMissing: false} {
		w, openErr := local.Open(t.Context(), local.Config{Store: h.store, Secrets: h.secrets, Files: noIndex{h.files, err}, Now: h.clock.now, Password: cheap})
		h.ok(openErr)
		has, got := w.HasKit()
		if has || service.IsCode(got, service.CodeFolderFailed) != want {
			t.Errorf("%v: %v, %v", err, has, got)
		}
	}
}

// cutIndex are files whose table of contents cannot be read to its end.
type cutIndex struct{ store.Blobs }

func (cutIndex) ReadIndex() (io.ReadCloser, error) {
	return io.NopCloser(iotest.ErrReader(store.ErrBlobsFailed)), nil
}

func TestRecovered_AFolderThatFailsIsNoWrongKit(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	kit, err := owner.admin().MakeKit(t.Context(), owner.proof())
	h.ok(err)
	_, err = rescue.Read(t.Context(), nil, cutIndex{h.files}, kit.Identity)
	h.refused(err, service.CodeFolderFailed)
}
