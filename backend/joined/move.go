package joined

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"countersign/backend/client"
	"countersign/backend/folder"
	"countersign/backend/remote"
	"countersign/backend/service"
	"countersign/backend/store"
)

// database is what a workspace on this computer has in the folder.
const database = "workspace.db"

// moved is what is left to do once a folder has joined the server that its workspace has moved to.
type moved struct {
	Items []string `json:"items"` // of the keychain, which only the workspace on this computer needed
}

// Leaving is a workspace on this computer that is at a server by now.
type Leaving struct {
	Workspace string   // its ID
	Items     []string // of the keychain, which nobody needs here any more
	At        time.Time
	// Alone closes the database and runs leave, while nobody can change it. It refuses where something was done here that the server does not know of.
	Alone func(ctx context.Context, leave func() error) error
}

// Move makes a folder with a workspace on this computer one that has joined the server that the workspace is at by now.
// Its database gets another name and is not deleted. The items of the keychain that opened it are: with them and the
// share, which stays, whoever has this computer could guess passwords without the server. Until File is written
// nothing has changed; from then on the folder has joined, and what is left to do is done when it is opened. Errors: server_other
// where the server has another workspace; workspace_exists; those of remote.Dial and of l.Alone; folder; keychain.
func Move(ctx context.Context, dir string, secrets store.Secrets, at remote.Config, l Leaving) error {
	if there, err := Has(dir); err != nil || there {
		return service.Afterwards(service.Refuse(service.CodeWorkspaceExists), err)
	}
	w, err := remote.Dial(ctx, at)
	if err != nil {
		return err
	}
	defer w.Close()
	if w.ID() != l.Workspace {
		return service.Refuse(service.CodeServerOther).Because(errors.New("its workspace is another one"))
	}
	return l.Alone(ctx, func() error {
		if err := remember(ctx, secrets, l.Workspace, at); err != nil {
			return err
		}
		if err := folder.SetAside(filepath.Join(dir, database), l.At); err != nil {
			return inWords(err)
		}
		if err := write(dir, named{Workspace: l.Workspace, Moved: &moved{Items: l.Items}}); err != nil {
			return err
		}
		return finish(ctx, dir, secrets)
	})
}

// finish does what a Move has left to do, if it has. The database has its other name by now.
func finish(ctx context.Context, dir string, secrets store.Secrets) error {
	n, err := readFile(dir)
	if err != nil || n.Moved == nil {
		return err
	}
	// Whoever writes the folder must not have items of the keychain deleted: it has to know that this workspace is at a server.
	if _, err := secrets.Get(ctx, item(n.Workspace)); err != nil {
		return service.Explain(fmt.Errorf("where the server is: %w", err))
	}
	for _, name := range n.Moved.Items {
		if !strings.HasPrefix(name, n.Workspace+"/") || name == item(n.Workspace) || name == client.ShareName(n.Workspace) {
			return service.Refuse(service.CodeFolderFailed).Because(fmt.Errorf("%s: it names an item that no move deletes", File))
		}
		if err := secrets.Delete(ctx, name); err != nil {
			return service.Explain(err)
		}
	}
	if err := os.Remove(filepath.Join(dir, database)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return inWords(err)
	}
	return write(dir, named{Workspace: n.Workspace})
}
