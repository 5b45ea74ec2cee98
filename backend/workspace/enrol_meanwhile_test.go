package workspace_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/workspace"
)

// What happens between the last look of an act and its commit: in another window, by
// another admin, or in the file.

// take gives a profile the factor of another, as no act does.
func (h *fixture) take(from, to *user) {
	h.Helper()
	f := h.factor(from)
	h.ok(workspace.Change(inner(h.w), context.WithoutCancel(h.Context()), func(tx store.WriteTx) error {
		_, err := tx.DeleteFactor(from.id)
		f.ProfileID = to.id
		return errors.Join(err, tx.InsertFactor(f))
	}))
}

// lose takes the factor from a profile, as no act does.
func (h *fixture) lose(p *user) {
	h.Helper()
	h.sneak("DELETE FROM factors WHERE profile_id = '" + p.id + "'")
}

func TestEnable_FactorThatCameMeanwhileIsNotReplaced(t *testing.T) {
	t.Parallel()
	for name, late := range map[string]int{"before the key": 0, "before the codes": 1, "before it is on": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _ := alone(t)
			steps := h.onSteps()
			all := h.people(person{role: store.RoleMember}, person{role: store.RoleMember, on: true})
			member, donor := all[0], all[1]
			s := member.signIn()
			came := func() { h.take(donor, member) }
			if late == 0 {
				steps.before(3, came) // the guess, the step-up, the key
			}
			shown, err := s.BeginEnable(t.Context(), secret.NewText(member.pass))
			if late > 0 {
				h.ok(err)
				if late == 1 {
					came()
				}
				_, err = s.Confirm(t.Context(), secret.NewText(h.phoneOf(shown).code()))
			}
			if late > 1 {
				h.ok(err)
				steps.before(1, came)
				err = s.Continue(t.Context())
			}
			h.refused(err, service.CodeTwoFactorOn)
			member.phone = donor.phone
			member.signIn() // with the phone that is there
		})
	}
}

func TestChangePhone_FactorThatWentMeanwhileIsNotMadeAnew(t *testing.T) {
	t.Parallel()
	for name, late := range map[string]bool{"before the key": false, "before the swap": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _ := alone(t)
			steps := h.onSteps()
			member := h.one(person{role: store.RoleMember, on: true})
			s := member.signIn()
			proof := member.proof()
			if !late {
				steps.before(4, func() { h.lose(member) }) // password, code, step-up, key
			}
			shown, err := s.BeginChangePhone(t.Context(), 0, proof)
			if late {
				h.ok(err)
				steps.before(2, func() { h.lose(member) }) // the guess, the swap
				_, err = s.Confirm(t.Context(), secret.NewText(h.phoneOf(shown).code()))
			}
			h.refused(err, service.CodeTwoFactorOff)
			if _, c, err := h.w.SignIn(t.Context(), member.email, secret.NewText(member.pass)); err != nil || c != nil {
				t.Errorf("a second factor is asked for: %v", err)
			}
		})
	}
}

func TestHelpCode_FactorThatWentShowsNoCodes(t *testing.T) {
	t.Parallel()
	l := lostBoth(t)
	g, err := l.user.challenge().UseHelpCode(t.Context(), secret.NewText(l.help.Code.Display()))
	l.ok(err)
	shown, err := g.Begin(t.Context())
	l.ok(err)
	l.lose(l.user)
	issued, err := g.Confirm(t.Context(), secret.NewText(l.phoneOf(shown).code()))
	l.refused(err, service.CodeTwoFactorOff)
	if issued != nil {
		t.Error("there are codes")
	}
}

func TestEnable_AnotherWindowsBeginEndsThisOne(t *testing.T) {
	t.Parallel()
	for name, ends := range map[string]func(h *fixture, s, other *client.Session, steps *stepStore, p phone) error{
		"before the codes": func(h *fixture, s, other *client.Session, steps *stepStore, p phone) error {
			steps.before(3, func() { h.ok(second(other.BeginEnable(h.Context(), secret.NewText(pass)))) }) // the guess, the codes, the step
			return second(s.Confirm(h.Context(), secret.NewText(p.code())))
		},
		"before it is on": func(h *fixture, s, other *client.Session, steps *stepStore, p phone) error {
			h.ok(second(s.Confirm(h.Context(), secret.NewText(p.code()))))
			steps.before(1, func() { h.ok(second(other.BeginEnable(h.Context(), secret.NewText(pass)))) })
			err := s.Continue(h.Context())
			for _, again := range []error{second(s.ShowingKey(t.Context())), second(s.Showing(t.Context()))} {
				if !service.IsCode(again, service.CodeEnrolmentEnded) {
					h.Errorf("what has ended is still shown: %v", again)
				}
			}
			return err
		},
		"and is cancelled": func(h *fixture, s, other *client.Session, _ *stepStore, p phone) error {
			h.ok(second(s.Confirm(h.Context(), secret.NewText(p.code()))))
			h.ok(second(other.BeginEnable(h.Context(), secret.NewText(pass))))
			h.ok(other.CancelEnrolment(h.Context()))
			return s.Continue(h.Context())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			steps := h.onSteps()
			s, other := owner.signIn(), owner.signIn()
			shown, err := s.BeginEnable(t.Context(), secret.NewText(pass))
			h.ok(err)
			h.refused(ends(h, s, other, steps, h.phoneOf(shown)), service.CodeEnrolmentEnded)
			h.ok(other.CancelEnrolment(t.Context()))
			if h.status(s).On || h.items() != 0 || h.intents() != 0 {
				t.Errorf("on: %t, with %d items and %d intents", h.status(s).On, h.items(), h.intents())
			}
		})
	}
}

func TestChangePhone_AnotherWindowsBeginEndsThisOne(t *testing.T) {
	t.Parallel()
	h, _ := alone(t)
	steps := h.onSteps()
	member := h.one(person{role: store.RoleMember, on: true})
	s, other := member.signIn(), member.signIn()
	shown, err := s.BeginChangePhone(t.Context(), 0, member.proof())
	h.ok(err)
	lost := h.phoneOf(shown)
	proof := member.proof()
	steps.before(2, func() { h.ok(second(other.BeginChangePhone(t.Context(), 0, proof))) }) // the guess, the swap
	_, err = s.Confirm(t.Context(), secret.NewText(lost.code()))
	h.refused(err, service.CodeEnrolmentEnded)
	h.ok(other.CancelEnrolment(t.Context()))
	member.signIn() // with the phone that was there before
	if h.items() != 1 {
		t.Errorf("%d items", h.items())
	}
}

func TestDisable_FactorThatWentMeanwhileIsNoneToTurnOff(t *testing.T) {
	t.Parallel()
	h, _ := alone(t)
	steps := h.onSteps()
	member := h.one(person{role: store.RoleMember, on: true})
	s := member.signIn()
	steps.before(2, func() { h.lose(member) }) // the guess, the act
	h.refused(s.Disable(t.Context(), byCode(member.newCode())), service.CodeTwoFactorOff)
}

func TestDisable_PolicyThatComesMeanwhileCounts(t *testing.T) {
	t.Parallel()
	h, keeper, _ := guarded(t)
	steps := h.onSteps()
	all := h.people(person{role: store.RoleOwner, on: true}, person{role: store.RoleMember, on: true})
	member := all[1]
	a := keeper.admin()
	s := member.signIn()
	steps.before(2, func() { h.ok(a.Require2FA(t.Context(), h.clock.now(), "", keeper.proof())) }) // the guess, the act
	h.refused(s.Disable(t.Context(), byCode(member.newCode())), service.CodeRequiredByWorkspace)
	if !h.status(s).On {
		t.Error("2FA is off")
	}
}

// A code is good for the phone that it was looked at with, and for no other.
func TestCode_OfAPhoneThatChangedMeanwhileIsNotTaken(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{
		"another phone": "UPDATE apps SET generation = generation + 1 WHERE profile_id = '%s'",
		"none":          "DELETE FROM factors WHERE profile_id = '%s'",
	} {
		for use, c := range map[string]struct {
			n  int
			do func(h *fixture, p *user) func() error
		}{
			"at the door": {2, func(h *fixture, p *user) func() error { // the guess, the session
				c := p.challenge()
				return func() error { return second(c.Verify(h.Context(), secret.NewText(p.newCode()))) }
			}},
			"at a step-up": {3, func(h *fixture, p *user) func() error { // password, code, step-up
				a := p.admin()
				return func() error { return a.Prove(h.Context(), service.EachTime, p.proof()) }
			}},
		} {
			t.Run(use+" "+name, func(t *testing.T) {
				t.Parallel()
				h, _ := alone(t)
				steps := h.onSteps()
				admin := h.one(person{role: store.RoleAdmin, on: true})
				do := c.do(h, admin)
				steps.before(c.n, func() { h.sneak(fmt.Sprintf(change, admin.id)) })
				h.refused(do(), service.CodeChallengeEnded)
			})
		}
	}
}

// A window whose enrolment was ended by another takes nothing of that one's.
func TestConfirm_OfAnEnrolmentThatEndedLeavesTheOthersCodes(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	first, second := owner.signIn(), owner.signIn()
	ended, err := first.BeginEnable(t.Context(), secret.NewText(owner.pass))
	h.ok(err)
	shown, err := second.BeginEnable(t.Context(), secret.NewText(owner.pass))
	h.ok(err)
	_, err = second.Confirm(t.Context(), secret.NewText(h.phoneOf(shown).code()))
	h.ok(err)
	head := h.head()
	_, err = first.Confirm(t.Context(), secret.NewText(h.phoneOf(ended).code()))
	h.refused(err, service.CodeEnrolmentEnded)
	if h.kinds(head, "recovery-codes-shown") > 0 {
		t.Errorf("codes were made: %v", h.eventsAfter(head))
	}
	h.ok(second.Continue(t.Context()))
}

// A server's instance that came no further than to mark the enrolment of a session that ends leaves the rest to the next, which has the same session.
func TestEnd_WhatWasMarkedByAnotherIsUndoneToItsEnd(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.ok(second(s.BeginEnable(t.Context(), secret.NewText(pass))))
	at := inner(h.w).Served()
	saved, err := at.Save(service.Value{Session: s.Session})
	h.ok(err)
	h.secrets.fail(nil, nil, store.ErrKeychainLocked)
	h.refused(s.End(t.Context()), service.CodeKeychainLocked)
	h.secrets.fail(nil, nil, nil)
	if n := h.intents(); n != 1 {
		t.Fatalf("%d are left", n)
	}
	again, err := at.Resume(t.Context(), saved, nil)
	h.ok(err)
	h.ok(again.Session.End(t.Context()))
	if n, items := h.intents(), h.items(); n != 0 || items != 0 {
		t.Errorf("%d are left, and %d items", n, items)
	}
}
