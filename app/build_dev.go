//go:build dev

package app

// Development builds never touch a person's workspace: their keychain service
// and their data folder are their own. The dev server takes any origin.
const (
	keychainService  = "Countersign development"
	dataName         = "countersign-development"
	buildingBindings = false
)

// ownArgs drops the flags that `wails dev` adds for its own server.
func ownArgs(args []string) []string { return dropWailsFlags(args) }
