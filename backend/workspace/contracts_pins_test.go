package workspace_test

import (
	"context"
	"encoding/hex"
	"strings"
	"testing"

	"countersign/backend/client"
	"countersign/backend/keychain"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/backend/workspace"
)

// rotates puts a new vault key in force, and brings everything under it.
func (p *user) rotates() {
	p.h.Helper()
	a := p.admin()
	p.h.ok(a.BeginRotation(p.h.Context(), p.proof()))
	p.h.ok(a.Rotate(p.h.Context(), nil))
}

// pinned is the vault that is pinned in somebody's wrap.
func (h *fixture) pinned(s *client.Session) vault.Pin {
	h.Helper()
	_, _, pin := h.unwrapped(s)
	return pin
}

func TestSignIn_FollowsTheVaultAfterARotationOnce(t *testing.T) {
	t.Parallel()
	h, owner, members := waiting(t, 1)
	first := h.keysOf(owner.signIn()).Pin()
	m := members[0]
	if got := h.pinned(m.signIn()); got != first {
		t.Fatalf("%+v", got)
	}
	owner.rotates()
	owner.rotates() // while the member is away
	head := h.head()
	if h.contracts(m.signIn()) != "lease" {
		t.Fatal("the member does not read the contract")
	}
	if n := h.kinds(head, "vault-noted"); n != 1 {
		t.Errorf("noted %d times: %v", n, h.eventsAfter(head))
	}
	s := m.signIn()
	if pin := h.pinned(s); pin != h.keysOf(s).Pin() || pin.Generation != 3 || h.kinds(head, "vault-noted") != 1 {
		t.Errorf("%+v, %v", pin, h.eventsAfter(head))
	}
	if m.signIn(); len(h.eventsAfter(head)) == 0 || h.kinds(head, "vault-noted") != 1 {
		t.Errorf("noted again: %v", h.eventsAfter(head))
	}
}

// The links are the owner's word, and not the workspace's.
func TestSignIn_FollowsNoVaultWithoutItsLinks(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(links string) string{
		"none": func(string) string { return "" }, "another": func(links string) string { return strings.Repeat("ab", len(links)/2) },
	} {
		h, owner, members := waiting(t, 1)
		first := h.keysOf(owner.signIn()).Pin()
		owner.rotates()
		h.alterInfo(func(i *store.Info) { i.VaultLinks = spoil(i.VaultLinks) })
		head := h.head()
		s := members[0].signIn()
		_, err := s.Documents(t.Context())
		h.refused(err, service.CodeVaultNotAuthentic)
		if pin := h.pinned(s); pin != first || h.kinds(head, "vault-noted") > 0 {
			t.Errorf("%s: %+v", name, pin)
		}
		if err := s.Rename(t.Context(), "Bela Novak"); err != nil { // everything else goes on
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPin_GoesFromTheCodeToEachPasswordThatIsChosen(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	h.add(s, paper("lease", "Lease of the mill"))
	vaults := h.keysOf(s).Pin()
	p, given := h.invited(owner.admin())
	p.pass = pass
	m, _, err := p.redeem(given)
	h.ok(err)
	if got := h.pinned(p.signIn()); got != vaults {
		t.Errorf("after the invitation: %+v", got)
	}
	h.ok(m.ChangePassword(t.Context(), secret.NewText(pass), secret.NewText(longerPass), client.FactorInput{}))
	h.ok(m.ChangePassword(t.Context(), secret.NewText(longerPass), secret.NewText(pass), client.FactorInput{}))
	if got := h.pinned(p.signIn()); got != vaults || h.contracts(p.signIn()) != "lease" {
		t.Errorf("after another password: %+v", got)
	}
	m = owner.resets(p)
	h.ok(m.ChangePassword(t.Context(), secret.NewText(p.pass), secret.NewText(pass), client.FactorInput{}))
	p.pass = pass
	if got := h.pinned(p.signIn()); got != vaults {
		t.Errorf("after a reset: %+v", got)
	}
}

// A workspace that is shown in the place of the one that somebody came in to is not written to, and nobody is let in to the one they know.
func TestVault_AnotherInItsPlaceIsGivenNothing(t *testing.T) {
	t.Parallel()
	h, owner, members := waiting(t, 2)
	m, waits := members[0], members[1]
	owner.signIn() // gives
	forged, err := vault.NewKeys()
	h.ok(err)
	h.alterInfo(func(i *store.Info) { i.VaultPublicKey = hex.EncodeToString(forged.PublicKey()) })
	h.handed("profile/"+m.id, forged)
	h.handed("profile/"+owner.id, forged)
	h.alterKey("profile/"+waits.id, func(k *store.VaultKey) bool { // a reader of theirs
		own, err := vault.NewIdentity()
		h.ok(err)
		k.Recipient, k.Signature = own.Recipient(), forged.Sign(service.HolderMessage(h.w.ID(), own.Recipient()))
		k.Ciphertext, k.Generation, k.OnlyOne = nil, 0, false
		return true
	})
	head := h.head()
	for _, p := range []*user{m, owner} {
		s := p.signIn()
		h.refused(second(s.Documents(t.Context())), service.CodeVaultNotAuthentic)
		h.refused(s.RenameDocument(t.Context(), "any", "Name"), service.CodeVaultNotAuthentic)
		h.ok(s.EmptyBin(t.Context()))
	}
	a := owner.admin()
	h.refused(a.BeginRotation(t.Context(), owner.proof()), service.CodeVaultNotAuthentic)
	h.refused(second(a.MakeKit(t.Context(), owner.proof())), service.CodeVaultNotAuthentic)
	if h.generation(waits) != 0 || h.kinds(head, "vault-keys-given") > 0 {
		t.Error("the reader has the keys")
	}
	page, err := a.Log(t.Context(), service.LogQuery{})
	h.ok(err)
	h.ok(a.NameDocuments(t.Context(), page.Entries))
	p, given := h.invited(a) // people are let in, and wait
	in, _, err := p.redeem(given)
	h.ok(err)
	h.refused(second(in.Documents(t.Context())), service.CodeVaultWaiting)
}

// The owner's contracts would be gone with it.
func TestFoundVault_WhoKnowsOfAVaultFoundsNoOther(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.alterInfo(func(i *store.Info) { i.VaultGeneration, i.VaultPublicKey = 0, "" })
	h.refused(second(owner.signIn().Documents(t.Context())), service.CodeVaultNotAuthentic)
	if h.vaultGeneration() != 0 {
		t.Error("there is another vault")
	}
}

// atServer is a workspace at a server whose first owner is in, on a computer of theirs.
func atServer(t *testing.T) (h *site, at *client.Workspace, secrets *keychain.Memory) {
	t.Helper()
	h, code := founded(t)
	secrets = keychain.NewMemory()
	at = h.computer(secrets)
	h.add(h.redeem(at, email, code), paper("lease", "Lease of the mill"))
	return h, at, secrets
}

func (h *site) signIn(at *client.Workspace) *client.Session {
	h.Helper()
	s, _, err := at.SignIn(context.WithoutCancel(h.Context()), email, secret.NewText(pass))
	h.ok(err)
	return s
}

func (h *site) kept(secrets *keychain.Memory) vault.Pin {
	h.Helper()
	b, err := secrets.Get(h.Context(), client.PinName(h.w.ID()))
	h.ok(err)
	pin, err := vault.ParsePin(b.Reveal())
	h.ok(err)
	return pin
}

func (h *site) rotate(at *client.Workspace) {
	h.Helper()
	a, err := h.signIn(at).Admin(h.Context())
	h.ok(err)
	h.ok(a.BeginRotation(h.Context(), client.Proof{Password: secret.NewText(pass)}))
	h.ok(a.Rotate(h.Context(), nil))
}

func TestPin_ComputerKnowsTheNewestVaultOfAServer(t *testing.T) {
	t.Parallel()
	h, at, secrets := atServer(t)
	if pin := h.kept(secrets); pin.Generation != 1 {
		t.Errorf("%+v", pin)
	}
	h.rotate(at)
	if text := h.read(h.signIn(at), "lease"); text != "Lease of the mill" {
		t.Errorf("read %q", text)
	}
	pin := h.kept(secrets)
	if pin.Generation != 2 {
		t.Errorf("after a rotation: %+v", pin)
	}
	other := keychain.NewMemory()
	a, err := h.signIn(at).Admin(t.Context())
	h.ok(err)
	given, err := a.AddMember(t.Context(), service.NewMember{Name: "Bela Novak", Email: otherEmail, Role: store.RoleMember}, client.Proof{Password: secret.NewText(pass)})
	h.ok(err)
	h.redeem(h.computer(other), otherEmail, given.Code.Display())
	if got := h.kept(other); got != pin {
		t.Errorf("of a new member: %+v", got)
	}
}

// The database is put back to before the rotation, wraps and all.
func TestPin_ServerThatShowsAnOlderVaultIsNotBelieved(t *testing.T) {
	t.Parallel()
	h, at, secrets := atServer(t)
	before := h.signIn(at)
	old, err := before.Vault(t.Context())
	h.ok(err)
	wrapped := before.OwnKeys().Wrapped
	h.rotate(at)
	h.signIn(at)
	h.signIn(at)
	h.rollBack(before.ProfileID(), old, wrapped)
	s := h.signIn(at)
	h.refused(second(s.Documents(t.Context())), service.CodeVaultNotAuthentic)
	if pin := h.kept(secrets); pin.Generation != 2 {
		t.Errorf("the computer knows %+v", pin)
	}
}

// rollBack puts a person's row and the vault back to what they were.
func (h *site) rollBack(profile string, v service.Vault, wrapped []byte) {
	h.Helper()
	h.ok(workspace.Change(h.w, context.WithoutCancel(h.Context()), func(tx store.WriteTx) error {
		info, err := tx.Info()
		if err != nil {
			return err
		}
		info.VaultGeneration, info.VaultPublicKey, info.VaultLinks = v.Generation, v.PublicKey, v.Links
		row, err := tx.VaultKey("profile/" + profile)
		if err != nil {
			return err
		}
		row.Wrapped, row.Ciphertext, row.Generation, row.OnlyOne = wrapped, v.Keys.Ciphertext, v.Keys.Generation, v.Keys.OnlyOne
		if err := tx.UpdateInfo(info); err != nil {
			return err
		}
		return tx.SaveVaultKey(row)
	}))
}

func TestPin_KeychainThatFailsOrIsDamagedKeepsTheContractsClosed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(h *site, secrets *keychain.Memory)
		code  service.Code
	}{
		"damaged": {func(h *site, secrets *keychain.Memory) {
			h.ok(secrets.Set(h.Context(), client.PinName(h.w.ID()), secret.NewBytes([]byte("no pin"))))
		}, service.CodeKeychainItemMissing},
		"another vault's": {func(h *site, secrets *keychain.Memory) {
			keys, err := vault.NewKeys()
			h.ok(err)
			h.ok(secrets.Set(h.Context(), client.PinName(h.w.ID()), secret.NewBytes(keys.Pin().Bytes())))
		}, service.CodeVaultNotAuthentic},
	} {
		h, at, secrets := atServer(t)
		c.spoil(h, secrets)
		s := h.signIn(at)
		if _, err := s.Documents(t.Context()); !service.IsCode(err, c.code) {
			t.Errorf("%s: %v", name, err)
		}
		if err := s.Rename(t.Context(), "Amara O."); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		h.ok(secrets.Delete(t.Context(), client.PinName(h.w.ID())))
		if text := h.read(h.signIn(at), "lease"); text != "Lease of the mill" {
			t.Errorf("%s: read %q", name, text)
		}
	}
}
