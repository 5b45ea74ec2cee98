//go:build !dev && !bindings

package app

import "countersign/backend/local"

const (
	keychainService  = "Countersign"
	dataName         = "countersign"
	buildingBindings = false
	offersPseudo     = false
)

// hashingCost is nil: the workspace hashes at its full cost.
var hashingCost func(*local.Config)

// pageMiddleware is what each request for the page goes through.
var pageMiddleware = guardPage

func ownArgs(args []string) []string { return args }
