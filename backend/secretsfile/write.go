package secretsfile

import (
	"errors"
	"io/fs"
	"os"

	"countersign/backend/folder"
)

// unfinished is the name of a file until it is whole. One name is enough, since only
// whoever has the lock writes: what a crash has left of it is removed by the next change
// and by the next start.
const unfinished = ".new"

// writeWhole writes a file out of sight, puts it on the disk, and only then in the place
// of the one that is there (rename(2)), which it also puts on the disk.
func writeWhole(path string, raw []byte) (err error) {
	if err := dropUnfinished(path); err != nil {
		return err
	}
	f, err := os.OpenFile(path+unfinished, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, dropUnfinished(path))
	}
	return folder.Rename(path+unfinished, path)
}

func dropUnfinished(path string) error {
	err := os.Remove(path + unfinished)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
