package app

import (
	"context"
	"crypto/tls"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"countersign/backend/backupform"
	"countersign/backend/bundle"
	"countersign/backend/documents"
	"countersign/backend/keychain"
	"countersign/backend/password"
	"countersign/backend/recovery"
	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/server"
	"countersign/backend/serverkey"
	"countersign/backend/sqlite"
	"countersign/backend/store"
	"countersign/backend/store/tokenstest"
	"countersign/backend/workspace"
)

// writeMove writes the file for a server.
func (a *archive) writeMove() (file string) {
	a.Helper()
	a.desk.saveTo = filepath.Join(a.dir, "move.age")
	saved, err := (&Settings{a.s}).MoveFile(a.in.Token, BackupRequest{Recipients: a.key.Recipient().String()}, a.page.proof(pass, "none", ""))
	a.ok(err)
	if saved.Name != "move.age" {
		a.Fatalf("%+v", saved)
	}
	return a.desk.saveTo
}

// takenBy is a server that has imported the file, and the line that leads to it.
func (a *archive) takenBy(file string) (line string) {
	a.Helper()
	t, dir, secrets := a.T, a.TempDir(), keychain.NewMemory()
	db, err := sqlite.Open(t.Context(), filepath.Join(dir, "workspace.db"))
	a.ok(err)
	t.Cleanup(func() { _ = db.Close() })
	files, err := documents.Open(filepath.Join(dir, "documents"))
	a.ok(err)
	f, err := os.Open(file)
	a.ok(err)
	defer f.Close()
	with, err := bundle.ParseIdentities(secret.NewText(a.key.String()))
	a.ok(err)
	r, err := bundle.Open(f, with)
	a.ok(err)
	ctx := context.WithoutCancel(t.Context())
	_, err = r.Each(func(f bundle.File, content io.Reader) error {
		put := func(fill func(store.CopyTx) error) error {
			return db.Update(ctx, func(tx store.WriteTx) error { return fill(tx.(store.CopyTx)) })
		}
		switch f.Name {
		case backupform.Keychain:
			items, err := backupform.ReadItems(content)
			for _, i := range items.Items {
				a.ok(secrets.Set(ctx, i.Name, i.Secret()))
			}
			return err
		case backupform.Rows:
			return put(func(tx store.CopyTx) error {
				return backupform.ReadRows(content, func(r store.Row) error { return store.PutRow(tx, r) })
			})
		case backupform.Log:
			return put(func(tx store.CopyTx) error {
				return backupform.ReadLog(content, tx.AppendEvent)
			})
		}
		return nil
	})
	a.ok(err)
	w, err := workspace.Open(ctx, workspace.Config{Store: db, Secrets: secrets, Files: files, Password: password.Cheap, Recovery: recovery.Cheap})
	a.ok(err)
	t.Cleanup(w.Close)
	a.ok(w.NoteMoved(ctx))
	key, err := serverkey.Create(filepath.Join(a.TempDir(), "server.key"))
	a.ok(err)
	s := server.New(server.Config{Workspace: w.Served(), Tokens: tokenstest.NewMemory(), Sealer: key.For("tokens")})
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	at := httptest.NewUnstartedServer(s)
	at.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
	at.StartTLS()
	t.Cleanup(at.Close)
	i := remote.Invitation{Server: strings.TrimPrefix(at.URL, "https://"), Key: remote.FingerprintOf(at.Certificate())}
	return i.Link().Reveal()
}

func (a *archive) moveTo(line, pw string) (AuthState, error) {
	a.Helper()
	return (&Settings{a.s}).MoveTo(a.in.Token, a.page.typed(holdsInvitation, line), a.page.proof(pw, "none", ""))
}

func (a *archive) here(name string) bool {
	_, err := os.Stat(filepath.Join(a.s.path(), name))
	return err == nil
}

func TestMove_ComputerUsesTheServerAndItsPasswordStays(t *testing.T) {
	t.Parallel()
	secrets := keychain.NewMemory()
	w := windowOn(t, filepath.Join(t.TempDir(), "data"), secrets)
	a := archiveOf(w, w.create())
	line := a.takenBy(a.writeMove())
	st, err := a.moveTo("The workspace is here: "+line, pass)
	a.ok(err)
	if st.Stage != "signIn" || st.Server == "" || !st.Joined || st.Workspace != "Northwind Legal" {
		t.Errorf("%+v", st)
	}
	a.locked("asked")
	if a.here("workspace.db") || opens(secrets) != 0 {
		t.Errorf("the keychain has %q", secrets.Names())
	}
	aside, err := filepath.Glob(filepath.Join(a.s.path(), "workspace-before-*.db"))
	if err != nil || len(aside) != 1 {
		t.Errorf("%q, %v", aside, err)
	}
	r, err := w.auth.SignIn(email, pass)
	a.ok(err)
	if r.Session == nil || slices.Contains(r.Session.Profile.Permissions, "backup") {
		t.Errorf("%+v", r)
	}
	a.s.end()
	again := windowOn(t, a.s.path(), secrets)
	if st := again.expect("signIn"); st.Server == "" {
		t.Errorf("after a start: %+v", st)
	}
}

func TestMove_NothingChangesHereUntilTheServerHasEverything(t *testing.T) {
	t.Parallel()
	secrets := keychain.NewMemory()
	w := windowOn(t, filepath.Join(t.TempDir(), "data"), secrets)
	a := archiveOf(w, w.create())
	_, invitation := serving(t)
	_, err := a.moveTo(invitation.Link().Reveal(), pass)
	a.refused(err, "move_behind") // no file was written
	first := a.takenBy(a.writeMove())
	_, err = a.moveTo(invitation.Link().Reveal(), pass)
	a.refused(err, "move_other")
	_, err = a.moveTo("not a line", pass)
	a.refused(err, "invitation_link")
	_, err = a.moveTo(first, "quartz velvet orchard 91")
	a.refused(err, "credentials_wrong")

	_, err = (&Settings{a.s}).Rename(a.in.Token, "Northwind")
	a.ok(err)
	_, err = a.moveTo(first, pass)
	a.refused(err, "move_behind") // the new name would be lost
	second := a.takenBy(a.writeMove())
	_, err = a.moveTo(first, pass)
	a.refused(err, "move_behind") // of the older file
	if !a.here("workspace.db") || a.here("server.json") || opens(secrets) != 4 {
		t.Errorf("the keychain has %q", secrets.Names())
	}
	// Who signs in meanwhile loses nothing by it.
	w.auth.Lock(a.in.Token)
	a.locked("asked")
	r, err := w.auth.SignIn(email, pass)
	a.ok(err)
	a.in = *r.Session
	_, err = a.moveTo(second, pass)
	a.ok(err)
}

func TestMove_OnlyAnOwnerDoesIt(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	a := archiveOf(w, w.create())
	line := a.takenBy(a.writeMove())
	mail := w.page.mailbox()
	given, err := (&Members{w.s}).Add(a.in.Token, NewMember{Name: "Sam Lee", Email: "sam.lee@example.com", Role: "admin"}, w.page.proof(pass, "none", ""), mail.PublicKey)
	a.ok(err)
	w.auth.Lock(a.in.Token)
	a.locked("asked")
	r, err := w.auth.Redeem("sam.lee@example.com", w.page.typed(holdsInvitation, mail.open(holdsInvitation, given.Code)[0]), w.page.typed(holdsNewPassword, pass))
	a.ok(err)
	a.in = *r.Session
	_, err = a.moveTo(line, pass)
	a.refused(err, "forbidden")
	_, err = (&Settings{a.s}).MoveFile(a.in.Token, BackupRequest{Recipients: a.key.Recipient().String()}, a.page.proof(pass, "none", ""))
	a.refused(err, "forbidden")
}

func TestJoin_LineWithoutACodeLeadsToTheSignIn(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	line := a.takenBy(a.writeMove())
	other := newWindow(t)
	mail := other.page.mailbox()
	rest, err := other.auth.JoinByLink(other.page.typed(holdsInvitation, line), mail.PublicKey)
	other.ok(err)
	if code := mail.open(holdsInvitation, rest.Code); rest.Email != "" || len(code) > 0 && code[0] != "" {
		t.Errorf("%+v, %q", rest, code)
	}
	other.expect("signIn")
	_, err = other.auth.SignIn(email, pass)
	other.refused(err, "computer_unknown")
}

// opens counts the items that a workspace on this computer is opened with, beside the share.
func opens(secrets *keychain.Memory) (n int) {
	for _, name := range secrets.Names() {
		if slices.Contains([]string{"lock", "pepper", "integrity", "anchor"}, name[strings.Index(name, "/")+1:]) {
			n++
		}
	}
	return n
}

func TestMove_WorkspaceComesBackWithAnExport(t *testing.T) {
	t.Parallel()
	secrets := keychain.NewMemory()
	w := windowOn(t, filepath.Join(t.TempDir(), "data"), secrets)
	a := archiveOf(w, w.create())
	file := a.writeMove()
	_, err := a.moveTo(a.takenBy(file), pass)
	a.ok(err)
	a.locked("asked")
	r := &Restore{w.s}
	in := signInAgain(w)
	_, err = r.PickForHere()
	w.refused(err, "forbidden") // while somebody is in
	w.leave(in)

	// Another workspace’s.
	other, stranger := backed(t)
	w.desk.openFrom = stranger
	_, err = r.PickForHere()
	w.ok(err)
	_, err = r.Open(w.page.typed(holdsPrivateKey, other.key.String()))
	w.refused(err, codeRestoreOther)
	_, err = r.Finish(w.owner(pass))
	w.refused(err, codeRestoreOther)
	w.ok(r.Close())
	if st := w.expect("signIn"); st.Server == "" {
		t.Errorf("%+v", st)
	}

	w.desk.openFrom = file
	_, err = r.PickForHere()
	w.ok(err)
	_, err = r.Open(w.page.typed(holdsPrivateKey, a.key.String()))
	w.ok(err)
	_, err = r.Finish(w.owner("not the password at all"))
	w.refused(err, "credentials_wrong")
	if !w.s.hasJoined() {
		t.Fatal("who is not let in leaves the server")
	}
	st, err := r.Finish(w.owner(pass))
	w.ok(err)
	if st.Stage != "signIn" || st.Joined || st.Server != "" || st.Workspace != "Northwind Legal" {
		t.Errorf("%+v", st)
	}
	signInAgain(w)
	_, err = r.PickForHere()
	w.refused(err, "forbidden")
	w.lists("[Northwind Legal]")
}
