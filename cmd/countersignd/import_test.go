package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/backup"
	"countersign/backend/bundle"
	"countersign/backend/client"
	"countersign/backend/documents"
	"countersign/backend/keychain"
	"countersign/backend/local"
	"countersign/backend/password"
	"countersign/backend/recovery"
	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/sqlite"
	"countersign/cmd/internal/cli"
)

// computer is a data folder of the owner's, with a workspace of its own.
type folderOf struct {
	*owner
	t    *testing.T
	path string

	marks int64 // events between two marks of the start-up check; 0: as the program has it
}

func (f *folderOf) settings(c *local.Config) {
	c.Password, c.Recovery, c.MarkEvery = password.Cheap, recovery.Cheap, f.marks
}

func (f *folderOf) open() *client.Local {
	f.t.Helper()
	if err := os.MkdirAll(f.path, 0o700); err != nil {
		f.t.Fatal(err)
	}
	db, err := sqlite.Open(f.t.Context(), filepath.Join(f.path, "workspace.db"))
	if err != nil {
		f.t.Fatal(err)
	}
	files, err := documents.Open(filepath.Join(f.path, "documents"))
	if err != nil {
		f.t.Fatal(err)
	}
	c := local.Config{Store: db, Secrets: f.secrets, Files: files}
	f.settings(&c)
	w, err := local.Open(f.t.Context(), c)
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { w.Close(); _ = db.Close() })
	return w
}

// onComputer is a workspace on a computer, whose owner has 2FA on and a contract.
func onComputer(t *testing.T) (*folderOf, *client.Session) {
	t.Helper()
	f := &folderOf{owner: &owner{secrets: keychain.NewMemory()}, t: t, path: filepath.Join(t.TempDir(), "data")}
	s, err := f.open().Create(context.WithoutCancel(t.Context()), client.NewWorkspace{Workspace: "Northwind Legal", Name: "Amara Okafor", Email: ownerEmail, Password: secret.NewText(ownerPass)})
	if err != nil {
		t.Fatal(err)
	}
	f.enrol(t, s, ownerPass)
	return f, s
}

// moved writes the file for a server.
func (f *folderOf) moved(s *client.Session, code string) []byte {
	f.t.Helper()
	a, err := s.Admin(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	to, err := bundle.ToPassphrase(secret.NewText(filePassphrase))
	if err != nil {
		f.t.Fatal(err)
	}
	var out inMemory
	proof := client.Proof{Password: secret.NewText(ownerPass), Factor: client.FactorInput{Kind: service.FactorRecovery, Value: secret.NewText(code)}}
	if err := backup.CreateMove(f.t.Context(), &out, to, a, proof, nil); err != nil {
		f.t.Fatal(err)
	}
	return out.Bytes()
}

// inMemory is a file that nobody sees.
type inMemory struct{ bytes.Buffer }

func (*inMemory) Keep() error { return nil }

func TestImport_MovesAWorkspaceThereAndBack(t *testing.T) {
	t.Parallel()
	f, local := onComputer(t)
	p := newPlace(t).sealedWith(filePassphrase)
	p.settings["public-address"] = "https://countersign.example.com"
	p.write("move.age", string(f.moved(local, f.codes[0])))
	var r taken
	if err := json.Unmarshal([]byte(p.good("import", p.path("move.age"), "--json")), &r); err != nil {
		t.Fatal(err)
	}
	i, err := remote.ParseInvitation(secret.NewText(r.Join))
	if err != nil || i.Server != "countersign.example.com:8443" || i.Key.String() != r.Fingerprint || i.Email != "" || !i.Code.Empty() || strings.Contains(r.Join, "code") {
		t.Errorf("%q: %+v, %v", r.Join, i, err)
	}
	p.good("verify")
	s := p.serve()

	// The computer that the workspace was on has the share, and the password goes on.
	w := f.at(s, r.Fingerprint)
	_, c, err := w.SignIn(t.Context(), ownerEmail, secret.NewText(ownerPass))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Verify(t.Context(), f.codeOf(t, time.Now())); !service.IsCode(err, service.CodeCodeUsed) {
		t.Errorf("a code that may have been used before: %v", err)
	}
	in := f.enter(t, w, f.codes[1])
	reads(t, in)
	if news := in.Welcome().News; len(news) != 1 || news[0].Kind != "server-taken" {
		t.Errorf("the owner is told %+v", news)
	}
	// Another computer has none.
	elsewhere := &owner{secrets: keychain.NewMemory()}
	if _, _, err := elsewhere.at(s, r.Fingerprint).SignIn(t.Context(), ownerEmail, secret.NewText(ownerPass)); !service.IsCode(err, service.CodeComputerUnknown) {
		t.Errorf("another computer: %v", err)
	}
	s.end()

	// And back, into another folder of the same computer.
	p.good("export", p.path("back.age"))
	b, err := os.ReadFile(p.path("back.age"))
	if err != nil {
		t.Fatal(err)
	}
	restore := func(secrets *keychain.Memory, path string) error {
		at := backup.Place{Folder: path, Secrets: secrets, Settings: f.settings}
		_, err := backup.Restore(context.WithoutCancel(t.Context()), at, bytes.NewReader(b), bundle.WithPassphrase(secret.NewText(filePassphrase)), nil, backup.Owner{
			Email: ownerEmail, Password: secret.NewText(ownerPass), Factor: client.FactorInput{Kind: service.FactorRecovery, Value: secret.NewText(f.codes[2])}, Replace: true,
		})
		return err
	}
	if err := restore(keychain.NewMemory(), filepath.Join(t.TempDir(), "data")); !errors.Is(err, backup.ErrNoShare) {
		t.Errorf("on a computer without a share: %v", err)
	}
	// Others have used this computer at the server, too: each share is one person's.
	name := client.ShareName(w.ID())
	share, err := f.secrets.Get(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	both := secret.NewBytes(slices.Concat(bytes.Repeat([]byte{1}, 32), share.Reveal()))
	if err := f.secrets.Set(t.Context(), name, both); err != nil {
		t.Fatal(err)
	}
	back := &folderOf{owner: f.owner, t: t, path: filepath.Join(t.TempDir(), "data")}
	if err := restore(f.secrets, back.path); err != nil {
		t.Fatal(err)
	}
	reads(t, back.enter(t, back.open().Workspace, f.codes[3]))
}

func TestImport_FileHasNoShareOfTheComputer(t *testing.T) {
	t.Parallel()
	f, local := onComputer(t)
	file := f.moved(local, f.codes[0])
	b, err := bundle.Open(bytes.NewReader(file), bundle.WithPassphrase(secret.NewText(filePassphrase)))
	if err != nil {
		t.Fatal(err)
	}
	names := f.secrets.Names()
	name := names[slices.IndexFunc(names, func(name string) bool { return strings.HasSuffix(name, "/device") })]
	share, err := f.secrets.Get(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	var all bytes.Buffer
	if _, err := b.Each(func(_ bundle.File, content io.Reader) error { _, err := all.ReadFrom(content); return err }); err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(share.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(all.String(), name) || strings.Contains(all.String(), strings.Trim(string(encoded), `"`)) {
		t.Error("the file has the computer's share")
	}
	if !strings.Contains(all.String(), "/pepper") {
		t.Error("the file has no secrets")
	}
}

func TestImport_EachCommandTakesItsOwnFiles(t *testing.T) {
	t.Parallel()
	p, _, _ := inUse(t)
	server, _ := p.backUp()
	f, s := onComputer(t)
	p.write("move.age", string(f.moved(s, f.codes[0])))
	q := p.beside()
	q.refused(cli.ExitWrong, "backup_of_computer", "restore", p.path("move.age"))
	q.refused(cli.ExitWrong, "backup_of_server", "import", server)
	a, err := s.Admin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	to, err := bundle.ToPassphrase(secret.NewText(filePassphrase))
	if err != nil {
		t.Fatal(err)
	}
	var whole inMemory
	proof := client.Proof{Password: secret.NewText(ownerPass), Factor: client.FactorInput{Kind: service.FactorRecovery, Value: secret.NewText(f.codes[1])}}
	if err := backup.Create(t.Context(), &whole, to, a, proof, nil); err != nil {
		t.Fatal(err)
	}
	q.write("whole.age", whole.String())
	q.refused(cli.ExitWrong, "backup_of_computer", "import", q.path("whole.age"))
	_, err = backup.Restore(t.Context(), backup.Place{Folder: filepath.Join(t.TempDir(), "data"), Secrets: keychain.NewMemory()}, openTo(t, server), bundle.WithPassphrase(secret.NewText(filePassphrase)), nil, backup.Owner{})
	if !errors.Is(err, backup.ErrOfServer) {
		t.Errorf("a computer restores a server's backup: %v", err)
	}
	q.good("import", p.path("move.age"))
	q.refused(cli.ExitRefused, "workspace_exists", "import", p.path("move.age"))
}
