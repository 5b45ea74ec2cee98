// Package folders finds the data folders of the workspaces that one person uses on this computer.
//
// The root is a data folder itself, and that of the first workspace. Each other workspace has a folder of its own in "workspaces" in the
// root, whose name is an ID without a meaning. A label in each says which workspace it holds, so that a list needs to open none of them.
// Labels are for display only: what opens a workspace, and where its server is, is in the keychain. Nothing here removes a folder.
package folders

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"countersign/backend/folder"
	"countersign/backend/service"
	"countersign/backend/text"
)

const (
	inRoot    = "workspaces"
	labelName = "label.json"
	labelMax  = 1 << 12 // bytes
)

// Most is how many workspaces there may be beside the first. Add refuses one more.
const Most = 50

// ErrMost is what Add answers where there are Most already.
var ErrMost = errors.New("there are as many workspaces as there may be")

// Label says which workspace a data folder holds.
type Label struct {
	Workspace string `json:"workspace"` // its ID
	Name      string `json:"name"`
	Server    string `json:"server,omitempty"` // HOST:PORT; empty: it is on this computer
}

// Folder is a data folder with a workspace in it.
type Folder struct {
	ID string // of the folder; empty: it is the root
	Label
}

// Path is where the data folder of an ID is. ok is false for what is no ID of a folder.
func Path(root, id string) (path string, ok bool) {
	if id == "" {
		return root, true
	}
	return filepath.Join(root, inRoot, id), service.IDFits(id)
}

// All lists the folders that hold a workspace, by name. Of one that cannot be read nothing is said.
func All(root string) ([]Folder, error) {
	ids, err := others(root)
	if err != nil {
		return nil, err
	}
	var all []Folder
	for _, id := range append(ids, "") {
		path, _ := Path(root, id)
		if l, ok := read(path); ok {
			all = append(all, Folder{id, l})
		}
	}
	slices.SortFunc(all, func(a, b Folder) int {
		return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.Server, b.Server), cmp.Compare(a.ID, b.ID))
	})
	return all, nil
}

// Exists reports whether there is a data folder of this ID.
func Exists(root, id string) bool {
	path, ok := Path(root, id)
	if !ok {
		return false
	}
	info, err := os.Lstat(path)
	return err == nil && info.IsDir()
}

// Add gives the ID of a folder for another workspace: one that has no label, but for the one that is in use, or a new one. A folder has no
// label where its person went back before there was a workspace in it, or where the program ended before the label was written. Then they
// find their workspace in it. Errors: ErrMost; those of the folder package.
func Add(root, inUse string) (id string, err error) {
	ids, err := others(root)
	if err != nil {
		return "", err
	}
	for _, id := range append([]string{""}, ids...) {
		path, _ := Path(root, id)
		if _, labelled := read(path); !labelled && id != inUse {
			return id, nil
		}
	}
	if len(ids) >= Most {
		return "", ErrMost
	}
	if id, err = service.NewID(rand.Reader); err != nil {
		return "", err
	}
	if err := folder.Prepare(filepath.Join(root, inRoot)); err != nil {
		return "", err
	}
	path, _ := Path(root, id)
	return id, folder.Prepare(path)
}

// Write labels a data folder, unless its label says the same.
func Write(path string, l Label) error {
	if was, ok := read(path); ok && was == l.shown() {
		return nil
	}
	b, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return folder.WriteWhole(filepath.Join(path, labelName), append(b, '\n'))
}

// Remove takes the label off a folder that holds no workspace.
func Remove(path string) error {
	err := os.Remove(filepath.Join(path, labelName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// others are the IDs of the folders in the root, oldest name first. Links lead elsewhere and are none.
func others(root string) (ids []string, err error) {
	entries, err := os.ReadDir(filepath.Join(root, inRoot))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", folder.ErrFailed, err)
	}
	for _, e := range entries {
		if e.IsDir() && service.IDFits(e.Name()) {
			ids = append(ids, e.Name())
		}
	}
	return ids, nil
}

// read reads the label of a folder. Anybody who writes the folder could have written it.
func read(path string) (l Label, ok bool) {
	path = filepath.Join(path, labelName)
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() { // a pipe would be waited for
		return l, false
	}
	f, err := os.Open(path)
	if err != nil {
		return l, false
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, labelMax+1))
	if err != nil || len(b) > labelMax || json.Unmarshal(b, &l) != nil || !service.IDFits(l.Workspace) {
		return Label{}, false
	}
	l = l.shown()
	return l, l.Name != ""
}

// shown is the label as it may be displayed.
func (l Label) shown() Label {
	l.Name, l.Server = text.Shown(l.Name), strings.TrimSpace(text.Line(l.Server))
	return l
}
