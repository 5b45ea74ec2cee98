package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"countersign/backend/client"
	"countersign/backend/documents"
	"countersign/backend/keychain"
	"countersign/backend/local"
	"countersign/backend/password"
	"countersign/backend/recovery"
	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/server"
	"countersign/backend/serverkey"
	"countersign/backend/service"
	"countersign/backend/sqlite"
	"countersign/backend/store"
	"countersign/backend/store/tokenstest"
	"countersign/backend/workspace"
)

// serving is a server with a new workspace, which a folder may join.
type serving struct {
	at      *httptest.Server
	folder  string
	db      *sqlite.Store
	files   *documents.Folder
	secrets *keychain.Memory
	key     *serverkey.Key
	server  *server.Server
	answers atomic.Pointer[server.Server] // who answers
	invited remote.Invitation             // of the first owner
}

func cheapClient() client.Config {
	return client.Config{Password: store.Argon2id(password.Cheap), Recovery: store.Argon2id(recovery.Cheap)}
}

func newServing(t *testing.T, email string) *serving {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	v := &serving{folder: t.TempDir(), secrets: keychain.NewMemory()}
	var err error
	v.db, err = sqlite.Open(ctx, filepath.Join(v.folder, "workspace.db"))
	ok(err)
	t.Cleanup(func() { ok(v.db.Close()) })
	v.files, err = documents.Open(filepath.Join(v.folder, "documents"))
	ok(err)
	w, err := workspace.Open(ctx, local.Config{Store: v.db, Secrets: v.secrets, Files: v.files, Password: password.Cheap, Recovery: recovery.Cheap})
	ok(err)
	t.Cleanup(w.Close)
	made, code, err := client.FirstInvitation(cheapClient())
	ok(err)
	_, err = w.Found(ctx, service.NewWorkspace{Workspace: "Northwind Legal", Name: "Amara Okafor", Email: email}, made)
	ok(err)
	v.key, err = serverkey.Create(filepath.Join(v.folder, "server.key"))
	ok(err)
	v.server = server.New(server.Config{Workspace: w.Served(), Tokens: tokenstest.NewMemory(), Sealer: v.key.For("tokens")})
	t.Cleanup(func() { ok(v.server.Close(ctx)) })
	v.answers.Store(v.server)
	v.at = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { v.answers.Load().ServeHTTP(w, r) }))
	v.at.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
	v.at.Config.ErrorLog = log.New(io.Discard, "", 0) // of who doesn't know its key
	v.at.StartTLS()
	t.Cleanup(v.at.Close)
	to := v.reached()
	v.invited = remote.Invitation{Server: to.Server, Key: to.Key, Email: email, Code: secret.NewText(code.Display())}
	return v
}

// reached is how the server is reached.
func (v *serving) reached() remote.Config {
	return remote.Config{Server: strings.TrimPrefix(v.at.URL, "https://"), Key: remote.FingerprintOf(v.at.Certificate())}
}

// terminal gives a command what it asks for, a line each, and gives what it says and how it exits.
func terminal(t *testing.T, lines []string, args ...string) (out, told string, exit int) {
	t.Helper()
	in, typed, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	_, err = typed.WriteString(strings.Join(lines, "\n") + "\n")
	if err = errors.Join(err, typed.Close()); err != nil {
		t.Fatal(err)
	}
	notices, err := os.CreateTemp(t.TempDir(), "told")
	if err != nil {
		t.Fatal(err)
	}
	defer notices.Close()
	var result bytes.Buffer
	exit = run(context.WithoutCancel(t.Context()), append(args, "--stdin"), in, &result, notices)
	text, err := os.ReadFile(notices.Name())
	if err != nil {
		t.Fatal(err)
	}
	return result.String(), string(text), exit
}
