package servicetest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/password"
	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
)

// pass is what people choose; long is what they choose next.
const (
	pass = "tundra velvet orchard 91"
	long = "granite lagoon whisper 47"
)

// fixture is a Place with its people.
type fixture struct {
	*testing.T
	place Place
	owner *person
	count int // of people: see next
}

func newFixture(t *testing.T, p Place) *fixture {
	t.Helper()
	f := &fixture{T: t, place: p}
	f.owner = &person{f: f, w: p.Open(t), name: p.Name, email: p.Email, pass: p.Password}
	return f
}

// ctx outlives the test, whose own context ends before what it has opened is closed.
func (f *fixture) ctx() context.Context { return context.WithoutCancel(f.Context()) }

func (f *fixture) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// refused expects a code of refusal.
func (f *fixture) refused(err error, code service.Code) *service.Error {
	f.Helper()
	var e *service.Error
	if !errors.As(err, &e) || e.Code != code {
		f.Fatalf("got %v, want %s", err, code)
	}
	return e
}

// fails expects an error for what no client of ours sends. Which one is the implementation's to say.
func (f *fixture) fails(what string, err error) {
	f.Helper()
	if err == nil {
		f.Fatalf("%s was taken", what)
	}
}

// notTaken expects that a verification code of another phone is refused. By chance it is one that this phone shows at another time, of which
// more is told.
func (f *fixture) notTaken(err error) {
	f.Helper()
	if !service.IsCode(err, service.CodeCodeWrong) && !service.IsCode(err, service.CodeCodeClock) && !service.IsCode(err, service.CodeCodeExpired) {
		f.Fatalf("got %v, want a wrong code", err)
	}
}

// conflict expects to be told to read again.
func (f *fixture) conflict(err error) {
	f.Helper()
	if !errors.Is(err, store.ErrConflict) {
		f.Fatalf("got %v, want a conflict", err)
	}
}

// same compares what two values print as.
func (f *fixture) same(what string, got, want any) {
	f.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		f.Errorf("%s: %q, not %q", what, g, w)
	}
}

// argument is one of a refusal's, as it prints: on its way, a number may have become another type. Empty: there is none.
func argument(e *service.Error, name string) string {
	if v, ok := e.Args[name]; ok {
		return fmt.Sprint(v)
	}
	return ""
}

// next is a number that was not there before.
func (f *fixture) next() int { f.count++; return f.count }

func text(s string) secret.Text { return secret.NewText(s) }

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

func second[A, B any](_ A, b B) B        { return b }
func third[A, B, C any](_ A, _ B, c C) C { return c }

// phone is an authenticator app: it makes codes on its own (RFC 6238), and owes nothing to our code.
type phone struct {
	key []byte
	now func() time.Time
}

func (f *fixture) phoneOf(shown service.Shown) *phone {
	f.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.Join(shown.Groups, ""))
	f.ok(err)
	return &phone{key, f.place.Now}
}

func (p *phone) at(t time.Time) string {
	mac := hmac.New(sha1.New, p.key)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(t.Unix()/30)))
	sum := mac.Sum(nil)
	from := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[from:])&0x7fffffff%1_000_000)
}

func (p *phone) code() string { return p.at(p.now()) }

// wrong is a code that the phone does not show within 15 hours: of a code that it does, more is told.
func (p *phone) wrong() string {
	const steps = 15 * 120
	near := map[string]bool{}
	for i := -steps; i <= steps; i++ {
		near[p.at(p.now().Add(time.Duration(i)*30*time.Second))] = true
	}
	for n := 0; ; n++ {
		if c := fmt.Sprintf("%06d", n); !near[c] {
			return c
		}
	}
}

// early is a code that the phone has shown an hour ago or before, and at no other time near now; and how many minutes ago.
func (p *phone) early() (code string, minutes int) {
	for minutes = 60; ; minutes++ {
		code = p.at(p.now().Add(-time.Duration(minutes) * time.Minute))
		shown := 0
		for i := -360; i <= 360; i++ {
			if p.at(p.now().Add(time.Duration(i)*30*time.Second)) == code {
				shown++
			}
		}
		if shown == 1 {
			return code, minutes
		}
	}
}

// person is somebody at their own computer.
type person struct {
	f     *fixture
	w     *client.Workspace
	id    string // once they were signed in
	name  string
	email string
	pass  string
	phone *phone   // nil with 2FA off
	codes []string // of recovery
}

// newCode waits until the phone shows a new one.
func (p *person) newCode() secret.Text {
	p.f.place.Advance(30 * time.Second)
	return text(p.phone.code())
}

// signIn gives the password and, with 2FA on, the code.
func (p *person) signIn() *client.Session {
	p.f.Helper()
	s, c, err := p.w.SignIn(p.f.ctx(), p.email, text(p.pass))
	p.f.ok(err)
	if c != nil {
		s, err = c.Verify(p.f.ctx(), p.newCode())
		p.f.ok(err)
	}
	p.id = s.ProfileID()
	return s
}

// challenge gives the password where more is due.
func (p *person) challenge() *client.Challenge {
	p.f.Helper()
	_, c, err := p.w.SignIn(p.f.ctx(), p.email, text(p.pass))
	p.f.ok(err)
	if c == nil {
		p.f.Fatal("the password alone opened the profile")
	}
	return c
}

func (p *person) admin() *client.Admin {
	p.f.Helper()
	a, err := p.signIn().Admin(p.f.ctx())
	p.f.ok(err)
	return a
}

// proof is a step-up: the password and, with 2FA on, a new code.
func (p *person) proof() client.Proof {
	proof := client.Proof{Password: text(p.pass)}
	if p.phone != nil {
		proof.Factor = client.FactorInput{Kind: service.FactorCode, Value: p.newCode()}
	}
	return proof
}

func byCode(code secret.Text) client.FactorInput {
	return client.FactorInput{Kind: service.FactorCode, Value: code}
}

func byRecovery(code string) client.FactorInput {
	return client.FactorInput{Kind: service.FactorRecovery, Value: text(code)}
}

// status is what a session says of its 2FA.
func (f *fixture) status(s *client.Session) service.TwoFactor {
	f.Helper()
	o, err := s.Overview(f.ctx())
	f.ok(err)
	return o.TwoFactor
}

func display(i *client.Issued) (codes []string) {
	for _, c := range i.Codes {
		codes = append(codes, c.Display())
	}
	return codes
}

// enable turns 2FA on.
func (p *person) enable(s *client.Session) {
	p.f.Helper()
	shown, err := s.BeginEnable(p.f.ctx(), text(p.pass))
	p.f.ok(err)
	p.confirm(s, shown)
}

// enrolling is a Session or an EnrolmentSession.
type enrolling interface {
	Confirm(context.Context, secret.Text) (*client.Issued, error)
	Continue(context.Context) error
}

// confirm finishes an enrolment that leads to recovery codes.
func (p *person) confirm(s enrolling, shown service.Shown) {
	p.f.Helper()
	p.phone = p.f.phoneOf(shown)
	issued, err := s.Confirm(p.f.ctx(), p.newCode())
	p.f.ok(err)
	p.codes = display(issued)
	p.f.ok(s.Continue(p.f.ctx()))
}

// enrol finishes an enrolment at the door, and goes in.
func (p *person) enrol(e *client.EnrolmentSession) *client.Session {
	p.f.Helper()
	shown, err := e.Begin(p.f.ctx())
	p.f.ok(err)
	p.confirm(e, shown)
	s, err := e.Enter(p.f.ctx())
	p.f.ok(err)
	return s
}

// invited is somebody who was added by another, and has not used the invitation.
func (f *fixture) invited(by *client.Admin, role service.Role, proof client.Proof) (*person, client.GivenOut) {
	f.Helper()
	n := f.next()
	p := &person{f: f, name: fmt.Sprintf("Person %d", n), email: fmt.Sprintf("person%d@example.com", n), pass: pass}
	given, err := by.AddMember(f.ctx(), service.NewMember{Name: p.name, Email: p.email, Role: role}, proof)
	f.ok(err)
	p.id, p.w = given.ProfileID, f.place.Open(f)
	return p, given
}

// redeem chooses a password with a one-time code.
func (p *person) redeem(given client.GivenOut, pw string) (*client.Session, *client.Challenge, error) {
	s, c, err := p.w.Redeem(p.f.ctx(), p.email, text(given.Code.Display()), text(pw))
	if err == nil {
		p.pass = pw
	}
	return s, c, err
}

// member is somebody whom the first owner has added, and who came in.
func (f *fixture) member(role service.Role) *person {
	f.Helper()
	p, given := f.invited(f.owner.admin(), role, f.owner.proof())
	_, _, err := p.redeem(given, pass)
	f.ok(err)
	return p
}

// guarded is a member with 2FA on.
func (f *fixture) guarded(role service.Role) *person {
	f.Helper()
	p := f.member(role)
	p.enable(p.signIn())
	return p
}

// hand is somebody whose client was changed: it keeps a key of its own, signs what it likes, and calls the interface.
type hand struct {
	f      *fixture
	w      service.Workspace
	id     string
	email  string
	key    ed25519.PrivateKey
	pair   vault.Identity
	pinned vault.Pin
}

// newPassword is what a client makes of a password that was chosen, with a new key that signs.
// shareOfAHand names the share of somebody whose client was changed, which has none.
var shareOfAHand = strings.Repeat("0", 32)

func (f *fixture) newPassword() (service.NewPassword, ed25519.PrivateKey, vault.Identity) {
	f.Helper()
	public, key, err := ed25519.GenerateKey(rand.Reader)
	f.ok(err)
	pair := f.keyPair()
	return service.NewPassword{
		Salt: random(password.SaltSize), Params: service.Argon2id(password.Cheap), PublicKey: public, Lock: secret.NewBytes(random(password.KeySize)), KeyPair: f.wrapped(pair), Share: shareOfAHand,
	}, key, pair
}

func (f *fixture) keyPair() vault.Identity {
	f.Helper()
	pair, err := vault.NewIdentity()
	f.ok(err)
	return pair
}

// wrapped is a key pair under some key.
func (f *fixture) wrapped(pair vault.Identity) service.WrappedKeyPair {
	f.Helper()
	wrapped, err := vault.Wrap(secret.NewBytes(random(password.KeySize)), "password", pair, vault.Pin{})
	f.ok(err)
	return service.WrappedKeyPair{Recipient: pair.Recipient(), Wrapped: wrapped}
}

// newOneTime is what a client makes of a one-time code.
func (f *fixture) newOneTime() service.NewOneTime {
	f.Helper()
	return service.NewOneTime{
		Salt: random(recovery.SaltSize), Params: service.Argon2id(recovery.Cheap), Proof: secret.NewBytes(random(recovery.HashSize)), KeyPair: f.wrapped(f.keyPair()),
	}
}

// newSet is what a client makes of ten recovery codes.
func newSet() service.NewSet {
	n := service.NewSet{Salt: random(recovery.SaltSize), Params: service.Argon2id(recovery.Cheap)}
	for range recovery.SetSize {
		n.Proofs = append(n.Proofs, secret.NewBytes(random(recovery.HashSize)))
	}
	return n
}

// badSets are what no client makes of recovery codes.
func badSets() map[string]service.NewSet {
	bad := map[string]service.NewSet{"no set": {}}
	for what, spoil := range map[string]func(*service.NewSet){
		"a short salt":       func(n *service.NewSet) { n.Salt = n.Salt[1:] },
		"nine codes":         func(n *service.NewSet) { n.Proofs = n.Proofs[1:] },
		"eleven codes":       func(n *service.NewSet) { n.Proofs = append(n.Proofs, secret.NewBytes(random(recovery.HashSize))) },
		"two codes alike":    func(n *service.NewSet) { n.Proofs[1] = n.Proofs[0] },
		"an empty proof":     func(n *service.NewSet) { n.Proofs[0] = secret.Bytes{} },
		"a proof too long":   func(n *service.NewSet) { n.Proofs[0] = secret.NewBytes(random(recovery.HashSize + 1)) },
		"a hash of no cost":  func(n *service.NewSet) { n.Params = service.Argon2id{} },
		"a hash of any cost": func(n *service.NewSet) { n.Params.MemoryKiB = 1 << 31 },
	} {
		n := newSet()
		spoil(&n)
		bad[what] = n
	}
	return bad
}

// proofOf is what a client makes of a one-time code.
func proofOf(given client.GivenOut, t service.CodeTerms) secret.Bytes {
	return recovery.ProofOf(given.Code, t.Salt, recovery.Params(t.Params))
}

// hand adds somebody whose client was changed, and who is in.
func (f *fixture) hand(role service.Role) (*hand, service.Session) {
	f.Helper()
	p, given := f.invited(f.owner.admin(), role, f.owner.proof())
	h := &hand{f: f, w: p.w.Workspace, id: p.id, email: p.email}
	attempt, err := h.w.BeginRedeem(f.ctx(), p.email, service.RedeemPassword)
	f.ok(err)
	t := attempt.Terms()
	right, err := attempt.Check(f.ctx(), proofOf(given, t))
	f.ok(err)
	h.pair, h.pinned, err = vault.Unwrap(recovery.WrappingKey(recovery.Derive(given.Code, t.Salt, recovery.Params(t.Params))), "one-time code", right.KeyPair.Wrapped)
	f.ok(err)
	return h, h.redeem(attempt)
}

// redeem chooses a password for a code that was right.
func (h *hand) redeem(attempt service.RedeemAttempt) service.Session {
	h.f.Helper()
	next, key, _ := h.f.newPassword()
	next.KeyPair, h.key = h.f.wrapped(h.pair), key
	s, c, err := attempt.Redeem(h.f.ctx(), next)
	h.f.ok(err)
	if c != nil {
		h.f.Fatal("more was due")
	}
	return s
}

// waits adds somebody whose key pair came without the vault's keys, signed with the vault's key or not.
func (f *fixture) waits(signed bool) (*hand, service.Session) {
	f.Helper()
	by, bs := f.hand(service.RoleOwner)
	h := &hand{f: f, w: f.place.Open(f).Workspace, email: fmt.Sprintf("waits%d@example.com", len(f.members(by.admin(bs)))), pair: f.keyPair()}
	code := f.newOneTime()
	code.KeyPair = f.wrapped(h.pair)
	if signed {
		code.KeyPair.Signature = by.vaultKeys(bs).Sign(service.HolderMessage(h.w.ID(), h.pair.Recipient()))
	}
	proof := secret.NewBytes(bytes.Clone(code.Proof.Reveal()))
	given, err := by.admin(bs).AddMember(f.ctx(), service.NewMember{Name: "Waits", Email: h.email, Role: service.RoleMember}, code, by.proof(bs))
	f.ok(err)
	h.id = given.ProfileID
	attempt, err := h.w.BeginRedeem(f.ctx(), h.email, service.RedeemPassword)
	f.ok(err)
	_, err = attempt.Check(f.ctx(), proof)
	f.ok(err)
	return h, h.redeem(attempt)
}

func (f *fixture) members(a service.Admin) []service.Member {
	f.Helper()
	all, err := a.Members(f.ctx())
	f.ok(err)
	return all
}

// attempt begins a sign-in.
func (h *hand) attempt() service.SignInAttempt {
	h.f.Helper()
	a, err := h.w.BeginSignIn(h.f.ctx(), h.email, "")
	h.f.ok(err)
	return a
}

func (h *hand) signed(t service.PasswordTerms) []byte {
	return ed25519.Sign(h.key, service.SignInMessage(t.WorkspaceID, t.Nonce))
}

// signIn comes in.
func (h *hand) signIn() service.Session {
	h.f.Helper()
	a := h.attempt()
	s, _, err := a.SignIn(h.f.ctx(), service.SignIn{Signature: h.signed(a.Terms())})
	h.f.ok(err)
	return s
}

// proof signs a step-up.
func (h *hand) proof(s service.Session) service.Proof {
	h.f.Helper()
	t, _, _, err := s.BeginProof(h.f.ctx())
	h.f.ok(err)
	return service.Proof{Nonce: t.Nonce, Signature: ed25519.Sign(h.key, service.ProofMessage(t.WorkspaceID, t.Nonce))}
}

// admin gives the powers of somebody whose client was changed.
func (h *hand) admin(s service.Session) service.Admin {
	h.f.Helper()
	a, err := s.Admin(h.f.ctx())
	h.f.ok(err)
	return a
}
