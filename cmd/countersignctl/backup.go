package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"io"

	"countersign/backend/backup"
	"countersign/backend/bundle"
	"countersign/backend/client"
	"countersign/backend/folder"
	"countersign/backend/joined"
	"countersign/backend/service"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// backupReport is what --json prints of a backup that was made.
type backupReport struct {
	OK     bool   `json:"ok"`
	File   string `json:"file"`
	Signed string `json:"signedBy"`
}

// writer writes a file with everything that there is of a workspace.
type writer func(context.Context, backup.File, bundle.Recipients, *client.Admin, client.Proof, service.Progress) error

func backupCreate(ctx context.Context, e *env, _ []string) error {
	return e.writeBackup(ctx, backup.Create, words.TerminalBackupCreateDone)
}

func move(ctx context.Context, e *env, _ []string) error {
	return e.writeBackup(ctx, backup.CreateMove, words.TerminalMoveDone)
}

func (e *env) writeBackup(ctx context.Context, write writer, done words.Key) (err error) {
	if err := e.free(e.output); err != nil {
		return err
	}
	var report backupReport
	err = e.asAdmin(ctx, func(a *client.Admin) error {
		to, err := e.sealFor(ctx)
		if err != nil {
			return err
		}
		f, err := folder.CreateWhole(e.output)
		if err != nil {
			return unwritable(e.output, err)
		}
		defer func() { _ = f.Drop() }()
		if err := write(ctx, output{f, e}, to, a, client.Proof{}, nil); err != nil {
			return fileTrouble(e.output, err)
		}
		key, err := a.SigningKey(ctx)
		if err != nil {
			return err
		}
		report = backupReport{true, e.output, bundle.FingerprintOf(key.Public().(ed25519.PublicKey)).String()}
		return nil
	})
	if err != nil {
		return err
	}
	return e.print(report, say(done, words.Args{"file": cli.Printable(report.File), "key": report.Signed})+"\n")
}

// unwritable says that a file could not be made.
func unwritable(name string, err error) error {
	return cli.Fail("file_unwritable", cli.ExitUnavailable, words.TerminalFailureFileUnwritable, words.Args{"file": name, "why": whyUnwritable(err)})
}

// ofFolder reports whether an error is one of a folder or disk that cannot be written.
func ofFolder(err error) bool {
	return errors.Is(err, folder.ErrFull) || errors.Is(err, folder.ErrReadOnly) || errors.Is(err, folder.ErrFailed) || folder.IsFull(err) || folder.IsReadOnly(err)
}

// whyUnwritable is what a system says of a file that could not be made.
func whyUnwritable(err error) string {
	if folder.IsFull(err) || errors.Is(err, folder.ErrFull) {
		return say(words.TerminalFailureDiskFull, nil)
	}
	return err.Error()
}

// fileTrouble takes an error without words of its own for the file's.
func fileTrouble(name string, err error) error {
	var known *service.Error
	var own *cli.Failure
	if errors.As(err, &known) || errors.As(err, &own) || errors.Is(err, context.Canceled) {
		return err
	}
	return unwritable(name, err)
}

// restoreReport is what --json prints of a workspace that was restored.
type restoreReport struct {
	OK        bool   `json:"ok"`
	Folder    string `json:"folder"`
	Workspace string `json:"workspace"`
	MadeAt    string `json:"madeAt"`
	MadeBy    string `json:"madeBy"`
	SignedBy  string `json:"signedBy"`
}

func backupRestore(ctx context.Context, e *env, args []string) error {
	path, err := e.freeFolder(ctx)
	if err != nil {
		return err
	}
	switch joins, err := joined.Has(path); {
	case err != nil:
		return err
	case joins && !e.leave:
		return cli.Fail("workspace_there", cli.ExitUnavailable, words.TerminalFailureFolderJoined, nil)
	}
	noted, err := e.notedKey()
	if err != nil {
		return err
	}
	f, err := openInput(ctx, args[0])
	if err != nil {
		return unreadable(err)
	}
	defer f.Close()
	lock, err := bundle.LockOf(f)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return e.bundleFault(err)
	}
	with, err := e.unlock(ctx, lock)
	if err != nil {
		return err
	}
	secrets, undo, err := e.secretsForRestore(ctx, path)
	if err != nil {
		return err
	}
	defer secrets.close()
	owner, err := e.askOwner(ctx)
	if err != nil {
		return errors.Join(err, undo())
	}
	in, done := e.watched(f)
	defer done()
	at := backup.Place{Folder: path, Secrets: secrets}
	if e.leave {
		at.Leave = func(ctx context.Context) error { return joined.LeaveForHere(ctx, path, secrets) }
	}
	r, err := backup.Restore(ctx, at, in, with, noted, owner)
	if err != nil {
		return errors.Join(e.restoreFault(err), undo())
	}
	report := restoreReport{true, path, r.Workspace, r.MadeAt.Format("2006-01-02T15:04:05Z"), r.MadeBy, r.SignedBy.String()}
	return e.print(report, say(words.TerminalBackupRestoreDone, words.Args{
		"workspace": cli.Printable(r.Workspace), "folder": cli.Printable(path), "at": minute(r.MadeAt), "by": cli.Printable(r.MadeBy), "key": r.SignedBy,
	})+"\n")
}

// freeFolder is the data folder, before anybody types anything: one with a workspace of this computer is refused.
func (e *env) freeFolder(ctx context.Context) (path string, err error) {
	if path, err = e.folder(); err != nil {
		return "", err
	}
	switch taken, err := backup.Occupied(ctx, path); {
	case err != nil:
		return "", err
	case taken:
		return "", errOccupied
	}
	return path, nil
}

func (e *env) askOwner(ctx context.Context) (o backup.Owner, err error) {
	o.Email = e.email
	if o.Email == "" {
		typed, err := e.ask(ctx, words.TerminalAskOwnerEmail, true)
		if err != nil {
			return o, err
		}
		o.Email = typed.Reveal()
	}
	if o.Password, err = e.ask(ctx, words.TerminalAskPassword, false); err != nil {
		return o, err
	}
	o.Replace = e.replace
	o.Factor.Kind = service.FactorCode
	what := words.TerminalAskOwnerCode
	if e.recovery {
		o.Factor.Kind, what = service.FactorRecovery, words.TerminalAskRecoveryCode
	}
	o.Factor.Value, err = e.ask(ctx, what, false)
	return o, err
}

var errOccupied = cli.Fail("workspace_there", cli.ExitUnavailable, words.TerminalFailureWorkspaceThere, nil)

func (e *env) restoreFault(err error) error {
	switch {
	case errors.Is(err, backup.ErrOccupied):
		return errOccupied
	case errors.Is(err, backup.ErrNotBackup):
		return cli.Fail("not_backup", cli.ExitWrong, words.TerminalFailureNotBackup, nil)
	case errors.Is(err, backup.ErrOfServer):
		return cli.Fail("backup_of_server", cli.ExitWrong, words.TerminalFailureBackupOfServer, nil)
	case errors.Is(err, backup.ErrNoShare):
		return cli.Fail("no_share", cli.ExitUnavailable, words.TerminalFailureNoShare, nil)
	case errors.Is(err, backup.ErrLives):
		return cli.Fail("workspace_elsewhere", cli.ExitUnavailable, words.TerminalFailureWorkspaceElsewhere, nil)
	case errors.Is(err, backup.ErrConflict):
		return cli.Fail("keychain_conflict", cli.ExitUnavailable, words.TerminalFailureKeychainConflict, nil)
	case errors.Is(err, backup.ErrNotOwner):
		return cli.Fail("not_owner", cli.ExitRefused, words.TerminalFailureNotOwner, nil)
	case errors.Is(err, folder.ErrInUse):
		return cli.Fail(string(service.CodeInUse), cli.ExitUnavailable, words.TerminalFailureInUse, nil)
	}
	var known *service.Error
	if errors.As(err, &known) {
		return err
	}
	if f := e.bundleFault(err); f != err {
		return f
	}
	if ofFolder(err) {
		return cli.Fail("file_unwritable", cli.ExitUnavailable, words.TerminalFailureFolderUnwritable, words.Args{"why": whyUnwritable(err)})
	}
	return err
}
