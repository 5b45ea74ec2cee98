package workspace_test

import (
	"context"
	"testing"

	"countersign/backend/client"
	"countersign/backend/service"
	"countersign/backend/store"
)

func TestResetPassword_WhoHasJoinedInBetweenGetsAReset(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	steps := h.onSteps()
	p, invitation := h.invited(owner.admin())
	a := owner.admin()
	var given client.GivenOut
	h.ok(h.amid(steps, 3, func() { h.ok(third(p.redeem(invitation))) }, func() (err error) {
		given, err = a.ResetPassword(t.Context(), p.id, "", owner.proof())
		return err
	}))
	if given.Kind != store.OneTimeReset {
		t.Errorf("it is %s", given.Kind)
	}
	p.pass = "kettle drum marzipan 7"
	h.ok(third(p.redeem(given)))
	p.signIn()
}

func TestReset2FA_WhatAnotherFinishedIsNotToldTwice(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	steps := h.onSteps()
	member := h.membersWith2FA(1)[0]
	a := owner.admin()
	head := h.head()
	h.ok(h.amid(steps, 4, func() { h.ok(h.w.Recover(context.WithoutCancel(t.Context()))) }, func() error {
		return a.Reset2FA(t.Context(), member.id, "", owner.proof())
	}))
	if n := h.kinds(head, "secret-deleted"); n != 1 || h.items() != 0 {
		t.Errorf("%d events, %d items", n, h.items())
	}
}

// What was on its way ends with the phone: another phone, and codes that were shown.
func TestReset2FA_EndsWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(s *client.Session, p *user) error{
		"another phone": func(s *client.Session, p *user) error { return second(s.BeginChangePhone(t.Context(), 0, p.proof())) },
		"new codes":     func(s *client.Session, p *user) error { return second(s.BeginNewCodes(t.Context(), p.proof())) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			member := h.one(person{role: store.RoleMember, on: true})
			h.ok(begin(member.signIn(), member))
			h.ok(owner.admin().Reset2FA(t.Context(), member.id, "", owner.proof()))
			if h.items() != 0 || h.intents() != 0 || h.pending() != 0 {
				t.Errorf("%d items, %d intents and %d pending sets are left", h.items(), h.intents(), h.pending())
			}
		})
	}
}

// A row that does not go has not gone: neither a phone nor a code that was used.
func TestMembers_RowThatDoesNotGoIsNotTakenForGone(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	member := h.one(person{role: store.RoleMember, on: true})
	a := owner.admin()
	h.hinder("IGNORE", "DELETE ON factors")
	h.refused(a.Reset2FA(t.Context(), member.id, "", owner.proof()), service.CodeTwoFactorOff)
	member.challenge()

	c := hand(t, store.OneTimeHelp, store.RoleAdmin, store.RoleMember)
	c.hinder("IGNORE", "DELETE ON one_time_codes")
	c.refused(c.use(), service.CodeOneTimeUsed)
}
