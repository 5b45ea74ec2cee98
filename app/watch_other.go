//go:build !linux

package app

import "context"

// watchSystem: on macOS and Windows the screen lock is not heard yet, and the
// idle time does the locking. SECURITY.md says so.
func watchSystem(context.Context, func(), func(string, error)) {}
