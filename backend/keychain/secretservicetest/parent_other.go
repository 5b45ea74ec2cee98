//go:build unix && !linux

package secretservicetest

import "syscall"

// dieWithParent is for Linux to do: elsewhere a daemon outlives a killed test.
func dieWithParent() *syscall.SysProcAttr { return nil }
