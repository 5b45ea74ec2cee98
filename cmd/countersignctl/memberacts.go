package main

import (
	"context"
	"fmt"
	"strings"

	"countersign/backend/workspace"
	"countersign/cmd/internal/cli"
)

// memberAct is what --json prints of an act on a member.
type memberAct struct {
	OK     bool   `json:"ok"`
	Member person `json:"member"`
	Role   string `json:"role,omitempty"` // that they have now
}

// onMember signs in and acts on the member with an email.
func (e *env) onMember(ctx context.Context, email string, act func(*workspace.Admin, workspace.Member) error) error {
	return e.asAdmin(ctx, func(a *workspace.Admin) error {
		found, err := e.membersBy(ctx, a, email)
		if err != nil {
			return err
		}
		return act(a, found[0])
	})
}

// membersBy finds the members with these emails.
func (e *env) membersBy(ctx context.Context, a *workspace.Admin, emails ...string) (found []workspace.Member, err error) {
	all, err := a.Members(ctx)
	if err != nil {
		return nil, err
	}
	byEmail := map[string]workspace.Member{}
	for _, m := range all {
		byEmail[strings.ToLower(m.Email)] = m
	}
	for _, email := range emails {
		m, ok := byEmail[strings.ToLower(strings.TrimSpace(email))]
		if !ok {
			return nil, cli.Fail("member_unknown", fmt.Sprintf("No one in this workspace has the email %s. Check it.", email), cli.ExitUsage)
		}
		found = append(found, m)
	}
	return found, nil
}

// did tells what was done to a member.
func (e *env) did(m workspace.Member, form string, args ...any) error {
	text := cli.Printable(fmt.Sprintf(form, args...)) + "\n"
	return e.print(memberAct{OK: true, Member: person{m.ID, m.Name, m.Email}}, text)
}

// whom names a member in a question.
func whom(m workspace.Member) string { return fmt.Sprintf("%s <%s>", m.Name, m.Email) }

func membersRole(ctx context.Context, e *env, args []string) error {
	if err := e.canAsk(); err != nil {
		return err
	}
	return e.onMember(ctx, args[0], func(a *workspace.Admin, m workspace.Member) error {
		err := e.confirm(ctx, "Change the role of %s from %s to %s? It applies at once. One-time codes for them stop working, and so do codes they created that their new role doesn’t allow.",
			whom(m), m.Role, args[1])
		if err != nil {
			return err
		}
		if err := a.SetRole(ctx, m.ID, workspace.Role(args[1]), workspace.Proof{}); err != nil {
			return err
		}
		text := fmt.Sprintf("The role of %s is %s now.\n", cli.Printable(m.Name), args[1])
		if m.State == workspace.ProfileInvited {
			text += fmt.Sprintf("They need a new invitation: countersignctl members reset-password %s\n", cli.Printable(m.Email))
		}
		return e.print(memberAct{OK: true, Member: person{m.ID, m.Name, m.Email}, Role: args[1]}, text)
	})
}

func membersSuspend(ctx context.Context, e *env, args []string) error {
	if err := e.canAsk(); err != nil {
		return err
	}
	return e.onMember(ctx, args[0], func(a *workspace.Admin, m workspace.Member) error {
		err := e.confirm(ctx, "Suspend %s? They are signed out at once and can’t sign in until reactivated. Invitations and codes they created stop working.", whom(m))
		if err != nil {
			return err
		}
		if err := a.Suspend(ctx, m.ID); err != nil {
			return err
		}
		return e.did(m, "%s is suspended.", m.Name)
	})
}

func membersReactivate(ctx context.Context, e *env, args []string) error {
	return e.onMember(ctx, args[0], func(a *workspace.Admin, m workspace.Member) error {
		if err := a.Resume(ctx, m.ID); err != nil {
			return err
		}
		return e.did(m, "%s can sign in again.", m.Name)
	})
}

func membersRemove(ctx context.Context, e *env, args []string) error {
	if err := e.canAsk(); err != nil {
		return err
	}
	return e.onMember(ctx, args[0], func(a *workspace.Admin, m workspace.Member) error {
		err := e.confirm(ctx, "Remove %s permanently? Their password, 2FA and recovery codes are deleted. Invitations and codes they created stop working. This can’t be undone.", whom(m))
		if err != nil {
			return err
		}
		if err := a.Remove(ctx, m.ID, workspace.Proof{}); err != nil {
			return err
		}
		return e.did(m, "%s is removed.", m.Name)
	})
}

func membersReset2FA(ctx context.Context, e *env, args []string) error {
	if err := e.canAsk(); err != nil {
		return err
	}
	return e.onMember(ctx, args[0], func(a *workspace.Admin, m workspace.Member) error {
		err := e.confirm(ctx, "Turn off 2FA for %s? They are signed out, and their recovery codes no longer work. They sign in with their password only until they turn on 2FA again.", whom(m))
		if err != nil {
			return err
		}
		if err := a.Reset2FA(ctx, m.ID, e.approval, workspace.Proof{}); err != nil {
			return e.needsApproval(err, workspace.ApproveReset2FA, m.Email)
		}
		return e.did(m, "2FA is off for %s.", m.Name)
	})
}

func membersTemporaryCode(ctx context.Context, e *env, args []string) error {
	return e.onMember(ctx, args[0], func(a *workspace.Admin, m workspace.Member) error {
		given, err := a.HelpCode(ctx, m.ID, e.approval, workspace.Proof{})
		if err != nil {
			return e.needsApproval(err, workspace.ApproveHelpCode, m.Email)
		}
		return e.print(map[string]any{"temporaryCode": invitationOf(given)}, fmt.Sprintf(
			"Temporary code for %s: %s\nIt works once, until %s, instead of a verification code. It is not shown again.\n", nameOf(given), given.Code.Display(), until(given)))
	})
}

func membersResetPassword(ctx context.Context, e *env, args []string) error {
	return e.onMember(ctx, args[0], func(a *workspace.Admin, m workspace.Member) error {
		given, err := a.ResetPassword(ctx, m.ID, e.approval, workspace.Proof{})
		if err != nil {
			return e.needsApproval(err, workspace.ApproveResetPassword, m.Email)
		}
		if given.Kind == workspace.OneTimeInvitation {
			return e.print(map[string]any{"invitation": invitationOf(given)}, fmt.Sprintf(
				"New invitation for %s: %s\nIt works once, until %s. The one before no longer works. It is not shown again.\n", nameOf(given), given.Code.Display(), until(given)))
		}
		return e.print(map[string]any{"passwordReset": invitationOf(given)}, fmt.Sprintf(
			"Password reset code for %s: %s\nIt works once, until %s. The old password works until then. It is not shown again.\n", nameOf(given), given.Code.Display(), until(given)))
	})
}

func nameOf(g workspace.GivenOut) string {
	return cli.Printable(fmt.Sprintf("%s <%s>", g.Name, g.Email))
}

func until(g workspace.GivenOut) string { return g.ExpiresAt.Local().Format("2006-01-02 15:04") }
