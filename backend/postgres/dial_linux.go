package postgres

import (
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// acknowledged bounds how long the other end may leave without a sign what was sent. By itself, the system tries for a quarter of an hour.
func acknowledged(network, _ string, conn syscall.RawConn) (err error) {
	if !strings.HasPrefix(network, "tcp") {
		return nil
	}
	failed := conn.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(timeToAcknowledge.Milliseconds()))
	})
	if failed != nil {
		return failed
	}
	return err
}
