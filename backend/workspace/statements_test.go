package workspace_test

import (
	"testing"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// What changes no row has not been done, whatever was read before.
func TestAct_GuardedUpdateThatChangesNoRowIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		when string
		n    int // of the commit
		do   func(h *fixture, s *client.Session, p *user) func() error
		want service.Code
	}{
		"2FA is turned off": {"DELETE ON factors", 2, func(h *fixture, s *client.Session, p *user) func() error {
			return func() error { return s.Disable(h.Context(), byCode(p.newCode())) }
		}, service.CodeTwoFactorOff},
		"a phone is swapped": {"UPDATE ON apps", 2, func(h *fixture, s *client.Session, p *user) func() error {
			shown, err := s.BeginChangePhone(h.Context(), 0, p.proof())
			h.ok(err)
			return func() error { return second(s.Confirm(h.Context(), secret.NewText(h.phoneOf(shown).code()))) }
		}, service.CodeEnrolmentEnded},
		"2FA is turned on": {"DELETE ON intents", 1, func(h *fixture, s *client.Session, p *user) func() error {
			h.ok(s.Disable(h.Context(), byCode(p.newCode())))
			shown, err := s.BeginEnable(h.Context(), secret.NewText(p.pass))
			h.ok(err)
			h.ok(second(s.Confirm(h.Context(), secret.NewText(h.phoneOf(shown).code()))))
			return func() error { return s.Continue(h.Context()) }
		}, service.CodeEnrolmentEnded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _ := alone(t)
			steps := h.onSteps()
			member := h.one(person{role: store.RoleMember, on: true})
			s := member.signIn()
			do := c.do(h, s, member)
			on := h.status(s).On
			steps.before(c.n, func() { h.hinder("IGNORE", c.when) })
			h.refused(do(), c.want)
			if h.status(s).On != on {
				t.Errorf("2FA was on: %t, and is: %t", on, !on)
			}
		})
	}
}

// What fails in the database is not done by halves.
func TestAct_StatementThatFailsUndoesItsWholeAct(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		when string
		n    int
		do   func(h *fixture, s *client.Session, p *user) func() error
	}{
		"the count of a phone's first code": {"INSERT ON attempts WHEN NEW.kind = 'confirm'", 2, func(h *fixture, s *client.Session, p *user) func() error {
			shown, err := s.BeginChangePhone(h.Context(), 0, p.proof())
			h.ok(err)
			return func() error { return second(s.Confirm(h.Context(), secret.NewText(h.phoneOf(shown).code()))) }
		}},
		"the help code that ends with 2FA": {"UPDATE ON one_time_codes", 2, func(h *fixture, s *client.Session, p *user) func() error {
			h.ok(second(p.helper().HelpCode(h.Context(), p.id, "", client.Proof{Password: secret.NewText(pass)})))
			return func() error { return s.Disable(h.Context(), byCode(p.newCode())) }
		}},
		"the keys of a reset that ends": {"DELETE ON vault_keys", 1, func(h *fixture, s *client.Session, p *user) func() error {
			h.ok(second(p.helper().ResetPassword(h.Context(), p.id, "", client.Proof{Password: secret.NewText(pass)})))
			return func() error {
				return s.ChangePassword(h.Context(), secret.NewText(pass), secret.NewText("granite lagoon whisper 47"), byCode(p.newCode()))
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _ := alone(t)
			steps := h.onSteps()
			member := h.one(person{role: store.RoleMember, on: true})
			s := member.signIn()
			do := c.do(h, s, member)
			before := h.profile(member.id)
			steps.before(c.n, func() { h.hinder("ABORT", c.when) })
			if err := do(); err == nil {
				t.Error("it was done")
			}
			if now := h.profile(member.id); now.Epoch != before.Epoch || !now.Password.ChangedAt.Equal(before.Password.ChangedAt) || !h.status(s).On {
				t.Error("some of it was done")
			}
		})
	}
}

// helper is the owner, with 2FA off.
func (p *user) helper() *client.Admin {
	p.h.Helper()
	return (&user{h: p.h, email: email, pass: pass}).admin()
}
