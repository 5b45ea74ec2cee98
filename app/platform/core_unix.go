//go:build unix

package platform

import "syscall"

// ForbidCoreDumps keeps a crash, of this process or of WebKit's, from writing the
// memory, secrets in it, to disk. Linux heeds a limit of 0 only for files; one
// byte, which is less than any dump, also stops those that are piped to a
// program, such as systemd-coredump (fs/coredump.c, limit == 1).
func ForbidCoreDumps() {
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{Cur: 1, Max: 1})
}
