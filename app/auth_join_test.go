package app

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"countersign/backend/client"
	"countersign/backend/documents"
	"countersign/backend/keychain"
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

// serving is a server with a new workspace, and the invitation of its first owner.
func serving(t *testing.T) (*httptest.Server, remote.Invitation) {
	t.Helper()
	return servingNewest(t, nil)
}

// servingNewest is a server that may know of a newer version.
func servingNewest(t *testing.T, newest func() string) (*httptest.Server, remote.Invitation) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	db, err := sqlite.Open(t.Context(), filepath.Join(dir, "workspace.db"))
	must(err)
	t.Cleanup(func() { _ = db.Close() })
	files, err := documents.Open(filepath.Join(dir, "documents"))
	must(err)
	w, err := workspace.Open(t.Context(), workspace.Config{Store: db, Secrets: keychain.NewMemory(), Files: files, Password: password.Cheap, Recovery: recovery.Cheap})
	must(err)
	t.Cleanup(w.Close)
	made, code, err := client.FirstInvitation(client.Config{Recovery: store.Argon2id(recovery.Cheap)})
	must(err)
	_, err = w.Found(t.Context(), service.NewWorkspace{Workspace: "Northwind Legal", Name: "Amara Okafor", Email: email}, made)
	must(err)
	key, err := serverkey.Create(filepath.Join(dir, "server.key"))
	must(err)
	s := server.New(server.Config{Workspace: w.Served(), Tokens: tokenstest.NewMemory(), Sealer: key.For("tokens"), Newest: newest})
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	at := httptest.NewUnstartedServer(s)
	at.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
	at.StartTLS()
	t.Cleanup(at.Close)
	return at, remote.Invitation{
		Server: strings.TrimPrefix(at.URL, "https://"), Key: remote.FingerprintOf(at.Certificate()), Email: email, Code: secret.NewText(code.Display()),
	}
}

// inviting gives the window of a server's owner, who is in and has the invitation of Sam on their clipboard, and Sam's window, which has
// joined nothing yet.
func inviting(t *testing.T) (owner *window, in SignedIn, member *window) {
	t.Helper()
	_, invitation := serving(t)
	owner = newWindow(t)
	owner.expect("create")
	in = owner.join(invitation.Link().Reveal())
	mail := owner.page.mailbox()
	_, err := (&Members{owner.s}).Add(in.Token, NewMember{Name: "Sam Lee", Email: "sam.lee@example.com", Role: "member"}, owner.page.proof(pass, "none", ""), mail.PublicKey)
	owner.ok(err)
	owner.ok((&Members{owner.s}).CopyGiven(in.Token))
	return owner, in, newWindow(t)
}

// join pastes an invitation and chooses a password.
func (w *window) join(link string) SignedIn {
	w.Helper()
	mail := w.page.mailbox()
	rest, err := w.auth.JoinByLink(w.page.typed(holdsInvitation, link), mail.PublicKey)
	w.ok(err)
	r, err := w.auth.Redeem(rest.Email, w.page.typed(holdsInvitation, mail.open(holdsInvitation, rest.Code)[0]), w.page.typed(holdsNewPassword, pass))
	w.ok(err)
	if r.Session == nil {
		w.Fatal("more is due")
	}
	return *r.Session
}

func TestJoin_WorkspaceOfAServerIsUsedLikeOneOnThisComputer(t *testing.T) {
	t.Parallel()
	_, invitation := serving(t)
	owner := newWindow(t)
	owner.expect("create")
	in := owner.join(invitation.Link().Reveal())
	st := owner.expect("signIn")
	if st.Workspace != "Northwind Legal" || st.Server != invitation.Server || !st.Joined || st.CanRestore {
		t.Errorf("%+v", st)
	}
	if p := in.Profile.Permissions; slices.Contains(p, string(service.MayBackUp)) || !slices.Contains(p, string(service.MayManageKey)) {
		t.Errorf("they may %q", p)
	}
	list, err := (&Profile{owner.s}).Checklist(in.Token)
	owner.ok(err)
	if slices.ContainsFunc(list.Steps, func(s ChecklistStep) bool { return s.Item == string(service.StepBackup) }) || len(list.Steps) == 0 {
		t.Errorf("%+v", list)
	}

	// A second person at a second computer.
	mail := owner.page.mailbox()
	given, err := (&Members{owner.s}).Add(in.Token, NewMember{Name: "Sam Lee", Email: "sam.lee@example.com", Role: "member"}, owner.page.proof(pass, "none", ""), mail.PublicKey)
	owner.ok(err)
	if given.Server != invitation.Server || given.ServerKey != invitation.Key.String() {
		t.Errorf("%+v", given)
	}
	owner.ok((&Members{owner.s}).CopyGiven(in.Token))
	link, err := remote.ParseInvitation(secret.NewText(owner.desk.clip))
	owner.ok(err)
	if link.Server != invitation.Server || link.Email != "sam.lee@example.com" || link.Code.Reveal() != mail.open(holdsInvitation, given.Code)[0] {
		t.Errorf("%+v", link)
	}
	member := newWindow(t)
	theirs := member.join(owner.desk.clip)
	key := member.enable(theirs)
	member.auth.Lock(theirs.Token)
	member.locked("asked")
	r, err := member.auth.SignIn("sam.lee@example.com", pass)
	member.ok(err)
	code, err := totp.GenerateCode(key, time.Now().Add(30*time.Second))
	member.ok(err)
	_, err = member.auth.Verify(r.Challenge.Token, code)
	member.ok(err)

	// It is there at the next start, and a computer that was never invited is of no use.
	again := windowOn(t, owner.s.path(), owner.s.secrets)
	owner.s.end()
	again.expect("signIn")
	_, err = again.auth.SignIn(email, pass)
	again.ok(err)
	stranger := newWindow(t)
	stranger.ok(stranger.auth.Join(" https://"+invitation.Server+"/", strings.ToLower(invitation.Key.String())))
	_, err = stranger.auth.SignIn(email, pass)
	stranger.refused(err, "computer_unknown")
}

func TestJoin_WhatIsWrongIsSaidAndTheFolderStaysAsItWas(t *testing.T) {
	t.Parallel()
	at, invitation := serving(t)
	w := newWindow(t)
	w.expect("create")
	byLink := func(text string) error {
		_, err := w.auth.JoinByLink(w.page.typed(holdsInvitation, text), w.page.mailbox().PublicKey)
		return err
	}
	if e := w.refused(byLink("Welcome!"), "invitation_link"); e.Field != "invitation" || !worded(e) {
		t.Errorf("%+v", e)
	}
	other := invitation
	other.Key[3] ^= 1
	for _, e := range []AppError{
		w.refused(byLink(other.Link().Reveal()), "server_other"), w.refused(w.auth.Join("a b", invitation.Key.String()), "server_address"),
		w.refused(w.auth.Join(invitation.Server, "AAAA"), "server_key"),
	} {
		if !worded(e) {
			t.Errorf("%s has no words", e.Code)
		}
	}
	at.Close()
	w.refused(byLink(invitation.Link().Reveal()), "server_unreachable")
	st := w.expect("create")
	if st.Joined || st.Server != "" || !st.CanRestore {
		t.Errorf("%+v", st)
	}
	w.create()
	w.refused(w.auth.Join(invitation.Server, invitation.Key.String()), "workspace_exists")
	w.refused(w.auth.LeaveServer(), "forbidden")
}

func TestJoin_ServerThatIsAwayIsNoDeadEnd(t *testing.T) {
	t.Parallel()
	at, invitation := serving(t)
	w := newWindow(t)
	in := w.join(invitation.Link().Reveal())
	again := windowOn(t, w.s.path(), w.s.secrets)
	at.Close()
	if _, err := (&Profile{w.s}).Checklist(in.Token); err == nil || w.s.present(err).Code == "session_ended" || !worded(w.s.present(err)) {
		t.Errorf("%v", err)
	}
	w.s.end()
	st := again.expect("fault")
	if st.Fault.Code != "server_unreachable" || !st.Joined || st.Kit || st.CanRestore || st.CanUseFile {
		t.Errorf("%+v, %+v", st, st.Fault)
	}
	again.ok(again.auth.LeaveServer())
	if st := again.expect("create"); st.Joined {
		t.Errorf("%+v", st)
	}
	again.create()
}

func TestLeaveServer_EndsTheSession(t *testing.T) {
	t.Parallel()
	_, invitation := serving(t)
	w := newWindow(t)
	in := w.join(invitation.Link().Reveal())
	w.ok(w.auth.LeaveServer())
	w.locked("asked")
	_, err := (&Profile{w.s}).Checklist(in.Token)
	w.refused(err, "session_ended")
	w.expect("create")
}

func TestJoin_ContractIsAddedOpenedAndSaved(t *testing.T) {
	t.Parallel()
	_, invitation := serving(t)
	w := newWindow(t)
	d := &desk{window: w, Contracts: Contracts{w.s}, told: make(chan any, 10_000)}
	w.desk.told = func(_ string, payload any) { d.told <- payload }
	d.in = w.join(invitation.Link().Reveal())
	started, err := d.AddPasted(d.in.Token, "lease.txt", base64.StdEncoding.EncodeToString([]byte("The lease of the mill.")))
	if d.ok(err); !started {
		t.Fatal("not started")
	}
	if out := d.done(); out.Error != nil || len(out.Added) != 1 {
		t.Fatalf("%+v, %+v", out, out.Error)
	}
	w.desk.saveTo = filepath.Join(t.TempDir(), "lease.txt")
	saved, err := d.SaveCopy(d.in.Token, []string{d.id("lease.txt")})
	d.ok(err)
	if text, err := os.ReadFile(w.desk.saveTo); err != nil || string(text) != "The lease of the mill." {
		t.Errorf("%+v: %q, %v", saved, text, err)
	}
}
