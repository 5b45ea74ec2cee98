package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"countersign/backend/audit"
	"countersign/backend/workspace"
	"countersign/cmd/internal/cli"
)

func auditVerify(ctx context.Context, e *env, args []string) error {
	if len(args) == 1 {
		return e.verifyFile(ctx, args[0])
	}
	if e.head != "" {
		return cli.Usagef("--head is for an exported FILE")
	}
	return e.asAdmin(ctx, func(a *workspace.Admin) error {
		r, err := a.VerifyLog(ctx, e.progress("verified"))
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

func (e *env) reportLog(r workspace.LogReport) error {
	v := verifiedLog{OK: r.Breaks == 0, Events: r.Events, Checked: r.Checked, HeadAt: r.HeadAt, Breaks: r.Breaks, Taken: []int64{}}
	text := fmt.Sprintf("The log fits: %d events, each as it was signed, up to %s.\n", r.Events, r.HeadAt.Local().Format("2006-01-02 15:04:05"))
	if b := r.First; b != nil {
		v.First = &broken{string(b.Kind), b.Seq, b.At, b.Last}
		text = fmt.Sprintf("The log doesn’t fit. The first of %d places: %s\n", r.Breaks, breakWords(*b))
	}
	for _, t := range r.Taken {
		v.Taken = append(v.Taken, t.Seq)
		text += fmt.Sprintf("Event %d: %s\n", t.Seq, cli.Printable(event(t)))
	}
	err := e.print(v, text)
	if err == nil && !v.OK {
		return errFound
	}
	return err
}

func breakWords(b workspace.LogBreak) string {
	last := ""
	if !b.Last.IsZero() {
		last = " The newest event before it that fits is of " + b.Last.Local().Format("2006-01-02 15:04:05") + "."
	}
	switch b.Kind {
	case workspace.BreakEventMissing:
		return fmt.Sprintf("event %d is missing.%s", b.Seq, last)
	case workspace.BreakUnreadable:
		return fmt.Sprintf("event %d can’t be read, and nothing after it was checked.%s", b.Seq, last)
	case workspace.BreakCount:
		return "there are events outside the numbering."
	case workspace.BreakOlderCopy:
		return fmt.Sprintf("it ends at event %d, before the newest that the keychain knows: this is an older copy.", b.Seq)
	case workspace.BreakAnchor:
		return fmt.Sprintf("event %d is not the one that the keychain knows.", b.Seq)
	case workspace.BreakAnchorMissing:
		return "the keychain does not know how far it should go."
	}
	return fmt.Sprintf("event %d, of %s, isn’t as it was signed.%s", b.Seq, b.At.Local().Format("2006-01-02 15:04:05"), last)
}

// verifyFile verifies an export, without the workspace.
func (e *env) verifyFile(ctx context.Context, name string) (err error) {
	var noted *audit.Head
	if e.head != "" {
		h, err := audit.ParseHead(e.head)
		if err != nil {
			return cli.Usagef("--head: %s", err)
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
		err = e.print(map[string]any{"ok": false, "line": found.Line, "why": found.Why}, fmt.Sprintf("The export doesn’t verify: %s.\n", found))
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
	day := func(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05") }
	text := fmt.Sprintf("Workspace %s, exported on %s, %d events.\nhead %s\n", cli.Printable(r.Workspace), day(r.ExportedAt), r.Events, r.Head)
	switch {
	case r.Noted == nil:
		text += "The lines fit one another. Without a checkpoint that was noted elsewhere, no more is known:\nsomeone may have made the whole file again. Give the checkpoint with --head.\n"
	case r.Since > 0:
		text += fmt.Sprintf("Events 1 to %d are those of the day on which the checkpoint was noted. It doesn’t cover the %d after them.\n", r.Noted.Seq, r.Since)
	default:
		text += "Every event is as it was when the checkpoint was noted.\n"
	}
	if r.BrokenAt > 0 {
		text += fmt.Sprintf("When it was exported, event %d didn’t fit its signature in the workspace.\n", r.BrokenAt)
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

// progress tells a person who watches how far it is.
func (e *env) progress(what string) workspace.Progress {
	if e.json || !isTerminal(e.stderr) {
		return nil
	}
	return func(done, total int64) {
		end := ""
		if done == total {
			end = "\n"
		}
		fmt.Fprintf(e.stderr, "\r%d of %d events %s%s", done, total, what, end)
	}
}
