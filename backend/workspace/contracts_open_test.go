package workspace_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/backend/service"
	"countersign/backend/store"
)

func TestOpenDocument_AnotherContractsFileIsDamage(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	h.add(s, paper("deed", "Deed of the house"), paper("lease", "Lease of the mill, which is longer"))
	deed, lease := h.find(s, "deed").ID, h.find(s, "lease").ID
	h.swapped(deed, lease)
	_, err := s.OpenDocument(t.Context(), deed)
	h.refused(err, service.CodeDocumentDamaged)
	h.swapped(deed, lease)
	if got := h.read(s, "deed"); got != "Deed of the house" {
		t.Errorf("read %q", got)
	}
}

func TestOpenDocument_PieceThatWasEditedIsDamage(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	const size = 200 << 10 // several pieces
	h.add(s, paper("deed", strings.Repeat("x", size)))
	id := h.find(s, "deed").ID
	name := filepath.Join(h.documents(), id+".1.age")
	b, err := os.ReadFile(name)
	h.ok(err)
	b[len(b)-80<<10] ^= 1
	h.ok(os.WriteFile(name, b, 0o600))
	o, err := s.OpenDocument(t.Context(), id)
	h.ok(err)
	_, err = io.ReadAll(io.NewSectionReader(o, 0, o.Size))
	h.refused(err, service.CodeDocumentDamaged)
	h.ok(o.Close())
}

type failingWriter struct{ err error }

func (f failingWriter) Write([]byte) (int, error) { return 0, f.err }

// stopping is a writer that fails with what it has stopped.
type stopping struct{ stop func() }

func (s stopping) Write([]byte) (int, error) {
	s.stop()
	return 0, errSpoilt
}

func TestCopyDocument_WhatItWritesToMayFailOrBeStopped(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	h.add(s, paper("deed", strings.Repeat("x", 300<<10)))
	id := h.find(s, "deed").ID
	for _, fault := range []error{errSpoilt, store.ErrFull} { // the writer's own, in no words of ours
		w := &failingWriter{fault}
		if err := s.CopyDocument(t.Context(), id, w, nil); err != fault {
			t.Errorf("%v became %v", fault, err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	if err := s.CopyDocument(ctx, id, io.Discard, func(int64) { stop() }); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	ctx, stop = context.WithCancel(t.Context())
	if err := s.CopyDocument(ctx, id, stopping{stop}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped while it was written: %v", err)
	}
}

// tiredFiles close with an error.
type tiredFiles struct{ store.Blobs }

func (f tiredFiles) Open(name string) (store.StoredBlob, error) {
	file, err := f.Blobs.Open(name)
	return tiredFile{file}, err
}

type tiredFile struct{ store.StoredBlob }

func (f tiredFile) Close() error { return errors.Join(errSpoilt, f.StoredBlob.Close()) }

func TestOpenDocument_FileThatFailsToCloseIsTold(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.add(owner.signIn(), paper("deed", "Deed of the house"))
	h.onFiles(tiredFiles{h.files})
	s := owner.signIn()
	o, err := s.OpenDocument(t.Context(), h.find(s, "deed").ID)
	h.ok(err)
	if err := o.Close(); !errors.Is(err, errSpoilt) {
		t.Errorf("closed with %v", err)
	}
}

// What cannot be written down is not read, and its file is let go of.
func TestOpenDocument_WhatIsNotWrittenDownIsClosed(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	id := h.add(s, paper("deed", "Deed of the house")).IDs[0]
	files := h.moody()
	h.hinder("ABORT", "INSERT ON events")
	if o, err := s.OpenDocument(t.Context(), id); err == nil || o != nil || files.opened != 0 {
		t.Errorf("%v, and %d files are open", err, files.opened)
	}
}

// A rotation can put another file in its place twice while it is looked for.
func TestOpenDocument_LooksForItsFileThreeTimes(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	id := h.add(s, paper("deed", "Deed of the house")).IDs[0]
	files := h.moody()
	files.missing = 2
	o, err := s.OpenDocument(t.Context(), id)
	h.ok(err)
	h.ok(o.Close())
	files.missing = 3
	_, err = s.OpenDocument(t.Context(), id)
	h.refused(err, service.CodeDocumentMissing)
}

func TestOpenDocument_DiskThatFailsIsNoDamage(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	id := h.add(s, paper("deed", strings.Repeat("x", 300<<10))).IDs[0]
	files := h.moody()
	files.read = func(off, end int64) error { // in the middle
		if off < 150<<10 && end > 100<<10 {
			return store.ErrBlobsFailed
		}
		return nil
	}
	o, err := s.OpenDocument(t.Context(), id)
	h.ok(err)
	_, err = io.ReadAll(io.NewSectionReader(o, 0, o.Size))
	h.refused(err, service.CodeFolderFailed)
	h.ok(o.Close())
	h.refused(s.CopyDocument(t.Context(), id, io.Discard, nil), service.CodeFolderFailed)
	files.read = func(int64, int64) error { return store.ErrBlobsFailed }
	_, err = s.OpenDocument(t.Context(), id)
	h.refused(err, service.CodeFolderFailed)
}

// countedWriter counts what is written to it.
type countedWriter struct {
	writes int
	write  func() error
}

func (w *countedWriter) Write(b []byte) (int, error) {
	w.writes++
	return len(b), w.write()
}

func TestCopyDocument_WritesNoMoreOnceItHasFailedOrIsStopped(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	id := h.add(s, paper("deed", strings.Repeat("x", 1<<20))).IDs[0] // several pieces
	failing := &countedWriter{write: func() error { return errSpoilt }}
	if err := s.CopyDocument(t.Context(), id, failing, nil); err != errSpoilt || failing.writes != 1 {
		t.Errorf("failed: %v after %d writes", err, failing.writes)
	}
	ctx, stop := context.WithCancel(t.Context())
	stopped := &countedWriter{write: func() error { stop(); return nil }}
	if err := s.CopyDocument(ctx, id, stopped, nil); !errors.Is(err, context.Canceled) || stopped.writes != 1 {
		t.Errorf("stopped: %v after %d writes", err, stopped.writes)
	}
}
