package app

import (
	"errors"
	"strings"
	"testing"
	"time"

	"countersign/backend/service"
	"countersign/backend/words"
)

func TestReminder_SaysFromWhen2FAIsRequired(t *testing.T) {
	t.Parallel()
	s := newShell(t.TempDir(), nil)
	day := func(at time.Time) string { return words.English().Day(at.Local()) }
	before, after := s.now().Add(-49*time.Hour), s.now().Add(49*time.Hour)
	for name, c := range map[string]struct {
		policy service.Policy
		want   string
		not    string
	}{
		"optional": {service.Policy{RequireFrom: before}, "Enable 2FA", "requires"},
		"from":     {service.Policy{Require2FA: true, RequireFrom: after}, "requires it from " + day(after), "since"},
		"since":    {service.Policy{Require2FA: true, RequireFrom: before}, "required it since " + day(before), "from " + day(before)},
	} {
		c.policy.Name = "Northwind <b>"
		if got := s.reminder(c.policy); !strings.Contains(got, c.want) || strings.Contains(got, c.not) || !strings.Contains(got, "Northwind <b>") {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// Of those who can sign in, the owner has 2FA off; who is invited or suspended isn't written to.
func TestReminder_GoesToThoseWhoHave2FAOff(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	m := &Members{o.s}
	_, err := m.Add(o.in.Token, NewMember{Name: "Mia", Email: "mia@example.com", Role: "member"}, Proof{}, o.page.mailbox().PublicKey)
	o.ok(err)
	o.ok(m.Reset2FA(o.in.Token, o.ids[0], "", o.page.proof(pass, "none", "")))
	o.ok(m.CopyEmails(o.in.Token))
	if got := strings.Split(o.desk.clip, ", "); len(got) != 2 || !strings.Contains(o.desk.clip, email) || !strings.Contains(o.desk.clip, people[0]) {
		t.Errorf("%q", got)
	}
	o.ok(m.Suspend(o.in.Token, o.ids[0]))
	o.ok(m.CopyEmails(o.in.Token))
	if o.desk.clip != email {
		t.Errorf("%q", o.desk.clip)
	}
	o.ok(m.CopyReminder(o.in.Token))
	o.s.current().copied.clear() // it is no secret
	if !strings.Contains(o.desk.clip, "Settings > Profile > Enable 2FA") {
		t.Errorf("%q", o.desk.clip)
	}
	o.desk.clipErr = errors.New("no clipboard")
	o.refused(m.CopyEmails(o.in.Token), codeClipboardFailed)
	o.refused(m.CopyReminder(o.in.Token), codeClipboardFailed)
}

func TestReminder_IsForAdmins(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	m := &Members{o.s}
	o.auth.Lock(o.in.Token)
	res, err := o.auth.SignIn(people[1], pass)
	o.ok(err)
	member, err := o.auth.UseRecoveryCode(res.Challenge.Token, o.old[1])
	o.ok(err)
	o.refused(m.CopyEmails(member.Token), string(service.CodeForbidden))
	o.refused(m.CopyReminder(member.Token), string(service.CodeForbidden))
}
