//go:build unix

package folder

import "golang.org/x/sys/unix"

// Free is how many bytes this person may still write to the folder's disk.
func Free(path string) (uint64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(path, &st); err != nil {
		return 0, explain(err)
	}
	return uint64(st.Bavail) * uint64(st.Bsize), nil
}
