package workspace

import (
	"crypto/ed25519"
	"errors"
	"testing"
	"time"

	"countersign/backend/journal"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

func TestAfterwards_WhatFailedWhileTakingBackIsTold(t *testing.T) {
	t.Parallel()
	met, undoing := refuse(service.CodeFactorRequired), errors.New("the store failed")
	if got := service.Afterwards(met, nil); got != error(met) {
		t.Errorf("nothing to take back: %v", got)
	}
	if got := service.Afterwards(met, undoing); !errors.Is(got, undoing) || !errors.Is(got, met) {
		t.Errorf("taking back failed: %v", got)
	}
	if got := service.Afterwards(nil, undoing); !errors.Is(got, undoing) {
		t.Errorf("only taking back failed: %v", got)
	}
}

func TestWorkspace_AnotherWorkspacesRowIsNotTaken(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	w := &Workspace{info: store.Info{ID: "a", Name: "Own", CreatedAt: from}}
	other := store.Info{ID: "b", Name: "Other", CreatedAt: from, Require2FA: true, RequireFrom: from}
	w.cacheInfo(other)
	if w.info.Require2FA || w.Name() != "Own" {
		t.Errorf("%+v", w.info)
	}
	own := other
	own.ID = "a"
	w.cacheInfo(own)
	if !w.info.Require2FA || !w.info.RequireFrom.Equal(from) || w.Name() != "Other" {
		t.Errorf("%+v", w.info)
	}
}

func TestWorkspace_HasNoNameBeforeItIsCreated(t *testing.T) {
	t.Parallel()
	if got := (&Workspace{info: store.Info{ID: "a", Name: "Begun"}}).Name(); got != "" {
		t.Errorf("%q", got)
	}
}

func TestIntegrity_KeyThatIsNotThereIsAnError(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, keySize - 1, keySize + 1} {
		w := &Workspace{keys: keys{integrity: secret.NewBytes(make([]byte, n))}}
		if _, err := w.integrity(); err == nil {
			t.Errorf("a key of %d bytes is taken", n)
		}
	}
	w := &Workspace{keys: keys{integrity: secret.NewBytes(make([]byte, keySize))}}
	if _, err := w.integrity(); err != nil {
		t.Error(err)
	}
}

func TestStand_SessionThatIsOverEnrolsNoMore(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		off, enrolling, enrolOnly, over, required bool
		want                                      standing
	}{
		{required: true, want: standsWhole},
		{off: true, want: standsWhole},
		{off: true, required: true, want: standsNot},
		{off: true, enrolling: true, required: true, want: standsEnrolling},
		{off: true, enrolling: true, over: true, required: true, want: standsNot},
		{off: true, enrolOnly: true, want: standsEnrolling},
	} {
		s := &Session{off: c.off, enrolling: c.enrolling, enrolOnly: c.enrolOnly, over: c.over}
		if got := s.stand(c.required); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
}

func TestRemaining_RequirementAheadShortensNoGate(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	w := &Workspace{
		clock: journal.NewClock(func() time.Time { return now }), idle: 5 * time.Minute, info: store.Info{ID: "a", CreatedAt: now, Require2FA: true, RequireFrom: now.Add(time.Minute)},
	}
	s := w.newSession(store.Profile{ID: "p"}, service.OwnKeys{})
	if got := s.Remaining(); got != time.Minute {
		t.Errorf("without 2FA: %s", got)
	}
	s.enrolOnly = true
	if got := s.Remaining(); got != 5*time.Minute {
		t.Errorf("only enrolling: %s", got)
	}
	s.enrolOnly, s.off = false, false
	if got := s.Remaining(); got != 5*time.Minute {
		t.Errorf("with 2FA: %s", got)
	}
}

func TestKindOf_LaterVersionsKindIsTheWorkspaces(t *testing.T) {
	t.Parallel()
	if k := kindOf("moon-landed"); k.group != service.GroupWorkspace {
		t.Errorf("%+v", k)
	}
	if k := kindOf(eventDocumentsOpened); k.group != service.GroupContracts {
		t.Errorf("%+v", k)
	}
}

// A computer puts its clock right by as much as is let pass, and no further.
func TestWithin_LastsForItsLifeAndTheClocksSlack(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 11, 23, 9, 0, 10, 0, time.UTC)
	for age, want := range map[time.Duration]bool{
		-clockSlack - 1: false, -clockSlack: true, 0: true, service.GrantLife - 1: true, service.GrantLife: false,
	} {
		if got := within(from, from.Add(age), service.GrantLife); got != want {
			t.Errorf("after %s: %t", age, got)
		}
	}
}

// A row without a key is nobody's, and ed25519 panics over keys of another length.
func TestSigned_KeyOfAnotherLengthHasSignedNothing(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, ed25519.PublicKeySize - 1, ed25519.PublicKeySize + 1} {
		if signed(store.PasswordRecord{PublicKey: make([]byte, n)}, nil, make([]byte, ed25519.SignatureSize)) {
			t.Errorf("one of %d bytes has", n)
		}
	}
}

func TestLock_WithoutItsKeyIsNeitherSealedNorOpened(t *testing.T) {
	t.Parallel()
	w := &Workspace{keys: keys{lock: secret.NewBytes(make([]byte, keySize/2))}} // AES takes such a one
	if sealed, err := w.sealLock("p", secret.NewBytes([]byte("lock"))); err == nil {
		t.Errorf("%x", sealed)
	}
	if _, err := w.openLock(store.Profile{}); err == nil {
		t.Error("it opens")
	}
}

func TestPause_GrowsToAnHourAndStays(t *testing.T) {
	t.Parallel()
	before := time.Duration(0)
	for n := range 500 {
		got := pause(n)
		if n <= freeFailures && got != 0 || n == freeFailures+1 && got != firstPause || got < before || n > 20 && got != longestPause {
			t.Errorf("after %d failures %s, after %s", n, got, before)
		}
		before = got
	}
}
