package app

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"countersign/backend/bundle"
	"countersign/backend/client"
	"countersign/backend/service"
	"countersign/backend/words"
)

// Exports is Settings → Print runs → Open and verify: an encrypted file of
// Countersign's, from here or from elsewhere, is read to its end before anything of
// it is shown or saved. What opens it stays here between Open and Extract, and is
// forgotten with Close, with the next Pick, and when the session ends. The audit log
// says who opened and who saved what; what it cannot say is not shown and not saved.
type Exports struct{ s *shell }

// PickedExport is a file that was chosen. Without a name the dialog was dismissed.
type PickedExport struct {
	Name string `json:"name"`
	Lock string `json:"lock"` // passphrase, keys
}

// ExportView is what a file of which every byte was verified says of itself. Whoever
// has signed it can have written anything into it.
type ExportView struct {
	Kind      string            `json:"kind"` // recovery-sheets, workspace-backup
	Workspace string            `json:"workspace"`
	At        string            `json:"at"`
	By        string            `json:"by"`
	Details   map[string]string `json:"details"`
	Files     []ExportFile      `json:"files"`
	SignedBy  string            `json:"signedBy"`  // fingerprint
	Signature string            `json:"signature"` // of this workspace
	Ours      bool              `json:"ours"`      // they are the same
}

// ExportFile is a file in it.
type ExportFile struct {
	Name string `json:"name"`
	Size int64  `json:"size"` // bytes
}

// Extracted says where the files are. Without a name the dialog was dismissed.
type Extracted struct {
	Name   string `json:"name"` // of the new folder
	Folder string `json:"folder"`
}

var lockName = map[bundle.Lock]string{bundle.LockPassphrase: "passphrase", bundle.LockKeys: "keys"}

// pickedExport is the chosen file, until it is closed.
type pickedExport struct {
	path   string
	lock   bundle.Lock
	keys   *bundle.Identities // of a key file
	opener *bundle.Identities // what has opened it
	seen   bundle.Contents    // what was verified
	doing  context.Context
	stop   context.CancelFunc
}

// Pick asks for a file and says with what it is locked.
func (x *Exports) Pick(session string) (PickedExport, error) {
	in, err := x.s.use(session)
	if err != nil {
		return PickedExport{}, err
	}
	path, err := in.ask(words.ExportOpen, fileKind{words.DialogKindAge, "*.age"})
	if path == "" || err != nil {
		return PickedExport{}, err
	}
	name := filepath.Base(path)
	f, _, err := openFile(path)
	if err != nil {
		return PickedExport{}, exportFault(name, err)
	}
	defer f.Close()
	lock, err := bundle.LockOf(f)
	if err != nil {
		return PickedExport{}, exportFault(name, err)
	}
	err = in.note(func() error {
		in.dropExport()
		p := &pickedExport{path: path, lock: lock}
		p.doing, p.stop = context.WithCancel(in.ctx)
		in.export = p
		return nil
	})
	if err != nil {
		return PickedExport{}, err
	}
	return PickedExport{Name: name, Lock: lockName[lock]}, nil
}

// PickKey asks for a file of private keys, as the age tool keeps them, and reads it.
// It is kept for Open; its name is empty when the dialog was dismissed.
func (x *Exports) PickKey(session string) (Saved, error) {
	in, p, err := x.picked(session)
	if err != nil {
		return Saved{}, err
	}
	path, err := in.ask(words.DialogKeyFile, fileKind{words.DialogKindAll, "*"})
	if path == "" || err != nil {
		return Saved{}, err
	}
	name := filepath.Base(path)
	text, err := readKeyFile(path)
	if err != nil {
		return Saved{}, exportUnreadable(name, err)
	}
	keys, err := parseKeys(text, name)
	if err != nil {
		return Saved{}, err
	}
	return Saved{Name: name}, in.keepExport(p, func() { p.keys = &keys })
}

// Open reads the chosen file to its end, with the passphrase or the private key that
// was typed, or with those of the key file where nothing was. The event
// "export-progress" {done, total} tells how far it is, in bytes; Close stops it.
func (x *Exports) Open(session string, typed Envelope) (ExportView, error) {
	in, p, err := x.picked(session)
	if err != nil {
		return ExportView{}, err
	}
	with, err := in.opener(p, typed)
	if err != nil {
		return ExportView{}, err
	}
	own, err := in.signer()
	if err != nil {
		return ExportView{}, err
	}
	c, err := in.read(p, with, (*bundle.Reader).Verify)
	if err != nil {
		in.noteFlaw(err)
		return ExportView{}, exportFault(filepath.Base(p.path), err)
	}
	if err := in.noteExport(service.ExportOpened, seenExport(c, own)); err != nil {
		return ExportView{}, err
	}
	return exportView(c, own), in.keepExport(p, func() { p.opener, p.seen = &with, c })
}

// Extract asks for the name of a new folder and puts the files into it, for their
// owner alone. The folder is there when every byte was verified once more, or not at
// all. A backup is not taken apart: it holds the keys of its workspace.
func (x *Exports) Extract(session string) (Extracted, error) {
	in, p, err := x.picked(session)
	if err != nil {
		return Extracted{}, err
	}
	in.mu.Lock()
	with, seen := p.opener, p.seen
	in.mu.Unlock()
	switch {
	case with == nil:
		return Extracted{}, exportNone()
	case seen.Kind == bundle.KindBackup:
		return Extracted{}, &shellError{code: codeExportBackup}
	}
	stem := strings.TrimSuffix(filepath.Base(p.path), filepath.Ext(p.path))
	path, err := in.s.desktop.SaveAs(words.DialogSaveFiles, stem, []fileKind{{words.DialogKindFolder, "*"}})
	if err != nil {
		return Extracted{}, saveFailed("", err)
	}
	if path == "" {
		return Extracted{}, nil
	}
	name := filepath.Base(path)
	own, err := in.signer()
	if err != nil {
		return Extracted{}, err
	}
	if _, err := os.Lstat(path); err == nil { // before the passphrase is tried once more, which takes its time
		return Extracted{}, extractFault("", name, bundle.ErrExists)
	}
	if err := in.noteExport(service.ExportSaved, seenExport(seen, own)); err != nil { // before anything of it is on the disk
		return Extracted{}, err
	}
	_, err = in.read(p, *with, func(r *bundle.Reader) (bundle.Contents, error) {
		r.Expect(seen.SignedBy)
		return r.Extract(path)
	})
	if err != nil {
		in.noteFlaw(err)
		return Extracted{}, extractFault(filepath.Base(p.path), name, err)
	}
	return Extracted{Name: name, Folder: filepath.Dir(path)}, nil
}

// Close stops what is under way, and forgets the file and what opens it.
func (x *Exports) Close(session string) error {
	in, err := x.s.use(session)
	if err != nil {
		return err
	}
	return in.note(func() error {
		in.dropExport()
		return nil
	})
}

// dropExport forgets the chosen file. It is called with in.mu held.
func (in *signIn) dropExport() {
	if in.export != nil {
		in.export.stop()
		in.export = nil
	}
}

// ask is the system's dialog for an admin.
func (in *signIn) ask(title words.Key, kind fileKind) (string, error) {
	if err := in.asAdmin(func(context.Context, *client.Admin) error { return nil }); err != nil {
		return "", err
	}
	kinds := []fileKind{kind}
	if kind.Pattern != "*" {
		kinds = append(kinds, fileKind{words.DialogKindAll, "*"})
	}
	path, err := in.s.desktop.OpenFile(title, kinds)
	if err != nil {
		return "", exportUnreadable("", err)
	}
	return path, nil
}

func (x *Exports) picked(session string) (in *signIn, p *pickedExport, err error) {
	if in, err = x.s.use(session); err != nil {
		return nil, nil, err
	}
	err = in.note(func() error {
		if p = in.export; p == nil {
			return exportNone()
		}
		return nil
	})
	return in, p, err
}

// keepExport keeps something of the file if it is still the chosen one.
func (in *signIn) keepExport(p *pickedExport, keep func()) error {
	return in.note(func() error {
		if in.export != p {
			return exportNone()
		}
		keep()
		return nil
	})
}

func exportView(c bundle.Contents, own bundle.Fingerprint) ExportView {
	v := ExportView{
		Kind: string(c.Kind), Workspace: c.Workspace, At: stamp(c.CreatedAt), By: c.CreatedBy, Details: c.Details, Files: []ExportFile{},
		SignedBy: c.SignedBy.String(), Signature: own.String(), Ours: c.SignedBy == own,
	}
	if v.Details == nil {
		v.Details = map[string]string{}
	}
	for _, f := range c.Files {
		v.Files = append(v.Files, ExportFile{f.Name, f.Size})
	}
	return v
}
