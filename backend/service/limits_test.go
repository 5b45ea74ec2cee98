package service_test

import (
	"testing"
	"time"

	"countersign/backend/service"
)

func TestElapsed_IsTheLargerOfBothReadings(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	if got := service.Elapsed(at, at.Add(time.Minute)); got != time.Minute {
		t.Errorf("%s", got)
	}
	if got := service.Elapsed(at, at.Add(-time.Minute)); got != -time.Minute {
		t.Errorf("set back: %s", got)
	}
	began := time.Now()
	later := began.Add(time.Minute) // by both
	if got := service.Elapsed(began, later); got != time.Minute {
		t.Errorf("%s", got)
	}
	if got := service.Elapsed(began, began.Round(0).Add(time.Hour)); got != time.Hour { // one alone is known
		t.Errorf("%s", got)
	}
}
