//go:build unix

package main

import "syscall"

// forbidCoreDumps keeps a crash from writing the memory, secrets in it, to disk.
func forbidCoreDumps() {
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}) // where it is forbidden, the system's rule stands
}
