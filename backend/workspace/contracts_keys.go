package workspace

import (
	"context"
	"errors"

	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/vault"
)

// holding is what somebody who is in holds of the vault: a key pair of their own
// and, once somebody has given them, the vault's keys.
type holding struct {
	own  vault.Identity
	keys vault.Keys
}

func profileHolder(id string) string { return "profile/" + id }

func oneTimeHolder(kind OneTimeKind, id string) string { return string(kind) + "/" + id }

// newHolder makes a key pair whose private half is wrapped under wrapping, and
// gives it the vault's keys, where there are any to give.
func newHolder(holder string, wrapping secret.Bytes, keys vault.Keys) (VaultKey, vault.Identity, error) {
	own, err := vault.NewIdentity()
	if err != nil {
		return VaultKey{}, own, err
	}
	k := VaultKey{Holder: holder, Recipient: own.Recipient()}
	if k.Wrapped, err = vault.Wrap(wrapping, holder, own); err != nil {
		return k, own, err
	}
	err = give(&k, keys)
	return k, own, err
}

// give encrypts the vault's keys to the holder of a row.
func give(k *VaultKey, keys vault.Keys) error {
	if keys.Empty() {
		return nil
	}
	sealed, err := keys.EncryptTo(k.Recipient)
	if err == nil {
		k.Ciphertext, k.Generation, k.OnlyOne = sealed, keys.Generation(), !keys.Has(keys.Generation()-1)
	}
	return err
}

// enterVault opens the vault for somebody whose factors were all right, within
// the transaction that lets them in. key is made of the password. Where there is
// no vault yet, one is made. Keys that are not the vault's are not used: the contracts
// stay closed.
func (w *Workspace) enterVault(tx WriteTx, id string, key secret.Bytes, r *redemption) (*holding, error) {
	h, row, err := w.unlockHolder(tx, id, key, r)
	if err != nil || h == nil {
		return nil, err
	}
	info, err := tx.Info()
	if err != nil {
		return nil, err
	}
	if info.VaultGeneration == 0 {
		if h.keys, err = vault.NewKeys(); err != nil {
			return nil, err
		}
		info.VaultGeneration, info.VaultCheck = h.keys.Generation(), vaultCheck(h.keys, info.ID)
		if err := errors.Join(give(&row, h.keys), tx.SaveVaultKey(row), tx.UpdateInfo(info)); err != nil {
			return nil, err
		}
	}
	if !h.keys.Empty() && !isVault(info, h.keys) {
		if h.keys.Generation() == info.VaultGeneration {
			w.log.Warn("the vault's keys of a profile are not the vault's")
		}
		h.keys = vault.Keys{} // see keysIn
	}
	return h, nil
}

// giveWaiting gives the vault's keys to everyone who waits for them, after a sign-in
// with them. Each is encrypted before the writer's lock is taken, a batch to a commit.
// What fails is left for the next sign-in.
func (w *Workspace) giveWaiting(ctx context.Context, keys vault.Keys, by string) error {
	for !keys.Empty() {
		var behind []VaultKey
		err := w.view(ctx, func(tx ReadTx) (err error) {
			behind, err = tx.VaultKeysBehind(keys.Generation())
			return err
		})
		behind = behind[:min(len(behind), giveAtATime)]
		if err != nil || len(behind) == 0 {
			return err
		}
		given := make([]VaultKey, len(behind))
		for i, k := range behind {
			given[i] = k
			if err := give(&given[i], keys); err != nil {
				return err
			}
		}
		saved := 0
		err = w.update(ctx, func(tx WriteTx) error {
			saved = 0
			info, err := tx.Info()
			if err != nil || !isVault(info, keys) {
				return err
			}
			if p, err := tx.Profile(by); err != nil || p.State != ProfileActive {
				return err
			}
			looksAt(tx, by)
			for i, k := range behind {
				now, err := tx.VaultKey(k.Holder)
				if err != nil || now.Recipient != k.Recipient || now.Generation >= keys.Generation() {
					if err := ignoreMissing(err); err != nil {
						return err
					}
					continue
				}
				given[i].Wrapped = now.Wrapped
				if err := tx.SaveVaultKey(given[i]); err != nil {
					return err
				}
				saved++
			}
			if saved == 0 {
				return nil
			}
			return w.record(tx, w.now(), eventKeysGiven, by, "", map[string]string{"count": decimal(saved)})
		})
		if err != nil || saved == 0 {
			return err
		}
	}
	return nil
}

// giveAtATime is how many share a commit.
const giveAtATime = 64

// unlockHolder unwraps the private key of a profile, or makes one where there is
// none: for a profile of an older version, and for a reset that carried none.
// What cannot be unwrapped keeps the contracts closed, and nothing else.
func (w *Workspace) unlockHolder(tx WriteTx, id string, key secret.Bytes, r *redemption) (*holding, VaultKey, error) {
	holder := profileHolder(id)
	row, err := tx.VaultKey(holder)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, row, err
	}
	if err == nil && r == nil {
		h, err := unlock(row, key)
		if err != nil {
			w.log.Warn("the key of a profile could not be unwrapped", "error", err)
			return nil, row, nil
		}
		return h, row, nil
	}
	if r != nil && !r.own.Empty() {
		given, err := tx.VaultKey(oneTimeHolder(r.code.Kind, id))
		if err == nil && given.Recipient == r.own.Recipient() {
			return w.adopt(tx, given, holder, key, r.own)
		}
		if err != nil && !errors.Is(err, ErrNotFound) {
			return nil, row, err
		}
	}
	row, own, err := newHolder(holder, key, vault.Keys{})
	if err != nil {
		return nil, row, err
	}
	return &holding{own: own}, row, tx.SaveVaultKey(row)
}

func unlock(row VaultKey, key secret.Bytes) (*holding, error) {
	own, err := vault.Unwrap(key, row.Holder, row.Wrapped)
	if err != nil {
		return nil, err
	}
	if own.Recipient() != row.Recipient { // what is given to it would be another's
		return nil, errors.New("the recipient is not the key pair's")
	}
	h := &holding{own: own}
	if len(row.Ciphertext) > 0 {
		h.keys, err = own.Open(row.Ciphertext)
	}
	return h, err
}

// adopt makes the key pair that came with an invitation or a reset the profile's.
func (w *Workspace) adopt(tx WriteTx, given VaultKey, holder string, key secret.Bytes, own vault.Identity) (*holding, VaultKey, error) {
	row := given
	row.Holder = holder
	var err error
	if row.Wrapped, err = vault.Wrap(key, holder, own); err != nil {
		return nil, row, err
	}
	h := &holding{own: own}
	if len(row.Ciphertext) > 0 {
		if h.keys, err = own.Open(row.Ciphertext); err != nil {
			return nil, row, err
		}
	}
	return h, row, errors.Join(tx.DeleteVaultKey(given.Holder), tx.SaveVaultKey(row))
}

// keysIn gives the vault's keys, which another may have rotated meanwhile, within
// tx. Errors: vault_waiting, session_ended.
func (s *Session) keysIn(tx ReadTx) (vault.Keys, error) {
	if _, err := s.profile(tx); err != nil {
		return vault.Keys{}, err
	}
	info, err := tx.Info()
	if err != nil {
		return vault.Keys{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.over:
		return vault.Keys{}, refuse(service.CodeSessionEnded)
	case s.holding == nil || info.VaultGeneration == 0:
		return vault.Keys{}, refuse(service.CodeVaultWaiting)
	case s.holding.keys.Generation() == info.VaultGeneration:
		return s.holding.keys, nil
	}
	row, err := tx.VaultKey(profileHolder(s.id))
	if err != nil {
		return vault.Keys{}, absent(err, service.CodeVaultWaiting)
	}
	if row.Generation != info.VaultGeneration {
		return vault.Keys{}, refuse(service.CodeVaultWaiting)
	}
	keys, err := s.holding.own.Open(row.Ciphertext)
	if err == nil && !isVault(info, keys) {
		err = errors.New("they are not the vault's")
	}
	if err != nil {
		s.w.log.Warn("the vault's keys could not be opened", "error", err)
		return vault.Keys{}, refuse(service.CodeVaultWaiting)
	}
	s.holding.keys = keys
	return keys, nil
}

// readVault runs look on one snapshot, with the vault's keys as of it.
func (s *Session) readVault(ctx context.Context, look func(ReadTx, vault.Keys) error) (keys vault.Keys, err error) {
	err = s.w.view(ctx, func(tx ReadTx) (err error) {
		if keys, err = s.keysIn(tx); err != nil {
			return err
		}
		return look(tx, keys)
	})
	return keys, err
}

// heldKeys gives the vault's keys as far as the session has them: to be passed on
// with an invitation or a reset. It may have none.
func (s *Session) heldKeys() vault.Keys {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.holding == nil {
		return vault.Keys{}
	}
	return s.holding.keys
}

// rewrap wraps the session's private key anew, for a password that is changed.
func (s *Session) rewrap(tx WriteTx, key secret.Bytes) error {
	s.mu.Lock()
	h, over := s.holding, s.over
	s.mu.Unlock()
	if over { // and what it held is gone: a new key pair would lose the vault
		return refuse(service.CodeSessionEnded)
	}
	holder := profileHolder(s.id)
	row, err := tx.VaultKey(holder)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if h == nil || err != nil || row.Recipient != h.own.Recipient() {
		fresh, own, err := newHolder(holder, key, vault.Keys{}) // waits for somebody to give it the keys
		if err != nil {
			return err
		}
		s.mu.Lock()
		s.holding = &holding{own: own}
		s.mu.Unlock()
		return tx.SaveVaultKey(fresh)
	}
	if row.Wrapped, err = vault.Wrap(key, holder, h.own); err != nil {
		return err
	}
	return tx.SaveVaultKey(row)
}

// dropHolders takes the vault from a profile and from its open one-time codes.
func dropHolders(tx WriteTx, id string) error {
	for _, holder := range []string{profileHolder(id), oneTimeHolder(OneTimeInvitation, id), oneTimeHolder(OneTimeReset, id)} {
		if err := dropHolder(tx, holder); err != nil {
			return err
		}
	}
	return nil
}

func dropHolder(tx WriteTx, holder string) error {
	if _, err := tx.VaultKey(holder); err != nil {
		return ignoreMissing(err)
	}
	return tx.DeleteVaultKey(holder)
}
