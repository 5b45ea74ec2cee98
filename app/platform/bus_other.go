//go:build !linux

package platform

// KeepToOwnBus does nothing here: there is no session bus.
func KeepToOwnBus() {}
