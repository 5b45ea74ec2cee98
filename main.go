// Countersign is the desktop application; what it does is in app and backend.
package main

import (
	"embed"
	"os"

	"countersign/app"
)

//go:embed all:frontend/dist
var page embed.FS

func main() {
	os.Exit(app.Run(page, os.Args[1:], os.Stderr))
}
