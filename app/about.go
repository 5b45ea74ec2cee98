package app

import (
	_ "embed"
	"encoding/json"
	"runtime/debug"
	"strings"

	"countersign/app/platform"
	"countersign/backend/service"
	"countersign/backend/words"
)

// About is what Countersign is made of. It is for whoever asks, also without a session.
type About struct{ s *shell }

// AboutView is what somebody who helps wants to know. Only the folder says whose it is.
type AboutView struct {
	Version    string `json:"version"`
	Commit     string `json:"commit,omitempty"`  // what it was built from, where the build knows that
	System     string `json:"system"`            // name and kind of processor
	WebView    string `json:"webView,omitempty"` // what draws the page, with its version
	DataFolder string `json:"dataFolder"`
}

// Get says what runs, and on what.
func (a *About) Get() (AboutView, error) {
	return AboutView{
		Version: Version, Commit: commit(), System: platform.System(), WebView: platform.WebView(), DataFolder: a.s.path(),
	}, nil
}

// Newer is a later version than this one, if the server of the workspace tells of one. Nothing else is asked.
func (a *About) Newer() (string, error) {
	support, err := a.s.support()
	if err != nil || !service.Newer(support.Newest, Version) {
		return "", err
	}
	return support.Newest, nil
}

// commit is the beginning of the commit that the program was built from.
func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) > 12 {
			return s.Value[:12]
		}
	}
	return ""
}

// OpenFolder shows the data folder in the system's file manager.
func (a *About) OpenFolder() error {
	if err := a.s.desktop.ShowFolder(a.s.path()); err != nil {
		return &shellError{code: codeFolderUnseen, args: map[string]any{"folder": a.s.path()}, cause: err}
	}
	return nil
}

// CopyDetails puts on the clipboard what a report of a fault begins with. It names nobody, and no folder.
func (a *About) CopyDetails() error {
	v, err := a.Get()
	if err != nil {
		return err
	}
	first := a.s.say(words.AppName, nil) + " " + v.Version
	if v.Commit != "" {
		first += " (" + v.Commit + ")"
	}
	lines := []string{first, v.System}
	if v.WebView != "" {
		lines = append(lines, v.WebView)
	}
	if err := a.s.desktop.SetClipboard(strings.Join(lines, "\n")); err != nil {
		return &shellError{code: codeClipboardFailed, cause: err}
	}
	return nil
}

// License is under what somebody's work is in the program. `make licenses` writes them anew.
type License struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	License string `json:"license"` // by its SPDX name
	Text    string `json:"text"`
}

//go:embed licenses.json
var licensesFile []byte

// Licenses lists whose work is in the program.
func (a *About) Licenses() ([]License, error) {
	var all []License
	err := json.Unmarshal(licensesFile, &all)
	return all, err
}
