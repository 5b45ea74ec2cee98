package workspace_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/totp"
	"countersign/backend/workspace"
)

// wrongFor is a code that none of the phones shows within 15 hours.
func wrongFor(phones []phone) string {
	near := map[string]bool{}
	for _, p := range phones {
		for i := -1800; i <= 1800; i++ {
			near[p.at(p.clock.now().Add(time.Duration(i)*30*time.Second))] = true
		}
	}
	for n := 0; ; n++ {
		if c := fmt.Sprintf("%06d", n); !near[c] {
			return c
		}
	}
}

// comesWith signs in with a code of a phone.
func (p *user) comesWith(with phone) error {
	p.h.Helper()
	_, err := p.challenge().Verify(p.h.Context(), secret.NewText(with.code()))
	return err
}

// wrongs enters that many wrong codes, and waits for each pause.
func wrongs(h *fixture, p *user, phones []phone, n int) {
	h.Helper()
	for range n {
		_, err := p.challenge().Verify(h.Context(), secret.NewText(wrongFor(phones)))
		h.refused(err, service.CodeCodeWrong)
		h.clock.step(48 * time.Hour)
	}
}

func TestVerify_AWrongCodeIsOneGuessHoweverManyApps(t *testing.T) {
	t.Parallel()
	h, owner, phones, _ := withApps(t, "Tablet", "Work")
	h.refused(second(owner.challenge().Verify(t.Context(), secret.NewText(wrongFor(phones)))), service.CodeCodeWrong)
	if n := h.failures(owner.id, store.KindCode); n != 1 {
		t.Errorf("%d guesses", n)
	}
	wrongs(h, owner, phones, 19)
	for _, p := range phones {
		h.refused(owner.comesWith(p), service.CodeAuthenticatorOff)
	}
}

// Two apps show the same code by chance once in a million times. It opens once, whichever it was meant for.
func TestVerify_CodeOfTwoAppsOpensOnce(t *testing.T) {
	t.Parallel()
	h, owner, phones, _ := withApps(t, "Tablet")
	apps := h.factor(owner).Apps
	same := strings.Repeat("a", totp.KeySize)
	h.rekey(apps[1], same)
	h.ok(owner.comesWith(phones[0]))
	after := h.factor(owner).Apps
	if after[0].LastStep != after[1].LastStep || after[0].LastStep == 0 {
		t.Errorf("steps %d and %d", after[0].LastStep, after[1].LastStep)
	}
	h.refused(owner.comesWith(phones[0]), service.CodeCodeUsed)

	for i := range apps { // used with one of them before the other showed it
		h.clock.step(time.Minute)
		h.rekey(apps[1-i], strings.Repeat("z", totp.KeySize))
		h.ok(owner.comesWith(phones[0]))
		h.rekey(apps[1-i], same)
		h.refused(owner.comesWith(phones[0]), service.CodeCodeUsed)
	}
}

func TestVerify_CodeOfAnAppThatGoesMeanwhileOpensNothing(t *testing.T) {
	t.Parallel()
	h, owner, phones, _ := withApps(t, "Tablet")
	steps := h.onSteps()
	c := owner.challenge()
	tablet := h.app(owner, "Tablet")
	steps.before(2, func() { // the guess, the sign-in
		h.ok(workspace.Change(inner(h.w), t.Context(), func(tx store.WriteTx) error { return second(tx.DeleteApp(owner.id, tablet)) }))
	})
	h.refused(second(c.Verify(t.Context(), secret.NewText(phones[1].code()))), service.CodeChallengeEnded)
}

func TestVerify_AppWhoseKeyIsLostIsNoWayToGuessTheOthers(t *testing.T) {
	t.Parallel()
	h, owner, phones, _ := withApps(t, "Tablet")
	apps := h.factor(owner).Apps
	for i, app := range apps {
		key, err := h.secrets.Get(t.Context(), app.Item)
		h.ok(err)
		h.ok(h.secrets.Delete(t.Context(), app.Item))
		h.clock.step(30 * time.Second)
		h.ok(owner.comesWith(phones[1-i])) // the other one works
		h.refused(owner.comesWith(phones[i]), service.CodeKeychainItemMissing)
		if n := h.failures(owner.id, store.KindCode); n != 1 {
			t.Errorf("%d guesses are counted: one of the apps was looked at", n)
		}
		h.ok(h.secrets.Set(t.Context(), app.Item, key))
		h.clock.step(30 * time.Second)
		h.ok(owner.comesWith(phones[i]))
	}
	h.secrets.fail(nil, store.ErrSecretMissing, nil)
	h.refused(owner.comesWith(phones[0]), service.CodeKeychainItemMissing)
	if n := h.failures(owner.id, store.KindCode); n != 0 {
		t.Errorf("%d guesses are counted: none was looked at", n)
	}
}

func TestVerify_ClockThatIsBehindAnyAppsCodesTakesNone(t *testing.T) {
	t.Parallel()
	for used := range 2 {
		h, owner, phones, _ := withApps(t, "Tablet")
		h.clock.step(2 * time.Hour)
		h.ok(owner.comesWith(phones[used]))
		h.clock.step(-time.Hour)
		for _, p := range phones { // the other one’s code was shown an hour ago, and perhaps seen
			h.refused(owner.comesWith(p), service.CodeCodesAhead)
		}
	}
}

func TestVerify_StepThatWasToldOfIsGoodForNoApp(t *testing.T) {
	t.Parallel()
	h, owner, phones, _ := withApps(t, "Tablet")
	early := phones[1].at(h.clock.now().Add(time.Hour))
	e := h.refused(second(owner.challenge().Verify(t.Context(), secret.NewText(early))), service.CodeCodeClock)
	if e.Args["minutes"] != 60 {
		t.Errorf("%v", e.Args)
	}
	h.clock.step(time.Hour)
	for _, p := range phones {
		h.refused(owner.comesWith(p), service.CodeCodeUsed)
	}
	h.clock.step(time.Minute)
	h.ok(owner.comesWith(phones[1]))
}

// Of two apps that would show a code at another time, the nearer time is told, whichever of them it is.
func TestVerify_TellsTheNearerOfTwoClocks(t *testing.T) {
	t.Parallel()
	// In 40 minutes the first key shows what the second shows in three hours: one of a million keys does, for the fixture's clock.
	keys := []string{strings.Repeat("q", totp.KeySize), "k0000000000000153631"}
	for near := range keys {
		h, owner, _, _ := withApps(t, "Tablet")
		apps := h.factor(owner).Apps
		sooner, later := owner.phone, owner.phone
		sooner.key, later.key = h.rekey(apps[near], keys[0]), h.rekey(apps[1-near], keys[1])
		code := sooner.at(h.clock.now().Add(40 * time.Minute))
		if code != later.at(h.clock.now().Add(3*time.Hour)) {
			t.Fatal("the fixture’s clock is another: the test needs another key")
		}
		e := h.refused(second(owner.challenge().Verify(t.Context(), secret.NewText(code))), service.CodeCodeClock)
		if e.Args["minutes"] != 40 {
			t.Errorf("app %d is nearer: %v", near, e.Args)
		}
	}
}

// Which app the newest code was of is not known of an older copy, so that none takes a step up to it.
func TestAccept_NoAppOpensWithAStepUpToTheNewest(t *testing.T) {
	t.Parallel()
	h, owner, phones, _ := withApps(t, "Tablet")
	old := h.olderCopy()
	h.ok(owner.signIn().Rename(t.Context(), "Amara N. Okafor"))
	h.ok(owner.comesWith(phones[1]))
	at := h.clock.now()
	h.ok(h.store.Close())
	h.putBack(old)
	h.clock.step(at.Sub(h.clock.now())) // the same moment again
	sealed := h.sealed()
	for _, p := range phones {
		h.refused(accept(t.Context(), sealed, email, secret.NewText(pass), byCode(p.code())), service.CodeCodeUsed)
	}
	h.clock.step(30 * time.Second)
	h.ok(accept(t.Context(), sealed, email, secret.NewText(pass), byCode(phones[1].code())))
	h.ok(h.store.Close())
	h.open()
	h.restart()
	for _, p := range phones {
		h.refused(owner.comesWith(p), service.CodeCodeUsed)
	}
	h.clock.step(30 * time.Second)
	h.ok(owner.comesWith(phones[0]))
}

// An app that was removed is no owner's, whoever brings it back.
func TestAccept_OwnerWithAnAppOfBeforeIsNotTheOneThatIsKnown(t *testing.T) {
	t.Parallel()
	h, owner, phones, _ := withApps(t, "Tablet")
	old := h.olderCopy()
	h.ok(owner.signIn().RemoveApp(t.Context(), h.app(owner, "Tablet"), owner.proof()))
	h.putBack(old)
	h.refused(accept(t.Context(), h.sealed(), email, secret.NewText(pass), byCode(phones[0].code())), service.CodeAcceptChanged)
}
