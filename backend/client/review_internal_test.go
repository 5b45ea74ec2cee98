package client

import (
	"testing"

	"countersign/backend/vault"
)

// What an owner who accepts is shown of the contracts is opened with the keys that the keychain knows.
func TestIsVault_OnlyTheNewestKeyOfAVault(t *testing.T) {
	t.Parallel()
	key, err := vault.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	other, err := vault.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	keys := vault.KeysOf(2, key)
	public := publicKey(keys)
	if !isVault(keys, 2, public) {
		t.Error("the vault's own keys are not")
	}
	for name, c := range map[string]struct {
		keys       vault.Keys
		generation int
		public     string
	}{
		"no keys where there is no vault": {vault.Keys{}, 0, ""},
		"a vault of generation 0":         {vault.KeysOf(0, key), 0, publicKey(vault.KeysOf(0, key))},
		"the same key as an older one":    {vault.KeysOf(1, key), 2, public},
		"the same key as a newer one":     {vault.KeysOf(3, key), 2, public},
		"another key of this generation":  {vault.KeysOf(2, other), 2, public},
		"no keys":                         {vault.Keys{}, 2, public},
		"a vault whose key is not known":  {keys, 2, ""},
	} {
		if isVault(c.keys, c.generation, c.public) {
			t.Errorf("%s are the vault's", name)
		}
	}
}
