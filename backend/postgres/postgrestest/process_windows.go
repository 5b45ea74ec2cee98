package postgrestest

import "os/exec"

// The server's socket and its watcher are those of Unix: there, start says that PostgreSQL is missing.

func apart(*exec.Cmd) {}

func (a *account) runs(*exec.Cmd) {}
