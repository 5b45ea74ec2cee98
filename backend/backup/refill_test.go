package backup_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"countersign/backend/backup"
	"countersign/backend/bundle"
	"countersign/backend/client"
	"countersign/backend/keychain"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// failing is a keychain that does something else at one of its writes.
type failing struct {
	store.Secrets
	left int
	act  func() error // in the write's place; nil: it is locked
}

func (f *failing) Set(ctx context.Context, name string, v secret.Bytes) error {
	if f.left--; f.left != -1 {
		return f.Secrets.Set(ctx, name, v)
	}
	if f.act == nil {
		return store.ErrKeychainLocked
	}
	return errors.Join(f.Secrets.Set(ctx, name, v), f.act())
}

// writes are those of a restore: three keys, the phone's, and the anchor with its note.
const writes = 6

// identity locks the backups here: a passphrase would take a second each time.
var identity = func() *age.X25519Identity {
	key, err := age.GenerateX25519Identity()
	if err != nil {
		panic(err)
	}
	return key
}()

func (h *home) backToKey(s *client.Session, p phone) []byte {
	h.Helper()
	to, err := bundle.ParseRecipients(identity.Recipient().String())
	h.ok(err)
	return h.backTo(to, s, p)
}

// with restores by way of another keychain.
func (h *home) with(secrets store.Secrets, file []byte, o backup.Owner) error {
	h.Helper()
	keys, err := bundle.ParseIdentities(secret.NewText(identity.String()))
	h.ok(err)
	at := h.place()
	at.Secrets = secrets
	_, err = backup.Restore(h.Context(), at, bytes.NewReader(file), keys, nil, o)
	return err
}

// content is everything that a keychain has.
func content(t *testing.T, m *keychain.Memory) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, name := range m.Names() {
		v, err := m.Get(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = string(v.Reveal())
	}
	return all
}

// besideLive is a workspace that is in use, a backup of it from a while ago, and another
// folder on the same computer.
func besideLive(t *testing.T) (live, other *home, p phone, file []byte) {
	t.Helper()
	live, s, p, _ := inUse(t)
	_, err := s.AddDocuments(t.Context(), slices.Values([]client.Source{{Name: "Lease", Size: 4, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("rent")), nil
	}}}), nil)
	live.ok(err)
	file = live.backToKey(s, p)
	live.ok(s.Rename(t.Context(), "Amara O.")) // the anchor is ahead of the backup now
	other = newHome(t)
	other.now, other.secrets = live.now, live.secrets
	return live, other, p, file
}

// untouched expects a folder that has nothing.
func (h *home) untouched() {
	h.Helper()
	files, err := os.ReadDir(h.path)
	h.ok(err)
	for _, f := range files {
		if f.Name() != "in-use" {
			h.Errorf("the folder has %s", f.Name())
		}
	}
}

func TestRestore_AWorkspaceThatLivesIsLeftAlone(t *testing.T) {
	t.Parallel()
	live, other, p, file := besideLive(t)
	before := content(t, live.secrets)
	if err := other.with(other.secrets, file, owner(pass, p.at(other.now))); !errors.Is(err, backup.ErrLives) {
		t.Fatal(err)
	}
	if !maps.Equal(content(t, live.secrets), before) {
		t.Error("the keychain is not as it was")
	}
	other.untouched()
	live.open()
}

func TestRestore_OfALostFolderReplacesTheAnchorWhenTold(t *testing.T) {
	t.Parallel()
	live, other, p, file := besideLive(t)
	o := owner(pass, p.at(other.now))
	o.Replace = true
	other.ok(other.with(other.secrets, file, o))
	other.open()
	if names := other.secrets.Names(); len(names) != 6 {
		t.Errorf("the keychain has %v", names)
	}
	store := filepath.Join(live.path, "workspace.db")
	if _, err := os.Stat(store); err != nil {
		t.Error(err)
	}
}

func TestRestore_ThatFailsPutsEveryItemBack(t *testing.T) {
	t.Parallel()
	live, other, p, file := besideLive(t)
	o := owner(pass, p.at(other.now))
	o.Replace = true
	before := content(t, live.secrets)
	for n := range 2 { // the anchor's note, and the anchor: the others are the same
		if err := other.with(&failing{Secrets: other.secrets, left: n}, file, o); !service.IsCode(err, service.CodeKeychainLocked) {
			t.Errorf("at write %d: %v", n+1, err)
		}
		if !maps.Equal(content(t, live.secrets), before) {
			t.Errorf("after write %d the keychain is not as it was", n+1)
		}
		other.untouched()
	}
	// The last step of all: what takes the database's place is in the way.
	place := filepath.Join(other.path, "workspace.db")
	err := other.with(&failing{Secrets: other.secrets, left: 1, act: func() error { return os.MkdirAll(filepath.Join(place, "full"), 0o700) }}, file, o)
	if err == nil {
		t.Error("the rename did not fail")
	}
	if !maps.Equal(content(t, live.secrets), before) {
		t.Error("after the rename the keychain is not as it was")
	}
	other.ok(os.RemoveAll(place))
	other.untouched()
	live.open()
}

func TestRestore_ThatFailsOnANewComputerLeavesNothing(t *testing.T) {
	t.Parallel()
	h, s, p, _ := inUse(t)
	file := h.backToKey(s, p)
	for n := range writes {
		elsewhere := newHome(t)
		elsewhere.now = h.now
		err := elsewhere.with(&failing{Secrets: elsewhere.secrets, left: n}, file, owner(pass, p.at(elsewhere.now)))
		if !service.IsCode(err, service.CodeKeychainLocked) {
			t.Errorf("after %d writes: %v", n, err)
		}
		elsewhere.empty()
	}
}

func TestRestore_ThatFailsPutsTheDocumentsBack(t *testing.T) {
	t.Parallel()
	live, other, p, file := besideLive(t)
	there, err := filepath.Glob(filepath.Join(live.path, "documents", "*.1.age"))
	if err != nil || len(there) != 1 {
		t.Fatal(there, err)
	}
	place := filepath.Join(other.path, "documents", filepath.Base(there[0]))
	other.ok(os.MkdirAll(filepath.Dir(place), 0o700))
	other.ok(os.WriteFile(place, []byte("of a database that was lost"), 0o600))
	o := owner(pass, p.at(other.now))
	o.Replace = true
	if err := other.with(&failing{Secrets: other.secrets}, file, o); err == nil {
		t.Fatal("it did not fail")
	}
	if got, err := os.ReadFile(place); err != nil || string(got) != "of a database that was lost" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestRestore_ACrashIsUndoneByTheNextOne(t *testing.T) {
	t.Parallel()
	for n := range 2 {
		live, other, p, file := besideLive(t)
		before := content(t, live.secrets)
		o := owner(pass, p.at(other.now))
		o.Replace = true
		ended := make(chan struct{})
		go func() { // nothing of it runs after the write, but what is deferred
			defer close(ended)
			_ = other.with(&failing{Secrets: other.secrets, left: n, act: func() error { runtime.Goexit(); return nil }}, file, o)
		}()
		<-ended
		if maps.Equal(content(t, live.secrets), before) {
			t.Fatalf("it was not cut off at write %d", n+1)
		}
		if err := other.with(other.secrets, file, owner("not the password at all", "")); !errors.Is(err, backup.ErrLives) {
			t.Errorf("the next restore: %v", err)
		}
		if !maps.Equal(content(t, live.secrets), before) {
			t.Errorf("cut off at write %d, the keychain is not as it was", n+1)
		}
		live.open()
	}
}
