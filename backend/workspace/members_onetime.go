package workspace

import (
	"context"
	"errors"
	"time"

	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/service"
)

// OneTimeLife is how long an invitation, a password reset and a help code are
// good (SP 800-63B-4 §4.2.2.2 allows a week for one that is sent by post).
const OneTimeLife = 48 * time.Hour

// GivenOut is a one-time code on its way to a person: the only moment at which
// it is known.
type GivenOut struct {
	Kind      OneTimeKind
	ProfileID string
	Name      string
	Email     string
	Workspace string
	Code      recovery.Code
	IssuedBy  string // name
	IssuedAt  time.Time
	ExpiresAt time.Time
}

// newOneTime makes a code of 80 random bits and what is kept of it. With an
// invitation and a reset goes a key pair for the vault, which the code opens.
func (w *Workspace) newOneTime(kind OneTimeKind, p, by Profile, pair KeyPair) (madeOneTime, GivenOut, error) {
	var m madeOneTime
	if err := w.dated(); err != nil {
		return m, GivenOut{}, err
	}
	codes, err := recovery.Generate(w.rand)
	if err != nil {
		return m, GivenOut{}, err
	}
	salt, err := w.random(recovery.SaltSize)
	if err != nil {
		return m, GivenOut{}, err
	}
	now := w.now()
	m.code = OneTime{
		ProfileID: p.ID, Kind: kind, Salt: salt, Params: w.codeCost, IssuedAt: now, IssuedBy: by.ID, ExpiresAt: now.Add(OneTimeLife),
	}
	var wrapping secret.Bytes
	m.code.Hash, wrapping = w.hashOneTime(codes[0], m.code)
	defer wrapping.Wipe()
	if kind != OneTimeHelp {
		if m.key, err = newHolder(oneTimeHolder(kind, p.ID), wrapping, pair); err != nil {
			return m, GivenOut{}, err
		}
	}
	return m, GivenOut{
		Kind: kind, ProfileID: p.ID, Name: p.Name, Email: p.Email, Workspace: w.Name(), Code: codes[0],
		IssuedBy: by.Name, IssuedAt: now, ExpiresAt: m.code.ExpiresAt,
	}, nil
}

// madeOneTime is what is kept of a one-time code: its hash, and but for a help
// code a key pair for the vault.
type madeOneTime struct {
	code OneTime
	key  VaultKey
}

// rightOneTime is a one-time code that was typed and is right. wrapping unwraps
// the key pair that came with it.
type rightOneTime struct {
	OneTime
	wrapping secret.Bytes
}

func (w *Workspace) hashOneTime(c recovery.Code, o OneTime) (hash []byte, wrapping secret.Bytes) {
	w.mu.RLock()
	pepper := w.keys.pepper
	w.mu.RUnlock()
	return recovery.HashAndKey(c, o.Salt, recovery.Params(o.Params), pepper)
}

// insert puts a code in the place of one of its kind that is still open.
func (m madeOneTime) insert(tx WriteTx) error {
	if err := dropOneTime(tx, m.code.ProfileID, m.code.Kind); err != nil {
		return err
	}
	if err := tx.InsertOneTime(m.code); err != nil || m.key.Holder == "" {
		return err
	}
	return tx.SaveVaultKey(m.key)
}

// dropOneTime voids a code, if it is open, and the key pair that came with it.
func dropOneTime(tx WriteTx, profileID string, kind OneTimeKind) error {
	if _, err := tx.OneTime(profileID, kind); err != nil {
		return ignoreMissing(err)
	}
	if _, err := tx.DeleteOneTime(profileID, kind); err != nil {
		return err
	}
	return dropHolder(tx, oneTimeHolder(kind, profileID))
}

// dropOneTimes voids every open one-time code of a profile.
func dropOneTimes(tx WriteTx, profileID string) error {
	for _, kind := range oneTimeKinds {
		if err := dropOneTime(tx, profileID, kind); err != nil {
			return err
		}
	}
	return nil
}

// stillAllowed refuses a right code that was used or replaced, that has ended, or
// that its issuer could not give its subject as both are now. It is asked before
// anything that the code leads to is told, and in the transaction that uses it.
func stillAllowed(tx ReadTx, o OneTime) error {
	now, err := tx.OneTime(o.ProfileID, o.Kind)
	if errors.Is(err, ErrNotFound) || err == nil && string(now.Hash) != string(o.Hash) {
		return refuse(service.CodeOneTimeUsed)
	}
	if err != nil {
		return err
	}
	issuer, err := tx.Profile(now.IssuedBy)
	if err != nil {
		return absent(err, service.CodeOneTimeEnded)
	}
	subject, err := tx.Profile(now.ProfileID)
	if err != nil {
		return absent(err, service.CodeOneTimeEnded)
	}
	return refuseUnless(now.EndedAt.IsZero() && mayStand(now.Kind, issuer, subject), nil, service.CodeOneTimeEnded)
}

// matchOneTime pays for a guess and looks at it. A profile without such a code,
// and the zero Profile of an email that nobody has, cost the same and get the
// same words.
func (w *Workspace) matchOneTime(ctx context.Context, p Profile, subject string, kinds []OneTimeKind, guess Kind, code recovery.Code, wrong service.Code) (rightOneTime, attempt, error) {
	if err := w.dated(); err != nil { // whether one has expired cannot be told
		return rightOneTime{}, attempt{}, err
	}
	t, err := w.recordAttempt(ctx, subject, guess)
	if err != nil {
		return rightOneTime{}, t, err
	}
	var found *OneTime
	if p.ID != "" {
		err = w.view(ctx, func(tx ReadTx) error {
			for _, kind := range kinds {
				o, err := tx.OneTime(p.ID, kind)
				if err == nil {
					found = &o
				} else if !errors.Is(err, ErrNotFound) {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return rightOneTime{}, t, err
		}
	}
	o := OneTime{Salt: make([]byte, recovery.SaltSize), Params: w.codeCost}
	if found != nil {
		o = *found
	}
	if err := recovery.Params(o.Params).Check(); err != nil {
		return rightOneTime{}, t, err
	}
	hash, wrapping := w.hashOneTime(code, o)
	if recovery.Match(hash, [][]byte{o.Hash}) < 0 {
		wrapping.Wipe()
		return rightOneTime{}, t, w.wrong(ctx, t, wrong)
	}
	now := w.now()
	if !now.Before(o.ExpiresAt) || now.Before(o.IssuedAt.Add(-time.Minute)) {
		wrapping.Wipe()
		return rightOneTime{}, t, refuse(service.CodeOneTimeExpired).With("kind", string(o.Kind))
	}
	if err := w.view(ctx, func(tx ReadTx) error { return stillAllowed(tx, o) }); err != nil {
		wrapping.Wipe()
		return rightOneTime{}, t, err
	}
	return rightOneTime{o, wrapping}, t, nil
}

// consumeOneTime uses the code up, or refuses: see stillAllowed.
func consumeOneTime(tx WriteTx, o OneTime) error {
	if err := stillAllowed(tx, o); err != nil {
		return err
	}
	ok, err := tx.DeleteOneTime(o.ProfileID, o.Kind)
	if err == nil && !ok {
		err = refuse(service.CodeOneTimeUsed)
	}
	return err
}
