package app

import (
	"errors"
	"slices"

	"countersign/backend/folders"
	"countersign/backend/service"
)

// A window shows one workspace at a time. Which one is chosen before somebody signs in.

// dataFolder is the data folder of one of this computer's workspaces.
type dataFolder struct{ id, path string }

func (s *shell) path() string     { return s.chosen.Load().path }
func (s *shell) folderID() string { return s.chosen.Load().id }

// beginWithLast uses the folder of the workspace that was used last, or the root where that is gone.
func (s *shell) beginWithLast() {
	at := dataFolder{path: s.root}
	if id := s.preferences.get().Folder; folders.Exists(s.root, id) {
		at.id = id
		at.path, _ = folders.Path(s.root, id)
	}
	s.chosen.Store(&at)
}

// OnComputer is one of this computer's workspaces.
type OnComputer struct {
	Folder string `json:"folder"` // its ID; empty for the first
	Name   string `json:"name"`
	Server string `json:"server,omitempty"` // where it is; empty: on this computer
	InUse  bool   `json:"inUse"`            // it is the one that the window shows
}

// Workspaces lists this computer's workspaces. None of them is opened for it.
func (d *Auth) Workspaces() ([]OnComputer, error) {
	all, err := folders.All(d.s.root)
	if err != nil {
		return nil, folderFault(err)
	}
	out := []OnComputer{}
	for _, f := range all {
		out = append(out, OnComputer{f.ID, f.Name, f.Server, f.ID == d.s.folderID()})
	}
	return out, nil
}

// hasOthers reports whether there is one beside the one that the window shows.
func (s *shell) hasOthers() bool {
	all, err := folders.All(s.root)
	return err == nil && slices.ContainsFunc(all, func(f folders.Folder) bool { return f.ID != s.folderID() })
}

// ChooseWorkspace shows the workspace of a folder. It is refused while somebody is in.
func (d *Auth) ChooseWorkspace(folder string) (AuthState, error) {
	if err := d.s.mayChoose(); err != nil {
		return AuthState{}, err
	}
	if !folders.Exists(d.s.root, folder) {
		return AuthState{}, service.Fault(service.CodeFolderFailed, nil, errors.New("there is no such workspace on this computer"))
	}
	if err := d.s.choose(folder); err != nil {
		return AuthState{}, err
	}
	return d.State()
}

// AddWorkspace shows the first screen, for another workspace. It is refused while somebody is in.
func (d *Auth) AddWorkspace() (AuthState, error) {
	if err := d.s.mayChoose(); err != nil {
		return AuthState{}, err
	}
	if o, err := d.s.ready(); err == nil && !o.created() {
		return d.State()
	}
	id, err := folders.Add(d.s.root, d.s.folderID())
	if errors.Is(err, folders.ErrMost) {
		return AuthState{}, &shellError{code: codeWorkspacesMost, args: map[string]any{"max": folders.Most + 1}}
	}
	if err != nil {
		return AuthState{}, folderFault(err)
	}
	if err := d.s.choose(id); err != nil {
		return AuthState{}, err
	}
	return d.State()
}

func (s *shell) mayChoose() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.in.who != nil {
		return service.Fault(service.CodeForbidden, nil, errors.New("somebody is in"))
	}
	return nil
}

// choose lets go of the folder that is open, and uses another one. Whoever has come in meanwhile is signed out.
func (s *shell) choose(id string) error {
	s.lock("asked")
	s.stopRestore()
	s.ending.Wait()
	s.opening.Lock()
	defer s.opening.Unlock()
	if err := errors.Join(s.endReview(), s.endRestore(), s.closeOpened()); err != nil {
		return err
	}
	if s.file != nil {
		s.file.Close()
		s.file = nil
	}
	path, _ := folders.Path(s.root, id)
	s.chosen.Store(&dataFolder{id, path})
	if err := s.preferences.change(func(kept *preferences) { kept.Folder = id }); err != nil {
		s.log().Warn("keeping which workspace is used", "error", err.Error())
	}
	return nil
}

// label notes on the folder which workspace it holds, for Workspaces. Without it the workspace works all the same.
func (s *shell) label(o *opened) {
	path, err := s.path(), error(nil)
	if o.created() {
		err = folders.Write(path, folders.Label{Workspace: o.workspace.ID(), Name: o.workspace.Name(), Server: o.server()})
	} else {
		err = folders.Remove(path)
	}
	if err != nil {
		s.log().Warn("labelling the data folder", "error", err.Error())
	}
}

// mayHave refuses a workspace that this computer has in another folder: both would share its secrets in the keychain.
func (s *shell) mayHave(workspace string) error {
	all, err := folders.All(s.root)
	if err != nil {
		return folderFault(err)
	}
	for _, f := range all {
		if f.Workspace == workspace && f.ID != s.folderID() {
			return &shellError{code: codeWorkspaceHere, args: map[string]any{"name": f.Name}}
		}
	}
	return nil
}
