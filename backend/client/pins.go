package client

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
)

// Whoever runs a workspace can show any vault, and encrypt keys of their own to anybody. So a person's client believes in one vault: the one that is
// pinned in what was wrapped for them, first under the code that somebody gave them and then under their password. Another key is
// believed only if the pinned one leads to it: see service.VaultMessage. At a server this computer's keychain has the newest pin as well, so that
// a wrap of an earlier day is noticed.

var (
	errOlderVault = errors.New("the vault is an older one than this person's client knows")
	errOtherVault = errors.New("the vault is another one than this person's client knows")
	errKeys       = errors.New("the keys are not the vault's")
)

// notAuthentic refuses to use what does not fit the vault that is believed in.
func (w *Workspace) notAuthentic(cause error) error {
	w.log.Warn("the vault is not authentic", "error", cause)
	return service.Refuse(service.CodeVaultNotAuthentic).Because(cause)
}

// closed reports whether an error keeps somebody from the contracts, and from nothing else.
func closed(err error) bool {
	return service.IsCode(err, service.CodeVaultWaiting) || service.IsCode(err, service.CodeVaultNotAuthentic)
}

// linkSize is how long a link is in hex: a public key and a signature.
const linkSize = 2 * (ed25519.PublicKeySize + ed25519.SignatureSize)

// leads reports whether a vault that was pinned is another, or was that before its key was rotated. The last link is to the newest key.
func leads(workspaceID string, pinned, newest vault.Pin, links string) bool {
	if pinned.Generation == 0 || pinned.Generation > newest.Generation {
		return false
	}
	steps := newest.Generation - pinned.Generation
	if steps > len(links)/linkSize {
		return false
	}
	links = links[len(links)-steps*linkSize:]
	for ; len(links) > 0; links = links[linkSize:] {
		public := links[:2*ed25519.PublicKeySize]
		next := vault.Pin{Generation: pinned.Generation + 1}
		signature, err := hex.DecodeString(links[len(public):linkSize])
		if err != nil || !ed25519.Verify(pinned.Key[:], service.VaultMessage(workspaceID, next.Generation, public), signature) {
			return false
		}
		if n, err := hex.Decode(next.Key[:], []byte(public)); err != nil || n != len(next.Key) {
			return false
		}
		pinned = next
	}
	return pinned == newest
}

// PinName is what the keychain's item with the newest vault is called that this computer knows of a workspace at a server.
func PinName(workspace string) string { return workspace + "/vault" }

// keptPin is the vault that this computer's keychain knows; zero where it knows none. Errors: keychain.
func (w *Workspace) keptPin(ctx context.Context) (vault.Pin, error) {
	if !w.served {
		return vault.Pin{}, nil
	}
	b, err := w.secrets.Get(ctx, PinName(w.ID()))
	if errors.Is(err, store.ErrSecretMissing) {
		return vault.Pin{}, nil
	}
	var pin vault.Pin
	if err == nil {
		if pin, err = vault.ParsePin(b.Reveal()); err != nil {
			err = fmt.Errorf("%w: %w", store.ErrSecretMissing, err)
		}
	}
	if err != nil {
		return pin, service.Explain(fmt.Errorf("the vault that this computer knows: %w", err))
	}
	return pin, nil
}

// keepPin notes a vault in this computer's keychain, where the workspace is at a server. Errors: keychain.
func (w *Workspace) keepPin(ctx context.Context, pin vault.Pin) error {
	if !w.served {
		return nil
	}
	return w.secrets.Set(ctx, PinName(w.ID()), secret.NewBytes(pin.Bytes()))
}

// pin has the session believe in the newer of two vaults: the one in the person's wrap, and the one that this computer knows. Errors:
// vault_not_authentic; keychain.
func (s *Session) pin(wrapped, kept vault.Pin) error {
	if kept.Generation == wrapped.Generation && kept != wrapped {
		return s.w.notAuthentic(errOtherVault)
	}
	if s.pinned = wrapped; kept.Generation > wrapped.Generation {
		s.pinned = kept
	}
	return nil
}

// follow notes the vault that is in force, where the person's wrap or this computer's keychain knows an older one.
func (s *Session) follow(ctx context.Context, v service.Vault, t typed, own service.OwnKeys, wrapped, kept vault.Pin) error {
	if v.Generation <= wrapped.Generation && (!s.w.served || v.Generation <= kept.Generation) {
		return nil
	}
	if _, err := s.keysOf(v); err != nil {
		if closed(err) {
			return nil
		}
		return err
	}
	s.mu.Lock()
	pair := keyPair{own: s.own, pin: s.pinned}
	s.mu.Unlock()
	var err error
	if pair.pin != wrapped {
		err = t.wrapping(own.Lock, func(kek secret.Bytes) error {
			again, err := pair.wrap(kek, ownWrap)
			if err != nil {
				return err
			}
			return s.SaveKeyPair(ctx, again)
		})
	}
	if pair.pin.Generation > kept.Generation {
		err = errors.Join(err, s.w.keepPin(ctx, pair.pin))
	}
	return err
}

// KnownVault is the vault that the admin's client believes in, by its public key and the number of that: what two people compare to see that both are shown
// the same. It is nil where there is none, or none is known yet. Errors: forbidden, session_ended; those of Vault.
func (a *Admin) KnownVault(ctx context.Context) (key ed25519.PublicKey, generation int, err error) {
	s := a.s
	if _, err := a.LogHead(ctx); err != nil { // who is no admin any more
		return nil, 0, err
	}
	v, err := s.Vault(ctx)
	if err != nil {
		return nil, 0, err
	}
	if _, err := s.keysOf(v); err != nil && !closed(err) { // with a vault that doesn't fit, what was known before is what to compare
		return nil, 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pinned.Generation == 0 {
		return nil, 0, nil
	}
	return slices.Clone(s.pinned.Key[:]), s.pinned.Generation, nil
}
