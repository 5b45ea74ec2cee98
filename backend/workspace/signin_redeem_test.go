package workspace_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
)

func TestRedeem_TooLongAnEmailIsRefusedUncounted(t *testing.T) {
	t.Parallel()
	h, _ := created(t)
	most := strings.Repeat("a", 4*service.MaxEmail)
	before := h.newest()
	_, _, err := h.w.Redeem(t.Context(), most+"a", secret.NewText(noCode), secret.NewText(pass))
	h.refused(err, service.CodeInvitationWrong)
	if n := h.newest(); n != before {
		t.Errorf("%d guesses were counted", n-before)
	}
	_, _, err = h.w.Redeem(t.Context(), most, secret.NewText(noCode), secret.NewText(pass))
	h.refused(err, service.CodeInvitationWrong)
	if h.newest() == before {
		t.Error("the longest email was not looked at")
	}
}

// A reset that was given out anew ends the challenge of the old one.
func TestRedeem_CodeThatWasReplacedEndsItsChallenge(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	p := h.one(person{role: store.RoleMember, on: true})
	given, err := owner.admin().ResetPassword(t.Context(), p.id, "", owner.proof())
	h.ok(err)
	_, c, err := h.w.Redeem(t.Context(), p.email, secret.NewText(given.Code.Display()), secret.NewText("granite lagoon whisper 47"))
	h.ok(err)
	h.ok(second(owner.admin().ResetPassword(t.Context(), p.id, "", owner.proof())))
	_, err = c.Verify(t.Context(), secret.NewText(p.newCode()))
	h.refused(err, service.CodeOneTimeUsed)
	_, err = c.Verify(t.Context(), secret.NewText(p.newCode()))
	h.refused(err, service.CodeChallengeEnded)
	p.signIn() // with the password of before
}

func TestRedeem_KeyPairThatIsNotTheCodesIsNotTaken(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		happen func(h *fixture, holder string)
		waits  bool
	}{
		"nothing": {func(*fixture, string) {}, false},
		"another recipient": {func(h *fixture, holder string) {
			mine, err := vault.NewIdentity()
			h.ok(err)
			h.alterKey(holder, func(k *store.VaultKey) bool { k.Recipient = mine.Recipient(); return true })
		}, true},
		"it is gone": {func(h *fixture, holder string) { h.alterKey(holder, func(*store.VaultKey) bool { return false }) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			steps := h.onSteps()
			h.add(owner.signIn(), paper("lease", "Lease of the mill"))
			p, given := h.invited(owner.admin())
			var s *client.Session
			h.ok(h.amid(steps, 2, func() { c.happen(h, "invitation/"+p.id) }, func() (err error) {
				s, _, err = p.redeem(given)
				return err
			}))
			if _, err := s.Documents(t.Context()); c.waits != service.IsCode(err, service.CodeVaultWaiting) || !c.waits && err != nil {
				t.Errorf("at first: %v", err)
			}
			owner.signIn()
			if c.waits { // nobody who has the keys has made the key pair that they have
				_, err := p.signIn().Documents(t.Context())
				h.refused(err, service.CodeVaultWaiting)
				s = owner.resets(p)
			}
			if h.contracts(s) != "lease" || h.contracts(p.signIn()) != "lease" {
				t.Error("the member does not read the contract")
			}
		})
	}
}

func TestRedeem_CodeThatWasReplacedInBetweenIsUsed(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	steps := h.onSteps()
	member := h.one(person{role: store.RoleMember})
	a := owner.admin()
	given, err := a.ResetPassword(t.Context(), member.id, "", owner.proof())
	h.ok(err)
	member.pass = longerPass
	var again client.GivenOut
	err = h.amid(steps, 2, func() {
		var err error
		again, err = a.ResetPassword(context.WithoutCancel(t.Context()), member.id, "", owner.proof())
		h.ok(err)
	}, func() error { return third(member.redeem(given)) })
	h.refused(err, service.CodeOneTimeUsed)
	h.ok(third(member.redeem(again)))
}

// Nobody chooses a password before the code was right, and each code is looked at once.
func TestRedeemAttempt_NeedsTheRightCodeFirstAndIsGoodOnce(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	p, given := h.invited(owner.admin())
	type attempt struct {
		service.RedeemAttempt
		proof secret.Bytes
	}
	begin := func(code string) attempt {
		a, err := h.w.BeginRedeem(t.Context(), p.email, service.RedeemPassword)
		h.ok(err)
		typed, err := recovery.Parse(secret.NewText(code))
		h.ok(err)
		return attempt{a, recovery.ProofOf(typed, a.Terms().Salt, recovery.Params(a.Terms().Params))}
	}
	redeem := func(a attempt) error {
		_, _, err := a.Redeem(t.Context(), h.chosen(longerPass))
		return err
	}
	h.refused(redeem(begin(given.Code.Display())), service.CodeChallengeEnded)
	wrong := begin(noCode)
	_, err := wrong.Check(t.Context(), wrong.proof)
	h.refused(err, service.CodeInvitationWrong)
	h.refused(redeem(wrong), service.CodeChallengeEnded)
	_, err = wrong.Check(t.Context(), wrong.proof)
	h.refused(err, service.CodeChallengeEnded)
	late := begin(given.Code.Display())
	_, err = late.Check(t.Context(), late.proof)
	h.ok(err)
	_, err = late.Check(t.Context(), late.proof)
	h.refused(err, service.CodeChallengeEnded)
	late2 := begin(given.Code.Display())
	h.clock.step(service.ChallengeLife + time.Millisecond)
	h.refused(redeem(late), service.CodeChallengeEnded)
	_, err = late2.Check(t.Context(), late2.proof)
	h.refused(err, service.CodeChallengeEnded)
	left := begin(given.Code.Display())
	_, err = left.Check(t.Context(), left.proof)
	h.ok(errors.Join(err, left.Leave(t.Context())))
	h.refused(redeem(left), service.CodeChallengeEnded)
	right := begin(given.Code.Display())
	_, err = right.Check(t.Context(), right.proof)
	h.ok(errors.Join(err, redeem(right)))
	h.refused(redeem(right), service.CodeChallengeEnded)
}

// Nobody learns from what a proof is made with whether an email has a code, or is anybody's.
func TestBeginRedeem_TermsOfAnUnknownEmailHaveTheSameForm(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	invited, _ := h.invited(owner.admin())
	terms := func(email string) service.CodeTerms {
		a, err := h.w.BeginRedeem(t.Context(), email, service.RedeemPassword)
		h.ok(err)
		return a.Terms()
	}
	known := terms(invited.email)
	without, nobody, other := terms(owner.email), terms("nobody@example.com"), terms("other@example.com")
	for _, got := range []service.CodeTerms{without, nobody, other} {
		if len(got.Salt) != len(known.Salt) || got.Params != known.Params {
			t.Errorf("%d bytes of salt and %+v, of a known one %d and %+v", len(got.Salt), got.Params, len(known.Salt), known.Params)
		}
	}
	if !bytes.Equal(nobody.Salt, terms("nobody@example.com").Salt) || bytes.Equal(nobody.Salt, other.Salt) || bytes.Equal(nobody.Salt, without.Salt) {
		t.Error("the salt of an email that nobody has is not its own, or not always the same")
	}
}

// A right code whose password was not good enough costs no guess.
func TestRedeemAttempt_LeavingIsCountedAsNoGuess(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	p, given := h.invited(owner.admin())
	for range 6 {
		a, err := h.w.BeginRedeem(t.Context(), p.email, service.RedeemPassword)
		h.ok(err)
		h.ok(a.Leave(t.Context())) // nothing was looked at yet
		typed, err := recovery.Parse(secret.NewText(given.Code.Display()))
		h.ok(err)
		_, err = a.Check(t.Context(), recovery.ProofOf(typed, a.Terms().Salt, recovery.Params(a.Terms().Params)))
		h.ok(err)
		h.ok(a.Leave(t.Context()))
		head := h.head()
		if h.ok(a.Leave(t.Context())); h.head() != head || h.failures(p.id, store.KindInvitation) != 0 {
			t.Fatalf("%d guesses are counted, and there is %v", h.failures(p.id, store.KindInvitation), h.eventsAfter(head))
		}
	}
	h.ok(third(p.redeem(given)))
}

// With 2FA on, a right reset waits for the second factor: it is no guess, and a wrong factor does not end it.
func TestRedeem_WaitsForTheSecondFactorAndIsNoGuess(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	p := h.one(person{role: store.RoleMember, on: true})
	given, err := owner.admin().ResetPassword(t.Context(), p.id, "", owner.proof())
	h.ok(err)
	for range 6 {
		_, c, err := p.redeem(given)
		if h.ok(err); c == nil || c.MustChoosePassword() || h.failures(p.id, store.KindInvitation) != 0 {
			t.Fatalf("%v, %d guesses", c, h.failures(p.id, store.KindInvitation))
		}
	}
	_, c, err := p.redeem(given)
	h.ok(err)
	h.refused(second(c.Verify(t.Context(), secret.NewText(p.phone.wrong()))), service.CodeCodeWrong)
	h.ok(second(c.Verify(t.Context(), secret.NewText(p.newCode()))))
}
