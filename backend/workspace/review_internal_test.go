package workspace

import (
	"testing"

	"countersign/backend/vault"
)

func TestHexOf_NoCheckIsEmpty(t *testing.T) {
	t.Parallel()
	for want, check := range map[string][]byte{"0001": {0, 1}, "ff00": {255, 0}} {
		if got := hexOf(check); got != want {
			t.Errorf("%v: %q", check, got)
		}
	}
	for _, check := range [][]byte{nil, {}, {0, 0, 0}} {
		if got := hexOf(check); got != "" {
			t.Errorf("%v: %q", check, got)
		}
	}
}

func TestIsVault_OnlyTheNewestKeyOfAVault(t *testing.T) {
	t.Parallel()
	own, err := vault.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	other, err := vault.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	keys := vault.KeysOf(2, own)
	info := Info{ID: "w", VaultGeneration: 2, VaultCheck: vaultCheck(keys, "w")}
	if !isVault(info, keys) {
		t.Error("the vault's own keys are not")
	}
	for name, c := range map[string]struct {
		info Info
		keys vault.Keys
	}{
		"no keys where there is no vault":  {Info{ID: "w"}, vault.Keys{}},
		"a vault of generation 0":          {Info{ID: "w", VaultCheck: vaultCheck(keys, "w")}, keys},
		"the same key as an older one":     {info, vault.KeysOf(1, own)},
		"the same key as a newer one":      {info, vault.KeysOf(3, own)},
		"another key of this generation":   {info, vault.KeysOf(2, other)},
		"no keys":                          {info, vault.Keys{}},
		"the key of another workspace's":   {Info{ID: "v", VaultGeneration: 2, VaultCheck: info.VaultCheck}, keys},
		"a vault whose check is not known": {Info{ID: "w", VaultGeneration: 2}, keys},
	} {
		if isVault(c.info, c.keys) {
			t.Errorf("%s are the vault's", name)
		}
	}
}
