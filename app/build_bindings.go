//go:build bindings

package app

// Wails runs the program with this tag to read the bound structs.
const (
	keychainService  = "Countersign development"
	dataName         = "countersign-development"
	buildingBindings = true
)

func ownArgs(args []string) []string { return nil }
