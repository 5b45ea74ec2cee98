// Empty is a Wails window with one heading and nothing behind it, to measure
// how much longer Countersign takes than it must.
package main

import (
	"log"
	"testing/fstest"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
)

const page = `<!doctype html><html lang="en"><title>Empty</title><body><h1>Ready</h1></body></html>`

func main() {
	err := wails.Run(&options.App{
		Title: "Empty", Width: 1080, Height: 720,
		AssetServer: &assetserver.Options{Assets: fstest.MapFS{"index.html": {Data: []byte(page)}}},
		Linux:       &linux.Options{ProgramName: "countersign", WebviewGpuPolicy: linux.WebviewGpuPolicyNever},
	})
	if err != nil {
		log.Fatal(err)
	}
}
