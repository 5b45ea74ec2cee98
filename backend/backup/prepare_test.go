package backup_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"countersign/backend/backup"
	"countersign/backend/bundle"
	"countersign/backend/folder"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/sqlite"
)

func (h *home) prepare(at backup.Place, file []byte) (*backup.Prepared, error) {
	return backup.Prepare(h.Context(), at, bytes.NewReader(file), bundle.WithPassphrase(secret.NewText(passphrase)), nil)
}

// Whoever starts the window before they restore has made an empty database.
func TestRestore_TakesThePlaceOfADatabaseWithoutAWorkspace(t *testing.T) {
	t.Parallel()
	h, s, p, _ := inUse(t)
	file := h.back(s, p)
	elsewhere := newHome(t)
	elsewhere.now = h.now
	h.ok(folder.Prepare(elsewhere.path))
	store, err := sqlite.Open(t.Context(), filepath.Join(elsewhere.path, "workspace.db"))
	h.ok(err)
	h.ok(store.Close())
	_, err = elsewhere.restore(file, owner(pass, p.at(elsewhere.now)))
	elsewhere.ok(err)
	if w := elsewhere.open(); w.Name() != "Northwind Legal" {
		t.Errorf("it is %q", w.Name())
	}
}

func TestRestore_SetsAsideADatabaseThatDoesNotOpen(t *testing.T) {
	t.Parallel()
	h, s, p, _ := inUse(t)
	file := h.back(s, p)
	elsewhere := newHome(t)
	elsewhere.now = h.now
	h.ok(folder.Prepare(elsewhere.path))
	place := filepath.Join(elsewhere.path, "workspace.db")
	h.ok(os.WriteFile(place, []byte("what is left of it"), 0o600))
	if _, err := elsewhere.restore(file, owner(pass, p.at(elsewhere.now))); !errors.Is(err, backup.ErrOccupied) {
		t.Fatalf("without asking: %v", err)
	}
	at := elsewhere.place()
	at.Aside = true
	waits, err := elsewhere.prepare(at, file)
	h.ok(err)
	if left, err := os.ReadFile(place); err != nil || string(left) != "what is left of it" {
		t.Errorf("before an owner was let in: %q, %v", left, err)
	}
	_, err = waits.Finish(t.Context(), owner(pass, p.at(elsewhere.now)))
	h.ok(err)
	h.ok(waits.Close())
	if w := elsewhere.open(); w.Name() != "Northwind Legal" {
		t.Errorf("it is %q", w.Name())
	}
	aside, err := filepath.Glob(filepath.Join(elsewhere.path, "workspace-before-*.db"))
	h.ok(err)
	if len(aside) != 1 {
		t.Fatalf("set aside: %v", aside)
	}
	if left, err := os.ReadFile(aside[0]); err != nil || string(left) != "what is left of it" {
		t.Errorf("it has %q, %v", left, err)
	}
}

// A slip of the keyboard does not cost reading a large file once more.
func TestPrepared_LetsAnOwnerTryAgain(t *testing.T) {
	t.Parallel()
	h, s, p, _ := inUse(t)
	file := h.back(s, p)
	elsewhere := newHome(t)
	elsewhere.now = h.now
	waits, err := elsewhere.prepare(elsewhere.place(), file)
	h.ok(err)
	if says := waits.Says(); says.Workspace != "Northwind Legal" || says.MadeBy != "Amara Okafor" || says.Items != 6 {
		t.Errorf("%+v", says)
	}
	if _, err := waits.Finish(t.Context(), owner("not the password at all", p.at(elsewhere.now))); !service.IsCode(err, service.CodeCredentialsWrong) {
		t.Errorf("a wrong password: %v", err)
	}
	none := owner(pass, "")
	none.Factor.Kind = "none"
	if _, err := waits.Finish(t.Context(), none); !service.IsCode(err, service.CodeFactorRequired) {
		t.Errorf("no code: %v", err)
	}
	if _, err := folder.Hold(elsewhere.path); !errors.Is(err, folder.ErrInUse) {
		t.Errorf("the folder is free meanwhile: %v", err)
	}
	_, err = waits.Finish(t.Context(), owner(pass, p.at(elsewhere.now)))
	h.ok(err)
	h.ok(waits.Close())
	if w := elsewhere.open(); w.Name() != "Northwind Legal" {
		t.Errorf("it is %q", w.Name())
	}
}

func TestPrepared_ThatIsGivenUpLeavesNothing(t *testing.T) {
	t.Parallel()
	h, s, p, _ := inUse(t)
	file := h.back(s, p)
	elsewhere := newHome(t)
	elsewhere.now = h.now
	waits, err := elsewhere.prepare(elsewhere.place(), file)
	h.ok(err)
	h.ok(waits.Close())
	elsewhere.empty()
	lock, err := folder.Hold(elsewhere.path)
	h.ok(err)
	h.ok(lock.Release())
}

func TestPrepared_AsksBeforeItReplacesKeysInUse(t *testing.T) {
	t.Parallel()
	h, s, p, _ := inUse(t)
	file := h.back(s, p)
	elsewhere := newHome(t)
	elsewhere.now, elsewhere.secrets = h.now, h.secrets // the folder is lost, the keychain is there
	waits, err := elsewhere.prepare(elsewhere.place(), file)
	h.ok(err)
	defer func() { h.ok(waits.Close()) }()
	o := owner(pass, p.at(elsewhere.now))
	if _, err := waits.Finish(t.Context(), o); !errors.Is(err, backup.ErrLives) {
		t.Fatalf("without asking: %v", err)
	}
	o.Replace = true
	_, err = waits.Finish(t.Context(), o)
	h.ok(err)
}
