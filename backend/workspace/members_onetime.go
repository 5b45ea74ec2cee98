package workspace

import (
	"context"
	"errors"
	"fmt"

	"countersign/backend/computer"
	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// newOneTime makes of a client's code what is kept of it. A code by nobody is the first owner's, and has no key pair: see Found.
func (w *Workspace) newOneTime(kind store.OneTimeKind, p, by store.Profile, in service.NewOneTime) (madeOneTime, service.GivenOut, error) {
	var m madeOneTime
	withPair := kind != store.OneTimeHelp && kind != store.OneTimeComputer && by.ID != ""
	if err := errors.Join(w.dated(), checkOneTime(in, withPair, kind == store.OneTimeComputer)); err != nil {
		return m, service.GivenOut{}, err
	}
	hash, err := w.keyed(in.Proof)
	if err != nil {
		return m, service.GivenOut{}, err
	}
	now, life := w.now(), service.OneTimeLife
	if kind == store.OneTimeComputer {
		life = service.ComputerCodeLife
	}
	m.code = store.OneTime{
		ProfileID: p.ID, Kind: kind, Salt: in.Salt, Params: in.Params, Hash: hash, IssuedAt: now, IssuedBy: by.ID, ExpiresAt: now.Add(life), Box: in.Box,
	}
	if withPair {
		m.key = rowOf(oneTimeHolder(kind, p.ID), in.KeyPair)
	}
	return m, service.GivenOut{
		Kind: kind, ProfileID: p.ID, Name: p.Name, Email: p.Email, Language: p.Language, Workspace: w.Name(), IssuedBy: by.Name, IssuedAt: now, ExpiresAt: m.code.ExpiresAt,
	}, nil
}

// keyed gives what is kept of a code. A workspace that was closed has no pepper any more. Errors: session_ended.
func (w *Workspace) keyed(proof secret.Bytes) ([]byte, error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.keys.pepper.Len() != keySize {
		return nil, refuse(service.CodeSessionEnded)
	}
	return recovery.Keyed(proof, w.keys.pepper), nil
}

// madeOneTime is what is kept of a one-time code: its hash, and but for a temporary
// code a key pair for the vault.
type madeOneTime struct {
	code store.OneTime
	key  store.VaultKey
}

// insert puts a code in the place of one of its kind that is still open. store.ErrConflict: it comes with an older key of the vault.
func (m madeOneTime) insert(tx store.WriteTx) error {
	if err := dropOneTime(tx, m.code.ProfileID, m.code.Kind); err != nil {
		return err
	}
	if err := tx.InsertOneTime(m.code); err != nil || m.key.Holder == "" {
		return err
	}
	info, err := tx.Info()
	if err == nil && m.key.Generation > 0 && m.key.Generation < info.VaultGeneration {
		err = store.ErrConflict // the vault's key was rotated since the client made it, and its signature is worth nothing soon
	}
	if err != nil {
		return err
	}
	return saveVaultKey(tx, m.key)
}

// dropOneTime voids a code, if it is open, and the key pair that came with it.
func dropOneTime(tx store.WriteTx, profileID string, kind store.OneTimeKind) error {
	gone, err := tx.DeleteOneTime(profileID, kind)
	if err != nil || !gone {
		return err
	}
	return tx.DeleteVaultKey(oneTimeHolder(kind, profileID))
}

// dropOneTimes voids every open one-time code of a profile.
func dropOneTimes(tx store.WriteTx, profileID string) error {
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
func stillAllowed(tx store.ReadTx, o store.OneTime) error {
	now, err := tx.OneTime(o.ProfileID, o.Kind)
	if errors.Is(err, store.ErrNotFound) || err == nil && string(now.Hash) != string(o.Hash) {
		return refuse(service.CodeOneTimeUsed)
	}
	if err != nil {
		return err
	}
	subject, err := tx.Profile(now.ProfileID)
	if err != nil {
		return absent(err, service.CodeOneTimeEnded)
	}
	if now.IssuedBy == "" { // by the server: see Found
		first, is, err := firstOwner(tx)
		return refuseUnless(is && first.ID == subject.ID && now.EndedAt.IsZero(), err, service.CodeOneTimeEnded)
	}
	issuer, err := tx.Profile(now.IssuedBy)
	if err != nil {
		return absent(err, service.CodeOneTimeEnded)
	}
	return refuseUnless(now.EndedAt.IsZero() && mayStand(now.Kind, issuer, subject), nil, service.CodeOneTimeEnded)
}

// codeTerms are those of the code that a profile has. A profile without one, and the zero Profile of an email that
// nobody has, get terms of the same form.
func (w *Workspace) codeTerms(tx store.ReadTx, p store.Profile, emailKey string, kinds []store.OneTimeKind) (service.CodeTerms, error) {
	o, err := oneTimeOf(tx, p, kinds)
	if o == nil {
		return w.noTerms("salt of no one-time code", emailKey), err
	}
	return service.CodeTerms{Salt: o.Salt, Params: o.Params}, err
}

// noTerms are terms of the same form where there is no code.
func (w *Workspace) noTerms(what, emailKey string) service.CodeTerms {
	return service.CodeTerms{Salt: w.unknownSum(what, emailKey)[:recovery.SaltSize], Params: w.codeCost}
}

// oneTimeOf gives the code of one of these kinds that a profile has, or nil.
func oneTimeOf(tx store.ReadTx, p store.Profile, kinds []store.OneTimeKind) (found *store.OneTime, err error) {
	for _, kind := range kinds {
		o, err := tx.OneTime(p.ID, kind)
		if err == nil {
			found = &o
		} else if !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
	}
	return found, nil
}

// matchOneTime pays for a guess and looks at its proof. A profile without such a code,
// and the zero Profile of an email that nobody has, get the same words.
func (w *Workspace) matchOneTime(ctx context.Context, p store.Profile, subject string, kinds []store.OneTimeKind, guess store.Kind, proof secret.Bytes, wrong service.Code) (store.OneTime, attempt, error) {
	if err := w.dated(); err != nil { // whether one has expired cannot be told
		return store.OneTime{}, attempt{}, err
	}
	t, err := w.recordAttempt(ctx, subject, guess)
	if err != nil {
		return store.OneTime{}, t, err
	}
	var found *store.OneTime
	err = w.view(ctx, func(tx store.ReadTx) (err error) {
		found, err = oneTimeOf(tx, p, kinds)
		return err
	})
	if err != nil {
		return store.OneTime{}, t, err
	}
	var o store.OneTime
	if found != nil {
		o = *found
	}
	hash, err := w.keyed(proof)
	if err != nil {
		return store.OneTime{}, t, err
	}
	if recovery.Match(hash, [][]byte{o.Hash}) < 0 {
		return store.OneTime{}, t, w.wrong(ctx, t, wrong)
	}
	if !w.now().Before(o.ExpiresAt) {
		return store.OneTime{}, t, refuse(service.CodeOneTimeExpired).With("kind", string(o.Kind))
	}
	if err := w.view(ctx, func(tx store.ReadTx) error { return stillAllowed(tx, o) }); err != nil {
		return store.OneTime{}, t, err
	}
	return o, t, nil
}

// consumeOneTime uses the code up, or refuses: see stillAllowed.
func consumeOneTime(tx store.WriteTx, o store.OneTime) error {
	if err := stillAllowed(tx, o); err != nil {
		return err
	}
	ok, err := tx.DeleteOneTime(o.ProfileID, o.Kind)
	if err == nil && !ok {
		err = refuse(service.CodeOneTimeUsed)
	}
	return err
}

// checkOneTime refuses what no client of ours makes.
func checkOneTime(n service.NewOneTime, withPair, withBox bool) error {
	if len(n.Salt) != recovery.SaltSize || n.Proof.Len() != recovery.HashSize || withPair && !pairFits(n.KeyPair) || withBox != (len(n.Box) > 0) || len(n.Box) > computer.MaxBox {
		return fmt.Errorf("%w: a one-time code", service.ErrMalformed)
	}
	return recovery.Params(n.Params).Check()
}
