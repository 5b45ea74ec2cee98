package joined_test

import (
	"context"
	"crypto/tls"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/backend/client"
	"countersign/backend/documents"
	"countersign/backend/joined"
	"countersign/backend/keychain"
	"countersign/backend/password"
	"countersign/backend/recovery"
	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/server"
	"countersign/backend/serverkey"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/store/tokenstest"
	"countersign/backend/teststore"
	"countersign/backend/workspace"
)

func TestMain(m *testing.M) {
	code := m.Run()
	teststore.Stop()
	os.Exit(code)
}

const (
	email = "amara.okafor@example.com"
	pass  = "tundra velvet orchard 91"
)

var cheap = client.Config{Password: store.Argon2id(password.Cheap), Recovery: store.Argon2id(recovery.Cheap)}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refused(t *testing.T, err error, code service.Code) {
	t.Helper()
	if !service.IsCode(err, code) {
		t.Fatalf("got %v, want %s", err, code)
	}
}

// serving is a server with a new workspace, and the invitation of its first owner.
func serving(t *testing.T) (*httptest.Server, remote.Config, secret.Text) {
	t.Helper()
	dir := t.TempDir()
	db, err := teststore.Open(t.Context(), t, filepath.Join(dir, "workspace.db"))
	ok(t, err)
	t.Cleanup(func() { _ = db.Close() })
	files, err := documents.Open(filepath.Join(dir, "documents"))
	ok(t, err)
	w, err := workspace.Open(t.Context(), workspace.Config{Store: db, Secrets: keychain.NewMemory(), Files: files, Password: password.Cheap, Recovery: recovery.Cheap})
	ok(t, err)
	t.Cleanup(w.Close)
	made, code, err := client.FirstInvitation(cheap)
	ok(t, err)
	_, err = w.Found(t.Context(), service.NewWorkspace{Workspace: "Northwind Legal", Name: "Amara Okafor", Email: email}, made)
	ok(t, err)
	key, err := serverkey.Create(filepath.Join(dir, "server.key"))
	ok(t, err)
	s := server.New(server.Config{Workspace: w.Served(), Tokens: tokenstest.NewMemory(), Sealer: key.For("tokens")})
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	ts := httptest.NewUnstartedServer(s)
	ts.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
	ts.StartTLS()
	t.Cleanup(ts.Close)
	return ts, remote.Config{Server: strings.TrimPrefix(ts.URL, "https://"), Key: remote.FingerprintOf(ts.Certificate())}, secret.NewText(code.Display())
}

// computer is a data folder and a keychain.
type computer struct {
	dir     string
	secrets *keychain.Memory
}

func newComputer(t *testing.T) computer { return computer{t.TempDir(), keychain.NewMemory()} }

func (c computer) open(t *testing.T) (*joined.Workspace, error) {
	with := cheap
	with.Secrets = c.secrets
	w, err := joined.Open(t.Context(), c.dir, with, remote.Config{})
	if err == nil {
		t.Cleanup(w.Close)
	}
	return w, err
}

func TestJoin_WorkspaceIsThereAtTheNextStart(t *testing.T) {
	t.Parallel()
	_, at, code := serving(t)
	c := newComputer(t)
	if there, err := joined.Has(c.dir); err != nil || there {
		t.Fatalf("%v, %v", there, err)
	}
	ok(t, joined.Join(t.Context(), c.dir, c.secrets, at, nil))
	if there, err := joined.Has(c.dir); err != nil || !there {
		t.Fatalf("%v, %v", there, err)
	}
	w, err := c.open(t)
	ok(t, err)
	if w.Name() != "Northwind Legal" || w.Address != at.Server {
		t.Errorf("%q at %q", w.Name(), w.Address)
	}
	_, _, err = w.SignIn(t.Context(), email, secret.NewText(pass))
	refused(t, err, service.CodeComputerUnknown)
	_, _, err = w.Redeem(t.Context(), email, code, secret.NewText(pass))
	ok(t, err)
	again, err := c.open(t)
	ok(t, err)
	s, _, err := again.SignIn(t.Context(), email, secret.NewText(pass))
	ok(t, err)
	ok(t, s.End(t.Context()))
	refused(t, joined.Join(t.Context(), c.dir, c.secrets, at, nil), service.CodeWorkspaceExists)
}

func TestLeave_NothingOfTheWorkspaceIsLeft(t *testing.T) {
	t.Parallel()
	_, at, code := serving(t)
	c := newComputer(t)
	ok(t, joined.Leave(t.Context(), c.dir, c.secrets)) // there is none
	ok(t, joined.Join(t.Context(), c.dir, c.secrets, at, nil))
	w, err := c.open(t)
	ok(t, err)
	_, _, err = w.Redeem(t.Context(), email, code, secret.NewText(pass))
	ok(t, err)
	ok(t, joined.Leave(t.Context(), c.dir, c.secrets))
	if names := c.secrets.Names(); len(names) != 0 {
		t.Errorf("the keychain has %q", names)
	}
	if there, err := joined.Has(c.dir); err != nil || there {
		t.Errorf("%v, %v", there, err)
	}
	ok(t, joined.Join(t.Context(), c.dir, c.secrets, at, nil))
	w, err = c.open(t)
	ok(t, err)
	_, _, err = w.SignIn(t.Context(), email, secret.NewText(pass))
	refused(t, err, service.CodeComputerUnknown)
}

func TestJoin_ServerThatIsAnotherIsRefusedAndNothingIsKept(t *testing.T) {
	t.Parallel()
	_, at, _ := serving(t)
	c := newComputer(t)
	other := at
	other.Key[0] ^= 1
	refused(t, joined.Join(t.Context(), c.dir, c.secrets, other, nil), service.CodeServerOther)
	other = at
	other.Server = "nowhere at all"
	refused(t, joined.Join(t.Context(), c.dir, c.secrets, other, nil), service.CodeServerAddress)
	if there, err := joined.Has(c.dir); err != nil || there || len(c.secrets.Names()) != 0 {
		t.Errorf("%v, %v, %q", there, err, c.secrets.Names())
	}
}

func TestOpen_FolderCannotLeadToAnotherServer(t *testing.T) {
	t.Parallel()
	_, at, _ := serving(t)
	_, elsewhere, _ := serving(t)
	c := newComputer(t)
	ok(t, joined.Join(t.Context(), c.dir, c.secrets, at, nil))
	mine, err := os.ReadFile(filepath.Join(c.dir, joined.File))
	ok(t, err)
	if strings.Contains(string(mine), at.Server) || strings.Contains(string(mine), at.Key.String()) {
		t.Errorf("the folder says where the server is: %s", mine)
	}
	other := newComputer(t)
	ok(t, joined.Join(t.Context(), other.dir, other.secrets, elsewhere, nil))
	theirs, err := os.ReadFile(filepath.Join(other.dir, joined.File))
	ok(t, err)
	for text, want := range map[string]service.Code{
		string(theirs): service.CodeKeychainItemMissing, "": service.CodeFolderFailed, "{}": service.CodeFolderFailed, `{"workspace":"../../x"}`: service.CodeFolderFailed,
		strings.Repeat(" ", 1<<20): service.CodeFolderFailed,
	} {
		ok(t, os.WriteFile(filepath.Join(c.dir, joined.File), []byte(text), 0o600))
		_, err := c.open(t)
		refused(t, err, want)
	}
}

func TestOpen_WorkspaceAtTheServerMustBeTheOneThatWasJoined(t *testing.T) {
	t.Parallel()
	_, at, _ := serving(t)
	_, elsewhere, _ := serving(t)
	c := newComputer(t)
	ok(t, joined.Join(t.Context(), c.dir, c.secrets, at, nil))
	s, err := joined.Load(t.Context(), c.dir, c.secrets)
	ok(t, err)
	// Somebody restored another workspace behind the same address and key: the keychain's item leads there.
	ok(t, c.secrets.Set(t.Context(), s.Workspace+"/server", secret.NewBytes([]byte(`{"server":"`+elsewhere.Server+`","key":"`+elsewhere.Key.String()+`"}`))))
	_, err = c.open(t)
	refused(t, err, service.CodeServerOther)
	for _, spoilt := range []string{"", "{}", "no JSON", `{"server":"` + at.Server + `","key":"AAAA"}`} {
		ok(t, c.secrets.Set(t.Context(), s.Workspace+"/server", secret.NewBytes([]byte(spoilt))))
		_, err = c.open(t)
		refused(t, err, service.CodeKeychainItemMissing)
	}
}

func TestOpen_ServerThatIsAwayIsSaidToBe(t *testing.T) {
	t.Parallel()
	ts, at, _ := serving(t)
	c := newComputer(t)
	ok(t, joined.Join(t.Context(), c.dir, c.secrets, at, nil))
	ts.Close()
	_, err := c.open(t)
	refused(t, err, service.CodeServerUnreachable)
	refused(t, joined.Join(t.Context(), newComputer(t).dir, c.secrets, at, nil), service.CodeServerUnreachable)
}

func TestJoin_FolderThatCannotBeWrittenIsSaidToBe(t *testing.T) {
	t.Parallel()
	_, at, _ := serving(t)
	c := newComputer(t)
	c.dir = filepath.Join(c.dir, "gone")
	err := joined.Join(t.Context(), c.dir, c.secrets, at, nil)
	refused(t, err, service.CodeFolderFailed)
	ok(t, os.MkdirAll(filepath.Join(c.dir, joined.File), 0o700)) // no file of ours
	_, err = joined.Has(c.dir)
	refused(t, err, service.CodeFolderFailed)
}
