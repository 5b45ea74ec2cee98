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

const maxFile = 4 << 20 // bytes; a Move has a name of an item in it for each phone

// Server is where a workspace is.
type Server struct {
	Address   string // HOST:PORT
	Key       remote.Fingerprint
	Workspace string // its ID
}

// named is what File holds.
type named struct {
	Workspace string `json:"workspace"`
	Moved     *moved `json:"moved,omitempty"` // what is left to do of a Move
}

// kept is what the keychain holds.
type kept struct {
	Server string `json:"server"`
	Key    string `json:"key"`
}

func item(workspace string) string { return workspace + "/server" }

// read gives the ID of the workspace that the folder has joined; empty: none. Errors: folder_failed.
func read(dir string) (workspace string, err error) {
	n, err := readFile(dir)
	return n.Workspace, err
}

func readFile(dir string) (n named, err error) {
	f, err := os.Open(filepath.Join(dir, File))
	if errors.Is(err, fs.ErrNotExist) {
		return n, nil
	}
	if err != nil {
		return n, inWords(err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err == nil {
		err = json.Unmarshal(b, &n)
	}
	if err == nil && !service.IDFits(n.Workspace) {
		err = errors.New("it names no workspace")
	}
	if err != nil {
		return named{}, service.Refuse(service.CodeFolderFailed).Because(fmt.Errorf("%s: %w", File, err))
	}
	return n, nil
}

// write replaces File.
func write(dir string, n named) error {
	b, err := json.Marshal(n)
	if err != nil {
		return err
	}
	return inWords(folder.WriteWhole(filepath.Join(dir, File), append(b, '\n')))
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

// Join asks the server for its workspace and notes that the folder has joined it. may refuses a workspace by its ID; nil: none. Errors: those of may; workspace_exists; those of remote.Dial; folder; keychain.
func Join(ctx context.Context, dir string, secrets store.Secrets, at remote.Config, may func(workspace string) error) error {
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
	if may != nil {
		if err := may(w.ID()); err != nil {
			return err
		}
	}
	if err := remember(ctx, secrets, w.ID(), at); err != nil {
		return err
	}
	return write(dir, named{Workspace: w.ID()})
}

// remember keeps where the server is.
func remember(ctx context.Context, secrets store.Secrets, workspace string, at remote.Config) error {
	server, err := remote.ParseServer(at.Server)
	if err != nil {
		return err
	}
	b, err := json.Marshal(kept{server, at.Key.String()})
	if err != nil {
		return err
	}
	if err := secrets.Set(ctx, item(workspace), secret.NewBytes(b)); err != nil {
		return service.Explain(fmt.Errorf("where the server is: %w", err))
	}
	return nil
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
	return leave(ctx, dir, secrets, client.ShareName, client.ComputerName, client.PinName, client.CheckpointName)
}

// LeaveForHere is Leave where the workspace comes back to this computer: its share stays, with which passwords work here, and so does its
// key, so that it can join again.
func LeaveForHere(ctx context.Context, dir string, secrets store.Secrets) error {
	return leave(ctx, dir, secrets)
}

// leave forgets where the server is, and what else is named.
func leave(ctx context.Context, dir string, secrets store.Secrets, also ...func(workspace string) string) error {
	if err := finish(ctx, dir, secrets); err != nil {
		return err
	}
	workspace, err := read(dir)
	if err != nil || workspace == "" {
		return err
	}
	if err := os.Remove(filepath.Join(dir, File)); err != nil {
		return inWords(err)
	}
	err = inWords(folder.Sync(dir))
	for _, name := range append(also, item) {
		err = errors.Join(err, service.Explain(secrets.Delete(ctx, name(workspace))))
	}
	return err
}

// Workspace is one that a folder has joined.
type Workspace struct {
	*client.Workspace
	Server
	remote *remote.Workspace
}

// Open asks the server that a folder has joined for its workspace. Close it. What a Move has left to do is done first. Errors: those of Load, of remote.Dial and of client.Open.
func Open(ctx context.Context, dir string, c client.Config, at remote.Config) (*Workspace, error) {
	if err := finish(ctx, dir, c.Secrets); err != nil {
		return nil, err
	}
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
