//go:build dev

package app

import (
	"net/http"
	"os"

	"countersign/backend/local"
	"countersign/backend/password"
	"countersign/backend/recovery"
)

// Development builds never touch a person's workspace: their keychain service
// and their data folder are their own. The dev server takes any origin.
const (
	keychainService  = "Countersign development"
	dataName         = "countersign-development"
	buildingBindings = false
	offersPseudo     = true
)

// hashingCost is the least that the bounds allow: the tests of the page sign in hundreds of times.
func hashingCost(c *local.Config) {
	c.Password = password.Params{MemoryKiB: 19 << 10, Time: 1, Threads: 1}
	c.Recovery = recovery.Params{MemoryKiB: 19 << 10, Time: 1, Threads: 1}
}

// pageMiddleware leaves the window empty where COUNTERSIGN_WINDOW says so. The tests look at the page
// in a browser: the same page in the window beside it would double their work, and act as well.
func pageMiddleware(next http.Handler) http.Handler {
	guarded := guardPage(next)
	if os.Getenv("COUNTERSIGN_WINDOW") != "empty" {
		return guarded
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host == "wails" { // the window asks by this name
			w.Header().Set("Content-Type", "text/html")
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

// ownArgs drops the flags that `wails dev` adds for its own server.
func ownArgs(args []string) []string { return dropWailsFlags(args) }
