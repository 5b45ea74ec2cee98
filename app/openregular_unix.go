//go:build unix

package app

import "syscall"

// withoutWaiting keeps a pipe without a writer from being waited for.
const withoutWaiting = syscall.O_NONBLOCK
