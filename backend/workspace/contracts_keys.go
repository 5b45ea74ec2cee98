package workspace

import (
	"context"

	"countersign/backend/service"
)

// Each person has a key pair, whose private half is wrapped under a key that is made of their
// password. The vault's keys are encrypted to its public half. The workspace keeps all of it, and never
// sees the vault's keys: package client makes them, opens them, and gives them to others.

// SealedKeys are the vault's keys, encrypted to one recipient. The zero value is none.
type SealedKeys struct {
	Ciphertext []byte
	Generation int  // of the newest
	OnlyOne    bool // there are no older ones with it
}

// KeyHolder has a key pair: a profile, or an invitation or a password reset that is open.
type KeyHolder struct {
	Holder    string
	Recipient string // the public half
}

// GivenKeys are the vault's keys on their way to a holder.
type GivenKeys struct {
	KeyHolder
	SealedKeys
}

// Vault is what the workspace says of the vault to one profile.
type Vault struct {
	Generation int        // of the newest key; 0: there is no vault yet
	PublicKey  string     // hex; of that key: see vault.Keys.PublicKey
	Holder     string     // the profile, as it is named among holders
	Keys       SealedKeys // to the profile's key pair
}

func profileHolder(id string) string { return "profile/" + id }

func oneTimeHolder(kind OneTimeKind, id string) string { return string(kind) + "/" + id }

// in puts the keys in a row.
func (s SealedKeys) in(k VaultKey) VaultKey {
	k.Ciphertext, k.Generation, k.OnlyOne = s.Ciphertext, s.Generation, s.OnlyOne
	return k
}

// OwnKeys is what unwraps the key pair of the profile that is signed in, for as long as it is.
func (s *Session) OwnKeys() OwnKeys {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.own
}

// Vault tells of the vault as it is now. It is no use of the session. Errors: session_ended; folder.
func (s *Session) Vault(ctx context.Context) (v Vault, err error) {
	err = s.w.view(ctx, func(tx ReadTx) (err error) {
		v, err = s.vaultIn(tx)
		return err
	})
	return v, err
}

func (s *Session) vaultIn(tx ReadTx) (v Vault, err error) {
	info, err := s.infoIn(tx)
	if err != nil {
		return v, err
	}
	v = Vault{Generation: info.VaultGeneration, PublicKey: info.VaultPublicKey, Holder: profileHolder(s.id)}
	row, err := tx.VaultKey(v.Holder)
	if err == nil {
		v.Keys = SealedKeys{row.Ciphertext, row.Generation, row.OnlyOne}
	}
	return v, ignoreMissing(err)
}

// infoIn reads the workspace for long work of a session, which may have ended since it began.
func (s *Session) infoIn(tx ReadTx) (Info, error) {
	if _, err := s.profile(tx); err != nil {
		return Info{}, err
	}
	s.mu.Lock()
	over := s.over
	s.mu.Unlock()
	if over {
		return Info{}, refuse(service.CodeSessionEnded)
	}
	return tx.Info()
}

// giveAtATime is how many share a commit.
const giveAtATime = 64

// WaitingKeys names some of those who wait for the vault's newest key. It is no use of the session.
// Errors: session_ended; folder.
func (s *Session) WaitingKeys(ctx context.Context) (v Vault, all []KeyHolder, err error) {
	err = s.w.view(ctx, func(tx ReadTx) (err error) {
		if v, err = s.vaultIn(tx); err != nil {
			return err
		}
		behind, err := tx.VaultKeysBehind(v.Generation)
		all = holdersOf(behind[:min(len(behind), giveAtATime)])
		return err
	})
	return v, all, err
}

func holdersOf(rows []VaultKey) []KeyHolder {
	all := make([]KeyHolder, len(rows))
	for i, k := range rows {
		all[i] = KeyHolder{k.Holder, k.Recipient}
	}
	return all
}

// GiveKeys gives the vault's newest keys to holders who wait for them, and says to how many: not to
// who has another key pair by now, or was given them by another. publicKey is the keys' own: where
// they are not the vault's newest any more, nobody gets them. Errors: session_ended; folder.
func (s *Session) GiveKeys(ctx context.Context, publicKey string, given []GivenKeys) (saved int, err error) {
	err = s.w.update(ctx, func(tx WriteTx) error {
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
			if err != nil || row.Recipient != g.Recipient || row.Generation >= info.VaultGeneration || g.Generation != info.VaultGeneration {
				continue
			}
			if err := tx.SaveVaultKey(g.in(row)); err != nil {
				return err
			}
			saved++
		}
		if saved == 0 {
			return nil
		}
		return s.w.record(tx, s.w.now(), eventKeysGiven, s.id, "", map[string]string{"count": decimal(saved)})
	})
	return saved, err
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
