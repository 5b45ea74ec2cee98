package workspace_test

import (
	"testing"
	"time"

	"countersign/backend/local"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

func TestChangePhone_KeepsTheOldOneUntilConfirmed(t *testing.T) {
	t.Parallel()
	h, s, old, codes := enabled(t)
	_, err := s.BeginChangePhone(t.Context(), 0, client.Proof{Password: secret.NewText(pass)})
	h.refused(err, service.CodeFactorRequired)
	shown, err := s.BeginChangePhone(t.Context(), 0, proof(byCode(old.code())))
	h.ok(err)
	fresh := h.phoneOf(shown)
	if fresh.key == old.key || h.items() != 2 {
		t.Fatal("there is no new key beside the old one")
	}
	h.clock.step(30 * time.Second)
	_, err = h.challenge().Verify(t.Context(), secret.NewText(old.code()))
	h.ok(err) // the old phone still works
	_, err = s.Confirm(t.Context(), secret.NewText(fresh.wrong()))
	h.refused(err, service.CodeCodeWrong)
	h.clock.step(30 * time.Second)
	_, err = h.challenge().Verify(t.Context(), secret.NewText(old.code()))
	h.ok(err) // after a wrong step, too
	confirming := fresh.code()
	_, err = s.Confirm(t.Context(), secret.NewText(confirming))
	h.ok(err)
	if h.items() != 1 || h.intents() != 0 {
		t.Errorf("left behind: %d items, %d intents", h.items(), h.intents())
	}
	_, err = h.challenge().Verify(t.Context(), secret.NewText(confirming))
	h.refused(err, service.CodeCodeUsed)
	h.clock.step(30 * time.Second)
	_, err = h.challenge().Verify(t.Context(), secret.NewText(old.code()))
	h.strange(err)
	_, err = h.challenge().Verify(t.Context(), secret.NewText(fresh.code()))
	h.ok(err)
	_, err = h.challenge().Recover(t.Context(), secret.NewText(codes[0]))
	h.ok(err) // the recovery codes stay
}

func TestChangePhone_CrashLeavesTheOldOne(t *testing.T) {
	t.Parallel()
	h, s, old, _ := enabled(t)
	_, err := s.BeginChangePhone(t.Context(), 0, proof(byCode(old.code())))
	h.ok(err)
	h.restart()
	if h.items() != 1 || h.intents() != 0 {
		t.Errorf("left behind: %d items, %d intents", h.items(), h.intents())
	}
	h.clock.step(30 * time.Second)
	_, err = h.challenge().Verify(t.Context(), secret.NewText(old.code()))
	h.ok(err)
}

func TestChangePhone_NextStartDeletesTheOldItem(t *testing.T) {
	t.Parallel()
	h, s, old, _ := enabled(t)
	shown, err := s.BeginChangePhone(t.Context(), 0, proof(byCode(old.code())))
	h.ok(err)
	h.secrets.fail(nil, nil, store.ErrKeychainLocked)
	_, err = s.Confirm(t.Context(), secret.NewText(h.phoneOf(shown).code()))
	h.ok(err) // the swap stands
	h.secrets.fail(nil, nil, nil)
	if h.items() != 2 || h.intents() != 1 {
		t.Fatalf("%d items, %d intents", h.items(), h.intents())
	}
	h.restart()
	if h.items() != 1 || h.intents() != 0 {
		t.Errorf("left behind: %d items, %d intents", h.items(), h.intents())
	}
}

func TestChangePhone_NeedsNoProofAfterARecoveryCode(t *testing.T) {
	t.Parallel()
	h, _, _, codes := enabled(t)
	s, err := h.challenge().Recover(t.Context(), secret.NewText(codes[0]))
	h.ok(err)
	n, err := s.StepUp(t.Context(), service.EachTime)
	h.ok(err)
	if n.Password || n.Factor {
		t.Errorf("needs: %+v", n)
	}
	_, err = s.BeginChangePhone(t.Context(), 0, client.Proof{})
	h.ok(err)
	_, err = s.BeginNewCodes(t.Context(), client.Proof{})
	h.refused(err, service.CodeFactorRequired) // one act

	s, err = h.challenge().Recover(t.Context(), secret.NewText(codes[1]))
	h.ok(err)
	h.clock.step(4*time.Minute + 59*time.Second)
	h.ok(s.Touch())
	h.clock.step(2 * time.Second)
	_, err = s.BeginChangePhone(t.Context(), 0, client.Proof{})
	h.refused(err, service.CodeFactorRequired) // five minutes
}

func TestChangePhone_HasNoCodesToContinueWith(t *testing.T) {
	t.Parallel()
	h, _ := alone(t)
	p := h.one(person{role: store.RoleMember, on: true})
	s := p.signIn()
	h.ok(second(s.BeginChangePhone(t.Context(), 0, p.proof())))
	h.refused(s.Continue(t.Context()), service.CodeEnrolmentEnded)
}

func TestChangePhone_WithoutOneIsRefusedBeforeAnyProof(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.refused(second(s.BeginChangePhone(t.Context(), 0, client.Proof{})), service.CodeTwoFactorOff)
}

// A key that the keychain has lost takes no phone's place.
func TestChangePhone_KeyThatIsLostLeavesTheOldOne(t *testing.T) {
	t.Parallel()
	h, s, old, _ := enabled(t)
	shown, err := s.BeginChangePhone(t.Context(), 0, proof(byCode(old.code())))
	h.ok(err)
	h.secrets.fail(nil, store.ErrSecretMissing, nil)
	for range 6 { // and the right code costs no guess
		h.refused(second(s.Confirm(t.Context(), secret.NewText(h.phoneOf(shown).code()))), service.CodeKeychainMismatch)
	}
	h.secrets.fail(nil, nil, nil)
	h.clock.step(30 * time.Second)
	h.ok(second(h.challenge().Verify(t.Context(), secret.NewText(old.code()))))
	h.ok(second(s.Confirm(t.Context(), secret.NewText(h.phoneOf(shown).code()))))
}

func TestChangePhone_KeyIsNotShownOnceItIsOver(t *testing.T) {
	t.Parallel()
	h, _ := alone(t)
	steps := h.onSteps()
	member := h.one(person{role: store.RoleMember, on: true})
	s, other := member.signIn(), member.signIn()
	shown, err := s.BeginChangePhone(t.Context(), 0, member.proof())
	h.ok(err)
	proof := member.proof()
	steps.before(2, func() { h.ok(second(other.BeginChangePhone(t.Context(), 0, proof))) }) // the guess, the swap
	h.refused(second(s.Confirm(t.Context(), secret.NewText(h.phoneOf(shown).code()))), service.CodeEnrolmentEnded)
	h.refused(second(s.ShowingKey(t.Context())), service.CodeEnrolmentEnded)

	shown, err = s.BeginChangePhone(t.Context(), 0, member.proof())
	h.ok(err)
	h.ok(second(s.Confirm(t.Context(), secret.NewText(h.phoneOf(shown).code()))))
	h.refused(second(s.ShowingKey(t.Context())), service.CodeEnrolmentEnded)
}

func TestChangePhone_StoreThatFailsLeavesTheEnrolment(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	full := &fullStore{Store: h.store}
	steps := &stepStore{Store: full}
	h.openChanged(func(c *local.Config) { c.Store = steps })
	s := owner.signIn()
	shown, err := s.BeginChangePhone(t.Context(), 0, owner.proof())
	h.ok(err)
	fresh := h.phoneOf(shown)
	err = h.amid(steps, 2, func() { full.full.Store(true) }, func() error { return second(s.Confirm(t.Context(), secret.NewText(fresh.code()))) })
	h.refused(err, service.CodeFolderFull)
	full.full.Store(false)
	h.ok(second(s.ShowingKey(t.Context())))
	h.ok(second(s.Confirm(t.Context(), secret.NewText(fresh.code()))))
	owner.phone = fresh
	owner.signIn()
}
