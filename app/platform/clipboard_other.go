//go:build !(linux && production && webkit2_41)

package platform

// MarksSecrets says that CopySecret marks what it puts there as a secret.
const MarksSecrets = false

// CopySecret does nothing here.
func CopySecret(string) {}

// ClearSecret does nothing here.
func ClearSecret(string) {}
