package workspace_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/computer"
	"countersign/backend/password"
	"countersign/backend/rescue"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
)

// kitOf makes an Emergency Kit as an owner.
func (p *user) kitOf() client.Kit {
	p.h.Helper()
	kit, err := p.admin().MakeKit(p.h.Context(), p.proof())
	p.h.ok(err)
	return kit
}

// useKit comes in with a kit, under an email.
func (h *fixture) useKit(kit client.Kit, email string) (*client.Session, *client.Challenge, error) {
	return h.w.UseKit(h.Context(), client.NewOwner{Name: "New Owner", Email: email, Password: secret.NewText(longerPass), Kit: kit.Identity})
}

func TestMakeKit_RotationThatBeganMeanwhileRefusesIt(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	steps := h.onSteps()
	a, other := owner.admin(), owner.admin()
	err := h.amid(steps, 3, func() {
		h.ok(other.BeginRotation(context.WithoutCancel(t.Context()), owner.proof()))
	}, func() error { return second(a.MakeKit(t.Context(), owner.proof())) })
	h.refused(err, service.CodeRotationRunning)
	if r, err := a.Rotation(t.Context()); err != nil || !r.Running {
		t.Errorf("%+v, %v", r, err)
	}
	if k, err := a.KitState(t.Context()); err != nil || !k.MadeAt.IsZero() {
		t.Errorf("%+v, %v", k, err)
	}
}

// Nothing is hashed for it, and nobody waits for the store.
func TestUseKit_WrongOneTakesNoTurnAtTheStore(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	kit := owner.kitOf()
	a := owner.admin()
	h.ok(a.BeginRotation(t.Context(), owner.proof()))
	h.ok(a.Rotate(t.Context(), nil))
	steps := h.onSteps()
	steps.before(0, nil)
	_, _, err := h.useKit(kit, otherEmail)
	if n := steps.stop(); n > 0 {
		t.Errorf("%d turns", n)
	}
	h.refused(err, service.CodeKitWrong)
}

func TestUseKit_LooksAtWhoTheNewOwnerIs(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	kit := owner.kitOf()
	head := h.head()
	for _, c := range []struct {
		in   client.NewOwner
		code service.Code
		at   string
	}{
		{client.NewOwner{Email: otherEmail, Password: secret.NewText(longerPass)}, service.CodeNameRequired, "name"},
		{client.NewOwner{Name: "N", Password: secret.NewText(longerPass)}, service.CodeEmailRequired, "email"},
		{client.NewOwner{Name: "N", Email: "nobody", Password: secret.NewText(longerPass)}, service.CodeEmailForm, "email"},
		{client.NewOwner{Name: "N", Email: otherEmail}, service.CodePasswordRequired, "password"},
		{client.NewOwner{Name: "N", Email: otherEmail, Password: secret.NewText("short")}, service.CodePasswordShort, "password"},
		{client.NewOwner{Name: "N", Email: otherEmail, Password: secret.NewText(strings.Repeat("a", 20))}, service.CodePasswordCommon, "password"},
	} {
		c.in.Kit = kit.Identity
		s, ch, err := h.w.UseKit(t.Context(), c.in)
		if e := h.refused(err, c.code); e.Field != c.at || s != nil || ch != nil || h.head() != head {
			t.Errorf("%s at %q", c.code, e.Field)
		}
	}
}

// Whoever locked the owner out has nothing left that still works.
func TestUseKit_EndsWhatWasOpenOfTheOwner(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	kit := owner.kitOf()
	other := h.one(person{role: store.RoleOwner, on: true})
	given, err := other.admin().ResetPassword(t.Context(), owner.id, "", other.proof())
	h.ok(err)
	for range 20 { // until it is paused
		if _, _, err = h.w.SignIn(t.Context(), owner.email, secret.NewText("a wrong password 1")); service.IsCode(err, service.CodeThrottled) {
			break
		}
	}
	h.refused(err, service.CodeThrottled)
	_, _, err = h.useKit(kit, owner.email)
	h.ok(err)
	_, _, err = h.w.Redeem(t.Context(), owner.email, secret.NewText(given.Code.Display()), secret.NewText("granite lagoon whisper 47"))
	h.refused(err, service.CodeInvitationWrong)
	owner.pass, owner.phone = longerPass, phone{}
	owner.signIn() // without a pause
}

func TestUseKit_TakesNothingOverThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for table, statement := range map[string]string{
		"an enrolment under way": "UPDATE intents SET created_at = 253402300800000 WHERE kind = 'change-phone' AND profile_id = ",
		"the authenticator":      "UPDATE factors SET since = 253402300800000 WHERE profile_id = ",
		"an open code":           "UPDATE one_time_codes SET issued_at = 253402300800000 WHERE profile_id = ",
		"the count of guesses":   "UPDATE attempts SET charged_at = 253402300800000 WHERE subject = ",
	} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			h, owner, _ := guarded(t)
			kit := owner.kitOf()
			other := h.one(person{role: store.RoleOwner, on: true})
			_, err := other.admin().ResetPassword(t.Context(), owner.id, "", other.proof())
			h.ok(err)
			_, err = owner.signIn().BeginChangePhone(t.Context(), 0, owner.proof())
			h.ok(err)
			_, _, err = h.w.SignIn(t.Context(), owner.email, secret.NewText("a wrong password 1"))
			h.refused(err, service.CodeCredentialsWrong)
			h.sneak(statement + "'" + owner.id + "'")
			before, head := h.profile(owner.id), h.head()
			s, c, err := h.useKit(kit, owner.email)
			h.refused(err, service.CodeNotAuthentic)
			if after := h.profile(owner.id); s != nil || c != nil || h.head() != head || after.Epoch != before.Epoch {
				t.Errorf("it was taken over: %v", h.eventsAfter(head))
			}
		})
	}
}

func TestRecovered_KitKeepsItsDateInANewWorkspace(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.add(owner.signIn(), paper("lease", "Lease of the mill"))
	kit := owner.kitOf()
	for name, c := range map[string]struct {
		from store.Store
		want func(h *fixture) time.Time
	}{
		"the database":          {h.store, func(*fixture) time.Time { return kit.MadeAt }},
		"the table of contents": {nil, func(h *fixture) time.Time { return h.clock.now() }}, // which does not say when
	} {
		r, err := rescue.Read(t.Context(), c.from, h.files, kit.Identity)
		h.ok(err)
		fresh := newFixture(t)
		fresh.clock.step(24 * time.Hour)
		s, err := fresh.w.CreateFrom(t.Context(), client.NewWorkspace{Workspace: "Northwind Legal", Name: "Amara Okafor", Email: email, Password: secret.NewText(pass)}, r)
		h.ok(err)
		a, err := s.Admin(t.Context())
		h.ok(err)
		if k, err := a.KitState(t.Context()); err != nil || !k.Current || !k.MadeAt.Equal(c.want(fresh).Truncate(time.Millisecond)) {
			t.Errorf("of %s: %+v, %v", name, k, err)
		}
	}
}

// attempt begins to come in with a kit, as its client does.
func (h *fixture) attempt(kit client.Kit) (service.KitAttempt, vault.Keys) {
	h.Helper()
	a, err := h.w.BeginKit(h.Context())
	h.ok(err)
	identity, err := vault.ParseIdentity(kit.Identity)
	h.ok(err)
	return a, vault.KeysOf(a.Terms().Generation, identity)
}

func (h *fixture) newOwner(email string) service.NewOwner {
	h.Helper()
	return service.NewOwner{Name: "New Owner", Email: email, Password: h.chosen(longerPass)}
}

func messageOf(a service.KitAttempt, email string) []byte {
	return service.KitMessage(a.Terms().WorkspaceID, a.Terms().Nonce, email)
}

// chosen is a new password as a client makes it, with a new key pair.
func (h *fixture) chosen(pw string) service.NewPassword {
	h.Helper()
	share, err := h.secrets.Get(h.Context(), h.w.ID()+"/device")
	h.ok(err)
	own, err := vault.NewIdentity()
	h.ok(err)
	n := service.NewPassword{Salt: []byte("0123456789abcdef"), Params: store.Argon2id(cheap), Lock: secret.NewBytes(bytes.Repeat([]byte{7}, 32)), Short: len(pw) < 15}
	derived := password.Derive(secret.NewText(pw), n.Salt, cheap)
	n.PublicKey, n.Share = password.PublicKey(derived, share), computer.ShareID(share)
	n.KeyPair.Recipient = own.Recipient()
	n.KeyPair.Wrapped, err = vault.Wrap(password.WrappingKey(derived, share, n.Lock), "password", own, vault.Pin{})
	h.ok(err)
	return n
}

func TestKitAttempt_OnlyItsOwnMessageForThatEmailLetsIn(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	kit := owner.kitOf()
	a, keys := h.attempt(kit)
	other, _ := h.attempt(kit)
	mallory, err := vault.NewKeys()
	h.ok(err)
	head := h.head()
	for name, signature := range map[string][]byte{
		"none":                         nil,
		"of another key":               mallory.Sign(messageOf(a, otherEmail)),
		"of another attempt":           keys.Sign(messageOf(other, otherEmail)),
		"for another email":            keys.Sign(messageOf(a, email)),
		"for another spelling of it":   keys.Sign(messageOf(a, strings.ToUpper(otherEmail))),
		"of what was not begun for it": keys.Sign([]byte(otherEmail)),
		"cut":                          keys.Sign(messageOf(a, otherEmail))[1:],
	} {
		_, _, err := a.Use(t.Context(), h.newOwner(otherEmail), signature)
		if e := h.refused(err, service.CodeKitWrong); e.Field != "kit" || h.head() != head {
			t.Errorf("a signature %s: at %q", name, e.Field)
		}
	}
	s, c, err := a.Use(t.Context(), h.newOwner(otherEmail), keys.Sign(messageOf(a, otherEmail)))
	if h.ok(err); s == nil || c != nil {
		t.Error("its own signature does not let in")
	}
	_, _, err = a.Use(t.Context(), h.newOwner("third@example.com"), keys.Sign(messageOf(a, "third@example.com")))
	h.refused(err, service.CodeChallengeEnded) // once
}

func TestKitAttempt_EndsWithItsTime(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	a, keys := h.attempt(owner.kitOf())
	h.clock.step(service.ChallengeLife + time.Millisecond)
	_, _, err := a.Use(t.Context(), h.newOwner(otherEmail), keys.Sign(messageOf(a, otherEmail)))
	h.refused(err, service.CodeChallengeEnded)
}

func TestKitAttempt_RotationSinceItBeganEndsIt(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	a, keys := h.attempt(owner.kitOf())
	h.ok(owner.admin().BeginRotation(t.Context(), owner.proof()))
	_, _, err := a.Use(t.Context(), h.newOwner(otherEmail), keys.Sign(messageOf(a, otherEmail)))
	h.refused(err, service.CodeKitWrong)
}

// A database that was edited does not choose the key which the kit is held against: the vault's own decides.
func TestKitAttempt_KeyThatIsNotTheVaultsIsNoKit(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	kit := owner.kitOf()
	mine, err := vault.NewKeys()
	h.ok(err)
	for _, public := range []string{hex.EncodeToString(mine.PublicKey()), "", "no hex", "abcd"} {
		h.alterInfo(func(i *store.Info) { i.KitPublicKey = public })
		a, keys := h.attempt(kit)
		for _, k := range []vault.Keys{keys, mine} {
			_, _, err = a.Use(t.Context(), h.newOwner(otherEmail), k.Sign(messageOf(a, otherEmail)))
			h.refused(err, service.CodeKitWrong)
		}
	}
}
