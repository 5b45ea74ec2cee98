package workspace_test

import (
	"context"
	"testing"

	"countersign/backend/secret"
	"countersign/backend/vault"
	"countersign/backend/workspace"
)

// amid has something happen before the nth commit of an act.
func (h *house) amid(steps *stepStore, n int, happen func(), act func() error) error {
	h.Helper()
	happened := false
	steps.before(n, func() {
		happened = true
		happen()
	})
	err := act()
	if steps.stop(); !happened {
		h.Fatalf("there is no commit %d: %v", n, err)
	}
	return err
}

// alter changes a profile, as another program would that holds the folder, too.
func (h *house) alter(id string, how func(*workspace.Profile)) {
	h.Helper()
	h.ok(workspace.Change(h.w, context.WithoutCancel(h.Context()), func(tx workspace.WriteTx) error {
		p, err := tx.Profile(id)
		if err != nil {
			return err
		}
		how(&p)
		return tx.UpdateProfile(p)
	}))
}

// alterInfo changes the workspace itself likewise.
func (h *house) alterInfo(how func(*workspace.Info)) {
	h.Helper()
	h.ok(workspace.Change(h.w, context.WithoutCancel(h.Context()), func(tx workspace.WriteTx) error {
		i, err := tx.Info()
		if err != nil {
			return err
		}
		how(&i)
		return tx.UpdateInfo(i)
	}))
}

// alterKey changes a holder's row likewise, or deletes it.
func (h *house) alterKey(holder string, how func(*workspace.VaultKey) (keep bool)) {
	h.Helper()
	h.ok(workspace.Change(h.w, context.WithoutCancel(h.Context()), func(tx workspace.WriteTx) error {
		k, err := tx.VaultKey(holder)
		if err != nil {
			return err
		}
		if !how(&k) {
			return tx.DeleteVaultKey(holder)
		}
		return tx.SaveVaultKey(k)
	}))
}

func outOfIt(p *workspace.Profile) { p.State, p.Epoch = workspace.ProfileSuspended, p.Epoch+1 }

// kinds counts the events of a kind after an event.
func (h *house) kinds(after int64, kind string) (n int) {
	h.Helper()
	for _, e := range h.eventsAfter(after) {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

func TestGiveWaiting_LooksAgainBeforeItGivesTheKey(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		happen func(h *house, owner, first *somebody)
		given  int // to how many, after all
		times  int
	}{
		"nothing":                   {func(*house, *somebody, *somebody) {}, 2, 1},
		"the vault has another key": {func(h *house, _, _ *somebody) { h.alterInfo(func(i *workspace.Info) { i.VaultCheck = "00ff" }) }, 0, 0},
		"who gives was suspended":   {func(h *house, owner, _ *somebody) { h.alter(owner.id, outOfIt) }, 0, 0},
		"another has given it":      {func(_ *house, owner, _ *somebody) { owner.signIn() }, 2, 1},
		"one of two is gone": {func(h *house, _, first *somebody) {
			h.alterKey("profile/"+first.id, func(*workspace.VaultKey) bool { return false })
		}, 1, 1},
		"both have another key pair": {func(h *house, _, first *somebody) {
			h.ok(workspace.Change(h.w, context.WithoutCancel(h.Context()), func(tx workspace.WriteTx) error {
				waiting, err := tx.VaultKeysBehind(1)
				if err != nil {
					return err
				}
				for _, k := range waiting {
					own, err := vault.NewIdentity()
					if err != nil {
						return err
					}
					k.Recipient = own.Recipient()
					if err := tx.SaveVaultKey(k); err != nil {
						return err
					}
				}
				return nil
			}))
		}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			steps := h.onSteps()
			h.add(owner.signIn(), paper("lease", "Lease of the mill"))
			members := h.people(person{role: workspace.RoleMember}, person{role: workspace.RoleMember})
			for _, m := range members {
				m.signIn()
			}
			head := h.head()
			h.ok(h.amid(steps, 3, func() { c.happen(h, owner, members[0]) }, func() error {
				_, _, err := h.w.SignIn(t.Context(), owner.email, secret.NewText(owner.pass))
				return err
			}))
			given := 0
			h.ok(h.store.View(t.Context(), func(tx workspace.ReadTx) error {
				for _, m := range members {
					if k, err := tx.VaultKey("profile/" + m.id); err == nil && k.Generation > 0 {
						given++
					}
				}
				return nil
			}))
			if n := h.kinds(head, "vault-keys-given"); n != c.times || given != c.given {
				t.Errorf("given to %d, %d times", given, n)
			}
		})
	}
}

func TestRedeem_KeyPairThatIsNotTheCodesIsNotTaken(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		happen func(h *house, holder string)
		waits  bool
	}{
		"nothing": {func(*house, string) {}, false},
		"another recipient": {func(h *house, holder string) {
			mine, err := vault.NewIdentity()
			h.ok(err)
			h.alterKey(holder, func(k *workspace.VaultKey) bool { k.Recipient = mine.Recipient(); return true })
		}, true},
		"it is gone": {func(h *house, holder string) { h.alterKey(holder, func(*workspace.VaultKey) bool { return false }) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			steps := h.onSteps()
			h.add(owner.signIn(), paper("lease", "Lease of the mill"))
			p, given := h.invited(owner.admin())
			var s *workspace.Session
			h.ok(h.amid(steps, 2, func() { c.happen(h, "invitation/"+p.id) }, func() (err error) {
				s, _, err = p.redeem(given)
				return err
			}))
			if _, err := s.Documents(t.Context()); c.waits != workspace.IsCode(err, workspace.CodeVaultWaiting) || !c.waits && err != nil {
				t.Errorf("at first: %v", err)
			}
			owner.signIn() // gives the key to who waits
			if h.contracts(s) != "lease" || h.contracts(p.signIn()) != "lease" {
				t.Error("the member does not read the contract")
			}
		})
	}
}

func TestVault_WhoHasNoKeyGivesNoneAndGoesOn(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.add(owner.signIn(), paper("lease", "Lease of the mill"))
	admin := h.one(person{role: workspace.RoleAdmin})
	p, given := h.invited(admin.admin()) // who waits for the key
	s, _, err := p.redeem(given)
	h.ok(err)
	_, err = s.Documents(t.Context())
	h.refused(err, workspace.CodeVaultWaiting)
	owner.signIn()
	if h.contracts(s) != "lease" {
		t.Error("the member does not read the contract")
	}
	h.sneak("UPDATE vault_keys SET wrapped = x'00' WHERE holder = 'profile/" + admin.id + "'")
	p, given = h.invited(admin.admin()) // who cannot unwrap their own
	_, _, err = p.redeem(given)
	h.ok(err)
}

func TestChangePassword_KeyPairThatDoesNotFitIsMadeAnew(t *testing.T) {
	t.Parallel()
	mine, err := vault.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		sql   string
		again bool // sign in after it
	}{
		"nothing happened":       {"", false},
		"the row is gone":        {"DELETE FROM vault_keys WHERE holder = ", false},
		"another recipient":      {"UPDATE vault_keys SET recipient = '" + mine.Recipient() + "' WHERE holder = ", false},
		"it cannot be unwrapped": {"UPDATE vault_keys SET wrapped = x'00' WHERE holder = ", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			h.add(owner.signIn(), paper("lease", "Lease of the mill"))
			member := h.one(person{role: workspace.RoleMember})
			member.signIn()
			owner.signIn()
			s := member.signIn()
			if c.sql != "" {
				h.sneak(c.sql + "'profile/" + member.id + "'")
			}
			if c.again {
				s = member.signIn()
			}
			h.ok(s.ChangePassword(t.Context(), secret.NewText(member.pass), secret.NewText(longerPass), workspace.FactorInput{}))
			member.pass = longerPass
			owner.signIn()
			if h.contracts(s) != "lease" || h.contracts(member.signIn()) != "lease" {
				t.Error("the member does not read the contract")
			}
		})
	}
}

func TestSignIn_TwoFactorThatCameInBetweenEndsIt(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	steps := h.onSteps()
	err := h.amid(steps, 2, func() {
		h.ok(workspace.Change(h.w, context.WithoutCancel(t.Context()), func(tx workspace.WriteTx) error {
			return tx.InsertFactor(workspace.Factor{ProfileID: owner.id, Generation: 1, Item: "x/totp/1", Since: h.clock.now(), PhoneSince: h.clock.now()})
		}))
	}, func() error {
		s, c, err := h.w.SignIn(t.Context(), owner.email, secret.NewText(owner.pass))
		if s != nil || c != nil {
			t.Error("the password alone leads on")
		}
		return err
	})
	h.refused(err, workspace.CodeChallengeEnded)
}

func TestRedeem_CodeThatWasReplacedInBetweenIsUsed(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	steps := h.onSteps()
	member := h.one(person{role: workspace.RoleMember})
	a := owner.admin()
	given, err := a.ResetPassword(t.Context(), member.id, "", owner.proof())
	h.ok(err)
	member.pass = longerPass
	var again workspace.GivenOut
	err = h.amid(steps, 2, func() {
		var err error
		again, err = a.ResetPassword(context.WithoutCancel(t.Context()), member.id, "", owner.proof())
		h.ok(err)
	}, func() error { return third(member.redeem(given)) })
	h.refused(err, workspace.CodeOneTimeUsed)
	h.ok(third(member.redeem(again)))
}

func third[A, B, C any](_ A, _ B, c C) C { return c }

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

func TestSetRole_LooksAgainAtWhomItIsAbout(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	steps := h.onSteps()
	member := h.one(person{role: workspace.RoleMember})
	other := h.one(person{role: workspace.RoleOwner})
	a := owner.admin()
	set := func(id string, role workspace.Role) func() error {
		return func() error { return a.SetRole(t.Context(), id, role, owner.proof()) }
	}
	err := h.amid(steps, 3, func() { h.alter(other.id, outOfIt) }, set(owner.id, workspace.RoleMember))
	h.refused(err, workspace.CodeLastOwner)
	if r := h.profile(owner.id).Role; r != workspace.RoleOwner {
		t.Errorf("the last owner is a %s", r)
	}
	err = h.amid(steps, 1, func() { // the proof waits since the refusal
		h.alter(member.id, func(p *workspace.Profile) { p.State, p.EmailKey = workspace.ProfileRemoved, "removed:"+p.ID })
	}, set(member.id, workspace.RoleAdmin))
	h.refused(err, workspace.CodeMemberGone)
	if r := h.profile(member.id).Role; r != workspace.RoleMember {
		t.Errorf("who was removed is %s", r)
	}
}

func TestDropRequirement_LooksAgainAtTheSecondPerson(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	steps := h.onSteps()
	h.alterInfo(func(i *workspace.Info) { i.Require2FA, i.RequireFrom = true, h.clock.now() })
	a := owner.admin()
	err := h.amid(steps, 5, func() { h.alterInfo(func(i *workspace.Info) { i.TwoPeople = true }) }, func() error {
		return a.DropRequirement(t.Context(), "", owner.proof())
	})
	h.refused(err, workspace.CodeApprovalNeeded)
	if p, err := a.Policy(t.Context()); err != nil || !p.Require2FA {
		t.Errorf("2FA is required: %t, %v", p.Require2FA, err)
	}
}

func TestVoidSheets_SheetThatAnotherVoidedIsNotVoidedAgain(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	steps := h.onSteps()
	member := h.membersWith2FA(1)[0]
	r := owner.printed(member)
	a, other := owner.admin(), owner.admin()
	head, n := h.head(), 0
	h.ok(h.amid(steps, 1, func() {
		n, err := other.VoidSheets(context.WithoutCancel(t.Context()), r.Plan().Number, r.order)
		if h.ok(err); n != 1 {
			t.Errorf("the other voided %d", n)
		}
	}, func() (err error) {
		n, err = a.VoidSheets(t.Context(), r.Plan().Number, r.order)
		return err
	}))
	if all := h.kinds(head, "run-sheet-voided"); n != 0 || all != 1 {
		t.Errorf("%d by this one, %d events", n, all)
	}
}

func TestBeginRotation_AnotherThatCameAndWentEndsIt(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	steps := h.onSteps()
	h.add(owner.signIn(), paper("lease", "Lease of the mill"))
	a, other := owner.admin(), owner.admin()
	err := h.amid(steps, 3, func() {
		ctx := context.WithoutCancel(t.Context())
		h.ok(other.BeginRotation(ctx, owner.proof()))
		h.ok(other.Rotate(ctx, nil))
	}, func() error { return a.BeginRotation(t.Context(), owner.proof()) })
	h.refused(err, workspace.CodeRotationRunning)
	if r, err := a.Rotation(t.Context()); err != nil || r.Running {
		t.Errorf("%+v, %v", r, err)
	}
	if got := h.read(owner.signIn(), "lease"); got != "Lease of the mill" {
		t.Errorf("read %q", got)
	}
}

func TestBeginRotation_WhoseKeyPairChangedGetsTheNewKey(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	steps := h.onSteps()
	h.add(owner.signIn(), paper("lease", "Lease of the mill"))
	member := h.one(person{role: workspace.RoleMember})
	member.signIn()
	a := owner.admin()
	given, err := a.ResetPassword(t.Context(), member.id, "", owner.proof())
	h.ok(err)
	member.pass = longerPass
	var s *workspace.Session
	h.ok(h.amid(steps, 3, func() {
		var err error
		s, _, err = member.redeem(given)
		h.ok(err)
	}, func() error { return a.BeginRotation(t.Context(), owner.proof()) }))
	h.ok(a.Rotate(t.Context(), nil))
	if h.read(s, "lease") != "Lease of the mill" || h.read(member.signIn(), "lease") != "Lease of the mill" {
		t.Error("the member reads something else")
	}
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

func TestRemove_EnrolmentUnderWayLeavesNothing(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	member := h.one(person{role: workspace.RoleMember})
	s := member.signIn()
	h.ok(second(s.BeginEnable(t.Context(), secret.NewText(member.pass))))
	h.ok(owner.admin().Remove(t.Context(), member.id, owner.proof()))
	if h.items() != 0 || h.intents() != 0 {
		t.Errorf("%d items and %d intents are left", h.items(), h.intents())
	}
	head := h.head()
	h.secrets.fail(nil, nil, workspace.ErrKeychainLocked) // nothing is asked of it
	h.ok(s.End(t.Context()))
	if h.head() != head {
		t.Errorf("its end writes %v", h.eventsAfter(head))
	}
}

func TestRecover_RunThatEndedInBetweenIsNotInterrupted(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	steps := h.onSteps()
	r := owner.beginRun(h.membersWith2FA(1)...)
	head := h.head()
	steps.before(0, nil)
	h.ok(h.w.RecoverAll(t.Context()))
	if n := steps.stop(); n != 2 || h.kinds(head, "run-interrupted") != 1 {
		t.Fatalf("%d commits, and %v", n, h.eventsAfter(head))
	}
	if res, err := r.Cancel(t.Context()); err != nil || res.State != workspace.RunInterrupted {
		t.Errorf("a run that was interrupted ends as %+v, %v", res, err)
	}
	h.refused(r.Issue(t.Context(), nil, r.take), workspace.CodeRunOver)

	r = owner.beginRun(h.membersWith2FA(1)...)
	head = h.head()
	h.ok(h.amid(steps, 1, func() { h.ok(second(r.Cancel(context.WithoutCancel(t.Context())))) }, func() error { return h.w.RecoverAll(t.Context()) }))
	if n := h.kinds(head, "run-interrupted"); n != 0 || h.kinds(head, "run-cancelled") != 1 {
		t.Errorf("%v", h.eventsAfter(head))
	}
}

func TestIssue_RunThatWasInterruptedMakesNoSheets(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	r := owner.beginRun(h.membersWith2FA(1)...)
	h.ok(h.w.RecoverAll(t.Context()))
	h.refused(r.Issue(t.Context(), nil, r.take), workspace.CodeRunOver)
	if len(r.order) > 0 {
		t.Errorf("there are sheets %v", r.order)
	}
}
