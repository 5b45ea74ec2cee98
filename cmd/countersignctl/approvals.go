package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"countersign/backend/workspace"
	"countersign/cmd/internal/cli"
)

// approvalKinds are the words for what needs approval, on the command line and with --json.
var approvalKinds = []struct {
	word string
	kind workspace.ApprovalKind
}{
	{"print-run", workspace.ApprovePrintRun},
	{"reset-2fa", workspace.ApproveReset2FA},
	{"reset-password", workspace.ApproveResetPassword},
	{"temporary-code", workspace.ApproveHelpCode},
	{"stop-requiring-2fa", workspace.ApproveDropRequirement},
	{"stop-requiring-approval", workspace.ApproveTwoPeopleOff},
}

func approvalWords() (words []string) {
	for _, k := range approvalKinds {
		words = append(words, k.word)
	}
	return words
}

func kindWord(kind workspace.ApprovalKind) string {
	for _, k := range approvalKinds {
		if k.kind == kind {
			return k.word
		}
	}
	return string(kind)
}

func kindOf(word string) (kind workspace.ApprovalKind) {
	for _, k := range approvalKinds {
		if k.word == word {
			kind = k.kind
		}
	}
	return kind
}

// needsApproval tells how to ask for the approval that an act needs.
func (e *env) needsApproval(err error, kind workspace.ApprovalKind, about ...string) error {
	if !workspace.IsCode(err, workspace.CodeApprovalNeeded) {
		return err
	}
	command := "countersignctl approvals ask " + kindWord(kind)
	for _, word := range about {
		command += " " + word
	}
	e.notice("To ask: %s --reason TEXT. Once it is approved, add --approval ID.", command)
	return err
}

// approvalView is an approval as --json prints it.
type approvalView struct {
	ID        string    `json:"id"`
	Kind      string    `json:"kind"`
	Members   []string  `json:"members"` // IDs
	Names     []string  `json:"names"`
	Reason    string    `json:"reason"`
	By        string    `json:"by"`
	At        time.Time `json:"at"`
	ExpiresAt time.Time `json:"expiresAt"`
	State     string    `json:"state"` // waiting, approved
	Mine      bool      `json:"mine"`
	May       bool      `json:"mayApprove"` // you can approve it
}

func approvalViewOf(a workspace.AskedApproval) approvalView {
	v := approvalView{
		ID: a.ID, Kind: kindWord(a.Kind), Members: []string{}, Names: []string{}, Reason: a.Reason, By: a.ByName, At: a.At, ExpiresAt: a.ExpiresAt,
		State: string(a.State), Mine: a.Mine, May: a.May,
	}
	v.Members = append(v.Members, a.Members...)
	v.Names = append(v.Names, a.Names...)
	return v
}

func approvalsList(ctx context.Context, e *env, _ []string) error {
	return e.asAdmin(ctx, func(a *workspace.Admin) error {
		all, err := a.Approvals(ctx)
		if err != nil {
			return err
		}
		views := []approvalView{}
		for _, r := range all {
			views = append(views, approvalViewOf(r))
		}
		return e.print(map[string]any{"approvals": views}, approvalTable(views))
	})
}

func approvalTable(all []approvalView) string {
	if len(all) == 0 {
		return "Nothing is waiting for approval.\n"
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tFOR\tMEMBERS\tASKED BY\tSTATUS\tEXPIRES\tREASON")
	for _, v := range all {
		status := v.State
		if v.May {
			status = "waiting for you"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", v.ID, v.Kind, cli.Printable(someNames(v.Names)), cli.Printable(v.By), status,
			v.ExpiresAt.Local().Format("2006-01-02 15:04"), cli.Printable(v.Reason))
	}
	_ = w.Flush() // into memory
	return b.String()
}

// someNames is the first two names, and how many more there are.
func someNames(names []string) string {
	const most = 2
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

func approvalsAsk(ctx context.Context, e *env, args []string) error {
	kind, emails := kindOf(args[0]), args[1:]
	e.members = emails
	switch ways := e.ways(); kind {
	case workspace.ApprovePrintRun:
		if ways != 1 {
			return cli.Usagef("approvals ask %s needs one of EMAIL, --all-without-sheet and --all", args[0])
		}
	case workspace.ApproveDropRequirement, workspace.ApproveTwoPeopleOff:
		if ways != 0 {
			return cli.Usagef("approvals ask %s is about no member", args[0])
		}
	default:
		if ways != 1 || len(emails) != 1 {
			return cli.Usagef("approvals ask %s needs one EMAIL", args[0])
		}
	}
	return e.asAdmin(ctx, func(a *workspace.Admin) error {
		var ids []string
		if e.ways() > 0 {
			var err error
			if ids, err = e.chosen(ctx, a); err != nil {
				return err
			}
		}
		asked, err := a.AskApproval(ctx, kind, ids, e.reason, workspace.Proof{})
		if err != nil {
			return err
		}
		return e.print(map[string]any{"approval": map[string]any{"id": asked.ID, "kind": args[0], "expiresAt": asked.ExpiresAt}}, fmt.Sprintf(
			"Asked for approval %s, until %s. Once it is approved, give the command with --approval %s.\n", asked.ID, asked.ExpiresAt.Local().Format("2006-01-02 15:04"), asked.ID))
	})
}

func approvalsApprove(ctx context.Context, e *env, args []string) error {
	return e.decide(ctx, args[0], "Approved", func(a *workspace.Admin, id string) error { return a.Approve(ctx, id, workspace.Proof{}) })
}

func approvalsDecline(ctx context.Context, e *env, args []string) error {
	return e.decide(ctx, args[0], "Declined", func(a *workspace.Admin, id string) error { return a.Refuse(ctx, id) })
}

// decide does what an admin says of an approval, and tells which it was.
func (e *env) decide(ctx context.Context, id, done string, act func(*workspace.Admin, string) error) error {
	return e.asAdmin(ctx, func(a *workspace.Admin) error {
		all, err := a.Approvals(ctx)
		if err != nil {
			return err
		}
		var about approvalView
		for _, r := range all {
			if r.ID == id {
				about = approvalViewOf(r)
			}
		}
		if err := act(a, id); err != nil {
			return err
		}
		text := fmt.Sprintf("%s: %s %s, asked for by %s. Reason: %s\n", done, about.Kind, strings.Join(about.Names, ", "), about.By, about.Reason)
		return e.print(map[string]any{"ok": true, "approval": map[string]any{"id": id, "kind": about.Kind}}, cli.Printable(strings.TrimSuffix(text, "\n"))+"\n")
	})
}
