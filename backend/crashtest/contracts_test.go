package crashtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"countersign/backend/client"
	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
)

func init() { useCases = append(useCases, contractCases...) }

// contractsBase is a workspace with three contracts, of which one lies in the bin.
var contractsBase = &base{name: "contracts", make: func(p *person) {
	p.start()
	s := p.create()
	p.add(s, "one", "two", "three")
	must(s.RemoveDocuments(p.ctx, []string{p.contract(s, "three")}))
}}

func (p *person) add(s *client.Session, names ...string) {
	var all []client.Source
	for _, n := range names {
		all = append(all, client.Source{Name: n, Size: int64(len(n)), Open: func() (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(n)), nil
		}})
	}
	if out := got(s.AddDocuments(p.ctx, slices.Values(all), nil)); len(out.IDs) != len(names) {
		panic(fmt.Sprintf("%+v", out))
	}
}

// contract is the ID of one by its name.
func (p *person) contract(s *client.Session, name string) string {
	for _, d := range got(s.Documents(p.ctx)) {
		if d.Name == name {
			return d.ID
		}
	}
	panic("no contract " + name)
}

// held makes a use case on a contract of a session.
func held(name string, act func(p *person, s *client.Session, id string)) func(*person) func() {
	return func(p *person) func() {
		p.start()
		s := p.signIn()
		id := p.contract(s, name)
		return func() { act(p, s, id) }
	}
}

// byPassword is the step-up of somebody with 2FA off.
var byPassword = client.Proof{Password: secret.NewText(firstPass)}

var contractCases = []useCase{
	{name: "add contracts", base: contractsBase, covers: []string{"Session.AddDocuments"}, ready: signedIn(func(p *person, s *client.Session) {
		p.add(s, "four", "five")
	})},
	{name: "open a contract and save a copy", base: contractsBase, covers: []string{"Session.OpenDocument", "Session.CopyDocument", "Session.NoteOpened"},
		ready: held("one", func(p *person, s *client.Session, id string) {
			must(got(s.OpenDocument(p.ctx, id)).Close())
			must(s.CopyDocument(p.ctx, id, io.Discard, nil))
		})},
	{name: "rename a contract", base: contractsBase, covers: []string{"Session.RenameDocument", "Session.ChangeDocuments"}, ready: held("one", func(p *person, s *client.Session, id string) {
		must(s.RenameDocument(p.ctx, id, "uno"))
	})},
	{name: "tag a contract", base: contractsBase, covers: []string{"Session.TagDocuments"}, ready: held("one", func(p *person, s *client.Session, id string) {
		must(s.TagDocuments(p.ctx, []string{id}, []string{"rent"}, nil))
	})},
	{name: "remove a contract", base: contractsBase, covers: []string{"Session.RemoveDocuments"}, ready: held("one", func(p *person, s *client.Session, id string) {
		must(s.RemoveDocuments(p.ctx, []string{id}))
	})},
	{name: "put back a contract", base: contractsBase, covers: []string{"Session.RestoreDocuments"}, ready: held("three", func(p *person, s *client.Session, id string) {
		must(s.RestoreDocuments(p.ctx, []string{id}))
	})},
	{name: "delete a contract for good", base: contractsBase, covers: []string{"Admin.PurgeDocuments"}, ready: held("three", func(p *person, s *client.Session, id string) {
		must(p.admin(s).PurgeDocuments(p.ctx, []string{id}))
	})},
	{name: "empty the bin", base: contractsBase, covers: []string{"Session.EmptyBin"}, ready: func(p *person) func() {
		p.start()
		p.clock.step(31 * 24 * time.Hour)
		s := p.signIn()
		return func() { must(s.EmptyBin(p.ctx)) }
	}},
	{name: "check the documents", base: contractsBase, covers: []string{"Session.CheckDocuments", "Session.NoteChecked"}, ready: signedIn(func(p *person, s *client.Session) {
		got(s.CheckDocuments(p.ctx, nil))
	})},
	{name: "rotate the vault key", base: contractsBase, covers: []string{"Admin.BeginRotation", "Admin.Rotate", "Admin.RotateDocuments", "Admin.EndRotation"}, ready: signedIn(func(p *person, s *client.Session) {
		a := p.admin(s)
		must(a.BeginRotation(p.ctx, byPassword))
		must(a.Rotate(p.ctx, nil))
	})},
	{name: "hold a rotation and go on", base: contractsBase, covers: []string{"Admin.HoldRotation"}, prepares: true, ready: func(p *person) func() {
		p.start()
		a := p.admin(p.signIn())
		must(a.BeginRotation(p.ctx, byPassword))
		return func() {
			must(a.HoldRotation(p.ctx, true))
			must(a.HoldRotation(p.ctx, false))
			must(a.Rotate(p.ctx, nil))
		}
	}},
	{name: "give the vault's keys to somebody who waits", base: contractsBase, covers: []string{"Session.GiveKeys", "Session.WaitingKeys"}, prepares: true, ready: func(p *person) func() {
		p.start()
		a, own := p.admin(p.signIn()), got(vault.NewIdentity())
		keys := vault.KeysOf(1, got(vault.ParseIdentity(got(a.MakeKit(p.ctx, byPassword)).Identity)))
		joe := service.NewMember{Name: "Joe Tanaka", Email: joeEmail, Role: store.RoleMember}
		got(a.Admin.AddMember(p.ctx, joe, service.NewOneTime{
			Salt: make([]byte, recovery.SaltSize), Params: store.Argon2id(cheapCodes), Proof: secret.NewBytes(make([]byte, recovery.HashSize)),
			KeyPair: service.WrappedKeyPair{Recipient: own.Recipient(), Wrapped: []byte("wrapped"), Signature: keys.Sign(service.HolderMessage(p.w.ID(), own.Recipient()))},
		}, service.Proof{}))
		return func() {
			must(p.signIn().End(p.ctx))
		}
	}},
	{name: "make an Emergency Kit", base: contractsBase, covers: []string{"Admin.MakeKit"}, ready: signedIn(func(p *person, s *client.Session) {
		got(p.admin(s).MakeKit(p.ctx, byPassword))
	})},
	{name: "come in with an Emergency Kit", base: contractsBase, covers: []string{"Workspace.UseKit", "Workspace.BeginKit", "KitAttempt.Use"}, prepares: true, ready: func(p *person) func() {
		p.start()
		kit := got(p.admin(p.signIn()).MakeKit(p.ctx, byPassword))
		return func() {
			_, _, err := p.w.UseKit(p.ctx, client.NewOwner{Name: "Leo", Email: "leo@example.com", Password: secret.NewText(secondPass), Kit: kit.Identity})
			must(err)
		}
	}},
}

// watchedFiles passes a point before and after each write of a document's file.
type watchedFiles struct {
	store.Blobs
	points *points
}

func (f watchedFiles) Create(name string) (store.NewBlob, error) {
	n, err := f.Blobs.Create(name)
	return watchedFile{n, f.points}, err
}

func (f watchedFiles) Settle(name string) error {
	f.points.pass("before settling a document")
	err := f.Blobs.Settle(name)
	f.points.pass("after settling a document")
	return err
}

func (f watchedFiles) Remove(name string) error {
	f.points.pass("before removing a document")
	err := f.Blobs.Remove(name)
	f.points.pass("after removing a document")
	return err
}

func (f watchedFiles) WriteIndex(write func(io.Writer) error) error {
	f.points.pass("before writing the table of contents")
	err := f.Blobs.WriteIndex(write)
	f.points.pass("after writing the table of contents")
	return err
}

type watchedFile struct {
	store.NewBlob
	points *points
}

func (f watchedFile) Keep() error {
	f.points.pass("before keeping a document")
	err := f.NewBlob.Keep()
	f.points.pass("after keeping a document")
	return err
}

// contracts counts them by where they stand.
func contracts(tx store.ReadTx) (string, error) {
	count := map[store.DocumentState]int{}
	all, err := tx.Documents()
	for _, d := range all {
		count[d.State]++
	}
	info, infoErr := tx.Info()
	return fmt.Sprintf("%v, kit of %d", count, info.KitGeneration), errors.Join(err, infoErr)
}

// files lists what lies in the documents' folder.
func (a *aftermath) files() (names []string) {
	a.Helper()
	all, err := os.ReadDir(a.home.documentsDir())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		a.Fatal(err)
	}
	for _, e := range all {
		names = append(names, filepath.Join("documents", e.Name()))
	}
	return names
}

// theFilesAreThoseOfTheRows: each document that is not gone has its file, under
// its name for good, and there is no other.
func (a *aftermath) theFilesAreThoseOfTheRows() {
	a.Helper()
	if a.w == nil {
		return
	}
	want := map[string]bool{filepath.Join("documents", "contents.age"): true}
	a.view(func(tx store.ReadTx) error {
		all, err := tx.Documents()
		for _, d := range all {
			if d.State != store.DocumentPurged {
				want[filepath.Join("documents", fmt.Sprintf("%s.%d.age", d.ID, d.Generation))] = true
			}
		}
		return err
	})
	for _, name := range a.files() {
		if !want[name] {
			a.Errorf("%s belongs to nothing", name)
		}
		delete(want, name)
	}
	delete(want, filepath.Join("documents", "contents.age"))
	for name := range want {
		a.Errorf("%s is not there", name)
	}
}

// theContractsOpen for the owner, each as it was added; a rotation that was cut
// off goes on to its end.
func (a *aftermath) theContractsOpen(pass string) {
	a.Helper()
	ctx := context.WithoutCancel(a.Context())
	a.clock.step(time.Hour)
	s, c, err := a.w.SignIn(ctx, a.state.Email, secret.NewText(pass))
	switch {
	case err != nil || c == nil:
	case c.MustChoosePassword():
		return // too short to stand alone: nothing opens before a longer one is chosen
	default:
		s, err = c.Verify(ctx, secret.NewText(code(a.state.onePhone(), a.clock.now())))
	}
	if err != nil {
		a.Fatalf("the owner does not get in: %v", err)
	}
	admin, err := s.Admin(ctx)
	if err != nil {
		a.Fatal(err)
	}
	r, err := admin.Rotation(ctx)
	if err == nil && r.Running {
		err = errors.Join(admin.HoldRotation(ctx, false), admin.Rotate(ctx, nil))
	}
	if err != nil {
		a.Fatalf("the rotation does not go on: %v", err)
	}
	if r, err = admin.Rotation(ctx); err != nil || r.Running {
		a.Errorf("the rotation does not end: %+v, %v", r, err)
	}
	report, err := s.CheckDocuments(ctx, nil)
	if err != nil || len(report.Bad) > 0 || len(report.Unknown) > 0 {
		a.Errorf("the contracts do not open: %+v, %v", report, err)
	}
	if err := s.End(ctx); err != nil {
		a.Error(err)
	}
}
