package app

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"countersign/backend/bundle"
	"countersign/backend/keychain"
)

// noted is what the audit log says of encrypted files, oldest first.
func (a *archive) noted() (all []string) {
	a.Helper()
	page, err := (&AuditLog{a.s}).List(a.in.Token, LogQuery{})
	a.ok(err)
	for _, e := range page.Entries {
		if slices.Contains([]string{"export-opened", "export-saved", "export-refused", "backup-opened"}, e.Kind) {
			all = append(all, e.Sentence)
		}
	}
	slices.Reverse(all)
	return all
}

func (a *archive) wantsNoted(want ...string) {
	a.Helper()
	if got := a.noted(); !slices.Equal(got, want) {
		a.Errorf("the log says %q, not %q", got, want)
	}
}

func TestExports_AuditLogSaysWhoOpenedAndSaved(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := archiveOf(o.window, o.in)
	o.desk.saveTo = filepath.Join(a.dir, "run.age")
	_, err := o.save(RunRequest{Passphrase: o.page.typed(holdsPassphrase, phrase)})
	o.ok(err)
	whole, err := os.ReadFile(o.desk.saveTo)
	a.ok(err)
	a.pick(o.desk.saveTo, "passphrase")
	_, err = a.open(holdsPassphrase, "another passphrase")
	a.refused(err, codeExportPassphrase)
	a.wantsNoted() // nothing was opened
	_, err = a.open(holdsPassphrase, phrase)
	a.ok(err)
	opened, saved := "Amara Okafor opened and verified the export of print run 1.", "Amara Okafor saved the files of the export of print run 1."
	a.wantsNoted(opened)
	a.desk.saveTo = "" // dismissed
	_, err = a.exports.Extract(a.in.Token)
	a.ok(err)
	a.wantsNoted(opened)
	a.desk.saveTo = filepath.Join(a.dir, "out")
	_, err = a.exports.Extract(a.in.Token)
	a.ok(err)
	a.wantsNoted(opened, saved)

	broken := bytes.Clone(whole)
	broken[len(broken)-3] ^= 1
	path := filepath.Join(a.dir, "broken.age")
	a.ok(os.WriteFile(path, broken, 0o600))
	a.pick(path, "passphrase")
	_, err = a.open(holdsPassphrase, phrase)
	a.refused(err, codeExportEnd)
	a.wantsNoted(opened, saved, "Amara Okafor opened an export that isn’t as it was written: its end is missing or was changed.")

	// A file of somebody else that says it is run 1 is not taken for that.
	claim := bundle.Manifest{Kind: bundle.KindSheets, Workspace: "Northwind Legal", Details: map[string]string{"run": "1"}}
	a.pick(a.bundled("theirs.age", claim), "keys")
	v, err := a.unlock()
	a.ok(err)
	if got, want := a.noted()[3], "Amara Okafor opened and verified an export of recovery sheets that another workspace has signed ("+v.SignedBy+")."; got != want {
		t.Errorf("the log says %q, not %q", got, want)
	}
	a.pick(a.bundled("backup.age", bundle.Manifest{Kind: bundle.KindBackup}), "keys")
	v, err = a.unlock()
	a.ok(err)
	if got, want := a.noted()[4], "Amara Okafor opened and verified a backup that another workspace has signed ("+v.SignedBy+")."; got != want {
		t.Errorf("the log says %q, not %q", got, want)
	}
}

func TestExports_NotLoggedIsNotShownAndNotSaved(t *testing.T) {
	t.Parallel()
	disk, here := onSmallDisk(t)
	if !here {
		return
	}
	w := windowOn(t, filepath.Join(disk, "data"), keychain.NewMemory())
	a := archiveOf(w, w.create())
	path := a.bundled("run.age", bundle.Manifest{Kind: bundle.KindSheets})
	a.pick(path, "keys")
	free := fill(t, disk)
	v, err := a.unlock()
	a.refused(err, "folder_full")
	if v.Kind != "" || len(v.Files) > 0 {
		t.Errorf("it was shown: %+v", v)
	}
	a.desk.saveTo = filepath.Join(a.dir, "out")
	_, err = a.exports.Extract(a.in.Token)
	a.refused(err, codeExportNone) // it is as if it had not been opened
	free()
	_, err = a.unlock()
	a.ok(err)
	free = fill(t, disk)
	_, err = a.exports.Extract(a.in.Token)
	a.refused(err, "folder_full")
	a.only("run.age")
	free()
	_, err = a.exports.Extract(a.in.Token)
	a.ok(err)
}
