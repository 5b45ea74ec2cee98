//go:build !linux

package app

// raiseOther leaves it to Wails to bring the other window to the front.
func raiseOther(string) bool { return false }
