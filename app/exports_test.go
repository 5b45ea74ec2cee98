package app

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"countersign/backend/bundle"
	"countersign/backend/workspace"
)

const phrase = "seven walnut ribbons in a row"

// archive is a window with a folder of files, and the screen that opens them.
type archive struct {
	*window
	in      SignedIn
	exports *Exports
	dir     string
	key     *age.X25519Identity // for which most of them are
}

func newArchive(t *testing.T) *archive {
	t.Helper()
	w := newWindow(t)
	return archiveOf(w, w.create())
}

func archiveOf(w *window, in SignedIn) *archive {
	w.Helper()
	key, err := age.GenerateX25519Identity()
	w.ok(err)
	return &archive{w, in, &Exports{w.s}, w.TempDir(), key}
}

func (a *archive) pick(path, lock string) {
	a.Helper()
	a.desk.openFrom = path
	got, err := a.exports.Pick(a.in.Token)
	a.ok(err)
	if want := (PickedExport{filepath.Base(path), lock}); got != want {
		a.Fatalf("got %+v, want %+v", got, want)
	}
}

func (a *archive) open(what, text string) (ExportView, error) {
	return a.exports.Open(a.in.Token, a.page.typed(what, text))
}

func (a *archive) unlock() (ExportView, error) { return a.open(holdsPrivateKey, a.key.String()) }

// bundled makes a file of Countersign's form, signed by a key of its own.
func (a *archive) bundled(name string, m bundle.Manifest) string {
	a.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	a.ok(err)
	to, err := bundle.ParseRecipients(a.key.Recipient().String())
	a.ok(err)
	var out bytes.Buffer
	b, err := bundle.Create(&out, to, key, m)
	a.ok(err)
	a.ok(b.AddFunc("note.txt", func(w io.Writer) error { _, err := io.WriteString(w, strings.Repeat("words ", 40_000)); return err }))
	a.ok(b.Close())
	path := filepath.Join(a.dir, name)
	a.ok(os.WriteFile(path, out.Bytes(), 0o600))
	return path
}

func TestExports_AreVerifiedAndSavedForTheirOwner(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := archiveOf(o.window, o.in)
	o.desk.saveTo = filepath.Join(a.dir, "run.age")
	_, err := o.save(RunRequest{Passphrase: o.page.typed(holdsPassphrase, phrase)})
	o.ok(err)
	a.pick(o.desk.saveTo, "passphrase")
	_, err = a.open(holdsPassphrase, "another passphrase")
	if e := a.refused(err, codeExportPassphrase); e.Field != "passphrase" {
		t.Errorf("%+v", e)
	}
	_, err = a.open(holdsPassphrase, "")
	a.refused(err, codeExportPassphraseRequired)
	_, err = a.exports.Extract(a.in.Token) // nothing has been verified
	a.refused(err, codeExportNone)
	v, err := a.open(holdsPassphrase, phrase)
	a.ok(err)
	names := []string{}
	for _, f := range v.Files {
		names = append(names, f.Name)
		if f.Size == 0 {
			t.Errorf("%s is empty", f.Name)
		}
	}
	if want := []string{"recovery-sheets.pdf", "recovery-codes.csv", "recovery-codes.json"}; !slices.Equal(names, want) {
		t.Errorf("it holds %v", names)
	}
	if v.Kind != "recovery-sheets" || v.Workspace != "Northwind Legal" || v.By != "Amara Okafor" || v.Details["run"] != "1" || v.Details["reason"] != "Renewal" {
		t.Errorf("%+v", v)
	}
	if at, err := time.Parse(time.RFC3339, v.At); err != nil || time.Since(at) > time.Hour {
		t.Errorf("made at %q", v.At)
	}
	policy, err := (&Settings{a.s}).Get(a.in.Token)
	a.ok(err)
	if !v.Ours || v.SignedBy != policy.Signature || v.Signature != policy.Signature {
		t.Errorf("signed by %s, and the workspace is %s", v.SignedBy, policy.Signature)
	}

	a.desk.saveTo = filepath.Join(a.dir, "sheets of 2026")
	out, err := a.exports.Extract(a.in.Token)
	a.ok(err)
	if want := (Extracted{"sheets of 2026", a.dir}); out != want {
		t.Errorf("%+v", out)
	}
	st, err := os.Stat(a.desk.saveTo)
	a.ok(err)
	if st.Mode().Perm() != 0o700 {
		t.Errorf("the folder is %v", st.Mode())
	}
	for _, name := range append(names, "manifest.json", "manifest.sig") {
		if st, err := os.Stat(filepath.Join(a.desk.saveTo, name)); err != nil || st.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, st, err)
		}
	}
	csv, err := os.ReadFile(filepath.Join(a.desk.saveTo, "recovery-codes.csv"))
	a.ok(err)
	_, err = a.exports.Extract(a.in.Token)
	if e := a.refused(err, codeExportExists); e.Args["name"] != "sheets of 2026" {
		t.Errorf("%+v", e)
	}

	// What was taken out opens, and whom it lets in may open no export.
	a.auth.Lock(a.in.Token)
	res, err := a.auth.SignIn(people[0], pass)
	a.ok(err)
	member, err := a.auth.UseRecoveryCode(res.Challenge.Token, codeForm.FindString(string(csv)))
	a.ok(err)
	_, err = a.exports.Pick(member.Token)
	a.refused(err, string(workspace.CodeForbidden))
}

func TestExports_ForAKeyOpenWithTheKeyOrItsFile(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	key := a.key
	path := a.bundled("run.age", bundle.Manifest{Kind: bundle.KindSheets})
	other, err := age.GenerateX25519Identity()
	a.ok(err)
	a.pick(path, "keys")
	_, err = a.open(holdsPrivateKey, "")
	if e := a.refused(err, codeExportKeyRequired); e.Field != "key" {
		t.Errorf("%+v", e)
	}
	_, err = a.open(holdsPrivateKey, other.String())
	if e := a.refused(err, codeExportKey); e.Field != "key" {
		t.Errorf("%+v", e)
	}
	for text, why := range map[string]bundle.Reason{
		"ssh-private PRIVATE KEY": "unsupported", key.String()[:40]: bundle.ReasonTypo, key.Recipient().String(): bundle.ReasonPublic, "hello": bundle.ReasonForm, " ": bundle.ReasonNone,
	} {
		_, err = a.open(holdsPrivateKey, text)
		if e := a.refused(err, codeExportKeyForm); e.Args["why"] != string(why) || strings.Contains(fmt.Sprint(e.Args), text[:1]+"GE-SECRET-KEY-1Q") {
			t.Errorf("%s: %+v", why, e)
		}
	}
	_, err = a.open(holdsPrivateKey, "\n "+key.String()+" \n")
	a.ok(err)
	a.desk.saveTo = "/proc/sheets" // where nobody can write, be they root
	_, err = a.exports.Extract(a.in.Token)
	if e := a.refused(err, codeSaveFailed); e.Args["name"] != "sheets" {
		t.Errorf("%+v", e)
	}
	a.desk.saveTo = ""
	if out, err := a.exports.Extract(a.in.Token); err != nil || out.Name != "" {
		t.Errorf("dismissed: %+v %v", out, err)
	}

	a.pick(path, "keys")
	kept := filepath.Join(a.dir, "key.txt")
	a.ok(os.WriteFile(kept, []byte("# created: 2026-11-23\n# public key: "+key.Recipient().String()+"\n"+key.String()+"\n"), 0o600))
	a.desk.openFrom = kept
	if got, err := a.exports.PickKey(a.in.Token); err != nil || got.Name != "key.txt" {
		t.Fatal(got, err)
	}
	_, err = a.open(holdsPrivateKey, "")
	a.ok(err)
	for name, code := range map[string]string{"absent": codeExportUnreadable, ".": codeExportUnreadable, "run.age": codeExportKeyForm, "long": codeExportUnreadable} {
		if name == "long" {
			a.ok(os.WriteFile(filepath.Join(a.dir, name), make([]byte, maxKeyFile+1), 0o600))
		}
		a.desk.openFrom = filepath.Join(a.dir, name)
		_, err = a.exports.PickKey(a.in.Token)
		a.refused(err, code)
	}
}

func TestExports_EachFlawHasWordsOfItsOwn(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	whole, err := os.ReadFile(a.bundled("whole", bundle.Manifest{Kind: bundle.KindSheets}))
	a.ok(err)
	edit := func(at int) []byte {
		b := bytes.Clone(whole)
		b[at] ^= 1
		return b
	}
	var foreign bytes.Buffer
	w, err := age.Encrypt(&foreign, a.key.Recipient())
	a.ok(err)
	_, err = io.WriteString(w, "not of Countersign")
	a.ok(err)
	a.ok(w.Close())
	const mac, nonce, piece = 49, 16, 64<<10 + 16 // of an age file
	body := bytes.Index(whole, []byte("\n--- ")) + mac
	for name, c := range map[string]struct {
		content []byte
		code    string // at Pick, or after it at Open
	}{
		"empty":         {nil, codeExportUnknown},
		"text":          {[]byte("Dear Chidi,\n"), codeExportUnknown},
		"newer age":     {[]byte("age-encryption.org/v9\n"), codeExportNewer},
		"beginning":     {whole[:60], codeExportCut},
		"without a mac": {whole[:body-20], codeExportCut},
		"header":        {edit(body - 20), codeExportEdited},
		"first piece":   {whole[:body+nonce+piece], codeExportCut},
		"edited":        {edit(body + nonce + 70), codeExportEdited},
		"half":          {whole[:len(whole)/2], codeExportEnd},
		"end":           {edit(len(whole) - 3), codeExportEnd},
		"foreign":       {foreign.Bytes(), codeExportForeign},
	} {
		path := filepath.Join(a.dir, name)
		a.ok(os.WriteFile(path, c.content, 0o600))
		a.desk.openFrom = path
		_, err := a.exports.Pick(a.in.Token)
		if err == nil {
			_, err = a.unlock()
		}
		if err == nil {
			t.Errorf("%s was opened", name)
			continue
		}
		if e := a.s.present(err); e.Code != c.code || e.Args["name"] != name {
			t.Errorf("%s: got %+v, want %s", name, e, c.code)
		}
	}
	for _, path := range []string{filepath.Join(a.dir, "absent"), a.dir} {
		a.desk.openFrom = path
		_, err = a.exports.Pick(a.in.Token)
		a.refused(err, codeExportUnreadable)
	}
	a.desk.openFrom = ""
	if got, err := a.exports.Pick(a.in.Token); err != nil || got.Name != "" {
		t.Errorf("dismissed: %+v %v", got, err)
	}
}

func TestExports_AnotherSignerIsTold(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	made := time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)
	claim := bundle.Manifest{Kind: bundle.KindSheets, Workspace: "Northwind Legal", CreatedBy: "Amara Okafor", CreatedAt: made}
	path := a.bundled("theirs.age", claim)
	a.pick(path, "keys")
	v, err := a.unlock()
	a.ok(err)
	if v.Ours || v.SignedBy == v.Signature || v.SignedBy == "" || v.At != "2026-11-01T09:00:00Z" || len(v.Files) != 1 {
		t.Errorf("%+v", v)
	}

	// A file of somebody else takes its place between the look and the saving.
	a.ok(os.Rename(a.bundled("others.age", claim), path))
	a.desk.saveTo = filepath.Join(a.dir, "out")
	_, err = a.exports.Extract(a.in.Token)
	a.refused(err, codeExportChanged)
	a.only("theirs.age")
}

// only fails unless the folder holds one file, of this name.
func (a *archive) only(name string) {
	a.Helper()
	left, err := os.ReadDir(a.dir)
	a.ok(err)
	if len(left) != 1 || left[0].Name() != name {
		a.Errorf("left behind: %v", left)
	}
}

func TestExports_BackupIsVerifiedAndNotTakenApart(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	a.desk.saveTo = filepath.Join(a.dir, "backup.age")
	saved, err := (&Settings{a.s}).Backup(a.in.Token, BackupRequest{Recipients: a.key.Recipient().String()}, a.page.proof(pass, "none", ""))
	a.ok(err)
	if saved.Name != "backup.age" {
		t.Errorf("%+v", saved)
	}
	a.pick(a.desk.saveTo, "keys")
	v, err := a.unlock()
	a.ok(err)
	if v.Kind != "workspace-backup" || !v.Ours {
		t.Errorf("%+v", v)
	}
	a.desk.saveTo = filepath.Join(a.dir, "out")
	_, err = a.exports.Extract(a.in.Token)
	a.refused(err, codeExportBackup)
	a.only("backup.age")
}

// readDesk does something once, when a file is being read.
type readDesk struct {
	*fakeDesktop
	then func()
}

func (d *readDesk) Emit(event string, payload any) {
	if then := d.then; event == "export-progress" && then != nil {
		d.then = nil
		then()
	}
	d.fakeDesktop.Emit(event, payload)
}

func TestExports_CloseOrLockStopsAndForgets(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	path := a.bundled("run.age", bundle.Manifest{Kind: bundle.KindSheets})
	a.pick(path, "keys")
	_, err := a.unlock()
	a.ok(err)
	a.desk.saveTo = filepath.Join(a.dir, "out")
	a.s.desktop = &readDesk{a.desk, func() { a.ok(a.exports.Close(a.in.Token)) }}
	_, err = a.exports.Extract(a.in.Token)
	a.refused(err, codeExportCancelled)
	_, err = a.exports.Extract(a.in.Token)
	a.refused(err, codeExportNone)

	a.pick(path, "keys")
	a.s.desktop = &readDesk{a.desk, func() { a.auth.Lock(a.in.Token) }}
	if _, err := a.unlock(); err == nil {
		t.Error("it was read after the lock")
	}
	back := func() {
		res, err := a.auth.SignIn(email, pass)
		a.ok(err)
		a.in = *res.Session
	}
	back()
	_, err = a.exports.Extract(a.in.Token)
	a.refused(err, codeExportNone)
	a.desk.meanwhile = func() { a.auth.Lock(a.in.Token) }
	_, err = a.exports.Pick(a.in.Token)
	a.refused(err, string(workspace.CodeSessionEnded))
	a.only("run.age")
}
