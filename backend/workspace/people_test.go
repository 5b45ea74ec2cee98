package workspace_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/totp"
	"countersign/backend/workspace"
)

const otherEmail = "bela.novak@example.com"

// user is a person of the workspace, with their password and phone.
type user struct {
	h     *fixture
	id    string
	name  string
	email string
	pass  string
	phone phone             // zero with 2FA off
	at    *client.Workspace // a computer, as at a server; nil: in a workspace on one computer
}

// person says how a user is to be put into a fixture.
type person struct {
	role  store.Role
	state store.ProfileState
	on    bool // 2FA
}

// people puts people into the fixture who have signed in before, as far as their
// state allows, with the owner's password.
func (h *fixture) people(all ...person) (made []*user) {
	h.Helper()
	var rows []workspace.AddedProfile
	for _, p := range all {
		n := h.next()
		one := &user{h: h, name: fmt.Sprintf("Person %d, %s", n, p.role), email: fmt.Sprintf("p%d@example.com", n), pass: pass}
		row := workspace.AddedProfile{Name: one.name, Email: one.email, Role: p.role, State: p.state}
		if p.on {
			key, err := totp.NewKey(rand.Reader)
			h.ok(err)
			row.Key = totp.Base32(key).Reveal()
			one.phone = phone{key: row.Key, clock: h.clock}
		}
		rows, made = append(rows, row), append(made, one)
	}
	ids, err := workspace.AddProfiles(inner(h.w), context.WithoutCancel(h.Context()), email, rows)
	h.ok(err)
	for i, id := range ids {
		made[i].id = id
	}
	return made
}

func (h *fixture) one(p person) *user { h.Helper(); return h.people(p)[0] }

// next is a number that was not there before.
func (h *fixture) next() int { h.count++; return h.count }

// from is the workspace as the user's computer has it.
func (p *user) from() *client.Workspace {
	if p.at != nil {
		return p.at
	}
	return p.h.w.Workspace
}

// served has the user come in from a computer of their own from now on, as at a server to which the workspace has moved.
func (p *user) served() {
	p.h.Helper()
	var err error
	p.at, err = client.Open(p.h.Context(), inner(p.h.w).Service(), p.h.config(p.h.secrets))
	p.h.ok(err)
}

// signIn gives the password and, with 2FA on, the code.
func (p *user) signIn() *client.Session {
	p.h.Helper()
	s, c, err := p.from().SignIn(context.WithoutCancel(p.h.Context()), p.email, secret.NewText(p.pass))
	p.h.ok(err)
	if c != nil {
		s, err = c.Verify(context.WithoutCancel(p.h.Context()), secret.NewText(p.newCode()))
		p.h.ok(err)
	}
	return s
}

// challenge gives the password where more is due.
func (p *user) challenge() *client.Challenge {
	p.h.Helper()
	_, c, err := p.from().SignIn(p.h.Context(), p.email, secret.NewText(p.pass))
	p.h.ok(err)
	if c == nil {
		p.h.Fatal("the password alone opened the profile")
	}
	return c
}

// newCode waits until the phone shows a new one.
func (p *user) newCode() string {
	p.h.clock.step(30 * time.Second)
	return p.phone.code()
}

func (p *user) admin() *client.Admin {
	p.h.Helper()
	a, err := p.signIn().Admin(p.h.Context())
	p.h.ok(err)
	return a
}

// proof is a step-up: the password and, with 2FA on, a new code.
func (p *user) proof() client.Proof {
	proof := client.Proof{Password: secret.NewText(p.pass)}
	if p.phone.key != "" {
		proof.Factor = client.FactorInput{Kind: service.FactorCode, Value: secret.NewText(p.newCode())}
	}
	return proof
}

// profile is what the store has of a user.
func (h *fixture) profile(id string) (p store.Profile) {
	h.Helper()
	h.ok(h.store.View(h.Context(), func(tx store.ReadTx) (err error) {
		p, err = tx.Profile(id)
		return err
	}))
	return p
}

// alone is a fixture with its owner, 2FA off.
func alone(t *testing.T) (*fixture, *user) {
	t.Helper()
	h, s := created(t)
	return h, &user{h: h, id: s.ProfileID(), name: "Amara Okafor", email: email, pass: pass}
}

// guarded is a fixture whose owner has 2FA on.
func guarded(t *testing.T) (*fixture, *user, []string) {
	t.Helper()
	h, s, p, codes := enabled(t)
	return h, &user{h: h, id: s.ProfileID(), name: "Amara Okafor", email: email, pass: pass, phone: p}, codes
}

// enrolAt finishes an enrolment and gives its session.
func (p *user) enrolAt(g *client.EnrolmentSession) (*client.Session, []string) {
	p.h.Helper()
	ctx := p.h.Context()
	shown, err := g.Begin(ctx)
	p.h.ok(err)
	p.phone = phone{key: strings.Join(shown.Groups, ""), clock: p.h.clock}
	issued, err := g.Confirm(ctx, secret.NewText(p.newCode()))
	p.h.ok(err)
	p.h.ok(g.Continue(ctx))
	s, err := g.Enter(ctx)
	p.h.ok(err)
	return s, display(issued)
}

func byCode(code string) client.FactorInput {
	return client.FactorInput{Kind: service.FactorCode, Value: secret.NewText(code)}
}

func byRecovery(code string) client.FactorInput {
	return client.FactorInput{Kind: service.FactorRecovery, Value: secret.NewText(code)}
}

func proof(f client.FactorInput) client.Proof {
	return client.Proof{Password: secret.NewText(pass), Factor: f}
}
