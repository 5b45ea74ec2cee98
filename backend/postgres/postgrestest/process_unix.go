//go:build unix

package postgrestest

import (
	"os/exec"
	"syscall"
)

// apart puts a process into a session of its own, so that what interrupts the tests does not end it.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

// runs has the account run a command, apart from the tests.
func (a *account) runs(cmd *exec.Cmd) {
	apart(cmd)
	if a != nil {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
}
