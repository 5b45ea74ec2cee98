package servicetest

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"time"

	"countersign/backend/client"
	"countersign/backend/service"
)

func stepUpNeeds(f *fixture) {
	m := f.member(service.RoleMember)
	s := m.signIn()
	needs := func(s *client.Session) service.StepUpNeeds {
		n, err := s.StepUp(f.ctx(), service.EachTime)
		f.ok(err)
		return n
	}
	f.same("without 2FA", needs(s), service.StepUpNeeds{Password: true})
	m.enable(s)
	f.same("with 2FA", needs(s), service.StepUpNeeds{Password: true, Factor: true})
	s, err := m.challenge().Recover(f.ctx(), text(m.codes[0]))
	f.ok(err)
	f.same("right after a recovery code", needs(s), service.StepUpNeeds{})
	f.ok(second(s.BeginNewCodes(f.ctx(), client.Proof{})))
	f.ok(s.ForOneAct(f.ctx())) // what the code stood for is done
	f.same("after that act", needs(s), service.StepUpNeeds{Password: true, Factor: true})
	s, err = m.challenge().Recover(f.ctx(), text(m.codes[9]))
	f.ok(err)
	f.place.Advance(service.GrantLife - time.Minute)
	f.ok(s.Touch())
	f.place.Advance(time.Minute)
	f.same("a while after a recovery code", needs(s), service.StepUpNeeds{Password: true, Factor: true})
	for range 20 {
		_, err := m.challenge().Verify(f.ctx(), text(m.phone.wrong()))
		f.refused(err, service.CodeCodeWrong)
		f.place.Advance(time.Hour)
	}
	s, err = m.challenge().Recover(f.ctx(), text(m.codes[1]))
	f.ok(err)
	f.place.Advance(service.DefaultIdle - time.Second)
	f.ok(s.Touch())
	f.place.Advance(time.Second)
	f.same("with the authenticator off", needs(s), service.StepUpNeeds{Password: true, Factor: true, AuthenticatorOff: true})
}

// prove does an act that is asked for each time, and that an owner may do again and again.
func prove(f *fixture, s service.Session, p service.Proof) error {
	f.Helper()
	a, err := s.Admin(f.ctx())
	f.ok(err)
	v, err := s.Vault(f.ctx())
	f.ok(err)
	return second(a.MakeKit(f.ctx(), p, v.PublicKey))
}

func stepUpSignatures(f *fixture) {
	h, s := f.hand(service.RoleOwner)
	other := h.signIn()
	t, name, email, err := s.BeginProof(f.ctx())
	f.ok(err)
	if t.WorkspaceID != h.w.ID() || len(t.Nonce) != service.NonceSize || name == "" || email != h.email {
		f.Errorf("%+v, %q, %q", t, name, email)
	}
	used := h.proof(s)
	f.ok(prove(f, s, used))
	_, another, err := ed25519.GenerateKey(rand.Reader)
	f.ok(err)
	made := random(service.NonceSize)
	for what, c := range map[string]struct {
		spoil func(p *service.Proof)
		code  service.Code
	}{
		"no signature":      {func(p *service.Proof) { p.Signature = nil }, service.CodePasswordRequired},
		"another key":       {func(p *service.Proof) { p.Signature = ed25519.Sign(another, service.ProofMessage(h.w.ID(), p.Nonce)) }, service.CodePasswordWrong},
		"another workspace": {func(p *service.Proof) { p.Signature = ed25519.Sign(h.key, service.ProofMessage("another", p.Nonce)) }, service.CodePasswordWrong},
		"what signs in":     {func(p *service.Proof) { p.Signature = ed25519.Sign(h.key, service.SignInMessage(h.w.ID(), p.Nonce)) }, service.CodePasswordWrong},
		"another nonce’s":   {func(p *service.Proof) { p.Signature = used.Signature }, service.CodePasswordWrong},
		"no nonce":          {func(p *service.Proof) { p.Nonce = nil }, service.CodeChallengeEnded},
		"a used nonce":      {func(p *service.Proof) { *p = used }, service.CodeChallengeEnded},
		"a nonce of one’s own": {func(p *service.Proof) {
			p.Nonce, p.Signature = made, ed25519.Sign(h.key, service.ProofMessage(h.w.ID(), made))
		}, service.CodeChallengeEnded},
		"another session’s": {func(p *service.Proof) { *p = h.proof(other) }, service.CodeChallengeEnded},
	} {
		p := h.proof(s)
		c.spoil(&p)
		if err := prove(f, s, p); !service.IsCode(err, c.code) {
			f.Errorf("%s: %v, not %s", what, err, c.code)
		}
		f.ok(prove(f, s, h.proof(s))) // ends the count
	}
	old := h.proof(s)
	for range 3 {
		f.place.Advance(service.ChallengeLife / 3)
		f.ok(s.Touch())
	}
	f.refused(prove(f, s, old), service.CodeChallengeEnded)
}

func stepUpGrants(f *fixture) {
	none := service.Proof{}
	h, _ := f.hand(service.RoleOwner)
	s := h.signIn()
	a := h.admin(s)
	f.refused(prove(f, s, none), service.CodePasswordRequired)
	f.ok(s.ForOneAct(f.ctx()))
	f.ok(prove(f, s, none))
	f.refused(prove(f, s, none), service.CodePasswordRequired)
	f.ok(s.ForOneAct(f.ctx())) // the sign-in has stood for its act
	f.refused(prove(f, s, none), service.CodePasswordRequired)
	late := h.signIn()
	f.place.Advance(time.Minute)
	f.ok(late.ForOneAct(f.ctx())) // it is too late
	f.refused(prove(f, late, none), service.CodePasswordRequired)

	f.ok(a.Prove(f.ctx(), service.EachTime, h.proof(s)))
	f.conflict(second(a.MakeKit(f.ctx(), none, "another key")))         // which did nothing
	f.refused(prove(f, h.signIn(), none), service.CodePasswordRequired) // it is this session's
	f.ok(prove(f, s, none))
	f.refused(prove(f, s, none), service.CodePasswordRequired)
	f.refused(a.Prove(f.ctx(), service.EachTime, none), service.CodePasswordRequired)

	f.ok(a.Prove(f.ctx(), service.EachTime, h.proof(s)))
	f.place.Advance(service.GrantLife / 2)
	f.ok(s.Touch())
	f.place.Advance(service.GrantLife / 2)
	f.refused(prove(f, s, none), service.CodePasswordRequired)
}

func stepUpGroups(f *fixture) {
	none := service.Proof{}
	m := f.guarded(service.RoleMember)
	h, _ := f.hand(service.RoleOwner)
	s := h.signIn()
	a := h.admin(s)
	needs := func(acts service.Acts, want bool) {
		f.Helper()
		n, err := s.StepUp(f.ctx(), acts)
		if f.ok(err); n.Password != want {
			f.Errorf("%q: %+v", acts, n)
		}
	}
	run := func(kind service.RunKind, p service.Proof) error {
		_, err := a.BeginRun(f.ctx(), service.RunRequest{Members: ids(m), Reason: "New codes", Kind: kind}, p)
		return err
	}
	groups := map[service.Acts]func(p service.Proof) error{
		service.MemberActs: func(p service.Proof) error { return second(a.HelpCode(f.ctx(), m.id, "", f.newOneTime(), p)) },
		service.RunActs:    func(p service.Proof) error { return run(service.RunPrint, p) },
		service.PolicyActs: func(p service.Proof) error { return a.DropRequirement(f.ctx(), "", p) },
	}
	for acts, act := range groups {
		needs(acts, true)
		f.refused(act(none), service.CodePasswordRequired)
		f.ok(act(h.proof(s)))
		needs(acts, false)
		f.ok(act(none))
		f.ok(act(none))
		for others, other := range groups {
			if others != acts {
				needs(others, true)
				f.refused(other(none), service.CodePasswordRequired)
			}
		}
		f.refused(prove(f, s, none), service.CodePasswordRequired) // nor for what is asked for each time
		f.refused(run(service.RunExport, none), service.CodePasswordRequired)
		needs(service.EachTime, true)
		f.refused(second(h.admin(h.signIn()).HelpCode(f.ctx(), m.id, "", f.newOneTime(), none)), service.CodePasswordRequired) // nor for another session
		for range 3 {
			f.place.Advance(service.ConfirmLife / 3)
			f.ok(s.Touch())
		}
		needs(acts, true)
		f.refused(act(none), service.CodePasswordRequired)
	}
	f.ok(a.Prove(f.ctx(), service.MemberActs, h.proof(s))) // ahead of them
	f.ok(groups[service.MemberActs](none))
	f.ok(groups[service.MemberActs](none))
}

func stepUpForgotten(f *fixture) {
	m := f.member(service.RoleMember)
	s := f.owner.signIn()
	f.owner.enable(s)
	a, err := s.Admin(f.ctx())
	f.ok(err)
	f.ok(a.SetRole(f.ctx(), m.id, service.RoleAdmin, f.owner.proof()))
	f.ok(a.SetRole(f.ctx(), m.id, service.RoleMember, client.Proof{}))
	f.ok(s.Disable(f.ctx(), byCode(f.owner.newCode())))
	f.refused(a.SetRole(f.ctx(), m.id, service.RoleAdmin, client.Proof{}), service.CodePasswordRequired)
}

func stepUpPauses(f *fixture) {
	a := f.owner.admin()
	for left := 4; left >= 0; left-- {
		e := f.refused(a.Prove(f.ctx(), service.EachTime, client.Proof{Password: text("a wrong password 1")}), service.CodePasswordWrong)
		if argument(e, "left") != fmt.Sprint(left) || e.Field != "password" {
			f.Errorf("%v at %q", e.Args, e.Field)
		}
	}
	f.refused(a.Prove(f.ctx(), service.EachTime, f.owner.proof()), service.CodeThrottled)
	_, _, err := f.owner.w.SignIn(f.ctx(), f.owner.email, text(f.owner.pass)) // they are the same guesses
	f.refused(err, service.CodeThrottled)
	f.place.Advance(30 * time.Second)
	f.ok(a.Prove(f.ctx(), service.EachTime, f.owner.proof()))
}
