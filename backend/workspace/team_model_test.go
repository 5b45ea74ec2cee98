package workspace_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/backend/client"
	"countersign/backend/keychain"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/teststore"
)

// teammate is what the model knows of somebody.
type teammate struct {
	id, email string
	pass      string // empty before the invitation was redeemed
	role      store.Role
	state     store.ProfileState
	code      string        // an invitation or a reset that is good; empty: none
	stale     string        // one that is not any more
	ended     bool          // since what it rested on has changed; else it was used
	by        *teammate     // who gave it out
	admin     *client.Admin // taken while they were one
	alive     bool          // the session that admin belongs to
}

// team drives the people of a workspace at random and says beforehand what
// must come of each act.
type team struct {
	*rapid.T
	ctx     context.Context
	path    string
	clock   *clock
	secrets *keychain.Memory
	store   teststore.Store
	w       *client.Local
	people  []*teammate
}

func (m *team) must(err error) {
	if err != nil {
		m.Fatalf("%v (%v)", err, errors.Unwrap(err))
	}
}

func (m *team) open() {
	var err error
	m.store, err = teststore.Open(m.ctx, m.T, m.path)
	m.must(err)
	m.w, err = local.Open(m.ctx, local.Config{Store: m.store, Secrets: m.secrets, Now: m.clock.now, Password: cheap, Recovery: cheapCodes})
	m.must(err)
	m.must(m.w.RecoverAll(m.ctx))
}

func (m *team) any(label string) *teammate { return rapid.SampledFrom(m.people).Draw(m.T, label) }

// actor is somebody who is an admin, or was when they signed in.
func (m *team) actor() *teammate {
	var all []*teammate
	for _, p := range m.people {
		if p.admin != nil {
			all = append(all, p)
		}
	}
	if len(all) == 0 {
		m.Skip("no admin has signed in")
	}
	return rapid.SampledFrom(all).Draw(m.T, "actor")
}

func (p *teammate) proof() client.Proof {
	return client.Proof{Password: secret.NewText(p.pass)}
}

// allowed is the rule in other words than the product's: owners everything,
// admins members only, nobody themselves.
func allowed(by, to *teammate, roles bool) service.Code {
	switch {
	case !by.alive:
		return service.CodeSessionEnded
	case by.role == store.RoleMember:
		return service.CodeForbidden
	case to.state == store.ProfileRemoved:
		return service.CodeMemberGone
	case by == to && !roles:
		return service.CodeNotYourself
	case by.role == store.RoleAdmin && (roles || to.role != store.RoleMember):
		return service.CodeForbidden
	}
	return ""
}

// expect compares an answer with the one that was foretold.
func (m *team) expect(what string, err error, want service.Code) (done bool) {
	if want == "" && err != nil || want != "" && !service.IsCode(err, want) {
		m.Fatalf("%s: %v, not %q", what, err, want)
	}
	return err == nil
}

func (m *team) add() {
	by := m.actor()
	role := rapid.SampledFrom(everybody).Draw(m.T, "role")
	p := &teammate{email: fmt.Sprintf("p%d@example.com", len(m.people)), role: role, state: store.ProfileInvited}
	want := service.Code("")
	switch {
	case !by.alive:
		want = service.CodeSessionEnded
	case by.role == store.RoleMember, by.role == store.RoleAdmin && role != store.RoleMember:
		want = service.CodeForbidden
	}
	given, err := by.admin.AddMember(m.ctx, service.NewMember{Name: "N", Email: p.email, Role: role}, by.proof())
	if m.expect("add", err, want) {
		p.id, p.code, p.by = given.ProfileID, given.Code.Display(), by
		m.people = append(m.people, p)
	}
}

func (m *team) suspend() {
	by, to := m.actor(), m.any("target")
	want := allowed(by, to, false)
	if want == "" && to.state == store.ProfileInvited {
		want = service.CodeMemberInvited
	}
	if m.expect("suspend", by.admin.Suspend(m.ctx, to.id), want) && to.state != store.ProfileSuspended {
		to.state, to.alive = store.ProfileSuspended, false
		m.changed(to)
	}
}

// void makes an open code stale.
func (p *teammate) void(ended bool) {
	if p.code != "" {
		p.stale, p.code, p.ended = p.code, "", ended
	}
}

// changed ends what rested on the role and the state that somebody had: their own open
// code, and those that they could not give out now.
func (m *team) changed(p *teammate) {
	p.void(true)
	for _, q := range m.people {
		may := p.state == store.ProfileActive && (p.role == store.RoleOwner || p.role == store.RoleAdmin && q.role == store.RoleMember)
		if q.by == p && !may {
			q.void(true)
		}
	}
}

func (m *team) resume() {
	by, to := m.actor(), m.any("target")
	if m.expect("resume", by.admin.Resume(m.ctx, to.id), allowed(by, to, false)) && to.state == store.ProfileSuspended {
		to.state = store.ProfileActive
		m.changed(to)
	}
}

func (m *team) remove() {
	by, to := m.actor(), m.any("target")
	if m.expect("remove", by.admin.Remove(m.ctx, to.id, by.proof()), allowed(by, to, false)) {
		to.state, to.alive = store.ProfileRemoved, false
		m.changed(to)
		to.ended = false // the address is nobody's now
	}
}

func (m *team) role() {
	by, to := m.actor(), m.any("target")
	role := rapid.SampledFrom(everybody).Draw(m.T, "role")
	want := allowed(by, to, true)
	if want == "" && role != store.RoleOwner && to.role == store.RoleOwner && to.state == store.ProfileActive && m.owners() == 1 {
		want = service.CodeLastOwner
	}
	if m.expect("role", by.admin.SetRole(m.ctx, to.id, role, by.proof()), want) && to.role != role {
		to.role = role
		m.changed(to)
	}
}

func (m *team) owners() (n int) {
	for _, p := range m.people {
		if p.role == store.RoleOwner && p.state == store.ProfileActive {
			n++
		}
	}
	return n
}

func (m *team) reset() {
	by, to := m.actor(), m.any("target")
	want := allowed(by, to, false)
	if want == "" && to.state == store.ProfileSuspended {
		want = service.CodeMemberSuspended
	}
	given, err := by.admin.ResetPassword(m.ctx, to.id, "", by.proof())
	if m.expect("reset", err, want) {
		to.void(false)
		to.code, to.by = given.Code.Display(), by
	}
}

func (m *team) redeem() {
	p := m.any("person")
	code, good := p.code, true
	if code == "" {
		code, good = p.stale, false
	}
	if code == "" {
		m.Skip("nothing was given out")
	}
	pw := fmt.Sprintf("granite lagoon whisper %d", len(m.people)+len(p.pass))
	s, _, err := m.w.Redeem(m.ctx, p.email, secret.NewText(code), secret.NewText(pw))
	if service.IsCode(err, service.CodeThrottled) {
		return
	}
	want := service.Code("")
	switch {
	case !good && p.ended:
		want = service.CodeOneTimeEnded
	case !good:
		want = service.CodeInvitationWrong
	}
	if !m.expect("redeem", err, want) {
		return
	}
	p.pass, p.state, p.alive, p.admin = pw, store.ProfileActive, false, nil
	p.void(false)
	m.take(p, s)
}

func (m *team) signIn() {
	p := m.any("person")
	want := map[store.ProfileState]service.Code{
		store.ProfileInvited: service.CodeCredentialsWrong, store.ProfileRemoved: service.CodeCredentialsWrong, store.ProfileSuspended: service.CodeSuspendedSelf,
	}[p.state]
	s, _, err := m.w.SignIn(m.ctx, p.email, secret.NewText(cmp.Or(p.pass, pass)))
	if !service.IsCode(err, service.CodeThrottled) && m.expect("sign in", err, want) {
		m.take(p, s)
	}
}

// take keeps the powers of a session, or sees that it has none.
func (m *team) take(p *teammate, s *client.Session) {
	a, err := s.Admin(m.ctx)
	want := service.Code("")
	if p.role == store.RoleMember {
		want = service.CodeForbidden
	}
	if m.expect("powers", err, want) {
		p.admin, p.alive = a, true
	}
}

func (m *team) restart() {
	m.must(m.store.Close())
	for _, p := range m.people {
		p.admin, p.alive = nil, false
	}
	m.open()
}

// agree holds the store against the model.
func (m *team) agree() {
	m.must(m.store.View(m.ctx, func(tx store.ReadTx) error {
		for _, p := range m.people {
			got, err := tx.Profile(p.id)
			if err != nil || got.Role != p.role || got.State != p.state {
				m.Fatalf("%s is %q and %q (%v), not %q and %q", p.email, got.Role, got.State, err, p.role, p.state)
			}
		}
		if n, err := tx.CountOwners(); err != nil || n != m.owners() || n == 0 {
			m.Fatalf("%d owners, not %d (%v)", n, m.owners(), err)
		}
		return nil
	}))
}

func TestModel_AnOwnerIsAlwaysLeft(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "countersign-team-")
		if err != nil {
			t.Fatal(err)
		}
		m := &team{T: t, ctx: context.Background(), path: filepath.Join(dir, "workspace.db"), secrets: keychain.NewMemory(),
			clock: &clock{t: time.Date(2026, 11, 23, 9, 0, 10, 0, time.UTC)}}
		t.Cleanup(func() {
			_ = m.store.Close()
			_ = os.RemoveAll(dir)
		})
		m.open()
		s, err := m.w.Create(m.ctx, northwind)
		m.must(err)
		m.people = append(m.people, &teammate{id: s.ProfileID(), email: email, pass: pass, role: store.RoleOwner})
		m.take(m.people[0], s)
		t.Repeat(map[string]func(*rapid.T){
			"":        func(*rapid.T) { m.agree() },
			"add":     func(*rapid.T) { m.add() },
			"redeem":  func(*rapid.T) { m.redeem() },
			"redeems": func(*rapid.T) { m.redeem() },
			"sign in": func(*rapid.T) { m.signIn() },
			"suspend": func(*rapid.T) { m.suspend() },
			"resume":  func(*rapid.T) { m.resume() },
			"role":    func(*rapid.T) { m.role() },
			"remove":  func(*rapid.T) { m.remove() },
			"reset":   func(*rapid.T) { m.reset() },
			"restart": func(*rapid.T) { m.restart() },
		})
		m.restart()
		m.agree()
	})
}
