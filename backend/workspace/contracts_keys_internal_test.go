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

// What an owner who accepts is shown of the contracts is opened with the keys that the keychain knows.
func TestIsVault_OnlyTheNewestKeyOfAVault(t *testing.T) {
	t.Parallel()
	key, other := newIdentity(t), newIdentity(t)
	keys := vault.KeysOf(2, key)
	info := Info{VaultGeneration: 2, VaultPublicKey: hex.EncodeToString(keys.PublicKey())}
	if !isVault(keys, info) {
		t.Error("the vault's own keys are not")
	}
	for name, c := range map[string]struct {
		keys vault.Keys
		info Info
	}{
		"no keys where there is no vault": {vault.Keys{}, Info{}},
		"a vault of generation 0":         {keys, Info{VaultPublicKey: info.VaultPublicKey}},
		"the same key as an older one":    {vault.KeysOf(1, key), info},
		"the same key as a newer one":     {vault.KeysOf(3, key), info},
		"another key of this generation":  {vault.KeysOf(2, other), info},
		"no keys":                         {vault.Keys{}, info},
		"a vault whose key is not known":  {keys, Info{VaultGeneration: 2}},
	} {
		if isVault(c.keys, c.info) {
			t.Errorf("%s are the vault's", name)
		}
	}
}
