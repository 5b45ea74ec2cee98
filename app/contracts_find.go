package app

import (
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"countersign/app/platform"
	"countersign/backend/client"
)

// maxFound is how many files are added in one go.
const maxFound = 100_000

// sourcesOf lists what there is to add at these paths: files, and what is in
// folders, each with its folder as a tag. Within a folder links are not followed,
// so that nothing is met twice and nothing outside is. What cannot be added is in
// the list with its reason.
func sourcesOf(ctx context.Context, paths []string, tell func(name string, found int)) (all []client.Source) {
	for _, path := range paths {
		st, err := os.Stat(path) // who chooses a link means what it leads to
		switch {
		case err != nil:
			all = append(all, leftOut(path, client.LeftUnreadable))
		case st.IsDir():
			all = inFolder(ctx, path, all, tell)
		default:
			all = append(all, sourceOf(path, st, ""))
		}
	}
	if len(all) > maxFound {
		all = append(all[:maxFound], leftOut(filepath.Base(paths[0]), client.LeftTooMany))
	}
	return all
}

func inFolder(ctx context.Context, root string, all []client.Source, tell func(name string, found int)) []client.Source {
	tag := filepath.Base(root)
	before := len(all)
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if ctx.Err() != nil || len(all) > maxFound {
			return fs.SkipAll
		}
		if err != nil {
			all = append(all, leftOut(path, client.LeftUnreadable))
			if entry != nil && entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if entry.IsDir() {
			return nil
		}
		if entry.Type()&fs.ModeSymlink != 0 {
			all = append(all, leftOut(path, client.LeftLink))
			return nil
		}
		st, err := entry.Info()
		if err != nil {
			all = append(all, leftOut(path, client.LeftUnreadable))
			return nil
		}
		all = append(all, sourceOf(path, st, tag))
		tell(entry.Name(), len(all))
		return nil
	})
	if len(all) == before {
		all = append(all, leftOut(root, client.LeftEmpty))
	}
	return all
}

func leftOut(path string, why client.LeftOutReason) client.Source {
	return client.Source{Name: filepath.Base(path), LeaveOut: why}
}

// sourceOf is a file as it is now. It counts as changed when it is another one,
// or has another size or time, once it was read.
func sourceOf(path string, st fs.FileInfo, tag string) client.Source {
	if !st.Mode().IsRegular() {
		return leftOut(path, client.LeftSpecial)
	}
	src := client.Source{Name: filepath.Base(path), Size: st.Size(), Modified: st.ModTime()}
	if tag != "" {
		src.Tags = []string{tag}
	}
	src.Open = func() (io.ReadCloser, error) { return platform.OpenRegular(path) }
	src.Same = func() bool {
		now, err := os.Stat(path)
		return err == nil && os.SameFile(st, now) && now.Size() == st.Size() && now.ModTime().Equal(st.ModTime())
	}
	return src
}
