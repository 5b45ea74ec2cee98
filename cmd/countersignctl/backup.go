package main

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"countersign/backend/backup"
	"countersign/backend/bundle"
	"countersign/backend/folder"
	"countersign/backend/workspace"
	"countersign/cmd/internal/cli"
)

// backupReport is what --json prints of a backup that was made.
type backupReport struct {
	OK     bool   `json:"ok"`
	File   string `json:"file"`
	Signed string `json:"signedBy"`
}

func backupCreate(ctx context.Context, e *env, _ []string) (err error) {
	if _, err := os.Lstat(e.output); err == nil && !e.force {
		return cli.Fail("file_exists", fmt.Sprintf("%s is there already. Choose another name, or add --force to replace it.", e.output), cli.ExitUsage)
	}
	var report backupReport
	err = e.asAdmin(ctx, func(a *workspace.Admin) error {
		to, err := e.sealFor(ctx)
		if err != nil {
			return err
		}
		f, err := folder.CreateWhole(e.output)
		if err != nil {
			return unwritable(e.output, err)
		}
		defer func() { _ = f.Drop() }()
		w := bufio.NewWriterSize(f, 1<<16)
		if err := backup.Create(ctx, w, to, a, workspace.Proof{}, nil); err != nil {
			return fileTrouble(e.output, err)
		}
		if err := errors.Join(w.Flush(), f.Keep()); err != nil {
			return unwritable(e.output, err)
		}
		key, err := a.SigningKey(ctx)
		if err != nil {
			return err
		}
		defer clear(key)
		report = backupReport{true, e.output, bundle.FingerprintOf(key.Public().(ed25519.PublicKey)).String()}
		return nil
	})
	if err != nil {
		return err
	}
	return e.print(report, fmt.Sprintf("The backup is in %s, signed by the key\n%s\nKeep it, and what opens it, apart from this machine.\n", cli.Printable(report.File), report.Signed))
}

// unwritable says that a file could not be made.
func unwritable(name string, err error) error {
	if folder.IsFull(err) || errors.Is(err, folder.ErrFull) {
		err = errors.New("the disk is full")
	}
	return cli.Fail("file_unwritable", fmt.Sprintf("%s can’t be written: %v. Choose another place.", name, err), cli.ExitUnavailable)
}

// fileTrouble takes an error without words of its own for the file's.
func fileTrouble(name string, err error) error {
	var known *workspace.Error
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
	path, err := e.folder()
	if err != nil {
		return err
	}
	if _, err := os.Lstat(databaseIn(path)); err == nil {
		return errOccupied // before anybody types anything
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
	r, err := backup.Restore(ctx, path, in, with, noted, secrets, owner, nil)
	if err != nil {
		return errors.Join(e.restoreFault(err), undo())
	}
	report := restoreReport{true, path, r.Workspace, r.MadeAt.Format("2006-01-02T15:04:05Z"), r.MadeBy, r.SignedBy.String()}
	return e.print(report, fmt.Sprintf(
		"The workspace %s is in %s, as it was on %s.\nThe backup was made by %s and signed by the key\n%s\n"+
			"Recovery codes that were used since then work again: get new ones.\n",
		cli.Printable(r.Workspace), cli.Printable(path), r.MadeAt.Local().Format("2006-01-02 15:04"), cli.Printable(r.MadeBy), r.SignedBy))
}

func (e *env) askOwner(ctx context.Context) (o backup.Owner, err error) {
	o.Email = e.email
	if o.Email == "" {
		typed, err := e.ask(ctx, "Email of an owner", true)
		if err != nil {
			return o, err
		}
		o.Email = typed.Reveal()
	}
	if o.Password, err = e.ask(ctx, "Password", false); err != nil {
		return o, err
	}
	o.Replace = e.replace
	o.Factor.Kind = workspace.FactorCode
	what := "Verification code (empty where 2FA is off)"
	if e.recovery {
		o.Factor.Kind, what = workspace.FactorRecovery, "Recovery code"
	}
	o.Factor.Value, err = e.ask(ctx, what, false)
	return o, err
}

var errOccupied = cli.Fail("workspace_there", "This folder has a workspace already. Choose another folder with --data-dir; nothing is ever replaced.", cli.ExitUnavailable)

func (e *env) restoreFault(err error) error {
	switch {
	case errors.Is(err, backup.ErrOccupied):
		return errOccupied
	case errors.Is(err, backup.ErrNotBackup):
		return cli.Fail("not_backup", "This file is not a backup of a workspace. Check that it is the right one.", cli.ExitWrong)
	case errors.Is(err, backup.ErrLives):
		return cli.Fail("workspace_elsewhere", "This computer’s keychain already has this workspace’s keys. If its data folder still exists, open that one. "+
			"If the folder is lost, restore again with --replace.", cli.ExitUnavailable)
	case errors.Is(err, backup.ErrConflict):
		return cli.Fail("keychain_conflict", "The keychain has other items of this workspace. Restore it as another user of this computer, or remove those items first.", cli.ExitUnavailable)
	case errors.Is(err, backup.ErrNotOwner):
		return cli.Fail("not_owner", "Only an owner of the workspace can restore it. Sign in as one.", cli.ExitRefused)
	case errors.Is(err, folder.ErrInUse):
		return cli.Fail(string(workspace.CodeInUse), "Countersign is open on this folder. Close it, then try again.", cli.ExitUnavailable)
	}
	var known *workspace.Error
	if errors.As(err, &known) {
		return err
	}
	if f := e.bundleFault(err); f != err {
		return f
	}
	if strings.Contains(err.Error(), "data folder") || folder.IsFull(err) || folder.IsReadOnly(err) {
		return unwritable("the data folder", err)
	}
	return err
}
