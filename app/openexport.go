package app

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"countersign/backend/bundle"
	"countersign/backend/secret"
	"countersign/backend/words"
	"countersign/backend/workspace"
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

// maxKeyFile is how long a file of private keys may be, in bytes.
const maxKeyFile = 1 << 20

// Pick asks for a file and says with what it is locked.
func (x *Exports) Pick(session string) (PickedExport, error) {
	path, err := x.ask(session, words.ExportOpen, fileKind{words.DialogKindAge, "*.age"})
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
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	if session != x.s.token { // the dialog may have stood open for long
		return PickedExport{}, errNoSession
	}
	x.s.dropExport()
	p := &pickedExport{path: path, lock: lock}
	p.doing, p.stop = context.WithCancel(x.s.ctx)
	x.s.export = p
	return PickedExport{Name: name, Lock: map[bundle.Lock]string{bundle.LockPassphrase: "passphrase", bundle.LockKeys: "keys"}[lock]}, nil
}

// PickKey asks for a file of private keys, as the age tool keeps them, and reads it.
// It is kept for Open; its name is empty when the dialog was dismissed.
func (x *Exports) PickKey(session string) (Saved, error) {
	p, err := x.picked(session)
	if err != nil {
		return Saved{}, err
	}
	path, err := x.ask(session, words.DialogKeyFile, fileKind{words.DialogKindAll, "*"})
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
	return Saved{Name: name}, x.keep(session, p, func() { p.keys = &keys })
}

// Open reads the chosen file to its end, with the passphrase or the private key that
// was typed, or with those of the key file where nothing was. The event
// "export-progress" {done, total} tells how far it is, in bytes; Close stops it.
func (x *Exports) Open(session string, typed Envelope) (ExportView, error) {
	p, err := x.picked(session)
	if err != nil {
		return ExportView{}, err
	}
	with, err := x.opener(p, typed)
	if err != nil {
		return ExportView{}, err
	}
	own, err := x.signer(session)
	if err != nil {
		return ExportView{}, err
	}
	c, err := x.read(session, p, with, (*bundle.Reader).Verify)
	if err != nil {
		x.noteFlaw(session, err)
		return ExportView{}, exportFault(filepath.Base(p.path), err)
	}
	if err := x.note(session, workspace.ExportOpened, seenExport(c, own)); err != nil {
		return ExportView{}, err
	}
	return exportView(c, own), x.keep(session, p, func() { p.opener, p.seen = &with, c })
}

// Extract asks for the name of a new folder and puts the files into it, for their
// owner alone. The folder is there when every byte was verified once more, or not at
// all. A backup is not taken apart: it holds the keys of its workspace.
func (x *Exports) Extract(session string) (Extracted, error) {
	p, err := x.picked(session)
	if err != nil {
		return Extracted{}, err
	}
	x.s.mu.Lock()
	with, seen := p.opener, p.seen
	x.s.mu.Unlock()
	switch {
	case with == nil:
		return Extracted{}, exportNone()
	case seen.Kind == bundle.KindBackup:
		return Extracted{}, &shellError{code: codeExportBackup}
	}
	stem := strings.TrimSuffix(filepath.Base(p.path), filepath.Ext(p.path))
	path, err := x.s.desktop.SaveAs(words.DialogSaveFiles, stem, []fileKind{{words.DialogKindFolder, "*"}})
	if err != nil {
		return Extracted{}, saveFailed("", err)
	}
	if path == "" {
		return Extracted{}, nil
	}
	name := filepath.Base(path)
	own, err := x.signer(session)
	if err != nil {
		return Extracted{}, err
	}
	if _, err := os.Lstat(path); err == nil { // before the passphrase is tried once more, which takes its time
		return Extracted{}, extractFault("", name, bundle.ErrExists)
	}
	if err := x.note(session, workspace.ExportSaved, seenExport(seen, own)); err != nil { // before anything of it is on the disk
		return Extracted{}, err
	}
	_, err = x.read(session, p, *with, func(r *bundle.Reader) (bundle.Contents, error) {
		r.Expect(seen.SignedBy)
		return r.Extract(path)
	})
	if err != nil {
		x.noteFlaw(session, err)
		return Extracted{}, extractFault(filepath.Base(p.path), name, err)
	}
	return Extracted{Name: name, Folder: filepath.Dir(path)}, nil
}

// Close stops what is under way, and forgets the file and what opens it.
func (x *Exports) Close(session string) error {
	if _, err := x.s.use(session); err != nil {
		return err
	}
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	x.s.dropExport()
	return nil
}

// dropExport forgets the chosen file. It is called with s.mu held.
func (s *shell) dropExport() {
	if s.export != nil {
		s.export.stop()
		s.export = nil
	}
}

// ask is the system's dialog for an admin.
func (x *Exports) ask(session string, title words.Key, kind fileKind) (string, error) {
	if err := x.s.asAdmin(session, func(context.Context, *workspace.Admin) error { return nil }); err != nil {
		return "", err
	}
	kinds := []fileKind{kind}
	if kind.Pattern != "*" {
		kinds = append(kinds, fileKind{words.DialogKindAll, "*"})
	}
	path, err := x.s.desktop.OpenFile(title, kinds)
	if err != nil {
		return "", exportUnreadable("", err)
	}
	return path, nil
}

func (x *Exports) picked(session string) (*pickedExport, error) {
	if _, err := x.s.use(session); err != nil {
		return nil, err
	}
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	if x.s.export == nil {
		return nil, exportNone()
	}
	return x.s.export, nil
}

// keep notes something of the file if it is still the chosen one.
func (x *Exports) keep(session string, p *pickedExport, note func()) error {
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	switch {
	case session != x.s.token:
		return errNoSession
	case x.s.export != p:
		return exportNone()
	}
	note()
	return nil
}

// opener is what was typed to open the file, or the key file.
func (x *Exports) opener(p *pickedExport, typed Envelope) (bundle.Identities, error) {
	what := map[bundle.Lock]string{bundle.LockPassphrase: holdsPassphrase, bundle.LockKeys: holdsPrivateKey}[p.lock]
	text, err := x.s.letters.open(what, typed)
	if err != nil {
		return bundle.Identities{}, err
	}
	x.s.mu.Lock()
	keys := p.keys
	x.s.mu.Unlock()
	switch {
	case p.lock == bundle.LockPassphrase && text.Empty():
		return bundle.Identities{}, &shellError{code: codeExportPassphraseRequired, field: "passphrase"}
	case p.lock == bundle.LockPassphrase:
		return bundle.WithPassphrase(text), nil
	case text.Empty() && keys != nil:
		return *keys, nil
	case text.Empty():
		return bundle.Identities{}, &shellError{code: codeExportKeyRequired, field: "key"}
	}
	return parseKeys(text, "")
}

// read opens the file anew and hands it on. Waiting for it is use of the session.
func (x *Exports) read(session string, p *pickedExport, with bundle.Identities, take func(*bundle.Reader) (bundle.Contents, error)) (c bundle.Contents, err error) {
	ses, err := x.s.use(session)
	if err != nil {
		return c, err
	}
	f, size, err := openFile(p.path)
	if err != nil {
		return c, err
	}
	defer f.Close()
	in := &watchedFile{ctx: p.doing, f: f, tell: func(done int64) {
		_ = ses.Touch() // a session that is over ends p.doing
		x.s.desktop.Emit("export-progress", map[string]int64{"done": done, "total": size})
	}}
	secret.Confined(func() {
		var r *bundle.Reader
		if r, err = bundle.Open(in, with); err == nil {
			c, err = take(r)
		}
	})
	if p.doing.Err() != nil && err != nil {
		return c, &shellError{code: codeExportCancelled}
	}
	return c, err
}

// watchedFile says how far its reading is, and ends with ctx.
type watchedFile struct {
	ctx  context.Context
	f    *os.File
	tell func(done int64)
	done int64
	last time.Time
}

func (w *watchedFile) Read(b []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := w.f.Read(b)
	w.done += int64(n)
	if now := time.Now(); now.Sub(w.last) > 50*time.Millisecond {
		w.last = now
		w.tell(w.done)
	}
	return n, err
}

// openFile opens a plain file; one of another kind may never end, or never begin.
func openFile(path string) (*os.File, int64, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, 0, err
	}
	if !st.Mode().IsRegular() {
		return nil, 0, errNoFile
	}
	f, err := os.Open(path)
	return f, st.Size(), err
}

var errNoFile = errors.New("it is not a file")

func readKeyFile(path string) (secret.Text, error) {
	f, size, err := openFile(path)
	if err != nil {
		return secret.Text{}, err
	}
	defer f.Close()
	if size > maxKeyFile {
		return secret.Text{}, errors.New("it is too long for a file of keys")
	}
	raw, err := io.ReadAll(io.LimitReader(f, maxKeyFile))
	defer clear(raw)
	return secret.NewText(string(raw)), err
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
