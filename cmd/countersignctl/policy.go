package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"countersign/backend/runfile"
	"countersign/backend/workspace"
	"countersign/cmd/internal/cli"
)

// policyView is the policy as --json prints it.
type policyView struct {
	Workspace       string    `json:"workspace"`
	Require2FA      bool      `json:"require2FA"`
	RequireFrom     time.Time `json:"requireFrom,omitzero"`
	RequireApproval bool      `json:"requireApproval"`
	AutoLockMinutes int       `json:"autoLockMinutes"`
	SigningKey      string    `json:"signingKey"` // its fingerprint
}

// policy changes the policy, and prints it as it is then.
func (e *env) policy(ctx context.Context, change func(*workspace.Admin) error) error {
	return e.asAdmin(ctx, func(a *workspace.Admin) error {
		if err := change(a); err != nil {
			return err
		}
		p, err := a.Policy(ctx)
		if err != nil {
			return err
		}
		signer, err := runfile.Signer(ctx, a)
		if err != nil {
			return err
		}
		v := policyView{p.Name, p.Require2FA, p.RequireFrom, p.TwoPeople, p.IdleMinutes, signer.String()}
		return e.print(v, v.text(e.now()))
	})
}

func (v policyView) text(now time.Time) string {
	require := "optional"
	switch {
	case v.Require2FA && now.Before(v.RequireFrom):
		require = "required from " + v.RequireFrom.Local().Format("2006-01-02 15:04")
	case v.Require2FA:
		require = "required since " + v.RequireFrom.Local().Format("2006-01-02 15:04")
	}
	approval := map[bool]string{true: "required", false: "not required"}[v.RequireApproval]
	var b strings.Builder
	for _, line := range [][2]string{
		{"workspace", v.Workspace}, {"2FA", require}, {"second-admin approval", approval}, {"auto-lock after", fmt.Sprintf("%d min", v.AutoLockMinutes)}, {"signing key", v.SigningKey},
	} {
		fmt.Fprintf(&b, "%-22s %s\n", line[0], cli.Printable(line[1]))
	}
	return b.String()
}

func policyShow(ctx context.Context, e *env, _ []string) error {
	return e.policy(ctx, func(*workspace.Admin) error { return nil })
}

// rehearsalView is what --dry-run --json prints.
type rehearsalView struct {
	Possible bool     `json:"possible"`
	Blocked  []person `json:"blocked"` // would have to turn on 2FA first
	Ready    int      `json:"ready"`   // have it on
	Helpers  []person `json:"helpers"` // can help members who are locked out
	Kit      bool     `json:"emergencyKit"`
}

func rehearsalOf(r workspace.Rehearsal) rehearsalView {
	v := rehearsalView{Possible: r.Possible(), Blocked: []person{}, Ready: r.Ready, Helpers: []person{}, Kit: r.Kit}
	for _, m := range r.Blocked {
		v.Blocked = append(v.Blocked, person{m.ID, m.Name, m.Email})
	}
	for _, m := range r.Keepers {
		v.Helpers = append(v.Helpers, person{m.ID, m.Name, m.Email})
	}
	return v
}

func (v rehearsalView) text() string {
	var b strings.Builder
	b.WriteString("If 2FA were required now:\n")
	list := func(title string, all []person) {
		fmt.Fprintf(&b, "%s: %d\n", title, len(all))
		for _, p := range all {
			fmt.Fprintf(&b, "  %s <%s>\n", cli.Printable(p.Name), cli.Printable(p.Email))
		}
	}
	list("members who would have to turn it on", v.Blocked)
	fmt.Fprintf(&b, "members who already have it on: %d\n", v.Ready)
	list("owners and admins who can help members who are locked out", v.Helpers)
	if !v.Possible {
		b.WriteString("2FA can’t be required yet. At least two owners or admins need 2FA on, or one and an Emergency Kit.\n")
	}
	return b.String()
}

func policyRequire2FA(ctx context.Context, e *env, _ []string) error {
	from, err := date("--from", e.from)
	if err != nil {
		return err
	}
	if e.dryRun {
		return e.rehearse(ctx)
	}
	if err := e.canAsk(); err != nil {
		return err
	}
	return e.policy(ctx, func(a *workspace.Admin) error {
		r, err := a.Rehearse(ctx)
		if err != nil {
			return err
		}
		if r.Possible() && !e.yes {
			fmt.Fprint(e.stderr, rehearsalOf(r).text())
			when := "now"
			if e.from != "" {
				when = "from " + from.Local().Format("2006-01-02 15:04")
			}
			if err := e.confirm(ctx, "Require 2FA %s? From then on, members must turn on 2FA before they can do anything else.", when); err != nil {
				return err
			}
		}
		return e.needsApproval(a.Require2FA(ctx, from, e.approval, workspace.Proof{}), workspace.ApproveDropRequirement)
	})
}

func (e *env) rehearse(ctx context.Context) error {
	return e.asAdmin(ctx, func(a *workspace.Admin) error {
		r, err := a.Rehearse(ctx)
		if err != nil {
			return err
		}
		v := rehearsalOf(r)
		if err := e.print(v, v.text()); err != nil {
			return err
		}
		if !v.Possible {
			return errFound
		}
		return nil
	})
}

func policyStopRequiring2FA(ctx context.Context, e *env, _ []string) error {
	if err := e.canAsk(); err != nil {
		return err
	}
	return e.policy(ctx, func(a *workspace.Admin) error {
		if err := e.confirm(ctx, "Stop requiring 2FA? It becomes optional again. Members who have it on keep it."); err != nil {
			return err
		}
		return e.needsApproval(a.DropRequirement(ctx, e.approval, workspace.Proof{}), workspace.ApproveDropRequirement)
	})
}

func policyRequireApproval(ctx context.Context, e *env, _ []string) error {
	return e.policy(ctx, func(a *workspace.Admin) error { return a.SetTwoPeople(ctx, true, "", workspace.Proof{}) })
}

func policyStopRequiringApproval(ctx context.Context, e *env, _ []string) error {
	if err := e.canAsk(); err != nil {
		return err
	}
	return e.policy(ctx, func(a *workspace.Admin) error {
		if err := e.confirm(ctx, "Stop requiring approval? One admin alone can then issue recovery codes, reset, create temporary codes and stop requiring 2FA."); err != nil {
			return err
		}
		return e.needsApproval(a.SetTwoPeople(ctx, false, e.approval, workspace.Proof{}), workspace.ApproveTwoPeopleOff)
	})
}

func policyAutoLock(ctx context.Context, e *env, args []string) error {
	minutes, err := strconv.Atoi(args[0])
	if err != nil {
		return cli.Usagef("policy auto-lock needs a number of minutes, not %q", args[0])
	}
	return e.policy(ctx, func(a *workspace.Admin) error { return a.SetIdle(ctx, minutes) })
}
