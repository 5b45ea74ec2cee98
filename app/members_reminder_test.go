package app

import (
	"errors"
	"slices"
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
	_, err = m.Reminders(member.Token, o.ids)
	o.refused(err, string(service.CodeForbidden))
	o.refused(m.PrintReminders(member.Token), string(service.CodeForbidden))
	if o.desk.printed > 0 {
		t.Errorf("printed %d times", o.desk.printed)
	}
}

func TestReminders_AreForThoseWhoStillHave2FAOff(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	m := &Members{o.s}
	o.ok(m.SetLanguage(o.in.Token, o.ids, "fr"))
	o.ok(m.Reset2FA(o.in.Token, o.ids[0], "", o.page.proof(pass, "none", "")))
	view, err := m.List(o.in.Token)
	o.ok(err)
	owner := view.Members.ID[slices.Index(view.Members.Email, email)]
	_, err = m.Add(o.in.Token, NewMember{Name: "Mia", Email: "mia@example.com", Role: "member"}, Proof{}, o.page.mailbox().PublicKey)
	o.ok(err)
	view, err = m.List(o.in.Token)
	o.ok(err)
	invited := view.Members.ID[slices.Index(view.Members.Email, "mia@example.com")]

	got, err := m.Reminders(o.in.Token, []string{o.ids[1], owner, invited, "gone", o.ids[0]})
	o.ok(err)
	want := []RemindedView{{"Amara Okafor", email, ""}, {"Member <b>" + people[0], people[0], "fr"}}
	if !slices.Equal(got.People, want) || got.By != "Amara Okafor" || got.Workspace == "" || got.At == "" || got.RequireFrom != "" || got.InForce || got.Support != "" {
		t.Errorf("%+v", got)
	}
	if got.Unprintable == nil || len(got.Unprintable) > 0 {
		t.Errorf("%+v", got.Unprintable)
	}
	o.ok(m.PrintReminders(o.in.Token))
	if o.desk.printed != 1 {
		t.Errorf("printed %d times", o.desk.printed)
	}
	if got, err := m.Reminders(o.in.Token, nil); err != nil || got.People == nil || len(got.People) > 0 {
		t.Errorf("of no one: %v %+v", err, got)
	}
	_, err = m.Reminders(o.in.Token, make([]string, MaxPrint+1))
	o.refused(err, string(service.CodeRunLong))
	got, err = m.Reminders(o.in.Token, append(make([]string, MaxPrint-1), owner))
	if o.ok(err); len(got.People) != 1 {
		t.Errorf("%+v", got.People)
	}
	o.auth.Lock(o.in.Token)
	_, err = m.Reminders(o.in.Token, o.ids)
	o.refused(err, string(service.CodeSessionEnded))
	o.refused(m.PrintReminders(o.in.Token), string(service.CodeSessionEnded))
	if o.desk.printed != 1 {
		t.Errorf("printed %d times", o.desk.printed)
	}
}

func TestReminders_SayWhenWhomToAskAndWhoseNameHasBoxes(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	m := &Members{o.s}
	_, err := (&Settings{o.s}).SetSupport(o.in.Token, "Ask Mia, 2nd floor")
	o.ok(err)
	o.joinAs("Sam "+private, "sam@example.com")
	view, err := m.List(o.in.Token)
	o.ok(err)
	sam := view.Members.ID[slices.Index(view.Members.Email, "sam@example.com")]
	o.ok(m.Reset2FA(o.in.Token, sam, "", o.page.proof(pass, "none", "")))
	got, err := m.Reminders(o.in.Token, []string{sam})
	o.ok(err)
	if got.Support != "Ask Mia, 2nd floor" || len(got.Unprintable) != 1 || got.Unprintable[0].Characters != "U+F0001" {
		t.Errorf("%+v", got)
	}

	now := o.s.now()
	for name, c := range map[string]struct {
		policy  service.Policy
		from    string
		inForce bool
	}{
		"optional": {service.Policy{RequireFrom: now}, "", false},
		"from":     {service.Policy{Require2FA: true, RequireFrom: now.Add(time.Second)}, stamp(now.Add(time.Second)), false},
		"since":    {service.Policy{Require2FA: true, RequireFrom: now}, stamp(now), true},
	} {
		if from, inForce := dueFrom(c.policy, now); from != c.from || inForce != c.inForce {
			t.Errorf("%s: %q %v", name, from, inForce)
		}
	}
}
