package workspace_test

import (
	"testing"
	"time"
	"unsafe"

	"countersign/backend/secret"
	"countersign/backend/service"
)

// sleep moves the clock as a suspended computer does: the time of day goes on,
// the monotonic reading stands still (https://pkg.go.dev/time#hdr-Monotonic_Clocks).
func (c *clock) sleep(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
	(*struct {
		wall uint64
		ext  int64 // the monotonic reading
		loc  *time.Location
	})(unsafe.Pointer(&c.t)).ext -= int64(d)
}

// setBack moves the time of day alone.
func (c *clock) setBack(d time.Duration) { c.sleep(-d) }

// awake gives the clock a monotonic reading, as time.Now has one.
func (h *fixture) awake() {
	h.Helper()
	real := time.Now()
	h.clock.mu.Lock()
	h.clock.t = real.Add(h.clock.t.Sub(real))
	h.clock.mu.Unlock()
	before := h.clock.now()
	h.clock.sleep(time.Hour)
	if after := h.clock.now(); after.Sub(before) != 0 || after.Round(0).Sub(before.Round(0)) != time.Hour {
		h.Fatalf("the clock does not stand still: %s, %s", before, after)
	}
}

func TestSession_SleepCountsTowardsIdleAndItsDay(t *testing.T) {
	t.Parallel()
	h, _ := created(t)
	h.awake()
	s := h.signedIn()
	h.clock.sleep(4 * time.Minute)
	if left := s.Remaining(); left != time.Minute {
		t.Errorf("%s are left", left)
	}
	h.ok(s.Touch())
	h.clock.sleep(service.DefaultIdle)
	if left := s.Remaining(); left != 0 {
		t.Errorf("%s are left of a session that slept", left)
	}
	h.refused(s.Whole(), service.CodeSessionEnded)
	h.refused(s.Touch(), service.CodeSessionEnded)

	s = h.signedIn()
	h.clock.sleep(service.SessionLimit)
	h.refused(s.Touch(), service.CodeSessionEnded)
	if !s.LimitReached() {
		t.Error("it does not say that its day is over")
	}
}

func TestChallenge_SleepCountsTowardsItsLife(t *testing.T) {
	t.Parallel()
	h, _, p, codes := enabled(t)
	h.awake()
	c := h.challenge()
	h.clock.sleep(service.ChallengeLife)
	_, err := c.Verify(t.Context(), secret.NewText(p.code()))
	h.refused(err, service.CodeChallengeEnded)
	s, err := h.challenge().Recover(t.Context(), secret.NewText(codes[0]))
	h.ok(err)
	for range 2 {
		h.clock.sleep(service.GrantLife / 2)
		h.ok(s.Touch())
	}
	if needs, err := s.StepUp(t.Context(), service.EachTime); err != nil || !needs.Password {
		t.Errorf("its step-up lasts: %+v, %v", needs, err)
	}
}

func TestSession_ClockSetBackEndsIt(t *testing.T) {
	t.Parallel()
	h, _ := created(t)
	s := h.signedIn()
	h.clock.step(-50 * time.Second) // the network puts it right
	h.ok(s.Touch())
	h.clock.step(-20 * time.Second)
	if left := s.Remaining(); left != 0 {
		t.Errorf("%s are left", left)
	}
	h.refused(s.Touch(), service.CodeSessionEnded)
	h.clock.step(time.Hour)

	h.clock.step(time.Hour)
	s = h.signedIn()
	for range 5 { // a minute at a time gains one minute, and not five
		h.clock.step(time.Minute)
		h.ok(s.Whole())
		h.clock.step(-time.Minute)
		h.ok(s.Whole())
	}
	h.clock.step(service.DefaultIdle - time.Minute)
	h.ok(s.Whole())
	h.clock.step(time.Minute)
	h.refused(s.Whole(), service.CodeSessionEnded)
}

func TestChallenge_ClockSetBackEndsIt(t *testing.T) {
	t.Parallel()
	h, _, p, _ := enabled(t)
	c := h.challenge()
	h.clock.step(-2 * time.Minute)
	_, err := c.Verify(t.Context(), secret.NewText(p.code()))
	h.refused(err, service.CodeChallengeEnded)
}

func TestSession_ClockSetToAndFroKeepsNoneOpen(t *testing.T) {
	t.Parallel()
	h, _ := created(t)
	h.awake()
	s := h.signedIn()
	h.clock.step(50 * time.Second)
	h.clock.setBack(50 * time.Second)
	if left := s.Remaining(); left != service.DefaultIdle-50*time.Second {
		t.Errorf("%s are left", left)
	}
	h.ok(s.Touch())
	h.clock.step(50 * time.Second)
	h.clock.setBack(50 * time.Second) // as if no time went by
	h.refused(s.Touch(), service.CodeSessionEnded)
}
