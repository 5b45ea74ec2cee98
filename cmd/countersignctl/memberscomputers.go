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

// memberComputer is one of a member's computers as members computers --json prints it.
type memberComputer struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	AddedAt    time.Time  `json:"addedAt"`
	LastUsedAt *time.Time `json:"lastUsedAt,omitempty"`
}

// memberComputers is what members computers --json prints.
type memberComputers struct {
	Member     person           `json:"member"`
	Computers  []memberComputer `json:"computers"`
	NeedsReset bool             `json:"needsReset,omitempty"` // the last one was removed, and with it what the password opens
}

func membersComputers(ctx context.Context, e *env, args []string) error {
	return e.onMember(ctx, args[0], func(a *client.Admin, m service.Member) error {
		all, err := a.ComputersOf(ctx, m.ID)
		if err != nil {
			return err
		}
		out := memberComputers{person{m.ID, m.Name, m.Email}, []memberComputer{}, all.NeedsReset}
		for _, c := range all.All {
			v := memberComputer{ID: c.ID, Name: c.Name, AddedAt: c.AddedAt}
			if !c.LastUsedAt.IsZero() {
				v.LastUsedAt = &c.LastUsedAt
			}
			out.Computers = append(out.Computers, v)
		}
		return e.print(out, memberComputerTable(m, out))
	})
}

func memberComputerTable(m service.Member, all memberComputers) string {
	about := words.Args{"member": member(m.Name, m.Email), "email": m.Email}
	switch {
	case all.NeedsReset:
		return cli.Printable(say(words.TerminalMembersComputersNeedsReset, about)) + "\n"
	case len(all.Computers) == 0:
		return cli.Printable(say(words.TerminalMembersComputersNone, about)) + "\n"
	}
	return table(words.TerminalMembersComputersHead, all.Computers, func(v memberComputer) string {
		used := ""
		if v.LastUsedAt != nil {
			used = minute(*v.LastUsedAt)
		}
		return fmt.Sprintf("%s\t%s\t%s", cli.Printable(v.Name), minute(v.AddedAt), used)
	})
}

// removedComputer is what members remove-computer --json prints.
type removedComputer struct {
	OK         bool   `json:"ok"`
	Member     person `json:"member"`
	ID         string `json:"id"`
	Name       string `json:"name"`
	NeedsReset bool   `json:"needsReset"`
}

func membersRemoveComputer(ctx context.Context, e *env, args []string) error {
	if err := e.canAsk(); err != nil {
		return err
	}
	return e.onMember(ctx, args[0], func(a *client.Admin, m service.Member) error {
		all, err := a.ComputersOf(ctx, m.ID)
		if err != nil {
			return err
		}
		var fits []service.MemberComputer
		for _, c := range all.All {
			if strings.EqualFold(c.Name, args[1]) || c.ID == args[1] {
				fits = append(fits, c)
			}
		}
		switch {
		case len(fits) == 0:
			return service.Refuse(service.CodeComputerGone)
		case len(fits) > 1:
			return cli.Fail("computer_ambiguous", cli.ExitUsage, words.TerminalFailureMemberComputerAmbiguous, words.Args{"name": args[1], "member": member(m.Name, m.Email)})
		}
		c, last := fits[0], "no"
		if len(all.All) == 1 {
			last = "yes"
		}
		about := words.Args{"name": c.Name, "member": member(m.Name, m.Email), "email": m.Email, "last": last}
		if err := e.confirm(ctx, words.TerminalMembersRemoveComputerAsk, about); err != nil {
			return err
		}
		if err := a.RemoveComputer(ctx, m.ID, c.ID, client.Proof{}); err != nil {
			return err
		}
		left, err := a.ComputersOf(ctx, m.ID)
		if err != nil {
			return err
		}
		text := say(words.TerminalMembersRemoveComputerDone, about)
		if left.NeedsReset {
			text += " " + say(words.TerminalMembersComputersNeedsReset, about)
		}
		return e.print(removedComputer{true, person{m.ID, m.Name, m.Email}, c.ID, c.Name, left.NeedsReset}, cli.Printable(text)+"\n")
	})
}
