package workspace_test

import (
	"cmp"
	"context"
	"errors"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/local"
	"countersign/backend/password"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/workspace"
)

// What a client has made of a password is bounded, and its parameters are not weak.
func TestNewPassword_MalformedOneIsNotTaken(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	head := h.head()
	for name, change := range map[string]func(*service.NewPassword){
		"short salt":       func(n *service.NewPassword) { n.Salt = n.Salt[1:] },
		"long salt":        func(n *service.NewPassword) { n.Salt = append(n.Salt, 0) },
		"short key":        func(n *service.NewPassword) { n.PublicKey = n.PublicKey[1:] },
		"long key":         func(n *service.NewPassword) { n.PublicKey = append(n.PublicKey, 0) },
		"no lock":          func(n *service.NewPassword) { n.Lock = secret.Bytes{} },
		"short lock":       func(n *service.NewPassword) { n.Lock = secret.NewBytes(make([]byte, 31)) },
		"no recipient":     func(n *service.NewPassword) { n.KeyPair.Recipient = "" },
		"nothing wrapped":  func(n *service.NewPassword) { n.KeyPair.Wrapped = nil },
		"too much wrapped": func(n *service.NewPassword) { n.KeyPair.Wrapped = make([]byte, 1025) },
		"weak parameters":  func(n *service.NewPassword) { n.Params = store.Argon2id{MemoryKiB: 8, Time: 1, Threads: 1} },
		"no share":         func(n *service.NewPassword) { n.Share = "" },
		"a longer share":   func(n *service.NewPassword) { n.Share += "00" },
		"many computers":   func(n *service.NewPassword) { n.Computers = make([]service.NewComputer, service.MaxComputers+1) },
		"a computer without keys": func(n *service.NewPassword) {
			n.Computers = []service.NewComputer{{Name: "C"}}
		},
		"costly parameters": func(n *service.NewPassword) { n.Params = store.Argon2id{MemoryKiB: 1 << 30, Time: 1, Threads: 1} },
	} {
		n := h.chosen(longerPass)
		change(&n)
		if err := s.Session.ChangePassword(t.Context(), h.signed(s, owner.pass), n); err == nil {
			t.Errorf("%s: it is taken", name)
		}
		if h.kinds(head, "password-changed") > 0 {
			t.Errorf("%s: the password is another", name)
		}
	}
	owner.signIn()
}

// proves signs the terms of a proof, as a client does.
func (h *fixture) proves(terms service.PasswordTerms, pw string) service.Proof {
	h.Helper()
	share, err := h.secrets.Get(h.Context(), h.w.ID()+"/device")
	h.ok(err)
	derived := password.Derive(secret.NewText(pw), terms.Salt, password.Params(terms.Params))
	return service.Proof{Nonce: terms.Nonce, Signature: password.Sign(derived, share, service.ProofMessage(terms.WorkspaceID, terms.Nonce))}
}

// signed is a proof of the password, from begin to end.
func (h *fixture) signed(s *client.Session, pw string) service.Proof {
	h.Helper()
	terms, _, _, err := s.BeginProof(h.Context())
	h.ok(err)
	return h.proves(terms, pw)
}

func TestProof_IsGoodOnceAndForItsTime(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	begin := func() service.PasswordTerms {
		terms, name, address, err := s.BeginProof(t.Context())
		h.ok(err)
		if p := h.profile(owner.id); name != p.Name || address != p.Email || terms.WorkspaceID != h.w.ID() {
			t.Errorf("%s, %s, %s", name, address, terms.WorkspaceID)
		}
		return terms
	}
	current := owner.pass
	change := func(p service.Proof, next string) error {
		err := s.Session.ChangePassword(t.Context(), p, h.chosen(next))
		if err == nil {
			current = next
		}
		return err
	}
	const second, third = "kettle drum marzipan 7", "kettle drum marzipan 8"
	first := h.proves(begin(), current)
	h.ok(change(first, second))
	h.refused(change(first, third), service.CodeChallengeEnded)
	stranger := h.proves(begin(), current)
	stranger.Nonce = make([]byte, service.NonceSize)
	h.refused(change(stranger, third), service.CodeChallengeEnded)
	late := h.proves(begin(), current)
	for range 3 {
		h.clock.step(service.ChallengeLife/3 + time.Second)
		h.ok(s.Touch())
	}
	h.refused(change(late, third), service.CodeChallengeEnded)
	// Neither is a guess, nor does one that was begun beside another end it.
	oldest := h.proves(begin(), current)
	for range 15 {
		begin()
	}
	h.ok(change(oldest, third))
	pushed := h.proves(begin(), current)
	for range 16 {
		begin()
	}
	h.refused(change(pushed, second), service.CodeChallengeEnded)
	wrong := h.proves(begin(), "kettle drum marzipan 9")
	h.refused(change(wrong, second), service.CodePasswordWrong)
}

// As a client asks that was changed.
func TestSaveKeyPair_MalformedOneIsNotTaken(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s, head := owner.signIn(), h.head()
	for name, pair := range map[string]service.WrappedKeyPair{
		"none": {}, "no recipient": {Wrapped: []byte("w")}, "nothing wrapped": {Recipient: "age1x"},
	} {
		if err := s.Session.SaveKeyPair(t.Context(), pair); !errors.Is(err, service.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if h.head() != head {
		t.Errorf("%v", h.eventsAfter(head))
	}
}

// keysFail is a store whose rows with keys cannot be read, or not be written, once it says so.
type keysFail struct {
	store.Store
	read, save error
}

func (s *keysFail) Update(ctx context.Context, fn func(store.WriteTx) error) error {
	return s.Store.Update(ctx, func(tx store.WriteTx) error { return fn(keysFailTx{tx, s}) })
}

type keysFailTx struct {
	store.WriteTx
	s *keysFail
}

func (t keysFailTx) VaultKey(holder string) (store.VaultKey, error) {
	k, err := t.WriteTx.VaultKey(holder)
	return k, cmp.Or(t.s.read, err)
}

func (t keysFailTx) SaveVaultKey(k store.VaultKey) error {
	return cmp.Or(t.s.save, t.WriteTx.SaveVaultKey(k))
}

// A key pair that is told as saved, and is not, would be missed only when its owner needs it.
func TestSaveKeyPair_StoreThatFailsIsTold(t *testing.T) {
	t.Parallel()
	for name, there := range map[string]bool{"wrapped anew": true, "made anew": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			db := &keysFail{Store: h.store}
			w, err := local.Open(t.Context(), local.Config{Store: db, Secrets: h.secrets, Files: h.files, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
			h.ok(err)
			h.w = w
			s, row := owner.signIn(), h.keyRow(owner)
			if !there {
				h.ok(workspace.Change(inner(w), t.Context(), func(tx store.WriteTx) error { return tx.DeleteVaultKey(row.Holder) }))
			}
			pair, before := service.WrappedKeyPair{Recipient: row.Recipient, Wrapped: []byte("wrapped")}, h.head()
			for what, fails := range map[string]*error{"read": &db.read, "save": &db.save} {
				*fails = store.ErrFailed
				e := h.refused(s.Session.SaveKeyPair(t.Context(), pair), service.CodeFolderFailed)
				if *fails = nil; h.head() != before {
					t.Errorf("%s: %v, and %v", what, e, h.eventsAfter(before))
				}
			}
			h.ok(s.Session.SaveKeyPair(t.Context(), pair))
			if k := h.keyRow(owner); k.Recipient != row.Recipient || string(k.Wrapped) != "wrapped" {
				t.Errorf("saved: %+v", k)
			}
			want := map[bool]string{true: "vault-noted", false: "key-pair-made"}[there]
			if h.kinds(before, want) != 1 {
				t.Errorf("the log has no %s: %v", want, h.eventsAfter(before))
			}
			before = h.head()
			h.ok(s.Session.SaveKeyPair(t.Context(), pair)) // it is so already
			if h.head() != before {
				t.Errorf("%v", h.eventsAfter(before))
			}
		})
	}
}
