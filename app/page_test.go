package app

import (
	"crypto/hpke"
	"encoding/base64"
	"strings"
	"testing"
)

// page does what lib/api.ts does: it puts what is typed into envelopes, and takes
// the secrets in answers out of theirs.
type page struct {
	testing.TB
	auth *Auth
}

// typed closes text as the page would.
func (p page) typed(what, text string) Envelope {
	p.Helper()
	if text == "" {
		return Envelope{}
	}
	k, err := p.auth.Key()
	if err != nil {
		p.Fatal(err)
	}
	return closeFor(p, k, what, text)
}

func closeFor(t testing.TB, k PublicKey, what, text string) Envelope {
	t.Helper()
	point, err := base64.StdEncoding.DecodeString(k.Point)
	if err != nil {
		t.Fatal(err)
	}
	key, err := kem.NewPublicKey(point)
	if err != nil {
		t.Fatal(err)
	}
	box, err := hpke.Seal(key, kdf, aead, purpose(what), []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return Envelope{Key: k.ID, Box: base64.StdEncoding.EncodeToString(box)}
}

func (p page) factor(kind, text string) Factor {
	return Factor{Kind: kind, Value: p.typed(holdsFactor, text)}
}

func (p page) proof(pw, kind, text string) Proof {
	return Proof{Password: p.typed(holdsPassword, pw), Factor: p.factor(kind, text)}
}

func (p page) newWorkspace() NewWorkspace {
	return NewWorkspace{Workspace: "Northwind Legal", Name: "Amara Okafor", Email: email, Password: p.typed(holdsPassword, pass)}
}

// mailbox is the page's key for one answer.
type mailbox struct {
	testing.TB
	private hpke.PrivateKey
	PublicKey
}

func (p page) mailbox() mailbox {
	p.Helper()
	private, err := kem.GenerateKey()
	if err != nil {
		p.Fatal(err)
	}
	return mailbox{p, private, PublicKey{Point: base64.StdEncoding.EncodeToString(private.PublicKey().Bytes())}}
}

// open takes the parts out of an answer's envelope.
func (m mailbox) open(what string, e Envelope) []string {
	m.Helper()
	box, err := base64.StdEncoding.DecodeString(e.Box)
	if err != nil {
		m.Fatal(err)
	}
	plain, err := hpke.Open(m.private, kdf, aead, purpose(what), box)
	if err != nil {
		m.Fatalf("the answer's %s: %v", what, err)
	}
	return strings.Split(string(plain), " ")
}

// The bound structs as a person at the page uses them: with text.

type typingAuth struct {
	*Auth
	page page
}

func (d typingAuth) SignIn(email, pw string) (SignInResult, error) {
	return d.Auth.SignIn(email, d.page.typed(holdsPassword, pw))
}

func (d typingAuth) Verify(challenge, code string) (SignedIn, error) {
	return d.Auth.Verify(challenge, d.page.typed(holdsCode, code))
}

func (d typingAuth) UseRecoveryCode(challenge, code string) (SignedIn, error) {
	return d.Auth.UseRecoveryCode(challenge, d.page.typed(holdsRecovery, code))
}

func (d typingAuth) Review(email, pw string, factor Factor) (ReviewView, error) {
	return d.Auth.Review(email, d.page.typed(holdsPassword, pw), factor)
}

type typingProfile struct {
	*Profile
	page page
}

func (p typingProfile) ChangePassword(session, current, next string, factor Factor) (ProfileView, error) {
	return p.Profile.ChangePassword(session, p.page.typed(holdsPassword, current), p.page.typed(holdsNewPassword, next), factor)
}

type typingEnrolment struct {
	*Enrolment
	page page
}

// shownPhone is what the page shows to be scanned.
type shownPhone struct {
	Path      string
	KeyGroups []string
}

func (m mailbox) phone(v EnrolmentView, err error) (shownPhone, error) {
	if err != nil {
		return shownPhone{}, err
	}
	return shownPhone{strings.Join(m.open(holdsQR, v.QR.Path), " "), m.open(holdsKey, v.KeyGroups)}, nil
}

// shownSheet is what the page shows to be kept.
type shownSheet struct{ Codes []string }

func (m mailbox) sheet(v *SheetView) *shownSheet {
	if v == nil {
		return nil
	}
	return &shownSheet{m.open(holdsCodes, v.Codes)}
}

func (e typingEnrolment) BeginEnable(session, pw string) (shownPhone, error) {
	m := e.page.mailbox()
	return m.phone(e.Enrolment.BeginEnable(session, e.page.typed(holdsPassword, pw), m.PublicKey))
}

func (e typingEnrolment) BeginChangePhone(session string, app int, proof Proof) (shownPhone, error) {
	m := e.page.mailbox()
	return m.phone(e.Enrolment.BeginChangePhone(session, app, proof, m.PublicKey))
}

func (e typingEnrolment) BeginNewCodes(session string, proof Proof) (*shownSheet, error) {
	m := e.page.mailbox()
	v, err := e.Enrolment.BeginNewCodes(session, proof, m.PublicKey)
	if err != nil {
		return nil, err
	}
	return m.sheet(&v), nil
}

func (e typingEnrolment) Confirm(session, code string) (*shownSheet, error) {
	m := e.page.mailbox()
	c, err := e.Enrolment.Confirm(session, e.page.typed(holdsCode, code), m.PublicKey)
	if err != nil {
		return nil, err
	}
	return m.sheet(c.Sheet), nil
}
