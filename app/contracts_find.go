package app

import (
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"countersign/app/platform"
	"countersign/backend/workspace"
)

// maxFound is how many files are added in one go.
const maxFound = 100_000

// sourcesOf lists what there is to add at these paths: files, and what is in
// folders, each with its folder as a tag. Within a folder links are not followed,
// so that nothing is met twice and nothing outside is. What cannot be added is in
// the list with its reason.
func sourcesOf(ctx context.Context, paths []string, tell func(name string, found int)) (all []workspace.Source) {
	for _, path := range paths {
		st, err := os.Stat(path) // who chooses a link means what it leads to
		switch {
		case err != nil:
			all = append(all, leftOut(path, workspace.LeftUnreadable))
		case st.IsDir():
			all = inFolder(ctx, path, all, tell)
		default:
			all = append(all, sourceOf(path, st, ""))
		}
	}
	if len(all) > maxFound {
		all = append(all[:maxFound], leftOut(filepath.Base(paths[0]), workspace.LeftTooMany))
	}
	return all
}

func inFolder(ctx context.Context, root string, all []workspace.Source, tell func(name string, found int)) []workspace.Source {
	tag := filepath.Base(root)
	before := len(all)
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if ctx.Err() != nil || len(all) > maxFound {
			return fs.SkipAll
		}
		if err != nil {
			all = append(all, leftOut(path, workspace.LeftUnreadable))
			if entry != nil && entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if entry.IsDir() {
			return nil
		}
		if entry.Type()&fs.ModeSymlink != 0 {
			all = append(all, leftOut(path, workspace.LeftLink))
			return nil
		}
		st, err := entry.Info()
		if err != nil {
			all = append(all, leftOut(path, workspace.LeftUnreadable))
			return nil
		}
		all = append(all, sourceOf(path, st, tag))
		tell(entry.Name(), len(all))
		return nil
	})
	if len(all) == before {
		all = append(all, leftOut(root, workspace.LeftEmpty))
	}
	return all
}

func leftOut(path string, why workspace.LeftOutReason) workspace.Source {
	return workspace.Source{Name: filepath.Base(path), LeaveOut: why}
}

// sourceOf is a file as it is now. It counts as changed when it is another one,
// or has another size or time, once it was read.
func sourceOf(path string, st fs.FileInfo, tag string) workspace.Source {
	if !st.Mode().IsRegular() {
		return leftOut(path, workspace.LeftSpecial)
	}
	src := workspace.Source{Name: filepath.Base(path), Size: st.Size(), Modified: st.ModTime()}
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
