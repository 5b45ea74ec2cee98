package app

import (
	"context"
	"crypto/ed25519"
	"crypto/tls"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"countersign/backend/api"
	"countersign/backend/audit"
	"countersign/backend/backupform"
	"countersign/backend/bundle"
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
	return a.takenBehind(file, func(h http.Handler) http.Handler { return h })
}

// takenBehind is takenBy with something in front of the server.
func (a *archive) takenBehind(file string, front func(http.Handler) http.Handler) (line string) {
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
	at := httptest.NewUnstartedServer(front(s))
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

// setAside is the log of the database that a move has set aside, its newest event first.
func (a *archive) setAside() (kinds []string) {
	a.Helper()
	found, err := filepath.Glob(filepath.Join(a.s.path(), "workspace-before-*.db"))
	if err != nil || len(found) != 1 {
		a.Fatalf("%q, %v", found, err)
	}
	db, err := sqlite.Open(a.Context(), found[0])
	a.ok(err)
	defer db.Close()
	a.ok(db.View(a.Context(), func(tx store.ReadTx) error {
		for e, err := range tx.Events(0) {
			if err != nil {
				return err
			}
			kinds = slices.Insert(kinds, 0, e.Kind)
		}
		return nil
	}))
	return kinds
}

// TestMove_NothingDoneInTheLastMomentIsLost does something here when the server is asked for its log, after which nothing more is asked of it.
func TestMove_NothingDoneInTheLastMomentIsLost(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(a *archive) error{
		"in this window": func(a *archive) error {
			_, err := (&Settings{a.s}).Rename(a.in.Token, "Northwind")
			return err
		},
		"by another process": func(a *archive) error {
			db, err := sqlite.Open(a.Context(), a.s.databasePath())
			a.ok(err)
			defer db.Close()
			c := local.Config{Store: db, Secrets: a.s.secrets}
			cheap(&c)
			l, err := local.Open(a.Context(), c)
			a.ok(err)
			defer l.Close()
			ses, _, err := l.SignIn(a.Context(), email, secret.NewText(pass))
			a.ok(err)
			return ses.Rename(a.Context(), "Amara N. Okafor")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			secrets := keychain.NewMemory()
			w := windowOn(t, filepath.Join(t.TempDir(), "data"), secrets)
			a := archiveOf(w, w.create())
			var meanwhile func()
			line := a.takenBehind(a.writeMove(), func(h http.Handler) http.Handler {
				return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
					if act := meanwhile; act != nil && r.URL.Path == api.Checkpoint.Path() {
						meanwhile = nil
						act()
					}
					h.ServeHTTP(rw, r)
				})
			})
			acted := false
			meanwhile = func() {
				acted = true
				if err := act(a); err != nil {
					t.Error(err)
				}
			}
			_, err := a.moveTo(line, pass)
			a.refused(err, codeMoveBehind)
			if !acted || !a.here("workspace.db") || a.here("server.json") || opens(secrets) != 4 {
				t.Errorf("acted: %t; the keychain has %q", acted, secrets.Names())
			}
			if slices.ContainsFunc(secrets.Names(), func(name string) bool { return strings.HasSuffix(name, "/server") }) {
				t.Errorf("the keychain has where the server is: %q", secrets.Names())
			}
			a.locked("asked")
			a.in = signInAgain(w)
			_, err = a.moveTo(a.takenBy(a.writeMove()), pass)
			a.ok(err)
		})
	}
}

func TestMove_IsConfirmedHereAndTheServerShowsThisLog(t *testing.T) {
	t.Parallel()
	secrets := keychain.NewMemory()
	w := windowOn(t, filepath.Join(t.TempDir(), "data"), secrets)
	a := archiveOf(w, w.create())
	file := a.writeMove()
	forged := a.takenBehind(file, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			changed(rw, r, h, func(answer []byte) []byte {
				if r.URL.Path == api.Checkpoint.Path() {
					answer = signedByAnother(t, answer)
				}
				return answer
			})
		})
	})
	_, err := a.moveTo(forged, pass)
	a.refused(err, codeMoveOther)
	if !a.here("workspace.db") || a.here("server.json") || opens(secrets) != 4 {
		t.Errorf("the keychain has %q", secrets.Names())
	}
	_, err = a.moveTo(a.takenBy(file), pass)
	a.ok(err)
	if log := a.setAside(); log[0] != "stepped-up" {
		t.Errorf("the newest events here: %q", log[:3])
	}
}

// TestMove_RecoveryCodeIsUsedAtBothEnds has the server know of the code that was entered for the move.
func TestMove_RecoveryCodeIsUsedAtBothEnds(t *testing.T) {
	t.Parallel()
	w, in, sheet := shown(t)
	_, err := w.enr.Continue(in.Token)
	w.ok(err)
	a := archiveOf(w, in)
	a.desk.saveTo = filepath.Join(a.dir, "move.age")
	_, err = (&Settings{a.s}).MoveFile(in.Token, BackupRequest{Recipients: a.key.Recipient().String()}, a.page.proof(pass, "recovery", sheet.Codes[0]))
	a.ok(err)
	line := a.page.typed(holdsInvitation, a.takenBy(a.desk.saveTo))
	_, err = (&Settings{a.s}).MoveTo(in.Token, line, a.page.proof(pass, "recovery", sheet.Codes[1]))
	a.ok(err)
	if log := a.setAside(); log[0] != "stepped-up" {
		t.Errorf("the newest events here: %q", log[:3])
	}
}

func TestSignIn_SessionThatIsNotShownIsEnded(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	a := archiveOf(w, w.create())
	var failing atomic.Bool
	ended := make(chan struct{}, 10)
	_, err := a.moveTo(a.takenBehind(a.writeMove(), func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			switch {
			case failing.Load() && r.URL.Path == api.Overview.Path():
				http.Error(rw, "", http.StatusInternalServerError)
				return
			case failing.Load() && r.URL.Path == api.End.Path():
				ended <- struct{}{}
			}
			h.ServeHTTP(rw, r)
		})
	}), pass)
	a.ok(err)
	failing.Store(true)
	if res, err := w.auth.SignIn(email, pass); err == nil || res.Session != nil && res.Session.Token != "" {
		t.Fatalf("%+v, %v", res, err)
	}
	w.s.ending.Wait()
	if len(ended) != 1 {
		t.Fatal("nobody holds the session, and it goes on at the server")
	}
	failing.Store(false)
	signInAgain(w)
}

// TestNews_ServerThatTellsWithoutEndIsAskedWithPauses has a server that has news whenever it is asked.
func TestNews_ServerThatTellsWithoutEndIsAskedWithPauses(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	a := archiveOf(w, w.create())
	asked := make(chan time.Time, 100)
	_, err := a.moveTo(a.takenBehind(a.writeMove(), func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.URL.Path != api.WhatHappened.Path() {
				h.ServeHTTP(rw, r)
				return
			}
			select {
			case asked <- time.Now():
			default: // enough is known
			}
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader("{}")), 2 // what there is to tell it tells at once
			changed(rw, r, h, func(answer []byte) []byte {
				var a api.Answer[service.Happened]
				if err := json.Unmarshal(answer, &a); err != nil {
					t.Error(err)
				}
				a.Result = service.Happened{Members: true}
				b, err := json.Marshal(a)
				if err != nil {
					t.Error(err)
				}
				return b
			})
		})
	}), pass)
	a.ok(err)
	in := signInAgain(w)
	defer w.auth.Lock(in.Token) // with which it is not asked any more
	last := <-asked
	for range 3 {
		next := <-asked
		if gap := next.Sub(last); gap < firstNewsPause/2 {
			t.Errorf("it is asked again after %v", gap)
		}
		last = next
	}
}

// changed answers as the handler does, with another body.
func changed(rw http.ResponseWriter, r *http.Request, h http.Handler, change func(body []byte) []byte) {
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, r)
	body := change(answer.Body.Bytes())
	maps.Copy(rw.Header(), answer.Header())
	rw.Header().Set("Content-Length", strconv.Itoa(len(body)))
	rw.WriteHeader(answer.Code)
	_, _ = rw.Write(body)
}

// signedByAnother is a server’s answer with the same checkpoint, signed with a key that is not the workspace’s.
func signedByAnother(t *testing.T, answer []byte) []byte {
	t.Helper()
	var a api.Answer[service.Checkpoint]
	if err := json.Unmarshal(answer, &a); err != nil {
		t.Error(err)
	}
	c := &a.Result
	is, err := audit.OpenCheckpoint(c.Signed, c.Key)
	if err != nil {
		t.Error(err)
	}
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Error(err)
	}
	if c.Key, err = audit.CheckpointKey(is.Origin, public); err != nil {
		t.Error(err)
	}
	if c.Signed, err = is.Sign(public, func(m []byte) ([]byte, error) { return ed25519.Sign(private, m), nil }); err != nil {
		t.Error(err)
	}
	b, err := json.Marshal(a)
	if err != nil {
		t.Error(err)
	}
	return b
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
