package remote

import (
	"context"
	"testing"
	"time"

	"countersign/backend/api"
	"countersign/backend/service"
)

// What a server says keeps a session open no longer than any workspace lets one be.
func TestSession_ServerKeepsNoneOpenBeyondItsTime(t *testing.T) {
	t.Parallel()
	const never = 1000 * time.Hour
	begin := func() (*session, *time.Time) {
		now := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
		alive, over := context.WithCancel(t.Context())
		t.Cleanup(over)
		k := &connection{now: func() time.Time { return now }, alive: alive}
		k.saw(api.WorkspaceState{ID: "w", Idle: never})
		s := newSession(k, &api.SessionStart{ProfileID: "p"})
		s.saw(&api.SessionState{Remaining: never, Whole: true}, nil)
		return s, &now
	}
	const longest = service.MaxIdleMinutes * time.Minute
	s, now := begin()
	if idle := (&Workspace{s.k}).Idle(); idle != longest {
		t.Errorf("a window is open for %s without use", idle)
	}
	*now = now.Add(longest - time.Second)
	s.saw(&api.SessionState{Remaining: never, Whole: true}, nil) // of a question that nobody asked
	if left := s.Remaining(); left != time.Second {
		t.Errorf("%s are left", left)
	}
	*now = now.Add(time.Second)
	if left := s.Remaining(); left != 0 || s.LimitReached() {
		t.Errorf("%s are left without use; for its length: %t", left, s.LimitReached())
	}
	if s.alive.Err() == nil || !service.IsCode(s.Touch(), service.CodeSessionEnded) {
		t.Error("it goes on")
	}

	s, now = begin()
	for range service.SessionLimit / time.Minute {
		s.uses()
		if s.Remaining() == 0 {
			t.Fatalf("it is over after %s of use", now.Sub(s.began))
		}
		*now = now.Add(time.Minute)
	}
	if left := s.Remaining(); left != 0 || !s.LimitReached() {
		t.Errorf("%s are left after its day; for its length: %t", left, s.LimitReached())
	}

	s, now = begin()
	l := &locked{k: s.k, until: now.Add(never), began: s.began}
	*now = now.Add(service.SessionLimit - time.Second)
	if left := l.Remaining(); left != time.Second {
		t.Errorf("the password alone opens it for %s", left)
	}
}
