//go:build dev

package app

import (
	"countersign/backend/password"
	"countersign/backend/recovery"
	"countersign/backend/workspace"
)

// Development builds never touch a person's workspace: their keychain service
// and their data folder are their own. The dev server takes any origin.
const (
	keychainService  = "Countersign development"
	dataName         = "countersign-development"
	buildingBindings = false
)

// hashingCost is the least that the bounds allow: the tests of the page sign in hundreds of times.
func hashingCost(c *workspace.Config) {
	c.Password = password.Params{MemoryKiB: 19 << 10, Time: 1, Threads: 1}
	c.Recovery = recovery.Params{MemoryKiB: 19 << 10, Time: 1, Threads: 1}
}

// ownArgs drops the flags that `wails dev` adds for its own server.
func ownArgs(args []string) []string { return dropWailsFlags(args) }
