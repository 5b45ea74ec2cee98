//go:build unix

package platform

import "syscall"

// withoutWaiting keeps a pipe without a writer from being waited for.
const withoutWaiting = syscall.O_NONBLOCK
