package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/backend/client"
	"countersign/backend/memberimport"
	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// memberView is a member as members list --json prints it. Times that never
// were are left out.
type memberView struct {
	ID           string    `json:"id"`
	Name         string    `json:"name"`
	Email        string    `json:"email"`
	Role         string    `json:"role"`
	State        string    `json:"state"`     // active, invited, suspended
	TwoFactor    string    `json:"twoFactor"` // on, off, overdue
	OnSince      time.Time `json:"onSince,omitzero"`
	Language     string    `json:"language,omitempty"` // of what is printed for them
	CodesLeft    int       `json:"codesLeft"`
	Sheet        int       `json:"sheet"` // in force, 0: none
	Run          int       `json:"run"`   // that issued it, 0: its holder
	IssuedAt     time.Time `json:"issuedAt,omitzero"`
	HandedOverAt time.Time `json:"handedOverAt,omitzero"`
	Acknowledged time.Time `json:"acknowledgedAt,omitzero"`
	CheckedAt    time.Time `json:"checkedAt,omitzero"`
	LastSignInAt time.Time `json:"lastSignInAt,omitzero"`
	InvitedUntil time.Time `json:"invitedUntil,omitzero"`
}

func memberViewOf(m service.Member, p service.Policy, now time.Time) memberView {
	v := memberView{
		ID: m.ID, Name: m.Name, Email: m.Email, Role: string(m.Role), State: string(m.State), TwoFactor: "off", OnSince: m.OnSince, Language: m.Language, CodesLeft: m.CodesLeft, Sheet: m.Sheet,
		Run: m.Run, IssuedAt: m.IssuedAt, HandedOverAt: m.HandedOverAt, Acknowledged: m.Acknowledged, CheckedAt: m.Checked, LastSignInAt: m.LastSignInAt, InvitedUntil: m.InvitedUntil,
	}
	if m.State == service.ProfileActive {
		v.State = "active"
	}
	switch {
	case m.On:
		v.TwoFactor = "on"
	case p.Overdue(m, now):
		v.TwoFactor = "overdue"
	}
	return v
}

func membersList(ctx context.Context, e *env, _ []string) error {
	if e.csv && e.json {
		return cli.Usage(words.TerminalUsageCsvJson, nil)
	}
	var all []memberView
	var policy service.Policy
	err := e.asAdmin(ctx, func(a *client.Admin) (err error) {
		if policy, err = a.Policy(ctx); err != nil {
			return err
		}
		members, err := a.Members(ctx)
		for _, m := range members {
			all = append(all, memberViewOf(m, policy, e.now()))
		}
		return err
	})
	if err != nil {
		return err
	}
	if e.csv {
		// English, whatever the terminal speaks: programs read it.
		return memberimport.WriteOverview(e.stdout, words.English(), func(yield func(memberimport.Person) bool) {
			for _, m := range all {
				if !yield(m.person(policy, e.now())) {
					return
				}
			}
		}, time.Local)
	}
	return e.print(map[string]any{"members": slices.Concat([]memberView{}, all)}, membersTable(all))
}

// person is a member as the overview in CSV has it.
func (m memberView) person(p service.Policy, now time.Time) memberimport.Person {
	out := memberimport.Person{
		Name: m.Name, Email: m.Email, Role: m.Role, State: m.State, TwoFactor: m.TwoFactor, Required: "no", CodesLeft: m.CodesLeft, Sheet: m.Sheet,
		IssuedAt: m.IssuedAt, HandedOver: m.HandedOverAt, Acknowledged: m.Acknowledged, LastSignIn: m.LastSignInAt, Language: m.Language,
	}
	switch {
	case p.Require2FA && now.Before(p.RequireFrom):
		out.Required = "from " + p.RequireFrom.Local().Format(time.DateOnly)
	case p.Require2FA:
		out.Required = "yes"
	}
	return out
}

func membersTable(all []memberView) string {
	return table(words.TerminalMembersListHead, all, func(m memberView) string {
		codes, sheet, last := "", "", say(words.TerminalMembersListNever, nil)
		if m.Sheet > 0 {
			codes, sheet = fmt.Sprint(m.CodesLeft), fmt.Sprint(m.Sheet)
		}
		if !m.LastSignInAt.IsZero() {
			last = minute(m.LastSignInAt)
		}
		return fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s", cli.Printable(m.Name), cli.Printable(m.Email), inWords(words.TerminalWordRole, m.Role),
			inWords(words.TerminalWordProfile, m.State), inWords(words.TerminalWordTwoFactor, m.TwoFactor), codes, sheet, last)
	})
}

// invitation is a one-time code as it is printed, once.
type invitation struct {
	Name      string    `json:"name"`
	Email     string    `json:"email"`
	Workspace string    `json:"workspace"`
	Code      string    `json:"code"`
	Link      string    `json:"link,omitempty"` // leads a computer of theirs to the server; none: the workspace is on this computer, or they are signing in already
	ExpiresAt time.Time `json:"expiresAt"`
}

func invitationOf(g client.GivenOut) (i invitation, err error) {
	link, err := linkOf(g)
	return invitation{g.Name, g.Email, g.Workspace, g.Code.Display(), link, g.ExpiresAt}, err
}

// linkOf is the line that leads the person of a one-time code to the workspace's server. A temporary code is for a computer that is there already.
func linkOf(g client.GivenOut) (string, error) {
	if g.At.Server == "" || g.Kind == service.OneTimeHelp {
		return "", nil
	}
	key, err := remote.ParseFingerprint(g.At.Key)
	i := remote.Invitation{Server: g.At.Server, Key: key, Email: g.Email, Code: secret.NewText(g.Code.Display()), Computer: g.Kind == service.OneTimeComputer}
	return i.Link().Reveal(), err
}

// printOneTime prints a one-time code, once: as JSON under a name, or as it is told.
func (e *env) printOneTime(name, told string, g client.GivenOut) error {
	i, err := invitationOf(g)
	if err != nil {
		return err
	}
	if i.Link != "" {
		told += say(words.TerminalMembersLink, words.Args{"link": i.Link}) + "\n"
	}
	return e.print(map[string]any{name: i}, told)
}

func membersAdd(ctx context.Context, e *env, args []string) error {
	person := service.NewMember{Name: args[0], Email: args[1], Role: service.Role(strings.ToLower(e.role)), Language: strings.ToLower(e.language)}
	return e.asAdmin(ctx, func(a *client.Admin) error {
		given, err := a.AddMember(ctx, person, client.Proof{})
		if err != nil {
			return err
		}
		added := cli.Printable(say(words.TerminalMembersAddDone, words.Args{"member": member(given.Name, given.Email), "workspace": given.Workspace}))
		code := say(words.TerminalMembersAddInvitation, words.Args{"code": given.Code.Display(), "until": minute(given.ExpiresAt)})
		return e.printOneTime("invitation", added+"\n"+code+"\n", given)
	})
}
