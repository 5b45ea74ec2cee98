package app

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
)

// open are the methods that need no session and no challenge.
var open = map[string]bool{
	"Auth.State": true, "Auth.Retry": true, "Auth.Key": true, "Auth.Strength": true, "Auth.CreateWorkspace": true, "Auth.SignIn": true,
	"Auth.JoinByLink": true, "Auth.Join": true, "Auth.AddComputer": true, "Auth.LeaveServer": true, "Auth.AcceptRestored": true,
	"Auth.Workspaces": true, "Auth.ChooseWorkspace": true, "Auth.AddWorkspace": true,
	"Auth.Redeem": true, "Auth.MakeSecretsFile": true, "Auth.UnlockSecretsFile": true,
	"Auth.Review": true, "Auth.AcceptReviewed": true, "Auth.EndReview": true, "Auth.SaveDiagnostics": true, "Auth.UseKit": true,
	"Preferences.Get": true, "Preferences.Set": true, "About.Get": true, "About.OpenFolder": true, "About.CopyDetails": true,
	"About.Licenses": true, "About.Newer": true,
	"Auth.Support": true, "Auth.OpenSupport": true, "Auth.Forget": true,
	"Restore.Pick": true, "Restore.PickForHere": true, "Restore.PickKey": true, "Restore.Open": true, "Restore.Finish": true, "Restore.Close": true,
}

// silent are the methods that end something, and say nothing where there is nothing.
var silent = map[string]bool{"Auth.Lock": true, "Auth.Leave": true}

// TestBound_EachMethodIsRefusedWithoutASession finds the methods by reflection,
// so that a new one cannot be forgotten.
func TestBound_EachMethodIsRefusedWithoutASession(t *testing.T) {
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
	w.auth.Lock(in.Token)
	w.locked("asked")
	due, err := w.auth.SignIn(email, pass)
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
					"Auth.Verify": "code_required", "Auth.UseRecoveryCode": "recovery_required", "Auth.UseHelpCode": "help_required",
					"Auth.Enrol": "two_factor_on",
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

func TestViews_HaveNoHashSaltOrKey(t *testing.T) {
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

func TestArgs_DevServersFlagsAreDropped(t *testing.T) {
	t.Parallel()
	got := dropWailsFlags([]string{"-loglevel", "Trace", "--data-dir", "x", "-assetdir=frontend/dist", "-devserver", "localhost:1"})
	if strings.Join(got, " ") != "--data-dir x" {
		t.Errorf("got %q", got)
	}
}

func TestUnheard_IsLoggedOnceThereIsALog(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	w.s.unheard("session", errors.New("early"))
	if _, err := w.auth.State(); err != nil {
		t.Fatal(err)
	}
	w.s.unheard("system", errors.New("late"))
	raw, err := os.ReadFile(filepath.Join(w.s.path(), logName))
	w.ok(err)
	for _, word := range []string{"session", "early", "system", "late"} {
		if strings.Count(string(raw), `"`+word+`"`) != 1 {
			t.Errorf("%s is there %d times: %s", word, strings.Count(string(raw), word), raw)
		}
	}
}
