package workspace_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestStart_TidiesOnlyWhatIsOfNoUse(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	h.add(s, paper("deed", "1"), paper("lease", "2"))
	deed, lease := h.find(s, "deed").ID, h.find(s, "lease").ID
	file := func(name string) string { return filepath.Join(h.documents(), name) }
	old, err := os.ReadFile(file(deed + ".1.age"))
	h.ok(err)
	h.ok(s.RemoveDocuments(t.Context(), []string{lease}))
	h.ok(owner.admin().PurgeDocuments(t.Context(), []string{lease}))
	a := owner.admin()
	h.ok(a.BeginRotation(t.Context(), owner.proof()))
	h.ok(a.Rotate(t.Context(), nil))
	strange, err := h.files.Create("notes") // of no contract, and not settled
	h.ok(err)
	h.ok(strange.Keep())
	for _, name := range []string{deed + ".1.age", lease + ".1.age", lease + ".2.age"} {
		h.ok(os.WriteFile(file(name), old, 0o600))
	}
	h.ok(os.WriteFile(file("stranger.1.age"), old, 0o600)) // settled, whatever it is
	h.restart()
	left := strings.Join(h.papers(), " ")
	if len(h.papers()) != 3 || !strings.Contains(left, deed+".2.age") || !strings.Contains(left, "notes") || !strings.Contains(left, "stranger.1.age") {
		t.Errorf("there are %v", h.papers())
	}
}

func TestStart_KeepsCommittedFilesAndRemovesOthers(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.add(s, paper("a", "1"))
	name := filepath.Join(h.documents(), h.find(s, "a").ID+".1.age")
	h.ok(os.Rename(name, name+".new")) // between the commit and the settling
	if h.read(s, "a") != "1" {
		t.Error("it does not open unsettled")
	}
	h.ok(os.WriteFile(filepath.Join(h.documents(), "bbbbbbbbbbbbbbbbbbbbbbbbbb.1.age.new"), []byte("x"), 0o600))
	h.restart()
	if got := h.papers(); len(got) != 1 || filepath.Join(h.documents(), got[0]) != name {
		t.Errorf("there are %v", got)
	}
}

// What has to be done to the folder is done, and no more.
func TestStart_TouchesTheFolderOnlyWhereThereIsSomethingToTidy(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	id := h.add(s, paper("a", "1")).IDs[0]
	name := filepath.Join(h.documents(), id+".1.age")
	for _, c := range []struct {
		happens        string
		do             func() error
		settles, syncs int
	}{
		{"nothing", func() error { return nil }, 0, 0},
		{"a file that was not settled", func() error { return os.Rename(name, name+".new") }, 1, 1},
		{"a file of nothing", func() error {
			return os.WriteFile(filepath.Join(h.documents(), "bbbbbbbbbbbbbbbbbbbbbbbbbb.1.age.new"), []byte("x"), 0o600)
		}, 0, 1},
	} {
		h.ok(c.do())
		files := h.moody()
		h.ok(h.w.RecoverAll(t.Context()))
		if files.tidied != 1 || files.settles != c.settles || files.syncs != c.syncs {
			t.Errorf("%s: tidied %d times, %d settled, synced %d times", c.happens, files.tidied, files.settles, files.syncs)
		}
	}
	if got := h.papers(); len(got) != 1 || filepath.Join(h.documents(), got[0]) != name {
		t.Errorf("there are %v", got)
	}
}

// No contract has such a number, but a folder can have any name in it.
func TestStart_FileBelowTheFirstKeyIsTreatedLikeAnyStranger(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.add(s, paper("a", "1"))
	file := func(name string) string { return filepath.Join(h.documents(), name) }
	for _, name := range []string{"stranger.-1.age", "other.0.age.new"} { // settled, and never spoken of
		h.ok(os.WriteFile(file(name), []byte("x"), 0o600))
	}
	h.restart()
	left := strings.Join(h.papers(), " ")
	if len(h.papers()) != 2 || !strings.Contains(left, "stranger.-1.age") {
		t.Errorf("there are %s", left)
	}
}

// Servers that are at work at the same time mend what one of them has left, its files among it.
func TestRecover_TidiesTheFiles(t *testing.T) {
	t.Parallel()
	h, _ := created(t)
	files := h.moody()
	for range 2 {
		h.ok(h.w.Recover(t.Context()))
	}
	if files.tidied != 2 {
		t.Errorf("they were tidied %d times", files.tidied)
	}
}
