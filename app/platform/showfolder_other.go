//go:build !linux

package platform

import (
	"os/exec"
	"runtime"
)

// ShowFolder opens a folder in the file manager.
func ShowFolder(path string) error {
	if runtime.GOOS == "darwin" {
		return exec.Command("open", path).Run()
	}
	return exec.Command("explorer.exe", path).Start() // it says 1 where all is well
}
