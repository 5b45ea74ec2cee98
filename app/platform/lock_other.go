//go:build !linux

package platform

import "context"

// WatchLock does nothing here: on macOS and Windows the screen lock is not heard yet, and the
// idle time does the locking. SECURITY.md says so.
func WatchLock(context.Context, func(), func(string, bool), func(string, error)) {}
