package app

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
)

func TestSaveCopy_IsWholeForItsOwnerAndReplacesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a, b := d.addText("Lease: unit 4/5.txt", "four"), d.addText("CON.txt", "con")
	c := d.addText("lease_ unit 4_5.txt", "other")
	dir := t.TempDir()
	d.window.desk.saveTo = filepath.Join(dir, "copy.txt")
	out, err := d.SaveCopy(d.in.Token, []string{a})
	d.ok(err)
	st, err := os.Stat(filepath.Join(dir, "copy.txt"))
	if d.ok(err); out.Count != 1 || out.Name != "copy.txt" || runtime.GOOS != "windows" && st.Mode().Perm() != 0o600 {
		t.Errorf("%+v %v", out, st.Mode())
	}
	d.ok(os.WriteFile(filepath.Join(dir, "_CON.txt"), []byte("mine"), 0o600))
	d.window.desk.openFolder = dir
	out, err = d.SaveCopy(d.in.Token, []string{a, b, c})
	d.ok(err)
	for name, want := range map[string]string{
		"Lease_ unit 4_5.txt": "four", "_CON.txt": "mine", "_CON (2).txt": "con", "lease_ unit 4_5 (2).txt": "other",
	} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if out.Count != 3 || out.Folder != dir {
		t.Errorf("%+v", out)
	}
	d.window.desk.saveTo = filepath.Join(dir, "none", "x")
	_, err = d.SaveCopy(d.in.Token, []string{a})
	d.refused(err, "save_failed")
	_, err = d.SaveCopy(d.in.Token, []string{"gone"})
	d.refused(err, "document_gone")
}

func TestSaveCopy_PlaceThatIsNoFolderIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ids := []string{d.addText("a.txt", "a"), d.addText("b.txt", "b")}
	file, loop := filepath.Join(t.TempDir(), "file"), filepath.Join(t.TempDir(), "loop")
	d.ok(os.WriteFile(file, nil, 0o600))
	places := []string{file, filepath.Join(t.TempDir(), "gone")}
	if runtime.GOOS != "windows" {
		d.ok(os.Symlink(loop, loop))
		places = append(places, loop)
	}
	for _, place := range places {
		d.window.desk.openFolder = place
		_, err := d.SaveCopy(d.in.Token, ids)
		d.refused(err, "save_failed")
	}
}

func TestSaveCopy_NamesThatAreAllTakenAreRefused(t *testing.T) {
	t.Parallel()
	taken := map[string]bool{"a.txt": true, "a (2).txt": true}
	names := slices.Collect(freeNames("dir", "A.txt", taken))
	if len(names) != mostNames-2 || names[0] != filepath.Join("dir", "A (3).txt") {
		t.Errorf("%d names, the first %q", len(names), names[0])
	}
}
