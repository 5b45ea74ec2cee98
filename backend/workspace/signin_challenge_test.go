package workspace_test

import (
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

func TestVerify_CodeOpensOnceAndEarlierOnesNoLonger(t *testing.T) {
	t.Parallel()
	h, _, p, _ := enabled(t)
	code := p.code()
	_, err := h.challenge().Verify(t.Context(), secret.NewText(code))
	h.ok(err)
	_, err = h.challenge().Verify(t.Context(), secret.NewText(code))
	h.refused(err, service.CodeCodeUsed)
	_, err = h.challenge().Verify(t.Context(), secret.NewText(p.at(h.clock.now().Add(-30*time.Second))))
	h.refused(err, service.CodeCodeUsed)
	next := p.at(h.clock.now().Add(30 * time.Second))
	_, err = h.challenge().Verify(t.Context(), secret.NewText(next[:3]+" "+next[3:]))
	h.ok(err)
	for off, want := range map[time.Duration]service.Code{-60 * time.Second: service.CodeCodeExpired, 60 * time.Second: service.CodeCodeClock} {
		h.clock.step(10 * time.Minute)
		_, err = h.challenge().Verify(t.Context(), secret.NewText(p.at(h.clock.now().Add(off))))
		h.refused(err, want)
	}
}

func TestVerify_PauseDoublesAndThe20thFailureTurnsTheAppOff(t *testing.T) {
	t.Parallel()
	h, _, p, codes := enabled(t)
	want := []int{30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600, 3600, 3600, 3600, 3600, 3600}
	var got []int
	for n := 1; n <= 20; n++ {
		_, err := h.challenge().Verify(t.Context(), secret.NewText(p.wrong()))
		e := h.refused(err, service.CodeCodeWrong)
		if n >= 5 {
			pause := e.Args["pause"].(int)
			got = append(got, pause)
			c := h.challenge()
			_, err := c.Verify(t.Context(), secret.NewText(p.code()))
			if n < 20 {
				h.refused(err, service.CodeThrottled) // the right code, too, while the pause lasts
			}
			h.clock.step(time.Duration(pause) * time.Second)
		}
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("pauses %v, want %v", got, want)
		}
	}
	c := h.challenge()
	if off, err := c.AuthenticatorOff(t.Context()); err != nil || !off {
		t.Errorf("it is not off: %v %v", off, err)
	}
	_, err := c.Verify(t.Context(), secret.NewText(p.code()))
	h.refused(err, service.CodeAuthenticatorOff)

	s, err := c.Recover(t.Context(), secret.NewText(codes[0]))
	h.ok(err)
	if w := s.Welcome(); !w.AuthenticatorOff || w.FailedCodes != 20 || w.UsedCode != 1 || w.CodesLeft != 9 {
		t.Errorf("welcome: %+v", w)
	}
	_, err = h.challenge().Verify(t.Context(), secret.NewText(p.code()))
	h.refused(err, service.CodeAuthenticatorOff) // until a new phone re-binds it
	shown, err := s.BeginChangePhone(t.Context(), 0, client.Proof{})
	h.ok(err)
	fresh := h.phoneOf(shown)
	_, err = s.Confirm(t.Context(), secret.NewText(fresh.code()))
	h.ok(err)
	h.clock.step(30 * time.Second)
	_, err = h.challenge().Verify(t.Context(), secret.NewText(fresh.code()))
	h.ok(err)
}

func TestVerify_RightPasswordKeepsTheCountOfWrongCodes(t *testing.T) {
	t.Parallel()
	h, _, p, _ := enabled(t)
	for n := 4; n >= 1; n-- {
		_, err := h.challenge().Verify(t.Context(), secret.NewText(p.wrong())) // each with a right password before it
		if e := h.refused(err, service.CodeCodeWrong); e.Args["left"] != n {
			t.Fatalf("left %v, want %d", e.Args["left"], n)
		}
	}
	s, err := h.challenge().Verify(t.Context(), secret.NewText(p.code()))
	h.ok(err)
	if w := s.Welcome(); w.FailedCodes != 4 || w.FailedPasswords != 0 || w.LastFailedCodeAt.IsZero() {
		t.Errorf("welcome: %+v", w)
	}
}

func TestVerify_FailingKeychainIsNoGuessAndNever2FAOff(t *testing.T) {
	t.Parallel()
	h, _, p, codes := enabled(t)
	for _, err := range []error{store.ErrKeychainLocked, store.ErrKeychainSlow, store.ErrSecretMissing, store.ErrKeychainAbsent} {
		for range 6 {
			h.secrets.fail(nil, err, nil)
			s, got := h.challenge().Verify(t.Context(), secret.NewText(p.code()))
			if s != nil || got == nil || service.IsCode(got, service.CodeThrottled) {
				t.Fatalf("%v: got %v", err, got)
			}
		}
	}
	s, err := h.challenge().Recover(t.Context(), secret.NewText(codes[2])) // recovery does not need the item
	h.ok(err)
	if w := s.Welcome(); w.FailedCodes != 0 {
		t.Errorf("welcome: %+v", w)
	}
}

func TestChallenge_EndsWithTimeAndWithLeave(t *testing.T) {
	t.Parallel()
	h, _, p, _ := enabled(t)
	c := h.challenge()
	c.Leave()
	_, err := c.Verify(t.Context(), secret.NewText(p.code()))
	h.refused(err, service.CodeChallengeEnded)
	c = h.challenge()
	h.clock.step(11 * time.Minute)
	_, err = c.Verify(t.Context(), secret.NewText(p.code()))
	h.refused(err, service.CodeChallengeEnded)
}

func TestChallenge_RemovedFactorOpensNoSession(t *testing.T) {
	t.Parallel()
	h, s, p, codes := enabled(t)
	late := h.challenge()
	other := h.challenge()
	h.ok(s.Disable(t.Context(), client.FactorInput{Kind: service.FactorCode, Value: secret.NewText(p.code())}))
	h.clock.step(30 * time.Second)
	if _, err := late.Verify(t.Context(), secret.NewText(p.code())); err == nil {
		t.Error("a code of a factor that is gone opened")
	}
	if _, err := other.Recover(t.Context(), secret.NewText(codes[0])); err == nil {
		t.Error("a recovery code of a factor that is gone opened")
	}
}

func TestChallenge_TellsSinceWhen2FAIsRequired(t *testing.T) {
	t.Parallel()
	h, owner, late, from := dated(t, time.Hour, store.RoleMember)
	h.until(from)
	if got := late[0].challenge().RequiredSince(); !got.Equal(from) {
		t.Errorf("since %s, not %s", got, from)
	}
	if got := owner.challenge().RequiredSince(); !got.IsZero() {
		t.Errorf("who has it on is told %s", got)
	}
}
