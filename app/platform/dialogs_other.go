//go:build !(linux && webkit2_41)

package platform

// CancelDialogs does nothing here.
func CancelDialogs() {}
