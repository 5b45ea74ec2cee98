package folder

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// besides is what SQLite keeps beside a database, whose commits may be there alone.
var besides = []string{"-wal", "-shm", "-journal"}

// mostAside is how many databases of one day can be set aside.
const mostAside = 10_000

// SetAside gives a database, and what SQLite keeps beside it, a second name under which
// they stay together. Of the old names only that of the database is left: the one that
// comes in its place must not meet the others.
func SetAside(database string, now time.Time) error {
	var there []string
	for _, suffix := range append([]string{""}, besides...) {
		switch _, err := os.Lstat(database + suffix); {
		case err == nil:
			there = append(there, suffix)
		case !errors.Is(err, os.ErrNotExist):
			return err
		}
	}
	if len(there) == 0 {
		return nil
	}
	for n := 1; ; n++ {
		name := fmt.Sprintf("workspace-before-%s-%d.db", now.Format(time.DateOnly), n)
		err := linkAll(database, filepath.Join(filepath.Dir(database), name), there)
		if errors.Is(err, os.ErrExist) && n < mostAside {
			continue
		}
		if err != nil {
			return err
		}
		break
	}
	for _, suffix := range there {
		if suffix == "" {
			continue
		}
		if err := os.Remove(database + suffix); err != nil {
			return err
		}
	}
	return nil
}

// linkAll gives all of these files a second name, or none of them.
func linkAll(from, to string, suffixes []string) error {
	for i, suffix := range suffixes {
		if err := os.Link(from+suffix, to+suffix); err != nil {
			for _, made := range suffixes[:i] {
				err = errors.Join(err, os.Remove(to+made))
			}
			return err
		}
	}
	return nil
}
