package main

import (
	"os"
	"syscall"
)

// reloadSignals are of Unix systems. Nothing sends this one here, and a changed certificate is seen all the same.
var reloadSignals = []os.Signal{syscall.SIGHUP}
