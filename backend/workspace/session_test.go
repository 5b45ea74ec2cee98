package workspace_test

import (
	"testing"
	"time"

	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

func TestSession_EndsWithoutUseAndAfterItsLongestTime(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.clock.step(4 * time.Minute)
	h.ok(s.Touch())
	h.clock.step(4 * time.Minute)
	h.ok(s.Touch())
	h.clock.step(5 * time.Minute)
	_, err := s.Overview(t.Context())
	h.refused(err, service.CodeSessionEnded)

	s, _, err = h.w.SignIn(t.Context(), email, secret.NewText(pass))
	h.ok(err)
	for range 12 * 15 {
		h.clock.step(4 * time.Minute)
		err = s.Touch()
	}
	h.refused(err, service.CodeSessionEnded)
	if !s.LimitReached() {
		t.Error("it does not say that the day is over")
	}
}

func TestSession_EndedOrWithoutAProfileIsOver(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s, other := owner.signIn(), h.one(person{role: store.RoleMember}).signIn()
	h.ok(s.Whole())
	h.ok(s.End(t.Context()))
	h.refused(s.Whole(), service.CodeSessionEnded)
	h.sneak("DELETE FROM profiles WHERE id = '" + other.ProfileID() + "'")
	h.refused(second(other.Overview(t.Context())), service.CodeSessionEnded)
}

func TestForOneAct_OldSessionIsAskedAgain(t *testing.T) {
	t.Parallel()
	for age, password := range map[time.Duration]bool{0: false, 59 * time.Second: false, time.Minute: true, 4 * time.Minute: true} {
		h, owner := alone(t)
		s := owner.signIn()
		h.clock.step(age)
		h.ok(s.ForOneAct(t.Context()))
		if n, err := s.StepUp(t.Context(), service.EachTime); err != nil || n.Password != password {
			t.Errorf("after %s: %+v, %v", age, n, err)
		}
	}
}
