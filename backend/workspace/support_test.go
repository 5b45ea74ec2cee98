package workspace_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

func TestSetSupport_TakesWordsAnEmailOrALink(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	a := owner.admin()
	for contact, want := range map[string]service.Support{
		"":                         {},
		" Ask at the front desk. ": {Contact: "Ask at the front desk."},
		"Nora: extension 4711":     {Contact: "Nora: extension 4711"},
		"helpdesk":                 {Contact: "helpdesk"},
		"help@example.com":         {Contact: "help@example.com", Address: "mailto:help@example.com"},
		"mailto:help@example.com":  {Contact: "mailto:help@example.com", Address: "mailto:help@example.com"},
		"https://example.com/help": {Contact: "https://example.com/help", Address: "https://example.com/help"},
		"http://intranet/":         {Contact: "http://intranet/", Address: "http://intranet/"},
		"See https://example.com.": {Contact: "See https://example.com."},
		"javascript: it is a word": {Contact: "javascript: it is a word"}, // and leads nowhere
	} {
		h.ok(a.SetSupport(t.Context(), contact))
		got, err := h.w.Support(t.Context())
		h.ok(err)
		got.Names = nil
		if got.Contact != want.Contact || got.Address != want.Address {
			t.Errorf("%q: %+v", contact, got)
		}
		p, err := a.Policy(t.Context())
		if h.ok(err); p.Support != want.Contact {
			t.Errorf("%q: the policy has %q", contact, p.Support)
		}
	}
	h.ok(a.SetSupport(t.Context(), strings.Repeat("ä", service.MaxSupport)))
	for contact, code := range map[string]service.Code{
		strings.Repeat("ä", service.MaxSupport+1): service.CodeSupportLong,
		"a\nb":                          service.CodeSupportForm,
		"\u202eHelp":                    service.CodeSupportForm,
		"javascript:alert(1)":           service.CodeSupportLink,
		"file:///etc/passwd":            service.CodeSupportLink,
		"ftp://example.com":             service.CodeSupportLink,
		"https://":                      service.CodeSupportLink,
		"https://user@example.com":      service.CodeSupportLink,
		"data:text/html,x":              service.CodeSupportLink,
		"mailto:a@example.com?cc=b@c.d": service.CodeSupportLink,
		"mailto:":                       service.CodeSupportLink,
	} {
		h.refused(a.SetSupport(t.Context(), contact), code)
	}
	got, err := h.w.Support(t.Context())
	if h.ok(err); got.Contact != strings.Repeat("ä", service.MaxSupport) {
		t.Errorf("what was refused is kept: %q", got.Contact)
	}
}

func TestSupport_NamesOwnersAndAdminsWhoCanSignIn(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	a := owner.admin()
	member, admin := h.one(person{role: store.RoleMember, on: true}), h.one(person{role: store.RoleAdmin})
	suspended := h.one(person{role: store.RoleAdmin, state: store.ProfileSuspended})
	invited := h.one(person{role: store.RoleAdmin, state: store.ProfileInvited})
	got, err := h.w.Support(t.Context())
	h.ok(err)
	if want := []string{h.profile(owner.id).Name, h.profile(admin.id).Name}; !slices.Equal(got.Names, want) {
		t.Errorf("named are %v, not %v (not %s, %s, %s)", got.Names, want, member.name, suspended.name, invited.name)
	}
	h.ok(a.NameAdmins(t.Context(), false))
	if got, err = h.w.Support(t.Context()); err != nil || len(got.Names) != 0 {
		t.Errorf("hidden: %v, %v", got.Names, err)
	}
	if p, err := a.Policy(t.Context()); err != nil || p.NamesAdmins {
		t.Errorf("%+v, %v", p, err)
	}
	h.ok(a.NameAdmins(t.Context(), true))
	if got, err = h.w.Support(t.Context()); err != nil || len(got.Names) != 2 {
		t.Errorf("named again: %v, %v", got.Names, err)
	}
}

func TestSupport_OwnersAloneSetIt(t *testing.T) {
	t.Parallel()
	h, _ := alone(t)
	a := h.one(person{role: store.RoleAdmin, on: true}).admin()
	h.refused(a.SetSupport(t.Context(), "me"), service.CodeForbidden)
	h.refused(a.NameAdmins(t.Context(), false), service.CodeForbidden)
}

// What is printed names the contact of the moment at which it is made.
func TestSupport_IsOnNewSheets(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	h.ok(owner.admin().SetSupport(t.Context(), "help@example.com"))
	shown, err := s.BeginEnable(t.Context(), secret.NewText(pass))
	h.ok(err)
	issued, err := s.Confirm(t.Context(), secret.NewText(h.phoneOf(shown).code()))
	h.ok(err)
	if issued.Support != "help@example.com" {
		t.Errorf("one's own: %q", issued.Support)
	}
	h.ok(s.Continue(t.Context()))
	a, err := s.Admin(t.Context())
	h.ok(err)
	member := h.one(person{role: store.RoleMember, on: true})
	owner.phone = h.phoneOf(shown)
	h.clock.step(time.Minute)
	run, err := a.BeginRun(t.Context(), service.RunRequest{Members: []string{member.id}, Reason: "r", Kind: store.RunPrint}, owner.proof())
	h.ok(err)
	h.ok(run.Issue(t.Context(), nil, func(sheet client.RunSheet) error {
		if sheet.Support != "help@example.com" {
			t.Errorf("of a run: %q", sheet.Support)
		}
		return nil
	}))
}
