package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"countersign/backend/backupform"
	"countersign/backend/bundle"
	"countersign/backend/postgres"
	"countersign/backend/remote"
	"countersign/backend/serverkey"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/words"
	"countersign/backend/workspace"
	"countersign/cmd/internal/cli"
)

// taken is what restore and import print of the workspace that they have made.
type taken struct {
	OK        bool      `json:"ok"`
	Workspace string    `json:"workspace"`
	MadeAt    time.Time `json:"madeAt"`
	MadeBy    string    `json:"madeBy"`
	Event     int64     `json:"event"` // the newest that was in the file
	Documents int       `json:"documents"`
	Missing   int       `json:"missing"`
	SignedBy  string    `json:"signedBy"`

	// Of restore.
	LogEvent int64  `json:"logEvent,omitempty"` // of which LogCode is
	LogCode  string `json:"logCode,omitempty"`  // see audit.Checkpoint.Short

	// Of import.
	ServerKey   string `json:"serverKey,omitempty"` // fingerprint
	Address     string `json:"address,omitempty"`
	Fingerprint string `json:"fingerprint,omitempty"` // of the certificate's public key
	Join        string `json:"join,omitempty"`
}

// restore makes the workspace of a backup again, in a database that has none, with the server's key of the backup.
func restore(ctx context.Context, e *env, args []string) error {
	c, err := e.configured("database", "server-key")
	if err != nil {
		return err
	}
	key, err := readKey(c)
	if err != nil {
		return err
	}
	defer key.Close()
	in, err := e.open(ctx, c, args[0])
	if err != nil {
		return err
	}
	defer in.Close()
	of, err := in.serverKey(ctx)
	switch {
	case err != nil:
		return fileFault(err)
	case of == "":
		return cli.Fail("backup_of_computer", cli.ExitWrong, words.TerminalServerFailureBackupOfComputer, nil)
	case of != key.Fingerprint():
		return cli.Fail("key_other", cli.ExitUnavailable, words.TerminalServerFailureBackupKey, words.Args{"of": cli.Printable(of), "is": key.Fingerprint()})
	}
	var event int64
	var code string
	r, err := e.take(ctx, c, key, in, func(ctx context.Context, w *workspace.Workspace, made time.Time) (err error) {
		if err := w.NoteRestored(ctx, made); err != nil {
			return err
		}
		event, code, err = w.LogCode(ctx)
		return err
	})
	if err != nil {
		return err
	}
	r.LogEvent, r.LogCode = event, code
	return e.print(r, r.text(words.TerminalServerRestoreDone))
}

// importFile makes the workspace of a file that a computer or another server has written for it. It makes what init does, too.
func importFile(ctx context.Context, e *env, args []string) error {
	c, err := e.configured("database", "server-key", "certificate", "certificate-key", "public-address")
	if err != nil {
		return err
	}
	in, err := e.open(ctx, c, args[0])
	if err != nil {
		return err
	}
	defer in.Close()
	switch of, err := in.serverKey(ctx); {
	case err != nil:
		return fileFault(err)
	case of != "":
		return cli.Fail("backup_of_server", cli.ExitWrong, words.TerminalServerFailureBackupOfServer, nil)
	}
	if err := postgres.Migrate(ctx, c.database.Reveal()); err != nil {
		return err
	}
	key, err := makeOrReadKey(ctx, c)
	if err != nil {
		return err
	}
	defer key.Close()
	shown, err := e.certificateFor(c)
	if err != nil {
		return err
	}
	r, err := e.take(ctx, c, key, in, func(ctx context.Context, w *workspace.Workspace, _ time.Time) error { return w.NoteMoved(ctx) })
	if err != nil {
		return err
	}
	join := remote.Invitation{Server: c.address, Key: shown}
	r.ServerKey, r.Address, r.Fingerprint, r.Join = key.Fingerprint(), c.address, shown.String(), join.Link().Reveal()
	return e.print(r, r.text(words.TerminalServerImportDone))
}

func (r *taken) text(done words.Key) string {
	text := say(done, words.Args{
		"workspace": cli.Printable(r.Workspace), "at": minute(r.MadeAt), "by": cli.Printable(r.MadeBy), "key": r.SignedBy, "documents": r.Documents,
		"address": r.Address, "fingerprint": r.Fingerprint, "join": r.Join, "event": r.LogEvent, "code": r.LogCode,
	}) + "\n"
	if r.Missing > 0 {
		text += say(words.TerminalServerBackupMissing, words.Args{"n": r.Missing}) + "\n"
	}
	return text
}

// serverKey is the fingerprint of the server's key that the file's secrets are encrypted under; empty: they are in clear. The
// file has not been verified: this only refuses what could not be right.
func (f *sealedFile) serverKey(ctx context.Context) (fingerprint string, err error) {
	r, err := f.again(ctx)
	if err != nil {
		return "", err
	}
	errFound := errors.New("found")
	_, err = r.Each(func(f bundle.File, content io.Reader) error {
		if f.Name != backupform.Keychain {
			return errNotBackup
		}
		items, err := backupform.ReadItems(content)
		if err != nil {
			return errNotBackup
		}
		items.Wipe()
		fingerprint = items.ServerKey
		return errFound
	})
	if errors.Is(err, errFound) {
		return fingerprint, nil
	}
	if err == nil {
		err = errNotBackup
	}
	return "", err
}

var (
	errNotBackup = cli.Fail("not_backup", cli.ExitWrong, words.TerminalFailureNotBackup, nil)
	errRefuted   = cli.Fail("backup_not_authentic", cli.ExitWrong, words.TerminalServerFailureBackupNotAuthentic, nil)
	errTaken     = cli.Fail(string(service.CodeWorkspaceExists), cli.ExitRefused, words.TerminalServerFailureRestoreExists, nil)
)

// take makes the workspace of a file in one transaction. note writes into its log what was done.
func (e *env) take(ctx context.Context, c *config, key *serverkey.Key, in *sealedFile, note func(context.Context, *workspace.Workspace, time.Time) error) (*taken, error) {
	if err := postgres.Migrate(ctx, c.database.Reveal()); err != nil {
		return nil, err
	}
	d, err := postgres.Open(ctx, c.database.Reveal())
	if err != nil {
		return nil, err
	}
	defer d.Close()
	k, err := d.TakeKey(ctx, key)
	if err != nil {
		return nil, err
	}
	defer k.Close()
	r := &taken{OK: true}
	of := d.Workspace(workspaceName)
	err = of.Fill(ctx, func(f *postgres.Filling) error {
		b, err := in.again(ctx)
		if err != nil {
			return err
		}
		t := &taking{Filling: f, of: of, key: k, secrets: f.Secrets(k)}
		contents, err := b.Each(func(f bundle.File, content io.Reader) error { return t.put(ctx, f, content) })
		if errors.Is(err, backupform.ErrForm) || errors.Is(err, store.ErrAltered) {
			err = errNotBackup
		}
		if err != nil {
			return err
		}
		return t.finish(ctx, contents, r, note)
	})
	if errors.Is(err, postgres.ErrOccupied) {
		err = errTaken
	}
	if err != nil {
		return nil, fileFault(err)
	}
	return r, nil
}

// taking is a workspace on its way from a file.
type taking struct {
	*postgres.Filling
	of      *postgres.Store
	key     *postgres.Key
	secrets store.Secrets
	items   []string
	there   struct{ items, rows, log bool }
}

// put takes an entry of the file, of which nothing is known to be good yet.
func (t *taking) put(ctx context.Context, f bundle.File, content io.Reader) error {
	switch name := f.Name; {
	case name == backupform.Keychain:
		t.there.items = true
		items, err := backupform.ReadItems(content)
		defer items.Wipe()
		if err != nil {
			return err
		}
		return t.putItems(ctx, items)
	case name == backupform.Rows:
		t.there.rows = true
		return backupform.ReadRows(content, t.Put)
	case name == backupform.Log:
		t.there.log = true
		return backupform.ReadLog(content, t.Append)
	case name == backupform.Database:
		return cli.Fail("backup_of_computer", cli.ExitWrong, words.TerminalServerFailureBackupOfComputer, nil)
	case strings.HasPrefix(name, backupform.Document):
		return t.PutDocument(strings.TrimPrefix(name, backupform.Document), content)
	}
	return nil // the manifest, and its signature
}

func (t *taking) putItems(ctx context.Context, items backupform.Items) error {
	for _, i := range items.Items {
		value := i.Secret()
		if items.ServerKey != "" {
			var err error
			if value, err = t.key.Open(t.of, postgres.StoredSecret{Name: i.Name, Ciphertext: i.Value}); err != nil {
				return err
			}
		}
		t.items = append(t.items, i.Name)
		err := t.secrets.Set(ctx, i.Name, value)
		value.Wipe()
		if err != nil {
			return err
		}
	}
	return nil
}

// finish holds what was put against its log, its signature and its documents, and has it noted.
func (t *taking) finish(ctx context.Context, of bundle.Contents, r *taken, note func(context.Context, *workspace.Workspace, time.Time) error) error {
	if of.Kind != bundle.KindBackup || !t.there.items || !t.there.rows || !t.there.log {
		return errNotBackup
	}
	w, err := workspace.Open(ctx, workspace.Config{Store: t.Store(), Secrets: t.secrets, Files: t.Documents(), Log: slog.New(slog.DiscardHandler)})
	if service.IsCode(err, service.CodeNotAuthentic) {
		return errRefuted
	}
	if err != nil {
		return err
	}
	defer w.Close()
	if !w.Created() || w.ID() != of.WorkspaceID {
		return errNotBackup
	}
	for _, name := range t.items {
		if !strings.HasPrefix(name, w.ID()+"/") {
			return errNotBackup
		}
	}
	signer, err := w.Signer()
	if err != nil {
		return err
	}
	if of.SignedBy != bundle.FingerprintOf(signer.Public().(ed25519.PublicKey)) {
		return cli.Fail("export_signer", cli.ExitWrong, words.TerminalFailureExportSigner, words.Args{"key": of.SignedBy})
	}
	report, err := w.VerifyLog(ctx, nil)
	if err != nil {
		return err
	}
	if report.Breaks > 0 {
		return errRefuted
	}
	r.Workspace, r.MadeAt, r.MadeBy, r.Event, r.SignedBy = w.Name(), of.CreatedAt, of.CreatedBy, report.Events, of.SignedBy.String()
	if err := t.holdDocuments(ctx, of, r); err != nil {
		return err
	}
	return note(ctx, w, of.CreatedAt)
}

// holdDocuments looks that each document's file is there, but for as many as there were none of when the file was written, and no other.
func (t *taking) holdDocuments(ctx context.Context, of bundle.Contents, r *taken) error {
	rows := map[string]bool{}
	err := t.Store().View(ctx, func(tx store.ReadTx) error {
		names, err := backupform.Documents(tx)
		for _, name := range names {
			rows[name] = true
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, f := range of.Files {
		name, is := strings.CutPrefix(f.Name, backupform.Document)
		if is && !rows[name] {
			return errRefuted
		}
		if is {
			r.Documents++
		}
	}
	r.Missing = len(rows) - r.Documents
	said := of.Details[backupform.DetailMissing]
	if n, err := strconv.Atoi(said); said != "" && (err != nil || n != r.Missing) || said == "" && r.Missing > 0 {
		return errRefuted
	}
	return nil
}
