//go:build !dev && !bindings

package app

import "testing"

// Only a development build, whose workspaces and keychain items are its own, hashes at a lower cost.
func TestProductionBuild_HashesAtFullCost(t *testing.T) {
	if s := newShell(t.TempDir(), nil); s.cost != nil {
		t.Error("a production build lowers the cost of hashing")
	}
}
