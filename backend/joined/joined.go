// Package joined keeps which server's workspace a data folder has joined, and opens it.
//
// The folder has a file that names the workspace. Where its server is and how to know it is in the keychain, beside this computer's share: whoever writes
// the folder could otherwise have a password typed for a server of theirs.
package joined

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"countersign/backend/client"
	"countersign/backend/folder"
	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// File is what names the workspace in its data folder.
const File = "server.json"

const maxFile = 4 << 10 // bytes

// Server is where a workspace is.
type Server struct {
	Address   string // HOST:PORT
	Key       remote.Fingerprint
	Workspace string // its ID
}

// named is what File holds.
type named struct {
	Workspace string `json:"workspace"`
}

// kept is what the keychain holds.
type kept struct {
	Server string `json:"server"`
	Key    string `json:"key"`
}

func item(workspace string) string { return workspace + "/server" }

// read gives the ID of the workspace that the folder has joined; empty: none. Errors: folder_failed.
func read(dir string) (workspace string, err error) {
	f, err := os.Open(filepath.Join(dir, File))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", inWords(err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile))
	var n named
	if err == nil {
		err = json.Unmarshal(b, &n)
	}
	if err == nil && !service.IDFits(n.Workspace) {
		err = errors.New("it names no workspace")
	}
	if err != nil {
		return "", service.Refuse(service.CodeFolderFailed).Because(fmt.Errorf("%s: %w", File, err))
	}
	return n.Workspace, nil
}

// Has reports whether the folder has joined a workspace. Errors: folder_failed.
func Has(dir string) (bool, error) {
	workspace, err := read(dir)
	return workspace != "", err
}

// Load says where the workspace is that the folder has joined. Errors: folder_failed; keychain.
func Load(ctx context.Context, dir string, secrets store.Secrets) (s Server, err error) {
	workspace, err := read(dir)
	if err == nil && workspace == "" {
		err = service.Refuse(service.CodeFolderFailed).Because(errors.New("the folder has joined no workspace"))
	}
	if err != nil {
		return s, err
	}
	b, err := secrets.Get(ctx, item(workspace))
	if err != nil {
		return s, service.Explain(fmt.Errorf("where the server is: %w", err))
	}
	var k kept
	err = json.Unmarshal(b.Reveal(), &k)
	if err == nil {
		s.Key, err = remote.ParseFingerprint(k.Key)
	}
	if err != nil {
		return s, service.Explain(fmt.Errorf("where the server is: %w: %v", store.ErrSecretMissing, err))
	}
	s.Address, s.Workspace = k.Server, workspace
	return s, nil
}

// Join asks the server for its workspace and notes that the folder has joined it. Errors: workspace_exists; those of remote.Dial; folder; keychain.
func Join(ctx context.Context, dir string, secrets store.Secrets, at remote.Config) error {
	if there, err := Has(dir); err != nil || there {
		return service.Afterwards(service.Refuse(service.CodeWorkspaceExists), err)
	}
	w, err := remote.Dial(ctx, at)
	if err != nil {
		return err
	}
	defer w.Close()
	if !service.IDFits(w.ID()) {
		return service.Refuse(service.CodeServerFailed).Because(errors.New("its workspace has an ID that none of ours has"))
	}
	server, err := remote.ParseServer(at.Server)
	if err != nil {
		return err
	}
	b, err := json.Marshal(kept{server, at.Key.String()})
	if err != nil {
		return err
	}
	if err := secrets.Set(ctx, item(w.ID()), secret.NewBytes(b)); err != nil {
		return service.Explain(fmt.Errorf("where the server is: %w", err))
	}
	if b, err = json.Marshal(named{w.ID()}); err != nil {
		return err
	}
	return inWords(folder.WriteWhole(filepath.Join(dir, File), append(b, '\n')))
}

// inWords gives an error of the folder its words.
func inWords(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, folder.ErrFull):
		return service.Refuse(service.CodeFolderFull).Because(err)
	case errors.Is(err, folder.ErrReadOnly), errors.Is(err, fs.ErrPermission):
		return service.Refuse(service.CodeFolderReadOnly).Because(err)
	}
	return service.Refuse(service.CodeFolderFailed).Because(err)
}

// Leave takes back Join: this computer knows the server no more, and loses its share, so that every password that was chosen here opens
// nothing without a password reset. The file goes first. Errors: folder; keychain.
func Leave(ctx context.Context, dir string, secrets store.Secrets) error {
	workspace, err := read(dir)
	if err != nil || workspace == "" {
		return err
	}
	if err := os.Remove(filepath.Join(dir, File)); err != nil {
		return inWords(err)
	}
	err = inWords(folder.Sync(dir))
	for _, name := range []string{item(workspace), client.ShareName(workspace), client.ComputerName(workspace)} {
		err = errors.Join(err, service.Explain(secrets.Delete(ctx, name)))
	}
	return err
}

// Workspace is one that a folder has joined.
type Workspace struct {
	*client.Workspace
	Server
	remote *remote.Workspace
}

// Open asks the server that a folder has joined for its workspace. Close it. Errors: those of Load, of remote.Dial and of client.Open.
func Open(ctx context.Context, dir string, c client.Config, at remote.Config) (*Workspace, error) {
	s, err := Load(ctx, dir, c.Secrets)
	if err != nil {
		return nil, err
	}
	at.Server, at.Key = s.Address, s.Key
	c.Place = client.Place{Server: s.Address, Key: s.Key.String()}
	w, err := remote.Dial(ctx, at)
	if err != nil {
		return nil, err
	}
	out := &Workspace{Server: s, remote: w}
	if w.ID() != s.Workspace {
		err = service.Refuse(service.CodeServerOther).Because(errors.New("its workspace is another one"))
	} else {
		out.Workspace, err = client.Open(ctx, w, c)
	}
	if err != nil {
		w.Close()
		return nil, err
	}
	return out, nil
}

// Close lets go of the keys and the connections.
func (w *Workspace) Close() {
	w.Workspace.Close()
	w.remote.Close()
}
