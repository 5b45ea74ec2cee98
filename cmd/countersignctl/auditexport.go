package main

import (
	"context"
	"errors"

	"countersign/backend/client"
	"countersign/backend/folder"
	"countersign/backend/service"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

func auditExport(ctx context.Context, e *env, _ []string) error {
	if e.output == "" && e.json {
		return cli.Usage(words.TerminalUsageJsonOutput, nil)
	}
	if err := e.free(e.output); err != nil {
		return err
	}
	return e.asAdmin(ctx, func(a *client.Admin) (err error) {
		var done service.LogExport
		if e.output == "" {
			done, err = a.ExportLog(ctx, e.stdout, e.progress(words.TerminalProgressExported))
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
func (e *env) exportTo(ctx context.Context, a *client.Admin) (done service.LogExport, err error) {
	f, err := folder.CreateWhole(e.output)
	if err != nil {
		return done, unwritable(e.output, err)
	}
	defer func() { err = errors.Join(err, f.Drop()) }()
	if done, err = a.ExportLog(ctx, f, e.progress(words.TerminalProgressExported)); err == nil {
		err = e.keep(f, e.output)
	}
	if ofFolder(err) {
		return done, unwritable(e.output, err)
	}
	return done, err
}

// exported tells the head.
func (e *env) exported(done service.LogExport) error {
	if e.json {
		if err := cli.WriteJSON(e.stdout, map[string]any{
			"ok": done.BrokenAt == 0, "file": e.output, "events": done.Events, "head": done.Head, "brokenAt": done.BrokenAt,
		}); err != nil {
			return err
		}
	} else {
		e.notice(words.TerminalAuditExportHead, words.Args{"head": done.Head})
		e.notice(words.TerminalAuditExportNote, words.Args{"n": done.Events})
	}
	if done.BrokenAt > 0 {
		e.notice(words.TerminalAuditExportBrokenAt, words.Args{"seq": done.BrokenAt})
		return errFound
	}
	return nil
}
