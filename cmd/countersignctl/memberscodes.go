package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/backend/client"
	"countersign/backend/service"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// oneTimeKinds are the words for kinds of one-time codes, on the command line and with --json.
var oneTimeKinds = []struct {
	word string
	kind service.OneTimeKind
}{
	{"invitation", service.OneTimeInvitation},
	{"password-reset", service.OneTimeReset},
	{"temporary-code", service.OneTimeHelp},
}

func oneTimeWords() (all []string) {
	for _, k := range oneTimeKinds {
		all = append(all, k.word)
	}
	return all
}

func oneTimeWord(kind service.OneTimeKind) string {
	for _, k := range oneTimeKinds {
		if k.kind == kind {
			return k.word
		}
	}
	return string(kind)
}

// codeView is a one-time code that still works as members codes --json prints it.
type codeView struct {
	Member    person    `json:"member"`
	Kind      string    `json:"kind"` // invitation, password-reset, temporary-code
	By        string    `json:"by"`
	At        time.Time `json:"at"`
	ExpiresAt time.Time `json:"expiresAt"`
}

func membersCodes(ctx context.Context, e *env, _ []string) error {
	return e.asAdmin(ctx, func(a *client.Admin) error {
		open, err := a.OpenCodes(ctx)
		if err != nil {
			return err
		}
		members, err := a.Members(ctx)
		if err != nil {
			return err
		}
		views := []codeView{}
		for _, o := range open {
			i := slices.IndexFunc(members, func(m service.Member) bool { return m.ID == o.ProfileID })
			if i < 0 {
				continue // removed meanwhile, and the code with them
			}
			m := members[i]
			views = append(views, codeView{person{m.ID, m.Name, m.Email}, oneTimeWord(o.Kind), o.IssuedBy, o.IssuedAt, o.ExpiresAt})
		}
		return e.print(map[string]any{"codes": views}, codeTable(views))
	})
}

func codeTable(all []codeView) string {
	if len(all) == 0 {
		return say(words.TerminalMembersCodesNone, nil) + "\n"
	}
	return table(words.TerminalMembersCodesHead, all, func(v codeView) string {
		return fmt.Sprintf("%s\t%s\t%s\t%s\t%s", cli.Printable(v.Member.Name), cli.Printable(v.Member.Email), v.Kind, cli.Printable(v.By), minute(v.ExpiresAt))
	})
}

// endedCode is what members end-code --json prints.
type endedCode struct {
	OK     bool   `json:"ok"`
	Member person `json:"member"`
	Kind   string `json:"kind"`
}

func membersEndCode(ctx context.Context, e *env, args []string) error {
	if e.kind != "" && !slices.Contains(oneTimeWords(), e.kind) {
		return cli.Usage(words.TerminalUsageOneOf, words.Args{"flag": "--kind", "words": strings.Join(oneTimeWords(), ", ")})
	}
	if err := e.canAsk(); err != nil {
		return err
	}
	return e.onMember(ctx, args[0], func(a *client.Admin, m service.Member) error {
		kind, err := e.codeOf(ctx, a, m)
		if err != nil {
			return err
		}
		about := words.Args{"kind": inWords(words.TerminalWordOneTime, oneTimeWord(kind)), "member": member(m.Name, m.Email), "name": m.Name}
		if err := e.confirm(ctx, words.TerminalMembersEndCodeAsk, about); err != nil {
			return err
		}
		if err := a.EndCode(ctx, m.ID, kind); err != nil {
			return err
		}
		text := cli.Printable(say(words.TerminalMembersEndCodeDone, about)) + "\n"
		return e.print(endedCode{true, person{m.ID, m.Name, m.Email}, oneTimeWord(kind)}, text)
	})
}

// codeOf finds which code of a member is meant: the one of --kind, or else the only one that works.
func (e *env) codeOf(ctx context.Context, a *client.Admin, m service.Member) (kind service.OneTimeKind, err error) {
	open, err := a.OpenCodes(ctx)
	if err != nil {
		return "", err
	}
	var there []string
	for _, o := range open {
		if o.ProfileID != m.ID {
			continue
		}
		word := oneTimeWord(o.Kind)
		there = append(there, word)
		if e.kind == "" || e.kind == word {
			kind = o.Kind
		}
	}
	about := words.Args{"member": member(m.Name, m.Email), "n": len(there), "kinds": strings.Join(there, ", "), "kind": inWords(words.TerminalWordOneTime, e.kind)}
	switch {
	case kind == "":
		return "", cli.Fail("one_time_gone", cli.ExitRefused, words.TerminalFailureOneTimeGone, about)
	case e.kind == "" && len(there) > 1:
		return "", cli.Fail("kind_needed", cli.ExitUsage, words.TerminalFailureKindNeeded, about)
	}
	return kind, nil
}
