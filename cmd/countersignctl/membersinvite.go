package main

import (
	"bufio"
	"context"
	"errors"

	"countersign/backend/client"
	"countersign/backend/folder"
	"countersign/backend/runexport"
	"countersign/backend/service"
	"countersign/backend/sheet"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// invitedAgain is what members invite-again --json prints.
type invitedAgain struct {
	OK      bool `json:"ok"`
	Invited int  `json:"invited"`
	handedOut
}

func membersInviteAgain(ctx context.Context, e *env, emails []string) error {
	if e.allInvited == (len(emails) > 0) {
		return cli.Usage(words.TerminalUsageInviteAgain, nil)
	}
	if _, err := e.paper(); err != nil {
		return err
	}
	if err := e.free(e.invitations); err != nil {
		return err
	}
	return e.asAdmin(ctx, func(a *client.Admin) error {
		ids, err := e.invited(ctx, a, emails)
		if err != nil {
			return whyNobody(err)
		}
		given, out, where, err := e.handOut(ctx, a, func() ([]client.GivenOut, error) {
			return a.InviteAgain(ctx, ids, client.Proof{}, e.progress(words.TerminalProgressInvitations))
		})
		if err != nil {
			return whyNobody(err)
		}
		if n := len(ids) - len(given); n > 0 {
			e.notice(words.TerminalMembersInviteAgainMeanwhile, words.Args{"n": n})
		}
		text := say(words.TerminalMembersInviteAgainDone, words.Args{"n": len(given)}) + "\n" + where
		return e.print(invitedAgain{OK: true, Invited: len(given), handedOut: out}, text)
	})
}

// invited finds who gets a new invitation. Those who are named have to be able to have one;
// of all, those whom one's role doesn't allow to invite are left out, and said.
func (e *env) invited(ctx context.Context, a *client.Admin, emails []string) ([]string, error) {
	if e.allInvited {
		return e.allWaiting(ctx, a)
	}
	found, err := e.membersBy(ctx, a, emails...)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, m := range found {
		if m.State != service.ProfileInvited {
			return nil, cli.Fail("not_invited", cli.ExitRefused, words.TerminalFailureNotInvited, words.Args{"member": member(m.Name, m.Email), "state": string(m.State)})
		}
		ids = append(ids, m.ID)
	}
	return a.WaitingInvitations(ctx, ids)
}

// allWaiting asks for each role by itself: it is the role on which it depends who may be
// invited, and one member who may not be would have all refused.
func (e *env) allWaiting(ctx context.Context, a *client.Admin) (ids []string, err error) {
	all, err := a.Members(ctx)
	if err != nil {
		return nil, err
	}
	byRole := map[service.Role][]string{}
	for _, m := range all {
		if m.State == service.ProfileInvited {
			byRole[m.Role] = append(byRole[m.Role], m.ID)
		}
	}
	leftOut := 0
	for _, role := range roles {
		asked := byRole[service.Role(role)]
		waiting, err := a.WaitingInvitations(ctx, asked)
		switch {
		case service.IsCode(err, service.CodeNobodyChosen): // nobody of this role
		case service.IsCode(err, service.CodeForbidden):
			leftOut += len(asked)
		case err != nil:
			return nil, err
		}
		ids = append(ids, waiting...)
	}
	if leftOut > 0 {
		e.notice(words.TerminalMembersInviteAgainLeftOut, words.Args{"n": leftOut})
	}
	if len(ids) == 0 {
		return nil, errNobodyInvited
	}
	return ids, nil
}

var errNobodyInvited = cli.Fail("nobody_chosen", cli.ExitUsage, words.TerminalFailureNobodyInvited, nil)

// whyNobody gives the refusal of a workspace in which everybody has come in meanwhile the
// words of one in which nobody was waiting.
func whyNobody(err error) error {
	if service.IsCode(err, service.CodeNobodyChosen) {
		return errNobodyInvited
	}
	return err
}

// handedOut is where new invitations are, as --json prints it.
type handedOut struct {
	File        string       `json:"file,omitempty"`
	Invitations []invitation `json:"invitations,omitempty"`
}

// handOut gives new invitations and hands them out: into a file, which is begun before,
// since its place may be read-only, or else on standard output. The text says where.
func (e *env) handOut(ctx context.Context, a *client.Admin, give func() ([]client.GivenOut, error)) (given []client.GivenOut, out handedOut, text string, err error) {
	var f *folder.Whole
	if e.invitations != "" {
		if f, err = folder.CreateWhole(e.invitations); err != nil {
			return nil, out, "", unwritable(e.invitations, err)
		}
		defer func() { _ = f.Drop() }()
	}
	if given, err = give(); err != nil {
		return nil, out, "", err
	}
	if f != nil {
		if err := e.drawInvitations(ctx, a, f, given); err == nil {
			out.File = e.invitations
			return given, out, cli.Printable(say(words.TerminalMembersImportFile, words.Args{"file": e.invitations})) + "\n", nil
		}
		e.notice(words.TerminalMembersImportNoFile, words.Args{"file": e.invitations})
	}
	links := false
	for _, g := range given {
		i, err := invitationOf(g)
		if err != nil {
			return nil, out, "", err
		}
		out.Invitations = append(out.Invitations, i)
		text += i.Code + "  " + cli.Printable(member(g.Name, g.Email)) + "\n"
		if i.Link != "" {
			links = true
			text += "  " + i.Link + "\n"
		}
	}
	if links {
		text += say(words.TerminalMembersLinks, nil) + "\n"
	}
	return given, out, text + say(words.TerminalMembersImportUntil, words.Args{"until": minute(given[0].ExpiresAt)}) + "\n", nil
}

func (e *env) drawInvitations(ctx context.Context, a *client.Admin, f *folder.Whole, given []client.GivenOut) error {
	size, err := e.paper()
	if err != nil {
		return err
	}
	policy, err := a.Policy(ctx) // with whom to ask for help
	if err != nil {
		return err
	}
	people := make([]drawn, len(given))
	for n, g := range given {
		people[n] = drawn{g.Name, g.Email, g.Language}
	}
	if err := e.tellBoxes(people); err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<16)
	err = sheet.InvitationPDF(w, func(yield func(sheet.Invitation) bool) {
		for _, g := range given {
			if !yield(runexport.Invitation(cli.Words(), g, policy.Support)) {
				return
			}
		}
	}, size)
	if err := errors.Join(err, w.Flush()); err != nil {
		return err
	}
	return e.keep(f, e.invitations)
}
