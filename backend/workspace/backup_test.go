package workspace_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"countersign/backend/client"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/workspace"
)

// taken makes a backup and gives what it has, without the secrets.
func (p *user) taken() (items, documents []string) {
	p.h.Helper()
	_ = p.h.file()
	p.h.ok(p.admin().Backup(p.h.Context(), p.proof(), nil, func(c service.BackupCopy) error {
		for _, i := range c.Items {
			_, name, _ := strings.Cut(i.Name, "/")
			items = append(items, name)
		}
		documents = c.Documents
		return nil
	}))
	return items, documents
}

func TestBackup_TakersErrorIsItsOwn(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	_ = h.file()
	full := errors.New("the stick is full")
	err := owner.admin().Backup(t.Context(), owner.proof(), nil, func(service.BackupCopy) error { return full })
	if !errors.Is(err, full) {
		t.Errorf("%v", err)
	}
	h.ok(owner.admin().Backup(t.Context(), owner.proof(), nil, func(service.BackupCopy) error { return nil }))
}

func TestBackup_TellsHowManySecretsItHas(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.one(person{role: store.RoleMember, on: true})
	_ = h.file()
	var told [][2]int64
	h.ok(owner.admin().Backup(t.Context(), owner.proof(), func(done, total int64) { told = append(told, [2]int64{done, total}) },
		func(service.BackupCopy) error { return nil }))
	if want := [][2]int64{{1, 6}, {2, 6}, {3, 6}, {4, 6}, {5, 6}, {6, 6}}; !slices.Equal(told, want) {
		t.Errorf("told: %v", told)
	}
}

// The key of a phone that is not there is needed by one member only. Without a key of
// the workspace, the backup would not open.
func TestBackup_IsWholeButForAPhonesKeyThatIsGone(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.one(person{role: store.RoleMember, on: true})
	_ = h.file()
	prefix, phones := h.secrets.prefix(), ""
	for _, name := range h.secrets.names() {
		if strings.Contains(name, "/totp/") {
			phones = name
		}
	}
	h.secrets.fail(nil, store.ErrKeychainLocked, nil)
	err := owner.admin().Backup(t.Context(), owner.proof(), nil, func(service.BackupCopy) error { t.Error("it was made"); return nil })
	h.refused(err, service.CodeKeychainLocked)
	h.secrets.fail(nil, nil, nil)

	if items, _ := owner.taken(); len(items) != 6 {
		t.Errorf("items: %v", items)
	}
	h.ok(h.secrets.Delete(t.Context(), phones))
	if items, _ := owner.taken(); !slices.Equal(items, []string{"device", "lock", "pepper", "integrity", "anchor"}) {
		t.Errorf("items: %v", items)
	}
	a := owner.admin()
	h.ok(a.Prove(t.Context(), service.EachTime, owner.proof()))
	h.ok(h.secrets.Delete(t.Context(), prefix+"/device"))
	err = a.Backup(t.Context(), client.Proof{}, nil, func(service.BackupCopy) error { t.Error("it was made without a key"); return nil })
	h.refused(err, service.CodeKeychainItemMissing)
}

func TestBackup_HasTheContractsThatAreThere(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	h.add(s, paper("kept", "1"), paper("missing", "2"), paper("purged", "3"), paper("in the bin", "4"))
	file := func(name string) string { return h.find(s, name).ID + ".1.age" }
	want := []string{file("kept"), file("in the bin")}
	h.ok(os.Remove(filepath.Join(h.documents(), file("missing"))))
	purged := h.find(s, "purged").ID
	h.ok(s.RemoveDocuments(t.Context(), []string{purged, h.find(s, "in the bin").ID}))
	h.moody().remove = store.ErrBlobsFailed // the file stays until the next start
	h.ok(owner.admin().PurgeDocuments(t.Context(), []string{purged}))
	_, got := owner.taken()
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("it has %v, not %v", got, want)
	}
}

// A contract that is deleted while the backup is made stays for as long as it is read.
func TestBackup_KeepsEachFileUntilItIsMade(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	id := h.add(s, paper("a", "1")).IDs[0]
	h.ok(s.RemoveDocuments(t.Context(), []string{id}))
	other := owner.admin()
	_ = h.file()
	h.ok(owner.admin().Backup(t.Context(), owner.proof(), nil, func(c service.BackupCopy) error {
		h.ok(other.PurgeDocuments(t.Context(), []string{id}))
		f, err := c.OpenDocument(c.Documents[0])
		if err != nil {
			t.Errorf("it went while the backup was made: %v", err)
			return nil
		}
		_, err = c.OpenDocument("nothing.1.age")
		h.refused(err, service.CodeDocumentMissing)
		return f.Close()
	}))
	h.restart()
	if len(h.papers()) > 0 {
		t.Errorf("the next start leaves %v", h.papers())
	}
}

// What only an owner does is noted for an owner only.
func TestNotes_OfAnOwnersActsAreNoAdmins(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	admin := h.one(person{role: store.RoleAdmin})
	for name, note := range map[string]func(a *client.Admin) error{
		"another passphrase": func(a *client.Admin) error { return a.NoteSecretsPassphrase(t.Context()) },
		"a restored backup":  func(a *client.Admin) error { return a.NoteRestored(t.Context(), h.clock.now()) },
	} {
		a := admin.admin()
		head := h.head()
		h.refused(note(a), service.CodeForbidden)
		if h.head() != head {
			t.Errorf("%s: %v", name, h.eventsAfter(head))
		}
		h.ok(note(owner.admin()))
	}
}

// Somebody who is an admin by now, and no owner any more, takes no backup, and the log tells of none.
func TestBackup_OwnerWhoBecameAnAdminMeanwhileTakesNone(t *testing.T) {
	t.Parallel()
	h, _ := alone(t)
	steps := h.onSteps()
	other := h.one(person{role: store.RoleOwner})
	a := other.admin()
	var head int64
	steps.before(3, func() { // the guess, the step-up, the act
		h.ok(workspace.SetRole(inner(h.w), t.Context(), other.id, store.RoleAdmin))
		head = h.head()
	})
	err := a.Backup(t.Context(), other.proof(), nil, func(service.BackupCopy) error { t.Error("it was made"); return nil })
	h.refused(err, service.CodeForbidden)
	if all := h.eventsAfter(head); head == 0 || len(all) > 0 {
		t.Errorf("the log tells %v", all)
	}
}

func TestBackup_StoreThatCannotBeCopiedIsAnError(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.onAfter() // it has no Snapshot
	err := owner.admin().Backup(t.Context(), owner.proof(), nil, func(service.BackupCopy) error { t.Error("it was made"); return nil })
	if err == nil {
		t.Error("it says nothing")
	}
}
