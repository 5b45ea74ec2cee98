package app

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"countersign/backend/keychain"
	"countersign/backend/secret"
	"countersign/backend/store"
)

func TestState_SecondWindowSaysThatTheFolderIsOpen(t *testing.T) {
	t.Parallel()
	path, secrets := filepath.Join(t.TempDir(), "data"), keychain.NewMemory()
	first := windowOn(t, path, secrets)
	if st, err := first.auth.State(); err != nil || st.Stage != "create" {
		t.Fatalf("%+v %v", st, err)
	}
	second := windowOn(t, path, secrets)
	st, err := second.auth.State()
	second.ok(err)
	if st.Stage != "fault" || st.Fault.Code != "in_use" || st.Fault.Args["folder"] != path {
		t.Fatalf("%+v", st)
	}
	first.s.end()
	if st, err := second.auth.Retry(); err != nil || st.Stage != "create" {
		t.Errorf("trying again: %+v %v", st, err)
	}
}

// absent is a system without a keychain.
type absent struct{}

func (absent) Set(context.Context, string, secret.Bytes) error { return store.ErrKeychainAbsent }
func (absent) Get(context.Context, string) (secret.Bytes, error) {
	return secret.Bytes{}, store.ErrKeychainAbsent
}
func (absent) Delete(context.Context, string) error { return store.ErrKeychainAbsent }

func TestState_FaultHasWordsAndRetryGoesOn(t *testing.T) {
	t.Parallel()
	path, secrets := filepath.Join(t.TempDir(), "data"), keychain.NewMemory()
	w := windowOn(t, path, secrets)
	w.create()
	w.s.end()

	w = windowOn(t, path, absent{})
	st, err := w.auth.State()
	w.ok(err)
	if st.Stage != "fault" || st.Fault.Code != "keychain_absent" || !worded(*st.Fault) || st.Workspace != "" {
		t.Fatalf("%+v", st)
	}
	w.s.secrets = secrets
	st, err = w.auth.Retry()
	w.ok(err)
	if st.Stage != "signIn" || st.Workspace != "Northwind Legal" {
		t.Errorf("%+v", st)
	}
	w.s.end()

	if err := os.WriteFile(filepath.Join(path, "workspace.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	w = windowOn(t, path, secrets)
	st, err = w.auth.State()
	w.ok(err)
	if st.Fault == nil || st.Fault.Code != "database_damaged" || st.Fault.Args["file"] != filepath.Join(path, "workspace.db") {
		t.Errorf("%+v", st)
	}
}
