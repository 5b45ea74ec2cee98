package app

import (
	"context"
	"strings"
	"time"

	"countersign/backend/client"
	"countersign/backend/service"
	"countersign/backend/words"
)

// CopyReminder puts text for a mail on the clipboard: what 2FA is, from when it is
// required, and how to turn it on. It is no secret, and stays there.
func (m *Members) CopyReminder(session string) error {
	return m.onClipboard(session, func(ctx context.Context, a *client.Admin) (string, error) {
		p, err := a.Policy(ctx)
		return m.s.reminder(p), err
	})
}

func (s *shell) reminder(p service.Policy) string {
	of := words.Args{"workspace": p.Name}
	if !p.Require2FA {
		return s.say(words.ClipboardReminder, of)
	}
	from := p.RequireFrom.Local()
	of["day"] = s.words().Day(from)
	if from.After(s.now()) {
		return s.say(words.ClipboardReminderFrom, of)
	}
	return s.say(words.ClipboardReminderSince, of)
}

// remindable reports whether somebody can turn 2FA on and has not: who is invited has to use the invitation first.
func remindable(m service.Member) bool { return m.State == service.ProfileActive && !m.On }

// CopyEmails puts the addresses of those who can sign in and have 2FA off on the
// clipboard, as a mail takes them.
func (m *Members) CopyEmails(session string) error {
	return m.onClipboard(session, func(ctx context.Context, a *client.Admin) (string, error) {
		all, err := a.Members(ctx)
		var to []string
		for _, member := range all {
			if remindable(member) {
				to = append(to, member.Email)
			}
		}
		return strings.Join(to, ", "), err
	})
}

// RemindersView is reminders as the page draws them for a printer. No secret is in them.
type RemindersView struct {
	Workspace   string            `json:"workspace"`
	At          string            `json:"at"`
	By          string            `json:"by"`
	RequireFrom string            `json:"requireFrom,omitempty"` // from when 2FA is required; empty: it isn’t
	InForce     bool              `json:"inForce"`               // it is required by now
	Support     string            `json:"support,omitempty"`     // whom to ask for help
	People      []RemindedView    `json:"people"`                // in the order of the members that were asked for
	Unprintable []UnprintableView `json:"unprintable"`           // get a page with boxes on it
}

// RemindedView is somebody who has 2FA off.
type RemindedView struct {
	Name     string `json:"name"`
	Email    string `json:"email"`
	Language string `json:"language,omitempty"` // in which it is printed; empty: the window’s
}

// Reminders gives the page what it needs to draw a page for each of these members who still has 2FA off, at most MaxPrint. PrintReminders then
// opens the print dialog.
func (m *Members) Reminders(session string, members []string) (RemindersView, error) {
	if len(members) > MaxPrint {
		return RemindersView{}, service.Fault(service.CodeRunLong, map[string]any{"max": MaxPrint}, nil)
	}
	in, err := m.s.use(session)
	if err != nil {
		return RemindersView{}, err
	}
	out := RemindersView{People: []RemindedView{}}
	var people []named
	err = in.asAdmin(func(ctx context.Context, a *client.Admin) error {
		p, err := a.Policy(ctx)
		if err != nil {
			return err
		}
		all, err := a.Members(ctx)
		if err != nil {
			return err
		}
		now := m.s.now()
		out.RequireFrom, out.InForce = dueFrom(p, now)
		of := make(map[string]service.Member, len(all))
		for _, member := range all {
			of[member.ID] = member
		}
		out.Workspace, out.At, out.By = p.Name, stamp(now), of[in.session.ProfileID()].Name
		for _, id := range members {
			if member, is := of[id]; is && remindable(member) {
				out.People = append(out.People, RemindedView{member.Name, member.Email, paperLanguage(member.Language)})
				people = append(people, named{member.Name, member.Email, member.Language})
			}
		}
		return nil
	})
	if err != nil {
		return RemindersView{}, err
	}
	support, err := m.s.support()
	if err != nil {
		return RemindersView{}, err
	}
	out.Support = support.Contact
	out.Unprintable, err = unprintable(people)
	return out, err
}

// dueFrom is from when 2FA is required, and whether it is by now.
func dueFrom(p service.Policy, now time.Time) (from string, inForce bool) {
	if !p.Require2FA {
		return "", false
	}
	return stamp(p.RequireFrom), !p.RequireFrom.After(now)
}

// PrintReminders opens the system's print dialog on the page, which shows the reminders.
func (m *Members) PrintReminders(session string) error {
	return m.s.asAdmin(session, func(context.Context, *client.Admin) error {
		m.s.desktop.Print()
		return nil
	})
}

func (m *Members) onClipboard(session string, text func(context.Context, *client.Admin) (string, error)) error {
	return m.s.asAdmin(session, func(ctx context.Context, a *client.Admin) error {
		copied, err := text(ctx, a)
		if err != nil {
			return err
		}
		if err := m.s.desktop.SetClipboard(copied); err != nil {
			return &shellError{code: codeClipboardFailed, cause: err}
		}
		return nil
	})
}
