package platform

import (
	"os"

	"countersign/backend/keychain"
)

// KeepToOwnBus sees to it that nobody in this process starts a session bus where
// there is none, as godbus and GLib do: it would outlive the window, and a bus
// without a keychain would hide that the real one is missing.
func KeepToOwnBus() {
	if !keychain.HasSessionBus() {
		os.Setenv("DBUS_SESSION_BUS_ADDRESS", "disabled:")
	}
}
