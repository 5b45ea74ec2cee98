//go:build !windows

package serverkey

import (
	"io/fs"
	"os"
	"syscall"
)

// openToRead does not wait for a writer where the path leads to a pipe.
func openToRead(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

func checkPrivate(st fs.FileInfo) error {
	return private(st.Mode(), int(st.Sys().(*syscall.Stat_t).Uid), os.Geteuid())
}
