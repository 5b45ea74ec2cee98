//go:build bindings

package app

import "countersign/backend/local"

// Wails runs the program with this tag to read the bound structs.
const (
	keychainService  = "Countersign development"
	dataName         = "countersign-development"
	buildingBindings = true
	offersPseudo     = false
)

// hashingCost is nil: the workspace hashes at its full cost.
var hashingCost func(*local.Config)

// pageMiddleware is what each request for the page goes through.
var pageMiddleware = guardPage

func ownArgs(args []string) []string { return nil }
