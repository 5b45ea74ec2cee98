package workspace

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"countersign/backend/password"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// A password is never told to the workspace. A client makes a key pair of it, which signs, and a key that
// wraps: see package password. The workspace has the public key, what was wrapped, and the lock, without which nothing is
// unwrapped, and which it gives out once every factor was right.

// What a client sends of keys is bounded, in bytes. Each generation of the vault's key takes less than 100.
const (
	maxWrapped   = 1024
	maxRecipient = 128
	maxKeys      = 64 << 10
)

// keysFit reports whether keys have a form that a client of ours makes.
func keysFit(k service.SealedKeys) bool {
	return k.Generation >= 0 && (k.Generation == 0) == (len(k.Ciphertext) == 0) && len(k.Ciphertext) <= maxKeys
}

// pairFits is keysFit for a key pair. Its recipient is one of age's.
func pairFits(p service.WrappedKeyPair) bool {
	return strings.HasPrefix(p.Recipient, "age1") && len(p.Recipient) <= maxRecipient && len(p.Wrapped) > 0 && len(p.Wrapped) <= maxWrapped && keysFit(p.Keys) &&
		(len(p.Signature) == ed25519.SignatureSize || len(p.Signature) == 0 && p.Keys.Generation == 0)
}

// givenFit is keysFit for what is given to a holder.
func givenFit(g service.GivenKeys) bool {
	return keysFit(g.SealedKeys) && len(g.Signature) == ed25519.SignatureSize
}

// rowOf is the row of a key pair that a client has sent.
func rowOf(holder string, p service.WrappedKeyPair) store.VaultKey {
	return withKeys(store.VaultKey{Holder: holder, Recipient: p.Recipient, Signature: p.Signature, Wrapped: p.Wrapped}, p.Keys)
}

// saveVaultKey keeps what a client has sent for a holder. Keys of a generation to come would never be replaced.
func saveVaultKey(tx store.WriteTx, row store.VaultKey) error {
	info, err := tx.Info()
	if err == nil && row.Generation > info.VaultGeneration {
		err = service.ErrMalformed
	}
	if err != nil {
		return err
	}
	return tx.SaveVaultKey(row)
}

// passwordRecord is what is kept of a new password of a profile.
func (w *Workspace) passwordRecord(n service.NewPassword, profileID string, now time.Time) (store.PasswordRecord, error) {
	if err := checkPassword(n); err != nil {
		return store.PasswordRecord{}, err
	}
	lock, err := w.sealLock(profileID, n.Lock)
	return store.PasswordRecord{Salt: n.Salt, Params: n.Params, PublicKey: n.PublicKey, Lock: lock, Share: n.Share, ChangedAt: now}, err
}

// A lock is kept under the workspace's own key (AES-256-GCM, SP 800-38D), for one profile.

func (w *Workspace) sealLock(profileID string, lock secret.Bytes) (sealed []byte, err error) {
	err = w.withLockKey(func(aead cipher.AEAD) error {
		sealed = aead.Seal(nil, nil, lock.Reveal(), lockData(profileID))
		return nil
	})
	return sealed, err
}

func (w *Workspace) openLock(p store.Profile) (lock secret.Bytes, err error) {
	err = w.withLockKey(func(aead cipher.AEAD) error {
		b, err := aead.Open(nil, nil, p.Password.Lock, lockData(p.ID))
		lock = secret.NewBytes(b)
		return err
	})
	return lock, err
}

func lockData(profileID string) []byte { return []byte("countersign lock v1\x00" + profileID) }

func (w *Workspace) withLockKey(use func(cipher.AEAD) error) (err error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.keys.lock.Len() != keySize {
		return errors.New("the key of the locks is not loaded")
	}
	secret.Confined(func() {
		block, fault := aes.NewCipher(w.keys.lock.Reveal())
		if err = fault; err != nil {
			return
		}
		aead, fault := cipher.NewGCMWithRandomNonce(block)
		if err = fault; err == nil {
			err = use(aead)
		}
	})
	return err
}

// ownKeys reads what unwraps the key pair of somebody whose factors were all right. A lock that does not
// open keeps the contracts closed, and nothing else.
func (w *Workspace) ownKeys(tx store.ReadTx, p store.Profile) (own service.OwnKeys, err error) {
	lock, err := w.openLock(p)
	if err != nil {
		w.log.Warn("the lock of a profile does not open", "error", err)
	}
	own.Lock = lock
	row, err := tx.VaultKey(profileHolder(p.ID))
	if err == nil {
		own.Recipient, own.Wrapped = row.Recipient, row.Wrapped
	}
	return own, ignoreMissing(err)
}

// saveKeyPair keeps a profile's key pair as it was wrapped. The one that it had, or that came with code, keeps what it
// holds of the vault; any other holds what the client gives, or waits for somebody to give it the keys.
func saveKeyPair(tx store.WriteTx, profileID string, pair service.WrappedKeyPair, code *store.OneTime) error {
	holder := profileHolder(profileID)
	from := []string{holder}
	if code != nil {
		from = []string{oneTimeHolder(code.Kind, profileID), holder}
	}
	row := rowOf(holder, pair)
	for _, h := range from {
		was, err := tx.VaultKey(h)
		if err := ignoreMissing(err); err != nil {
			return err
		}
		if err == nil && was.Recipient == pair.Recipient {
			row.Signature, row.Ciphertext, row.Generation, row.OnlyOne = was.Signature, was.Ciphertext, was.Generation, was.OnlyOne
			break
		}
	}
	if code != nil {
		if err := tx.DeleteVaultKey(from[0]); err != nil {
			return err
		}
	}
	return saveVaultKey(tx, row)
}

// setPassword puts a new password in the place of a profile's, within tx. Whoever is signed in with the old one
// is not any more. The caller stores p.
func (w *Workspace) setPassword(tx store.WriteTx, p *store.Profile, n service.NewPassword, code *store.OneTime) (err error) {
	share := p.Password.Share
	if p.Password, err = w.passwordRecord(n, p.ID, w.now()); err != nil {
		return err
	}
	p.Epoch++
	if err := w.setComputers(tx, p.ID, n, n.Share != share); err != nil {
		return err
	}
	return saveKeyPair(tx, p.ID, n.KeyPair, code)
}

// SaveKeyPair gives the profile a key pair where it has none: acceptance may have dropped it. It waits for
// the vault's keys. The one that it has is kept as it was wrapped anew, since the vault has another key, of which the wrap
// speaks. Errors: session_ended; keychain and folder.
func (s *Session) SaveKeyPair(ctx context.Context, pair service.WrappedKeyPair) error {
	if !pairFits(pair) {
		return service.ErrMalformed
	}
	return s.w.update(ctx, func(tx store.WriteTx) error {
		if _, err := s.infoIn(tx); err != nil {
			return err
		}
		row, err := tx.VaultKey(profileHolder(s.id))
		if err == nil && row.Recipient == pair.Recipient && !bytes.Equal(row.Wrapped, pair.Wrapped) {
			row.Wrapped = pair.Wrapped
			s.w.record(tx, s.w.now(), eventVaultNoted, s.id, s.id, nil)
			return tx.SaveVaultKey(row)
		}
		if !errors.Is(err, store.ErrNotFound) {
			return err // there is another, or the store failed
		}
		if err := saveKeyPair(tx, s.id, service.WrappedKeyPair{Recipient: pair.Recipient, Wrapped: pair.Wrapped}, nil); err != nil {
			return err
		}
		s.w.record(tx, s.w.now(), eventKeyPairMade, s.id, s.id, nil)
		return nil
	})
}

// nonces are those that a session has given out for proofs, with the time of each.
type nonces []issuedNonce

type issuedNonce struct {
	nonce []byte
	at    time.Time
}

// mostNonces bounds the proofs that are begun at one time.
const mostNonces = 16

// BeginProof gives what a client needs to prove the password of the profile once, within ChallengeLife. It is
// no use of the session. Errors: session_ended; folder.
func (s *Session) BeginProof(ctx context.Context) (t service.PasswordTerms, name, email string, err error) {
	t.WorkspaceID = s.w.ID()
	if t.Nonce, err = s.w.random(service.NonceSize); err != nil {
		return t, "", "", err
	}
	err = s.w.view(ctx, func(tx store.ReadTx) error {
		p, err := s.profileFor(tx, false)
		t.Salt, t.Params, t.Share, name, email = p.Password.Salt, p.Password.Params, p.Password.Share, p.Name, p.Email
		return err
	})
	if err != nil {
		return service.PasswordTerms{}, "", "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.nonces) == mostNonces {
		s.nonces = s.nonces[1:]
	}
	s.nonces = append(s.nonces, issuedNonce{t.Nonce, s.w.wall()})
	return t, name, email, nil
}

// useNonce refuses unless a nonce was given out a while ago, and takes it back: it is good once. Errors: challenge_ended.
func (s *Session) useNonce(ctx context.Context, nonce []byte) error {
	if !s.takeNonce(nonce) {
		return refuse(service.CodeChallengeEnded)
	}
	return s.keep(ctx)
}

func (s *Session) takeNonce(nonce []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, n := range s.nonces {
		if string(n.nonce) == string(nonce) {
			s.nonces = slices.Delete(s.nonces, i, i+1)
			return within(n.at, s.w.wall(), service.ChallengeLife)
		}
	}
	return false
}

// isShareID reports whether a text has the form of computer.ShareID.
func isShareID(id string) bool {
	b, err := hex.DecodeString(id)
	return err == nil && len(b) == 16
}

// checkPassword refuses what no client of ours makes.
func checkPassword(n service.NewPassword) error {
	switch {
	case len(n.Salt) != password.SaltSize, len(n.PublicKey) != ed25519.PublicKeySize, n.Lock.Len() != keySize, !pairFits(n.KeyPair):
		return service.ErrMalformed
	case !isShareID(n.Share), len(n.Computers) > service.MaxComputers:
		return service.ErrMalformed
	}
	for i := range n.Computers {
		if err := checkComputer(&n.Computers[i]); err != nil {
			return err
		}
	}
	return password.Params(n.Params).Check()
}
