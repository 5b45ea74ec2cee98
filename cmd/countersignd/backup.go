package main

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"log/slog"
	"strconv"

	"countersign/backend/backupform"
	"countersign/backend/bundle"
	"countersign/backend/postgres"
	"countersign/backend/store"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// copied is what backup and export print of the file that they have written.
type copied struct {
	OK        bool   `json:"ok"`
	File      string `json:"file"`
	Workspace string `json:"workspace"`
	Event     int64  `json:"event"` // the newest that is in it
	Documents int    `json:"documents"`
	Missing   int    `json:"missing"` // documents whose file is not in the database
	SignedBy  string `json:"signedBy"`
}

// backUp writes the workspace to a file, with its secrets as the database has them: encrypted under the server's key.
func backUp(ctx context.Context, e *env, args []string) error {
	r, err := e.writeCopy(ctx, args[0], false)
	if err != nil {
		return err
	}
	return e.print(r, r.text(words.TerminalServerBackupDone))
}

// export writes the workspace to a file from which a computer can restore it, or another server take it: the secrets in it need no key.
func export(ctx context.Context, e *env, args []string) error {
	r, err := e.writeCopy(ctx, args[0], true)
	if err != nil {
		return err
	}
	return e.print(r, r.text(words.TerminalServerExportDone))
}

func (r *copied) text(done words.Key) string {
	text := say(done, words.Args{"file": cli.Printable(r.File), "workspace": cli.Printable(r.Workspace), "documents": r.Documents, "key": r.SignedBy}) + "\n"
	if r.Missing > 0 {
		text += say(words.TerminalServerBackupMissing, words.Args{"n": r.Missing}) + "\n"
	}
	return text
}

func (e *env) writeCopy(ctx context.Context, file string, clear bool) (*copied, error) {
	c, err := e.configured("database", "server-key")
	if err != nil {
		return nil, err
	}
	s, err := openSite(ctx, c, postgres.Open, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	defer s.close()
	r := &copied{OK: true, File: file, Workspace: s.workspace.Name()}
	err = writeFresh(file, func(w io.Writer) error {
		to, err := e.sealFor(ctx, c)
		if err != nil {
			return err
		}
		note := s.workspace.NoteBackupBegun
		if clear {
			note = s.workspace.NoteExport
		}
		if err := note(ctx); err != nil {
			return err
		}
		out := bufio.NewWriterSize(untilStopped{ctx, w}, 1<<16)
		err = s.database.Workspace(workspaceName).ViewWhole(ctx, func(whole postgres.Whole) error {
			return s.write(out, to, whole, e, clear, r)
		})
		return errors.Join(err, out.Flush())
	})
	if err == nil && !clear {
		err = s.workspace.NoteBackup(ctx)
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

// untilStopped is a file whose writing a signal ends.
type untilStopped struct {
	ctx context.Context
	w   io.Writer
}

func (u untilStopped) Write(b []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.w.Write(b)
}

// write writes one state of the workspace.
func (s *site) write(w io.Writer, to bundle.Recipients, whole postgres.Whole, e *env, clear bool, r *copied) error {
	key, err := s.workspace.Signer()
	if err != nil {
		return err
	}
	r.SignedBy = bundle.FingerprintOf(key.Public().(ed25519.PublicKey)).String()
	head, err := whole.Head()
	if err != nil {
		return err
	}
	r.Event = head.Seq
	items, err := s.items(whole, clear)
	defer items.Wipe()
	if err != nil {
		return err
	}
	documents, missing, err := s.documents(whole)
	if err != nil {
		return err
	}
	r.Documents, r.Missing = len(documents), missing
	details := map[string]string{backupform.DetailEvent: strconv.FormatInt(head.Seq, 10)}
	if missing > 0 {
		details[backupform.DetailMissing] = strconv.Itoa(missing)
	}
	b, err := bundle.Create(w, to, key, bundle.Manifest{
		Kind: bundle.KindBackup, Workspace: s.workspace.Name(), WorkspaceID: s.workspace.ID(), CreatedAt: e.now(), CreatedBy: say(words.TerminalServerOperator, nil), Details: details,
	})
	if err != nil {
		return err
	}
	if err := backupform.AddItems(b, items); err != nil {
		return err
	}
	if err := backupform.AddRows(b, whole); err != nil {
		return err
	}
	for _, name := range documents {
		if err := addDocument(b, whole, name); err != nil {
			return err
		}
	}
	return b.Close()
}

// items are the secrets, as they are or in clear.
func (s *site) items(whole postgres.Whole, clear bool) (items backupform.Items, err error) {
	stored, err := whole.Secrets()
	if err != nil {
		return items, err
	}
	if !clear {
		items.ServerKey = s.fingerprint
	}
	for _, one := range stored {
		value := one.Ciphertext
		if clear {
			plain, err := s.key.Open(s.database.Workspace(workspaceName), one)
			if err != nil {
				return items, err
			}
			value = plain.Reveal()
		}
		items.Items = append(items.Items, backupform.Item{Name: one.Name, Value: value})
	}
	return items, nil
}

// documents are the files of the documents that are there, and how many are not.
func (s *site) documents(whole postgres.Whole) (there []string, missing int, err error) {
	names, err := backupform.Documents(whole)
	if err != nil {
		return nil, 0, err
	}
	for _, name := range names {
		f, err := whole.OpenDocument(name)
		if errors.Is(err, store.ErrBlobMissing) {
			missing++
			continue
		}
		if err != nil {
			return nil, 0, err
		}
		there = append(there, name)
		if err := f.Close(); err != nil {
			return nil, 0, err
		}
	}
	return there, missing, nil
}

func addDocument(b *bundle.Writer, whole postgres.Whole, name string) (err error) {
	f, err := whole.OpenDocument(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return backupform.AddDocument(b, name, f)
}
