package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"countersign/backend/folder"
	"countersign/backend/workspace"
	"countersign/cmd/internal/cli"
)

func auditExport(ctx context.Context, e *env, _ []string) error {
	if e.output == "" && e.json {
		return cli.Usagef("--json needs --output: the export itself goes to standard output")
	}
	if _, err := os.Lstat(e.output); e.output != "" && err == nil && !e.force {
		return cli.Fail("file_exists", fmt.Sprintf("%s is there already. Choose another name, or add --force to replace it.", e.output), cli.ExitUsage)
	}
	return e.asAdmin(ctx, func(a *workspace.Admin) (err error) {
		var done workspace.LogExport
		if e.output == "" {
			done, err = a.ExportLog(ctx, e.stdout, e.progress("exported"))
		} else {
			done, err = e.exportTo(ctx, a)
		}
		if err != nil {
			return err
		}
		return e.exported(done)
	})
}

// exportTo writes the file whole or not at all.
func (e *env) exportTo(ctx context.Context, a *workspace.Admin) (done workspace.LogExport, err error) {
	f, err := folder.CreateWhole(e.output)
	if err != nil {
		return done, fileFault(e.output, err)
	}
	defer func() { err = errors.Join(err, f.Drop()) }()
	if done, err = a.ExportLog(ctx, f, e.progress("exported")); err == nil {
		err = f.Keep()
	}
	for _, known := range []error{folder.ErrFull, folder.ErrReadOnly, folder.ErrFailed} {
		if errors.Is(err, known) {
			return done, fileFault(e.output, err)
		}
	}
	return done, err
}

func fileFault(name string, err error) error {
	return cli.Fail("file_unwritable", fmt.Sprintf("%s can’t be written: %v. Choose another place.", name, err), cli.ExitUnavailable)
}

// exported tells the head.
func (e *env) exported(done workspace.LogExport) error {
	if e.json {
		if err := cli.WriteJSON(e.stdout, map[string]any{
			"ok": done.BrokenAt == 0, "file": e.output, "events": done.Events, "head": done.Head, "brokenAt": done.BrokenAt,
		}); err != nil {
			return err
		}
	} else {
		e.notice("head %s", done.Head)
		e.notice("Note this checkpoint where no one can change it. It proves later that these %d events are the same.", done.Events)
	}
	if done.BrokenAt > 0 {
		e.notice("The log doesn’t fit: event %d isn’t as it was signed. The export also says so.", done.BrokenAt)
		return errFound
	}
	return nil
}
