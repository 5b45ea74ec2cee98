package workspace_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/contracts"
	"countersign/backend/local"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
)

// damagedStore answers that a row cannot be read, or a page not be written, where the test
// says so. That is an answer: the transaction goes on.
type damagedStore struct {
	store.Store
	count, at int   // which answer; 0: none
	end       error // of the Views, after they have been read
}

func (d *damagedStore) answer() error {
	if d.count++; d.count == d.at {
		return store.ErrDamaged
	}
	return nil
}

func (d *damagedStore) View(ctx context.Context, fn func(store.ReadTx) error) error {
	return errors.Join(d.Store.View(ctx, func(tx store.ReadTx) error { return fn(damagedReads{tx, d}) }), d.end)
}

func (d *damagedStore) Update(ctx context.Context, fn func(store.WriteTx) error) error {
	return d.Store.Update(ctx, func(tx store.WriteTx) error { return fn(damagedWrites{tx, d}) })
}

type damagedReads struct {
	store.ReadTx
	of *damagedStore
}

func (t damagedReads) Profile(id string) (store.Profile, error) {
	return damaged(t.of, func() (store.Profile, error) { return t.ReadTx.Profile(id) })
}

func (t damagedReads) Info() (store.Info, error) { return damaged(t.of, t.ReadTx.Info) }

func (t damagedReads) Document(id string) (store.DocumentRow, error) {
	return damaged(t.of, func() (store.DocumentRow, error) { return t.ReadTx.Document(id) })
}

func (t damagedReads) Documents() ([]store.DocumentRow, error) {
	return damaged(t.of, t.ReadTx.Documents)
}

func (t damagedReads) CountDocuments(generation int) (all, behind int, err error) {
	if err := t.of.answer(); err != nil {
		return 0, 0, err
	}
	return t.ReadTx.CountDocuments(generation)
}

type damagedWrites struct {
	store.WriteTx
	of *damagedStore
}

func (t damagedWrites) Profile(id string) (store.Profile, error) {
	return damaged(t.of, func() (store.Profile, error) { return t.WriteTx.Profile(id) })
}

func (t damagedWrites) Info() (store.Info, error) { return damaged(t.of, t.WriteTx.Info) }

func (t damagedWrites) Document(id string) (store.DocumentRow, error) {
	return damaged(t.of, func() (store.DocumentRow, error) { return t.WriteTx.Document(id) })
}

func (t damagedWrites) Documents() ([]store.DocumentRow, error) {
	return damaged(t.of, t.WriteTx.Documents)
}

func (t damagedWrites) InsertDocument(d store.DocumentRow) error {
	return errors.Join(t.of.answer(), t.WriteTx.InsertDocument(d))
}

func (t damagedWrites) UpdateDocument(d store.DocumentRow) error {
	return errors.Join(t.of.answer(), t.WriteTx.UpdateDocument(d))
}

func damaged[T any](of *damagedStore, read func() (T, error)) (T, error) {
	if err := of.answer(); err != nil {
		var none T
		return none, err
	}
	return read()
}

// onDamaged opens the fixture on such a store.
func (h *fixture) onDamaged() *damagedStore {
	h.Helper()
	d := &damagedStore{Store: h.store}
	h.openChanged(func(c *local.Config) { c.Store = d })
	return d
}

// unread is a contract whose file was kept, and whose row nobody has.
func (h *fixture) unread(keys vault.Keys, id string, generation int) store.DocumentRow {
	h.Helper()
	f, err := h.files.Create(store.BlobName(id, generation))
	h.ok(err)
	_, err = keys.Encrypt(f, strings.NewReader("text"), nil)
	h.ok(errors.Join(err, f.Keep()))
	row, err := contracts.Document{ID: id, Name: id, Generation: generation}.Encrypt(keys)
	h.ok(err)
	return row
}

// Whatever an act meets that cannot be read or written, it says so, and does nothing.
func TestContracts_DamageThatIsMetIsAlwaysTold(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(h *fixture, owner *user, s *client.Session, row store.DocumentRow, keys vault.Keys) func() error{
		"read all": func(h *fixture, _ *user, s *client.Session, _ store.DocumentRow, _ vault.Keys) func() error {
			return func() error { return second(s.ReadDocuments(h.Context(), service.DocumentQuery{})) }
		},
		"read one": func(h *fixture, _ *user, s *client.Session, row store.DocumentRow, _ vault.Keys) func() error {
			return func() error {
				return second(s.ReadDocuments(h.Context(), service.DocumentQuery{IDs: []string{row.ID}}))
			}
		},
		"read what is under an older key": func(h *fixture, owner *user, s *client.Session, _ store.DocumentRow, _ vault.Keys) func() error {
			h.ok(owner.admin().BeginRotation(h.Context(), owner.proof()))
			return func() error { return second(s.ReadDocuments(h.Context(), service.DocumentQuery{Behind: 1})) }
		},
		"add": func(h *fixture, _ *user, s *client.Session, _ store.DocumentRow, keys vault.Keys) func() error {
			return func() error {
				row := h.unread(keys, noDocument, 1)
				added, err := s.Session.AddDocuments(h.Context(), 1, []store.DocumentRow{row})
				if !added {
					h.ok(s.Files().Remove(h.Context(), store.BlobName(noDocument, 1)))
				}
				if added != (err == nil) {
					h.Errorf("%v, %v", added, err)
				}
				return err
			}
		},
		"rename": func(h *fixture, _ *user, s *client.Session, row store.DocumentRow, keys vault.Keys) func() error {
			c := h.renamed(row, keys, "b")
			return func() error {
				return s.ChangeDocuments(h.Context(), service.DocumentsRename, 1, []service.ChangedDocument{c})
			}
		},
		"restore": func(h *fixture, _ *user, s *client.Session, row store.DocumentRow, _ vault.Keys) func() error {
			h.ok(s.RemoveDocuments(h.Context(), []string{row.ID}))
			removed, keys := h.row(s)
			c := h.renamed(removed, keys, "a")
			return func() error {
				return s.ChangeDocuments(h.Context(), service.DocumentsRestore, 1, []service.ChangedDocument{c})
			}
		},
		"delete": func(h *fixture, _ *user, s *client.Session, row store.DocumentRow, _ vault.Keys) func() error {
			h.ok(s.RemoveDocuments(h.Context(), []string{row.ID}))
			removed, keys := h.row(s)
			c := h.renamed(removed, keys, "a")
			return func() error {
				return s.ChangeDocuments(h.Context(), service.DocumentsPurge, 1, []service.ChangedDocument{c})
			}
		},
		"empty the bin": func(h *fixture, owner *user, s *client.Session, row store.DocumentRow, _ vault.Keys) func() error {
			h.ok(s.RemoveDocuments(h.Context(), []string{row.ID}))
			h.clock.step(store.BinLife)
			s = owner.signIn()
			return func() error { return second(s.Session.EmptyBin(h.Context())) }
		},
		"note that one was opened": func(h *fixture, _ *user, s *client.Session, row store.DocumentRow, _ vault.Keys) func() error {
			return func() error { return s.NoteOpened(h.Context(), row.ID, false) }
		},
		"note a check": func(h *fixture, _ *user, s *client.Session, _ store.DocumentRow, _ vault.Keys) func() error {
			return func() error { return s.NoteChecked(h.Context(), 1, 0, 0) }
		},
		"look for unknown files": func(h *fixture, _ *user, s *client.Session, _ store.DocumentRow, _ vault.Keys) func() error {
			return func() error { return second(s.UnknownFiles(h.Context())) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			d := h.onDamaged()
			s := owner.signIn()
			h.add(s, paper("a", "1"))
			row, keys := h.row(s)
			act := prepare(h, owner, s, row, keys)
			head := h.head()
			for n := 1; ; n++ {
				d.count, d.at = 0, n
				err := act()
				if d.at = 0; d.count < n {
					h.ok(err)
					break
				}
				if !errors.Is(err, store.ErrDamaged) {
					t.Errorf("%v where answer %d was damage", err, n)
				}
				if h.head() != head {
					t.Fatalf("%v after answer %d was damage", h.eventsAfter(head), n)
				}
				if !slices.Contains(h.papers(), store.BlobName(row.ID, 1)) {
					t.Fatalf("its file went although answer %d was damage", n)
				}
			}
			h.restart()
		})
	}
}

// In doubt the files stay: whether their rows do could not be seen.
func TestAddDocuments_FilesStayWhereTheirRowsCannotBeSeen(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	d := h.onDamaged()
	s := owner.signIn()
	row := h.unread(h.keysOf(s), noDocument, 1)
	h.hinder("ABORT", "INSERT ON documents")
	d.end = store.ErrFailed
	added, err := s.Session.AddDocuments(t.Context(), 1, []store.DocumentRow{row})
	h.refused(err, service.CodeFolderFailed)
	if !added || len(h.papers()) != 1 {
		t.Errorf("%v, there are %v", added, h.papers())
	}
}

// A commit that nobody knows of may show itself later, even where its rows are not seen now: the files are for the next start.
func TestAddDocuments_FilesOfACommitOfUnknownOutcomeStay(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	var lose bool
	h.openChanged(func(c *local.Config) { c.Store = losing{c.Store, &lose} })
	s := owner.signIn()
	lose = true
	added, err := s.AddDocuments(t.Context(), slices.Values([]client.Source{paper("a", "1")}), nil)
	h.refused(err, service.CodeOutcomeUnknown)
	if len(added.IDs) != 0 || len(h.papers()) != 1 {
		t.Errorf("%+v, there are %v", added, h.papers())
	}
	lose = false
	h.restart()
	if left := h.papers(); len(left) > 0 {
		t.Errorf("after a start, there are %v", left)
	}
}

// losing is a store whose commits do not come about, and nobody is told.
type losing struct {
	store.Store
	lose *bool
}

func (l losing) Update(ctx context.Context, fn func(store.WriteTx) error) error {
	if !*l.lose {
		return l.Store.Update(ctx, fn)
	}
	undone := errors.New("undone")
	err := l.Store.Update(ctx, func(tx store.WriteTx) error { return errors.Join(fn(tx), undone) })
	return fmt.Errorf("%w: %v", store.ErrUnknownOutcome, err)
}

func TestAddDocuments_NoneIsNoChange(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	head := h.head()
	added, err := s.Session.AddDocuments(t.Context(), 1, nil)
	if h.ok(err); added || h.head() != head {
		t.Errorf("%v, %v", added, h.eventsAfter(head))
	}
	h.ok(s.ChangeDocuments(t.Context(), service.DocumentsRename, 1, nil))
	if h.head() != head {
		t.Errorf("%v", h.eventsAfter(head))
	}
}

// While a rotation runs there are two keys, and a file is under one of them.
func TestAddDocuments_FileUnderNeitherKeyIsRefused(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	keys := h.keysOf(s)
	h.ok(owner.admin().BeginRotation(t.Context(), owner.proof()))
	for _, generation := range []int{0, 3} {
		row := h.unread(keys, noDocument, generation)
		added, err := s.Session.AddDocuments(t.Context(), 2, []store.DocumentRow{row})
		if h.refused(err, service.CodeRotationRunning); added {
			t.Errorf("key %d: it was added", generation)
		}
	}
}

func TestReadDocuments_NoneIsBehindWithoutARotation(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.add(s, paper("a", "1"))
	h.sneak("UPDATE documents SET generation = 0")
	read, err := s.ReadDocuments(t.Context(), service.DocumentQuery{Behind: 1})
	if h.ok(err); len(read.Rows) > 0 || read.All > 0 || read.Older > 0 {
		t.Errorf("%+v", read)
	}
}

func TestChangeDocuments_MemberRenamesButDeletesNothingForGood(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.add(owner.signIn(), paper("a", "1"))
	member := h.one(person{role: store.RoleMember})
	member.signIn()
	owner.signIn() // gives the member the keys
	s := member.signIn()
	row, keys := h.row(s)
	h.ok(s.RenameDocument(t.Context(), row.ID, "b"))
	none := h.renamed(row, keys, "c")
	none.Row.ID = noDocument
	h.refused(s.ChangeDocuments(t.Context(), service.DocumentsRename, 1, []service.ChangedDocument{none}), service.CodeDocumentGone)
	h.ok(s.RemoveDocuments(t.Context(), []string{row.ID}))
	row, keys = h.row(s)
	c := h.renamed(row, keys, "b")
	h.refused(s.ChangeDocuments(t.Context(), service.DocumentsPurge, 1, []service.ChangedDocument{c}), service.CodeForbidden)
	if len(h.papers()) != 1 {
		t.Error("the file went although it was refused")
	}
}

// A copy leaves the workspace, so the log has another word for it.
func TestNoteOpened_TellsACopyFromALook(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.add(s, paper("a", "1"))
	id := h.find(s, "a").ID
	h.refused(s.NoteOpened(t.Context(), noDocument, false), service.CodeDocumentGone)
	for copied, kind := range map[bool]string{false: "contracts-opened", true: "contracts-copied"} {
		head := h.head()
		h.ok(s.NoteOpened(t.Context(), id, copied))
		if all := h.eventsAfter(head); len(all) != 1 || all[0].Kind != kind || all[0].Detail["documents"] != id {
			t.Errorf("%v", all)
		}
	}
}

// What cannot be written down is not done.
func TestNoteOpened_ClockWithoutAFormRefusesIt(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.add(s, paper("a", "1"))
	id := h.find(s, "a").ID
	h.clock.t = time.Date(12_000, 1, 1, 0, 0, 0, 0, time.UTC)
	h.refused(s.NoteOpened(t.Context(), id, false), service.CodeClockWrong)
	h.refused(s.NoteChecked(t.Context(), 1, 0, 0), service.CodeClockWrong)
}

// listed are files that are found in another order, or not at all.
type listed struct {
	store.Blobs
	names []string
	err   error
}

func (l listed) List(found func(name string, settled bool, size int64) error) error {
	for _, name := range l.names {
		if err := found(name, true, 1); err != nil {
			return err
		}
	}
	return l.err
}

func TestUnknownFiles_AreInOrder(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.files.Blobs = listed{h.files.Blobs, []string{"b.1.age", "c", "a.1.age"}, nil}
	names, err := s.UnknownFiles(t.Context())
	if h.ok(err); !slices.Equal(names, []string{"a.1.age", "b.1.age", "c"}) {
		t.Errorf("%q", names)
	}
	h.ok(s.End(t.Context()))
	_, err = s.UnknownFiles(t.Context())
	h.refused(err, service.CodeSessionEnded)
}

func TestUnknownFiles_FolderThatCannotBeListedIsTold(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.files.Blobs = listed{h.files.Blobs, nil, store.ErrBlobsFailed}
	_, err := s.UnknownFiles(t.Context())
	h.refused(err, service.CodeFolderFailed)
}

func TestEmptyBin_NothingToLetGoOfKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	steps := h.onSteps()
	s := owner.signIn()
	h.ok(s.RemoveDocuments(t.Context(), h.add(s, paper("a", "1")).IDs))
	steps.before(0, nil)
	if n, err := s.Session.EmptyBin(t.Context()); err != nil || n != 0 || steps.stop() != 0 {
		t.Errorf("%d went in %d commits: %v", n, steps.stop(), err)
	}
	h.ok(s.End(t.Context()))
	_, err := s.Session.EmptyBin(t.Context())
	h.refused(err, service.CodeSessionEnded)
}

// Two members sign in at the same time: the log says once what went.
func TestEmptyBin_WhatAnotherLetGoOfMeanwhileIsNotCounted(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	steps := h.onSteps()
	s := owner.signIn()
	h.ok(s.RemoveDocuments(t.Context(), h.add(s, paper("a", "1")).IDs))
	h.clock.step(store.BinLife)
	one, other := owner.signIn(), owner.signIn()
	head := h.head()
	h.ok(h.amid(steps, 1, func() {
		if n, err := other.Session.EmptyBin(t.Context()); err != nil || n != 1 {
			t.Errorf("the first: %d, %v", n, err)
		}
	}, func() error {
		n, err := one.Session.EmptyBin(t.Context())
		if n != 0 {
			t.Errorf("the second counts %d", n)
		}
		return err
	}))
	if all := h.eventsAfter(head); len(all) != 1 {
		t.Errorf("%v", all)
	}
}

// What is deleted is not had back, so the bin goes by no look that failed.
func TestEmptyBin_LookThatFailedLetsNothingGo(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	d := h.onDamaged()
	s := owner.signIn()
	h.ok(s.RemoveDocuments(t.Context(), h.add(s, paper("a", "1")).IDs))
	h.clock.step(store.BinLife)
	s = owner.signIn()
	d.end = store.ErrFailed
	_, err := s.Session.EmptyBin(t.Context())
	if h.refused(err, service.CodeFolderFailed); len(h.papers()) != 1 {
		t.Errorf("the bin keeps %v", h.papers())
	}
}
