package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"countersign/backend/store"
)

// clocked is a database with a clock of its own.
type clocked struct {
	now         time.Time
	off         time.Duration
	took        time.Duration // each answer
	fault       error
	fingerprint string
	asked       int
}

func (c *clocked) Ready(context.Context) (time.Time, error) {
	c.asked++
	c.now = c.now.Add(c.took)
	return c.now.Add(c.off), c.fault
}

func (c *clocked) Fingerprint(context.Context) (string, error) { return c.fingerprint, nil }

func TestReadyz_SaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	monday := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		database clocked
		says     string
	}{
		"Ready":         {clocked{fingerprint: "k"}, "Ready"},
		"Slow":          {clocked{fingerprint: "k", took: 10 * time.Second}, "Ready"}, // when in between it was read is not known
		"ALittleAhead":  {clocked{fingerprint: "k", off: 2 * time.Second}, "Ready"},
		"Ahead":         {clocked{fingerprint: "k", off: 2*time.Second + time.Millisecond}, "apart"},
		"Behind":        {clocked{fingerprint: "k", off: -3 * time.Second}, "3 seconds apart"},
		"BehindAndSlow": {clocked{fingerprint: "k", off: -8 * time.Second, took: 5 * time.Second}, "3 seconds apart"},
		"OtherKey":      {clocked{fingerprint: "other"}, "another server key"},
		"NoKey":         {clocked{}, "another server key"},
		"ReadOnly":      {clocked{fingerprint: "k", fault: store.ErrReadOnly}, "takes changes"},
		"Gone":          {clocked{fingerprint: "k", fault: store.ErrFailed}, "can’t be used"},
		"AnythingElse":  {clocked{fingerprint: "k", fault: errors.New("hidden")}, "See the server’s log"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := c.database
			d.now = monday
			h := &health{database: &d, fingerprint: "k", now: func() time.Time { return d.now }}
			w := httptest.NewRecorder()
			watch(h, http.NotFoundHandler()).ServeHTTP(w, httptest.NewRequest("GET", "/readyz", nil))
			if want := map[bool]int{true: 200, false: 503}[c.says == "Ready"]; w.Code != want || !strings.Contains(w.Body.String(), c.says) || strings.ContainsAny(w.Body.String(), "{}") {
				t.Errorf("%d: %s", w.Code, w.Body)
			}
			if strings.Contains(w.Body.String(), "hidden") {
				t.Error("it tells more than its listener may")
			}
		})
	}
}

func TestReadyz_AsksTheDatabaseOnceInAWhile(t *testing.T) {
	t.Parallel()
	d := &clocked{now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), fingerprint: "k"}
	h := &health{database: d, fingerprint: "k", now: func() time.Time { return d.now }}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for range 5 {
		if err := h.ready(gone); err != nil { // one who hangs up spoils nobody's answer
			t.Fatal(err)
		}
	}
	if d.asked != 1 {
		t.Errorf("it was asked %d times", d.asked)
	}
	d.now = d.now.Add(askEvery)
	d.fault = store.ErrFailed
	if err := h.ready(t.Context()); err == nil || d.asked != 2 {
		t.Errorf("%v, asked %d times", err, d.asked)
	}
	d.now, d.fault = d.now.Add(-time.Hour), nil // set back
	if err := h.ready(t.Context()); err != nil || d.asked != 3 {
		t.Errorf("%v, asked %d times", err, d.asked)
	}
	h.end()
	if err := h.ready(t.Context()); !errors.Is(err, errEnding) || d.asked != 3 {
		t.Errorf("%v, asked %d times", err, d.asked)
	}
}

func TestServe_WhileItEndsEachAnswerEndsItsConnection(t *testing.T) {
	t.Parallel()
	h := &health{}
	answers := leaving(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }), h)
	for _, want := range []string{"", "close"} {
		w := httptest.NewRecorder()
		answers.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
		if got := w.Header().Get("Connection"); got != want {
			t.Errorf("%q, not %q", got, want)
		}
		h.end()
	}
}
