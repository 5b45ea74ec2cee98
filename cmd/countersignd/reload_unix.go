//go:build unix

package main

import (
	"os"
	"syscall"
)

// reloadSignals have the certificate read again.
var reloadSignals = []os.Signal{syscall.SIGHUP}
