//go:build !linux

package platform

// RaiseOther leaves it to Wails to bring the other window to the front.
func RaiseOther(string, string) bool { return false }
