package workspace_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// What ends the other sessions of a profile must not end its own: between the commit and the keychain, which may
// ask its user something, the window goes on asking.
func TestSession_GoesOnWhileItsOwnChangeEndsTheOthers(t *testing.T) {
	t.Parallel()
	for name, ready := range map[string]func(h *fixture, owner *user, s *client.Session) (act func() error){
		"2FA off": func(h *fixture, owner *user, s *client.Session) func() error {
			return func() error { return s.Disable(h.Context(), byCode(owner.phone.code())) }
		},
		"an app less": func(h *fixture, owner *user, s *client.Session) func() error {
			tablet, proof := h.app(owner, "Tablet"), owner.proof()
			return func() error { return s.RemoveApp(h.Context(), tablet, proof) }
		},
		"another phone": func(h *fixture, owner *user, s *client.Session) func() error {
			shown, err := s.BeginChangePhone(h.Context(), h.app(owner, "Tablet"), owner.proof())
			h.ok(err)
			code := secret.NewText(h.phoneOf(shown).code())
			return func() error { return second(s.Confirm(h.Context(), code)) }
		},
		"another email": func(h *fixture, owner *user, s *client.Session) func() error {
			proof := owner.proof()
			return func() error { return s.ChangeEmail(h.Context(), "amara@example.org", proof) }
		},
		"another password": func(h *fixture, owner *user, s *client.Session) func() error {
			code := byCode(owner.phone.code())
			return func() error {
				return s.ChangePassword(h.Context(), secret.NewText(owner.pass), secret.NewText("walnut harbour spindle 3"), code)
			}
		},
		"this wasn’t me": func(h *fixture, _ *user, s *client.Session) func() error {
			return func() error { return s.NotMe(h.Context()) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner, _, _ := withApps(t, "Tablet")
			s, another := owner.signIn(), owner.signIn()
			h.clock.step(time.Minute) // for the next code
			h.stays(s, ready(h, owner, s))
			h.refused(second(another.Overview(t.Context())), service.CodeSessionEnded)
		})
	}
	t.Run("2FA on", func(t *testing.T) {
		t.Parallel()
		h, s := created(t)
		shown, err := s.BeginEnable(t.Context(), secret.NewText(pass))
		h.ok(err)
		h.ok(second(s.Confirm(t.Context(), secret.NewText(h.phoneOf(shown).code()))))
		h.stays(s, func() error { return s.Continue(t.Context()) })
	})
}

// stays does an act, and looks whether the session is good for others before the act is done, and afterwards.
func (h *fixture) stays(s *client.Session, act func() error) {
	h.Helper()
	asked := errors.New("nothing was asked meanwhile")
	h.secrets.during(func() { asked = second(s.Vault(h.Context())) }) // which waits for no other use case
	h.ok(act())
	h.secrets.during(nil)
	if h.server == nil { // a server has its anchor in the commit
		h.ok(asked)
	}
	h.ok(second(s.Overview(h.Context())))
}

// profileThen is a store in which something happens once a look has read a profile.
type profileThen struct {
	store.Store
	then func()
}

func (s *profileThen) View(ctx context.Context, fn func(store.ReadTx) error) error {
	return s.Store.View(ctx, func(tx store.ReadTx) error { return fn(profileThenTx{tx, s}) })
}

type profileThenTx struct {
	store.ReadTx
	s *profileThen
}

func (t profileThenTx) Profile(id string) (store.Profile, error) {
	p, err := t.ReadTx.Profile(id)
	if then := t.s.then; then != nil {
		t.s.then = nil
		then()
	}
	return p, err
}

// A look that began before the change has the profile as it was then.
func TestSession_GoesOnWhereALookBeganBeforeItsOwnChange(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	db := &profileThen{Store: h.store}
	w, err := local.Open(t.Context(), local.Config{Store: db, Secrets: h.secrets, Files: h.files, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
	h.ok(err)
	h.w = w
	s, other := owner.signIn(), owner.signIn()
	db.then = func() { h.ok(s.NotMe(t.Context())) }
	h.ok(second(s.Vault(t.Context())))
	h.ok(second(s.Overview(t.Context())))
	h.refused(second(other.Overview(t.Context())), service.CodeSessionEnded)
}
