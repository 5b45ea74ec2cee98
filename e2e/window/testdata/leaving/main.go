// Leaving is a Wails window whose page tries to leave it, in every way that a page
// has, for the address in LEAVE_TO. With GUARDED set, the window is kept on its page
// as Countersign's is.
package main

import (
	"context"
	"embed"
	"io/fs"
	"log"
	"os"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"

	"countersign/app/platform"
)

//go:embed page
var files embed.FS

// Way is bound, and tells the page what to try.
type Way struct{}

// Out gives the address to leave for, and the way.
func (Way) Out() []string { return []string{os.Getenv("LEAVE_TO"), os.Getenv("LEAVE_BY")} }

func main() {
	page, err := fs.Sub(files, "page")
	if err != nil {
		log.Fatal(err)
	}
	err = wails.Run(&options.App{
		Title: "Leaving", Width: 1080, Height: 720, Bind: []any{&Way{}},
		AssetServer: &assetserver.Options{Assets: page},
		Linux:       &linux.Options{ProgramName: "countersign", WebviewGpuPolicy: linux.WebviewGpuPolicyNever},
		OnStartup: func(context.Context) {
			if os.Getenv("GUARDED") != "" {
				platform.GuardPage()
			}
		},
	})
	if err != nil {
		log.Fatal(err)
	}
}
