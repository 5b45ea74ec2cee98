package main

import (
	"context"
	"errors"

	"countersign/backend/audit"
	"countersign/backend/client"
	"countersign/backend/service"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
	"countersign/cmd/internal/logreport"
)

func auditVerify(ctx context.Context, e *env, args []string) error {
	if len(args) == 1 {
		return e.verifyFile(ctx, args[0])
	}
	if e.head != "" {
		return cli.Usage(words.TerminalUsageHeadOfFile, nil)
	}
	return e.asAdmin(ctx, func(a *client.Admin) error {
		r, err := a.VerifyLog(ctx, e.progress(words.TerminalProgressVerified))
		if err != nil {
			return err
		}
		return e.reportLog(r)
	})
}

func (e *env) reportLog(r service.LogReport) error {
	v, text := logreport.Of(r)
	err := e.print(v, text)
	if err == nil && !v.OK {
		return errFound
	}
	return err
}

// verifyFile verifies an export, without the workspace.
func (e *env) verifyFile(ctx context.Context, name string) (err error) {
	var noted *audit.Head
	if e.head != "" {
		h, err := audit.ParseHead(e.head)
		if err != nil {
			return cli.Usage(words.TerminalUsageHead, words.Args{"digits": 2 * len(h.Chain)})
		}
		noted = &h
	}
	in := input{e.stdin, ctx}
	if name != "-" {
		if in, err = openInput(ctx, name); err != nil {
			return unreadable(err)
		}
		defer in.Close()
	}
	r, err := audit.VerifyExport(in, noted)
	var found *audit.ExportError
	if errors.As(err, &found) {
		err = e.print(map[string]any{"ok": false, "line": found.Line, "why": found.Why}, say(words.TerminalAuditVerifyExportWrong, words.Args{"why": found})+"\n")
		if err != nil {
			return err
		}
		return errFound
	}
	if err != nil {
		return err
	}
	return e.reportExport(r)
}

func (e *env) reportExport(r audit.Report) error {
	text := cli.Printable(say(words.TerminalAuditVerifyExport, words.Args{"workspace": r.Workspace, "at": second(r.ExportedAt), "n": r.Events})) + "\n" +
		say(words.TerminalAuditExportHead, words.Args{"head": r.Head}) + "\n"
	switch {
	case r.Noted == nil:
		text += say(words.TerminalAuditVerifyNoHead, nil) + "\n"
	case r.Since > 0:
		text += say(words.TerminalAuditVerifyHeadBefore, words.Args{"seq": r.Noted.Seq, "n": r.Since}) + "\n"
	default:
		text += say(words.TerminalAuditVerifyHeadFits, nil) + "\n"
	}
	if r.BrokenAt > 0 {
		text += say(words.TerminalAuditVerifyBrokenAt, words.Args{"seq": r.BrokenAt}) + "\n"
	}
	err := e.print(struct {
		OK bool `json:"ok"`
		audit.Report
	}{r.BrokenAt == 0, r}, text)
	if err == nil && r.BrokenAt > 0 {
		return errFound
	}
	return err
}
