package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"countersign/backend/client"
	"countersign/backend/folder"
	"countersign/backend/runexport"
	"countersign/backend/service"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// issuedReport is what recovery issue --json prints.
type issuedReport struct {
	OK      bool            `json:"ok"` // everybody has the new codes
	Run     int             `json:"run"`
	State   string          `json:"state"`
	InForce int             `json:"inForce"`
	Of      int             `json:"of"`
	Skipped []skippedReport `json:"skipped"`
	File    string          `json:"file"`
}

type skippedReport struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

func recoveryIssue(ctx context.Context, e *env, _ []string) error {
	t, err := e.runTarget()
	if err != nil {
		return err
	}
	return e.asAdmin(ctx, func(a *client.Admin) error {
		ids, err := e.chosen(ctx, a)
		if err != nil {
			return err
		}
		if t.Format == runexport.Age {
			if t.To, err = e.sealFor(ctx); err != nil {
				return err
			}
		}
		return e.issue(ctx, a, ids, t)
	})
}

// runTarget reads the flags before anybody is asked for a password.
func (e *env) runTarget() (t runexport.Target, err error) {
	t.Words = cli.Words()
	t.Format = runexport.Format(strings.ToLower(e.format))
	if t.Paper, err = e.paper(); err != nil {
		return t, err
	}
	switch {
	case t.Format != runexport.Age && t.Format != runexport.PDF && t.Format != runexport.CSV && t.Format != runexport.Text:
		return t, cli.Usage(words.TerminalUsageFormat, nil)
	case t.Format != runexport.Age && len(e.recipients) > 0:
		return t, cli.Usage(words.TerminalUsageRecipientFormat, nil)
	case e.ways() != 1:
		return t, cli.Usage(words.TerminalUsageIssueFor, nil)
	case strings.TrimSpace(e.reason) == "":
		return t, cli.Usage(words.TerminalUsageReason, nil)
	}
	return t, e.free(e.output)
}

// who is how the command line says who gets a sheet.
func (e *env) who() []string {
	switch {
	case e.all:
		return []string{"--all"}
	case e.allWithout:
		return []string{"--all-without-sheet"}
	}
	return e.members
}

// ways is in how many ways the flags say who gets a sheet.
func (e *env) ways() (n int) {
	for _, yes := range []bool{len(e.members) > 0, e.allWithout, e.all} {
		if yes {
			n++
		}
	}
	return n
}

// chosen finds who gets a sheet. Those who are named have to be able to have one;
// of all, who cannot are left out, and said.
func (e *env) chosen(ctx context.Context, a *client.Admin) (ids []string, err error) {
	if len(e.members) > 0 {
		found, err := e.membersBy(ctx, a, e.members...)
		var people []drawn
		for _, m := range found {
			ids, people = append(ids, m.ID), append(people, drawn{m.Name, m.Email, m.Language})
		}
		return ids, errors.Join(err, e.tellBoxes(people))
	}
	all, err := a.Members(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		if e.all || m.Sheet == 0 {
			ids = append(ids, m.ID)
		}
	}
	found, err := a.PreviewRun(ctx, ids)
	if err != nil {
		return nil, err
	}
	ids = nil
	var people []drawn
	for _, m := range found.Ready {
		ids, people = append(ids, m.ID), append(people, drawn{m.Name, m.Email, m.Language})
	}
	if err := e.tellBoxes(people); err != nil {
		return nil, err
	}
	if n := len(found.Barred); n > 0 {
		e.notice(words.TerminalRecoveryIssueLeftOut, words.Args{"n": n})
	}
	if len(ids) == 0 {
		return nil, errNobody
	}
	return ids, nil
}

var errNobody = cli.Fail("nobody_chosen", cli.ExitUsage, words.TerminalFailureNobodyChosen, nil)

// issue makes the sheets, writes them, and only then puts them in force. Until
// the file is whole nobody's codes change, and whatever goes wrong before leaves
// no file and each member with the old sheet.
func (e *env) issue(ctx context.Context, a *client.Admin, ids []string, t runexport.Target) error {
	f, err := folder.CreateWhole(e.output)
	if err != nil {
		return unwritable(e.output, err)
	}
	defer func() { _ = f.Drop() }()
	run, err := a.BeginRun(ctx, service.RunRequest{Members: ids, Reason: e.reason, Kind: service.RunExport, Approval: e.approval}, client.Proof{})
	if err != nil {
		return e.needsApproval(err, service.ApprovePrintRun, e.who()...)
	}
	err = runexport.Write(ctx, f, a, run, t, e.progress(words.TerminalProgressSheetsMade))
	if err == nil {
		if err = ctx.Err(); err == nil {
			err = e.keep(f, e.output)
		}
	}
	if err != nil {
		_, cancelled := run.Cancel(context.WithoutCancel(ctx))
		if ctx.Err() != nil {
			e.notice(words.TerminalRecoveryIssueUnchanged, nil)
		}
		return errors.Join(fileTrouble(e.output, err), cancelled)
	}
	res, err := run.PutInForce(ctx, e.progress(words.TerminalProgressSheetsActive))
	if err != nil {
		_, cancelled := run.Cancel(context.WithoutCancel(ctx))
		err = errors.Join(err, cancelled)
	}
	if ctx.Err() != nil {
		err = errors.Join(err, errInterrupted)
	}
	return e.issued(run.Plan(), res, err)
}

// progress shows a person who watches how far it is, with a message of terminal.progress.
func (e *env) progress(what words.Key) service.Progress {
	if e.json || !isTerminal(e.stderr) {
		return nil
	}
	return func(done, total int64) {
		end := ""
		if done == total {
			end = "\n"
		}
		fmt.Fprint(e.stderr, "\r"+say(what, words.Args{"done": done, "total": total})+end)
	}
}

// issued tells what the run has left: also where it was stopped, since the file is there.
func (e *env) issued(plan service.RunPlan, res service.RunResult, failed error) error {
	out := issuedReport{
		OK: failed == nil && res.State == service.RunDone && len(res.Skipped) == 0, Run: plan.Number, State: string(res.State), InForce: res.InForce,
		Of: len(plan.Names), Skipped: []skippedReport{}, File: e.output,
	}
	var text strings.Builder
	line := func(key words.Key, args words.Args) { text.WriteString(cli.Printable(say(key, args)) + "\n") }
	line(words.TerminalRecoveryIssueDone, words.Args{
		"run": plan.Number, "n": res.InForce, "of": len(plan.Names), "file": e.output,
	})
	for _, s := range res.Skipped {
		out.Skipped = append(out.Skipped, skippedReport{s.Name, string(s.Reason)})
		line(words.TerminalRecoveryIssueSkipped, words.Args{"name": s.Name, "why": refusal(service.Fault(s.Reason, nil, nil))})
	}
	if res.InForce < len(plan.Names) {
		line(words.TerminalRecoveryIssueDestroy, nil)
	}
	if err := e.print(out, text.String()); err != nil || failed != nil {
		return errors.Join(failed, err)
	}
	if !out.OK {
		return errFound
	}
	return nil
}

func recoveryConfirm(ctx context.Context, e *env, _ []string) error {
	return e.signedIn(ctx, func(_ *place, s *client.Session) error {
		word, err := e.ask(ctx, words.TerminalAskCheckWord, true)
		if err != nil {
			return err
		}
		if err := s.Acknowledge(ctx, word); err != nil {
			return err
		}
		return e.print(map[string]any{"ok": true}, say(words.TerminalRecoveryConfirmDone, nil)+"\n")
	})
}

func recoveryCheck(ctx context.Context, e *env, _ []string) error {
	return e.signedIn(ctx, func(_ *place, s *client.Session) error {
		typed, err := e.ask(ctx, words.TerminalAskSheet, true)
		if err != nil {
			return err
		}
		if err := s.CheckCodes(ctx, typed); err != nil {
			return err
		}
		return e.print(map[string]any{"ok": true}, say(words.TerminalRecoveryCheckDone, nil)+"\n")
	})
}
