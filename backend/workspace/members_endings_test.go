package workspace_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// handed is a one-time code in the hands of the person it was given out for.
type handed struct {
	*fixture
	owner, issuer, to *user
	given             client.GivenOut
}

// use takes the code as far as it alone leads: past the wrong answers.
func (c *handed) use() error {
	c.Helper()
	if c.given.Kind == store.OneTimeHelp {
		_, err := c.to.challenge().UseHelpCode(c.Context(), secret.NewText(c.given.Code.Display()))
		return err
	}
	_, _, err := c.to.redeem(c.given)
	return err
}

// hand is a fixture in which an admin, or an owner where only one may, has given out
// a code of a kind to a user with a role.
func hand(t *testing.T, kind store.OneTimeKind, by, to store.Role) *handed {
	t.Helper()
	h, owner := alone(t)
	c := &handed{fixture: h, owner: owner, issuer: h.one(person{role: by})}
	a := c.issuer.admin()
	var err error
	switch kind {
	case store.OneTimeInvitation:
		c.to, _ = h.invited(owner.admin())
		if to != store.RoleMember {
			h.ok(owner.admin().SetRole(t.Context(), c.to.id, to, owner.proof()))
		}
		c.given, err = a.ResetPassword(t.Context(), c.to.id, "", c.issuer.proof())
	case store.OneTimeReset:
		c.to = h.one(person{role: to})
		c.given, err = a.ResetPassword(t.Context(), c.to.id, "", c.issuer.proof())
	default:
		c.to = h.one(person{role: to, on: true})
		c.given, err = a.HelpCode(t.Context(), c.to.id, "", c.issuer.proof())
	}
	h.ok(err)
	if c.given.Kind != kind {
		t.Fatalf("given out: %s", c.given.Kind)
	}
	return c
}

var codeKinds = []store.OneTimeKind{store.OneTimeInvitation, store.OneTimeReset, store.OneTimeHelp}

// of names the kinds that a change can meet, where it is not all of them: who was
// invited has not come yet, and a help code stands in for a phone.
var of = map[string][]store.OneTimeKind{
	"SuspendedAndResumed": {store.OneTimeReset, store.OneTimeHelp},
	"NewEmail":            {store.OneTimeReset, store.OneTimeHelp},
	"NewPassword":         {store.OneTimeReset},
	"NewPhone":            {store.OneTimeHelp},
	"PhoneOffAndOn":       {store.OneTimeHelp},
}

func TestOneTimeCode_EndsWithAChangeOfItsSubject(t *testing.T) {
	t.Parallel()
	changes := map[string]struct {
		from   store.Role
		change func(c *handed) error
	}{
		"Promoted": {store.RoleMember, func(c *handed) error {
			return c.owner.admin().SetRole(c.Context(), c.to.id, store.RoleOwner, c.owner.proof())
		}},
		"ThereAndBack": {store.RoleMember, func(c *handed) error {
			a := c.owner.admin()
			c.ok(a.SetRole(c.Context(), c.to.id, store.RoleAdmin, c.owner.proof()))
			return a.SetRole(c.Context(), c.to.id, store.RoleMember, c.owner.proof())
		}},
		"Demoted": {store.RoleAdmin, func(c *handed) error {
			return c.owner.admin().SetRole(c.Context(), c.to.id, store.RoleMember, c.owner.proof())
		}},
		"SuspendedAndResumed": {store.RoleMember, func(c *handed) error {
			a := c.owner.admin()
			c.ok(a.Suspend(c.Context(), c.to.id))
			return a.Resume(c.Context(), c.to.id)
		}},
		"NewEmail": {store.RoleMember, func(c *handed) error {
			s := c.to.signIn()
			c.to.email = "new.address@example.com"
			return s.ChangeEmail(c.Context(), c.to.email, c.to.proof())
		}},
		"NewPassword": {store.RoleMember, func(c *handed) error {
			s, next := c.to.signIn(), "kettle drum marzipan 7"
			err := s.ChangePassword(c.Context(), secret.NewText(c.to.pass), secret.NewText(next), client.FactorInput{})
			c.to.pass = next
			return err
		}},
		"NewPhone": {store.RoleMember, func(c *handed) error {
			s := c.to.signIn()
			shown, err := s.BeginChangePhone(c.Context(), 0, c.to.proof())
			c.ok(err)
			c.to.phone = c.phoneOf(shown)
			_, err = s.Confirm(c.Context(), secret.NewText(c.to.newCode()))
			return err
		}},
		"PhoneOffAndOn": {store.RoleMember, func(c *handed) error {
			s := c.to.signIn()
			c.ok(s.Disable(c.Context(), client.FactorInput{Kind: service.FactorCode, Value: secret.NewText(c.to.newCode())}))
			c.to.phone, _ = c.enable(s)
			return nil
		}},
	}
	for name, change := range changes {
		for _, kind := range codeKinds {
			if only := of[name]; len(only) > 0 && !slices.Contains(only, kind) {
				continue
			}
			t.Run(name+" "+string(kind), func(t *testing.T) {
				t.Parallel()
				c := hand(t, kind, store.RoleOwner, change.from)
				c.ok(change.change(c))
				before := c.profile(c.to.id).Password.PublicKey
				c.refused(c.use(), service.CodeOneTimeEnded)
				if string(c.profile(c.to.id).Password.PublicKey) != string(before) {
					t.Error("it has set a password")
				}
				m, err := c.owner.admin().Member(t.Context(), c.to.id)
				c.ok(err)
				if !m.InvitedUntil.IsZero() {
					t.Errorf("it is told to be open until %v", m.InvitedUntil)
				}
				if kind == store.OneTimeHelp {
					return
				}
				if c.given, err = c.owner.admin().ResetPassword(t.Context(), c.to.id, "", c.owner.proof()); err != nil {
					t.Fatalf("no new one can be given out: %v", err)
				}
				c.ok(c.use())
			})
		}
	}
}

func TestOneTimeCode_EndsWithWhatItsIssuerMay(t *testing.T) {
	t.Parallel()
	for name, fall := range map[string]func(c *handed) error{
		"Demoted": func(c *handed) error {
			return c.owner.admin().SetRole(c.Context(), c.issuer.id, store.RoleMember, c.owner.proof())
		},
		"DemotedAndPromoted": func(c *handed) error {
			a := c.owner.admin()
			c.ok(a.SetRole(c.Context(), c.issuer.id, store.RoleMember, c.owner.proof()))
			return a.SetRole(c.Context(), c.issuer.id, store.RoleAdmin, c.owner.proof())
		},
		"Suspended": func(c *handed) error { return c.owner.admin().Suspend(c.Context(), c.issuer.id) },
		"SuspendedAndResumed": func(c *handed) error {
			a := c.owner.admin()
			c.ok(a.Suspend(c.Context(), c.issuer.id))
			return a.Resume(c.Context(), c.issuer.id)
		},
		"Removed": func(c *handed) error { return c.owner.admin().Remove(c.Context(), c.issuer.id, c.owner.proof()) },
	} {
		for _, kind := range codeKinds {
			t.Run(name+" "+string(kind), func(t *testing.T) {
				t.Parallel()
				c := hand(t, kind, store.RoleAdmin, store.RoleMember)
				c.ok(fall(c))
				m, err := c.owner.admin().Member(t.Context(), c.to.id)
				c.ok(err)
				if !m.InvitedUntil.IsZero() {
					t.Errorf("it is told to be open until %v", m.InvitedUntil)
				}
				c.refused(c.use(), service.CodeOneTimeEnded)
				c.restart()
			})
		}
	}
}

func TestOneTimeCode_OutlivesADemotionThatStillAllowsIt(t *testing.T) {
	t.Parallel()
	for _, kind := range codeKinds {
		for _, to := range []store.Role{store.RoleMember, store.RoleAdmin} {
			t.Run(string(kind)+" "+string(to), func(t *testing.T) {
				t.Parallel()
				c := hand(t, kind, store.RoleOwner, to)
				c.ok(c.owner.admin().SetRole(t.Context(), c.issuer.id, store.RoleAdmin, c.owner.proof()))
				if kind == store.OneTimeHelp || to == store.RoleMember {
					c.ok(c.use()) // an admin may give this one, too
				} else {
					c.refused(c.use(), service.CodeOneTimeEnded)
				}
			})
		}
	}
}

// TestOneTimeCode_IsLookedAtAgainWhenItIsUsed changes the rows behind the back of
// what ends codes, so that only the look at redemption is left.
func TestOneTimeCode_IsLookedAtAgainWhenItIsUsed(t *testing.T) {
	t.Parallel()
	for name, alter := range map[string]func(c *handed, issuer, to *store.Profile){
		"SubjectPromoted":  func(_ *handed, _, to *store.Profile) { to.Role = store.RoleOwner },
		"IssuerDemoted":    func(_ *handed, issuer, _ *store.Profile) { issuer.Role = store.RoleMember },
		"IssuerSuspended":  func(_ *handed, issuer, _ *store.Profile) { issuer.State = store.ProfileSuspended },
		"IssuerRemoved":    func(_ *handed, issuer, _ *store.Profile) { issuer.State = store.ProfileRemoved },
		"SubjectSuspended": func(_ *handed, _, to *store.Profile) { to.State = store.ProfileSuspended },
	} {
		for _, kind := range []store.OneTimeKind{store.OneTimeInvitation, store.OneTimeReset} {
			t.Run(name+" "+string(kind), func(t *testing.T) {
				t.Parallel()
				c := hand(t, kind, store.RoleAdmin, store.RoleMember)
				c.ok(c.store.Update(t.Context(), func(tx store.WriteTx) error {
					issuer, err := tx.Profile(c.issuer.id)
					c.ok(err)
					to, err := tx.Profile(c.to.id)
					c.ok(err)
					alter(c, &issuer, &to)
					c.ok(tx.UpdateProfile(issuer))
					return tx.UpdateProfile(to)
				}))
				c.refused(c.use(), service.CodeOneTimeEnded)
				c.refused(c.use(), service.CodeOneTimeEnded) // and is not used up by that
			})
		}
	}
}

func TestOneTimeCode_ThatHasEndedRevealsNothingMore(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	admin := h.one(person{role: store.RoleAdmin})
	p := h.one(person{role: store.RoleMember, on: true})
	given, err := admin.admin().ResetPassword(t.Context(), p.id, "", admin.proof())
	h.ok(err)
	help, err := admin.admin().HelpCode(t.Context(), p.id, "", admin.proof())
	h.ok(err)
	chosen := *p
	chosen.pass = "granite lagoon whisper 47"
	_, byReset, err := chosen.redeem(given)
	h.ok(err)
	_, again, err := chosen.redeem(given)
	h.ok(err)
	h.ok(owner.admin().SetRole(t.Context(), p.id, store.RoleOwner, owner.proof()))

	// The second factor is not looked at, right or wrong: neither is told nor counted.
	before := h.failures(p.id, store.KindCode)
	_, err = byReset.Verify(t.Context(), secret.NewText(p.phone.wrong()))
	h.refused(err, service.CodeOneTimeEnded)
	_, err = byReset.Verify(t.Context(), secret.NewText(p.newCode()))
	h.refused(err, service.CodeChallengeEnded) // it is over with that
	_, err = again.Recover(t.Context(), secret.NewText(noCode))
	h.refused(err, service.CodeOneTimeEnded)
	if n := h.failures(p.id, store.KindCode); n != before {
		t.Errorf("%d guesses are counted", n-before)
	}

	// Who has another code learns what anybody learns.
	_, _, err = h.w.Redeem(t.Context(), p.email, secret.NewText(noCode), secret.NewText(chosen.pass))
	known := h.refused(err, service.CodeInvitationWrong)
	_, _, err = h.w.Redeem(t.Context(), "nobody@example.com", secret.NewText(noCode), secret.NewText(chosen.pass))
	unknown := h.refused(err, service.CodeInvitationWrong)
	if message(known) != message(unknown) {
		t.Errorf("%q, and %q", message(known), message(unknown))
	}
	_, err = p.challenge().UseHelpCode(t.Context(), secret.NewText(noCode))
	h.refused(err, service.CodeHelpWrong)
	_, err = p.challenge().UseHelpCode(t.Context(), secret.NewText(help.Code.Display()))
	h.refused(err, service.CodeOneTimeEnded)

	p.signIn() // with the password that nobody has changed
	_, _, err = h.w.SignIn(t.Context(), p.email, secret.NewText(chosen.pass))
	h.refused(err, service.CodeCredentialsWrong)
}

func TestOneTimeCode_ThatHasEndedOpensNoContracts(t *testing.T) {
	t.Parallel()
	c := hand(t, store.OneTimeReset, store.RoleAdmin, store.RoleMember)
	holders := func() (n int) {
		c.ok(c.store.View(context.WithoutCancel(t.Context()), func(tx store.ReadTx) error {
			return eachRow(tx, func(k store.Key, _ any) error {
				if k.Table == "vaultkey" && k.ID == "password-reset/"+c.to.id {
					n++
				}
				return nil
			})
		}))
		return n
	}
	if holders() != 1 {
		t.Fatal("a reset comes with no key pair")
	}
	c.ok(c.owner.admin().SetRole(t.Context(), c.to.id, store.RoleOwner, c.owner.proof()))
	if holders() != 0 {
		t.Error("its key pair still holds the vault's keys")
	}
	c.clock.step(time.Minute)
	c.restart()
}
