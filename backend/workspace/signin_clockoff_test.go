package workspace_test

import (
	"context"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// filledStore has room for some changes.
type filledStore struct {
	store.Store
	left int
}

func (s *filledStore) Update(ctx context.Context, fn func(store.WriteTx) error) error {
	if s.left == 0 {
		return store.ErrFull
	}
	s.left--
	return s.Store.Update(ctx, fn)
}

func TestVerify_CodeOfAnotherTimeIsRefusedAndCountedAndSaysHowFarOff(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		ahead     time.Duration
		code      service.Code
		direction string
		minutes   int
	}{
		"TypedLate":    {-75 * time.Second, service.CodeCodeExpired, "", 0},
		"FiveFast":     {5 * time.Minute, service.CodeCodeClock, "ahead", 5},
		"SevenSlow":    {-7 * time.Minute, service.CodeCodeClock, "behind", 7},
		"TimeZone":     {2 * time.Hour, service.CodeCodeClock, "ahead", 120},
		"HalfADaySlow": {-12 * time.Hour, service.CodeCodeClock, "behind", 720},
		"OutOfReach":   {15 * time.Hour, service.CodeCodeWrong, "", 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _, p, _ := enabled(t)
			h.clock.step(time.Minute)
			challenge := h.challenge()
			p.ahead = c.ahead
			_, err := challenge.Verify(t.Context(), secret.NewText(p.code()))
			e := h.refused(err, c.code)
			if c.direction != "" && (e.Args["direction"] != c.direction || e.Args["minutes"] != c.minutes) || e.Args["left"] != 4 {
				t.Errorf("it says %v", e.Args)
			}
			p.ahead = 0
			s, err := challenge.Verify(t.Context(), secret.NewText(p.code()))
			h.ok(err) // one wrong code locks nobody out
			if n := s.Welcome().FailedCodes; n != 1 {
				t.Errorf("%d failed codes are told", n)
			}
		})
	}
}

// Who guesses a code of another time is told of when it is. It opens nothing then.
func TestVerify_CodeThatWasToldOfOpensNothingInItsTime(t *testing.T) {
	t.Parallel()
	for name, ahead := range map[string]time.Duration{"Ahead": 3 * time.Hour, "Behind": -3 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, s, p, _ := enabled(t)
			h.clock.step(13 * time.Hour)
			guessed := p.at(h.clock.now().Add(ahead))
			_, err := h.challenge().Verify(t.Context(), secret.NewText(guessed))
			h.refused(err, service.CodeCodeClock)
			h.ok(s.End(t.Context()))
			h.restart() // it is not forgotten with the process
			h.clock.step(ahead)
			for range 2 { // of the same step, and of the next
				_, err = h.challenge().Verify(t.Context(), secret.NewText(guessed))
				h.refused(err, service.CodeCodeUsed)
				h.clock.step(30 * time.Second)
			}
			_, err = h.challenge().Verify(t.Context(), secret.NewText(p.code()))
			h.ok(err)
		})
	}
}

// A code of another time that was never told of opens in its time.
func TestVerify_CodeThatWasNotToldOfOpensInItsTime(t *testing.T) {
	t.Parallel()
	h, _, p, _ := enabled(t)
	h.clock.step(13 * time.Hour)
	for _, ahead := range []time.Duration{3 * time.Hour, -4 * time.Hour} {
		_, err := h.challenge().Verify(t.Context(), secret.NewText(p.at(h.clock.now().Add(ahead))))
		h.refused(err, service.CodeCodeClock)
	}
	h.clock.step(2 * time.Hour)
	_, err := h.challenge().Verify(t.Context(), secret.NewText(p.code()))
	h.ok(err)
}

// Where it cannot be written down that a step was told of, it is not told.
func TestVerify_TellsNoClockThatTheLogDoesNotHave(t *testing.T) {
	t.Parallel()
	h, _, p, _ := enabled(t)
	store := &filledStore{Store: h.store, left: 1 << 30}
	var err error
	h.w, err = local.Open(t.Context(), local.Config{Store: store, Secrets: h.secrets, Files: h.files, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
	h.ok(err)
	h.clock.step(time.Minute)
	challenge := h.challenge()
	p.ahead = time.Hour
	store.left = 1 // the guess is counted
	_, err = challenge.Verify(t.Context(), secret.NewText(p.code()))
	h.refused(err, service.CodeCodeWrong)
	store.left = 1 << 30
	_, err = challenge.Verify(t.Context(), secret.NewText(p.code()))
	h.refused(err, service.CodeCodeClock)
}

func TestStepUp_CodeOfAnotherTimeSaysHowFarOffAndOpensNothing(t *testing.T) {
	t.Parallel()
	h, s, p, _ := enabled(t)
	h.clock.step(time.Minute)
	guessed := p.at(h.clock.now().Add(3 * time.Minute))
	_, err := s.BeginChangePhone(t.Context(), 0, client.Proof{Password: secret.NewText(pass), Factor: byCode(guessed)})
	h.refused(err, service.CodeCodeClock)
	// With a wrong password, nothing is told of a code.
	_, err = s.BeginChangePhone(t.Context(), 0, client.Proof{Password: secret.NewText("another password"), Factor: byCode(p.at(h.clock.now().Add(time.Hour)))})
	h.refused(err, service.CodePasswordWrong)
	h.clock.step(3 * time.Minute)
	_, err = s.BeginChangePhone(t.Context(), 0, client.Proof{Password: secret.NewText(pass), Factor: byCode(guessed)})
	h.refused(err, service.CodeCodeUsed)
	h.refused(s.Disable(t.Context(), client.FactorInput{Kind: service.FactorCode, Value: secret.NewText(guessed)}), service.CodeCodeUsed)
}

func TestAccept_TakesNoCodeThatWasToldOf(t *testing.T) {
	t.Parallel()
	h, _, p, _ := enabled(t)
	h.clock.step(time.Minute)
	guessed := p.at(h.clock.now().Add(time.Hour))
	_, err := h.challenge().Verify(t.Context(), secret.NewText(guessed))
	h.refused(err, service.CodeCodeClock)
	h.restart()
	h.sneak("UPDATE workspace SET name = 'Another'")
	h.ok(h.store.Close())
	locked := h.sealed()
	h.clock.step(time.Hour)
	h.refused(accept(t.Context(), locked, email, secret.NewText(pass), byCode(guessed)), service.CodeCodeUsed)
	h.clock.step(30 * time.Second)
	h.ok(accept(t.Context(), locked, email, secret.NewText(pass), byCode(p.code())))
}
