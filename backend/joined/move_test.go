package joined_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/joined"
	"countersign/backend/keychain"
	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// leaving is a computer with a workspace of its own that is at a server by now.
func leaving(t *testing.T, workspace string) (computer, joined.Leaving) {
	t.Helper()
	c := newComputer(t)
	ok(t, os.WriteFile(filepath.Join(c.dir, "workspace.db"), []byte("rows"), 0o600))
	l := joined.Leaving{Workspace: workspace, At: time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)}
	l.Alone = func(_ context.Context, leave func() error) error { return leave() }
	for _, name := range []string{"lock", "pepper", "integrity", "anchor", "totp/p/1"} {
		l.Items = append(l.Items, workspace+"/"+name)
	}
	for _, name := range append(slices.Clone(l.Items), client.ShareName(workspace)) {
		ok(t, c.secrets.Set(t.Context(), name, secret.NewBytes([]byte("value of 32 bytes in the keychain"[:32]))))
	}
	return c, l
}

// workspaceAt is the ID of a server's workspace.
func workspaceAt(t *testing.T, at remote.Config) string {
	t.Helper()
	w, err := remote.Dial(t.Context(), at)
	ok(t, err)
	defer w.Close()
	return w.ID()
}

func (c computer) has(name string) bool {
	_, err := os.Stat(filepath.Join(c.dir, name))
	return err == nil
}

const aside = "workspace-before-2026-11-30-1.db"

func TestMove_LeavesTheShareAndWhatWasSetAside(t *testing.T) {
	t.Parallel()
	_, at, _ := serving(t)
	c, l := leaving(t, workspaceAt(t, at))
	ok(t, joined.Move(t.Context(), c.dir, c.secrets, at, l))
	if c.has("workspace.db") || !c.has(aside) {
		t.Error("the database was not set aside")
	}
	if names := c.secrets.Names(); len(names) != 2 || !slices.Contains(names, client.ShareName(l.Workspace)) {
		t.Errorf("the keychain has %q", names)
	}
	w, err := c.open(t)
	ok(t, err)
	if w.Address != at.Server || w.ID() != l.Workspace {
		t.Errorf("%+v", w.Server)
	}
	refused(t, joined.Move(t.Context(), c.dir, c.secrets, at, l), service.CodeWorkspaceExists)
}

func TestMove_AnotherWorkspaceOrServerChangesNothing(t *testing.T) {
	t.Parallel()
	_, at, _ := serving(t)
	_, other, _ := serving(t)
	c, l := leaving(t, workspaceAt(t, at))
	before := c.secrets.Names()
	refused(t, joined.Move(t.Context(), c.dir, c.secrets, other, l), service.CodeServerOther)
	wrong := at
	wrong.Key[0] ^= 1
	refused(t, joined.Move(t.Context(), c.dir, c.secrets, wrong, l), service.CodeServerOther)
	l.Alone = func(context.Context, func() error) error { return service.Refuse(service.CodeForbidden) }
	refused(t, joined.Move(t.Context(), c.dir, c.secrets, at, l), service.CodeForbidden)
	if !c.has("workspace.db") || c.has(aside) || c.has(joined.File) || len(c.secrets.Names()) != len(before) {
		t.Errorf("the keychain has %q", c.secrets.Names())
	}
}

// stopping is a keychain that stops answering after some calls, as if the process had ended.
type stopping struct {
	*keychain.Memory
	left int
}

var errStopped = errors.New("stopped")

func (s *stopping) step() error {
	if s.left--; s.left < 0 {
		return errStopped
	}
	return nil
}

func (s *stopping) Set(ctx context.Context, name string, value secret.Bytes) error {
	if err := s.step(); err != nil {
		return err
	}
	return s.Memory.Set(ctx, name, value)
}

func (s *stopping) Get(ctx context.Context, name string) (secret.Bytes, error) {
	if err := s.step(); err != nil {
		return secret.Bytes{}, err
	}
	return s.Memory.Get(ctx, name)
}

func (s *stopping) Delete(ctx context.Context, name string) error {
	if err := s.step(); err != nil {
		return err
	}
	return s.Memory.Delete(ctx, name)
}

var _ store.Secrets = (*stopping)(nil)

func TestMove_StoppedAnywhereEndsInTheOldOrTheNewState(t *testing.T) {
	t.Parallel()
	_, at, _ := serving(t)
	workspace := workspaceAt(t, at)
	old, recent := 0, 0
	for calls := 0; ; calls++ {
		c, l := leaving(t, workspace)
		if joined.Move(t.Context(), c.dir, &stopping{c.secrets, calls}, at, l) == nil {
			break
		}
		there, err := joined.Has(c.dir)
		ok(t, err)
		if there {
			recent++
			w, err := c.open(t)
			ok(t, err)
			if w.ID() != workspace || c.has("workspace.db") || len(c.secrets.Names()) != 2 {
				t.Errorf("after %d calls: %q", calls, c.secrets.Names())
			}
			continue
		}
		old++
		for _, name := range l.Items {
			if !slices.Contains(c.secrets.Names(), name) {
				t.Errorf("after %d calls %s is gone", calls, name)
			}
		}
		if !c.has("workspace.db") {
			t.Errorf("after %d calls the database is gone", calls)
		}
		ok(t, joined.Move(t.Context(), c.dir, c.secrets, at, l)) // and it can be done again
	}
	if old == 0 || recent < 5 {
		t.Errorf("%d stops left the old state, %d the new one", old, recent)
	}
}

func TestMove_StoppedBetweenTheFilesIsDoneAgain(t *testing.T) {
	t.Parallel()
	_, at, _ := serving(t)
	c, l := leaving(t, workspaceAt(t, at))
	// The database has its second name, and the folder has not joined yet.
	ok(t, os.Link(filepath.Join(c.dir, "workspace.db"), filepath.Join(c.dir, aside)))
	ok(t, joined.Move(t.Context(), c.dir, c.secrets, at, l))
	if c.has("workspace.db") || !c.has(aside) || !c.has("workspace-before-2026-11-30-2.db") {
		t.Error("the database is not where it belongs")
	}
}

func TestMove_FolderCannotHaveTheKeychainEmptied(t *testing.T) {
	t.Parallel()
	_, at, _ := serving(t)
	c, l := leaving(t, workspaceAt(t, at))
	for _, item := range []string{l.Workspace + "/lock", client.ShareName(l.Workspace), "OTHER/lock"} {
		ok(t, os.WriteFile(filepath.Join(c.dir, joined.File), []byte(`{"workspace":"`+l.Workspace+`","moved":{"items":["`+item+`"]}}`), 0o600))
		_, err := c.open(t)
		refused(t, err, service.CodeKeychainItemMissing)
	}
	ok(t, os.Remove(filepath.Join(c.dir, joined.File)))
	ok(t, joined.Join(t.Context(), c.dir, c.secrets, at, nil))
	for _, item := range []string{client.ShareName(l.Workspace), l.Workspace + "/server", "OTHER/lock"} {
		ok(t, os.WriteFile(filepath.Join(c.dir, joined.File), []byte(`{"workspace":"`+l.Workspace+`","moved":{"items":["`+item+`"]}}`), 0o600))
		_, err := c.open(t)
		refused(t, err, service.CodeFolderFailed)
	}
	if len(c.secrets.Names()) != 7 || !c.has("workspace.db") {
		t.Errorf("the keychain has %q", c.secrets.Names())
	}
}

func TestLeaveForHere_KeepsTheShare(t *testing.T) {
	t.Parallel()
	_, at, _ := serving(t)
	c, l := leaving(t, workspaceAt(t, at))
	ok(t, joined.Move(t.Context(), c.dir, c.secrets, at, l))
	ok(t, joined.LeaveForHere(t.Context(), c.dir, c.secrets))
	if names := c.secrets.Names(); len(names) != 1 || names[0] != client.ShareName(l.Workspace) || c.has(joined.File) {
		t.Errorf("the keychain has %q", names)
	}
}

func TestKnowLogAt_WhatIsKnownOfAServersLogStays(t *testing.T) {
	t.Parallel()
	_, at, code := serving(t)
	c := newComputer(t)
	ok(t, joined.Join(t.Context(), c.dir, c.secrets, at, nil))
	w, err := c.open(t)
	ok(t, err)
	s, _, err := w.Redeem(t.Context(), email, code, secret.NewText(pass))
	ok(t, err)
	known, err := c.secrets.Get(t.Context(), client.CheckpointName(w.ID()))
	ok(t, err)
	refused(t, s.KnowLogAt(t.Context(), 1), service.CodeForbidden)
	if still, err := c.secrets.Get(t.Context(), client.CheckpointName(w.ID())); err != nil || !bytes.Equal(still.Reveal(), known.Reveal()) {
		t.Errorf("this computer knows something else of the log: %v", err)
	}
}
