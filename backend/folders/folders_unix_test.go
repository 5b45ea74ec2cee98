//go:build unix

package folders_test

import (
	"path/filepath"
	"syscall"
	"testing"
)

func TestAll_PipeIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	must(0, syscall.Mkfifo(filepath.Join(root, "label.json"), 0o600))
	if got := names(t, root); len(got) > 0 {
		t.Errorf("a pipe is read as %q", got)
	}
}
