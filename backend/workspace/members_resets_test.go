package workspace_test

import (
	"context"
	"testing"

	"countersign/backend/workspace"
)

func TestResetPassword_WhoHasJoinedInBetweenGetsAReset(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	steps := h.onSteps()
	p, invitation := h.invited(owner.admin())
	a := owner.admin()
	var given workspace.GivenOut
	h.ok(h.amid(steps, 3, func() { h.ok(third(p.redeem(invitation))) }, func() (err error) {
		given, err = a.ResetPassword(t.Context(), p.id, "", owner.proof())
		return err
	}))
	if given.Kind != workspace.OneTimeReset {
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
