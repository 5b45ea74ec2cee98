package servicetest

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"countersign/backend/client"
	"countersign/backend/password"
	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/service"
)

var signIns = []useCase{
	{"SignIn_PasswordOpensTheProfile", passwordOpens, []string{
		"Workspace.ID", "Workspace.Name", "Workspace.Now", "Workspace.Idle", "Workspace.MinPassword", "Workspace.BeginSignIn", "SignInAttempt.Terms", "SignInAttempt.SignIn",
		"Session.ProfileID", "Session.Welcome",
	}},
	{"SignIn_FifthWrongPasswordBeginsAPause", wrongPasswordsPause, nil},
	{"SignIn_UnknownEmailLooksLikeAKnownOne", unknownEmail, nil},
	{"SignIn_SuspendedPersonIsToldOnlyWithTheRightPassword", suspendedSignIn, nil},
	{"SignIn_SignatureIsGoodForItsAttemptAlone", signInSignatures, nil},
	{"SignIn_AttemptIsGoodForOneGuessAndForAWhile", signInAttempts, nil},
	{"Redeem_InvitationIsGoodOnce", redeemOnce, []string{"Workspace.BeginRedeem", "RedeemAttempt.Terms", "RedeemAttempt.Check", "RedeemAttempt.Redeem"}},
	{"Redeem_ExpiredInvitationIsRefused", redeemExpired, nil},
	{"Redeem_FifthWrongCodeBeginsAPause", redeemPauses, nil},
	{"Redeem_UnknownEmailLooksLikeAKnownOne", redeemUnknown, nil},
	{"Redeem_AttemptIsGoodForOneGuess", redeemAttempts, nil},
	{"Redeem_LeavingCountsNoGuess", redeemLeave, []string{"RedeemAttempt.Leave"}},
	{"Redeem_WaitsForTheSecondFactor", redeemWaits, nil},
	{"Redeem_LeadsToEnrollingWhere2FAIsRequired", redeemEnrols, nil},
	{"Redeem_RefusesWhatNoClientMakes", redeemMalformed, nil},
}

func passwordOpens(f *fixture) {
	o := f.owner
	if o.w.ID() == "" || o.w.Name() == "" || o.w.Idle() != service.DefaultIdle || o.w.MinPassword() != password.MinLength {
		f.Errorf("%q, %q, %s, %d", o.w.ID(), o.w.Name(), o.w.Idle(), o.w.MinPassword())
	}
	if now := o.w.Now(); now.Before(f.place.Now().Add(-time.Minute)) || now.After(f.place.Now().Add(time.Minute)) {
		f.Errorf("it is %s at the workspace, and %s", now, f.place.Now())
	}
	for email, pws := range map[string]map[string]service.Code{
		o.email:                                 {"": service.CodePasswordRequired, o.pass + "x": service.CodeCredentialsWrong, strings.Repeat("x", 1<<15): service.CodeCredentialsWrong},
		"nobody@example.com":                    {"": service.CodePasswordRequired, o.pass: f.nobody()},
		"":                                      {o.pass: service.CodeEmailRequired},
		strings.Repeat("x", 8*service.MaxEmail): {o.pass: service.CodeCredentialsWrong},
	} {
		for pw, code := range pws {
			s, c, err := o.w.SignIn(f.ctx(), email, text(pw))
			if f.refused(err, code); s != nil || c != nil {
				f.Fatalf("%s opened the profile", code)
			}
		}
	}
	o.email = strings.ToUpper(o.email) // case does not count
	s := o.signIn()
	if w := s.Welcome(); s.ProfileID() == "" || w.FailedPasswords != 1 || w.LastFailedPasswordAt.IsZero() || w.FailedCodes != 0 {
		f.Errorf("%q: %+v", s.ProfileID(), w)
	}
	if again := o.signIn(); again.ProfileID() != s.ProfileID() || again.Welcome().FailedPasswords != 0 {
		f.Errorf("%+v", again.Welcome())
	}
}

// guess types wrong passwords until a pause begins.
func (p *person) guess(email string) {
	p.f.Helper()
	for n := range 5 {
		_, _, err := p.w.SignIn(p.f.ctx(), email, text("a wrong password 1"))
		e := p.f.refused(err, service.CodeCredentialsWrong)
		if want := map[int]string{4: "30"}[n]; argument(e, "pause") != want || argument(e, "left") != "" { // a count would tell of other people's guesses
			p.f.Fatalf("guess %d: %v", n+1, e.Args)
		}
	}
	_, _, err := p.w.SignIn(p.f.ctx(), email, text(p.pass))
	e := p.f.refused(err, service.CodeThrottled)
	if argument(e, "seconds") != "30" || argument(e, "kind") != "password" {
		p.f.Errorf("%v", e.Args)
	}
}

func wrongPasswordsPause(f *fixture) {
	o := f.owner
	o.guess(o.email)
	other, err := f.place.Open(f).BeginSignIn(f.ctx(), o.email, "") // nor at another computer
	if err == nil {
		_, _, err = other.SignIn(f.ctx(), service.SignIn{Signature: random(64)})
	}
	if f.place.Served {
		f.refused(err, service.CodeCredentialsWrong) // which is none of theirs
	} else {
		f.refused(err, service.CodeThrottled)
	}
	f.place.Advance(30 * time.Second)
	_, _, err = o.w.SignIn(f.ctx(), o.email, text("a wrong password 1"))
	f.same("the next pause", argument(f.refused(err, service.CodeCredentialsWrong), "pause"), 60)
	f.place.Advance(59 * time.Second)
	_, _, err = o.w.SignIn(f.ctx(), o.email, text(o.pass))
	f.refused(err, service.CodeThrottled)
	f.place.Advance(time.Second)
	if w := o.signIn().Welcome(); w.FailedPasswords != 6 {
		f.Errorf("%+v", w)
	}
	_, _, err = o.w.SignIn(f.ctx(), o.email, text("a wrong password 1"))
	if e := f.refused(err, service.CodeCredentialsWrong); argument(e, "pause") != "" {
		f.Errorf("a right password left the count: %v", e.Args)
	}
}

// nobody is how a sign-in is refused with an email that nobody has on this computer.
func (f *fixture) nobody() service.Code {
	if f.place.Served {
		return service.CodeComputerUnknown
	}
	return service.CodeCredentialsWrong
}

// unknown are emails with which nobody signs in: nobody's, and that of somebody who has not come yet.
func (f *fixture) unknown() []string {
	f.Helper()
	p, _ := f.invited(f.owner.admin(), service.RoleMember, client.Proof{})
	return []string{"nobody@example.com", "noone@example.com", p.email}
}

func unknownEmail(f *fixture) {
	o := f.owner
	terms := func(email string) service.PasswordTerms {
		a, err := o.w.BeginSignIn(f.ctx(), email, "")
		f.ok(err)
		return a.Terms()
	}
	known := terms(o.email)
	if known.WorkspaceID != o.w.ID() || len(known.Nonce) != service.NonceSize || len(known.Salt) != password.SaltSize || bytes.Equal(known.Nonce, terms(o.email).Nonce) {
		f.Errorf("%+v", known)
	}
	salts := [][]byte{known.Salt}
	for _, email := range f.unknown() {
		one, other := terms(email), terms(strings.ToUpper(email))
		if !bytes.Equal(one.Salt, other.Salt) || one.Params != known.Params || len(one.Salt) != len(known.Salt) || one.WorkspaceID != known.WorkspaceID ||
			len(one.Nonce) != len(known.Nonce) || bytes.Equal(one.Nonce, other.Nonce) {
			f.Errorf("%+v and %+v, beside %+v", one, other, known)
		}
		if slices.ContainsFunc(salts, func(s []byte) bool { return bytes.Equal(s, one.Salt) }) {
			f.Errorf("the salt of %s is another's", email)
		}
		salts = append(salts, one.Salt)
		if f.place.Served { // nothing is asked where this computer is none of theirs
			f.refused(third(o.w.SignIn(f.ctx(), email, text("a wrong password 1"))), service.CodeComputerUnknown)
			continue
		}
		o.guess(email)
	}
	o.signIn() // a pause is one email's
}

func suspendedSignIn(f *fixture) {
	m := f.member(service.RoleMember)
	f.ok(f.owner.admin().Suspend(f.ctx(), m.id))
	for range 6 { // which are not counted
		_, _, err := m.w.SignIn(f.ctx(), m.email, text(m.pass))
		f.refused(err, service.CodeSuspendedSelf)
	}
	_, _, err := m.w.SignIn(f.ctx(), m.email, text("a wrong password 1"))
	f.refused(err, service.CodeCredentialsWrong)
}

func signInSignatures(f *fixture) {
	h, _ := f.hand(service.RoleMember)
	_, another, err := ed25519.GenerateKey(rand.Reader)
	f.ok(err)
	old := h.attempt().Terms()
	for what, sign := range map[string]func(service.PasswordTerms) []byte{
		"no signature":         func(service.PasswordTerms) []byte { return nil },
		"a signature too long": func(t service.PasswordTerms) []byte { return append(h.signed(t), 0) },
		"another key": func(t service.PasswordTerms) []byte {
			return ed25519.Sign(another, service.SignInMessage(t.WorkspaceID, t.Nonce))
		},
		"another nonce": func(service.PasswordTerms) []byte { return h.signed(old) },
		"another workspace": func(t service.PasswordTerms) []byte {
			return ed25519.Sign(h.key, service.SignInMessage("another", t.Nonce))
		},
		"what confirms a sensitive act": func(t service.PasswordTerms) []byte {
			return ed25519.Sign(h.key, service.ProofMessage(t.WorkspaceID, t.Nonce))
		},
		"the nonce without what it’s for": func(t service.PasswordTerms) []byte { return ed25519.Sign(h.key, t.Nonce) },
	} {
		a := h.attempt()
		s, c, err := a.SignIn(f.ctx(), service.SignIn{Signature: sign(a.Terms())})
		if !service.IsCode(err, service.CodeCredentialsWrong) || s != nil || c != nil {
			f.Errorf("%s: %v", what, err)
		}
		h.signIn() // ends the count
	}
	nobody, err := h.w.BeginSignIn(f.ctx(), "nobody@example.com", "")
	f.ok(err)
	_, _, err = nobody.SignIn(f.ctx(), service.SignIn{Signature: h.signed(nobody.Terms())})
	f.refused(err, service.CodeCredentialsWrong)
}

func signInAttempts(f *fixture) {
	h, _ := f.hand(service.RoleMember)
	a := h.attempt()
	_, _, err := a.SignIn(f.ctx(), service.SignIn{Signature: []byte("wrong")})
	f.refused(err, service.CodeCredentialsWrong)
	_, _, err = a.SignIn(f.ctx(), service.SignIn{Signature: h.signed(a.Terms())})
	f.refused(err, service.CodeChallengeEnded)

	a = h.attempt()
	_, _, err = a.SignIn(f.ctx(), service.SignIn{Signature: h.signed(a.Terms())})
	f.ok(err)
	_, _, err = a.SignIn(f.ctx(), service.SignIn{Signature: h.signed(a.Terms())})
	f.refused(err, service.CodeChallengeEnded)

	a = h.attempt()
	f.place.Advance(service.ChallengeLife)
	_, _, err = a.SignIn(f.ctx(), service.SignIn{Signature: h.signed(a.Terms())})
	f.refused(err, service.CodeChallengeEnded)

	one, other := h.attempt(), h.attempt() // each is its own
	_, _, err = one.SignIn(f.ctx(), service.SignIn{Signature: h.signed(other.Terms())})
	f.refused(err, service.CodeCredentialsWrong)
	_, _, err = other.SignIn(f.ctx(), service.SignIn{Signature: h.signed(other.Terms())})
	f.ok(err)
}

func redeemOnce(f *fixture) {
	a := f.owner.admin()
	p, given := f.invited(a, service.RoleMember, client.Proof{})
	if given.Kind != service.OneTimeInvitation || given.Name != p.name || given.Email != p.email || given.IssuedBy != f.place.Name || given.ExpiresAt.Sub(given.IssuedAt) != service.OneTimeLife {
		f.Errorf("%+v", given.GivenOut)
	}
	for input, code := range map[string]service.Code{"": service.CodeInvitationRequired, "not one": service.CodeInvitationForm, "0000-0000-0000-0000": service.CodeInvitationWrong} {
		_, _, err := p.w.Redeem(f.ctx(), p.email, text(input), text(pass))
		f.refused(err, code)
	}
	_, _, err := p.redeem(given, "short")
	f.refused(err, service.CodePasswordShort)
	s, c, err := p.redeem(given, pass)
	f.ok(err)
	if c != nil || s.ProfileID() != p.id {
		f.Fatal("more was due")
	}
	if w := s.Welcome(); w.FailedCodes != 1 || w.FailedOther != 1 {
		f.Errorf("%+v", w)
	}
	_, _, err = p.redeem(given, long)
	f.refused(err, service.CodeInvitationWrong)
	m, err := a.Member(f.ctx(), p.id)
	f.ok(err)
	if m.State != service.ProfileActive || !m.InvitedUntil.IsZero() || m.LastSignInAt.IsZero() {
		f.Errorf("%+v", m)
	}
	p.pass = pass
	p.signIn()
}

func redeemExpired(f *fixture) {
	p, given := f.invited(f.owner.admin(), service.RoleMember, client.Proof{})
	f.place.Advance(service.OneTimeLife - time.Second)
	attempt, err := p.w.BeginRedeem(f.ctx(), p.email, service.RedeemPassword)
	f.ok(err)
	_, err = attempt.Check(f.ctx(), proofOf(given, attempt.Terms()))
	f.ok(err)
	f.ok(attempt.Leave(f.ctx()))
	f.place.Advance(time.Second)
	_, _, err = p.redeem(given, pass)
	f.same("the kind", argument(f.refused(err, service.CodeOneTimeExpired), "kind"), service.OneTimeInvitation)
}

// guessCode types wrong one-time codes until a pause begins.
func (p *person) guessCode() {
	p.f.Helper()
	for n := range 5 {
		_, _, err := p.w.Redeem(p.f.ctx(), p.email, text("0000-0000-0000-0000"), text(pass))
		e := p.f.refused(err, service.CodeInvitationWrong)
		if want := map[int]string{4: "30"}[n]; argument(e, "pause") != want || argument(e, "left") != "" {
			p.f.Fatalf("guess %d: %v", n+1, e.Args)
		}
	}
	_, _, err := p.w.Redeem(p.f.ctx(), p.email, text("0000-0000-0000-0000"), text(pass))
	p.f.same("the kind", argument(p.f.refused(err, service.CodeThrottled), "kind"), "invitation")
}

func redeemPauses(f *fixture) {
	p, given := f.invited(f.owner.admin(), service.RoleMember, client.Proof{})
	p.guessCode()
	_, _, err := p.redeem(given, pass)
	f.refused(err, service.CodeThrottled)
	f.place.Advance(30 * time.Second)
	_, _, err = p.redeem(given, pass)
	f.ok(err)
}

func redeemUnknown(f *fixture) {
	p, _ := f.invited(f.owner.admin(), service.RoleMember, client.Proof{})
	terms := func(email string) service.CodeTerms {
		a, err := p.w.BeginRedeem(f.ctx(), email, service.RedeemPassword)
		f.ok(err)
		return a.Terms()
	}
	known := terms(p.email)
	salts := [][]byte{known.Salt}
	for _, email := range []string{f.owner.email, "nobody@example.com", "noone@example.com"} { // who has no code, and nobody
		one, other := terms(email), terms(strings.ToUpper(email))
		if !bytes.Equal(one.Salt, other.Salt) || one.Params != known.Params || len(one.Salt) != len(known.Salt) {
			f.Errorf("%+v and %+v, beside %+v", one, other, known)
		}
		if slices.ContainsFunc(salts, func(s []byte) bool { return bytes.Equal(s, one.Salt) }) {
			f.Errorf("the salt of %s is another's", email)
		}
		salts = append(salts, one.Salt)
		(&person{f: f, w: p.w, email: email}).guessCode()
	}
	for email, code := range map[string]service.Code{"": service.CodeEmailRequired, strings.Repeat("x", 8*service.MaxEmail): service.CodeInvitationWrong} {
		f.refused(second(p.w.BeginRedeem(f.ctx(), email, service.RedeemPassword)), code)
	}
}

func redeemAttempts(f *fixture) {
	p, given := f.invited(f.owner.admin(), service.RoleMember, client.Proof{})
	begin := func() service.RedeemAttempt {
		a, err := p.w.BeginRedeem(f.ctx(), p.email, service.RedeemPassword)
		f.ok(err)
		return a
	}
	next, _, _ := f.newPassword()

	a := begin()
	_, _, err := a.Redeem(f.ctx(), next)
	f.refused(err, service.CodeChallengeEnded) // no code was right
	_, err = a.Check(f.ctx(), secret.NewBytes(random(recovery.HashSize)))
	f.refused(err, service.CodeInvitationWrong)
	_, err = a.Check(f.ctx(), proofOf(given, a.Terms()))
	f.refused(err, service.CodeChallengeEnded)
	_, _, err = a.Redeem(f.ctx(), next)
	f.refused(err, service.CodeChallengeEnded)

	a = begin()
	f.place.Advance(service.ChallengeLife)
	_, err = a.Check(f.ctx(), proofOf(given, a.Terms()))
	f.refused(err, service.CodeChallengeEnded)

	a = begin()
	_, err = a.Check(f.ctx(), proofOf(given, a.Terms()))
	f.ok(err)
	_, err = a.Check(f.ctx(), proofOf(given, a.Terms()))
	f.refused(err, service.CodeChallengeEnded)
	f.place.Advance(service.ChallengeLife)
	_, _, err = a.Redeem(f.ctx(), next)
	f.refused(err, service.CodeChallengeEnded)

	one, other := begin(), begin() // one code lets one of two in
	for _, a := range []service.RedeemAttempt{one, other} {
		right, err := a.Check(f.ctx(), proofOf(given, a.Terms()))
		f.ok(err)
		if right.Name != p.name || right.KeyPair.Recipient == "" || len(right.KeyPair.Wrapped) == 0 {
			f.Errorf("%+v", right)
		}
	}
	_, _, err = one.Redeem(f.ctx(), next)
	f.ok(err)
	_, _, err = other.Redeem(f.ctx(), next)
	f.refused(err, service.CodeChallengeEnded)
	_, _, err = one.Redeem(f.ctx(), next)
	f.refused(err, service.CodeChallengeEnded)
}

func redeemLeave(f *fixture) {
	p, given := f.invited(f.owner.admin(), service.RoleMember, client.Proof{})
	for range 6 {
		a, err := p.w.BeginRedeem(f.ctx(), p.email, service.RedeemPassword)
		f.ok(err)
		_, err = a.Check(f.ctx(), proofOf(given, a.Terms()))
		f.ok(err)
		f.ok(a.Leave(f.ctx()))
		next, _, _ := f.newPassword()
		_, _, err = a.Redeem(f.ctx(), next)
		f.refused(err, service.CodeChallengeEnded)
	}
	s, _, err := p.redeem(given, pass)
	f.ok(err)
	if w := s.Welcome(); w.FailedCodes != 0 {
		f.Errorf("%+v", w)
	}
}

// badPasswords are what no client makes of a password.
func (f *fixture) badPasswords() map[string]service.NewPassword {
	f.Helper()
	bad := map[string]service.NewPassword{"no password": {}}
	for what, spoil := range map[string]func(*service.NewPassword){
		"no salt":                  func(n *service.NewPassword) { n.Salt = nil },
		"a long salt":              func(n *service.NewPassword) { n.Salt = random(password.SaltSize + 1) },
		"a hash of no cost":        func(n *service.NewPassword) { n.Params = service.Argon2id{} },
		"a hash of any cost":       func(n *service.NewPassword) { n.Params.Time = 1 << 20 },
		"no public key":            func(n *service.NewPassword) { n.PublicKey = nil },
		"a short public key":       func(n *service.NewPassword) { n.PublicKey = n.PublicKey[1:] },
		"no lock":                  func(n *service.NewPassword) { n.Lock = secret.Bytes{} },
		"a long lock":              func(n *service.NewPassword) { n.Lock = secret.NewBytes(random(password.KeySize + 1)) },
		"no key pair":              func(n *service.NewPassword) { n.KeyPair = service.WrappedKeyPair{} },
		"a key pair for nobody":    func(n *service.NewPassword) { n.KeyPair.Recipient = "" },
		"a key pair not wrapped":   func(n *service.NewPassword) { n.KeyPair.Wrapped = nil },
		"a key pair of any length": func(n *service.NewPassword) { n.KeyPair.Wrapped = random(1 << 20) },
	} {
		n, _, _ := f.newPassword()
		spoil(&n)
		bad[what] = n
	}
	return bad
}

func redeemMalformed(f *fixture) {
	p, given := f.invited(f.owner.admin(), service.RoleMember, client.Proof{})
	for what, next := range f.badPasswords() {
		a, err := p.w.BeginRedeem(f.ctx(), p.email, service.RedeemPassword)
		f.ok(err)
		_, err = a.Check(f.ctx(), proofOf(given, a.Terms()))
		f.ok(err)
		_, _, err = a.Redeem(f.ctx(), next)
		f.fails(what, err)
		f.place.Advance(time.Hour) // what was charged for the guess may pause the next
	}
	_, _, err := p.redeem(given, pass) // it was not used up
	f.ok(err)
}

func redeemWaits(f *fixture) {
	m := f.guarded(service.RoleMember)
	reset := func() (client.GivenOut, *client.Challenge) {
		given, err := f.owner.admin().ResetPassword(f.ctx(), m.id, "", f.owner.proof())
		f.ok(err)
		_, c, err := m.redeem(given, long)
		f.ok(err)
		m.pass = pass // until the second factor is right
		return given, c
	}
	given, c := reset()
	f.ok(f.owner.admin().EndCode(f.ctx(), m.id, service.OneTimeReset))
	f.refused(second(c.Verify(f.ctx(), m.newCode())), service.CodeOneTimeEnded)
	f.refused(second(c.Verify(f.ctx(), m.newCode())), service.CodeChallengeEnded)
	f.refused(third(m.redeem(given, long)), service.CodeOneTimeEnded)
	_, c = reset()
	reset()
	f.refused(second(c.Verify(f.ctx(), m.newCode())), service.CodeOneTimeUsed) // another took its place
	m.signIn()
	_, c = reset()
	s, err := c.Recover(f.ctx(), text(m.codes[0])) // which is a second factor as well
	f.ok(err)
	f.same("who came in", s.ProfileID(), m.id)
	m.pass = long
	m.signIn()
}

func redeemEnrols(f *fixture) {
	f.add(f.owner.signIn(), paper("lease", "Lease of the mill"))
	f.required()
	p, given := f.invited(f.owner.admin(), service.RoleMember, client.Proof{})
	s, c, err := p.redeem(given, pass)
	f.ok(err)
	if s != nil || c == nil || !c.MustEnrol() || c.Email() != p.email {
		f.Fatal("2FA is not required")
	}
	_, other, err := p.redeem(given, long) // nothing was used up yet
	f.ok(err)
	e, err := c.Enrol(f.ctx())
	f.ok(err)
	f.refused(second(other.Enrol(f.ctx())), service.CodeChallengeEnded)
	p.pass = pass
	f.same("what is read", f.read(p.enrol(e), "lease"), "Lease of the mill")
	p.signIn()
}
