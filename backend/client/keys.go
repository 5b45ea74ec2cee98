package client

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/vault"
)

// The vault's keys are in memory here, and nowhere else in clear.

// vaultKeys gives the vault's keys as they are now. Errors: vault_waiting, vault_not_authentic, session_ended; folder.
func (s *Session) vaultKeys(ctx context.Context) (vault.Keys, error) {
	v, err := s.Vault(ctx)
	if err != nil {
		return vault.Keys{}, err
	}
	return s.keysOf(v)
}

// keysOf gives the vault's keys, which another may have rotated since they were opened. Keys are not used that are
// not of the vault which is pinned, but somebody's who has encrypted them to this profile. Errors:
// vault_waiting, vault_not_authentic, session_ended.
func (s *Session) keysOf(v service.Vault) (vault.Keys, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.ended:
		return vault.Keys{}, service.Refuse(service.CodeSessionEnded)
	case s.broken != nil:
		return vault.Keys{}, s.broken
	case v.Generation < s.pinned.Generation:
		return vault.Keys{}, s.w.notAuthentic(errOlderVault)
	case s.own.Empty(), v.Generation == 0:
		return vault.Keys{}, service.Refuse(service.CodeVaultWaiting)
	case s.keys.Generation() == v.Generation:
		return s.keys, nil
	case v.Keys.Generation != v.Generation:
		return vault.Keys{}, service.Refuse(service.CodeVaultWaiting)
	}
	keys, err := s.own.Open(v.Keys.Ciphertext)
	switch {
	case err != nil:
	case keys.Generation() != v.Generation || publicKey(keys) != v.PublicKey:
		err = errKeys
	case !leads(s.w.ID(), s.pinned, keys.Pin(), v.Links):
		err = errOtherVault
	}
	if err != nil {
		return vault.Keys{}, s.w.notAuthentic(err)
	}
	s.keys, s.pinned = keys, keys.Pin()
	return keys, nil
}

func publicKey(keys vault.Keys) string { return hex.EncodeToString(keys.PublicKey()) }

// End ends the session, and lets go of the keys: see workspace.Session.End.
func (s *Session) End(ctx context.Context) error {
	s.mu.Lock()
	s.ended, s.own, s.share, s.keys = true, vault.Identity{}, secret.Bytes{}, vault.Keys{} // what is still at work has them, until it stops
	s.mu.Unlock()
	err := s.Session.End(ctx)
	_ = s.codes.ended(nil)
	return err
}

// keep puts keys in the place of those that are held.
func (s *Session) keep(keys vault.Keys) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended {
		s.keys = keys
	}
}

// giveWaiting gives the vault's keys to everybody who waits for them, and says how the vault stands. What fails is left for the next
// sign-in of anybody.
func (s *Session) giveWaiting(ctx context.Context) (service.Vault, error) {
	for {
		v, waiting, err := s.WaitingKeys(ctx)
		if err != nil || len(waiting) == 0 {
			return v, err
		}
		keys, err := s.keysOf(v)
		if closed(err) {
			return v, nil // we wait ourselves
		}
		if err != nil {
			return v, err
		}
		given, err := s.sealAll(ctx, waiting, keys, keys)
		if err != nil || len(given) == 0 {
			return v, err
		}
		if n, err := s.GiveKeys(ctx, publicKey(keys), given); err != nil || n == 0 {
			return v, err
		}
	}
}

// foundVault makes the vault's keys of a workspace that was founded on a server, where nobody may see them: the client of its first owner
// does so when they come in, unless it knows of a vault: that would be gone. Whoever is no owner, or not the first of two, waits for the keys.
func (s *Session) foundVault(ctx context.Context, t typed, of service.OwnKeys) error {
	s.mu.Lock()
	own, pinned := s.own, s.pinned
	s.mu.Unlock()
	if own.Empty() || pinned.Generation > 0 {
		return nil
	}
	keys, err := vault.NewKeys()
	if err != nil {
		return err
	}
	defer keys.Wipe()
	pair, err := s.w.holding(own, keys)
	if err != nil {
		return err
	}
	err = t.wrapping(of.Lock, func(kek secret.Bytes) error {
		wrapped, err := pair.wrap(kek, ownWrap)
		if err != nil {
			return err
		}
		return s.FoundVault(ctx, publicKey(keys), wrapped)
	})
	if err == nil {
		s.mu.Lock()
		s.pinned = pair.pin
		s.mu.Unlock()
		err = s.w.keepPin(ctx, pair.pin)
	}
	return err
}

var errSignature = errors.New("nobody who has the vault's key has signed the key pair")

// sealAll encrypts the vault's keys to each holder whose key pair is signed with one of the keys that are trusted, and signs it with
// the newest. Whoever runs the workspace could add a reader otherwise. A holder who has no such signature, or to whom nothing can be encrypted, is
// passed over, so that the others do not wait for them.
func (s *Session) sealAll(ctx context.Context, holders []service.KeyHolder, trusted, keys vault.Keys) ([]service.GivenKeys, error) {
	all := make([]service.GivenKeys, len(holders))
	err := inParallel(ctx, len(holders), nil, func(i int) error {
		h := holders[i]
		message := service.HolderMessage(s.w.ID(), h.Recipient)
		err := errSignature
		var sealed service.SealedKeys
		if trusted.Signed(message, h.Signature) {
			sealed, err = seal(keys, h.Recipient)
		}
		if errors.Is(err, errSignature) || errors.Is(err, vault.ErrRecipient) {
			s.w.log.Warn("the vault's keys cannot be given to a holder", "holder", h.Holder, "error", err)
			return nil
		}
		h.Signature = keys.Sign(message)
		all[i] = service.GivenKeys{KeyHolder: h, SealedKeys: sealed}
		return err
	})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(g service.GivenKeys) bool { return g.Generation == 0 }), nil
}

// seal encrypts the vault's keys to a recipient. No keys give the zero value.
func seal(keys vault.Keys, recipient string) (service.SealedKeys, error) {
	if keys.Empty() {
		return service.SealedKeys{}, nil
	}
	text, err := keys.EncryptTo(recipient)
	if err != nil {
		return service.SealedKeys{}, err
	}
	return service.SealedKeys{Ciphertext: text, Generation: keys.Generation(), OnlyOne: !keys.Has(keys.Generation() - 1)}, nil
}

// keyPair is somebody's, with what makes it a holder of the vault's keys, if it is to be one.
type keyPair struct {
	own       vault.Identity
	pin       vault.Pin // the vault that its client believes in
	keys      service.SealedKeys
	signature []byte
}

// newKeyPair makes one for somebody who is to have the vault's keys. Without keys it waits, and nobody will give it any: see sealAll.
func (w *Workspace) newKeyPair(keys vault.Keys) (keyPair, error) {
	own, err := vault.NewIdentity()
	if err != nil {
		return keyPair{}, err
	}
	return w.holding(own, keys)
}

// holding signs a key pair that was made here, and encrypts the vault's keys to it.
func (w *Workspace) holding(own vault.Identity, keys vault.Keys) (keyPair, error) {
	if keys.Empty() {
		return keyPair{own: own}, nil
	}
	sealed, err := seal(keys, own.Recipient())
	return keyPair{own: own, pin: keys.Pin(), keys: sealed, signature: keys.Sign(service.HolderMessage(w.ID(), own.Recipient()))}, err
}

// enter unwraps the key pair of somebody who is in, and gives the vault's keys to whoever waits for them. Who
// has no key pair gets one, and waits. One that cannot be unwrapped keeps the contracts closed, and nothing else.
func (s *Session) enter(ctx context.Context, t typed) {
	s.share = t.share
	s.leftover(s.saveHere(ctx))
	own := s.OwnKeys()
	var pair keyPair
	var err error
	if own.Recipient == "" {
		err = s.makeOwn(ctx, t, own)
	} else if pair, err = t.unwrap(own); err != nil {
		s.broken = s.w.notAuthentic(fmt.Errorf("the key of a profile could not be unwrapped: %w", err))
		return
	} else {
		s.own = pair.own
	}
	kept, fault := s.w.keptPin(ctx)
	if fault == nil {
		fault = s.pin(pair.pin, kept)
	}
	if s.broken = fault; fault != nil {
		s.leftover(errors.Join(err, fault))
		return
	}
	var v service.Vault
	if err == nil {
		v, err = s.giveWaiting(ctx)
	}
	if err == nil && v.Generation == 0 {
		err = s.foundVault(ctx, t, own)
	} else if err == nil {
		err = s.follow(ctx, v, t, own, pair.pin, kept)
	}
	s.leftover(err)
}

// makeOwn makes a key pair for somebody who has none. It waits: see newKeyPair.
func (s *Session) makeOwn(ctx context.Context, t typed, own service.OwnKeys) error {
	pair, err := s.w.newKeyPair(vault.Keys{})
	if err != nil {
		return err
	}
	return t.wrapping(own.Lock, func(kek secret.Bytes) error {
		wrapped, err := pair.wrap(kek, ownWrap)
		if err != nil {
			return err
		}
		s.own = pair.own
		return s.SaveKeyPair(ctx, wrapped)
	})
}

// ownOrNew gives the key pair of the session, or a new one where it could not be unwrapped. Errors: session_ended: a new
// key pair in the place of one that was let go would lose the vault.
func (s *Session) ownOrNew() (keyPair, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.ended:
		return keyPair{}, service.Refuse(service.CodeSessionEnded)
	case s.own.Empty():
		return s.w.newKeyPair(vault.Keys{})
	}
	return keyPair{own: s.own, pin: s.pinned}, nil
}

// inParallel does n things on all processors.
func inParallel(ctx context.Context, n int, progress service.Progress, do func(int) error) error {
	var done atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range n {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := do(i); err != nil {
				return err
			}
			if now := done.Add(1); progress != nil {
				progress(now, int64(n))
			}
			return nil
		})
	}
	return g.Wait()
}
