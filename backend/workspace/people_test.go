package workspace_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/backend/secret"
	"countersign/backend/totp"
	"countersign/backend/workspace"
)

const otherEmail = "bela.novak@example.com"

// somebody is a person of the workspace with what they have in their hands.
type somebody struct {
	h     *house
	id    string
	name  string
	email string
	pass  string
	phone phone // zero with 2FA off
}

// person is how somebody is to be put into a house.
type person struct {
	role  workspace.Role
	state workspace.ProfileState
	on    bool // 2FA
}

// people puts people into the house who have signed in before, as far as their
// state allows, with the owner's password.
func (h *house) people(all ...person) (made []*somebody) {
	h.Helper()
	var rows []workspace.Settled
	for _, p := range all {
		n := h.next()
		one := &somebody{h: h, name: fmt.Sprintf("Person %d, %s", n, p.role), email: fmt.Sprintf("p%d@example.com", n), pass: pass}
		row := workspace.Settled{Name: one.name, Email: one.email, Role: p.role, State: p.state}
		if p.on {
			key, err := totp.NewKey(rand.Reader)
			h.ok(err)
			row.Key = totp.Base32(key).Reveal()
			one.phone = phone{key: row.Key, clock: h.clock}
		}
		rows, made = append(rows, row), append(made, one)
	}
	ids, err := workspace.Settle(h.w, context.WithoutCancel(h.Context()), email, rows)
	h.ok(err)
	for i, id := range ids {
		made[i].id = id
	}
	return made
}

func (h *house) one(p person) *somebody { h.Helper(); return h.people(p)[0] }

// next is a number that was not there before.
func (h *house) next() int { h.count++; return h.count }

// signIn gives the password and, with 2FA on, the code.
func (p *somebody) signIn() *workspace.Session {
	p.h.Helper()
	s, c, err := p.h.w.SignIn(context.WithoutCancel(p.h.Context()), p.email, secret.NewText(p.pass))
	p.h.ok(err)
	if c != nil {
		s, err = c.Verify(context.WithoutCancel(p.h.Context()), secret.NewText(p.newCode()))
		p.h.ok(err)
	}
	return s
}

// challenge gives the password where more is due.
func (p *somebody) challenge() *workspace.Challenge {
	p.h.Helper()
	_, c, err := p.h.w.SignIn(p.h.Context(), p.email, secret.NewText(p.pass))
	p.h.ok(err)
	if c == nil {
		p.h.Fatal("the password alone opened the profile")
	}
	return c
}

// newCode waits until the phone shows a new one.
func (p *somebody) newCode() string {
	p.h.clock.step(30 * time.Second)
	return p.phone.code()
}

func (p *somebody) admin() *workspace.Admin {
	p.h.Helper()
	a, err := p.signIn().Admin(p.h.Context())
	p.h.ok(err)
	return a
}

// proof is a step-up: the password and, with 2FA on, a new code.
func (p *somebody) proof() workspace.Proof {
	proof := workspace.Proof{Password: secret.NewText(p.pass)}
	if p.phone.key != "" {
		proof.Factor = workspace.FactorInput{Kind: workspace.FactorCode, Value: secret.NewText(p.newCode())}
	}
	return proof
}

// profile is what the store has of somebody.
func (h *house) profile(id string) (p workspace.Profile) {
	h.Helper()
	h.ok(h.store.View(h.Context(), func(tx workspace.ReadTx) (err error) {
		p, err = tx.Profile(id)
		return err
	}))
	return p
}

// alone is a house with its owner, 2FA off.
func alone(t *testing.T) (*house, *somebody) {
	t.Helper()
	h, s := created(t)
	return h, &somebody{h: h, id: s.ProfileID(), name: "Amara Okafor", email: email, pass: pass}
}

// guarded is a house whose owner has 2FA on.
func guarded(t *testing.T) (*house, *somebody, []string) {
	t.Helper()
	h, s, p, codes := enabled(t)
	return h, &somebody{h: h, id: s.ProfileID(), name: "Amara Okafor", email: email, pass: pass, phone: p}, codes
}

// enrolAt goes through a gate to its session.
func (p *somebody) enrolAt(g *workspace.Gate) (*workspace.Session, []string) {
	p.h.Helper()
	ctx := p.h.Context()
	shown, err := g.Begin(ctx)
	p.h.ok(err)
	p.phone = phone{key: strings.Join(shown.Groups, ""), clock: p.h.clock}
	issued, err := g.Confirm(ctx, secret.NewText(p.newCode()))
	p.h.ok(err)
	p.h.ok(g.Continue(ctx))
	s, err := g.Enter()
	p.h.ok(err)
	return s, display(issued)
}

func byCode(code string) workspace.FactorInput {
	return workspace.FactorInput{Kind: workspace.FactorCode, Value: secret.NewText(code)}
}

func byRecovery(code string) workspace.FactorInput {
	return workspace.FactorInput{Kind: workspace.FactorRecovery, Value: secret.NewText(code)}
}

func proof(f workspace.FactorInput) workspace.Proof {
	return workspace.Proof{Password: secret.NewText(pass), Factor: f}
}
