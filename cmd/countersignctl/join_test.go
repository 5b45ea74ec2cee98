package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"countersign/backend/client"
	"countersign/backend/folder"
	"countersign/backend/folders"
	"countersign/backend/joined"
	"countersign/backend/keychain"
	"countersign/backend/password"
	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/secretsfile"
)

const (
	joinEmail  = "amara@example.com"
	joinPass   = "tundra velvet orchard 91"
	joinPhrase = "harbour granite lantern 47"
)

// newJoining is a folder without a workspace, whose secrets are in a file.
func newJoining(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	secrets, err := secretsfile.Create(t.Context(), dir, secret.NewText(joinPhrase), password.Cheap)
	if err != nil {
		t.Fatal(err)
	}
	secrets.Close()
	return dir
}

// joins gives the command join the line of an invitation, and what else it asks for.
func joins(t *testing.T, dir string, i remote.Invitation, more ...string) said {
	t.Helper()
	return saidOf(terminal(t, append([]string{i.Link().Reveal(), joinPhrase}, more...), "join", "--data-dir", dir))
}

// said is what a command has said, and how it has ended.
type said struct {
	out, told string
	exit      int
}

func saidOf(out, told string, exit int) said { return said{out, told, exit} }

func (s said) is(t *testing.T, exit int, wants ...string) {
	t.Helper()
	if s.exit != exit {
		t.Errorf("exit %d, not %d: %s%s", s.exit, exit, s.out, s.told)
	}
	for _, want := range wants {
		if !strings.Contains(s.out+s.told, want) {
			t.Errorf("%q is not in %s%s", want, s.out, s.told)
		}
	}
}

func hasJoined(t *testing.T, dir string, want bool) {
	t.Helper()
	if there, err := joined.Has(dir); err != nil || there != want {
		t.Errorf("it has joined: %v, %v", there, err)
	}
}

func TestJoin_InvitationThenAnotherComputerOfYours(t *testing.T) {
	t.Parallel()
	v := newServing(t, joinEmail)
	dir := newJoining(t)
	joins(t, dir, v.invited, joinPass, joinPass).is(t, 0, "Northwind Legal", v.invited.Server, joinEmail)
	own := func(dir string, args ...string) said {
		t.Helper()
		return saidOf(terminal(t, []string{joinPhrase, joinPass}, append(args, "--data-dir", dir, "--email", joinEmail)...))
	}
	own(dir, "members", "list").is(t, 0, "Amara Okafor")
	joins(t, newJoining(t), v.invited, joinPass, joinPass).is(t, 4, "don’t match") // the code was good for one

	given := own(dir, "computers", "add-code")
	given.is(t, 0)
	i, err := remote.ParseInvitation(secret.NewText(given.out))
	if err != nil {
		t.Fatal(err)
	}
	other := newJoining(t)
	joins(t, other, i).is(t, 0, "Northwind Legal", joinEmail) // no new password is asked for
	own(other, "members", "list").is(t, 0, "Amara Okafor")
	own(other, "computers", "list", "--json").is(t, 0, `"here":true`, `"here":false`)
}

func TestJoin_InvitationOnPaperIsEntered(t *testing.T) {
	t.Parallel()
	v := newServing(t, joinEmail)
	dir := newJoining(t)
	key := strings.ToLower(strings.ReplaceAll(v.invited.Key.String(), "-", " "))
	lines := []string{v.invited.Code.Reveal(), joinPhrase, joinPass, joinPass}
	join := []string{"join", "--data-dir", dir, "--json"}
	saidOf(terminal(t, append([]string{joinEmail}, lines...), append(join, "--server", v.invited.Server)...)).is(t, 4, `"server_key"`)
	saidOf(terminal(t, append([]string{joinEmail}, lines...), append(join, "--key", key)...)).is(t, 4, `"server_address"`)
	got := saidOf(terminal(t, lines, append(join, "--server", "https://"+v.invited.Server+"/", "--key", key, "--email", joinEmail)...))
	got.is(t, 0)
	var report joinReport
	if err := json.Unmarshal([]byte(got.out), &report); err != nil || report != (joinReport{true, dir, "Northwind Legal", v.invited.Server, joinEmail}) {
		t.Errorf("%v, %+v", err, report)
	}
}

// What is refused after the server was found is tried again by the same command.
func TestJoin_RefusedIsTriedAgain(t *testing.T) {
	t.Parallel()
	v, elsewhere := newServing(t, joinEmail), newServing(t, joinEmail)
	dir := newJoining(t)
	wrong := v.invited
	wrong.Code = secret.NewText("ABCD-EFGH-JKMN-PQRS")
	joins(t, dir, wrong, joinPass, joinPass).is(t, 4, "don’t match")
	hasJoined(t, dir, true)
	joins(t, dir, elsewhere.invited, joinPass, joinPass).is(t, 5, "countersignctl leave")
	other := v.invited
	other.Key[0] ^= 1
	joins(t, dir, other, joinPass, joinPass).is(t, 5, "countersignctl leave")
	joins(t, dir, v.invited, joinPass, joinPass+"2").is(t, 2, "The passwords don’t match")
	joins(t, dir, v.invited, "short", "short").is(t, 4, "at least 15 characters")
	joins(t, dir, v.invited, joinPass, joinPass).is(t, 0, "Northwind Legal")
}

func TestJoin_RefusedBeforeTheServerIsFoundChangesNothing(t *testing.T) {
	t.Parallel()
	v := newServing(t, joinEmail)
	fresh := filepath.Join(t.TempDir(), "not", "there", "yet")
	saidOf(terminal(t, []string{"an invitation"}, "join", "--data-dir", fresh)).is(t, 4, "no invitation")
	if _, err := os.Stat(fresh); !os.IsNotExist(err) {
		t.Errorf("the folder was made: %v", err)
	}
	dir := newJoining(t)
	other := v.invited
	other.Key[0] ^= 1
	joins(t, dir, other, joinPass, joinPass).is(t, 4, "isn’t the server")
	hasJoined(t, dir, false)
	lock, err := folder.Hold(dir)
	if err != nil {
		t.Fatal(err)
	}
	joins(t, dir, v.invited, joinPass, joinPass).is(t, 5, "Countersign is open on this folder")
	hasJoined(t, dir, false)
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	saidOf(terminal(t, nil, "join", "--data-dir", v.folder)).is(t, 5, "already has a workspace") // before anything is asked for
	joins(t, dir, v.invited, joinPass, joinPass).is(t, 0)
}

// Two folders with one workspace would share its items in the keychain.
func TestJoin_WorkspaceOfAnotherFolderIsRefused(t *testing.T) {
	v := newServing(t, joinEmail)
	root := t.TempDir()
	t.Setenv(folder.EnvVar, root)
	dial, err := remote.Dial(t.Context(), v.reached())
	if err != nil {
		t.Fatal(err)
	}
	defer dial.Close()
	if err := folders.Write(root, folders.Label{Workspace: dial.ID(), Name: "Northwind Legal", Server: v.invited.Server}); err != nil {
		t.Fatal(err)
	}
	dir := newJoining(t)
	joins(t, dir, v.invited, joinPass, joinPass).is(t, 5, "in another folder")
	hasJoined(t, dir, false)
	if err := folders.Remove(root); err != nil {
		t.Fatal(err)
	}
	joins(t, dir, v.invited, joinPass, joinPass).is(t, 0)
}

// Where the password of a member with 2FA was reset, the code of their phone is asked for; with a wrong one nothing has changed.
func TestJoin_PasswordResetAsksForTheVerificationCode(t *testing.T) {
	t.Parallel()
	v := newServing(t, joinEmail)
	dir := newJoining(t)
	joins(t, dir, v.invited, joinPass, joinPass).is(t, 0)
	const email, first, second = "sam@example.com", "granite lagoon whisper 47", "copper meadow lantern 12"
	admin := func(args ...string) remote.Invitation {
		t.Helper()
		got := saidOf(terminal(t, []string{joinPhrase, joinPass, joinPass}, append(args, "--data-dir", dir, "--email", joinEmail)...))
		got.is(t, 0)
		i, err := remote.ParseInvitation(secret.NewText(got.out))
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	key, recoveryCode := enrolled(t, v, admin("members", "add", "Sam Ortiz", email), first)
	reset := admin("members", "reset-password", email)
	sams := newJoining(t)
	joins(t, sams, reset, second, second, "000000").is(t, 4, "Incorrect code")
	joins(t, sams, reset, second, second, codeAt(t, key, 1)).is(t, 0, "Northwind Legal", email)
	saidOf(terminal(t, []string{joinPhrase, second, recoveryCode}, "status", "--sign-in", "--recovery-code", "--data-dir", sams, "--email", email)).is(t, 0, "Sam Ortiz")
}

// enrolled is somebody with an authenticator app, and gives its key and a recovery code.
func enrolled(t *testing.T, v *serving, i remote.Invitation, pw string) (key, recoveryCode string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	dial, err := remote.Dial(ctx, v.reached())
	ok(err)
	t.Cleanup(dial.Close)
	with := cheapClient()
	with.Secrets = keychain.NewMemory()
	w, err := client.Open(ctx, dial, with)
	ok(err)
	t.Cleanup(w.Close)
	s, _, err := w.Redeem(ctx, i.Email, i.Code, secret.NewText(pw))
	ok(err)
	shown, err := s.BeginEnable(ctx, secret.NewText(pw))
	ok(err)
	key = strings.Join(shown.Groups, "")
	issued, err := s.Confirm(ctx, secret.NewText(codeAt(t, key, 0)))
	ok(err)
	ok(s.Continue(ctx))
	ok(s.End(ctx))
	return key, issued.Codes[0].Display()
}

// codeAt is the code of this step, or of one after it.
func codeAt(t *testing.T, key string, from int64) string {
	t.Helper()
	code, err := hotp.GenerateCodeCustom(key, uint64(time.Now().Unix()/30+from), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestLeave_FolderForgetsTheServer(t *testing.T) {
	t.Parallel()
	v := newServing(t, joinEmail)
	dir := newJoining(t)
	leave := func(args ...string) said {
		t.Helper()
		return saidOf(terminal(t, []string{joinPhrase}, append([]string{"leave", "--data-dir", dir}, args...)...))
	}
	leave("--yes").is(t, 5, "hasn’t joined a server")
	joins(t, dir, v.invited, joinPass, joinPass).is(t, 0)
	if err := folders.Write(dir, folders.Label{Workspace: strings.Repeat("a", 26), Name: "Northwind Legal", Server: v.invited.Server}); err != nil { // as the app does
		t.Fatal(err)
	}
	if all, err := folders.All(dir); err != nil || len(all) != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	leave().is(t, 2, "--yes")
	hasJoined(t, dir, true)
	lock, err := folder.Hold(dir)
	if err != nil {
		t.Fatal(err)
	}
	leave("--yes").is(t, 5, "Countersign is open on this folder")
	hasJoined(t, dir, true)
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	leave("--yes").is(t, 0, "has left the server")
	hasJoined(t, dir, false)
	if all, err := folders.All(dir); err != nil || len(all) > 0 {
		t.Errorf("the app still lists it: %+v, %v", all, err)
	}
	secrets, err := secretsfile.Open(t.Context(), dir, secret.NewText(joinPhrase))
	if err != nil {
		t.Fatal(err)
	}
	defer secrets.Close()
	if names, err := secrets.Names(t.Context()); err != nil || len(names) > 0 {
		t.Errorf("it still has %q, %v", names, err)
	}
}
