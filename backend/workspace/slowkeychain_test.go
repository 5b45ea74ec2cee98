package workspace_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// stuck is a keychain that does not answer about the anchor, once, until it is let go.
type stuck struct {
	store.Secrets
	call    string // get or set; empty: it answers
	waiting chan struct{}
	answer  chan struct{}
}

func stick(s store.Secrets) *stuck {
	return &stuck{Secrets: s, waiting: make(chan struct{}), answer: make(chan struct{})}
}

func (s *stuck) wait(call, name string) {
	if s.call == call && strings.HasSuffix(name, "/anchor") {
		s.call = ""
		close(s.waiting)
		<-s.answer
	}
}

func (s *stuck) Get(ctx context.Context, name string) (secret.Bytes, error) {
	s.wait("get", name)
	return s.Secrets.Get(ctx, name)
}

func (s *stuck) Set(ctx context.Context, name string, v secret.Bytes) error {
	s.wait("set", name)
	return s.Secrets.Set(ctx, name, v)
}

// withStuck opens a fixture on a keychain that can get stuck, with two who are signed in.
func withStuck(t *testing.T) (h *fixture, k *stuck, first, second *client.Session) {
	t.Helper()
	h, _ = created(t)
	k = stick(h.secrets)
	w, err := local.Open(t.Context(), local.Config{Store: h.store, Secrets: k, Files: h.files, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
	h.ok(err)
	for _, s := range []**client.Session{&first, &second} {
		*s, _, err = w.SignIn(t.Context(), email, secret.NewText(pass))
		h.ok(err)
	}
	return h, k, first, second
}

func TestLock_AWaitForItObeysTheContext(t *testing.T) {
	t.Parallel()
	h, k, first, second := withStuck(t)
	k.call = "set"
	ended := make(chan error)
	go func() { ended <- first.Rename(t.Context(), "Amara the first") }()
	<-k.waiting // the commit stands, and its anchor is on its way
	short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	h.refused(second.Rename(short, "Amara the second"), service.CodeDatabaseBusy)
	gone, leave := context.WithCancel(t.Context())
	leave()
	if err := second.Rename(gone, "Amara the second"); err == nil || service.IsCode(err, service.CodeDatabaseBusy) {
		t.Errorf("somebody who left is told %v", err)
	}
	close(k.answer)
	h.ok(<-ended)
	h.ok(second.Rename(t.Context(), "Amara the second"))
	h.restart() // and every change is anchored
}

func TestLock_IsNotHeldWhileTheKeychainAsks(t *testing.T) {
	t.Parallel()
	h, k, first, second := withStuck(t)
	k.call = "get"
	ended := make(chan error)
	go func() { ended <- first.Rename(t.Context(), "Amara the first") }()
	<-k.waiting // the keychain asks for its password
	h.ok(second.Rename(t.Context(), "Amara the second"))
	close(k.answer)
	h.ok(<-ended)
	h.restart()
}

// lateAnchor is a keychain that answers about the anchor when nobody waits any more.
type lateAnchor struct {
	store.Secrets
	late bool
}

func (l *lateAnchor) Set(ctx context.Context, name string, v secret.Bytes) error {
	if deadline, ok := ctx.Deadline(); l.late && strings.HasSuffix(name, "/anchor") {
		if !ok || time.Until(deadline) > 11*time.Second {
			return store.ErrKeychainFailed // it would be waited for
		}
		return context.DeadlineExceeded
	}
	return l.Secrets.Set(ctx, name, v)
}

func TestLock_AnAnchorIsWaitedForAShortTime(t *testing.T) {
	t.Parallel()
	h, _ := created(t)
	k := &lateAnchor{Secrets: h.secrets}
	w, err := local.Open(t.Context(), local.Config{Store: h.store, Secrets: k, Files: h.files, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
	h.ok(err)
	s, _, err := w.SignIn(t.Context(), email, secret.NewText(pass))
	h.ok(err)
	k.late = true
	h.refused(s.Rename(t.Context(), "Amara N. Okafor"), service.CodeKeychainSlow)
	k.late = false
	h.ok(s.Rename(t.Context(), "Amara O."))
	h.restart()
}
