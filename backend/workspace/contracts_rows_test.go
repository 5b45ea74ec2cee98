package workspace_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"countersign/backend/client"
	"countersign/backend/contracts"
	"countersign/backend/rescue"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
)

// row reads the row of the one contract that there is.
func (h *fixture) row(s *client.Session) (store.DocumentRow, vault.Keys) {
	h.Helper()
	read, err := s.ReadDocuments(h.Context(), service.DocumentQuery{})
	h.ok(err)
	if len(read.Rows) != 1 {
		h.Fatalf("%d contracts", len(read.Rows))
	}
	return read.Rows[0], h.keysOf(s)
}

// renamed is the row with another name in it.
func (h *fixture) renamed(row store.DocumentRow, keys vault.Keys, name string) service.ChangedDocument {
	h.Helper()
	d, err := contracts.Decrypt(row, keys)
	h.ok(err)
	d.Name = name
	sealed, err := d.Encrypt(keys)
	h.ok(err)
	return service.ChangedDocument{Was: row.Ciphertext, Row: sealed}
}

func TestChangeDocuments_RowThatWasChangedMeanwhileIsAConflict(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.add(s, paper("a", "1"))
	row, keys := h.row(s)
	mine := h.renamed(row, keys, "mine")
	h.ok(s.RenameDocument(t.Context(), row.ID, "theirs"))
	head := h.head()
	for _, generation := range []int{1, 2} {
		if err := s.ChangeDocuments(t.Context(), service.DocumentsRename, generation, []service.ChangedDocument{mine}); !errors.Is(err, store.ErrConflict) {
			t.Errorf("under key %d: %v", generation, err)
		}
	}
	now, keys := h.row(s)
	fresh := h.renamed(now, keys, "mine")
	if err := s.ChangeDocuments(t.Context(), service.DocumentsRename, 2, []service.ChangedDocument{fresh}); !errors.Is(err, store.ErrConflict) {
		t.Errorf("under a key that is not the newest: %v", err)
	}
	other := fresh
	other.Row.Generation++
	if err := s.ChangeDocuments(t.Context(), service.DocumentsRename, 1, []service.ChangedDocument{other}); !errors.Is(err, store.ErrConflict) {
		t.Errorf("with another file: %v", err)
	}
	if h.head() != head || h.contracts(s) != "theirs" {
		t.Errorf("the conflicts left %s", h.contracts(s))
	}
	h.ok(s.ChangeDocuments(t.Context(), service.DocumentsRename, 1, []service.ChangedDocument{fresh}))
	if h.contracts(s) != "mine" {
		t.Errorf("in the end it is %s", h.contracts(s))
	}
}

func TestChangeDocuments_ActDecidesWhereADocumentStands(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s, member := owner.signIn(), h.one(person{role: store.RoleMember}).signIn()
	h.add(s, paper("a", "1"))
	row, keys := h.row(s)
	c := h.renamed(row, keys, "b")
	c.Row.State = store.DocumentPurged // which is not the client's to say
	h.ok(s.ChangeDocuments(t.Context(), service.DocumentsRename, 1, []service.ChangedDocument{c}))
	if h.contracts(s) != "b" {
		t.Fatalf("it is %q", h.contracts(s))
	}
	row, keys = h.row(s)
	c = h.renamed(row, keys, "b")
	for _, act := range []service.DocumentAct{service.DocumentsRestore, service.DocumentsPurge} {
		h.refused(s.ChangeDocuments(t.Context(), act, 1, []service.ChangedDocument{c}), service.CodeDocumentGone)
	}
	h.refused(s.ChangeDocuments(t.Context(), "burn", 1, []service.ChangedDocument{c}), service.CodeForbidden)
	h.ok(s.RemoveDocuments(t.Context(), []string{row.ID}))
	row, keys = h.row(s)
	c = h.renamed(row, keys, "b")
	h.refused(member.ChangeDocuments(t.Context(), service.DocumentsPurge, 1, []service.ChangedDocument{c}), service.CodeForbidden)
	h.ok(s.ChangeDocuments(t.Context(), service.DocumentsPurge, 1, []service.ChangedDocument{c}))
	if len(h.papers()) != 0 {
		t.Errorf("the file is still there: %v", h.papers())
	}
}

func TestAddDocuments_OlderKeyIsAConflictAndKeepsTheFile(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	keys := h.keysOf(s)
	f, err := h.files.Create(store.BlobName(noDocument, 1))
	h.ok(err)
	_, err = keys.Encrypt(f, strings.NewReader("text"), nil)
	h.ok(errors.Join(err, f.Keep()))
	row, err := contracts.Document{ID: noDocument, Name: "a", Generation: 1}.Encrypt(keys)
	h.ok(err)
	h.ok(owner.admin().BeginRotation(t.Context(), owner.proof()))
	added, err := s.Session.AddDocuments(t.Context(), 1, []store.DocumentRow{row})
	if added || !errors.Is(err, store.ErrConflict) || len(h.papers()) != 1 {
		t.Fatalf("%v, %v, %v", added, err, h.papers())
	}
	row.State = store.DocumentPurged                                              // which is not the client's to say
	added, err = s.Session.AddDocuments(t.Context(), 2, []store.DocumentRow{row}) // while the rotation runs, members have the key of the file
	h.ok(err)
	if !added || h.contracts(s) != "a" {
		t.Errorf("%v: there is %q", added, h.contracts(s))
	}
}

// Two windows change the same contract at the same time: each change is made, on top of the other.
func TestTagDocuments_ChangesOfTwoWindowsAddUp(t *testing.T) {
	t.Parallel()
	h, one := created(t)
	other := (&user{h: h, email: email, pass: pass}).signIn()
	h.add(one, paper("a", "1"))
	id := h.find(one, "a").ID
	done := make(chan error, 2)
	for i, s := range []*client.Session{one, other} {
		go func() {
			for _, tag := range [][]string{{"a", "b", "c"}, {"d", "e", "f"}}[i] {
				if err := s.TagDocuments(context.WithoutCancel(t.Context()), []string{id}, []string{tag}, nil); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	h.ok(errors.Join(<-done, <-done))
	tags := slices.Sorted(slices.Values(h.find(one, "a").Tags))
	if !slices.Equal(tags, []string{"a", "b", "c", "d", "e", "f"}) {
		t.Errorf("the tags are %v", tags)
	}
}

func TestRotateDocuments_RowThatWasChangedMeanwhileIsAConflict(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s, a := owner.signIn(), owner.admin()
	h.add(s, paper("a", "1"))
	h.ok(a.BeginRotation(t.Context(), owner.proof()))
	row, keys := h.row(s)
	mine := h.renamed(row, keys, "a")
	h.ok(s.RenameDocument(t.Context(), row.ID, "b"))
	if err := a.RotateDocuments(t.Context(), 2, []service.ChangedDocument{mine}); !errors.Is(err, store.ErrConflict) {
		t.Fatal(err)
	}
	h.ok(a.Rotate(t.Context(), nil))
	if h.contracts(s) != "b" || h.read(s, "b") != "1" {
		t.Errorf("after the rotation it is %s", h.contracts(s))
	}
	h.ok(s.End(t.Context()))
	_, err := s.ReadDocuments(t.Context(), service.DocumentQuery{})
	h.refused(err, service.CodeSessionEnded)
}

// With the table of contents alone, what is under its newest key counts.
func TestRecovered_TableOfContentsCountsUnderItsNewestKeyOnly(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	h.add(s, paper("a", "1"), paper("b", "2"))
	all, err := s.Documents(t.Context())
	h.ok(err)
	keys := h.keysOf(s)
	all[0].Generation, all[1].Generation = 2, 1
	h.ok(contracts.WriteIndex(h.files.WriteIndex, keys, all))
	r, err := rescue.Read(t.Context(), nil, h.files, keys.Newest().Text())
	h.ok(err)
	if len(r.Rows) != 1 {
		t.Errorf("%d contracts", len(r.Rows))
	}
	h.ok(os.Remove(filepath.Join(h.documents(), "contents.age")))
	_, err = rescue.Read(t.Context(), nil, h.files, keys.Newest().Text())
	h.refused(err, service.CodeKitNone)
}
