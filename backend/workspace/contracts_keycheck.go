package workspace

import (
	"crypto/subtle"
	"encoding/hex"

	"countersign/backend/vault"
)

// vaultCheck recognises the newest of the vault's keys.
func vaultCheck(keys vault.Keys, workspaceID string) string {
	return hex.EncodeToString(keys.Check([]byte(workspaceID)))
}

// isVault reports whether keys are the vault's own, as against some that another has
// encrypted to a member. Nothing is encrypted to keys that are not.
func isVault(i Info, keys vault.Keys) bool {
	return i.VaultGeneration > 0 && keys.Generation() == i.VaultGeneration &&
		subtle.ConstantTimeCompare([]byte(vaultCheck(keys, i.ID)), []byte(i.VaultCheck)) == 1
}
