package app

import (
	"context"
	"strings"

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

// CopyEmails puts the addresses of those who can sign in and have 2FA off on the
// clipboard, as a mail takes them.
func (m *Members) CopyEmails(session string) error {
	return m.onClipboard(session, func(ctx context.Context, a *client.Admin) (string, error) {
		all, err := a.Members(ctx)
		var to []string
		for _, member := range all {
			if member.State == service.ProfileActive && !member.On {
				to = append(to, member.Email)
			}
		}
		return strings.Join(to, ", "), err
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
