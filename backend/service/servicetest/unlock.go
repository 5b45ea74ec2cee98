package servicetest

import (
	"context"
	"time"

	"countersign/backend/client"
	"countersign/backend/service"
)

var unlocks = []useCase{
	{"Unlock_PasswordAloneOpensTheSessionAgain", unlockOpens, []string{"Admin.SetQuickUnlock", "Session.ForUnlock", "Locked.Terms", "Locked.Remaining", "Locked.Unlock", "Locked.Leave"}},
	{"Unlock_IsNoUseOfTheSessionAndIsGoodOnce", unlockOnce, nil},
	{"Unlock_TakesNothingFromWhatASignInTells", unlockTells, nil},
	{"Unlock_IsForSecondFactorsAndWhereItIsAllowed", unlockAllowed, nil},
	{"Unlock_LastsNoLongerThanTheSessionWouldHave", unlockEnds, nil},
	{"Unlock_FifthWrongPasswordEndsIt", unlockGuesses, nil},
	{"Unlock_ConfirmsNothing", unlockConfirms, nil},
	{"Unlock_EndsWithAWrongSecondFactor", unlockAfterGuesses, nil},
	{"Unlock_RefusesWhatNoClientSigns", unlockSignatures, nil},
	{"Unlock_EndsWithWhatEndsTheSession", unlockEndsWith, nil},
}

// allowed is a member with 2FA on, where the workspace lets the password alone unlock.
func (f *fixture) allowed() *person {
	f.Helper()
	f.ok(f.owner.admin().SetQuickUnlock(f.ctx(), true, "", f.owner.proof()))
	return f.guarded(service.RoleMember)
}

// locked is a session whose window was locked.
func (p *person) locked() *client.Locked {
	p.f.Helper()
	s := p.signIn()
	l, err := s.ForUnlock(p.f.ctx())
	p.f.ok(err)
	p.f.ok(s.End(p.f.ctx()))
	return l
}

func (p *person) unlock(l *client.Locked) *client.Session {
	p.f.Helper()
	s, err := l.Unlock(p.f.ctx(), text(p.pass))
	p.f.ok(err)
	return s
}

func unlockOpens(f *fixture) {
	p := f.allowed()
	l := p.locked()
	f.place.Advance(2 * time.Hour)
	f.refused(second(l.Unlock(f.ctx(), text(""))), service.CodePasswordRequired)
	s := p.unlock(l)
	f.same("the profile", s.ProfileID(), p.id)
	f.ok(s.Whole())
	f.ok(s.Rename(f.ctx(), "Another Name"))
	if _, err := s.Documents(f.ctx()); err != nil && !service.IsCode(err, service.CodeVaultWaiting) {
		f.Errorf("the contracts stay closed: %v", err)
	}
	page, err := s.OwnLog(f.ctx(), 0, 2)
	f.ok(err)
	f.same("the log", page.Entries[1].Kind, "unlocked")
	left := p.locked()
	if left.Remaining() <= 0 {
		f.Error("it is over before it was used")
	}
	left.Leave()
	left.Leave() // twice is fine
	f.refused(second(left.Unlock(f.ctx(), text(p.pass))), service.CodeChallengeEnded)
	f.same("what is left of it", left.Remaining(), time.Duration(0))
}

func unlockOnce(f *fixture) {
	p := f.allowed()
	s := p.signIn()
	f.place.Advance(service.DefaultIdle - time.Minute)
	l, err := s.ForUnlock(f.ctx())
	f.ok(err)
	f.place.Advance(time.Minute)
	f.refused(s.Touch(), service.CodeSessionEnded) // it was no use
	p.unlock(l)
	f.refused(second(l.Unlock(f.ctx(), text(p.pass))), service.CodeChallengeEnded)
}

func unlockTells(f *fixture) {
	p := f.allowed()
	s := p.signIn()
	f.ok(second(f.owner.admin().HelpCode(f.ctx(), p.id, "", f.owner.proof())))
	for _, want := range []int{1, 0} { // once more than the last time
		l := p.lockedWith(s)
		s = p.unlock(l)
		f.same("pieces of news", len(s.Welcome().News), want)
	}
	f.ok(s.End(f.ctx()))
	f.same("pieces of news at the sign-in", len(p.signIn().Welcome().News), 1)
	f.same("pieces of news at the next", len(p.signIn().Welcome().News), 0)
}

func unlockAllowed(f *fixture) {
	p := f.guarded(service.RoleMember)
	s := p.signIn()
	f.refused(second(s.ForUnlock(f.ctx())), service.CodeForbidden) // nobody has allowed it
	a := f.owner.admin()
	policy, err := a.Policy(f.ctx())
	f.ok(err)
	if policy.QuickUnlock {
		f.Error("a new workspace allows it")
	}
	f.ok(a.SetQuickUnlock(f.ctx(), true, "", f.owner.proof()))
	if policy, err = a.Policy(f.ctx()); err != nil || !policy.QuickUnlock {
		f.Errorf("%+v, %v", policy, err)
	}
	l, err := s.ForUnlock(f.ctx())
	f.ok(err)
	f.refused(second(f.owner.signIn().ForUnlock(f.ctx())), service.CodeForbidden) // whose password is all that there is
	f.ok(a.SetQuickUnlock(f.ctx(), false, "", f.owner.proof()))
	f.refused(second(s.ForUnlock(f.ctx())), service.CodeForbidden)
	f.refused(second(l.Unlock(f.ctx(), text(p.pass))), service.CodeChallengeEnded) // also for a window that is locked
}

func unlockEnds(f *fixture) {
	p := f.allowed()
	back := p.locked()
	f.place.Advance(time.Hour)
	back = p.lockedWith(p.unlock(back))
	f.place.Advance(-50 * time.Second)
	back = p.lockedWith(p.unlock(back))
	f.place.Advance(-50 * time.Second) // which is too much, together
	f.refused(second(back.Unlock(f.ctx(), text(p.pass))), service.CodeChallengeEnded)
	f.place.Advance(100 * time.Second)
	l := p.locked() // a session that has begun by now
	f.place.Advance(service.SessionLimit - 10*time.Second)
	s := p.unlock(l)
	if left := s.Remaining(); left <= 0 || left > 10*time.Second {
		f.Errorf("it lasts for %s", left)
	}
	again, err := s.ForUnlock(f.ctx())
	f.ok(err)
	f.place.Advance(10 * time.Second)
	f.refused(s.Touch(), service.CodeSessionEnded)
	if !s.LimitReached() {
		f.Error("it is not over for its length")
	}
	f.refused(second(again.Unlock(f.ctx(), text(p.pass))), service.CodeChallengeEnded)
	f.same("what is left of it", again.Remaining(), time.Duration(0))
}

func unlockGuesses(f *fixture) {
	p := f.allowed()
	l := p.locked()
	for n := range 3 {
		e := f.refused(second(l.Unlock(f.ctx(), text("a wrong password 1"))), service.CodeCredentialsWrong)
		f.same("the pause", argument(e, "pause"), "")
		if n == 0 { // they are counted with those at the sign-in
			f.refused(third(p.w.SignIn(f.ctx(), p.email, text("a wrong password 1"))), service.CodeCredentialsWrong)
			f.ok(third(p.w.SignIn(f.ctx(), p.email, text(p.pass))))
		}
	}
	e := f.refused(second(l.Unlock(f.ctx(), text("a wrong password 1"))), service.CodeCredentialsWrong)
	f.same("after five wrong passwords", argument(e, "pause"), 30)
	f.refused(second(l.Unlock(f.ctx(), text(p.pass))), service.CodeThrottled)
	f.place.Advance(time.Minute)
	f.refused(second(l.Unlock(f.ctx(), text("a wrong password 1"))), service.CodeCredentialsWrong) // the fifth here
	f.place.Advance(time.Hour)
	f.refused(second(l.Unlock(f.ctx(), text(p.pass))), service.CodeChallengeEnded)
	if w := p.signIn().Welcome(); w.FailedPasswords != 6 {
		f.Errorf("%+v", w)
	}
}

func unlockConfirms(f *fixture) {
	p := f.allowed()
	l := p.locked()
	s := p.unlock(l)
	f.ok(s.ForOneAct(f.ctx())) // what was proven a moment ago was no second factor
	needs, err := s.StepUp(f.ctx(), service.EachTime)
	f.ok(err)
	if !needs.Password || !needs.Factor {
		f.Errorf("an act needs %+v", needs)
	}
	f.refused(second(s.BeginChangePhone(f.ctx(), 0, client.Proof{Password: text(p.pass)})), service.CodeFactorRequired)
}

func unlockAfterGuesses(f *fixture) {
	p := f.allowed()
	for what, guess := range map[string]func(c *client.Challenge) error{
		"verification code": func(c *client.Challenge) error { return second(c.Verify(f.ctx(), text(p.phone.wrong()))) },
		"recovery code":     func(c *client.Challenge) error { return second(c.Recover(f.ctx(), text("ABCD-EFGH-JKMN-PQRS"))) },
	} {
		s := p.signIn()
		l, err := s.ForUnlock(f.ctx())
		f.ok(err)
		c := p.challenge()
		if guess(c) == nil {
			f.Errorf("a wrong %s is right", what)
		}
		f.refused(second(s.ForUnlock(f.ctx())), service.CodeForbidden)
		if s, err := l.Unlock(f.ctx(), text(p.pass)); s != nil || !service.IsCode(err, service.CodeChallengeEnded) {
			f.Errorf("after a wrong %s: %v", what, err)
		}
		again := p.signIn() // which shows a right one
		f.same("wrong ones that it tells of", again.Welcome().FailedCodes, 1)
		p.unlock(p.lockedWith(again))
	}
	for range 20 {
		_, err := p.challenge().Verify(f.ctx(), text(p.phone.wrong()))
		f.refused(err, service.CodeCodeWrong)
		f.place.Advance(time.Hour)
	}
	s, err := p.challenge().Recover(f.ctx(), text(p.codes[0]))
	f.ok(err)
	f.refused(second(s.ForUnlock(f.ctx())), service.CodeForbidden) // the authenticator is off
}

func (p *person) lockedWith(s *client.Session) *client.Locked {
	p.f.Helper()
	l, err := s.ForUnlock(p.f.ctx())
	p.f.ok(err)
	p.f.ok(s.End(p.f.ctx()))
	return l
}

func unlockSignatures(f *fixture) {
	p := f.allowed()
	l, other := p.locked(), p.locked()
	for what, signature := range map[string][]byte{"none": nil, "random bytes": random(64), "long": random(1 << 10)} {
		if s, err := l.Locked.Unlock(f.ctx(), service.SignIn{Signature: signature}); s != nil || err == nil {
			f.Errorf("%s: %v", what, err)
		}
	}
	// A signature is of one lock and with one password, and beside it is one of the computer's.
	first, signed := p.locked(), service.SignIn{}
	first.Locked = signing{first.Locked, func(in service.SignIn) service.SignIn { signed = in; return service.SignIn{Computer: in.Computer} }}
	f.refused(second(first.Unlock(f.ctx(), text(p.pass))), service.CodeCredentialsWrong)
	f.place.Advance(time.Minute)
	if s, err := other.Locked.Unlock(f.ctx(), signed); s != nil || err == nil {
		f.Errorf("a signature for another lock: %v", err)
	}
	f.place.Advance(time.Minute)
	if f.place.Served {
		l := p.locked()
		l.Locked = signing{l.Locked, func(in service.SignIn) service.SignIn {
			return service.SignIn{Signature: in.Signature, Computer: random(64)}
		}}
		f.refused(second(l.Unlock(f.ctx(), text(p.pass))), service.CodeChallengeEnded)
	}
	p.unlock(p.locked())
}

// signing changes what a client has signed.
type signing struct {
	service.Locked
	change func(service.SignIn) service.SignIn
}

func (s signing) Unlock(ctx context.Context, in service.SignIn) (service.Session, error) {
	return s.Locked.Unlock(ctx, s.change(in))
}

func unlockEndsWith(f *fixture) {
	a, proof := f.owner.admin, f.owner.proof // whose sessions do not last for all of it
	for what, do := range map[string]func(p *person){
		"suspended":              func(p *person) { f.ok(a().Suspend(f.ctx(), p.id)) },
		"suspended and resumed":  func(p *person) { f.ok(a().Suspend(f.ctx(), p.id)); f.ok(a().Resume(f.ctx(), p.id)) },
		"removed":                func(p *person) { f.ok(a().Remove(f.ctx(), p.id, proof())) },
		"2FA was reset":          func(p *person) { f.ok(a().Reset2FA(f.ctx(), p.id, "", proof())) },
		"the password was reset": func(p *person) { f.ok(second(a().ResetPassword(f.ctx(), p.id, "", proof()))) },
		"the password was changed": func(p *person) {
			f.ok(p.signIn().ChangePassword(f.ctx(), text(p.pass), text(long), byCode(p.newCode())))
		},
		"2FA was turned off": func(p *person) { f.ok(p.signIn().Disable(f.ctx(), byCode(p.newCode()))) },
		"the phone was changed": func(p *person) {
			s := p.signIn()
			shown, err := s.BeginChangePhone(f.ctx(), 0, p.proof())
			f.ok(err)
			p.phone = f.phoneOf(shown)
			f.ok(second(s.Confirm(f.ctx(), p.newCode())))
		},
	} {
		p := f.allowed()
		l := p.locked()
		was := p.pass
		do(p)
		if s, err := l.Unlock(f.ctx(), text(was)); s != nil || !service.IsCode(err, service.CodeChallengeEnded) {
			f.Errorf("%s: %v", what, err)
		}
	}
}
