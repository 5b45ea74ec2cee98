package crashtest

import (
	"os"
	"time"

	"countersign/backend/client"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// useCase is something that a person does, cut off at each of its writes.
type useCase struct {
	name   string
	base   *base
	given  func(p *person) // what happens to the base first; nil for nothing
	marks  int64           // events between two marks of the log; 0 for the default
	covers []string
	// ready does what has to be done before, and returns the use case itself.
	ready func(p *person) func()
	// prepares says that ready leads to another state itself, so that only the use
	// case's own writes have a before and an after.
	prepares bool
	// guesses are of this kind and wrong: each that was paid for stays counted.
	guesses store.Kind
}

// signedIn makes a use case of a session.
func signedIn(act func(*person, *client.Session)) func(*person) func() {
	return func(p *person) func() {
		p.start()
		s := p.signIn()
		return func() { act(p, s) }
	}
}

// started makes a use case of a workspace that is open.
func started(act func(*person)) func(*person) func() {
	return func(p *person) func() {
		p.start()
		return func() { act(p) }
	}
}

// atTheStart makes a use case of a start itself.
func atTheStart(p *person) func() { return p.start }

// shortAlone leaves an owner with 2FA off and a password that is too short for that:
// it was chosen while 2FA was required.
func shortAlone(p *person) {
	p.start()
	s := p.signIn()
	a := got(s.Admin(p.ctx))
	proof := func() client.Proof {
		p.clock.step(time.Minute)
		return p.proof()
	}
	got(a.MakeKit(p.ctx, proof()))
	must(a.Require2FA(p.ctx, time.Time{}, "", proof()))
	p.note(note{Password: shortPass})
	must(s.ChangePassword(p.ctx, secret.NewText(firstPass), secret.NewText(shortPass), proof().Factor))
	must(a.DropRequirement(p.ctx, "", client.Proof{Password: secret.NewText(shortPass), Factor: proof().Factor}))
	must(s.Disable(p.ctx, proof().Factor))
	must(s.End(p.ctx))
}

var useCases = []useCase{
	{name: "create", base: empty, covers: []string{"Workspace.Create", "Workspace.BeginCreate"}, ready: started(func(p *person) { p.create() })},
	{name: "create after a creation that failed", base: empty, given: func(p *person) {
		p.secrets = refusing{p.secrets, func(verb, name string) bool { return verb == "set" && short(name) == "integrity" }}
		p.start()
		_, err := p.w.Create(p.ctx, client.NewWorkspace{Workspace: "N", Name: "A", Email: email, Password: secret.NewText(firstPass)})
		expect(err, service.CodeKeychainFailed)
	}, ready: func(p *person) func() {
		p.w = got(local.Open(p.ctx, p.config()))
		return func() { p.create() }
	}},
	{name: "clean up after a creation that failed", base: empty, given: func(p *person) {
		p.secrets = refusing{p.secrets, func(verb, name string) bool { return verb == "set" && short(name) == "anchor" }}
		p.start()
		_, err := p.w.Create(p.ctx, client.NewWorkspace{Workspace: "N", Name: "A", Email: email, Password: secret.NewText(firstPass)})
		expect(err, service.CodeKeychainFailed)
	}, covers: []string{"Workspace.RecoverAll"}, ready: func(p *person) func() { return p.start }},
	{name: "undo an enrolment that was left", base: created, given: func(p *person) {
		p.start()
		s := p.signIn()
		p.beginEnable(s)
		p.print(p.confirm(s))
	}, covers: []string{"Workspace.Recover"}, ready: func(p *person) func() {
		p.w = got(local.Open(p.ctx, p.config()))
		p.clock.step(service.SessionLimit)
		return func() { must(p.w.Recover(p.ctx)) }
	}},

	{name: "sign in with a password", base: created, covers: []string{"Workspace.SignIn", "Workspace.BeginSignIn", "SignInAttempt.SignIn"}, ready: started(func(p *person) { p.signIn() })},
	{name: "sign in with a code", base: enabled, covers: []string{"Challenge.Verify"}, ready: started(func(p *person) { p.signIn() })},
	{name: "sign in with a recovery code", base: enabled, covers: []string{"Challenge.Recover", "Challenge.BeginRecovery"}, ready: started(func(p *person) {
		got(p.challenge().Recover(p.ctx, secret.NewText(p.recovery(1, 4))))
	})},
	{name: "unlock with a password", base: enabled, covers: []string{"Locked.Unlock"}, ready: func(p *person) func() {
		p.start()
		s := p.signIn()
		must(p.admin(s).SetQuickUnlock(p.ctx, true, "", p.proof()))
		l := got(s.ForUnlock(p.ctx))
		must(s.End(p.ctx))
		return func() { got(l.Unlock(p.ctx, secret.NewText(firstPass))) }
	}},

	{name: "enable 2FA", base: created, covers: []string{"Session.BeginEnable", "Session.Confirm", "Session.Continue"},
		ready: signedIn(func(p *person, s *client.Session) { p.enable(s) })},
	{name: "cancel enrolment", base: created, covers: []string{"Session.CancelEnrolment"}, ready: signedIn(func(p *person, s *client.Session) {
		p.beginEnable(s)
		must(s.CancelEnrolment(p.ctx))
	})},
	{name: "cancel enrolment at the codes", base: created, ready: signedIn(func(p *person, s *client.Session) {
		p.beginEnable(s)
		p.print(p.confirm(s))
		must(s.CancelEnrolment(p.ctx))
	})},
	{name: "begin enrolment twice, in two windows", base: created, ready: signedIn(func(p *person, s *client.Session) {
		p.beginEnable(s)
		other := p.signIn()
		p.enable(other)
	})},
	{name: "lock in the middle of an enrolment", base: created, covers: []string{"Session.End"}, ready: signedIn(func(p *person, s *client.Session) {
		p.beginEnable(s)
		p.print(p.confirm(s))
		must(s.End(p.ctx))
	})},

	{name: "change phone", base: enabled, covers: []string{"Session.BeginChangePhone"}, ready: signedIn(func(p *person, s *client.Session) {
		p.show(s.BeginChangePhone(p.ctx, 0, p.proof()))
		_, err := p.confirm(s)
		must(err)
	})},
	{name: "change phone after a lost one", base: enabled, ready: func(p *person) func() {
		p.start()
		s := got(p.challenge().Recover(p.ctx, secret.NewText(p.recovery(1, 1))))
		return func() {
			p.show(s.BeginChangePhone(p.ctx, 0, client.Proof{}))
			_, err := p.confirm(s)
			must(err)
		}
	}},
	{name: "cancel a change of phone", base: enabled, ready: signedIn(func(p *person, s *client.Session) {
		p.show(s.BeginChangePhone(p.ctx, 0, p.proof()))
		must(s.CancelEnrolment(p.ctx))
	})},

	{name: "change one of two phones", base: enabled, given: (*person).secondApp, ready: signedIn(func(p *person, s *client.Session) {
		p.show(s.BeginChangePhone(p.ctx, p.app(s, 1), p.proof()))
		_, err := p.confirm(s)
		must(err)
	})},
	{name: "add an app", base: enabled, covers: []string{"Session.BeginAddApp"}, ready: signedIn(func(p *person, s *client.Session) {
		p.show(s.BeginAddApp(p.ctx, "Tablet", p.proof()))
		_, err := p.confirm(s)
		must(err)
	})},
	{name: "cancel an app that is added", base: enabled, ready: signedIn(func(p *person, s *client.Session) {
		p.show(s.BeginAddApp(p.ctx, "Tablet", p.proof()))
		must(s.CancelEnrolment(p.ctx))
	})},
	{name: "rename an app", base: enabled, covers: []string{"Session.RenameApp"}, ready: signedIn(func(p *person, s *client.Session) {
		must(s.RenameApp(p.ctx, p.app(s, 0), "Old phone"))
	})},
	{name: "remove an app", base: enabled, covers: []string{"Session.RemoveApp"}, given: (*person).secondApp, ready: signedIn(func(p *person, s *client.Session) {
		must(s.RemoveApp(p.ctx, p.app(s, 1), p.proof()))
	})},
	{name: "remove an app while another takes its place", base: enabled, given: (*person).secondApp, ready: func(p *person) func() {
		p.start()
		s := p.signIn()
		second := p.app(s, 1)
		p.show(s.BeginChangePhone(p.ctx, second, p.proof()))
		return func() { must(s.RemoveApp(p.ctx, second, p.proof())) }
	}},
	{name: "disable with two apps", base: enabled, given: (*person).secondApp, ready: signedIn(func(p *person, s *client.Session) {
		must(s.Disable(p.ctx, p.proof().Factor))
	})},

	{name: "get new recovery codes and keep them", base: enabled, covers: []string{"Session.BeginNewCodes", "Session.KeepNewCodes"},
		ready: signedIn(func(p *person, s *client.Session) {
			p.print(s.BeginNewCodes(p.ctx, p.proof()))
			must(s.KeepNewCodes(p.ctx))
		})},
	{name: "get new recovery codes and cancel", base: enabled, covers: []string{"Session.CancelNewCodes"}, ready: signedIn(func(p *person, s *client.Session) {
		p.print(s.BeginNewCodes(p.ctx, client.Proof{Password: secret.NewText(firstPass), Factor: byRecovery(p.recovery(1, 2))}))
		must(s.CancelNewCodes(p.ctx))
	})},
	{name: "get new recovery codes twice and lock", base: enabled, ready: signedIn(func(p *person, s *client.Session) {
		p.print(s.BeginNewCodes(p.ctx, p.proof()))
		p.print(s.BeginNewCodes(p.ctx, p.proof()))
		must(s.End(p.ctx))
	})},
	{name: "check the codes", base: enabled, covers: []string{"Session.CheckCodes"}, ready: signedIn(func(p *person, s *client.Session) { must(s.CheckCodes(p.ctx, secret.NewText("1"))) })},
	{name: "put the check of the codes off", base: enabled, covers: []string{"Session.PostponeCheck"}, ready: signedIn(func(p *person, s *client.Session) { must(s.PostponeCheck(p.ctx)) })},
	{name: "this was not me", base: enabled, covers: []string{"Session.NotMe"}, ready: func(p *person) func() {
		p.start()
		s := got(p.challenge().Recover(p.ctx, secret.NewText(p.recovery(1, 1))))
		return func() { must(s.NotMe(p.ctx)) }
	}},

	{name: "disable with a code", base: enabled, covers: []string{"Session.Disable"}, ready: signedIn(func(p *person, s *client.Session) {
		p.clock.step(time.Minute)
		must(s.Disable(p.ctx, byCode(p.code(0))))
	})},
	{name: "disable with a recovery code", base: enabled, covers: []string{"Session.BeginRecovery"}, ready: signedIn(func(p *person, s *client.Session) {
		must(s.Disable(p.ctx, byRecovery(p.recovery(1, 7))))
	})},
	{name: "disable while a change of phone and new codes are under way", base: enabled, ready: func(p *person) func() {
		p.start()
		s, other := p.signIn(), p.signIn()
		p.show(s.BeginChangePhone(p.ctx, 0, p.proof()))
		p.print(other.BeginNewCodes(p.ctx, p.proof()))
		return func() { must(s.Disable(p.ctx, byRecovery(p.recovery(1, 7)))) }
	}},

	{name: "change password", base: created, covers: []string{"Session.ChangePassword", "Session.BeginProof"}, ready: signedIn(func(p *person, s *client.Session) {
		p.note(note{Password: secondPass})
		must(s.ChangePassword(p.ctx, secret.NewText(firstPass), secret.NewText(secondPass), noFactor))
	})},
	{name: "change password with 2FA on", base: enabled, ready: signedIn(func(p *person, s *client.Session) {
		p.note(note{Password: secondPass})
		p.clock.step(time.Minute)
		must(s.ChangePassword(p.ctx, secret.NewText(firstPass), secret.NewText(secondPass), byCode(p.code(0))))
	})},
	{name: "put the checklist away", base: created, covers: []string{"Session.PutChecklistAway"}, ready: signedIn(func(p *person, s *client.Session) {
		must(s.PutChecklistAway(p.ctx, true))
	})},
	{name: "put news away", base: enabled, prepares: true, covers: []string{"Session.PutNewsAway"}, ready: func(p *person) func() {
		p.start()
		s := p.signIn()
		p.print(s.BeginNewCodes(p.ctx, p.proof()))
		must(s.KeepNewCodes(p.ctx))
		s = p.signIn()
		return func() { must(s.PutNewsAway(p.ctx, s.Welcome().News[0].Stays)) }
	}},
	{name: "set a language", base: created, covers: []string{"Session.SetLanguage"}, ready: signedIn(func(p *person, s *client.Session) {
		must(s.SetLanguage(p.ctx, "de"))
	})},
	{name: "rename", base: created, covers: []string{"Session.Rename"}, ready: signedIn(func(p *person, s *client.Session) {
		must(s.Rename(p.ctx, "Amara N. Okafor"))
	})},
	{name: "change email", base: created, covers: []string{"Session.ChangeEmail"}, ready: signedIn(func(p *person, s *client.Session) {
		must(s.ChangeEmail(p.ctx, "amara@example.org", client.Proof{Password: secret.NewText(firstPass)}))
	})},
	{name: "choose a longer password", base: enabled, covers: []string{"Challenge.ChoosePassword", "Challenge.OwnKeys"}, given: shortAlone, ready: func(p *person) func() {
		p.start()
		_, c, err := p.w.SignIn(p.ctx, email, secret.NewText(shortPass))
		must(err)
		p.note(note{Password: secondPass})
		return func() { got(c.ChoosePassword(p.ctx, secret.NewText(secondPass))) }
	}},

	{name: "guess a password", base: created, guesses: store.KindPassword, ready: started(func(p *person) {
		for range 2 {
			_, _, err := p.w.SignIn(p.ctx, email, secret.NewText("not the password at all"))
			expect(err, service.CodeCredentialsWrong)
		}
	})},
	{name: "guess a code", base: enabled, guesses: store.KindCode, ready: func(p *person) func() {
		p.start()
		c := p.challenge()
		return func() {
			for range 2 {
				_, err := c.Verify(p.ctx, secret.NewText(wrongCode(p.phone(0), p.clock.now())))
				expect(err, service.CodeCodeWrong)
			}
		}
	}},
	{name: "guess a recovery code", base: enabled, guesses: store.KindRecovery, ready: func(p *person) func() {
		p.start()
		c := p.challenge()
		return func() {
			_, err := c.Recover(p.ctx, secret.NewText("ABCD-EFGH-JKMN-PQRS"))
			expect(err, service.CodeRecoveryWrong)
		}
	}},
	{name: "guess the code of a new phone", base: created, guesses: store.KindConfirm, ready: func(p *person) func() {
		p.start()
		s := p.signIn()
		p.beginEnable(s)
		return func() {
			_, err := s.Confirm(p.ctx, secret.NewText(wrongCode(p.phone(0), p.clock.now().Add(24*time.Hour))))
			if !service.IsCode(err, service.CodeCodeClock) {
				expect(err, service.CodeCodeWrong)
			}
		}
	}},
	{name: "guess for an email that nobody has", base: created, given: func(p *person) {
		p.start()
		for _, who := range []string{"a@example.com", "b@example.com"} {
			_, _, err := p.w.SignIn(p.ctx, who, secret.NewText(firstPass))
			expect(err, service.CodeCredentialsWrong)
		}
	}, ready: func(p *person) func() {
		p.clock.step(48 * time.Hour) // the two above are forgotten
		p.start()
		return func() {
			_, _, err := p.w.SignIn(p.ctx, "nobody@example.com", secret.NewText(firstPass))
			expect(err, service.CodeCredentialsWrong)
		}
	}},

	{name: "clean up an enrolment", base: created, given: func(p *person) {
		p.start()
		s := p.signIn()
		p.beginEnable(s)
		p.print(p.confirm(s))
	}, ready: atTheStart},
	{name: "clean up a change of phone and new codes", base: enabled, given: func(p *person) {
		p.start()
		s, other := p.signIn(), p.signIn()
		p.show(s.BeginChangePhone(p.ctx, 0, p.proof()))
		p.print(other.BeginNewCodes(p.ctx, p.proof()))
	}, ready: atTheStart},
	{name: "clean up after disabling", base: enabled, given: func(p *person) {
		p.secrets = refusing{p.secrets, func(verb, _ string) bool { return verb == "delete" }}
		p.start()
		s := p.signIn()
		p.clock.step(time.Minute)
		must(s.Disable(p.ctx, byCode(p.code(0))))
	}, ready: atTheStart},
	{name: "clean up after a change of phone", base: enabled, given: func(p *person) {
		p.secrets = refusing{p.secrets, func(verb, _ string) bool { return verb == "delete" }}
		p.start()
		s := p.signIn()
		p.show(s.BeginChangePhone(p.ctx, 0, p.proof()))
		_, err := p.confirm(s)
		must(err)
	}, ready: atTheStart},
	{name: "clean up an app that was being added", base: enabled, given: func(p *person) {
		p.start()
		s := p.signIn()
		p.show(s.BeginAddApp(p.ctx, "Tablet", p.proof()))
	}, ready: atTheStart},
	{name: "clean up after removing an app", base: enabled, given: func(p *person) {
		p.secondApp()
		p.secrets = refusing{p.secrets, func(verb, _ string) bool { return verb == "delete" }}
		p.start()
		s := p.signIn()
		must(s.RemoveApp(p.ctx, p.app(s, 1), p.proof()))
	}, ready: atTheStart},
	{name: "anchor a head that a crash has left behind", base: created, given: func(p *person) {
		p.start()
		s := p.signIn()
		name := p.anchor()
		stale := got(p.secrets.Get(p.ctx, name))
		must(s.Rename(p.ctx, "Amara N. Okafor"))
		must(p.secrets.Set(p.ctx, name, stale))
	}, covers: []string{"Open"}, ready: atTheStart},
	{name: "mark how far the log was read", base: enabled, marks: 3, ready: atTheStart},

	{name: "accept an older copy", base: enabled, given: putBack, covers: []string{"Quarantine.Prove", "Quarantine.BeginProve", "ReviewAttempt.Prove", "Acceptance.OwnKeys", "Acceptance.Look", "Acceptance.Accept"}, ready: func(p *person) func() {
		sealed := got(local.OpenQuarantined(p.ctx, p.config()))
		p.clock.step(10 * time.Minute)
		return func() { must(accept(p.ctx, sealed, email, secret.NewText(firstPass), byCode(p.code(0)))) }
	}},
	{name: "guess at a workspace that is sealed", base: enabled, given: putBack, ready: func(p *person) func() {
		sealed := got(local.OpenQuarantined(p.ctx, p.config()))
		return func() {
			expect(accept(p.ctx, sealed, email, secret.NewText("not the password at all"), noFactor), service.CodeCredentialsWrong)
		}
	}},
}

// putBack puts an older copy of the database in the place of the newest.
func putBack(p *person) {
	p.start()
	b := got(os.ReadFile(p.home.database()))
	wal := got(os.ReadFile(p.home.database() + "-wal"))
	must(p.signIn().Rename(p.ctx, "Amara N. Okafor"))
	must(p.store.(interface{ Close() error }).Close())
	must(os.WriteFile(p.home.database(), b, 0o600))
	must(os.WriteFile(p.home.database()+"-wal", wal, 0o600))
}

// anchor names the anchor's item.
func (p *person) anchor() string {
	for name := range got(p.home.keychain().items()) {
		if short(name) == "anchor" {
			return name
		}
	}
	panic("there is no anchor")
}
