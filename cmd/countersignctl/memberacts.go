package main

import (
	"context"
	"strings"

	"countersign/backend/client"
	"countersign/backend/service"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// memberAct is what --json prints of an act on a member.
type memberAct struct {
	OK     bool   `json:"ok"`
	Member person `json:"member"`
	Role   string `json:"role,omitempty"` // that they have now
}

// onMember signs in and acts on the member with an email.
func (e *env) onMember(ctx context.Context, email string, act func(*client.Admin, service.Member) error) error {
	return e.asAdmin(ctx, func(a *client.Admin) error {
		found, err := e.membersBy(ctx, a, email)
		if err != nil {
			return err
		}
		return act(a, found[0])
	})
}

// membersBy finds the members with these emails.
func (e *env) membersBy(ctx context.Context, a *client.Admin, emails ...string) (found []service.Member, err error) {
	all, err := a.Members(ctx)
	if err != nil {
		return nil, err
	}
	byEmail := map[string]service.Member{}
	for _, m := range all {
		byEmail[strings.ToLower(m.Email)] = m
	}
	for _, email := range emails {
		m, ok := byEmail[strings.ToLower(strings.TrimSpace(email))]
		if !ok {
			return nil, cli.Fail("member_unknown", cli.ExitUsage, words.TerminalFailureMemberUnknown, words.Args{"email": email})
		}
		found = append(found, m)
	}
	return found, nil
}

// did tells what was done to a member.
func (e *env) did(m service.Member, done words.Key) error {
	text := cli.Printable(say(done, words.Args{"name": m.Name})) + "\n"
	return e.print(memberAct{OK: true, Member: person{m.ID, m.Name, m.Email}}, text)
}

func membersRole(ctx context.Context, e *env, args []string) error {
	if err := e.canAsk(); err != nil {
		return err
	}
	return e.onMember(ctx, args[0], func(a *client.Admin, m service.Member) error {
		err := e.confirm(ctx, words.TerminalMembersRoleAsk, words.Args{
			"member": member(m.Name, m.Email), "before": inWords(words.TerminalWordRole, string(m.Role)), "after": inWords(words.TerminalWordRole, args[1]),
		})
		if err != nil {
			return err
		}
		if err := a.SetRole(ctx, m.ID, service.Role(args[1]), client.Proof{}); err != nil {
			return err
		}
		text := cli.Printable(say(words.TerminalMembersRoleDone, words.Args{"name": m.Name, "role": inWords(words.TerminalWordRole, args[1])})) + "\n"
		if m.State == service.ProfileInvited {
			text += cli.Printable(say(words.TerminalMembersRoleInvite, words.Args{"command": commandLine("members", "reset-password", m.Email)})) + "\n"
		}
		return e.print(memberAct{OK: true, Member: person{m.ID, m.Name, m.Email}, Role: args[1]}, text)
	})
}

// membersLanguage notes in which language members read.
func membersLanguage(ctx context.Context, e *env, args []string) error {
	tag := strings.ToLower(args[0])
	if tag == noLanguage {
		tag = ""
	}
	if e := service.CheckLanguage(tag); e != nil {
		return e
	}
	return e.asAdmin(ctx, func(a *client.Admin) error {
		found, err := e.membersBy(ctx, a, args[1:]...)
		if err != nil {
			return err
		}
		ids := make([]string, len(found))
		for i, m := range found {
			ids[i] = m.ID
		}
		if err := a.SetLanguageOf(ctx, ids, tag); err != nil {
			return err
		}
		if err := e.tellNoFonts([]string{tag}); err != nil {
			return err
		}
		return e.print(map[string]any{"ok": true, "members": len(ids), "language": tag}, say(words.TerminalMembersLanguageDone, words.Args{
			"n": len(ids), "language": languageName(tag),
		})+"\n")
	})
}

func membersSuspend(ctx context.Context, e *env, args []string) error {
	if err := e.canAsk(); err != nil {
		return err
	}
	return e.onMember(ctx, args[0], func(a *client.Admin, m service.Member) error {
		err := e.confirm(ctx, words.TerminalMembersSuspendAsk, words.Args{"member": member(m.Name, m.Email)})
		if err != nil {
			return err
		}
		if err := a.Suspend(ctx, m.ID); err != nil {
			return err
		}
		return e.did(m, words.TerminalMembersSuspendDone)
	})
}

func membersReactivate(ctx context.Context, e *env, args []string) error {
	return e.onMember(ctx, args[0], func(a *client.Admin, m service.Member) error {
		if err := a.Resume(ctx, m.ID); err != nil {
			return err
		}
		return e.did(m, words.TerminalMembersReactivateDone)
	})
}

func membersRemove(ctx context.Context, e *env, args []string) error {
	if err := e.canAsk(); err != nil {
		return err
	}
	return e.onMember(ctx, args[0], func(a *client.Admin, m service.Member) error {
		err := e.confirm(ctx, words.TerminalMembersRemoveAsk, words.Args{"member": member(m.Name, m.Email)})
		if err != nil {
			return err
		}
		if err := a.Remove(ctx, m.ID, client.Proof{}); err != nil {
			return err
		}
		return e.did(m, words.TerminalMembersRemoveDone)
	})
}

func membersReset2FA(ctx context.Context, e *env, args []string) error {
	if err := e.canAsk(); err != nil {
		return err
	}
	return e.onMember(ctx, args[0], func(a *client.Admin, m service.Member) error {
		err := e.confirm(ctx, words.TerminalMembersReset2faAsk, words.Args{"member": member(m.Name, m.Email)})
		if err != nil {
			return err
		}
		if err := a.Reset2FA(ctx, m.ID, e.approval, client.Proof{}); err != nil {
			return e.needsApproval(err, service.ApproveReset2FA, m.Email)
		}
		return e.did(m, words.TerminalMembersReset2faDone)
	})
}

func membersTemporaryCode(ctx context.Context, e *env, args []string) error {
	return e.onMember(ctx, args[0], func(a *client.Admin, m service.Member) error {
		given, err := a.HelpCode(ctx, m.ID, e.approval, client.Proof{})
		if err != nil {
			return e.needsApproval(err, service.ApproveHelpCode, m.Email)
		}
		return e.printOneTime("temporaryCode", oneTime(words.TerminalMembersTemporaryCodeDone, given), given)
	})
}

func membersResetPassword(ctx context.Context, e *env, args []string) error {
	return e.onMember(ctx, args[0], func(a *client.Admin, m service.Member) error {
		given, err := a.ResetPassword(ctx, m.ID, e.approval, client.Proof{})
		if err != nil {
			return e.needsApproval(err, service.ApproveResetPassword, m.Email)
		}
		if given.Kind == service.OneTimeInvitation {
			return e.printOneTime("invitation", oneTime(words.TerminalMembersResetPasswordInvited, given), given)
		}
		return e.printOneTime("passwordReset", oneTime(words.TerminalMembersResetPasswordDone, given), given)
	})
}

// oneTime tells a one-time code, once.
func oneTime(told words.Key, g client.GivenOut) string {
	return say(told, words.Args{"member": cli.Printable(member(g.Name, g.Email)), "code": g.Code.Display(), "until": minute(g.ExpiresAt)}) + "\n"
}
