package workspace_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/backend/secret"
	"countersign/backend/workspace"
)

// anchorPlace is how many bytes of the anchor name a place in the log: its number, and
// the seal there.
const anchorPlace = 8 + 32

func TestAnchor_MarkOfAnotherSealIsNoAnchor(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.ok(s.Rename(t.Context(), "Amara N. Okafor"))
	head, marked, err := workspace.ReadAnchor(h.w, t.Context())
	h.ok(err)
	h.marks = head - marked + 1
	h.restart()
	if _, at, err := workspace.ReadAnchor(h.w, t.Context()); err != nil || at != marked {
		t.Errorf("the mark moved to %d, %v", at, err)
	}
	h.marks = head - marked // as many events as lie between two marks
	h.restart()
	if to, at, err := workspace.ReadAnchor(h.w, t.Context()); err != nil || at != head || to != head {
		t.Errorf("head %d, mark %d, %v", to, at, err)
	}
	b := bytes.Clone(anchorOf(h).Reveal())
	b[anchorPlace-1] ^= 1
	setAnchor(h, secret.NewBytes(b))
	h.ok(h.store.Close())
	_, err = h.start()
	h.refused(err, workspace.CodeNotAuthentic)
	b[anchorPlace-1] ^= 1
	setAnchor(h, secret.NewBytes(b))
	h.ok(h.store.Close())
	_, err = h.start()
	h.ok(err)
}

func TestReport_OlderCopyFromBeforeTheMarkFitsUpToItsEnd(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.ok(s.Rename(t.Context(), "Amara N. Okafor"))
	old := h.olderCopy()
	s = h.signedIn()
	for _, name := range []string{"Amara", "Amara O.", "Amara Okafor"} {
		h.ok(s.Rename(t.Context(), name))
	}
	h.marks = 1
	h.restart()
	h.ok(h.store.Close())
	h.ok(os.WriteFile(h.path, old, 0o600))
	_, err := h.start()
	var r *workspace.Report
	if !errors.As(err, &r) || findings(err) != "older-copy \n" || r.LastGood.IsZero() {
		t.Errorf("%v", r)
	}
}

func TestVerifyLog_LooksAtWhatThereWasWhenItBegan(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		happen  func(h *house, owner *somebody)
		checked int64 // less than there were
		first   workspace.LogBreakKind
	}{
		"nothing":                   {func(*house, *somebody) {}, 0, ""},
		"another wrote":             {func(_ *house, owner *somebody) { owner.signIn() }, 0, ""},
		"the newest event was lost": {func(h *house, _ *somebody) { h.sneak("DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)") }, 1, workspace.BreakEventMissing},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			store := h.onAfter()
			a := owner.admin()
			head := h.head()
			store.n, store.happen = 1, func() { c.happen(h, owner) }
			r, err := a.VerifyLog(t.Context(), nil)
			h.ok(err)
			if r.Events != head || r.Checked != head-c.checked || (r.First == nil) != (c.first == "") || (r.Breaks == 0) != (c.first == "") {
				t.Errorf("of %d: %+v", head, r)
			}
			if r.First != nil && (r.First.Kind != c.first || r.First.Seq != head) {
				t.Errorf("%+v", r.First)
			}
		})
	}
}

func TestVerifyLog_AnchorOfAnEmptyLogIsBehindAndFits(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	a := owner.admin()
	b := bytes.Clone(anchorOf(h).Reveal())
	clear(b[:anchorPlace])
	setAnchor(h, secret.NewBytes(b))
	r, err := a.VerifyLog(t.Context(), nil)
	if h.ok(err); r.Breaks != 0 {
		t.Errorf("%+v, %+v", r, r.First)
	}
}

func TestVerifyLog_KeychainThatFailsIsNoAnswer(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	k := &hurt{Secrets: h.secrets, call: "get", item: "/anchor"}
	var err error
	h.w, err = workspace.Open(t.Context(), workspace.Config{Store: h.store, Secrets: k, Files: h.files, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
	h.ok(err)
	a := owner.admin()
	k.n = 1
	h.refused(second(a.VerifyLog(t.Context(), nil)), workspace.CodeKeychainLocked)
}

// swapped puts the files of two contracts in the place of each other.
func (h *house) swapped(a, b string) {
	h.Helper()
	one, other := filepath.Join(h.documents(), a+".1.age"), filepath.Join(h.documents(), b+".1.age")
	h.ok(errors.Join(os.Rename(one, one+"x"), os.Rename(other, one), os.Rename(one+"x", other)))
}

func TestOpenDocument_AnotherContractsFileIsDamage(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	h.add(s, paper("deed", "Deed of the house"), paper("lease", "Lease of the mill, which is longer"))
	deed, lease := h.find(s, "deed").ID, h.find(s, "lease").ID
	h.swapped(deed, lease)
	_, err := s.OpenDocument(t.Context(), deed)
	h.refused(err, workspace.CodeDocumentDamaged)
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
	h.refused(err, workspace.CodeDocumentDamaged)
	h.ok(o.Close())
}

func TestCopyDocument_WhatItWritesToMayFailOrBeStopped(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	h.add(s, paper("deed", strings.Repeat("x", 300<<10)))
	id := h.find(s, "deed").ID
	for _, fault := range []error{errSpoilt, workspace.ErrStoreFull} { // the writer's own, in no words of ours
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

type failingWriter struct{ err error }

func (f failingWriter) Write([]byte) (int, error) { return 0, f.err }

// stopping is a writer that fails with what it has stopped.
type stopping struct{ stop func() }

func (s stopping) Write([]byte) (int, error) {
	s.stop()
	return 0, errSpoilt
}

// tiredFiles close with an error.
type tiredFiles struct{ workspace.Files }

func (f tiredFiles) Open(name string) (workspace.StoredFile, error) {
	file, err := f.Files.Open(name)
	return tiredFile{file}, err
}

type tiredFile struct{ workspace.StoredFile }

func (f tiredFile) Close() error { return errors.Join(errSpoilt, f.StoredFile.Close()) }

// onFiles opens the house on other files.
func (h *house) onFiles(files workspace.Files) {
	h.Helper()
	var err error
	h.w, err = workspace.Open(h.Context(), workspace.Config{Store: h.store, Secrets: h.secrets, Files: files, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
	h.ok(err)
}

func TestOpenDocument_FileThatFailsToCloseIsTold(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.onFiles(tiredFiles{h.files})
	s := owner.signIn()
	h.add(s, paper("deed", "Deed of the house"))
	o, err := s.OpenDocument(t.Context(), h.find(s, "deed").ID)
	h.ok(err)
	if err := o.Close(); !errors.Is(err, errSpoilt) {
		t.Errorf("closed with %v", err)
	}
}

// brokenFiles fail at what a rotation does to them.
type brokenFiles struct {
	workspace.Files
	create, write, keep error
}

func (f *brokenFiles) Create(name string) (workspace.NewFile, error) {
	if f.create != nil {
		return nil, f.create
	}
	n, err := f.Files.Create(name)
	return brokenFile{n, f}, err
}

type brokenFile struct {
	workspace.NewFile
	of *brokenFiles
}

func (n brokenFile) Write(b []byte) (int, error) {
	if n.of.write != nil {
		return 0, n.of.write
	}
	return n.NewFile.Write(b)
}

func (n brokenFile) Keep() error {
	if n.of.keep != nil {
		return n.of.keep
	}
	return n.NewFile.Keep()
}

func TestRotate_DiskThatFailsStopsItAndLosesNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files brokenFiles
		code  workspace.Code
	}{
		"full at the beginning":      {brokenFiles{create: workspace.ErrFilesFull}, workspace.CodeFolderFull},
		"read-only":                  {brokenFiles{create: workspace.ErrFilesReadOnly}, workspace.CodeFolderReadOnly},
		"failing":                    {brokenFiles{create: workspace.ErrFilesFailed}, workspace.CodeFolderFailed},
		"full while it is written":   {brokenFiles{write: workspace.ErrFilesFull}, workspace.CodeFolderFull},
		"failing once it is written": {brokenFiles{keep: workspace.ErrFilesFailed}, workspace.CodeFolderFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			files := &brokenFiles{Files: h.files}
			h.onFiles(files)
			s := owner.signIn()
			h.add(s, paper("deed", "Deed of the house"))
			a := owner.admin()
			h.ok(a.BeginRotation(t.Context(), owner.proof()))
			files.create, files.write, files.keep = c.files.create, c.files.write, c.files.keep
			err := a.Rotate(t.Context(), nil)
			var e *workspace.Error
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
	var all []workspace.Source
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
	h.refused(a.Rotate(t.Context(), nil), workspace.CodeDocumentMissing)
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

func TestStart_TidiesOnlyWhatIsOfNoUse(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	h.add(s, paper("deed", "1"), paper("lease", "2"))
	deed, lease := h.find(s, "deed").ID, h.find(s, "lease").ID
	file := func(name string) string { return filepath.Join(h.documents(), name) }
	old, err := os.ReadFile(file(deed + ".1.age"))
	h.ok(err)
	h.ok(s.RemoveDocuments(t.Context(), []string{lease}))
	h.ok(owner.admin().PurgeDocuments(t.Context(), []string{lease}))
	a := owner.admin()
	h.ok(a.BeginRotation(t.Context(), owner.proof()))
	h.ok(a.Rotate(t.Context(), nil))
	strange, err := h.files.Create("notes") // of no contract, and not settled
	h.ok(err)
	h.ok(strange.Keep())
	for _, name := range []string{deed + ".1.age", lease + ".1.age", lease + ".2.age"} {
		h.ok(os.WriteFile(file(name), old, 0o600))
	}
	h.ok(os.WriteFile(file("stranger.1.age"), old, 0o600)) // settled, whatever it is
	h.restart()
	left := strings.Join(h.papers(), " ")
	if len(h.papers()) != 3 || !strings.Contains(left, deed+".2.age") || !strings.Contains(left, "notes") || !strings.Contains(left, "stranger.1.age") {
		t.Errorf("there are %v", h.papers())
	}
}

func TestReport_UnreadableEventHidesNoRow(t *testing.T) {
	t.Parallel()
	h, _, _ := lived(t)
	h.sneak("UPDATE events SET rows = 'x' WHERE seq = 2", "UPDATE profiles SET role = 'member'")
	_, err := h.start()
	h.refused(err, workspace.CodeNotAuthentic)
	if all := findings(err); !strings.Contains(all, "log-broken") || !strings.Contains(all, "profile/") {
		t.Errorf("found %s", all)
	}
}
