package servicetest

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"countersign/backend/client"
	"countersign/backend/contracts"
	"countersign/backend/service"
	"countersign/backend/store"
)

var documents = []useCase{
	{"Documents_AddedByOneAreReadByAnother", documentsAdded, []string{
		"Session.AddDocuments", "Session.ReadDocuments", "Session.NoteOpened", "Session.Files", "Files.Create", "Files.Open", "Files.WriteIndex",
	}},
	{"Documents_AreRenamedTaggedRemovedAndRestored", documentsChanged, []string{"Session.ChangeDocuments"}},
	{"Documents_AreDeletedForGoodByAdminsAlone", documentsPurged, nil},
	{"Documents_BinIsEmptiedAfterAWhile", binEmptied, []string{"Session.EmptyBin"}},
	{"Documents_ChangeOfAnotherRowIsAConflict", staleRows, nil},
	{"Documents_UnderAnotherKeyAreAConflict", otherKeys, nil},
	{"Documents_CheckNamesWhatIsMissing", documentsChecked, []string{"Session.NoteChecked", "Session.MissingFiles", "Session.UnknownFiles", "Files.Remove"}},
	{"Files_AreThereWholeOrNotAtAll", filesWhole, nil},
}

// paper is a document to add.
func paper(name, text string) client.Source {
	return client.Source{Name: name, Size: int64(len(text)), Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
}

func (f *fixture) add(s *client.Session, all ...client.Source) client.Added {
	f.Helper()
	out, err := s.AddDocuments(f.ctx(), slices.Values(all), nil)
	f.ok(err)
	return out
}

// list gives the names of the contracts in a state, in order.
func (f *fixture) list(s *client.Session, state service.DocumentState) string {
	f.Helper()
	all, err := s.Documents(f.ctx())
	f.ok(err)
	var names []string
	for _, d := range all {
		if d.State == state {
			names = append(names, d.Name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, "|")
}

// names gives what is kept.
func (f *fixture) names(s *client.Session) string {
	f.Helper()
	return f.list(s, service.DocumentKept)
}

func (f *fixture) find(s *client.Session, name string) contracts.Document {
	f.Helper()
	all, err := s.Documents(f.ctx())
	f.ok(err)
	for _, d := range all {
		if d.Name == name {
			return d
		}
	}
	f.Fatalf("there is no %q", name)
	return contracts.Document{}
}

// read opens a document and saves a copy of it: both have to be the same.
func (f *fixture) read(s *client.Session, name string) string {
	f.Helper()
	d := f.find(s, name)
	o, err := s.OpenDocument(f.ctx(), d.ID)
	f.ok(err)
	looked, err := io.ReadAll(io.NewSectionReader(o, 0, o.Size))
	f.ok(errors.Join(err, o.Close()))
	var copied bytes.Buffer
	f.ok(s.CopyDocument(f.ctx(), d.ID, &copied, nil))
	f.same("a copy of what is looked at", copied.String(), string(looked))
	return copied.String()
}

// kinds are those of the newest events, of a group or of all.
func (f *fixture) kinds(a *client.Admin, q service.LogQuery) (all []string) {
	f.Helper()
	page, err := a.Log(f.ctx(), q)
	f.ok(err)
	for _, e := range page.Entries {
		all = append(all, e.Kind)
	}
	return all
}

func documentsAdded(f *fixture) {
	s := f.owner.signIn()
	large := strings.Repeat("The parties agree. ", 20_000) // several pieces
	added := f.add(s, paper("lease", "Lease of the mill"), paper("sale", large), paper("lease", "Lease of the mill"))
	if len(added.IDs) != 2 || added.LeftOutCount != 1 {
		f.Errorf("%+v", added)
	}
	m := f.member(service.RoleMember) // has the vault's keys from the invitation
	ms := m.signIn()
	f.same("what another sees", f.names(ms), "lease|sale")
	f.same("what another reads", f.read(ms, "lease"), "Lease of the mill")
	if f.read(ms, "sale") != large {
		f.Error("a long one is another")
	}
	f.add(ms, paper("deed", "Deed of the mill"))
	f.same("what the first reads", f.read(s, "deed"), "Deed of the mill")
	if d := f.find(s, "deed"); d.AddedBy != m.name || d.State != service.DocumentKept || d.Generation != 1 {
		f.Errorf("%+v", d)
	}
	a, err := s.Admin(f.ctx())
	f.ok(err)
	f.same("the log", f.kinds(a, service.LogQuery{Group: service.GroupContracts, Limit: 3}), []string{"contracts-copied", "contracts-opened", "contracts-added"})
	f.refused(second(s.OpenDocument(f.ctx(), "nothing")), service.CodeDocumentGone)
	f.ok(ms.End(f.ctx()))
	_, err = ms.AddDocuments(f.ctx(), slices.Values([]client.Source{paper("late", "late")}), nil)
	f.refused(err, service.CodeSessionEnded)
	f.refused(second(ms.ReadDocuments(f.ctx(), service.DocumentQuery{})), service.CodeSessionEnded)

	// Rows are chosen.
	for what, c := range map[string]struct {
		q    service.DocumentQuery
		rows int
	}{
		"all":                       {service.DocumentQuery{}, 3},
		"some":                      {service.DocumentQuery{IDs: append(added.IDs[:1:1], "nothing")}, 1},
		"none":                      {service.DocumentQuery{IDs: []string{}}, 0},
		"kept":                      {service.DocumentQuery{States: []service.DocumentState{service.DocumentKept}}, 3},
		"in the bin":                {service.DocumentQuery{States: []service.DocumentState{service.DocumentRemoved}}, 0},
		"older, without a rotation": {service.DocumentQuery{Behind: 10}, 0},
	} {
		got, err := s.ReadDocuments(f.ctx(), c.q)
		f.ok(err)
		if len(got.Rows) != c.rows || got.Name != f.owner.name || got.ClockBehind || got.Vault.Generation != 1 || got.Now.IsZero() {
			f.Errorf("%s: %d rows, %+v", what, len(got.Rows), got.Vault)
		}
	}
}

func documentsChanged(f *fixture) {
	s := f.owner.signIn()
	f.add(s, paper("lease", "Lease of the mill"), paper("sale", "Sale of the mill"))
	m := f.member(service.RoleMember)
	ms := m.signIn()
	id := f.find(s, "lease").ID
	f.refused(s.RenameDocument(f.ctx(), id, ""), service.CodeDocumentNameRequired)
	f.ok(s.RenameDocument(f.ctx(), id, "lease of 2026"))
	f.ok(ms.TagDocuments(f.ctx(), []string{id}, []string{"mill", "old"}, nil))
	f.ok(s.TagDocuments(f.ctx(), []string{id}, nil, []string{"old"}))
	if d := f.find(ms, "lease of 2026"); !slices.Equal(d.Tags, []string{"mill"}) || d.ID != id {
		f.Errorf("%+v", d)
	}
	f.refused(s.RestoreDocuments(f.ctx(), []string{id}), service.CodeDocumentGone)
	before := f.place.Now()
	f.ok(ms.RemoveDocuments(f.ctx(), []string{id}))
	f.same("what is kept", f.names(s), "sale")
	if d := f.find(s, "lease of 2026"); d.State != service.DocumentRemoved || d.RemovedBy != m.name || d.RemovedAt.Before(before.Add(-time.Second)) {
		f.Errorf("%+v", d)
	}
	f.refused(s.RemoveDocuments(f.ctx(), []string{id}), service.CodeDocumentGone)
	f.refused(s.RenameDocument(f.ctx(), id, "another"), service.CodeDocumentGone)
	f.refused(s.RemoveDocuments(f.ctx(), []string{f.find(s, "sale").ID, id}), service.CodeDocumentGone) // all, or none
	f.same("what is kept", f.names(s), "sale")
	f.ok(s.RestoreDocuments(f.ctx(), []string{id}))
	f.same("what is kept", f.names(ms), "lease of 2026|sale")
	f.same("what is read", f.read(ms, "lease of 2026"), "Lease of the mill")
	f.same("the log", f.kinds(f.owner.admin(), service.LogQuery{Group: service.GroupContracts, Limit: 7})[2:], []string{
		"contracts-restored", "contracts-removed", "contracts-tagged", "contracts-tagged", "contracts-renamed",
	})
}

func documentsPurged(f *fixture) {
	s := f.owner.signIn()
	a, err := s.Admin(f.ctx())
	f.ok(err)
	f.add(s, paper("lease", "Lease of the mill"))
	id := f.find(s, "lease").ID
	f.refused(a.PurgeDocuments(f.ctx(), []string{id}), service.CodeDocumentGone) // it isn't in the bin
	f.ok(s.RemoveDocuments(f.ctx(), []string{id}))
	h, hs := f.hand(service.RoleMember)
	rows, err := hs.ReadDocuments(f.ctx(), service.DocumentQuery{IDs: []string{id}})
	f.ok(err)
	row := rows.Rows[0]
	purge := []service.ChangedDocument{{Was: row.Ciphertext, Row: row}}
	f.refused(hs.ChangeDocuments(f.ctx(), service.DocumentsPurge, 1, purge), service.CodeForbidden)
	f.ok(f.owner.admin().SetRole(f.ctx(), h.id, service.RoleAdmin, f.owner.proof()))
	f.ok(hs.ChangeDocuments(f.ctx(), service.DocumentsPurge, 1, purge))
	f.refused(hs.ChangeDocuments(f.ctx(), service.DocumentsPurge, 1, purge), service.CodeDocumentGone)
	f.refused(s.RestoreDocuments(f.ctx(), []string{id}), service.CodeDocumentGone)
	f.refused(second(s.OpenDocument(f.ctx(), id)), service.CodeDocumentGone)
	if _, err := s.Files().Open(f.ctx(), store.BlobName(id, 1)); !errors.Is(err, store.ErrBlobMissing) {
		f.Errorf("%v", err)
	}

	// Their names stay for the log.
	page, err := a.Log(f.ctx(), service.LogQuery{Group: service.GroupContracts, Limit: 1})
	f.ok(err)
	f.ok(a.NameDocuments(f.ctx(), page.Entries))
	f.same("the event", page.Entries[0].Kind+" "+page.Entries[0].Detail["names"], "contracts-purged lease")
}

func binEmptied(f *fixture) {
	s := f.owner.signIn()
	f.add(s, paper("lease", "Lease of the mill"), paper("sale", "Sale of the mill"))
	lease, sale := f.find(s, "lease"), f.find(s, "sale")
	f.ok(s.RemoveDocuments(f.ctx(), []string{lease.ID}))
	f.place.Advance(time.Minute)
	f.ok(s.RemoveDocuments(f.ctx(), []string{sale.ID}))
	f.place.Advance(store.BinLife - time.Minute - time.Second)
	s = f.owner.signIn()
	n, err := s.Session.EmptyBin(f.ctx())
	if f.ok(err); n != 0 {
		f.Errorf("%d were deleted before their time", n)
	}
	f.place.Advance(time.Second)
	f.ok(s.EmptyBin(f.ctx()))
	f.same("the bin", f.list(s, service.DocumentRemoved), "sale")
	f.place.Advance(time.Minute)
	n, err = s.Session.EmptyBin(f.ctx())
	if f.ok(err); n != 1 {
		f.Errorf("%d were deleted", n)
	}
	f.refused(s.RestoreDocuments(f.ctx(), []string{sale.ID}), service.CodeDocumentGone)
}

// put adds a document whose row says nothing that anybody could read.
func (f *fixture) put(s service.Session, generation int) service.DocumentRow {
	f.Helper()
	row := f.kept(s, generation)
	added, err := s.AddDocuments(f.ctx(), generation, []service.DocumentRow{row})
	if f.ok(err); !added {
		f.Fatal("it was not added")
	}
	return row
}

// kept is a row whose file was kept, and that is not added yet.
func (f *fixture) kept(s service.Session, generation int) service.DocumentRow {
	f.Helper()
	row := f.newRow(generation)
	file, err := s.Files().Create(f.ctx(), store.BlobName(row.ID, row.Generation))
	f.ok(err)
	f.ok(second(file.Write([]byte("ciphertext"))))
	f.ok(file.Keep())
	return row
}

func (f *fixture) newRow(generation int) service.DocumentRow {
	f.Helper()
	id, err := service.NewID(bytes.NewReader(random(64)))
	f.ok(err)
	return service.DocumentRow{ID: id, Generation: generation, Ciphertext: random(64)}
}

// row reads one row.
func (f *fixture) row(s service.Session, id string) service.DocumentRow {
	f.Helper()
	got, err := s.ReadDocuments(f.ctx(), service.DocumentQuery{IDs: []string{id}})
	f.ok(err)
	if len(got.Rows) != 1 {
		f.Fatalf("%d rows of %s", len(got.Rows), id)
	}
	return got.Rows[0]
}

func staleRows(f *fixture) {
	_, s := f.hand(service.RoleMember)
	other := f.owner.signIn().Session
	row, beside := f.put(s, 1), f.put(s, 1)
	changed := func(row service.DocumentRow) service.ChangedDocument {
		next := row
		next.Ciphertext = random(64)
		return service.ChangedDocument{Was: row.Ciphertext, Row: next}
	}
	unchanged := func() {
		f.Helper()
		if now := f.row(other, row.ID); !bytes.Equal(now.Ciphertext, row.Ciphertext) || now.State != service.DocumentKept {
			f.Errorf("%+v", now)
		}
	}
	stale := changed(row)
	stale.Was = random(64)
	f.conflict(s.ChangeDocuments(f.ctx(), service.DocumentsRename, 1, []service.ChangedDocument{stale}))
	stale.Was = nil
	f.conflict(s.ChangeDocuments(f.ctx(), service.DocumentsRename, 1, []service.ChangedDocument{stale}))
	f.conflict(s.ChangeDocuments(f.ctx(), service.DocumentsTag, 1, []service.ChangedDocument{changed(row), stale})) // all, or none
	moved := changed(row)
	moved.Row.Generation = 2
	f.conflict(s.ChangeDocuments(f.ctx(), service.DocumentsRename, 1, []service.ChangedDocument{moved}))
	unchanged()
	f.refused(s.ChangeDocuments(f.ctx(), service.DocumentsRestore, 1, []service.ChangedDocument{changed(row)}), service.CodeDocumentGone)
	f.refused(s.ChangeDocuments(f.ctx(), "another", 1, []service.ChangedDocument{changed(row)}), service.CodeForbidden)
	f.refused(s.ChangeDocuments(f.ctx(), service.DocumentsRename, 1, []service.ChangedDocument{changed(row), changed(f.newRow(1))}), service.CodeDocumentGone)
	unchanged()

	good := changed(row)
	f.ok(s.ChangeDocuments(f.ctx(), service.DocumentsRename, 1, []service.ChangedDocument{good, changed(beside)}))
	if now := f.row(other, row.ID); !bytes.Equal(now.Ciphertext, good.Row.Ciphertext) {
		f.Errorf("%+v", now)
	}
	f.conflict(other.ChangeDocuments(f.ctx(), service.DocumentsRename, 1, []service.ChangedDocument{changed(row)})) // whoever read before
	f.ok(s.ChangeDocuments(f.ctx(), service.DocumentsRename, 1, nil))

	// When it was removed, and what state it is in, is not the client's to say.
	removed := changed(good.Row)
	removed.Row.State, removed.Row.RemovedAt = service.DocumentPurged, f.place.Now().Add(-2*store.BinLife)
	f.ok(s.ChangeDocuments(f.ctx(), service.DocumentsRemove, 1, []service.ChangedDocument{removed}))
	if now := f.row(other, row.ID); now.State != service.DocumentRemoved || now.RemovedAt.Before(f.place.Now().Add(-time.Minute)) {
		f.Errorf("%+v", now)
	}
}

func otherKeys(f *fixture) {
	_, s := f.hand(service.RoleMember)
	row := f.put(s, 1)
	for _, generation := range []int{-1, 0, 2, 1 << 30} {
		added, err := s.AddDocuments(f.ctx(), generation, []service.DocumentRow{f.kept(s, generation)})
		if f.conflict(err); added {
			f.Error("it was added")
		}
		f.conflict(s.ChangeDocuments(f.ctx(), service.DocumentsRename, generation, []service.ChangedDocument{{Was: row.Ciphertext, Row: row}}))
	}
	for _, generation := range []int{0, 2} { // nobody has the key of the file
		added, err := s.AddDocuments(f.ctx(), 1, []service.DocumentRow{f.kept(s, generation)})
		if f.refused(err, service.CodeRotationRunning); added {
			f.Error("it was added")
		}
	}
	_, err := s.AddDocuments(f.ctx(), 1, []service.DocumentRow{f.kept(s, 1), {ID: row.ID, Generation: 1, Ciphertext: random(64)}})
	f.fails("an ID that there is", err)
	if added, err := s.AddDocuments(f.ctx(), 1, nil); added || err != nil {
		f.Errorf("%v, %v", added, err)
	}
	got, err := s.ReadDocuments(f.ctx(), service.DocumentQuery{})
	if f.ok(err); len(got.Rows) != 1 || !bytes.Equal(got.Rows[0].Ciphertext, row.Ciphertext) {
		f.Errorf("%+v", got.Rows)
	}
	odd := f.kept(s, 1)
	odd.State, odd.RemovedAt = service.DocumentPurged, f.place.Now() // the workspace says
	_, err = s.AddDocuments(f.ctx(), 1, []service.DocumentRow{odd})
	f.ok(err)
	if now := f.row(s, odd.ID); now.State != service.DocumentKept || !now.RemovedAt.IsZero() {
		f.Errorf("%+v", now)
	}
}

func documentsChecked(f *fixture) {
	s := f.owner.signIn()
	f.add(s, paper("lease", "Lease of the mill"), paper("sale", "Sale of the mill"))
	r, err := s.CheckDocuments(f.ctx(), nil)
	f.ok(err)
	if r.Good != 2 || len(r.Bad) != 0 || len(r.Unknown) != 0 || r.Stopped {
		f.Errorf("%+v", r)
	}
	lease, sale := f.find(s, "lease"), f.find(s, "sale")
	f.refused(s.Files().Remove(f.ctx(), store.BlobName(lease.ID, 1)), service.CodeForbidden) // a row speaks of it
	f.place.Lose(store.BlobName(lease.ID, 1))
	missing, err := s.MissingFiles(f.ctx(), []contracts.Document{lease, sale})
	if f.ok(err); len(missing) != 1 || !missing[lease.ID] {
		f.Errorf("%v", missing)
	}
	r, err = s.CheckDocuments(f.ctx(), nil)
	f.ok(err)
	if r.Good != 1 || len(r.Bad) != 1 || r.Bad[0].ID != lease.ID || r.Bad[0].Problem != service.CodeDocumentMissing {
		f.Errorf("%+v", r)
	}
	f.refused(second(s.OpenDocument(f.ctx(), lease.ID)), service.CodeDocumentMissing)
	unknown, err := s.UnknownFiles(f.ctx())
	if f.ok(err); len(unknown) != 0 {
		f.Errorf("%v", unknown)
	}
	page, err := f.owner.admin().Log(f.ctx(), service.LogQuery{Group: service.GroupContracts, Limit: 1})
	f.ok(err)
	f.same("the event", page.Entries[0].Kind+" "+page.Entries[0].Detail["count"]+" "+page.Entries[0].Detail["bad"], "contracts-checked 2 1")
	f.ok(s.End(f.ctx()))
	f.refused(second(s.UnknownFiles(f.ctx())), service.CodeSessionEnded)
	f.refused(second(s.Session.MissingFiles(f.ctx(), nil)), service.CodeSessionEnded)
}

func filesWhole(f *fixture) {
	files := f.owner.signIn().Files()
	name := store.BlobName(f.newRow(1).ID, 1)
	missing := func() {
		f.Helper()
		if _, err := files.Open(f.ctx(), name); !errors.Is(err, store.ErrBlobMissing) {
			f.Errorf("%v", err)
		}
	}
	missing()
	f.ok(files.Remove(f.ctx(), name)) // there being none is fine
	file, err := files.Create(f.ctx(), name)
	f.ok(err)
	f.ok(second(file.Write([]byte("some of it"))))
	missing()
	f.ok(file.Drop())
	missing()
	file, err = files.Create(f.ctx(), name)
	f.ok(err)
	content := random(200_000)
	f.ok(second(file.Write(content[:150_000])))
	f.ok(second(file.Write(content[150_000:])))
	f.ok(file.Keep())
	f.ok(file.Drop()) // does nothing by now
	stored, err := files.Open(f.ctx(), name)
	f.ok(err)
	got := make([]byte, 60_000) // at any place
	f.ok(second(stored.ReadAt(got, 120_000)))
	if stored.Size() != int64(len(content)) || !bytes.Equal(got, content[120_000:180_000]) {
		f.Errorf("%d bytes of %d", stored.Size(), len(content))
	}
	if n, err := stored.ReadAt(got, 190_000); n != 10_000 || !errors.Is(err, io.EOF) {
		f.Errorf("%d, %v", n, err)
	}
	f.ok(stored.Close())
	f.ok(files.Remove(f.ctx(), name))
	missing()
	for _, bad := range []string{"", "../escape.1.age", "a/b.1.age", "A.1.age", "x\x00.1.age", strings.Repeat("x", 200)} {
		_, err := files.Create(f.ctx(), bad)
		f.fails("a file called "+bad, err)
		_, err = files.Open(f.ctx(), bad)
		f.fails("a file called "+bad, err)
	}
	f.ok(files.WriteIndex(f.ctx(), func(w io.Writer) error { return second(w.Write([]byte("contents"))) }))
	boom := errors.New("boom")
	if err := files.WriteIndex(f.ctx(), func(io.Writer) error { return boom }); !errors.Is(err, boom) {
		f.Errorf("%v", err)
	}
}
