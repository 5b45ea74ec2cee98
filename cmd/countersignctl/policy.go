package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"countersign/backend/client"
	"countersign/backend/runexport"
	"countersign/backend/service"
	"countersign/backend/text"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// policyView is the policy as --json prints it.
type policyView struct {
	Workspace       string    `json:"workspace"`
	Require2FA      bool      `json:"require2FA"`
	RequireFrom     time.Time `json:"requireFrom,omitzero"`
	RequireApproval bool      `json:"requireApproval"`
	AutoLockMinutes int       `json:"autoLockMinutes"`
	CheckDays       int       `json:"checkDays"` // 0: never
	QuickUnlock     bool      `json:"quickUnlock"`
	SupportContact  string    `json:"supportContact"`     // empty: none
	AdminsNamed     bool      `json:"adminsNamed"`        // in Help
	SigningKey      string    `json:"signingKey"`         // its fingerprint
	VaultKey        string    `json:"vaultKey,omitempty"` // likewise, of the vault that one's client believes in
	VaultKeyNumber  int       `json:"vaultKeyNumber,omitempty"`
}

// policy changes the policy, and prints it as it is then.
func (e *env) policy(ctx context.Context, change func(*client.Admin) error) error {
	return e.asAdmin(ctx, func(a *client.Admin) error {
		if err := change(a); err != nil {
			return err
		}
		p, err := a.Policy(ctx)
		if err != nil {
			return err
		}
		signer, err := runexport.Signer(ctx, a)
		if err != nil {
			return err
		}
		vault, number, err := runexport.Vault(ctx, a)
		if err != nil {
			return err
		}
		v := policyView{p.Name, p.Require2FA, p.RequireFrom, p.TwoPeople, p.IdleMinutes, p.CheckDays, p.QuickUnlock, p.Support, p.NamesAdmins, signer.String(), vault, number}
		return e.print(v, v.text(e.now()))
	})
}

func (v policyView) text(now time.Time) string {
	required := "no"
	switch {
	case v.Require2FA && now.Before(v.RequireFrom):
		required = "from"
	case v.Require2FA:
		required = "since"
	}
	var rows [][]string
	line := func(name words.Key, value string) {
		rows = append(rows, []string{say(name, nil), cli.Printable(value)})
	}
	line(words.TerminalPolicyWorkspace, v.Workspace)
	line(words.TerminalPolicyTwoFactor, say(words.TerminalPolicyTwoFactorIs, words.Args{"required": required, "at": minute(v.RequireFrom)}))
	line(words.TerminalPolicyApproval, say(words.TerminalPolicyApprovalIs, words.Args{"required": yesNo(v.RequireApproval)}))
	line(words.TerminalPolicyIdle, say(words.TerminalPolicyMinutes, words.Args{"n": v.AutoLockMinutes}))
	line(words.TerminalPolicyCheck, say(words.TerminalPolicyCheckIs, words.Args{"days": v.CheckDays}))
	line(words.TerminalPolicyQuickUnlock, say(words.TerminalPolicyQuickUnlockIs, words.Args{"allowed": yesNo(v.QuickUnlock)}))
	support := v.SupportContact
	if support == "" {
		support = say(words.TerminalPolicySupportNone, nil)
	}
	line(words.TerminalPolicySupport, support)
	line(words.TerminalPolicyAdmins, say(words.TerminalPolicyAdminsAre, words.Args{"named": yesNo(v.AdminsNamed)}))
	line(words.TerminalPolicySigningKey, v.SigningKey)
	if v.VaultKey != "" {
		line(words.TerminalPolicyVault, v.VaultKey+" ("+strconv.Itoa(v.VaultKeyNumber)+")")
	}
	return cli.Columns(rows, 21)
}

func policyShow(ctx context.Context, e *env, _ []string) error {
	return e.policy(ctx, func(*client.Admin) error { return nil })
}

// rehearsalView is what --dry-run --json prints.
type rehearsalView struct {
	Possible bool     `json:"possible"`
	Blocked  []person `json:"blocked"` // would have to turn on 2FA first
	Ready    int      `json:"ready"`   // have it on
	Helpers  []person `json:"helpers"` // can help members who are locked out
	Kit      bool     `json:"emergencyKit"`
}

func rehearsalOf(r service.Rehearsal) rehearsalView {
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
	line := func(key words.Key, args words.Args) { b.WriteString(say(key, args) + "\n") }
	list := func(all []person) {
		for _, p := range all {
			b.WriteString("  " + cli.Printable(member(p.Name, p.Email)) + "\n")
		}
	}
	line(words.TerminalPolicyRequire2faIf, nil)
	line(words.TerminalPolicyRequire2faBlocked, words.Args{"n": len(v.Blocked)})
	list(v.Blocked)
	line(words.TerminalPolicyRequire2faReady, words.Args{"n": v.Ready})
	line(words.TerminalPolicyRequire2faHelpers, words.Args{"n": len(v.Helpers)})
	list(v.Helpers)
	if !v.Possible {
		line(words.TerminalPolicyRequire2faImpossible, nil)
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
	return e.policy(ctx, func(a *client.Admin) error {
		r, err := a.Rehearse(ctx)
		if err != nil {
			return err
		}
		if r.Possible() && !e.yes {
			fmt.Fprint(e.stderr, rehearsalOf(r).text())
			if err := e.confirm(ctx, words.TerminalPolicyRequire2faAsk, words.Args{"now": yesNo(e.from == ""), "from": minute(from)}); err != nil {
				return err
			}
		}
		return e.needsApproval(a.Require2FA(ctx, from, e.approval, client.Proof{}), service.ApproveDropRequirement)
	})
}

func (e *env) rehearse(ctx context.Context) error {
	return e.asAdmin(ctx, func(a *client.Admin) error {
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
	return e.policy(ctx, func(a *client.Admin) error {
		if err := e.confirm(ctx, words.TerminalPolicyStopRequiring2faAsk, nil); err != nil {
			return err
		}
		return e.needsApproval(a.DropRequirement(ctx, e.approval, client.Proof{}), service.ApproveDropRequirement)
	})
}

func policyRequireApproval(ctx context.Context, e *env, _ []string) error {
	return e.policy(ctx, func(a *client.Admin) error { return a.SetTwoPeople(ctx, true, "", client.Proof{}) })
}

func policyStopRequiringApproval(ctx context.Context, e *env, _ []string) error {
	if err := e.canAsk(); err != nil {
		return err
	}
	return e.policy(ctx, func(a *client.Admin) error {
		if err := e.confirm(ctx, words.TerminalPolicyStopRequiringApprovalAsk, nil); err != nil {
			return err
		}
		return e.needsApproval(a.SetTwoPeople(ctx, false, e.approval, client.Proof{}), service.ApproveTwoPeopleOff)
	})
}

func policyAutoLock(ctx context.Context, e *env, args []string) error {
	minutes, err := strconv.Atoi(args[0])
	if err != nil {
		return cli.Usage(words.TerminalUsageMinutes, words.Args{"typed": strconv.Quote(args[0])})
	}
	return e.policy(ctx, func(a *client.Admin) error { return a.SetIdle(ctx, minutes) })
}

func policyCheckCodes(ctx context.Context, e *env, args []string) error {
	days, err := strconv.Atoi(args[0])
	if err != nil {
		return cli.Usage(words.TerminalUsageDays, words.Args{"typed": strconv.Quote(args[0])})
	}
	return e.policy(ctx, func(a *client.Admin) error { return a.SetCheckDays(ctx, days) })
}

func policyQuickUnlock(on bool) func(context.Context, *env, []string) error {
	return func(ctx context.Context, e *env, _ []string) error {
		return e.policy(ctx, func(a *client.Admin) error {
			return e.needsApproval(a.SetQuickUnlock(ctx, on, e.approval, client.Proof{}), service.ApproveQuickUnlock)
		})
	}
}

func policyRenameWorkspace(ctx context.Context, e *env, args []string) error {
	return e.policy(ctx, func(a *client.Admin) error { return a.RenameWorkspace(ctx, args[0]) })
}

func policySupportContact(ctx context.Context, e *env, args []string) error {
	// An empty contact would remove the one there is, which a script with an unset variable doesn't mean.
	if contact, ok := text.Name(args[0]); ok && contact == "" {
		return cli.Usage(words.TerminalUsageSupportContact, nil)
	}
	return e.policy(ctx, func(a *client.Admin) error { return a.SetSupport(ctx, args[0]) })
}

func policyRemoveSupportContact(ctx context.Context, e *env, _ []string) error {
	return e.policy(ctx, func(a *client.Admin) error { return a.SetSupport(ctx, "") })
}

func policyNameAdmins(ctx context.Context, e *env, _ []string) error {
	return e.policy(ctx, func(a *client.Admin) error { return a.NameAdmins(ctx, true) })
}

func policyStopNamingAdmins(ctx context.Context, e *env, _ []string) error {
	return e.policy(ctx, func(a *client.Admin) error { return a.NameAdmins(ctx, false) })
}
