package client

import (
	"context"
	"encoding/hex"
	"errors"
	"runtime"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"countersign/backend/password"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/vault"
)

// The vault's keys are in memory here, and nowhere else in clear.

// vaultKeys gives the vault's keys as they are now. Errors: vault_waiting, session_ended; folder.
func (s *Session) vaultKeys(ctx context.Context) (vault.Keys, error) {
	v, err := s.Vault(ctx)
	if err != nil {
		return vault.Keys{}, err
	}
	return s.keysOf(v)
}

// keysOf gives the vault's keys, which another may have rotated since they were opened. Keys that are
// not the vault's, but somebody's who has encrypted them to this profile, are not used. Errors:
// vault_waiting, session_ended.
func (s *Session) keysOf(v service.Vault) (vault.Keys, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.ended:
		return vault.Keys{}, service.Refuse(service.CodeSessionEnded)
	case s.own.Empty(), v.Generation == 0:
		return vault.Keys{}, service.Refuse(service.CodeVaultWaiting)
	case s.keys.Generation() == v.Generation:
		return s.keys, nil
	case v.Keys.Generation != v.Generation:
		return vault.Keys{}, service.Refuse(service.CodeVaultWaiting)
	}
	keys, err := s.own.Open(v.Keys.Ciphertext)
	if err == nil && (keys.Generation() != v.Generation || publicKey(keys) != v.PublicKey) {
		err = errors.New("they are not the vault's")
	}
	if err != nil {
		s.w.log.Warn("the vault's keys could not be opened", "error", err)
		return vault.Keys{}, service.Refuse(service.CodeVaultWaiting)
	}
	s.keys = keys
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

// giveWaiting gives the vault's keys to everybody who waits for them. What fails is left for the next sign-in
// of anybody.
func (s *Session) giveWaiting(ctx context.Context) error {
	for {
		v, waiting, err := s.WaitingKeys(ctx)
		if err == nil && v.Generation == 0 {
			return s.foundVault(ctx, v)
		}
		if err != nil || len(waiting) == 0 {
			return err
		}
		keys, err := s.keysOf(v)
		if service.IsCode(err, service.CodeVaultWaiting) {
			return nil // we wait ourselves
		}
		if err != nil {
			return err
		}
		given, err := s.sealAll(ctx, waiting, keys)
		if err != nil || len(given) == 0 {
			return err
		}
		if n, err := s.GiveKeys(ctx, publicKey(keys), given); err != nil || n == 0 {
			return err
		}
	}
}

// foundVault makes the vault's keys of a workspace that was founded on a server, where nobody may see them: the client of its first owner
// does so when they come in. Whoever is no owner, or not the first of two, waits for the keys like everybody.
func (s *Session) foundVault(ctx context.Context, v service.Vault) error {
	s.mu.Lock()
	own := s.own
	s.mu.Unlock()
	if own.Empty() {
		return nil
	}
	keys, err := vault.NewKeys()
	if err != nil {
		return err
	}
	defer keys.Wipe()
	sealed, err := seal(keys, own.Recipient())
	if err != nil {
		return err
	}
	holder := service.KeyHolder{Holder: v.Holder, Recipient: own.Recipient()}
	return s.FoundVault(ctx, publicKey(keys), service.GivenKeys{KeyHolder: holder, SealedKeys: sealed})
}

// sealAll encrypts the vault's keys to each holder. One to whom that cannot be done, since what the
// database has of them is damaged, is passed over, so that the others do not wait for them.
func (s *Session) sealAll(ctx context.Context, holders []service.KeyHolder, keys vault.Keys) ([]service.GivenKeys, error) {
	all := make([]service.GivenKeys, len(holders))
	err := inParallel(ctx, len(holders), nil, func(i int) error {
		sealed, err := seal(keys, holders[i].Recipient)
		if errors.Is(err, vault.ErrRecipient) {
			s.w.log.Warn("the vault's keys cannot be given to a holder", "holder", holders[i].Holder, "error", err)
			return nil
		}
		all[i] = service.GivenKeys{KeyHolder: holders[i], SealedKeys: sealed}
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

// newKeyPair makes one for somebody, and encrypts the vault's keys to it.
func newKeyPair(keys vault.Keys) (own vault.Identity, sealed service.SealedKeys, err error) {
	if own, err = vault.NewIdentity(); err == nil {
		sealed, err = seal(keys, own.Recipient())
	}
	return own, sealed, err
}

// enter unwraps the key pair of somebody who is in, and gives the vault's keys to whoever waits for them. Who
// has no key pair gets one, and waits. One that cannot be unwrapped keeps the contracts closed, and nothing else.
func (s *Session) enter(ctx context.Context, t typed) {
	s.share = t.share
	s.leftover(s.saveHere(ctx))
	var err error
	if own := s.OwnKeys(); own.Recipient == "" {
		err = s.makeOwn(ctx, t, own)
	} else if s.own, err = t.unwrap(own); err != nil {
		s.w.log.Warn("the key of a profile could not be unwrapped", "error", err)
		return
	}
	if err == nil {
		err = s.giveWaiting(ctx)
	}
	s.leftover(err)
}

func (s *Session) makeOwn(ctx context.Context, t typed, own service.OwnKeys) error {
	if own.Lock.Len() != password.KeySize {
		return errors.New("the lock is not one")
	}
	pair, err := vault.NewIdentity()
	if err != nil {
		return err
	}
	kek := password.WrappingKey(t.derived, t.share, own.Lock)
	defer kek.Wipe()
	wrapped, err := vault.Wrap(kek, ownWrap, pair)
	if err != nil {
		return err
	}
	s.own = pair
	return s.SaveKeyPair(ctx, service.WrappedKeyPair{Recipient: pair.Recipient(), Wrapped: wrapped})
}

// ownOrNew gives the key pair of the session, or a new one where it could not be unwrapped. Errors: session_ended: a new
// key pair in the place of one that was let go would lose the vault.
func (s *Session) ownOrNew() (vault.Identity, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.ended:
		return vault.Identity{}, service.Refuse(service.CodeSessionEnded)
	case s.own.Empty():
		return vault.NewIdentity()
	}
	return s.own, nil
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
