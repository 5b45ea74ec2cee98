package workspace_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/computer"
	"countersign/backend/keychain"
	"countersign/backend/password"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/workspace"
)

// keyOf is a computer's key; newComputer adds it as a client that was changed does.
func keyOf(t interface {
	Helper()
	Fatal(...any)
}, fill byte,
) computer.Key {
	t.Helper()
	key, err := computer.NewKey(secret.NewBytes(bytes.Repeat([]byte{fill}, computer.Size)))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newComputer(key computer.Key) service.NewComputer {
	return service.NewComputer{Name: "Study", Public: key.Public, Seal: make([]byte, computer.Size)}
}

// fromServed signs in from a computer of one's own.
func (p *user) fromServed() *client.Session {
	p.h.Helper()
	if p.at == nil {
		p.served()
	}
	return p.signIn()
}

// elsewhere is the workspace on another computer, which has nothing of it.
func (h *fixture) elsewhere(secrets store.Secrets, name string) *client.Workspace {
	h.Helper()
	c := h.config(secrets)
	c.Computer = name
	w, err := client.Open(context.WithoutCancel(h.Context()), inner(h.w).Service(), c)
	h.ok(err)
	return w
}

// another adds a computer of the user's, and gives its ID.
func (p *user) another() string {
	p.h.Helper()
	w, id := p.anotherComputer()
	w.Close()
	return id
}

func (p *user) anotherComputer() (w *client.Workspace, id string) {
	p.h.Helper()
	ctx := context.WithoutCancel(p.h.Context())
	s := p.fromServed()
	p.h.clock.step(time.Second) // the list is in the order of their times
	given, err := s.GiveComputerCode(ctx, p.proof())
	p.h.ok(err)
	before, err := s.Computers(ctx)
	p.h.ok(err)
	w = p.h.elsewhere(keychain.NewMemory(), "Laptop")
	p.h.ok(w.AddComputer(ctx, p.email, secret.NewText(given.Code.Display())))
	after, err := s.Computers(ctx)
	p.h.ok(err)
	if len(after.All) != len(before.All)+1 || !after.CodeUntil.IsZero() {
		p.h.Fatalf("%+v", after)
	}
	p.h.ok(s.End(ctx))
	return w, after.All[len(after.All)-1].ID
}

// at signs in from a computer.
func (p *user) signInAt(w *client.Workspace) *client.Session {
	p.h.Helper()
	p.at = w
	return p.signIn()
}

func TestComputers_TheirOwnerAddsAnotherWithACodeAndBothGoOn(t *testing.T) {
	t.Parallel()
	h, p, _ := guarded(t)
	s := p.fromServed()
	first := p.at
	given, err := s.GiveComputerCode(t.Context(), p.proof())
	h.ok(err)
	if given.Kind != store.OneTimeComputer || given.ProfileID != p.id && p.id != "" || given.ExpiresAt.Sub(given.IssuedAt) != service.ComputerCodeLife {
		t.Errorf("%+v", given)
	}
	list, err := s.Computers(t.Context())
	h.ok(err)
	if len(list.All) != 1 || !list.All[0].Here || list.All[0].Strange || list.All[0].Name == "" || !list.CodeUntil.Equal(given.ExpiresAt) {
		t.Errorf("%+v", list)
	}
	secrets := keychain.NewMemory()
	second := h.elsewhere(secrets, "Laptop")
	_, _, err = second.SignIn(t.Context(), email, secret.NewText(pass))
	h.refused(err, service.CodeComputerUnknown)
	h.refused(second.AddComputer(t.Context(), email, secret.NewText(noCode)), service.CodeInvitationWrong)
	if item, err := secrets.Get(t.Context(), h.w.ID()+"/device"); err == nil {
		t.Errorf("a wrong code has left %d bytes", item.Len())
	}
	h.ok(second.AddComputer(t.Context(), strings.ToUpper(email), secret.NewText(given.Code.Display())))
	h.refused(second.AddComputer(t.Context(), email, secret.NewText(given.Code.Display())), service.CodeInvitationWrong) // once
	in := p.signInAt(second)
	list, err = in.Computers(t.Context())
	h.ok(err)
	if len(list.All) != 2 || list.All[0].Here || !list.All[1].Here || list.All[1].Name != "Laptop" || list.All[1].LastUsedAt.IsZero() || list.All[1].Strange || list.All[0].Strange {
		t.Errorf("%+v", list)
	}
	again := p.signInAt(first)
	if news := again.Welcome().News; len(news) != 1 || news[0].Kind != "computer-added" || news[0].Detail["name"] != "Laptop" {
		t.Errorf("the first computer tells %+v", news)
	}
	at := p.signInAt(second)
	if news := at.Welcome().News; len(news) != 0 {
		t.Errorf("the second computer tells of itself: %+v", news)
	}
	number := again.Welcome().News[0].Stays
	h.ok(at.PutNewsAway(t.Context(), number)) // which is none there
	again = p.signInAt(first)
	if news := again.Welcome().News; len(news) != 1 || news[0].Stays != number {
		t.Errorf("the first computer tells %+v the next time", news)
	}
	h.ok(again.ChangeEmail(t.Context(), "amara@example.org", p.proof()))
	p.email = "amara@example.org"
	changed := p.signInAt(second)
	news := changed.Welcome().News
	if len(news) != 1 || news[0].Kind != "email-changed" {
		t.Fatalf("the second computer tells %+v", news)
	}
	h.ok(changed.PutNewsAway(t.Context(), news[0].Stays))
	if news := p.signInAt(second).Welcome().News; len(news) != 0 {
		t.Errorf("the second computer tells again: %+v", news)
	}
	if news := p.signInAt(first).Welcome().News; len(news) != 2 { // each computer is another’s, perhaps
		t.Errorf("the first computer tells %+v", news)
	}
	// Whoever opens the program anew finds key and share in the keychain.
	p.signInAt(h.elsewhere(secrets, "Other name"))
}

func TestComputers_AContractIsReadOnEach(t *testing.T) {
	t.Parallel()
	h, p := alone(t)
	p.fromServed()
	first := p.at
	second, _ := p.anotherComputer()
	s := p.signInAt(second)
	h.add(s, paper("Lease.txt", "Lease of the mill"))
	if text := h.read(p.signInAt(first), "Lease.txt"); text != "Lease of the mill" {
		t.Errorf("read %q", text)
	}
}

// TestSignIn_FromNoneOfTheirComputersIsNobodys: a guess there is not looked at, and is not counted for the person.
func TestSignIn_FromNoneOfTheirComputersIsNobodys(t *testing.T) {
	t.Parallel()
	h, p := alone(t)
	p.fromServed()
	salt := func(email, at string) []byte {
		a, err := h.w.BeginSignIn(t.Context(), email, at)
		h.ok(err)
		terms := a.Terms()
		if len(terms.Share) != 32 || len(terms.Salt) != 16 {
			t.Errorf("%+v", terms)
		}
		return append(terms.Salt, terms.Share...)
	}
	list, err := p.signIn().Computers(t.Context())
	h.ok(err)
	id := list.All[0].ID
	real, stranger, unknown := salt(email, id), salt(email, "f00d"), salt("nobody@example.com", "f00d")
	if bytes.Equal(real, stranger) || bytes.Equal(stranger, unknown) || !bytes.Equal(stranger, salt(email, "")) || !bytes.Equal(real, salt(email, id)) {
		t.Error("the terms tell a stranger's computer something, or the person's too little")
	}
	for range 7 { // from a copy of the data folder's program: with the right password, even
		_, _, err := h.w.SignIn(t.Context(), email, secret.NewText(pass))
		if err == nil {
			t.Fatal("the password alone lets a computer in that is none of theirs")
		}
	}
	if w := p.signIn().Welcome(); w.FailedPasswords != 0 {
		t.Errorf("%d guesses are counted for the person", w.FailedPasswords)
	}
}

// TestSignIn_TheNameOfAComputerIsNotEnough: its signature has to be there, and right.
func TestSignIn_TheNameOfAComputerIsNotEnough(t *testing.T) {
	t.Parallel()
	h, p := alone(t)
	key := keyOf(h, 1)
	h.ok(p.signIn().SaveComputer(t.Context(), newComputer(key)))
	signs := func(terms service.PasswordTerms) []byte {
		share, err := h.secrets.Get(t.Context(), h.w.ID()+"/device")
		h.ok(err)
		derived := password.Derive(secret.NewText(pass), terms.Salt, password.Params(terms.Params))
		return password.Sign(derived, share, service.SignInMessage(terms.WorkspaceID, terms.Nonce))
	}
	for what, sign := range map[string]func(nonce []byte) []byte{
		"none":                func([]byte) []byte { return nil },
		"of another computer": func(nonce []byte) []byte { return keyOf(h, 2).Sign(service.ComputerMessage(h.w.ID(), nonce)) },
		"of an earlier attempt": func([]byte) []byte {
			return key.Sign(service.ComputerMessage(h.w.ID(), make([]byte, service.NonceSize)))
		},
		"of another workspace": func(nonce []byte) []byte { return key.Sign(service.ComputerMessage("other", nonce)) },
	} {
		a, err := h.w.BeginSignIn(t.Context(), email, key.ID())
		h.ok(err)
		in := service.SignIn{Signature: signs(a.Terms()), Computer: sign(a.Terms().Nonce)}
		if _, _, err = a.SignIn(t.Context(), in); !service.IsCode(err, service.CodeCredentialsWrong) {
			t.Errorf("%s: %v", what, err)
		}
	}
	a, err := h.w.BeginSignIn(t.Context(), email, key.ID())
	h.ok(err)
	s, _, err := a.SignIn(t.Context(), service.SignIn{Signature: signs(a.Terms()), Computer: key.Sign(service.ComputerMessage(h.w.ID(), a.Terms().Nonce))})
	h.ok(err)
	if list, err := s.Computers(t.Context()); err != nil || len(list.All) != 1 || !list.All[0].Here {
		t.Errorf("%+v, %v", list, err)
	}
	if w := s.Welcome(); w.FailedPasswords != 0 {
		t.Errorf("%d guesses are counted", w.FailedPasswords)
	}
}

func TestComputers_NamesAndCodesAreTheirOwnersAlone(t *testing.T) {
	t.Parallel()
	h, p := alone(t)
	s := p.fromServed()
	list, err := s.Computers(t.Context())
	h.ok(err)
	id := list.All[0].ID
	for _, bad := range []string{"", " ", strings.Repeat("x", service.MaxComputerName+1), "\u200b"} {
		h.refused(s.RenameComputer(t.Context(), id, bad), service.CodeComputerName)
	}
	h.refused(s.RenameComputer(t.Context(), "none", "Study"), service.CodeComputerGone)
	h.ok(s.RenameComputer(t.Context(), id, " Study "))
	h.ok(s.RenameComputer(t.Context(), id, "Study"))
	m := h.one(person{role: store.RoleAdmin})
	theirs := m.signIn()
	h.refused(theirs.RenameComputer(t.Context(), id, "Mine"), service.CodeComputerGone)
	h.refused(s.EndComputerCode(t.Context()), service.CodeOneTimeGone)
	given, err := s.GiveComputerCode(t.Context(), p.proof())
	h.ok(err)
	a := m.admin()
	if open, err := a.OpenCodes(t.Context()); err != nil || len(open) != 0 {
		t.Errorf("admins are told of it: %+v, %v", open, err)
	}
	owner := h.one(person{role: store.RoleOwner}).admin()
	h.refused(owner.EndCode(t.Context(), s.ProfileID(), store.OneTimeComputer), service.CodeOneTimeGone)
	h.ok(s.EndComputerCode(t.Context()))
	w := h.elsewhere(keychain.NewMemory(), "Laptop")
	h.refused(w.AddComputer(t.Context(), email, secret.NewText(given.Code.Display())), service.CodeOneTimeEnded)
	list, err = s.Computers(t.Context())
	h.ok(err)
	if len(list.All) != 1 || list.All[0].Name != "Study" || !list.CodeUntil.IsZero() {
		t.Errorf("%+v", list)
	}
}

func TestComputerCode_EndsWithItsTimeAndWithWhatAllowedIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		then func(h *fixture, p *user, s *client.Session)
		want service.Code
	}{
		"its time":  {func(h *fixture, _ *user, _ *client.Session) { h.clock.step(service.ComputerCodeLife) }, service.CodeOneTimeExpired},
		"a new one": {func(h *fixture, p *user, s *client.Session) { h.must(s.GiveComputerCode(h.Context(), p.proof())) }, service.CodeInvitationWrong},
		"suspended": {func(h *fixture, p *user, _ *client.Session) {
			h.ok(h.keeper().Suspend(h.Context(), p.id))
		}, service.CodeOneTimeEnded},
		"another email": {func(h *fixture, p *user, s *client.Session) {
			h.ok(s.ChangeEmail(h.Context(), "other@example.com", p.proof()))
			p.email = "other@example.com"
		}, service.CodeOneTimeEnded},
		"another share": {func(h *fixture, p *user, s *client.Session) {
			h.ok(s.RemoveComputer(h.Context(), p.other(), p.proof()))
		}, service.CodeOneTimeEnded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _ := alone(t)
			p := h.one(person{role: store.RoleMember})
			p.another()
			s := p.signIn()
			given, err := s.GiveComputerCode(t.Context(), p.proof())
			h.ok(err)
			c.then(h, p, s)
			w := h.elsewhere(keychain.NewMemory(), "Laptop")
			h.refused(w.AddComputer(t.Context(), p.email, secret.NewText(given.Code.Display())), c.want)
		})
	}
}

// other is a computer of the user's at which they are not.
func (p *user) other() string {
	p.h.Helper()
	list, err := p.signIn().Computers(p.h.Context())
	p.h.ok(err)
	for _, c := range list.All {
		if !c.Here {
			return c.ID
		}
	}
	p.h.Fatal("there is none")
	return ""
}

func (h *fixture) must(_ any, err error) {
	h.Helper()
	h.ok(err)
}

// keeper is an owner.
func (h *fixture) keeper() *client.Admin {
	h.Helper()
	return h.one(person{role: store.RoleOwner}).admin()
}

func TestComputers_ThereIsRoomForSome(t *testing.T) {
	t.Parallel()
	h, p := alone(t)
	s := p.fromServed()
	given, err := s.GiveComputerCode(t.Context(), p.proof())
	h.ok(err)
	h.ok(workspace.Change(inner(h.w), t.Context(), func(tx store.WriteTx) error {
		for i := range service.MaxComputers - 1 {
			key := keyOf(h, byte(i+1))
			if err := tx.SaveComputer(store.Computer{ProfileID: s.ProfileID(), ID: key.ID(), Name: "C", SigningKey: key.SigningKey, BoxKey: key.BoxKey, Seal: make([]byte, 32), AddedAt: h.clock.now()}); err != nil {
				return err
			}
		}
		return nil
	}))
	w := h.elsewhere(keychain.NewMemory(), "Laptop")
	h.refused(w.AddComputer(t.Context(), email, secret.NewText(given.Code.Display())), service.CodeComputersFull)
	h.must(p.signIn().Computers(t.Context()))
	_, err = p.signIn().GiveComputerCode(t.Context(), p.proof())
	h.refused(err, service.CodeComputersFull)
}

func TestSaveComputer_IsForWhoHasNone(t *testing.T) {
	t.Parallel()
	h, p := alone(t)
	s := p.signIn()
	for name, bad := range map[string]func(*service.NewComputer){
		"no name":           func(c *service.NewComputer) { c.Name = "" },
		"no signing key":    func(c *service.NewComputer) { c.SigningKey = nil },
		"a short box key":   func(c *service.NewComputer) { c.BoxKey = c.BoxKey[1:] },
		"a long seal":       func(c *service.NewComputer) { c.Seal = make([]byte, 33) },
		"a box of any size": func(c *service.NewComputer) { c.Box = make([]byte, computer.MaxBox+1) },
	} {
		c := newComputer(keyOf(h, 1))
		bad(&c)
		if err := s.SaveComputer(t.Context(), c); err == nil {
			t.Errorf("%s: it is taken", name)
		}
	}
	h.ok(s.SaveComputer(t.Context(), newComputer(keyOf(h, 1))))
	if err := s.SaveComputer(t.Context(), newComputer(keyOf(h, 2))); !errors.Is(err, service.ErrMalformed) {
		t.Errorf("a second one comes in without a code: %v", err)
	}
}

// TestRedeem_ResetCodeOnAnotherComputerLeavesThatOne: every computer is lost, or so its person says.
func TestRedeem_ResetCodeOnAnotherComputerLeavesThatOne(t *testing.T) {
	t.Parallel()
	h, _ := alone(t)
	p := h.one(person{role: store.RoleMember})
	p.another()
	known, lost := p.at, p.other()
	given, err := h.keeper().ResetPassword(t.Context(), p.id, "", client.Proof{Password: secret.NewText(pass)})
	h.ok(err)
	w := h.elsewhere(keychain.NewMemory(), "New")
	s, _, err := w.Redeem(t.Context(), p.email, secret.NewText(given.Code.Display()), secret.NewText("granite lagoon whisper 47"))
	h.ok(err)
	list, err := s.Computers(t.Context())
	h.ok(err)
	if len(list.All) != 1 || !list.All[0].Here || list.All[0].Name != "New" || list.All[0].ID == lost || list.All[0].LastUsedAt.IsZero() {
		t.Errorf("%+v", list)
	}
	_, _, err = known.SignIn(t.Context(), p.email, secret.NewText("granite lagoon whisper 47"))
	h.refused(err, service.CodeComputerUnknown)
}

// TestRedeem_ResetCodeOnAKnownComputerKeepsTheOthers: only the password was forgotten.
func TestRedeem_ResetCodeOnAKnownComputerKeepsTheOthers(t *testing.T) {
	t.Parallel()
	h, _ := alone(t)
	p := h.one(person{role: store.RoleMember})
	p.fromServed()
	first := p.at
	second, _ := p.anotherComputer()
	given, err := h.keeper().ResetPassword(t.Context(), p.id, "", client.Proof{Password: secret.NewText(pass)})
	h.ok(err)
	p.pass = "granite lagoon whisper 47"
	_, _, err = second.Redeem(t.Context(), p.email, secret.NewText(given.Code.Display()), secret.NewText(p.pass))
	h.ok(err)
	for _, w := range []*client.Workspace{first, second} {
		list, err := p.signInAt(w).Computers(t.Context())
		h.ok(err)
		if len(list.All) != 2 {
			t.Errorf("%+v", list)
		}
	}
}

func TestChangePassword_KeepsTheShare(t *testing.T) {
	t.Parallel()
	h, p := alone(t)
	p.another()
	s := p.signIn()
	next := h.chosen("granite lagoon whisper 47")
	next.Share = strings.Repeat("a", 32)
	if err := s.Session.ChangePassword(t.Context(), h.signed(s, pass), next); !errors.Is(err, store.ErrConflict) {
		t.Errorf("%v", err)
	}
	if list, err := s.Computers(t.Context()); err != nil || len(list.All) != 2 {
		t.Errorf("%+v, %v", list, err)
	}
	p.signIn()
}
