package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"countersign/backend/keychain"
	"countersign/backend/secret"
	"countersign/backend/workspace"
)

// open are the methods that need no session and no challenge.
var open = map[string]bool{
	"Door.State": true, "Door.Retry": true, "Door.Key": true, "Door.Strength": true, "Door.CreateWorkspace": true, "Door.SignIn": true,
	"Door.Redeem": true, "Door.MakeSecretsFile": true, "Door.UnlockSecretsFile": true,
	"Door.Review": true, "Door.AcceptReviewed": true, "Door.EndReview": true, "Door.SaveDiagnostics": true, "Door.UseKit": true,
}

// silent are the methods that end something, and say nothing where there is nothing.
var silent = map[string]bool{"Door.Lock": true, "Door.Leave": true}

// TestEveryBoundMethodIsRefusedWithoutASession finds the methods by reflection,
// so that a new one cannot be forgotten.
func TestEveryBoundMethodIsRefusedWithoutASession(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	in := w.create()
	v, err := w.enr.BeginEnable(in.Token, pass)
	w.ok(err)
	code, err := totp.GenerateCode(strings.Join(v.KeyGroups, ""), time.Now())
	w.ok(err)
	_, err = w.enr.Confirm(in.Token, code)
	w.ok(err)
	_, err = w.enr.Continue(in.Token)
	w.ok(err)
	w.door.Lock(in.Token)
	w.locked("asked")
	due, err := w.door.SignIn(email, pass)
	w.ok(err)
	for _, token := range []string{"", "guess", in.Token, due.Challenge.Token} { // locked, and while the second factor is due
		count := 0
		for _, bound := range windowOptions(w.s, os.DirFS(t.TempDir())).Bind {
			v := reflect.ValueOf(bound)
			for i := range v.NumMethod() {
				name := v.Elem().Type().Name() + "." + v.Type().Method(i).Name
				if open[name] {
					continue
				}
				m := v.Method(i)
				args := []reflect.Value{reflect.ValueOf(token)}
				for k := 1; k < m.Type().NumIn(); k++ {
					args = append(args, reflect.Zero(m.Type().In(k)))
				}
				out := m.Call(args)
				count++
				if silent[name] {
					continue
				}
				err, _ := out[len(out)-1].Interface().(error)
				code := w.s.present(errOr(err)).Code
				takesChallenge := token == due.Challenge.Token && map[string]string{
					"Door.Verify": "code_required", "Door.UseRecoveryCode": "recovery_required", "Door.UseHelpCode": "help_required",
					"Door.Enrol": "two_factor_on",
				}[name] == code
				if code != "session_ended" && code != "challenge_ended" && !takesChallenge {
					t.Errorf("%s with the token %q: %s", name, token, code)
				}
			}
		}
		if count < 15 {
			t.Errorf("only %d methods were found", count)
		}
	}
}

func errOr(err error) error {
	if err == nil {
		return errors.New("allowed")
	}
	return err
}

func TestLockingEmptiesTheWindowAndUndoesAnEnrolment(t *testing.T) {
	t.Parallel()
	secrets := keychain.NewMemory()
	w := windowOn(t, filepath.Join(t.TempDir(), "data"), secrets)
	in := w.create()
	_, err := w.enr.BeginEnable(in.Token, pass)
	w.ok(err)
	if n := len(secrets.Names()); n != 5 {
		t.Fatalf("%d items", n)
	}
	w.door.Lock(in.Token)
	w.locked("asked")
	w.s.ending.Wait()
	if n := len(secrets.Names()); n != 4 {
		t.Errorf("%d items after locking", n)
	}
	_, err = w.prof.Get(in.Token)
	w.refused(err, "session_ended")
}

func TestASecondWindowOnTheFolderSaysThatItIsOpen(t *testing.T) {
	t.Parallel()
	path, secrets := filepath.Join(t.TempDir(), "data"), keychain.NewMemory()
	first := windowOn(t, path, secrets)
	if st, err := first.door.State(); err != nil || st.Stage != "create" {
		t.Fatalf("%+v %v", st, err)
	}
	second := windowOn(t, path, secrets)
	st, err := second.door.State()
	second.ok(err)
	if st.Stage != "fault" || st.Fault.Code != "in_use" || st.Fault.Args["folder"] != path {
		t.Fatalf("%+v", st)
	}
	first.s.end()
	if st, err := second.door.Retry(); err != nil || st.Stage != "create" {
		t.Errorf("trying again: %+v %v", st, err)
	}
}

// absent is a system without a keychain.
type absent struct{}

func (absent) Set(context.Context, string, secret.Bytes) error { return workspace.ErrKeychainAbsent }
func (absent) Get(context.Context, string) (secret.Bytes, error) {
	return secret.Bytes{}, workspace.ErrKeychainAbsent
}
func (absent) Delete(context.Context, string) error { return workspace.ErrKeychainAbsent }

func TestAFaultIsAStateWithWordsAndTryingAgainGoesOn(t *testing.T) {
	t.Parallel()
	path, secrets := filepath.Join(t.TempDir(), "data"), keychain.NewMemory()
	w := windowOn(t, path, secrets)
	w.create()
	w.s.end()

	w = windowOn(t, path, absent{})
	st, err := w.door.State()
	w.ok(err)
	if st.Stage != "fault" || st.Fault.Code != "keychain_absent" || !worded(*st.Fault) || st.Workspace != "" {
		t.Fatalf("%+v", st)
	}
	w.s.secrets = secrets
	st, err = w.door.Retry()
	w.ok(err)
	if st.Stage != "signIn" || st.Workspace != "Northwind Legal" {
		t.Errorf("%+v", st)
	}
	w.s.end()

	if err := os.WriteFile(filepath.Join(path, "workspace.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	w = windowOn(t, path, secrets)
	st, err = w.door.State()
	w.ok(err)
	if st.Fault == nil || st.Fault.Code != "database_damaged" || st.Fault.Args["file"] != filepath.Join(path, "workspace.db") {
		t.Errorf("%+v", st)
	}
}

func TestErrors_AStoreThatFailsIsLoggedWithItsCause(t *testing.T) {
	t.Parallel()
	p := newWindow(t)
	_, err := p.door.State()
	p.ok(err)
	failed := workspace.Explain(fmt.Errorf("%w: the disk exploded", workspace.ErrStoreFailed))
	for _, err := range []error{failed, errors.Join(failed, workspace.Fault(workspace.CodeSuspendedSelf, nil, nil))} {
		e := p.s.present(err)
		if e.Code != string(workspace.CodeFolderFailed) || e.Reference == "" || strings.Contains(fmt.Sprint(e), "exploded") {
			t.Errorf("%+v", e)
		}
		log, err := os.ReadFile(filepath.Join(p.s.path, logName))
		if err != nil || !strings.Contains(string(log), e.Reference) || !strings.Contains(string(log), "exploded") {
			t.Errorf("the log has %q, %v", log, err)
		}
	}
}

func TestWhatNobodyForesawReachesThePageAsAReferenceAlone(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	if _, err := w.door.State(); err != nil {
		t.Fatal(err)
	}
	e := w.s.present(errors.New("select * from somewhere: exploded at /home/x"))
	if e.Code != "internal" || e.Reference == "" || strings.Contains(fmt.Sprint(e), "exploded") {
		t.Errorf("%+v", e)
	}
	log, err := os.ReadFile(filepath.Join(w.s.path, logName))
	w.ok(err)
	if !strings.Contains(string(log), e.Reference) || !strings.Contains(string(log), "exploded") {
		t.Errorf("the log does not explain it: %s", log)
	}
}

func TestThePageGetsNoHashSaltOrKey(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	in := w.create()
	raw, err := json.Marshal(in)
	w.ok(err)
	for _, word := range []string{"salt", "hash", "verifier", "secret", "item", "epoch"} {
		if strings.Contains(strings.ToLower(string(raw)), word) {
			t.Errorf("%s is in %s", word, raw)
		}
	}
}

func TestTheFlagsOfTheDevServerAreNotOurs(t *testing.T) {
	t.Parallel()
	got := dropWailsFlags([]string{"-loglevel", "Trace", "--data-dir", "x", "-assetdir=frontend/dist", "-devserver", "localhost:1"})
	if strings.Join(got, " ") != "--data-dir x" {
		t.Errorf("got %q", got)
	}
}

func TestADatabaseThatWasChangedShowsWhatWasFoundAndAnOwnerGoesOn(t *testing.T) {
	t.Parallel()
	path, secrets := filepath.Join(t.TempDir(), "data"), keychain.NewMemory()
	w := windowOn(t, path, secrets)
	w.create()
	w.s.end()
	old, err := os.ReadFile(filepath.Join(path, "workspace.db"))
	w.ok(err)
	w = windowOn(t, path, secrets)
	if _, err := w.door.SignIn(email, pass); err != nil {
		t.Fatal(err)
	}
	w.s.end()
	w.ok(os.WriteFile(filepath.Join(path, "workspace.db"), old, 0o600))

	w = windowOn(t, path, secrets)
	st, err := w.door.State()
	w.ok(err)
	if st.Fault == nil || st.Fault.Code != "not_authentic" || st.Integrity == nil || st.Integrity.Findings[0].Kind != "older-copy" ||
		!st.Integrity.Acceptable || st.Integrity.LastGood == "" || st.Workspace != "" {
		t.Fatalf("%+v %+v", st, st.Integrity)
	}
	_, err = w.door.SignIn(email, pass)
	w.refused(err, "not_authentic")

	w.desk.saveTo = filepath.Join(t.TempDir(), "diagnostics")
	saved, err := w.door.SaveDiagnostics()
	w.ok(err)
	raw, err := os.ReadFile(w.desk.saveTo + ".json")
	w.ok(err)
	if saved.Name != "diagnostics.json" || !strings.Contains(string(raw), "older-copy") || strings.Contains(string(raw), "Amara") || strings.Contains(string(raw), "@") {
		t.Errorf("%s", raw)
	}
	_, err = w.door.AcceptReviewed()
	w.refused(err, "challenge_ended") // nobody has reviewed it
	_, err = w.door.Review(email, "not the password at all", Factor{Kind: "none"})
	w.refused(err, "credentials_wrong")
	_, err = w.door.Review(email, pass, Factor{Kind: "none"})
	w.ok(err)
	w.ok(w.door.EndReview())
	_, err = w.door.AcceptReviewed()
	w.refused(err, "challenge_ended")
	_, err = w.door.Review(email, pass, Factor{Kind: "none"})
	w.ok(err)
	st, err = w.door.State() // a page that begins anew
	w.ok(err)
	if st.Fault == nil || st.Fault.Code != "not_authentic" {
		t.Fatalf("%+v", st)
	}
	_, err = w.door.AcceptReviewed()
	w.refused(err, "challenge_ended")
	seen, err := w.door.Review(email, pass, Factor{Kind: "none"})
	w.ok(err)
	if len(seen.People) != 1 || seen.People[0].Name != "Amara Okafor" || seen.LastGood == "" {
		t.Errorf("%+v", seen)
	}
	st, err = w.door.AcceptReviewed()
	w.ok(err)
	if st.Stage != "signIn" {
		t.Errorf("%+v", st)
	}
	if _, err := w.door.SignIn(email, pass); err != nil {
		t.Error(err)
	}
}

func TestALockEndsThePageAndTheNextOneSaysWhy(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	in := w.create()
	w.door.Lock(in.Token)
	w.locked("asked")
	w.s.ending.Wait()
	if w.desk.renewed != 1 {
		t.Errorf("the page was renewed %d times", w.desk.renewed)
	}
	st, err := w.door.State()
	w.ok(err)
	if st.LockedFor != "asked" {
		t.Errorf("locked for %q", st.LockedFor)
	}
	_, err = w.door.SignIn(email, pass)
	w.ok(err)
	if st, err = w.door.State(); err != nil || st.LockedFor != "" {
		t.Errorf("still locked for %q, %v", st.LockedFor, err)
	}
}
