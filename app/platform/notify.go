package platform

import "errors"

// ErrNotNotified means that the system does not tell of anything now.
var ErrNotNotified = errors.New("the system has no place for notifications")
