//go:build unix

package typeset

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/go-text/typesetting/fontscan"
)

// Opening a pipe waits for somebody to write to it.
func TestRead_DoesNotWaitAtAPipe(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "pipe.ttf")
	if err := syscall.Mkfifo(file, 0o600); err != nil {
		t.Fatal(err)
	}
	if read(&fontscan.Footprint{Location: fontscan.Location{File: file}}) != nil {
		t.Error("a pipe is taken for a font")
	}
}
