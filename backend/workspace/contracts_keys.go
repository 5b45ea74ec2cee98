package workspace

import (
	"context"

	"countersign/backend/service"
	"countersign/backend/store"
)

// Each person has a key pair, whose private half is wrapped under a key that is made of their
// password. The vault's keys are encrypted to its public half. The workspace keeps all of it, and never
// sees the vault's keys: package client makes them, opens them, and gives them to others.

func profileHolder(id string) string { return "profile/" + id }

func oneTimeHolder(kind store.OneTimeKind, id string) string { return string(kind) + "/" + id }

// OwnKeys is what unwraps the key pair of the profile that is signed in, for as long as it is.
func (s *Session) OwnKeys() service.OwnKeys {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.own
}

// Vault tells of the vault as it is now. It is no use of the session. Errors: session_ended; folder.
func (s *Session) Vault(ctx context.Context) (v service.Vault, err error) {
	err = s.w.view(ctx, func(tx store.ReadTx) (err error) {
		v, err = s.vaultIn(tx)
		return err
	})
	return v, err
}

func (s *Session) vaultIn(tx store.ReadTx) (v service.Vault, err error) {
	info, err := s.infoIn(tx)
	if err != nil {
		return v, err
	}
	v = service.Vault{Generation: info.VaultGeneration, PublicKey: info.VaultPublicKey, Links: info.VaultLinks, Holder: profileHolder(s.id)}
	row, err := tx.VaultKey(v.Holder)
	if err == nil {
		v.Keys = service.SealedKeys{Ciphertext: row.Ciphertext, Generation: row.Generation, OnlyOne: row.OnlyOne}
	}
	return v, ignoreMissing(err)
}

// infoIn reads the workspace for long work of a session, which may have ended since it began.
func (s *Session) infoIn(tx store.ReadTx) (store.Info, error) {
	if _, err := s.profile(tx); err != nil {
		return store.Info{}, err
	}
	s.mu.Lock()
	over := s.over
	s.mu.Unlock()
	if over {
		return store.Info{}, refuse(service.CodeSessionEnded)
	}
	return tx.Info()
}

// giveAtATime is how many share a commit.
const giveAtATime = 64

// WaitingKeys names some of those who wait for the vault's newest key, and whose key pair was signed. It is no use of the session.
// Errors: session_ended; folder.
func (s *Session) WaitingKeys(ctx context.Context) (v service.Vault, all []service.KeyHolder, err error) {
	err = s.w.view(ctx, func(tx store.ReadTx) (err error) {
		if v, err = s.vaultIn(tx); err != nil {
			return err
		}
		behind, err := tx.VaultKeysBehind(v.Generation)
		signed := holdersOf(behind)
		all = signed[:min(len(signed), giveAtATime)]
		return err
	})
	return v, all, err
}

// holdersOf are those whose key pair was signed. No client of ours gives keys to another.
func holdersOf(rows []store.VaultKey) []service.KeyHolder {
	all := make([]service.KeyHolder, 0, len(rows))
	for _, k := range rows {
		if len(k.Signature) > 0 {
			all = append(all, service.KeyHolder{Holder: k.Holder, Recipient: k.Recipient, Signature: k.Signature})
		}
	}
	return all
}

// GiveKeys gives the vault's newest keys to holders who wait for them, and says to how many: not to
// who has another key pair by now, or was given them by another. publicKey is the keys' own: where
// they are not the vault's newest any more, nobody gets them. Errors: session_ended; folder.
func (s *Session) GiveKeys(ctx context.Context, publicKey string, given []service.GivenKeys) (saved int, err error) {
	err = s.w.update(ctx, func(tx store.WriteTx) error {
		saved = 0
		info, err := s.infoIn(tx)
		if err != nil || info.VaultPublicKey != publicKey {
			return err
		}
		for _, g := range given {
			row, err := tx.VaultKey(g.Holder)
			if err := ignoreMissing(err); err != nil {
				return err
			}
			if err != nil || row.Recipient != g.Recipient || row.Generation >= info.VaultGeneration || g.Generation != info.VaultGeneration || !givenFit(g) {
				continue
			}
			if err := tx.SaveVaultKey(withGiven(row, g)); err != nil {
				return err
			}
			saved++
		}
		if saved == 0 {
			return nil
		}
		s.w.record(tx, s.w.now(), eventKeysGiven, s.id, "", map[string]string{"count": decimal(saved)})
		return nil
	})
	return saved, err
}

// dropHolders takes the vault from a profile and from its open one-time codes.
func dropHolders(tx store.WriteTx, id string) error {
	for _, holder := range []string{profileHolder(id), oneTimeHolder(store.OneTimeInvitation, id), oneTimeHolder(store.OneTimeReset, id)} {
		if err := tx.DeleteVaultKey(holder); err != nil {
			return err
		}
	}
	return nil
}

// withGiven puts what a client gives in a holder's row: the vault's keys, and a signature with the newest of them.
func withGiven(k store.VaultKey, g service.GivenKeys) store.VaultKey {
	k.Signature = g.Signature
	return withKeys(k, g.SealedKeys)
}

// withKeys puts the vault's keys in a row.
func withKeys(k store.VaultKey, s service.SealedKeys) store.VaultKey {
	k.Ciphertext, k.Generation, k.OnlyOne = s.Ciphertext, s.Generation, s.OnlyOne
	return k
}
