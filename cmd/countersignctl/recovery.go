package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"countersign/backend/folder"
	"countersign/backend/runfile"
	"countersign/backend/workspace"
	"countersign/cmd/internal/cli"
)

// issuedReport is what recovery issue --json prints.
type issuedReport struct {
	OK      bool            `json:"ok"` // everybody has the new codes
	Run     int             `json:"run"`
	State   string          `json:"state"`
	InForce int             `json:"inForce"`
	Of      int             `json:"of"`
	First   int             `json:"firstSheet"`
	Last    int             `json:"lastSheet"`
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
	return e.asAdmin(ctx, func(a *workspace.Admin) error {
		ids, err := e.chosen(ctx, a)
		if err != nil {
			return err
		}
		if t.Format == runfile.Age {
			if t.To, err = e.sealFor(ctx); err != nil {
				return err
			}
		}
		return e.issue(ctx, a, ids, t)
	})
}

// runTarget reads the flags before anybody is asked for a password.
func (e *env) runTarget() (t runfile.Target, err error) {
	t.Format = runfile.Format(strings.ToLower(e.format))
	if t.Paper, err = e.paper(); err != nil {
		return t, err
	}
	switch {
	case t.Format != runfile.Age && t.Format != runfile.PDF && t.Format != runfile.CSV && t.Format != runfile.Text:
		return t, cli.Usagef("--format is age, pdf, csv or text")
	case t.Format != runfile.Age && len(e.recipients) > 0:
		return t, cli.Usagef("--recipient is for --format age: the others are not encrypted")
	case e.ways() != 1:
		return t, cli.Usagef("recovery issue needs one of --member EMAIL, --all-without-sheet and --all")
	case strings.TrimSpace(e.reason) == "":
		return t, cli.Usagef("--reason is empty. The cover and the audit log show it")
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
func (e *env) chosen(ctx context.Context, a *workspace.Admin) (ids []string, err error) {
	if len(e.members) > 0 {
		found, err := e.membersBy(ctx, a, e.members...)
		for _, m := range found {
			ids = append(ids, m.ID)
		}
		return ids, err
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
	for _, m := range found.Ready {
		ids = append(ids, m.ID)
	}
	if n := len(found.Barred); n > 0 {
		e.notice("Left out, because their 2FA is off, they are suspended, or your role doesn’t allow it: %d.", n)
	}
	if len(ids) == 0 {
		return nil, errNobody
	}
	return ids, nil
}

var errNobody = cli.Fail("nobody_chosen", "None of these members can get a sheet. They need 2FA on.", cli.ExitUsage)

// issue makes the sheets, writes them, and only then puts them in force. Until
// the file is whole nobody's codes change, and whatever goes wrong before leaves
// no file and each member with the old sheet.
func (e *env) issue(ctx context.Context, a *workspace.Admin, ids []string, t runfile.Target) error {
	f, err := folder.CreateWhole(e.output)
	if err != nil {
		return unwritable(e.output, err)
	}
	defer func() { _ = f.Drop() }()
	run, err := a.BeginRun(ctx, workspace.RunRequest{Members: ids, Reason: e.reason, Kind: workspace.RunExport, Approval: e.approval}, workspace.Proof{})
	if err != nil {
		return e.needsApproval(err, workspace.ApprovePrintRun, e.who()...)
	}
	err = runfile.Write(ctx, f, a, run, t, e.counting("sheets made"))
	if err == nil {
		if err = ctx.Err(); err == nil {
			err = f.Keep()
		}
	}
	if err != nil {
		_, cancelled := run.Cancel(context.WithoutCancel(ctx))
		if ctx.Err() != nil {
			e.notice("No one’s codes have changed, and there is no file.")
		}
		return errors.Join(fileTrouble(e.output, err), cancelled)
	}
	res, err := run.PutInForce(ctx, e.counting("sheets activated"))
	if err != nil {
		_, cancelled := run.Cancel(context.WithoutCancel(ctx))
		err = errors.Join(err, cancelled)
	}
	if ctx.Err() != nil {
		err = errors.Join(err, errInterrupted)
	}
	return e.issued(run.Plan(), res, err)
}

// counting shows a person who watches how far it is.
func (e *env) counting(what string) workspace.Progress {
	if e.json || !isTerminal(e.stderr) {
		return nil
	}
	return func(done, total int64) {
		end := ""
		if done == total {
			end = "\n"
		}
		fmt.Fprintf(e.stderr, "\r%d of %d %s%s", done, total, what, end)
	}
}

// issued tells what the run has left: also where it was stopped, since the file is there.
func (e *env) issued(plan workspace.RunPlan, res workspace.RunResult, failed error) error {
	out := issuedReport{
		OK: failed == nil && res.State == workspace.RunDone && len(res.Skipped) == 0, Run: plan.Number, State: string(res.State), InForce: res.InForce,
		Of: len(plan.Names), First: plan.First, Last: plan.Last, Skipped: []skippedReport{}, File: e.output,
	}
	var text strings.Builder
	fmt.Fprintf(&text, "Print run %d: %d of %d members have their new codes. The sheets %d to %d are in %s.\n",
		plan.Number, res.InForce, len(plan.Names), plan.First, plan.Last, cli.Printable(e.output))
	for _, s := range res.Skipped {
		out.Skipped = append(out.Skipped, skippedReport{s.Name, string(s.Reason)})
		fmt.Fprintf(&text, "%s keeps the old codes: %s\n", cli.Printable(s.Name), refusal(workspace.Fault(s.Reason, nil, nil)))
	}
	if res.InForce < len(plan.Names) {
		text.WriteString("Destroy the sheets of the others: the ledger under Print runs says whose they are.\n")
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
	return e.signedIn(ctx, func(_ *place, s *workspace.Session) error {
		word, err := e.ask(ctx, "Check word", true)
		if err != nil {
			return err
		}
		if err := s.Acknowledge(ctx, word); err != nil {
			return err
		}
		return e.print(map[string]any{"ok": true}, "You have confirmed your recovery sheet.\n")
	})
}
