package crashtest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// The others of the workspace, with their passwords.
const (
	benEmail, benPass = "ben.carter@example.com", "copper meadow lantern 12"
	miaEmail, miaPass = "mia.rossi@example.com", "walnut glacier ribbon 83"
	joeEmail, joePass = "joe.tanaka@example.com", "saffron anchor prairie 29"
)

// team is a workspace with an admin and a member who have 2FA on, and somebody who
// was invited. The phones are the owner's, Ben's and Mia's, in this order.
var teamBase = &base{name: "team", make: func(p *person) {
	p.start()
	s := p.create()
	p.enable(s)
	a := p.admin(s)
	for _, m := range []service.NewMember{
		{Name: "Ben Carter", Email: benEmail, Role: store.RoleAdmin}, {Name: "Mia Rossi", Email: miaEmail, Role: store.RoleMember},
	} {
		given := got(a.AddMember(p.ctx, m, p.proof()))
		pw := secret.NewText(map[string]string{benEmail: benPass, miaEmail: miaPass}[m.Email])
		theirs, _, err := p.w.Redeem(p.ctx, m.Email, secret.NewText(given.Code.Display()), pw)
		must(err)
		p.show(theirs.BeginEnable(p.ctx, pw))
		p.print(p.confirm(theirs))
		must(theirs.Continue(p.ctx))
		must(theirs.End(p.ctx))
	}
	got(a.AddMember(p.ctx, service.NewMember{Name: "Joe Tanaka", Email: joeEmail, Role: store.RoleMember}, client.Proof{}))
}}

// served is the workspace on a computer as at a server.
func (p *person) served(secrets store.Secrets, name string) *client.Workspace {
	return got(client.Open(p.ctx, p.w.Workspace.Workspace, client.Config{Secrets: secrets, Password: store.Argon2id(cheap), Recovery: store.Argon2id(cheapCodes), Log: p.log, Rand: p.random, Computer: name}))
}

func (p *person) admin(s *client.Session) *client.Admin { return got(s.Admin(p.ctx)) }

// as signs somebody of the team in, with the phone of that number.
func (p *person) as(email, pass string, phone int) *client.Session {
	c := p.due(email, pass)
	p.clock.step(time.Minute)
	return got(c.Verify(p.ctx, secret.NewText(p.code(phone))))
}

// due gives a password where something is still due.
func (p *person) due(email, pass string) *client.Challenge {
	_, c, err := p.w.SignIn(p.ctx, email, secret.NewText(pass))
	must(err)
	return c
}

// proofOf is a step-up with a new code of a phone.
func (p *person) proofOf(pass string, phone int) client.Proof {
	p.clock.step(time.Minute)
	return client.Proof{Password: secret.NewText(pass), Factor: byCode(p.code(phone))}
}

// member is the ID of somebody.
func (p *person) member(email string) (id string) {
	must(p.store.View(p.ctx, func(tx store.ReadTx) error {
		m, err := tx.ProfileByEmail(email)
		id = m.ID
		return err
	}))
	return id
}

// led makes a use case of the owner as an admin.
func led(act func(*person, *client.Admin)) func(*person) func() {
	return func(p *person) func() {
		p.start()
		a := p.admin(p.signIn())
		return func() { act(p, a) }
	}
}

// team is where the others stand, what is open for them and what is asked of all,
// as far as they could tell. Not in it: what an interrupted act leaves in the
// ledger, and who may have to be asked again.
func team(tx store.ReadTx, owner string) (string, error) {
	info, err := tx.Info()
	if err != nil {
		return "", err
	}
	all, err := profiles(tx)
	if err != nil {
		return "", err
	}
	emails := map[string]string{}
	var lines []string
	for _, p := range all {
		emails[p.ID] = p.Email
		m, err := tx.Member(p.ID)
		if err != nil {
			return "", err
		}
		line := fmt.Sprintf("%s %s %s %s", p.Email, p.Name, p.Role, p.State)
		if p.ID != owner {
			line += fmt.Sprintf(" 2FA %v sheet %d handed over %v acknowledged %v password %d", m.On, m.Sheet,
				!m.HandedOverAt.IsZero(), !m.Acknowledged.IsZero(), p.Password.ChangedAt.Unix())
		}
		for _, kind := range []store.OneTimeKind{store.OneTimeInvitation, store.OneTimeReset, store.OneTimeHelp} {
			o, err := tx.OneTime(p.ID, kind)
			if err == nil {
				line += fmt.Sprintf(" %s of %d", kind, o.IssuedAt.Unix())
			} else if !errors.Is(err, store.ErrNotFound) {
				return "", err
			}
		}
		lines = append(lines, line)
	}
	approvals, err := tx.Approvals()
	if err != nil {
		return "", err
	}
	for _, a := range approvals {
		lines = append(lines, fmt.Sprintf("%s for %d members asked by %s: %s", a.Kind, len(a.Members), emails[a.ByID], a.State))
	}
	slices.Sort(lines)
	lines = append(lines, fmt.Sprintf("%s requires %v from %d, two people %v, idle %d", info.Name, info.Require2FA, info.RequireFrom.Unix(), info.TwoPeople, info.IdleMinutes))
	return strings.Join(lines, "\n"), nil
}
