package app

import (
	"bufio"
	"context"
	"io"
	"path/filepath"
	"slices"

	"countersign/backend/backup"
	"countersign/backend/bundle"
	"countersign/backend/client"
	"countersign/backend/folder"
	"countersign/backend/joined"
	"countersign/backend/remote"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/words"
)

// Moving a workspace to a server is in three steps: an owner writes a file for the server's operator, the operator imports it and
// sends a line back, and the owner enters the line. Only the last one changes anything here.

// writing writes a file with everything that there is of a workspace.
type writing func(context.Context, io.Writer, bundle.Recipients, *client.Admin, client.Proof, service.Progress) error

// MoveFile asks for a place and writes the file for a server there, encrypted; only an owner can. It lacks this computer's share.
// The name is empty when the dialog was dismissed.
func (w *Settings) MoveFile(session string, r BackupRequest, proof Proof) (Saved, error) {
	return w.write(session, r, proof, words.MoveTitle, words.DialogNameMove, backup.CreateMove)
}

// write asks for a place and writes a file there.
func (w *Settings) write(session string, r BackupRequest, proof Proof, title, name words.Key, write writing) (Saved, error) {
	in, err := w.s.use(session)
	if err != nil {
		return Saved{}, err
	}
	to, err := in.encryptTo(r.Recipients, r.Passphrase)
	if err != nil {
		return Saved{}, err
	}
	typed, err := in.proved(proof)
	if err != nil {
		return Saved{}, err
	}
	path, err := w.s.desktop.SaveAs(title, w.s.dated(name)+".age", kindsOf(".age"))
	if err != nil {
		return Saved{}, saveFailed("", err)
	}
	if path == "" {
		return Saved{}, nil
	}
	path, ok, err := w.s.withEnding(path, ".age")
	if err != nil || !ok {
		return Saved{}, err
	}
	file := filepath.Base(path)
	if err := in.live(); err != nil { // the dialog may have stood open for long
		return Saved{}, err
	}
	err = in.asAdmin(func(ctx context.Context, a *client.Admin) error {
		f, err := folder.CreateWhole(path)
		if err != nil {
			return saveFailed(file, err)
		}
		defer func() { _ = f.Drop() }()
		out := bufio.NewWriterSize(f, 1<<16)
		if err := write(ctx, out, to, a, typed, in.counts("backup-progress")); err != nil {
			return asRefusal(file, err)
		}
		if err := out.Flush(); err != nil {
			return saveFailed(file, err)
		}
		if err := f.Keep(); err != nil {
			return saveFailed(file, err)
		}
		return nil
	})
	if err != nil {
		return Saved{}, err
	}
	return Saved{Name: file}, nil
}

// MoveTo makes this computer use the workspace at the server that a line leads to. The server has to have this very workspace, with all
// that was done here, and its owner signs in there first. Then the database here is set aside, and sign in is next.
func (w *Settings) MoveTo(session string, line Envelope, proof Proof) (AuthState, error) {
	in, err := w.s.use(session)
	if err != nil {
		return AuthState{}, err
	}
	text, err := in.keys.open(holdsInvitation, line)
	if err != nil {
		return AuthState{}, err
	}
	i, err := remote.ParseInvitation(text)
	if err != nil {
		return AuthState{}, err
	}
	typed, err := in.proof(proof)
	if err != nil {
		return AuthState{}, err
	}
	at := remote.Config{Server: i.Server, Key: i.Key, Now: w.s.now, Log: w.s.log()}
	leaving, err := w.s.mayMove(in, at, typed)
	if err != nil {
		return AuthState{}, in.after(err)
	}
	if err := w.s.move(at, leaving); err != nil {
		return AuthState{}, err
	}
	return (&Auth{w.s}).State()
}

// mayMove looks whether nothing is lost by using the server's workspace in place of the one here.
func (s *shell) mayMove(in *signIn, at remote.Config, typed client.Proof) (l joined.Leaving, err error) {
	ctx := s.context()
	o, err := s.ready()
	if err != nil {
		return l, err
	}
	me, err := in.session.Overview(ctx)
	if err != nil {
		return l, err
	}
	if o.local == nil || !service.MayBackUp.Of(me.Profile.Role) {
		return l, service.Fault(service.CodeForbidden, nil, nil)
	}
	a, err := in.session.Admin(ctx)
	if err != nil {
		return l, err
	}
	written, err := lastMove(ctx, a)
	if err != nil {
		return l, err
	}
	there, err := s.signInAt(ctx, at, o.workspace.ID(), me.Profile.Email, typed)
	if err != nil {
		return l, err
	}
	defer func() { _ = there.Session.End(context.WithoutCancel(ctx)); there.close() }()
	remoteAdmin, err := there.Session.Admin(ctx)
	if err != nil {
		return l, err
	}
	page, err := remoteAdmin.Log(ctx, service.LogQuery{Before: written.Seq + 1, Limit: 1, Steps: true})
	if err != nil {
		return l, err
	}
	if len(page.Entries) == 0 || page.Entries[0].Seq != written.Seq || page.Entries[0].Kind != written.Kind || !page.Entries[0].At.Equal(written.At) {
		return l, &shellError{code: codeMoveBehind}
	}
	l = joined.Leaving{Workspace: o.workspace.ID(), At: s.now()}
	l.Items, err = itemsHere(ctx, l.Workspace, o.store)
	return l, err
}

// moveWritten is the kind of the event with which the file for a server was written.
const moveWritten = "move-written"

// harmless are the kinds of event that a server may lack: that somebody has come in, or tried to, by what it knows.
var harmless = []string{"signed-in", "unlocked", "stepped-up", "guess-counted", "guess-returned", "guess-right", "guess-wrong"}

// mostSince bounds how many events are looked through for the one of the file.
const mostSince = 10_000

// lastMove is the newest event with which the file for a server was written. What has happened since must be nothing that would be lost
// with this log, such as a contract, or a recovery code that the server would take again. Errors: move_behind.
func lastMove(ctx context.Context, a *client.Admin) (service.LogEntry, error) {
	q := service.LogQuery{Limit: service.LogLimit, Steps: true}
	for seen := 0; seen < mostSince; seen += service.LogLimit {
		page, err := a.Log(ctx, q)
		if err != nil {
			return service.LogEntry{}, err
		}
		for _, e := range page.Entries {
			if e.Kind == moveWritten {
				return e, nil
			}
			if used := e.Detail["factor"]; !slices.Contains(harmless, e.Kind) || used != "" && used != "none" && used != "code" {
				return service.LogEntry{}, &shellError{code: codeMoveBehind}
			}
		}
		if q.Before = page.Next; q.Before == 0 {
			break
		}
	}
	return service.LogEntry{}, &shellError{code: codeMoveBehind}
}

// session at a server that this computer has not joined.
type entered struct {
	*client.Session
	workspace *client.Workspace
	remote    *remote.Workspace
}

func (e *entered) close() {
	e.workspace.Close()
	e.remote.Close()
}

// signInAt signs in to a workspace at a server, with this computer's share. Errors: move_other where the server has another workspace.
func (s *shell) signInAt(ctx context.Context, at remote.Config, workspace, email string, typed client.Proof) (in *entered, err error) {
	s.opening.Lock()
	c, err := s.config(nil)
	s.opening.Unlock()
	if err != nil {
		return nil, err
	}
	r, err := remote.Dial(ctx, at)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			r.Close()
		}
	}()
	if r.ID() != workspace {
		return nil, &shellError{code: codeMoveOther}
	}
	half := client.Config{Secrets: c.Secrets, Log: c.Log, Password: store.Argon2id(c.Password), Recovery: store.Argon2id(c.Recovery)}
	// What this computer has seen of this log at a server is of an earlier try, or of one that the workspace has left: the log here is right.
	if err := half.Secrets.Delete(ctx, client.CheckpointName(workspace)); err != nil {
		return nil, service.Explain(err)
	}
	w, err := client.Open(ctx, r, half)
	if err != nil {
		return nil, err
	}
	ses, ch, err := w.SignIn(ctx, email, typed.Password)
	if err == nil && ch != nil {
		ses, err = takeFactor(ctx, ch, typed.Factor)
	}
	if err != nil {
		w.Close()
		return nil, err
	}
	return &entered{ses, w, r}, nil
}

// takeFactor takes the second factor of a sign-in.
func takeFactor(ctx context.Context, c *client.Challenge, f client.FactorInput) (*client.Session, error) {
	defer c.Leave()
	switch f.Kind {
	case service.FactorCode:
		return c.Verify(ctx, f.Value)
	case service.FactorRecovery:
		return c.Recover(ctx, f.Value)
	}
	return nil, service.Fault(service.CodeFactorRequired, nil, nil)
}

// itemsHere are the items of the keychain that only a workspace on this computer needs. Its share is none of them.
func itemsHere(ctx context.Context, workspace string, db store.Store) (items []string, err error) {
	for _, name := range []string{"lock", "pepper", "integrity", "anchor"} {
		items = append(items, workspace+"/"+name)
	}
	err = db.View(ctx, func(tx store.ReadTx) error {
		factors, err := tx.FactorItems()
		if err != nil {
			return err
		}
		items = append(items, factors...)
		begun, err := tx.Intents()
		for _, i := range begun {
			items = append(items, i.Item)
		}
		return err
	})
	return items, service.Explain(err)
}

// move locks the window and changes what the folder has, while nobody can open it.
func (s *shell) move(at remote.Config, l joined.Leaving) error {
	s.opening.Lock()
	defer s.opening.Unlock()
	s.lock("asked")
	s.ending.Wait()
	if err := s.closeOpened(); err != nil {
		return err
	}
	secrets, err := s.openSecrets()
	if err != nil {
		return err
	}
	return joined.Move(s.context(), s.path(), secrets, at, l)
}
