package secretservicetest

import "syscall"

// dieWithParent has the kernel end a daemon when the test process is killed.
func dieWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
