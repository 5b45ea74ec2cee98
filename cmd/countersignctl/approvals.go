package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"countersign/backend/client"
	"countersign/backend/service"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// approvalKinds are the words for what needs approval, on the command line and with --json.
var approvalKinds = []struct {
	word string
	kind service.ApprovalKind
}{
	{"print-run", service.ApprovePrintRun},
	{"reset-2fa", service.ApproveReset2FA},
	{"reset-password", service.ApproveResetPassword},
	{"temporary-code", service.ApproveHelpCode},
	{"stop-requiring-2fa", service.ApproveDropRequirement},
	{"stop-requiring-approval", service.ApproveTwoPeopleOff},
	{"allow-quick-unlock", service.ApproveQuickUnlock},
}

func approvalWords() (all []string) {
	for _, k := range approvalKinds {
		all = append(all, k.word)
	}
	return all
}

func kindWord(kind service.ApprovalKind) string {
	for _, k := range approvalKinds {
		if k.kind == kind {
			return k.word
		}
	}
	return string(kind)
}

func kindOf(word string) (kind service.ApprovalKind) {
	for _, k := range approvalKinds {
		if k.word == word {
			kind = k.kind
		}
	}
	return kind
}

// needsApproval tells how to ask for the approval that an act needs.
func (e *env) needsApproval(err error, kind service.ApprovalKind, about ...string) error {
	if !service.IsCode(err, service.CodeApprovalNeeded) {
		return err
	}
	ask := append([]string{"approvals", "ask", kindWord(kind)}, about...)
	e.notice(words.TerminalApprovalsAskHow, words.Args{"command": commandLine(ask...)})
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

func approvalViewOf(a service.AskedApproval) approvalView {
	v := approvalView{
		ID: a.ID, Kind: kindWord(a.Kind), Members: []string{}, Names: []string{}, Reason: a.Reason, By: a.ByName, At: a.At, ExpiresAt: a.ExpiresAt,
		State: string(a.State), Mine: a.Mine, May: a.May,
	}
	v.Members = append(v.Members, a.Members...)
	v.Names = append(v.Names, a.Names...)
	return v
}

func approvalsList(ctx context.Context, e *env, _ []string) error {
	return e.asAdmin(ctx, func(a *client.Admin) error {
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
		return say(words.TerminalApprovalsListNone, nil) + "\n"
	}
	return table(words.TerminalApprovalsListHead, all, func(v approvalView) string {
		status := inWords(words.TerminalWordApproval, v.State)
		if v.May {
			status = say(words.TerminalApprovalsListForYou, nil)
		}
		return fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%s\t%s", v.ID, v.Kind, cli.Printable(someNames(v.Names)), cli.Printable(v.By), status,
			minute(v.ExpiresAt), cli.Printable(v.Reason))
	})
}

// someNames is the first two names, and how many more there are.
func someNames(names []string) string {
	const most = 2
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return say(words.TerminalListMore, words.Args{"list": strings.Join(names[:most], ", "), "n": len(names) - most})
}

func approvalsAsk(ctx context.Context, e *env, args []string) error {
	kind, emails := kindOf(args[0]), args[1:]
	e.members = emails
	switch ways := e.ways(); kind {
	case service.ApprovePrintRun:
		if ways != 1 {
			return cli.Usage(words.TerminalUsageAskFor, words.Args{"kind": args[0]})
		}
	case service.ApproveDropRequirement, service.ApproveTwoPeopleOff, service.ApproveQuickUnlock:
		if ways != 0 {
			return cli.Usage(words.TerminalUsageAskForNone, words.Args{"kind": args[0]})
		}
	default:
		if ways != 1 || len(emails) != 1 {
			return cli.Usage(words.TerminalUsageAskForOne, words.Args{"kind": args[0]})
		}
	}
	return e.asAdmin(ctx, func(a *client.Admin) error {
		var ids []string
		if e.ways() > 0 {
			var err error
			if ids, err = e.chosen(ctx, a); err != nil {
				return err
			}
		}
		asked, err := a.AskApproval(ctx, kind, ids, e.reason, client.Proof{})
		if err != nil {
			return err
		}
		return e.print(map[string]any{"approval": map[string]any{"id": asked.ID, "kind": args[0], "expiresAt": asked.ExpiresAt}},
			say(words.TerminalApprovalsAskDone, words.Args{"id": asked.ID, "until": minute(asked.ExpiresAt)})+"\n")
	})
}

func approvalsApprove(ctx context.Context, e *env, args []string) error {
	return e.decide(ctx, args[0], words.TerminalApprovalsApproveDone, func(a *client.Admin, id string) error { return a.Approve(ctx, id, client.Proof{}) })
}

func approvalsDecline(ctx context.Context, e *env, args []string) error {
	return e.decide(ctx, args[0], words.TerminalApprovalsDeclineDone, func(a *client.Admin, id string) error { return a.Refuse(ctx, id) })
}

// decide does what an admin says of an approval, and tells which it was.
func (e *env) decide(ctx context.Context, id string, done words.Key, act func(*client.Admin, string) error) error {
	return e.asAdmin(ctx, func(a *client.Admin) error {
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
		text := say(done, words.Args{"kind": about.Kind, "members": strings.Join(about.Names, ", "), "by": about.By, "reason": about.Reason})
		return e.print(map[string]any{"ok": true, "approval": map[string]any{"id": id, "kind": about.Kind}}, cli.Printable(text)+"\n")
	})
}
