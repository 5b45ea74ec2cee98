//go:build !dev && !bindings

package app

const (
	keychainService  = "Countersign"
	dataName         = "countersign"
	buildingBindings = false
)

func ownArgs(args []string) []string { return args }
