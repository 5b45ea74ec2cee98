package workspace_test

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/totp"
)

// twin is a step at which the key of RFC 6238 shows the code of the step after it, too.
const (
	twin      = 62075368
	twinShown = "235522"
)

const rfcSeed = "12345678901234567890"

// rfcKey is a source of randomness whose keys are that of RFC 6238.
type rfcKey struct{}

func (rfcKey) Read(b []byte) (int, error) {
	if len(b) == totp.KeySize {
		return copy(b, rfcSeed), nil
	}
	return rand.Read(b)
}

// twins gives the owner the key of RFC 6238, and sets the clock to a step.
func (h *fixture) twins(step int64) {
	h.Helper()
	for _, name := range h.secrets.names() {
		if strings.Contains(name, "/totp/") {
			h.ok(h.secrets.Set(h.Context(), name, secret.NewBytes([]byte(totp.Base32(secret.NewBytes([]byte(rfcSeed))).Reveal()))))
		}
	}
	h.to(time.Unix(step*30+2, 0))
}

// to sets the clock.
func (h *fixture) to(t time.Time) { h.clock.step(t.Sub(h.clock.now())) }

func TestSignIn_CodeOfTwoStepsOpensOnceFromEachSide(t *testing.T) {
	t.Parallel()
	for first := int64(twin - 1); first <= twin+1; first++ {
		h, _, _, _ := enabled(t)
		h.twins(first)
		_, err := h.challenge().Verify(t.Context(), secret.NewText(twinShown))
		h.ok(err)
		for range 3 {
			_, err = h.challenge().Verify(t.Context(), secret.NewText(twinShown))
			if !service.IsCode(err, service.CodeCodeUsed) && !service.IsCode(err, service.CodeCodeExpired) {
				t.Errorf("used at %+d, it is answered with %v at %d", first-twin, err, h.clock.now().Unix()/30-twin)
			}
			h.clock.step(30 * time.Second)
		}
	}
}

func TestEnrolment_FirstCodeOfTwoStepsOpensNothing(t *testing.T) {
	t.Parallel()
	h, _ := created(t)
	h.to(time.Unix((twin-1)*30+2, 0))
	var err error
	h.w, err = local.Open(t.Context(), local.Config{
		Store: h.store, Secrets: h.secrets, Files: h.files, Now: h.clock.now, Password: cheap, Recovery: cheapCodes, Rand: rfcKey{},
	})
	h.ok(err)
	s := h.signedIn()
	_, err = s.BeginEnable(t.Context(), secret.NewText(pass))
	h.ok(err)
	_, err = s.Confirm(t.Context(), secret.NewText(twinShown))
	h.ok(err)
	h.ok(s.Continue(t.Context()))
	for range 3 {
		if _, err := h.challenge().Verify(t.Context(), secret.NewText(twinShown)); err == nil {
			t.Fatal("the code that proved the phone opened a session")
		}
		h.clock.step(30 * time.Second)
	}
}

func (h *fixture) signedIn() *client.Session {
	h.Helper()
	s, _, err := h.w.SignIn(h.Context(), email, secret.NewText(pass))
	h.ok(err)
	return s
}

// A clock and a phone that are a year ahead agree, and use up codes of that year.
func TestVerify_CodesAfterAClockAYearAhead(t *testing.T) {
	t.Parallel()
	const year = 365 * 24 * time.Hour
	h, _, p, codes := enabled(t)
	h.clock.step(year)
	ahead := p.code()
	_, err := h.challenge().Verify(t.Context(), secret.NewText(ahead))
	h.ok(err)
	h.clock.step(-year)
	for range 25 { // twenty wrong ones would turn the app off
		_, err = h.challenge().Verify(t.Context(), secret.NewText(p.code()))
		h.refused(err, service.CodeCodesAhead)
		_, err = h.challenge().Verify(t.Context(), secret.NewText(ahead))
		h.refused(err, service.CodeCodesAhead)
		h.clock.step(time.Minute)
	}

	s, err := h.challenge().Recover(t.Context(), secret.NewText(codes[0]))
	h.ok(err)
	if w := s.Welcome(); w.FailedCodes != 0 || w.AuthenticatorOff {
		t.Errorf("right codes were counted: %+v", w)
	}
	shown, err := s.BeginChangePhone(t.Context(), 0, client.Proof{})
	h.ok(err)
	fresh := h.phoneOf(shown)
	_, err = s.Confirm(t.Context(), secret.NewText(fresh.code()))
	h.ok(err)
	h.clock.step(30 * time.Second)
	_, err = h.challenge().Verify(t.Context(), secret.NewText(fresh.code()))
	h.ok(err)

	h.clock.step(year) // the code of the old phone that was used then comes around
	_, err = h.challenge().Verify(t.Context(), secret.NewText(ahead))
	h.strange(err)
}

// A clock that is put right by a minute is no clock that was set back: used codes
// stay used, and a new one is taken as soon as there is one.
func TestVerify_ASmallStepBackWaitsForTheNextCode(t *testing.T) {
	t.Parallel()
	h, _, p, _ := enabled(t)
	_, err := h.challenge().Verify(t.Context(), secret.NewText(p.at(h.clock.now().Add(30*time.Second))))
	h.ok(err)
	h.clock.step(-time.Minute)
	_, err = h.challenge().Verify(t.Context(), secret.NewText(p.code()))
	h.refused(err, service.CodeCodeUsed)
	h.clock.step(2 * time.Minute)
	_, err = h.challenge().Verify(t.Context(), secret.NewText(p.code()))
	h.ok(err)
	h.clock.step(-2 * time.Minute)
	_, err = h.challenge().Verify(t.Context(), secret.NewText(p.code()))
	h.refused(err, service.CodeCodesAhead)
}

func TestDisable_CodesAfterAClockAYearAhead(t *testing.T) {
	t.Parallel()
	h, _, p, codes := enabled(t)
	h.clock.step(365 * 24 * time.Hour)
	_, err := h.challenge().Verify(t.Context(), secret.NewText(p.code()))
	h.ok(err)
	h.clock.step(-365 * 24 * time.Hour)
	s, err := h.challenge().Recover(t.Context(), secret.NewText(codes[0]))
	h.ok(err)
	h.refused(s.Disable(t.Context(), client.FactorInput{Kind: service.FactorCode, Value: secret.NewText(p.code())}), service.CodeCodesAhead)
	h.ok(s.Disable(t.Context(), client.FactorInput{Kind: service.FactorRecovery, Value: secret.NewText(codes[1])}))
}
