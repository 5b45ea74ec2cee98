package app

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"countersign/backend/keychain"
	"countersign/backend/secretsfile"
	"countersign/backend/store"
)

// Present is the answer of a system without a keychain.
func (absent) Present(context.Context) error { return store.ErrKeychainAbsent }

// untouched is a keychain that nobody may ask.
type untouched struct {
	store.Secrets
	t *testing.T
}

func (u untouched) Present(context.Context) error { u.t.Error("the keychain was asked"); return nil }

const filePhrase = "lantern gravel oboe nineteen"

func (w *window) makeFile(passphrase string) (AuthState, error) {
	return w.auth.MakeSecretsFile(w.page.typed(holdsPassphrase, passphrase))
}

func (w *window) unlockFile(passphrase string) (AuthState, error) {
	return w.auth.UnlockSecretsFile(w.page.typed(holdsPassphrase, passphrase))
}

func (w *window) stage() AuthState {
	w.Helper()
	st, err := w.auth.State()
	w.ok(err)
	return st
}

// enable turns 2FA on and gives the key.
func (w *window) enable(in SignedIn) string {
	w.Helper()
	v, err := w.enr.BeginEnable(in.Token, pass)
	w.ok(err)
	key := strings.Join(v.KeyGroups, "")
	code, err := totp.GenerateCode(key, time.Now())
	w.ok(err)
	_, err = w.enr.Confirm(in.Token, code)
	w.ok(err)
	_, err = w.enr.Continue(in.Token)
	w.ok(err)
	return key
}

func TestSecretsFile_StandsInForAMissingKeychain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data")
	w := windowOn(t, path, absent{})
	st := w.stage()
	if st.Stage != "fault" || st.Fault.Code != "keychain_absent" || !st.CanUseFile || st.SecretsFile {
		t.Fatalf("%+v", st)
	}
	if there, err := secretsfile.Exists(path); there || err != nil {
		t.Fatalf("a file was made without a word: %v", err)
	}
	st, err := w.makeFile(filePhrase)
	w.ok(err)
	if st.Stage != "create" || !st.SecretsFile || st.CanUseFile {
		t.Fatalf("%+v", st)
	}
	key := w.enable(w.create())
	w.s.end()

	// The next start.
	w = windowOn(t, path, absent{})
	if st = w.stage(); st.Stage != "unlock" || !st.SecretsFile || st.Workspace != "" || st.Fault != nil {
		t.Fatalf("%+v", st)
	}
	_, err = w.auth.SignIn(email, pass)
	w.refused(err, "secrets_file_locked")
	_, err = w.unlockFile("lantern gravel oboe eighteen")
	if e := w.refused(err, "passphrase_wrong"); e.Field != "passphrase" {
		t.Errorf("%+v", e)
	}
	_, err = w.unlockFile("")
	w.refused(err, "passphrase_required")
	st, err = w.unlockFile(filePhrase)
	w.ok(err)
	if st.Stage != "signIn" || st.Workspace != "Northwind Legal" || !st.SecretsFile {
		t.Fatalf("%+v", st)
	}
	due, err := w.auth.SignIn(email, pass)
	w.ok(err)
	code, err := totp.GenerateCode(key, time.Now().Add(30*time.Second)) // the one before was used
	w.ok(err)
	in, err := w.auth.Verify(due.Challenge.Token, code)
	w.ok(err)

	// A lock of the window leaves the file as a keychain is left.
	w.auth.Lock(in.Token)
	if st = w.stage(); st.Stage != "signIn" {
		t.Errorf("%+v", st)
	}
}

func TestSecretsFile_NeedsNoKeychainAndNoWorkspace(t *testing.T) {
	t.Parallel()
	w := newWindow(t) // with a keychain
	_, err := w.makeFile(filePhrase)
	w.refused(err, "secrets_file_refused")

	path, secrets := filepath.Join(t.TempDir(), "data"), keychain.NewMemory()
	w = windowOn(t, path, secrets)
	w.create()
	w.s.end()
	w = windowOn(t, path, absent{}) // with a workspace
	if st := w.stage(); st.Fault == nil || st.Fault.Code != "keychain_absent" || st.CanUseFile {
		t.Errorf("%+v", st)
	}
	_, err = w.makeFile(filePhrase)
	w.refused(err, "secrets_file_refused")
	if there, err := secretsfile.Exists(path); there || err != nil {
		t.Errorf("%v %v", there, err)
	}

	w = windowOn(t, filepath.Join(t.TempDir(), "data"), absent{}) // with a file
	_, err = w.makeFile(filePhrase)
	w.ok(err)
	_, err = w.makeFile(filePhrase)
	w.refused(err, "secrets_file_refused")
}

func TestSecretsFile_WeakPassphraseIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data")
	w := windowOn(t, path, absent{})
	for passphrase, code := range map[string]string{
		"": "passphrase_required", "velvet tundra": "passphrase_short", "aaaaaaaaaaaaaaaaaaaa": "passphrase_common",
		strings.Repeat("tundra velvet orchard ", 60): "passphrase_long",
	} {
		_, err := w.makeFile(passphrase)
		if e := w.refused(err, code); e.Field != "passphrase" {
			t.Errorf("%+v", e)
		}
	}
	if there, err := secretsfile.Exists(path); there || err != nil {
		t.Errorf("%v %v", there, err)
	}
}

func TestSecretsFile_KeychainIsNeverAsked(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data")
	w := windowOn(t, path, absent{})
	_, err := w.makeFile(filePhrase)
	w.ok(err)
	w.create()
	w.s.end()

	memory := keychain.NewMemory()
	w = windowOn(t, path, untouched{memory, t})
	if st := w.stage(); st.Stage != "unlock" {
		t.Fatalf("%+v", st)
	}
	_, err = w.unlockFile(filePhrase)
	w.ok(err)
	_, err = w.auth.SignIn(email, pass)
	w.ok(err)
	if names := memory.Names(); len(names) > 0 {
		t.Errorf("%v", names)
	}
	w.s.end()

	// Nor is it asked, or the file made anew, once the file is gone: its items are missing.
	w.ok(os.Remove(filepath.Join(path, secretsfile.Name)))
	w = windowOn(t, path, memory)
	if st := w.stage(); st.Fault == nil || st.Fault.Code != "keychain_item_missing" || st.CanUseFile || st.SecretsFile {
		t.Errorf("%+v", st)
	}
}

func TestSecretsFile_DamagedIsAFaultAndLeftAsItIs(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data")
	w := windowOn(t, path, absent{})
	_, err := w.makeFile(filePhrase)
	w.ok(err)
	w.create()
	w.s.end()
	file := filepath.Join(path, secretsfile.Name)
	whole, err := os.ReadFile(file)
	w.ok(err)

	for what, damaged := range map[string][]byte{
		"cut in its beginning": whole[:50],
		"cut at its end":       whole[:len(whole)-1],
		"changed":              append(bytes.Clone(whole[:len(whole)-1]), whole[len(whole)-1]^1),
	} {
		w.ok(os.WriteFile(file, damaged, 0o600))
		w = windowOn(t, path, absent{})
		st := w.stage()
		if st.Stage == "unlock" { // what only the passphrase shows
			st, err = w.unlockFile(filePhrase)
			w.ok(err)
		}
		if st.Stage != "fault" || st.Fault.Code != "secrets_file_damaged" || st.Fault.Args["file"] != file || st.CanUseFile || !st.SecretsFile {
			t.Errorf("%s: %+v", what, st)
		}
		left, err := os.ReadFile(file)
		if w.ok(err); !bytes.Equal(left, damaged) {
			t.Errorf("%s: it was written over", what)
		}
		w.s.end()
	}

	w.ok(os.WriteFile(file, whole, 0o600))
	w = windowOn(t, path, absent{})
	if st, err := w.unlockFile(filePhrase); err != nil || st.Stage != "signIn" {
		t.Errorf("%+v %v", st, err)
	}
}

func TestSecretsFile_OlderCopyOpensNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data")
	w := windowOn(t, path, absent{})
	_, err := w.makeFile(filePhrase)
	w.ok(err)
	w.create()
	w.s.end()
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(path, name))
		w.ok(err)
		return b
	}
	oldDatabase, oldFile := read("workspace.db"), read(secretsfile.Name)

	w = windowOn(t, path, absent{})
	_, err = w.unlockFile(filePhrase)
	w.ok(err)
	in, err := w.auth.SignIn(email, pass)
	w.ok(err)
	key := w.enable(*in.Session)
	w.s.end()
	newDatabase, newFile := read("workspace.db"), read(secretsfile.Name)
	start := func(database, file []byte) AuthState {
		w.ok(os.WriteFile(filepath.Join(path, "workspace.db"), database, 0o600))
		w.ok(os.WriteFile(filepath.Join(path, secretsfile.Name), file, 0o600))
		w = windowOn(t, path, absent{})
		st, err := w.unlockFile(filePhrase)
		w.ok(err)
		return st
	}

	if st := start(oldDatabase, newFile); st.Fault == nil || st.Fault.Code != "not_authentic" || st.Integrity.Findings[0].Kind != "older-copy" {
		t.Errorf("%+v", st)
	}
	w.s.end()

	if st := start(newDatabase, oldFile); st.Stage != "signIn" {
		t.Fatalf("%+v", st)
	}
	due, err := w.auth.SignIn(email, pass)
	w.ok(err)
	if due.Session != nil {
		t.Fatal("2FA is off")
	}
	code, err := totp.GenerateCode(key, time.Now().Add(30*time.Second))
	w.ok(err)
	_, err = w.auth.Verify(due.Challenge.Token, code)
	w.refused(err, "keychain_item_missing")
}

func TestSecretsFile_NewPassphraseIsLogged(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data")
	w := windowOn(t, path, absent{})
	_, err := w.makeFile(filePhrase)
	w.ok(err)
	in := w.create()
	settings := &Settings{w.s}
	change := func(current, next string) error {
		return settings.ChangeSecretsPassphrase(in.Token, w.page.typed(holdsPassphrase, current), w.page.typed(holdsPassphrase, next))
	}
	const next = "kettle drum marzipan seven"
	if e := w.refused(change("lantern gravel oboe eighteen", next), "passphrase_wrong"); e.Field != "current" {
		t.Errorf("%+v", e)
	}
	if e := w.refused(change(filePhrase, "short"), "passphrase_short"); e.Field != "passphrase" {
		t.Errorf("%+v", e)
	}
	p, err := settings.Get(in.Token)
	w.ok(err)
	if !p.SecretsFile {
		t.Error("the page is not told that there is a passphrase")
	}
	w.ok(change(filePhrase, next))
	w.s.end()

	w = windowOn(t, path, absent{})
	_, err = w.unlockFile(filePhrase)
	w.refused(err, "passphrase_wrong")
	_, err = w.unlockFile(next)
	w.ok(err)
	again, err := w.auth.SignIn(email, pass)
	w.ok(err)
	page, err := (&AuditLog{w.s}).List(again.Session.Token, LogQuery{})
	w.ok(err)
	count := 0
	for _, e := range page.Entries {
		if e.Kind == "secrets-passphrase-changed" {
			count++
		}
	}
	if count != 1 {
		t.Errorf("the log says it %d times", count)
	}
}

func TestSecretsFile_NoneHasNoPassphraseToChange(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	in := w.create()
	err := (&Settings{w.s}).ChangeSecretsPassphrase(in.Token, w.page.typed(holdsPassphrase, filePhrase), w.page.typed(holdsPassphrase, filePhrase))
	w.refused(err, "secrets_file_none")
}

func TestSecretsFile_NoSecretIsInTheFolderInClear(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data")
	w := windowOn(t, path, absent{})
	_, err := w.makeFile(filePhrase)
	w.ok(err)
	w.enable(w.create())
	secrets := map[string][]byte{"passphrase": []byte(filePhrase), "password": []byte(pass)}
	names, err := w.s.file.Names(t.Context())
	w.ok(err)
	for _, name := range names {
		item, err := w.s.file.Get(t.Context(), name)
		w.ok(err)
		if !strings.HasSuffix(name, "/anchor") { // the log's head is no secret
			secrets[name] = item.Reveal()
		}
	}
	if len(secrets) != 2+5 { // share of the computer, key of the locks, pepper, integrity key, TOTP secret
		t.Errorf("%d secrets", len(secrets))
	}
	w.ok(filepath.WalkDir(path, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(file)
		for name, value := range secrets {
			for form, spelled := range spellings(value) {
				if bytes.Contains(content, spelled) {
					t.Errorf("%s holds the %s in %s", d.Name(), name, form)
				}
			}
		}
		return err
	}))
}
