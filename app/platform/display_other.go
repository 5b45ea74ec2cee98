//go:build !(linux && webkit2_41)

package platform

// HasDisplay is always true: a session has a display here.
func HasDisplay() bool { return true }
