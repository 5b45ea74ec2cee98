package main

import (
	"context"

	"countersign/backend/folders"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// workspaceView is one of this computer's workspaces as workspaces --json prints it.
type workspaceView struct {
	Name   string `json:"name"`
	Server string `json:"server,omitempty"` // where it is; without it, on this computer
	Folder string `json:"folder"`           // for --data-dir
}

func workspaces(_ context.Context, e *env, _ []string) error {
	root, err := e.folder()
	if err != nil {
		return err
	}
	all, err := folders.All(root)
	if err != nil {
		return folderFault(err)
	}
	views := []workspaceView{}
	for _, f := range all {
		path, _ := folders.Path(root, f.ID)
		views = append(views, workspaceView{f.Name, f.Server, path})
	}
	text := say(words.TerminalWorkspacesNone, nil) + "\n"
	if len(views) > 0 {
		text = table(words.TerminalWorkspacesHead, views, func(v workspaceView) string {
			where := say(words.TerminalWorkspacesHere, nil)
			if v.Server != "" {
				where = cli.Printable(v.Server)
			}
			return cli.Printable(v.Name) + "\t" + where + "\t" + cli.Printable(v.Folder)
		})
	}
	return e.print(map[string]any{"workspaces": views}, text)
}
