package workspace_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"countersign/backend/client"
	"countersign/backend/service"
	"countersign/backend/store"
)

// brokenFiles fail at what a rotation does to them.
type brokenFiles struct {
	store.Blobs
	create, write, keep error
}

func (f *brokenFiles) Create(name string) (store.NewBlob, error) {
	if f.create != nil {
		return nil, f.create
	}
	n, err := f.Blobs.Create(name)
	return brokenFile{n, f}, err
}

type brokenFile struct {
	store.NewBlob
	of *brokenFiles
}

func (n brokenFile) Write(b []byte) (int, error) {
	if n.of.write != nil {
		return 0, n.of.write
	}
	return n.NewBlob.Write(b)
}

func (n brokenFile) Keep() error {
	if n.of.keep != nil {
		return n.of.keep
	}
	return n.NewBlob.Keep()
}

func TestRotate_DiskThatFailsStopsItAndLosesNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files brokenFiles
		code  service.Code
	}{
		"full at the beginning":      {brokenFiles{create: store.ErrBlobsFull}, service.CodeFolderFull},
		"read-only":                  {brokenFiles{create: store.ErrBlobsReadOnly}, service.CodeFolderReadOnly},
		"failing":                    {brokenFiles{create: store.ErrBlobsFailed}, service.CodeFolderFailed},
		"full while it is written":   {brokenFiles{write: store.ErrBlobsFull}, service.CodeFolderFull},
		"failing once it is written": {brokenFiles{keep: store.ErrBlobsFailed}, service.CodeFolderFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			files := &brokenFiles{Blobs: h.files}
			h.onFiles(files)
			s := owner.signIn()
			h.add(s, paper("deed", "Deed of the house"))
			a := owner.admin()
			h.ok(a.BeginRotation(t.Context(), owner.proof()))
			files.create, files.write, files.keep = c.files.create, c.files.write, c.files.keep
			err := a.Rotate(t.Context(), nil)
			var e *service.Error
			if !errors.As(err, &e) || e.Code != c.code {
				t.Errorf("%v", err)
			}
			if got := h.read(s, "deed"); got != "Deed of the house" {
				t.Errorf("read %q", got)
			}
			files.create, files.write, files.keep = nil, nil, nil
			h.ok(a.Rotate(t.Context(), nil))
			if r, err := a.Rotation(t.Context()); err != nil || r.Running || h.read(s, "deed") != "Deed of the house" {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
}

func TestRotate_TellsNothingWhereNothingIsLeft(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	a := owner.admin()
	tell := func(done, total int64) { t.Errorf("it tells of %d of %d", done, total) }
	h.moody().sync = store.ErrBlobsFailed // which it has no business with
	h.ok(a.Rotate(t.Context(), tell))
	h.ok(a.BeginRotation(t.Context(), owner.proof()))
	h.ok(a.Rotate(t.Context(), tell))
	if r, err := a.Rotation(t.Context()); err != nil || r.Running {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestRotate_GoesOnPastABatchThatCannotBeRead(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	var all []client.Source
	for i := range 18 {
		all = append(all, paper("n", strings.Repeat("x", i+1)))
	}
	h.add(s, all...)
	files := h.papers() // in the order of their names, as a rotation goes
	for _, name := range files[:16] {
		h.ok(h.files.Remove(name))
	}
	a := owner.admin()
	h.ok(a.BeginRotation(t.Context(), owner.proof()))
	h.refused(a.Rotate(t.Context(), nil), service.CodeDocumentMissing)
	if r, err := a.Rotation(t.Context()); err != nil || !r.Running || r.Done != 2 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestRotate_ContractThatIsDeletedMeanwhileIsNoFault(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	h.add(s, paper("a", "1"), paper("b", "2"))
	ids := []string{h.find(s, "a").ID, h.find(s, "b").ID}
	h.ok(s.RemoveDocuments(t.Context(), ids))
	a := owner.admin()
	h.ok(a.BeginRotation(t.Context(), owner.proof()))
	h.files.kept = func() { // the first is written, and the other is still to come
		h.files.kept = nil
		names := strings.Join(h.papers(), " ")
		for _, id := range ids {
			if !strings.Contains(names, id+".2.age") {
				h.ok(a.PurgeDocuments(t.Context(), []string{id}))
			}
		}
	}
	h.ok(a.Rotate(t.Context(), nil))
	if r, err := a.Rotation(t.Context()); err != nil || r.Running || len(h.papers()) != 1 {
		t.Errorf("%+v, %v, %v", r, err, h.papers())
	}
}

// What stops it is told, and not the contract that could not be read before.
func TestRotate_DiskThatFillsUpIsToldBeforeDamage(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	var all []client.Source
	for i := range 18 {
		all = append(all, paper("n", strings.Repeat("x", i+1)))
	}
	h.add(s, all...)
	for _, name := range h.papers()[:16] {
		h.ok(h.files.Remove(name))
	}
	a := owner.admin()
	h.ok(a.BeginRotation(t.Context(), owner.proof()))
	h.moody().create = store.ErrBlobsFull
	h.refused(a.Rotate(t.Context(), nil), service.CodeFolderFull)
}

func TestRotate_CommitsNoMoreOnceItIsStopped(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	h.add(s, paper("a", "1"), paper("b", "2"))
	a := owner.admin()
	h.ok(a.BeginRotation(t.Context(), owner.proof()))
	ctx, stop := context.WithCancel(t.Context())
	h.files.kept = stop // the first is written, and the other is still to come
	head := h.head()
	if err := a.Rotate(ctx, nil); !errors.Is(err, context.Canceled) || h.head() != head {
		t.Errorf("%v, %v", err, h.eventsAfter(head))
	}
	h.files.kept = nil
	h.ok(a.Rotate(t.Context(), nil))
	if h.read(s, "a") != "1" || h.read(s, "b") != "2" {
		t.Error("they read otherwise")
	}
}

func TestRotate_LetsGoOfEachFile(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.add(owner.signIn(), paper("a", "1"), paper("b", "2"))
	a := owner.admin()
	h.ok(a.BeginRotation(t.Context(), owner.proof()))
	files := h.moody()
	h.ok(a.Rotate(t.Context(), nil))
	if files.begun != 0 || files.opened != 0 {
		t.Errorf("%d that were begun and %d that were opened are held", files.begun, files.opened)
	}
}
