package workspace_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/contracts"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

func TestCheckDocuments_TellsHowFarItIs(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.add(s, paper("a", "12"))
	var told []client.CheckStep
	r, err := s.CheckDocuments(t.Context(), func(step client.CheckStep) { told = append(told, step) })
	h.ok(err)
	want := client.CheckStep{Name: "a", Total: 1, TotalBytes: 2}
	for _, at := range []struct {
		done  int
		bytes int64
	}{{0, 0}, {0, 2}, {1, 2}} {
		want.Done, want.Bytes = at.done, at.bytes
		if !slices.Contains(told, want) {
			t.Errorf("%+v is not told: %+v", want, told)
		}
	}
	if r.Good != 1 || r.Stopped {
		t.Errorf("%+v", r)
	}
}

func TestCheckDocuments_CanBeStopped(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.add(s, paper("a", "1"), paper("b", "2"))
	ctx, stop := context.WithCancel(t.Context())
	r, err := s.CheckDocuments(ctx, func(step client.CheckStep) {
		if step.Done == 1 {
			stop()
		}
	})
	if err != nil || !r.Stopped || r.Good != 1 || len(r.Bad) > 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

// What happens to the rest while the first is read.
func TestCheckDocuments_WhatEndsMeanwhileIsNoDamage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		happens func(h *fixture, s *client.Session, owner *user)
		want    service.Code // empty: none
	}{
		"they are deleted for good": {func(h *fixture, s *client.Session, owner *user) {
			all, err := s.Documents(t.Context())
			h.ok(err)
			for _, d := range all {
				h.ok(s.RemoveDocuments(t.Context(), []string{d.ID}))
				h.ok(owner.admin().PurgeDocuments(t.Context(), []string{d.ID}))
			}
		}, ""},
		"the password is another": {func(h *fixture, _ *client.Session, owner *user) {
			h.ok(owner.signIn().ChangePassword(t.Context(), secret.NewText(pass), secret.NewText("granite lagoon whisper 47"), client.FactorInput{}))
		}, service.CodeSessionEnded},
		"the keys are awaited": {func(h *fixture, _ *client.Session, _ *user) {
			h.sneak("UPDATE workspace SET vault_generation = vault_generation + 1")
		}, service.CodeVaultWaiting},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			s := owner.signIn()
			h.add(s, paper("a", "1"), paper("b", "2"))
			done := false
			r, err := s.CheckDocuments(t.Context(), func(step client.CheckStep) {
				if !done {
					done = true
					c.happens(h, s, owner)
				}
			})
			if c.want == "" {
				h.ok(err)
			} else {
				h.refused(err, c.want)
			}
			if len(r.Bad) > 0 || r.Good > 0 {
				t.Errorf("%+v", r)
			}
		})
	}
}

// A fault that has no words is of the program, and not of the document.
func TestCheckDocuments_FaultWithoutWordsEndsIt(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.add(s, paper("a", "1"))
	odd := errors.New("odd")
	h.moody().open = odd
	if r, err := s.CheckDocuments(t.Context(), nil); !errors.Is(err, odd) || len(r.Bad) > 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

// A name that only looks like a document's is of none.
func TestCheckDocuments_FileOfAnotherSpellingIsUnknown(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.add(s, paper("a", "1"))
	d := h.find(s, "a")
	odd := d.ID + ".01.age"
	for _, name := range []string{odd, "bbbbbbbbbbbbbbbbbbbbbbbbbb.1.age.new"} { // the second is on its way
		h.ok(os.WriteFile(filepath.Join(h.documents(), name), []byte("x"), 0o600))
	}
	r, err := s.CheckDocuments(t.Context(), nil)
	h.ok(err)
	if !slices.Equal(r.Unknown, []string{odd}) || r.Good != 1 {
		t.Errorf("%+v", r)
	}
	h.ok(os.Remove(filepath.Join(h.documents(), d.ID+".1.age")))
	missing, err := s.MissingFiles(t.Context(), []contracts.Document{d})
	if h.ok(err); !missing[d.ID] {
		t.Error("the file of another spelling is taken for the document's")
	}
}

func TestMissingFiles_StoppedLookIsNoAnswer(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.add(s, paper("a", "1"))
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := s.MissingFiles(ctx, []contracts.Document{h.find(s, "a")}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestRenameDocument_ToItsOwnNameIsNoChange(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	id := h.add(s, paper("a", "1")).IDs[0]
	files := h.moody()
	head := h.head()
	h.ok(s.RenameDocument(t.Context(), id, "a"))
	if h.head() != head || files.indexes > 0 {
		t.Errorf("%v, and %d tables of contents", h.eventsAfter(head), files.indexes)
	}
	h.ok(s.RenameDocument(t.Context(), id, "b"))
	if h.head() != head+1 || files.indexes != 1 {
		t.Errorf("%v, and %d tables of contents", h.eventsAfter(head), files.indexes)
	}
}

func TestEmptyBin_WaitsForTheKeys(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	h.ok(s.RemoveDocuments(t.Context(), h.add(s, paper("a", "1")).IDs))
	h.clock.step(store.BinLife)
	h.ok(h.one(person{role: store.RoleMember}).signIn().EmptyBin(t.Context())) // who has no keys yet
	if len(h.papers()) == 0 {
		t.Error("it went, and no table of contents could say so")
	}
	h.ok(owner.signIn().EmptyBin(t.Context()))
	if len(h.papers()) > 0 {
		t.Errorf("the bin keeps %v", h.papers())
	}
}

// When a document went to the bin is the workspace's to say, and to the millisecond.
func TestEmptyBin_GoesByTheWorkspacesTime(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.add(s, paper("Lease", "text"), paper("Will", "text"))
	read, err := s.ReadDocuments(t.Context(), service.DocumentQuery{IDs: []string{h.find(s, "Lease").ID}})
	h.ok(err)
	row := read.Rows[0]
	c := h.renamed(row, h.keysOf(s), "Lease")
	c.Row.RemovedAt = h.clock.now().Add(-2 * store.BinLife)
	h.ok(s.ChangeDocuments(t.Context(), service.DocumentsRemove, 1, []service.ChangedDocument{c}))
	h.clock.step(store.BinLife - time.Millisecond)
	s = h.signedIn()
	h.ok(s.EmptyBin(t.Context()))
	if len(h.papers()) != 2 {
		t.Errorf("too early, these are left: %v", h.papers())
	}
	h.ok(s.RestoreDocuments(t.Context(), []string{row.ID}))
	h.ok(s.RemoveDocuments(t.Context(), []string{row.ID})) // so it begins anew
	h.clock.step(time.Millisecond)
	h.ok(s.EmptyBin(t.Context()))
	if len(h.papers()) != 2 {
		t.Errorf("after it was restored, these are left: %v", h.papers())
	}
	h.clock.step(store.BinLife)
	head := h.head()
	s = h.signedIn()
	h.ok(s.EmptyBin(t.Context()))
	h.ok(s.EmptyBin(t.Context()))
	if len(h.papers()) != 1 || h.contracts(s) != "Will" {
		t.Errorf("in the end %v and %s", h.papers(), h.contracts(s))
	}
	purged := 0
	for _, e := range h.eventsAfter(head) {
		if e.Kind == "contracts-purged" && e.Detail["documents"] == row.ID {
			purged++
		}
	}
	if purged != 1 {
		t.Errorf("the log says so %d times", purged)
	}
}

func TestNameDocuments_NamesWhatItCanRead(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	ids := h.add(s, paper("a", "1"), paper("b", "2"), paper("c", "3"), paper("d", "4")).IDs
	h.sneak("UPDATE documents SET sealed = x'00' WHERE id = '" + ids[1] + "'")
	a := owner.admin()
	for _, c := range []struct {
		ids  []string
		want string
	}{
		{[]string{ids[0], ids[2]}, "a, c"},
		{[]string{ids[0], ids[2], ids[3]}, "a, c, d"},
		{[]string{"gone", ids[0]}, "a"},
		{[]string{ids[1], ids[0]}, "a"}, // one that cannot be read
		{[]string{ids[0], ids[2], ids[3], ids[1]}, "a, c, d, …"},
		{[]string{"one", "two", "three", "four"}, ""}, // nothing to go on from
	} {
		e := service.LogEntry{Detail: map[string]string{"documents": strings.Join(c.ids, " ")}}
		h.ok(a.NameDocuments(t.Context(), []service.LogEntry{e}))
		if got, there := e.Detail["names"]; got != c.want || there != (c.want != "") {
			t.Errorf("%v is named %q", c.ids, got)
		}
	}
	waiting := h.one(person{role: store.RoleAdmin}).admin()
	e := service.LogEntry{Detail: map[string]string{"documents": ids[0]}}
	h.ok(waiting.NameDocuments(t.Context(), []service.LogEntry{e}))
	if _, there := e.Detail["names"]; there {
		t.Error("somebody without the keys reads a name")
	}
}

// What the bin lets go of is not had back, so it keeps all while the time cannot be told.
// No one asked for it, so a window that is left alone locks in time.
func TestEmptyBin_IsNoUseOfTheSession(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.add(s, paper("Lease", "text"))
	h.ok(s.RemoveDocuments(t.Context(), []string{h.find(s, "Lease").ID}))
	h.clock.step(31 * 24 * time.Hour)
	s = h.signedIn()
	h.clock.step(service.DefaultIdle - time.Minute)
	h.ok(s.EmptyBin(t.Context()))
	if len(h.papers()) > 0 {
		t.Errorf("the bin keeps %v", h.papers())
	}
	h.clock.step(time.Minute)
	h.refused(s.Touch(), service.CodeSessionEnded)
}

func TestEmptyBin_KeepsAllWhileTheClockIsBehind(t *testing.T) {
	t.Parallel()
	const year = 365 * 24 * time.Hour
	h, s := created(t)
	h.add(s, paper("Lease", "text"))
	h.ok(s.RemoveDocuments(t.Context(), []string{h.find(s, "Lease").ID}))
	h.clock.step(year)
	h.signedIn()
	h.clock.step(-year)
	s = h.signedIn()
	h.ok(s.EmptyBin(t.Context()))
	if d := h.find(s, "Lease"); d.State != store.DocumentRemoved {
		t.Errorf("it is %q", d.State)
	}
	h.clock.step(year)
	s = h.signedIn()
	h.ok(s.EmptyBin(t.Context()))
	if len(h.papers()) > 0 {
		t.Errorf("the bin keeps %v", h.papers())
	}
}
