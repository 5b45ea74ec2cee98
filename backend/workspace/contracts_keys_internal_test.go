package workspace

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"

	"countersign/backend/secret"
	"countersign/backend/vault"
)

// wrapping is a key that wraps, of one byte over and over.
func wrapping(b byte) secret.Bytes { return secret.NewBytes(bytes.Repeat([]byte{b}, 32)) }

func newIdentity(t *testing.T) vault.Identity {
	t.Helper()
	own, err := vault.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	return own
}

func holderOf(t *testing.T, holder string, p KeyPair) VaultKey {
	t.Helper()
	k, err := newHolder(holder, wrapping(1), p)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestNewHolder_KeyOfAnotherLengthWrapsNothing(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 31, 33} {
		if _, err := newHolder("profile/a", secret.NewBytes(make([]byte, n)), KeyPair{Own: newIdentity(t)}); err == nil {
			t.Errorf("a key of %d bytes wraps", n)
		}
	}
}

func TestNewHolder_WithoutAKeyPairThereIsNone(t *testing.T) {
	t.Parallel()
	if _, err := newHolder("profile/a", wrapping(1), KeyPair{}); !errors.Is(err, vault.ErrIdentity) {
		t.Errorf("%v", err)
	}
}

func TestUnwrap_WhatDoesNotOpenOrBelongIsAnError(t *testing.T) {
	t.Parallel()
	row := holderOf(t, "profile/a", KeyPair{Own: newIdentity(t)})
	own, err := unwrap(row, wrapping(1))
	if err != nil || own.Recipient() != row.Recipient {
		t.Fatalf("its own key: %v", err)
	}
	if own, err := unwrap(row, wrapping(2)); !errors.Is(err, vault.ErrWrap) || !own.Empty() {
		t.Errorf("another key: %v", err)
	}
	other := row
	other.Recipient = newIdentity(t).Recipient()
	if own, err := unwrap(other, wrapping(1)); err == nil || !own.Empty() {
		t.Error("another's recipient is taken")
	}
}

// What an owner who accepts is shown of the contracts is opened with the keys that the keychain knows.
func TestKeysIn_OnlyTheVaultsOwn(t *testing.T) {
	t.Parallel()
	own, key, other := newIdentity(t), newIdentity(t), newIdentity(t)
	sealed := func(keys vault.Keys) VaultKey {
		text, err := keys.EncryptTo(own.Recipient())
		if err != nil {
			t.Fatal(err)
		}
		return VaultKey{Ciphertext: text, Generation: keys.Generation()}
	}
	of := func(generation int, i vault.Identity) Info {
		return Info{VaultGeneration: generation, VaultPublicKey: hex.EncodeToString(vault.KeysOf(max(1, generation), i).PublicKey())}
	}
	row := sealed(vault.KeysOf(2, key))
	if keysIn(row, own, of(2, key)).Generation() != 2 {
		t.Error("the vault's own keys are not")
	}
	for name, c := range map[string]struct {
		row  VaultKey
		own  vault.Identity
		info Info
	}{
		"no vault":                     {row, own, Info{}},
		"a vault of generation 0":      {row, own, of(0, key)},
		"an older key":                 {sealed(vault.KeysOf(1, key)), own, of(2, key)},
		"a newer key":                  {sealed(vault.KeysOf(3, key)), own, of(2, key)},
		"another key":                  {sealed(vault.KeysOf(2, other)), own, of(2, key)},
		"no keys":                      {VaultKey{}, own, of(2, key)},
		"another's key pair":           {row, other, of(2, key)},
		"no key pair":                  {row, vault.Identity{}, of(2, key)},
		"a vault whose key is unknown": {row, own, Info{VaultGeneration: 2}},
	} {
		if !keysIn(c.row, c.own, c.info).Empty() {
			t.Errorf("%s: they are the vault's", name)
		}
	}
}
