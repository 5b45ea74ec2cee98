//go:build !linux

package platform

// DrawInMemory does nothing here: the system's own web view decides.
func DrawInMemory() {}

// ChooseBackend does nothing here: there is only one.
func ChooseBackend() {}
