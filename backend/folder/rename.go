package folder

import (
	"os"
	"path/filepath"
)

// Rename puts a file that is whole in its place, in one step that is on the disk
// when it returns. Both are in the same folder.
func Rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return explain(err)
	}
	return explain(syncFolder(filepath.Dir(to)))
}
