package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/joined"
	"countersign/backend/keychain"
	"countersign/backend/local"
	"countersign/backend/password"
	"countersign/backend/recovery"
	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/secretsfile"
	"countersign/backend/server"
	"countersign/backend/service"
	"countersign/backend/sqlite"
	"countersign/backend/store/tokenstest"
	"countersign/backend/workspace"
)

// The terminal works on a folder that has joined a server as on one with a workspace of its own. Its secrets are in a file, so that the test
// needs no keychain.
func TestJoined_CommandsAskTheServer(t *testing.T) {
	t.Parallel()
	const email, pass, phrase = "amara@example.com", "tundra velvet orchard 91", "harbour granite lantern 47"
	ctx := context.WithoutCancel(t.Context())
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	sv := newServing(t, email)
	at, db, files, servers, key, s, answers, there := sv.at, sv.db, sv.files, sv.secrets, sv.key, sv.server, &sv.answers, sv.folder
	dir := t.TempDir()
	cheap := cheapClient()

	secrets, err := secretsfile.Create(ctx, dir, secret.NewText(phrase), password.Cheap)
	ok(err)
	ok(joined.Join(ctx, dir, secrets, sv.reached(), nil))
	cheap.Secrets = secrets
	joins, err := joined.Open(ctx, dir, cheap, remote.Config{})
	ok(err)
	_, _, err = joins.Redeem(ctx, email, sv.invited.Code, secret.NewText(pass))
	ok(err)
	joins.Close()
	secrets.Close()

	run := func(args ...string) (string, string, int) {
		t.Helper()
		lines := []string{phrase, pass, pass} // some ask for the password again
		return terminal(t, lines, append(args, "--data-dir", dir, "--email", email)...)
	}
	if out, told, exit := run("members", "list"); exit != 0 || !strings.Contains(out, "Amara Okafor") {
		t.Errorf("members list: %d, %s%s", exit, out, told)
	}
	if out, told, exit := run("status", "--sign-in"); exit != 0 || !strings.Contains(out, "on a server") || !strings.Contains(out, "Northwind Legal") {
		t.Errorf("status: %d, %s%s", exit, out, told)
	}
	if out, told, exit := run("computers", "list"); exit != 0 || !strings.Contains(out, "This computer") {
		t.Errorf("computers list: %d, %s%s", exit, out, told)
	}
	added, told, exit := run("computers", "add-code")
	i, err := remote.ParseInvitation(secret.NewText(added))
	if exit != 0 || err != nil || !i.Computer || i.Email != email || !strings.Contains(added, i.Code.Reveal()) {
		t.Fatalf("computers add-code: %d, %s%s", exit, added, told)
	}
	cheap.Secrets, cheap.Computer = keychain.NewMemory(), "Laptop"
	dial, err := remote.Dial(ctx, remote.Config{Server: i.Server, Key: i.Key})
	ok(err)
	laptop, err := client.Open(ctx, dial, cheap)
	ok(err)
	ok(laptop.AddComputer(ctx, i.Email, i.Code))
	if out, told, exit := run("computers", "rename", "laptop", "Office"); exit != 0 || !strings.Contains(out, "Laptop is now called Office") {
		t.Errorf("computers rename: %d, %s%s", exit, out, told)
	}
	if out, told, exit := run("computers", "remove", "laptop", "--yes"); exit == 0 || !strings.Contains(told, "isn’t in the list") {
		t.Errorf("computers remove: %d, %s%s", exit, out, told)
	}
	if out, told, exit := run("computers", "remove", "office"); exit == 0 {
		t.Errorf("removed without --yes: %s%s", out, told)
	}
	if out, told, exit := run("computers", "remove", "office", "--yes", "--json"); exit != 0 || !strings.Contains(out, `"ok":true`) {
		t.Errorf("computers remove: %d, %s%s", exit, out, told)
	}
	_, _, err = laptop.SignIn(ctx, email, secret.NewText(pass))
	if !service.IsCode(err, service.CodeComputerUnknown) {
		t.Errorf("the computer that was removed: %v", err)
	}
	if out, told, exit := run("computers", "list", "--json"); exit != 0 || strings.Contains(out, "Office") || !strings.Contains(out, `"here":true`) {
		t.Errorf("computers list: %d, %s%s", exit, out, told)
	}
	if out, told, exit := run("members", "computers", email); exit != 4 || !strings.Contains(told, "to yourself") {
		t.Errorf("an owner’s own computers as a member’s: %d, %s%s", exit, out, told)
	}
	sam := func(lines ...string) (string, string, int) { return run(append([]string{"members"}, lines...)...) }
	// What is given to a member leads a computer of theirs to this server.
	leads := func(what, text string) remote.Invitation {
		t.Helper()
		to, err := remote.ParseInvitation(secret.NewText(text))
		if err != nil || to.Server != i.Server || to.Key != i.Key || to.Email != "sam@example.com" || to.Computer || !strings.Contains(text, to.Code.Reveal()) {
			t.Fatalf("%s leads nowhere: %v, %s", what, err, text)
		}
		return to
	}
	invited, told, exit := sam("add", "Sam Ortiz", "sam@example.com")
	if exit != 0 {
		t.Fatalf("members add: %s%s", invited, told)
	}
	leads("members add", invited)
	anew, told, exit := sam("invite-again", "sam@example.com")
	if exit != 0 {
		t.Fatalf("members invite-again: %s%s", anew, told)
	}
	leads("members invite-again", anew)
	anew, told, exit = sam("reset-password", "sam@example.com", "--json")
	var given struct{ Invitation struct{ Code, Link string } }
	if err := json.Unmarshal([]byte(anew), &given); exit != 0 || err != nil {
		t.Fatalf("members reset-password: %v, %s%s", err, anew, told)
	}
	sams := leads("members reset-password", given.Invitation.Link)
	if out, told, exit := sam("computers", "sam@example.com"); exit != 0 || !strings.Contains(out, "Sam Ortiz <sam@example.com> has no computers.") {
		t.Errorf("members computers: %d, %s%s", exit, out, told)
	}
	cheap.Secrets, cheap.Computer = keychain.NewMemory(), "Notebook"
	notebook, err := client.Open(ctx, dial, cheap)
	ok(err)
	_, _, err = notebook.Redeem(ctx, sams.Email, sams.Code, secret.NewText("granite lagoon whisper 47"))
	ok(err)
	if out, told, exit := sam("computers", "sam@example.com"); exit != 0 || !strings.Contains(out, "Notebook") {
		t.Errorf("members computers: %d, %s%s", exit, out, told)
	}
	if out, told, exit := sam("remove-computer", "sam@example.com", "study", "--yes"); exit != 4 || !strings.Contains(told, "isn’t in the list") {
		t.Errorf("members remove-computer: %d, %s%s", exit, out, told)
	}
	if out, told, exit := sam("remove-computer", "sam@example.com", "notebook"); exit == 0 {
		t.Errorf("removed without --yes: %s%s", out, told)
	}
	if out, told, exit := sam("remove-computer", "sam@example.com", "notebook", "--yes"); exit != 0 || !strings.Contains(out, "Notebook of Sam Ortiz <sam@example.com> is removed. The last computer") {
		t.Errorf("members remove-computer: %d, %s%s", exit, out, told)
	}
	if out, told, exit := sam("computers", "sam@example.com", "--json"); exit != 0 || !strings.Contains(out, `"computers":[],"needsReset":true`) {
		t.Errorf("members computers: %d, %s%s", exit, out, told)
	}
	_, _, err = notebook.SignIn(ctx, "sam@example.com", secret.NewText("granite lagoon whisper 47"))
	if !service.IsCode(err, service.CodeComputerUnknown) {
		t.Errorf("the last computer, which was removed: %v", err)
	}
	// The server is restored as it was before this computer signed in last.
	copied, err := db.Snapshot(ctx)
	ok(err)
	ok(os.WriteFile(filepath.Join(there, "restored.db"), copied, 0o600))
	again := keychain.NewMemory()
	for _, name := range servers.Names() {
		value, err := servers.Get(ctx, name)
		ok(err)
		ok(again.Set(ctx, name, value))
	}
	if out, told, exit := run("audit", "code"); exit != 0 || !strings.Contains(out, "Log code") {
		t.Errorf("audit code: %d, %s%s", exit, out, told)
	}
	db2, err := sqlite.Open(ctx, filepath.Join(there, "restored.db"))
	ok(err)
	defer func() { ok(db2.Close()) }()
	w2, err := workspace.Open(ctx, local.Config{Store: db2, Secrets: again, Files: files, Password: password.Cheap, Recovery: recovery.Cheap})
	ok(err)
	defer w2.Close()
	ok(w2.NoteRestored(ctx, time.Now()))
	_, logCode, err := w2.LogCode(ctx)
	ok(err)
	s2 := server.New(server.Config{Workspace: w2.Served(), Tokens: tokenstest.NewMemory(), Sealer: key.For("tokens")})
	defer func() { ok(s2.Close(ctx)) }()
	answers.Store(s2)
	if out, told, exit := run("members", "list"); exit != 4 || !strings.Contains(told, "was restored from a backup") || strings.Count(told, "operator restored the workspace") != 1 {
		t.Errorf("a restored log: %d, %s%s", exit, out, told)
	}
	if out, told, exit := run("audit", "accept-restored", "ABCD-EFGH-JKLM-NPQR"); exit != 4 || !strings.Contains(told, "another code") {
		t.Errorf("another code: %d, %s%s", exit, out, told)
	}
	if out, told, exit := run("audit", "accept-restored", logCode); exit != 0 || !strings.Contains(out, "Restored log accepted") {
		t.Errorf("audit accept-restored: %d, %s%s", exit, out, told)
	}
	if out, told, exit := run("members", "list"); exit != 0 {
		t.Errorf("once it is accepted: %d, %s%s", exit, out, told)
	}
	answers.Store(s)
	if out, told, exit := run("members", "list"); exit != 3 || !strings.Contains(told, "isn’t the one that this computer knows") {
		t.Errorf("the log of before: %d, %s%s", exit, out, told)
	}
	at.Close()
	if out, told, exit := run("members", "list"); exit == 0 || !strings.Contains(told, "reach the server") {
		t.Errorf("away: %d, %s%s", exit, out, told)
	}
}
