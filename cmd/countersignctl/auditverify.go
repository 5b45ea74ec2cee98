package main

import (
	"context"
	"errors"
	"time"

	"countersign/backend/audit"
	"countersign/backend/client"
	"countersign/backend/service"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
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

// verifiedLog is what audit verify --json prints of the workspace's log.
type verifiedLog struct {
	OK      bool      `json:"ok"`
	Events  int64     `json:"events"`
	Checked int64     `json:"checked"`
	HeadAt  time.Time `json:"headAt"`
	Breaks  int64     `json:"breaks"`
	First   *broken   `json:"first"`
	Taken   []int64   `json:"accepted"` // events by which an owner went on with a database that did not fit
}

type broken struct {
	Kind string    `json:"kind"`
	Seq  int64     `json:"seq"`
	At   time.Time `json:"at"`   // zero: the event is not there
	Last time.Time `json:"last"` // of the newest event before it that fits
}

func (e *env) reportLog(r service.LogReport) error {
	v := verifiedLog{OK: r.Breaks == 0, Events: r.Events, Checked: r.Checked, HeadAt: r.HeadAt, Breaks: r.Breaks, Taken: []int64{}}
	text := say(words.TerminalAuditVerifyFits, words.Args{"n": r.Events, "at": second(r.HeadAt)}) + "\n"
	if b := r.First; b != nil {
		v.First = &broken{string(b.Kind), b.Seq, b.At, b.Last}
		text = say(words.TerminalAuditVerifyBreaks, words.Args{"n": r.Breaks, "what": breakWords(*b)}) + "\n"
	}
	for _, t := range r.Taken {
		v.Taken = append(v.Taken, t.Seq)
		text += cli.Printable(say(words.TerminalAuditVerifyAccepted, words.Args{"seq": t.Seq, "event": event(t)})) + "\n"
	}
	err := e.print(v, text)
	if err == nil && !v.OK {
		return errFound
	}
	return err
}

func breakWords(b service.LogBreak) string {
	args := words.Args{"seq": b.Seq, "at": second(b.At)}
	what := say(words.TerminalAuditVerifyChanged, args)
	switch b.Kind {
	case service.BreakEventMissing:
		what = say(words.TerminalAuditVerifyMissing, args)
	case service.BreakUnreadable:
		what = say(words.TerminalAuditVerifyUnreadable, args)
	case service.BreakCount:
		return say(words.TerminalAuditVerifyOutside, nil)
	case service.BreakOlderCopy:
		return say(words.TerminalAuditVerifyOlderCopy, args)
	case service.BreakAnchor:
		return say(words.TerminalAuditVerifyAnchor, args)
	case service.BreakAnchorMissing:
		return say(words.TerminalAuditVerifyNoAnchor, nil)
	}
	if !b.Last.IsZero() {
		what = say(words.TerminalAuditVerifyLastFits, words.Args{"what": what, "at": second(b.Last)})
	}
	return what
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
