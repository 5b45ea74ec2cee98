package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"countersign/backend/backupform"
	"countersign/backend/bundle"
	"countersign/backend/secret"
	"countersign/cmd/internal/cli"
)

// parts are the entries of a file for a server, which whoever has its passphrase can write anew.
type parts struct {
	manifest bundle.Manifest
	names    []string
	content  map[string][]byte
	key      ed25519.PrivateKey // that signs it; the workspace's follows from what is in the file
}

func partsOf(t *testing.T, file []byte) *parts {
	t.Helper()
	r, err := bundle.Open(bytes.NewReader(file), bundle.WithPassphrase(secret.NewText(filePassphrase)))
	if err != nil {
		t.Fatal(err)
	}
	p := &parts{content: map[string][]byte{}}
	c, err := r.Each(func(f bundle.File, content io.Reader) (err error) {
		if !strings.HasPrefix(f.Name, "manifest.") {
			p.names = append(p.names, f.Name)
			p.content[f.Name], err = io.ReadAll(content)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	p.manifest = c.Manifest
	items, err := backupform.ReadItems(bytes.NewReader(p.content[backupform.Keychain]))
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range items.Items {
		if strings.HasSuffix(i.Name, "/integrity") {
			seed, err := hkdf.Key(sha256.New, i.Value, nil, "countersign/export signature/1", ed25519.SeedSize)
			if err != nil {
				t.Fatal(err)
			}
			p.key = ed25519.NewKeyFromSeed(seed)
		}
	}
	return p
}

func (p *parts) file(t *testing.T) string {
	t.Helper()
	to, err := bundle.ToPassphrase(secret.NewText(filePassphrase))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w, err := bundle.Create(&out, to, p.key, p.manifest)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range p.names {
		if err := w.AddSized(name, int64(len(p.content[name])), bytes.NewReader(p.content[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func (p *parts) drop(name string) {
	p.names = slices.DeleteFunc(p.names, func(n string) bool { return n == name })
}

func (p *parts) document() string {
	return p.names[slices.IndexFunc(p.names, func(n string) bool { return strings.HasPrefix(n, backupform.Document) })]
}

func (p *parts) replace(name, from, to string) {
	p.content[name] = bytes.Replace(p.content[name], []byte(from), []byte(to), 1)
}

// Who has the passphrase can write another file. What it says has to fit the log, whose key is in it: this holds against what was damaged, and
// against whoever changes rows and does not sign the log anew.
func TestImport_FileThatDoesNotFitItselfIsRefused(t *testing.T) {
	t.Parallel()
	f, _ := onComputer(t)
	f.marks = 1 // a start trusts the log up to where the last one has read it
	file := f.moved(f.enter(t, f.open().Workspace, f.codes[1]), f.codes[0])
	q := newPlace(t).sealedWith(filePassphrase)
	for name, c := range map[string]struct {
		edit func(p *parts)
		code string
	}{
		"a row that was changed":       {func(p *parts) { p.replace(backupform.Rows, "Amara Okafor", "Amara Okafur") }, "backup_not_authentic"},
		"an event that was changed":    {func(p *parts) { p.replace(backupform.Log, "workspace-created", "workspace-founded") }, "backup_not_authentic"},
		"a log without its end":        {func(p *parts) { cutLine(p, backupform.Log) }, "backup_not_authentic"},
		"rows without the last":        {func(p *parts) { cutLine(p, backupform.Rows) }, "backup_not_authentic"},
		"a document that is not there": {func(p *parts) { p.drop(p.document()) }, "backup_not_authentic"},
		"a document of no row": {func(p *parts) {
			p.names = append(p.names, "document-x.1.age")
			p.content["document-x.1.age"] = []byte("x")
		}, "backup_not_authentic"},
		"another key’s signature":      {func(p *parts) { p.key = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)) }, "export_signer"},
		"an item of another workspace": {func(p *parts) { p.replace(backupform.Keychain, "/lock", "x/lock") }, "keychain_item_missing"},
		"an item of another workspace more": {func(p *parts) {
			p.replace(backupform.Keychain, `"items":[`, `"items":[{"name":"other/lock","value":"AQ=="},`)
		}, "not_backup"},
		"no rows":                {func(p *parts) { p.drop(backupform.Rows) }, "not_backup"},
		"no log":                 {func(p *parts) { p.drop(backupform.Log) }, "not_backup"},
		"no items":               {func(p *parts) { p.drop(backupform.Keychain) }, "not_backup"},
		"a table that is none":   {func(p *parts) { p.replace(backupform.Rows, `"table":"profile"`, `"table":"people"`) }, "not_backup"},
		"another workspace’s ID": {func(p *parts) { p.manifest.WorkspaceID = "other" }, "not_backup"},
		"sheets":                 {func(p *parts) { p.manifest.Kind = bundle.KindSheets }, "not_backup"},
		"more missing than are":  {func(p *parts) { p.manifest.Details[backupform.DetailMissing] = "1" }, "backup_not_authentic"},
	} {
		p := partsOf(t, file)
		p.manifest.Details = maps.Clone(p.manifest.Details)
		c.edit(p)
		q.write("copy.age", p.file(t))
		exit, out, told := q.run("import", q.path("copy.age"), "--json")
		var said struct {
			Error struct{ Code, Message string }
		}
		if json.Unmarshal([]byte(told), &said) != nil || exit == cli.ExitDone || said.Error.Code != c.code {
			t.Errorf("%s: exit code %d: %s%s", name, exit, out, told)
		}
		q.untouched()
	}
	q.write("copy.age", partsOf(t, file).file(t))
	q.good("import", q.path("copy.age"))
}

func cutLine(p *parts, name string) {
	all := bytes.TrimSuffix(p.content[name], []byte("\n"))
	p.content[name] = all[:bytes.LastIndexByte(all, '\n')+1]
}

func TestImport_DocumentThatWasMissingIsSaidAndNoHindrance(t *testing.T) {
	t.Parallel()
	f, s := onComputer(t)
	p := partsOf(t, f.moved(s, f.codes[0]))
	p.drop(p.document())
	p.manifest.Details[backupform.DetailMissing] = "1"
	q := newPlace(t).sealedWith(filePassphrase)
	q.write("move.age", p.file(t))
	var r taken
	if err := json.Unmarshal([]byte(q.good("import", q.path("move.age"), "--json")), &r); err != nil || r.Documents != 0 || r.Missing != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	var made copied
	if err := json.Unmarshal([]byte(q.good("backup", q.path("backup.age"), "--json")), &made); err != nil || made.Missing != 1 {
		t.Errorf("%+v, %v", made, err)
	}
	if out := q.beside().good("restore", q.path("backup.age")); !strings.Contains(out, "missing") {
		t.Errorf("%s", out)
	}
}
