package workspace_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/local"
	"countersign/backend/password"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/backend/workspace"
)

// onLog opens the fixture on a store with a log that can be read.
func (h *fixture) onLog(store store.Store) *bytes.Buffer {
	h.Helper()
	said := &bytes.Buffer{}
	var err error
	h.w, err = local.Open(h.Context(), local.Config{
		Store: store, Secrets: h.secrets, Files: h.files, Now: h.clock.now, Password: cheap, Recovery: cheapCodes, Log: slog.New(slog.NewTextHandler(said, nil)),
	})
	h.ok(err)
	return said
}

// handed has a holder's row say that these are the vault's keys.
func (h *fixture) handed(holder string, keys vault.Keys) {
	h.Helper()
	h.alterKey(holder, func(k *store.VaultKey) bool {
		sealed, err := keys.EncryptTo(k.Recipient)
		h.ok(err)
		k.Ciphertext, k.Generation, k.OnlyOne = sealed, keys.Generation(), true
		return true
	})
}

// keysOf opens the vault's keys with the password that the tests use most, as the client of a session does.
func (h *fixture) keysOf(s *client.Session) vault.Keys {
	h.Helper()
	v, err := s.Vault(h.Context())
	h.ok(err)
	_, pair, _ := h.unwrapped(s)
	keys, err := pair.Open(v.Keys.Ciphertext)
	h.ok(err)
	return keys
}

// unwrapped is the key pair of whoever has a session, with the vault that is pinned in its wrap, and the key that unwraps it.
func (h *fixture) unwrapped(s *client.Session) (kek secret.Bytes, pair vault.Identity, pinned vault.Pin) {
	h.Helper()
	share, err := h.secrets.Get(h.Context(), h.w.ID()+"/device")
	h.ok(err)
	typed, own := h.profile(s.ProfileID()).Password, s.OwnKeys()
	kek = password.WrappingKey(password.Derive(secret.NewText(pass), typed.Salt, password.Params(typed.Params)), share, own.Lock)
	pair, pinned, err = vault.Unwrap(kek, "password", own.Wrapped)
	h.ok(err)
	return kek, pair, pinned
}

// pins has somebody's wrap pin a vault, as if their client had done so.
func (h *fixture) pins(s *client.Session, pin vault.Pin) {
	h.Helper()
	kek, pair, _ := h.unwrapped(s)
	wrapped, err := vault.Wrap(kek, "password", pair, pin)
	h.ok(err)
	h.alterKey("profile/"+s.ProfileID(), func(k *store.VaultKey) bool { k.Wrapped = wrapped; return true })
}

// generation is that of the vault's keys that somebody has, 0 for none.
func (h *fixture) generation(p *user) int { return h.keyRow(p).Generation }

func (h *fixture) recipient(p *user) string { return h.keyRow(p).Recipient }

func (h *fixture) keyRow(p *user) (k store.VaultKey) {
	h.Helper()
	h.ok(h.store.View(h.Context(), func(tx store.ReadTx) (err error) {
		k, err = tx.VaultKey("profile/" + p.id)
		return err
	}))
	return k
}

// waiting is a fixture with an owner who has a contract, and members who are signed in and wait
// for the vault's keys, in the order of their rows.
func waiting(t *testing.T, members int) (h *fixture, owner *user, all []*user) {
	t.Helper()
	h, owner = alone(t)
	h.add(owner.signIn(), paper("lease", "Lease of the mill"))
	all = h.people(slices.Repeat([]person{{role: store.RoleMember}}, members)...)
	for _, m := range all {
		m.signIn()
	}
	slices.SortFunc(all, func(a, b *user) int { return strings.Compare(a.id, b.id) })
	return h, owner, all
}

// given counts who has the vault's keys.
func (h *fixture) given(all []*user) (n int) {
	h.Helper()
	h.ok(h.store.View(h.Context(), func(tx store.ReadTx) error {
		for _, m := range all {
			if k, err := tx.VaultKey("profile/" + m.id); err == nil && k.Generation > 0 {
				n++
			}
		}
		return nil
	}))
	return n
}

func TestGiveWaiting_NobodyThereTakesNoTurnAtTheStore(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	steps := h.onSteps()
	steps.before(0, nil)
	owner.signIn()
	if n := steps.stop(); n != 2 { // the guess, and the sign-in
		t.Errorf("%d turns", n)
	}
}

func TestGiveWaiting_ReachesMoreThanOneBatch(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	own, err := vault.NewIdentity()
	h.ok(err)
	signature := h.keysOf(owner.signIn()).Sign(service.HolderMessage(h.w.ID(), own.Recipient()))
	h.ok(workspace.Change(inner(h.w), context.WithoutCancel(t.Context()), func(tx store.WriteTx) error {
		for i := range 65 {
			if err := tx.SaveVaultKey(store.VaultKey{Holder: fmt.Sprintf("profile/p%d", i), Recipient: own.Recipient(), Signature: signature}); err != nil {
				return err
			}
		}
		return nil
	}))
	head := h.head()
	owner.signIn()
	h.ok(h.store.View(t.Context(), func(tx store.ReadTx) error {
		behind, err := tx.VaultKeysBehind(1)
		if len(behind) > 0 {
			t.Errorf("%d still wait", len(behind))
		}
		return err
	}))
	if n := h.kinds(head, "vault-keys-given"); n != 2 {
		t.Errorf("given %d times", n)
	}
}

// What fails is left for the next sign-in, all of it, and the log says so.
func TestGiveWaiting_FailureGivesToNoneAndIsLogged(t *testing.T) {
	t.Parallel()
	unreadable := func(h *fixture, m *user) {
		h.sneak("UPDATE vault_keys SET only_one = 257 WHERE holder = 'profile/" + m.id + "'")
	}
	for name, c := range map[string]struct {
		before, amid func(h *fixture, members []*user)
	}{
		"a row that cannot be read":          {before: func(h *fixture, members []*user) { unreadable(h, members[0]) }},
		"a row that cannot be read any more": {amid: func(h *fixture, members []*user) { unreadable(h, members[0]) }},
		"a row that cannot be written": {before: func(h *fixture, members []*user) {
			h.hinder("ABORT", "UPDATE ON vault_keys WHEN NEW.holder = 'profile/"+members[1].id+"'")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner, members := waiting(t, 2)
			steps := h.onSteps()
			said := h.onLog(steps)
			if c.before != nil {
				c.before(h, members)
			}
			head := h.head()
			if c.amid == nil {
				owner.signIn()
			} else {
				h.ok(h.amid(steps, 3, func() { c.amid(h, members) }, func() error {
					_, _, err := h.w.SignIn(t.Context(), owner.email, secret.NewText(owner.pass))
					return err
				}))
			}
			if n := h.given(members); n > 0 || h.kinds(head, "vault-keys-given") > 0 {
				t.Errorf("given to %d", n)
			}
			if !strings.Contains(said.String(), "clean-up is left") {
				t.Errorf("the log says %q", said)
			}
		})
	}
}

// One whose row is damaged waits, and nobody with them.
func TestGiveWaiting_PassesOverWhoCannotHaveThem(t *testing.T) {
	t.Parallel()
	h, owner, members := waiting(t, 2)
	said := h.onLog(h.store)
	h.alterKey("profile/"+members[0].id, func(k *store.VaultKey) bool { k.Recipient = "age1"; return true })
	head := h.head()
	owner.signIn()
	if h.generation(members[0]) != 0 || h.generation(members[1]) != 1 || !strings.Contains(said.String(), members[0].id) {
		t.Errorf("of generation %d and %d; the log says %q", h.generation(members[0]), h.generation(members[1]), said)
	}
	steps := h.onSteps()
	steps.before(0, nil)
	owner.signIn()
	if n := steps.stop(); n != 2 || h.kinds(head, "vault-keys-given") != 1 { // no change for nobody
		t.Errorf("%d turns, and given %d times", n, h.kinds(head, "vault-keys-given"))
	}
}

// The workspace does not take a client's word for which keys are the vault's newest.
func TestGiveKeys_OnlyTheNewestAndOnlyToWhoWaits(t *testing.T) {
	t.Parallel()
	h, owner, members := waiting(t, 2)
	s := owner.signIn() // both have them now
	v, err := s.Vault(t.Context())
	h.ok(err)
	holder := service.KeyHolder{Holder: "profile/" + members[0].id}
	h.alterKey(holder.Holder, func(k *store.VaultKey) bool {
		holder.Recipient, k.Ciphertext, k.Generation, k.OnlyOne = k.Recipient, nil, 0, false
		return true
	})
	give := func(publicKey string, generation int, k service.KeyHolder) int {
		k.Signature = someSignature
		n, err := s.GiveKeys(t.Context(), publicKey, []service.GivenKeys{{KeyHolder: k, SealedKeys: service.SealedKeys{Ciphertext: []byte("sealed"), Generation: generation}}})
		h.ok(err)
		return n
	}
	head := h.head()
	other := holder
	other.Recipient = "age1"
	for name, n := range map[string]int{
		"another key":      give(strings.Repeat("ab", 32), 1, holder),
		"an older number":  give(v.PublicKey, 0, holder),
		"a newer number":   give(v.PublicKey, 2, holder),
		"another key pair": give(v.PublicKey, 1, other),
		"who has them":     give(v.PublicKey, 1, service.KeyHolder{Holder: "profile/" + members[1].id, Recipient: h.recipient(members[1])}),
		"who is not there": give(v.PublicKey, 1, service.KeyHolder{Holder: "profile/nobody", Recipient: holder.Recipient}),
	} {
		if n != 0 || h.head() != head {
			t.Errorf("%s: given to %d", name, n)
		}
	}
	if n := give(v.PublicKey, 1, holder); n != 1 || h.generation(members[0]) != 1 || h.kinds(head, "vault-keys-given") != 1 {
		t.Errorf("given to %d", n)
	}
}

// unsure is a store that answers what it is asked and then fails, once it is told to.
type unsure struct {
	*afterStore
	fail bool
}

func (s *unsure) View(ctx context.Context, fn func(store.ReadTx) error) error {
	err := s.afterStore.View(ctx, fn)
	if s.fail {
		err = errors.Join(err, store.ErrFull)
	}
	return err
}

func TestGiveWaiting_StoreThatFailsAfterItsAnswerGivesToNone(t *testing.T) {
	t.Parallel()
	h, owner, members := waiting(t, 1)
	store := &unsure{afterStore: &afterStore{Store: h.store}}
	said := h.onLog(store)
	store.n, store.happen = 2, func() { store.fail = true } // once the owner is in
	owner.signIn()
	if n := h.given(members); n > 0 || !strings.Contains(said.String(), "clean-up is left") {
		t.Errorf("given to %d; the log says %q", n, said)
	}
}

func TestGiveWaiting_LooksAgainBeforeItGivesTheKey(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		happen func(h *fixture, owner, first *user)
		given  int // to how many, after all
		times  int
	}{
		"nothing":                   {func(*fixture, *user, *user) {}, 2, 1},
		"the vault has another key": {func(h *fixture, _, _ *user) { h.alterInfo(func(i *store.Info) { i.VaultPublicKey = "00ff" }) }, 0, 0},
		"who gives was suspended":   {func(h *fixture, owner, _ *user) { h.alter(owner.id, outOfIt) }, 0, 0},
		"another has given it":      {func(_ *fixture, owner, _ *user) { owner.signIn() }, 2, 1},
		"one of two is gone": {func(h *fixture, _, first *user) {
			h.alterKey("profile/"+first.id, func(*store.VaultKey) bool { return false })
		}, 1, 1},
		"both have another key pair": {func(h *fixture, _, first *user) {
			h.ok(workspace.Change(inner(h.w), context.WithoutCancel(h.Context()), func(tx store.WriteTx) error {
				waiting, err := tx.VaultKeysBehind(1)
				if err != nil {
					return err
				}
				for _, k := range waiting {
					own, err := vault.NewIdentity()
					if err != nil {
						return err
					}
					k.Recipient = own.Recipient()
					if err := tx.SaveVaultKey(k); err != nil {
						return err
					}
				}
				return nil
			}))
		}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner, members := waiting(t, 2)
			steps := h.onSteps()
			head := h.head()
			h.ok(h.amid(steps, 3, func() { c.happen(h, owner, members[0]) }, func() error {
				_, _, err := h.w.SignIn(t.Context(), owner.email, secret.NewText(owner.pass))
				return err
			}))
			if n := h.kinds(head, "vault-keys-given"); n != c.times || h.given(members) != c.given {
				t.Errorf("given to %d, %d times", h.given(members), n)
			}
		})
	}
}

func TestVault_WhoHasNoKeyGivesNoneAndGoesOn(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.add(owner.signIn(), paper("lease", "Lease of the mill"))
	admin := h.one(person{role: store.RoleAdmin})
	p, given := h.invited(admin.admin()) // who waits for the key
	s, _, err := p.redeem(given)
	h.ok(err)
	_, err = s.Documents(t.Context())
	h.refused(err, service.CodeVaultWaiting)
	owner.signIn() // nobody who has the keys has made the key pair
	_, err = s.Documents(t.Context())
	h.refused(err, service.CodeVaultWaiting)
	if h.contracts(owner.resets(p)) != "lease" {
		t.Error("the member does not read the contract")
	}
	h.sneak("UPDATE vault_keys SET wrapped = x'00' WHERE holder = 'profile/" + admin.id + "'")
	p, given = h.invited(admin.admin()) // who cannot unwrap their own
	_, _, err = p.redeem(given)
	h.ok(err)
}

// Keys that are not the vault's are somebody's doing; those of before a rotation are not.
func TestVault_ForeignKeysAreLoggedAndOlderOnesAreNot(t *testing.T) {
	t.Parallel()
	h, owner, members := waiting(t, 1)
	s, m := owner.signIn(), members[0] // who has the keys now
	older := h.keysOf(s)
	foreign, err := vault.NewKeys()
	h.ok(err)
	said := h.onLog(h.store)
	h.handed("profile/"+m.id, foreign)
	_, err = m.signIn().Documents(t.Context())
	h.refused(err, service.CodeVaultNotAuthentic)
	if !strings.Contains(said.String(), "the keys are not the vault's") {
		t.Errorf("of a foreign key the log says %q", said)
	}
	a := owner.admin()
	h.ok(a.BeginRotation(t.Context(), owner.proof()))
	h.ok(a.Rotate(t.Context(), nil))
	h.handed("profile/"+m.id, older)
	said.Reset()
	_, err = m.signIn().Documents(t.Context())
	h.refused(err, service.CodeVaultWaiting)
	if said.Len() > 0 {
		t.Errorf("of an older key the log says %q", said)
	}
}

func TestVault_KeysThatDoNotOpenAreLoggedWithTheCause(t *testing.T) {
	t.Parallel()
	h, _, members := waiting(t, 1)
	said := h.onLog(h.store)
	s := members[0].signIn()
	h.alterKey("profile/"+members[0].id, func(k *store.VaultKey) bool {
		k.Ciphertext, k.Generation = []byte("no keys"), 1
		return true
	})
	_, err := s.Documents(t.Context())
	h.refused(err, service.CodeVaultNotAuthentic)
	if !strings.Contains(said.String(), vault.ErrCiphertext.Error()) {
		t.Errorf("the log says %q", said)
	}
	h.sneak("UPDATE vault_keys SET wrapped = x'00' WHERE holder = 'profile/" + members[0].id + "'")
	said.Reset()
	_, err = members[0].signIn().Documents(t.Context()) // who is in all the same
	h.refused(err, service.CodeVaultNotAuthentic)
	if !strings.Contains(said.String(), "the key of a profile could not be unwrapped") {
		t.Errorf("at the next sign-in the log says %q", said)
	}
}

func TestVault_ThatIsGoneIsNotBelieved(t *testing.T) {
	t.Parallel()
	h, _, members := waiting(t, 1)
	s := members[0].signIn()
	h.alterInfo(func(i *store.Info) { i.VaultGeneration = 0 })
	_, err := s.Documents(t.Context())
	h.refused(err, service.CodeVaultNotAuthentic)
}

func TestVault_WhoHasTheKeysInHandNeedsNoRow(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	h.add(s, paper("lease", "Lease of the mill"))
	h.alterKey("profile/"+owner.id, func(*store.VaultKey) bool { return false })
	if h.read(s, "lease") != "Lease of the mill" {
		t.Error("it reads otherwise")
	}
}

// holds reports whether there is a row of a holder.
func (h *fixture) holds(holder string) (there bool) {
	h.Helper()
	h.ok(h.store.View(h.Context(), func(tx store.ReadTx) error {
		_, err := tx.VaultKey(holder)
		if there = err == nil; errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	}))
	return there
}

func TestVault_CodeThatWasRedeemedHoldsNoKey(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	p, given := h.invited(owner.admin())
	if !h.holds("invitation/" + p.id) {
		t.Fatal("the invitation carries no key")
	}
	_, _, err := p.redeem(given)
	h.ok(err)
	if h.holds("invitation/"+p.id) || !h.holds("profile/"+p.id) {
		t.Error("the key pair did not pass to the profile")
	}
}

func TestVault_RemovedMemberLeavesNoKey(t *testing.T) {
	t.Parallel()
	h, owner, members := waiting(t, 1)
	id := members[0].id
	holders := []string{"profile/" + id, "invitation/" + id, "password-reset/" + id}
	h.ok(workspace.Change(inner(h.w), context.WithoutCancel(t.Context()), func(tx store.WriteTx) error {
		own, err := tx.VaultKey(holders[0])
		for _, holder := range holders[1:] { // without a code of theirs
			own.Holder = holder
			err = errors.Join(err, tx.SaveVaultKey(own))
		}
		return err
	}))
	h.ok(owner.admin().Remove(t.Context(), id, owner.proof()))
	for _, holder := range holders {
		if h.holds(holder) {
			t.Errorf("%s is still there", holder)
		}
	}
}

// Acceptance may have dropped a key pair: its person gets another, once, and waits for a password reset.
func TestSignIn_WithoutAKeyPairMakesOneThatWaits(t *testing.T) {
	t.Parallel()
	h, owner, members := waiting(t, 2)
	m, other := members[0], members[1]
	h.ok(owner.admin().SetRole(t.Context(), m.id, store.RoleAdmin, owner.proof()))
	h.alterKey("profile/"+m.id, func(*store.VaultKey) bool { return false })
	head := h.head()
	s := m.signIn()
	_, err := s.Documents(t.Context())
	h.refused(err, service.CodeVaultWaiting)
	made := h.keyRow(m)
	if made.Recipient == "" || made.Recipient == h.recipient(owner) || made.Generation != 0 || h.kinds(head, "key-pair-made") != 1 {
		t.Errorf("%+v, %v", made, h.eventsAfter(head))
	}
	waits := func(p *user) (all []string) { // those of whom an admin is told that they wait
		h.Helper()
		for _, n := range p.signIn().Welcome().News {
			if n.Kind == "key-pair-made" {
				all = append(all, n.By+" "+n.At.Format(time.DateTime))
			}
		}
		return all
	}
	want := []string{m.name + " " + h.clock.now().UTC().Format(time.DateTime)}
	h.clock.step(time.Minute)
	for range 2 { // whose client cannot tell whose key pair it is
		if got := waits(owner); !slices.Equal(got, want) {
			t.Errorf("the owner is told that %q wait, not %q", got, want)
		}
	}
	h.ok(owner.admin().Suspend(t.Context(), m.id))
	if got := waits(owner); len(got) > 0 {
		t.Errorf("%q are suspended", got)
	}
	h.ok(owner.admin().Resume(t.Context(), m.id))
	s = m.signIn()
	if got := waits(m); len(got) > 0 {
		t.Errorf("who waits is told of %q", got)
	}
	if got := waits(other); len(got) > 0 {
		t.Errorf("a member is told of %q", got)
	}
	_, err = m.signIn().Documents(t.Context())
	h.refused(err, service.CodeVaultWaiting)
	if h.generation(m) != 0 || h.recipient(m) != made.Recipient || h.kinds(head, "key-pair-made") != 1 {
		t.Errorf("it has the keys, or there is another: %v", h.eventsAfter(head))
	}
	h.ok(s.SaveKeyPair(t.Context(), service.WrappedKeyPair{Recipient: "age1", Wrapped: []byte("wrapped")}))
	if k := h.keyRow(m); k.Recipient != made.Recipient || !bytes.Equal(k.Wrapped, made.Wrapped) {
		t.Error("one takes the place of another")
	}
	if h.contracts(owner.resets(m)) != "lease" || h.contracts(m.signIn()) != "lease" || h.generation(m) != 1 {
		t.Error("a password reset by who has the keys does not give them")
	}
	if got := waits(owner); len(got) > 0 {
		t.Errorf("%q do not wait any more", got)
	}
}

// A lock that was changed in the database, or is another profile's, opens nothing, and lets in all the same.
func TestLock_OfAnotherProfileOpensNoContract(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{
		"another's": "UPDATE profiles SET password_lock = (SELECT password_lock FROM profiles WHERE role = 'member')",
		"changed":   "UPDATE profiles SET password_lock = zeroblob(60)",
		"gone":      "UPDATE profiles SET password_lock = x''",
	} {
		h, owner, _ := waiting(t, 1)
		said := h.onLog(h.store)
		h.sneak(change)
		_, err := owner.signIn().Documents(t.Context())
		h.refused(err, service.CodeVaultNotAuthentic)
		if !strings.Contains(said.String(), "the lock of a profile does not open") {
			t.Errorf("%s: the log says %q", name, said)
		}
	}
}
