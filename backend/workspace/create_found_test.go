package workspace_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/keychain"
	"countersign/backend/password"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/backend/workspace"
)

// The first owner of a workspace that is founded.
var firstOwner = service.NewWorkspace{Workspace: "Northwind Legal", Name: "Amara Okafor", Email: email}

// site is a fixture whose workspace is on a server: each computer has a keychain of its own.
type site struct {
	*fixture
	w *workspace.Workspace
}

func newSite(t *testing.T) *site {
	t.Helper()
	h := newFixture(t)
	return &site{h, inner(h.w)}
}

// restart opens the workspace anew, as a server that is started does.
func (h *site) restart() {
	h.Helper()
	w, err := workspace.Open(h.Context(), workspace.Config{Store: h.store, Secrets: h.secrets, Files: h.files, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
	h.ok(err)
	h.w = w
}

// founded is a site whose first owner was invited, and the code.
func founded(t *testing.T) (*site, string) {
	t.Helper()
	h := newSite(t)
	return h, h.found(firstOwner)
}

// found gives the first owner an invitation.
func (h *site) found(in service.NewWorkspace) (code string) {
	h.Helper()
	made, shown, err := client.FirstInvitation(h.config(nil))
	h.ok(err)
	given, err := h.w.Found(h.Context(), in, made)
	h.ok(err)
	if given.Kind != store.OneTimeInvitation || given.Workspace != in.Workspace || given.Name != in.Name || given.Email != in.Email || given.IssuedBy != "" ||
		!given.IssuedAt.Equal(h.clock.now()) || given.ExpiresAt.Sub(given.IssuedAt) != service.OneTimeLife {
		h.Fatalf("%+v", given)
	}
	return shown.Display()
}

func (h *fixture) config(secrets store.Secrets) client.Config {
	return client.Config{Secrets: secrets, Password: store.Argon2id(cheap), Recovery: store.Argon2id(cheapCodes)}
}

// computer opens the workspace on another computer, which has a keychain of its own.
func (h *site) computer(secrets store.Secrets) *client.Workspace {
	h.Helper()
	w, err := client.Open(h.Context(), h.w.Service(), h.config(secrets))
	h.ok(err)
	return w
}

func (h *site) redeem(w *client.Workspace, of, code string) *client.Session {
	h.Helper()
	s, c, err := w.Redeem(h.Context(), of, secret.NewText(code), secret.NewText(pass))
	h.ok(err)
	if s == nil || c != nil {
		h.Fatal("more was due")
	}
	return s
}

func (h *fixture) vaultGeneration() int {
	h.Helper()
	var info store.Info
	h.ok(h.store.View(h.Context(), func(tx store.ReadTx) (err error) {
		info, err = tx.Info()
		return err
	}))
	return info.VaultGeneration
}

func TestFound_FirstOwnerComesInAndBeginsTheVault(t *testing.T) {
	t.Parallel()
	h, code := founded(t)
	if h.vaultGeneration() != 0 {
		t.Error("there is a vault already")
	}
	for _, name := range h.secrets.names() {
		if strings.HasSuffix(name, "/device") {
			t.Error("the server has a computer's share")
		}
	}
	at := h.computer(keychain.NewMemory())
	s := h.redeem(at, email, code)
	if h.vaultGeneration() != 1 {
		t.Fatal("there is no vault")
	}
	h.add(s, paper("Lease.txt", "Lease of the mill"))
	a, err := s.Admin(t.Context())
	h.ok(err)
	given, err := a.AddMember(t.Context(), service.NewMember{Name: "Bela Novak", Email: otherEmail, Role: store.RoleMember}, client.Proof{})
	h.ok(err)
	there := h.computer(keychain.NewMemory())
	m := h.redeem(there, otherEmail, given.Code.Display())
	for _, in := range []*client.Session{s, m} {
		if text := h.read(in, "Lease.txt"); text != "Lease of the mill" {
			t.Errorf("read %q", text)
		}
	}
	h.restart()
	s, _, err = at.SignIn(t.Context(), email, secret.NewText(pass))
	h.ok(err)
	a, err = s.Admin(t.Context())
	h.ok(err)
	page, err := a.Log(t.Context(), service.LogQuery{})
	h.ok(err)
	var said []string
	for _, e := range page.Entries {
		said = append(said, sentence(e))
	}
	for _, want := range []string{"Amara Okafor created the vault key.", "The server created the workspace Northwind Legal and an invitation for Amara Okafor, its first owner."} {
		if !slices.Contains(said, want) {
			t.Errorf("the log does not say %q: %q", want, said)
		}
	}
}

// Whoever runs the server has seen the code. A key pair under it would open the vault.
func TestFound_KeyPairThatComesWithTheCodeIsNotKept(t *testing.T) {
	t.Parallel()
	h := newSite(t)
	made, code, err := client.FirstInvitation(h.config(nil))
	h.ok(err)
	if made.KeyPair.Recipient != "" || made.KeyPair.Wrapped != nil {
		t.Error("our client makes one")
	}
	made.KeyPair = service.WrappedKeyPair{Recipient: "age1", Wrapped: []byte("wrapped")}
	given, err := h.w.Found(t.Context(), firstOwner, made)
	h.ok(err)
	h.ok(h.store.View(t.Context(), func(tx store.ReadTx) error {
		if _, err := tx.VaultKey("invitation/" + given.ProfileID); err == nil {
			t.Error("it is kept")
		}
		return nil
	}))
	h.redeem(h.computer(keychain.NewMemory()), email, code.Display())
}

func TestFound_AgainWhileNobodyHasComeIn(t *testing.T) {
	t.Parallel()
	h, lost := founded(t)
	h.clock.step(3 * 24 * time.Hour)
	at := h.computer(keychain.NewMemory())
	_, _, err := at.Redeem(t.Context(), email, secret.NewText(lost), secret.NewText(pass))
	h.refused(err, service.CodeOneTimeExpired)
	again := h.found(service.NewWorkspace{Workspace: "Northwind", Name: "Amara O.", Email: otherEmail})
	if h.w.Name() != "Northwind" {
		t.Errorf("its name is %q", h.w.Name())
	}
	for _, old := range []string{email, otherEmail} {
		_, _, err := at.Redeem(t.Context(), old, secret.NewText(lost), secret.NewText(pass))
		h.refused(err, service.CodeInvitationWrong)
	}
	h.restart() // as a later init does
	at = h.computer(keychain.NewMemory())
	o, err := h.redeem(at, otherEmail, again).Overview(t.Context())
	h.ok(err)
	if o.Profile.Name != "Amara O." || o.Profile.Role != store.RoleOwner {
		t.Errorf("%+v", o.Profile)
	}
	made, _, err := client.FirstInvitation(h.config(nil))
	h.ok(err)
	_, err = h.w.Found(t.Context(), firstOwner, made)
	h.refused(err, service.CodeWorkspaceExists)
}

func TestFound_WorkspaceThatWasCreatedIsLeftAlone(t *testing.T) {
	t.Parallel()
	h, _ := created(t)
	made, _, err := client.FirstInvitation(h.config(nil))
	h.ok(err)
	_, err = inner(h.w).Found(t.Context(), firstOwner, made)
	h.refused(err, service.CodeWorkspaceExists)
	// Nor one that has lost its vault, or whose one owner is somebody else's guest.
	for what, change := range map[string]func(*store.Profile){
		"an active owner":     func(p *store.Profile) { p.State, p.Role = store.ProfileActive, store.RoleOwner },
		"a suspended owner":   func(p *store.Profile) { p.State, p.Role = store.ProfileSuspended, store.RoleOwner },
		"an invited admin":    func(p *store.Profile) { p.State, p.Role = store.ProfileInvited, store.RoleAdmin },
		"an owner of a vault": func(p *store.Profile) { p.State, p.Role = store.ProfileInvited, store.RoleOwner },
	} {
		h.ok(workspace.Change(inner(h.w), t.Context(), func(tx store.WriteTx) error {
			info, err := tx.Info()
			if err != nil {
				return err
			}
			info.VaultGeneration, info.VaultPublicKey = 0, ""
			if what == "an owner of a vault" {
				info.VaultGeneration, info.VaultPublicKey = 1, strings.Repeat("ab", 32)
			}
			p, err := tx.ProfileByEmail(email)
			if err != nil {
				return err
			}
			change(&p)
			if err := tx.UpdateProfile(p); err != nil {
				return err
			}
			return tx.UpdateInfo(info)
		}))
		if _, err := inner(h.w).Found(t.Context(), firstOwner, made); !service.IsCode(err, service.CodeWorkspaceExists) {
			t.Errorf("%s: %v", what, err)
		}
	}
	h.ok(workspace.Change(inner(h.w), t.Context(), func(tx store.WriteTx) error { // where the vault was lost, and others are there
		info, err := tx.Info()
		if err != nil {
			return err
		}
		info.VaultGeneration, info.VaultPublicKey = 0, ""
		p, err := tx.ProfileByEmail(email)
		if err != nil {
			return err
		}
		p.State, p.Role = store.ProfileInvited, store.RoleOwner
		if err := tx.UpdateProfile(p); err != nil {
			return err
		}
		return tx.UpdateInfo(info)
	}))
	h.ok(inner(h.w).CheckFound(t.Context(), firstOwner))
	h.one(person{role: store.RoleMember, state: store.ProfileInvited})
	h.refused(inner(h.w).CheckFound(t.Context(), firstOwner), service.CodeWorkspaceExists)
}

func TestFound_RefusesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	h := newSite(t)
	good, _, err := client.FirstInvitation(h.config(nil))
	h.ok(err)
	for in, code := range map[service.NewWorkspace]service.Code{
		{Name: "Amara", Email: email}:                                   service.CodeWorkspaceRequired,
		{Workspace: "Northwind", Email: email}:                          service.CodeNameRequired,
		{Workspace: "Northwind", Name: "Amara", Email: "amara.example"}: service.CodeEmailForm,
	} {
		_, err := h.w.Found(t.Context(), in, good)
		h.refused(err, code)
	}
	for what, spoil := range map[string]func(*service.NewOneTime){
		"a short salt": func(n *service.NewOneTime) { n.Salt = n.Salt[1:] },
		"no proof":     func(n *service.NewOneTime) { n.Proof = secret.Bytes{} },
		"no cost":      func(n *service.NewOneTime) { n.Params = store.Argon2id{} },
	} {
		bad := good
		spoil(&bad)
		if _, err := h.w.Found(t.Context(), firstOwner, bad); err == nil {
			t.Errorf("%s was taken", what)
		}
	}
	h.clock.step(-100 * 365 * 24 * time.Hour)
	_, err = h.w.Found(t.Context(), firstOwner, good)
	h.refused(err, service.CodeClockWrong)
	if h.w.Created() || len(h.secrets.names()) > 0 {
		t.Error("something was made")
	}
}

func TestFound_InterruptedAtTheKeychainBeginsAnew(t *testing.T) {
	t.Parallel()
	h := newSite(t)
	made, _, err := client.FirstInvitation(h.config(nil))
	h.ok(err)
	h.secrets.fail(store.ErrKeychainLocked, nil, nil)
	_, err = h.w.Found(t.Context(), firstOwner, made)
	h.refused(err, service.CodeKeychainLocked)
	h.secrets.fail(nil, nil, nil)
	h.restart()
	h.redeem(h.computer(keychain.NewMemory()), email, h.found(firstOwner))
}

// vaultless is the session of an owner whose workspace has lost its vault, and what founds another.
func vaultless(t *testing.T) (h *fixture, s *client.Session, own service.WrappedKeyPair) {
	t.Helper()
	h, s = created(t)
	h.ok(workspace.Change(inner(h.w), t.Context(), func(tx store.WriteTx) error {
		info, err := tx.Info()
		if err != nil {
			return err
		}
		info.VaultGeneration, info.VaultPublicKey = 0, ""
		return tx.UpdateInfo(info)
	}))
	h.pins(s, vault.Pin{}) // nor does its owner know of one
	v, err := s.Vault(t.Context())
	h.ok(err)
	h.alterKey(v.Holder, func(k *store.VaultKey) bool {
		k.Ciphertext, k.Generation, k.OnlyOne = nil, 0, false
		return true
	})
	return h, s, founding(s)
}

// founding is what an owner's client sends to begin a vault.
func founding(s *client.Session) service.WrappedKeyPair {
	return service.WrappedKeyPair{
		Recipient: s.OwnKeys().Recipient, Wrapped: []byte("wrapped"), Keys: service.SealedKeys{Ciphertext: []byte("sealed"), Generation: 1, OnlyOne: true}, Signature: someSignature,
	}
}

var (
	somePublicKey = strings.Repeat("ab", 32)
	someSignature = bytes.Repeat([]byte{1}, ed25519.SignatureSize)
)

func TestFoundVault_TakesOnlyWhatItsOwnerCanOpen(t *testing.T) {
	t.Parallel()
	h, s, good := vaultless(t)
	for what, spoil := range map[string]func(*service.WrappedKeyPair){
		"another's recipient":   func(g *service.WrappedKeyPair) { g.Recipient = "age1other" },
		"no keys":               func(g *service.WrappedKeyPair) { g.Keys = service.SealedKeys{} },
		"a generation too many": func(g *service.WrappedKeyPair) { g.Keys.Generation = 2 },
		"older keys with it":    func(g *service.WrappedKeyPair) { g.Keys.OnlyOne = false },
		"keys of any length":    func(g *service.WrappedKeyPair) { g.Keys.Ciphertext = make([]byte, 5<<20) },
		"no signature":          func(g *service.WrappedKeyPair) { g.Signature = nil },
		"half a signature":      func(g *service.WrappedKeyPair) { g.Signature = g.Signature[:32] },
		"nothing wrapped":       func(g *service.WrappedKeyPair) { g.Wrapped = nil },
	} {
		bad := good
		spoil(&bad)
		if err := s.FoundVault(t.Context(), somePublicKey, bad); err == nil {
			t.Errorf("%s was taken", what)
		}
	}
	for _, key := range []string{"", "ab", somePublicKey + "ab", strings.Repeat("xy", 32)} {
		if err := s.FoundVault(t.Context(), key, good); err == nil {
			t.Errorf("the public key %q was taken", key)
		}
	}
	if h.vaultGeneration() != 0 {
		t.Fatal("there is a vault")
	}
	h.ok(s.FoundVault(t.Context(), somePublicKey, good))
	if v, err := s.Vault(t.Context()); err != nil || v.Generation != 1 || v.PublicKey != somePublicKey || string(v.Keys.Ciphertext) != "sealed" || !v.Keys.OnlyOne {
		t.Errorf("%+v, %v", v, err)
	}
	h.refused(s.FoundVault(t.Context(), somePublicKey, good), service.CodeVaultExists)
}

func TestFoundVault_IsAnOwners(t *testing.T) {
	t.Parallel()
	h, s, good := vaultless(t)
	for _, role := range []store.Role{store.RoleAdmin, store.RoleMember} {
		m := h.one(person{role: role}).signIn() // whose client asks, too
		_, err := m.Documents(t.Context())
		h.refused(err, service.CodeVaultWaiting)
		h.refused(m.FoundVault(t.Context(), somePublicKey, good), service.CodeForbidden)
	}
	h.ok(s.End(t.Context()))
	h.refused(s.FoundVault(t.Context(), somePublicKey, good), service.CodeSessionEnded)
	if h.vaultGeneration() != 0 {
		t.Error("there is a vault")
	}
}

func TestFoundVault_OfManyAtOnceOneWins(t *testing.T) {
	t.Parallel()
	h, s, good := vaultless(t)
	const many = 4
	errs := make([]error, many)
	var all sync.WaitGroup
	for i := range many {
		all.Go(func() {
			errs[i] = s.FoundVault(t.Context(), strings.Repeat([]string{"a0", "a1", "a2", "a3"}[i], 32), good)
		})
	}
	all.Wait()
	won := 0
	for i, err := range errs {
		if err != nil {
			h.refused(err, service.CodeVaultExists)
			continue
		}
		won++
		if v, err := s.Vault(t.Context()); err != nil || v.PublicKey != strings.Repeat([]string{"a0", "a1", "a2", "a3"}[i], 32) {
			t.Errorf("%+v, %v", v, err)
		}
	}
	if won != 1 {
		t.Errorf("%d have won", won)
	}
}

// Of two owners of a workspace without a vault the first to come in founds it, and lets the other read.
func TestFoundVault_WhoComesSecondReadsAfterAReset(t *testing.T) {
	t.Parallel()
	h, _, _ := vaultless(t)
	other := h.one(person{role: store.RoleOwner})
	first := other.signIn()
	h.add(first, paper("Lease.txt", "Lease of the mill"))
	s, _, err := h.w.SignIn(t.Context(), email, secret.NewText(pass))
	h.ok(err)
	_, err = s.Documents(t.Context())
	h.refused(err, service.CodeVaultWaiting)
	if text := h.read(other.resets(&user{h: h, id: s.ProfileID(), email: email}), "Lease.txt"); text != "Lease of the mill" {
		t.Errorf("read %q", text)
	}
}

// counting is a workspace that counts what is asked of it.
type counting struct {
	service.Workspace
	asked int
}

func (c *counting) BeginSignIn(ctx context.Context, email, computer string) (service.SignInAttempt, error) {
	c.asked++
	return c.Workspace.BeginSignIn(ctx, email, computer)
}

func TestSignIn_ComputerWithoutAShareIsRefusedUnasked(t *testing.T) {
	t.Parallel()
	h, code := founded(t)
	secrets := keychain.NewMemory()
	behind := &counting{Workspace: h.w.Service()}
	w, err := client.Open(t.Context(), behind, h.config(secrets))
	h.ok(err)
	_, _, err = w.SignIn(t.Context(), email, secret.NewText(pass))
	h.refused(err, service.CodeComputerUnknown)
	if behind.asked > 0 {
		t.Error("something was sent")
	}
	_, _, err = w.Redeem(t.Context(), email, secret.NewText(noCode), secret.NewText(pass))
	h.refused(err, service.CodeInvitationWrong)
	if _, err := secrets.Get(t.Context(), w.ID()+"/device"); err == nil {
		t.Error("a wrong code has made a share")
	}
	late := h.computer(secrets) // another program of this computer
	h.ok(h.redeem(w, email, code).End(t.Context()))
	for _, at := range []*client.Workspace{w, late, h.computer(secrets)} {
		_, _, err := at.SignIn(t.Context(), email, secret.NewText(pass))
		h.ok(err)
	}
	_, _, err = h.computer(keychain.NewMemory()).SignIn(t.Context(), email, secret.NewText(pass))
	h.refused(err, service.CodeComputerUnknown)
}

func TestRedeem_PasswordResetBringsAComputerIn(t *testing.T) {
	t.Parallel()
	h, code := founded(t)
	first := keychain.NewMemory()
	s := h.redeem(h.computer(first), email, code)
	a, err := s.Admin(t.Context())
	h.ok(err)
	given, err := a.AddMember(t.Context(), service.NewMember{Name: "Bela Novak", Email: otherEmail, Role: store.RoleMember}, client.Proof{})
	h.ok(err)
	h.redeem(h.computer(first), otherEmail, given.Code.Display()) // two people share a computer, and its share
	reset, err := a.ResetPassword(t.Context(), given.ProfileID, "", client.Proof{Password: secret.NewText(pass)})
	h.ok(err)
	second := h.computer(keychain.NewMemory())
	h.redeem(second, otherEmail, reset.Code.Display())
	_, _, err = second.SignIn(t.Context(), otherEmail, secret.NewText(pass))
	h.ok(err)
	_, _, err = h.computer(first).SignIn(t.Context(), otherEmail, secret.NewText(pass))
	h.refused(err, service.CodeComputerUnknown)
	_, _, err = h.computer(first).SignIn(t.Context(), email, secret.NewText(pass))
	h.ok(err)
}

func TestRedeem_ShareThatTheKeychainDidNotKeepIsNotUsed(t *testing.T) {
	t.Parallel()
	h, code := founded(t)
	secrets := &faulty{Secrets: keychain.NewMemory(), swallow: true}
	w := h.computer(secrets)
	_, _, err := w.Redeem(t.Context(), email, secret.NewText(code), secret.NewText(pass))
	h.refused(err, service.CodeKeychainMismatch)
	secrets.swallow = false
	secrets.fail(store.ErrKeychainLocked, nil, nil)
	for range 6 { // none of these was a guess
		_, _, err := w.Redeem(t.Context(), email, secret.NewText(code), secret.NewText(pass))
		h.refused(err, service.CodeKeychainLocked)
	}
	secrets.fail(nil, nil, nil)
	h.redeem(w, email, code)
}

// twisted is a keychain that gives another value than it was given.
type twisted struct{ store.Secrets }

func (s twisted) Set(ctx context.Context, name string, v secret.Bytes) error {
	return s.Secrets.Set(ctx, name, secret.NewBytes(make([]byte, v.Len())))
}

func TestRedeem_ShareThatReadsBackOtherwiseIsNotUsed(t *testing.T) {
	t.Parallel()
	h, code := founded(t)
	w := h.computer(twisted{keychain.NewMemory()})
	_, _, err := w.Redeem(t.Context(), email, secret.NewText(code), secret.NewText(pass))
	h.refused(err, service.CodeKeychainMismatch)
}

// renamed is a workspace with an ID that a server has chosen.
type renamed struct {
	service.Workspace
	id string
}

func (r renamed) ID() string { return r.id }

func TestOpen_RefusesAnIDThatIsNotOurs(t *testing.T) {
	t.Parallel()
	h, _ := founded(t)
	good := h.w.Service()
	for _, id := range []string{"", "x", "../" + good.ID()[3:], strings.ToUpper(good.ID()), good.ID() + "a"} {
		if _, err := client.Open(t.Context(), renamed{good, id}, h.config(keychain.NewMemory())); err == nil {
			t.Errorf("%q was taken", id)
		}
	}
}

func TestOpen_ShareThatIsDamagedOrLockedIsSaid(t *testing.T) {
	t.Parallel()
	h, _ := founded(t)
	secrets := keychain.NewMemory()
	h.ok(secrets.Set(t.Context(), h.w.ID()+"/device", secret.NewBytes(make([]byte, password.KeySize-1))))
	_, err := client.Open(t.Context(), h.w.Service(), h.config(secrets))
	h.refused(err, service.CodeKeychainItemMissing)
	_, err = client.Open(t.Context(), h.w.Service(), h.config(locked{secrets}))
	h.refused(err, service.CodeKeychainLocked)
}

// locked is a keychain that gives nothing.
type locked struct{ store.Secrets }

func (locked) Get(context.Context, string) (secret.Bytes, error) {
	return secret.Bytes{}, store.ErrKeychainLocked
}

func TestClose_WipesTheShare(t *testing.T) {
	t.Parallel()
	h, code := founded(t)
	w := h.computer(keychain.NewMemory())
	h.ok(h.redeem(w, email, code).End(t.Context()))
	w.Close()
	_, _, err := w.SignIn(t.Context(), email, secret.NewText(pass))
	h.refused(err, service.CodeSessionEnded)
}
