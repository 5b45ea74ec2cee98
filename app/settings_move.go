package app

import (
	"context"
	"errors"
	"path/filepath"
	"slices"

	"countersign/backend/audit"
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
type writing func(context.Context, backup.File, bundle.Recipients, *client.Admin, client.Proof, service.Progress) error

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
		if err := write(ctx, f, to, a, typed, in.counts("backup-progress")); err != nil {
			return asRefusal(file, err)
		}
		return nil
	})
	if err != nil {
		return Saved{}, err
	}
	return Saved{Name: file}, nil
}

// MoveTo makes this computer use the workspace at the server that a line leads to. The server has to have this very workspace, with all
// that was done here, and its owner signs in there first and confirms here that they are the owner. Then the database here is set aside, and sign in is next.
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
	m := &moving{s: w.s, typed: typed, at: remote.Config{Server: i.Server, Key: i.Key, Now: w.s.now, Log: w.s.log()}}
	if err := m.may(in); err != nil {
		return AuthState{}, in.after(err)
	}
	if err := m.move(); err != nil {
		return AuthState{}, err
	}
	return (&Auth{w.s}).State()
}

// moving is the last step of a move.
type moving struct {
	s       *shell
	at      remote.Config
	typed   client.Proof
	from    *opened
	written int64 // the event with which the file for the server was written
	leaving joined.Leaving
}

// may looks whether nothing is lost by using the server's workspace in place of the one here: the server's log begins with the one
// here, up to the file for it, and is signed with the key that only this workspace has.
func (m *moving) may(in *signIn) error {
	ctx := m.s.context()
	o, err := m.s.ready()
	if err != nil {
		return err
	}
	me, err := in.session.Overview(ctx)
	if err != nil {
		return err
	}
	if o.local == nil || !service.MayBackUp.Of(me.Profile.Role) {
		return service.Fault(service.CodeForbidden, nil, nil)
	}
	a, err := in.session.Admin(ctx)
	if err != nil {
		return err
	}
	m.from, m.leaving = o, joined.Leaving{Workspace: o.workspace.ID(), At: m.s.now(), Alone: m.alone}
	if m.written, err = lastMove(ctx, a); err != nil {
		return err
	}
	if m.leaving.Items, err = itemsHere(ctx, m.leaving.Workspace, o.store); err != nil {
		return err
	}
	if err := in.session.KnowLogAt(ctx, m.written); err != nil {
		return err
	}
	if err := m.signInThere(ctx, me.Profile.Email); err != nil {
		return err
	}
	return a.Prove(ctx, service.EachTime, m.typed) // the server alone has let them in
}

// moveWritten is the kind of the event with which the file for a server was written.
const moveWritten = "move-written"

// harmless are the kinds of event that a server may lack: that somebody has come in, or tried to, by what it knows.
var harmless = []string{"signed-in", "unlocked", "stepped-up", "guess-counted", "guess-returned", "guess-right", "guess-wrong"}

// isHarmless reports whether nothing is lost with an event. A recovery code that was used is: the server would take it again.
func isHarmless(kind string, detail map[string]string) bool {
	used := detail["factor"]
	return slices.Contains(harmless, kind) && (used == "" || used == "none" || used == "code")
}

// mostSince bounds how many events are looked through for the one of the file.
const mostSince = 10_000

// lastMove is the newest event with which the file for a server was written. What has happened since must be nothing that would be lost
// with this log, such as a contract. Errors: move_behind.
func lastMove(ctx context.Context, a *client.Admin) (written int64, err error) {
	q := service.LogQuery{Limit: service.LogLimit, Steps: true}
	for seen := 0; seen < mostSince; seen += service.LogLimit {
		page, err := a.Log(ctx, q)
		if err != nil {
			return 0, err
		}
		for _, e := range page.Entries {
			if e.Kind == moveWritten {
				return e.Seq, nil
			}
			if !isHarmless(e.Kind, e.Detail) {
				return 0, errMoveBehind
			}
		}
		if q.Before = page.Next; q.Before == 0 {
			break
		}
	}
	return 0, errMoveBehind
}

var errMoveBehind = &shellError{code: codeMoveBehind}

// still looks once more that nothing has happened since the file was written, when nobody can do anything any more. The one recovery code that was
// entered for the move is used at the server, too.
func (m *moving) still(tx store.ReadTx) error {
	entered := m.typed.Factor.Kind == service.FactorRecovery
	for e, err := range tx.Events(m.written) {
		if err != nil {
			return err
		}
		if entered && e.Kind == "stepped-up" && e.Detail["factor"] == "recovery" {
			entered = false
			continue
		}
		if !isHarmless(e.Kind, e.Detail) {
			return errMoveBehind
		}
	}
	return nil
}

// signInThere signs in to the workspace at the server, with this computer's share, and out again. By then the server has shown its log. Errors: move_other where
// the server has another workspace, or a log that another has signed; move_behind where its log lacks something.
func (m *moving) signInThere(ctx context.Context, email string) error {
	m.s.opening.Lock()
	c, err := m.s.config(nil)
	m.s.opening.Unlock()
	if err != nil {
		return err
	}
	r, err := remote.Dial(ctx, m.at)
	if err != nil {
		return err
	}
	defer r.Close()
	if r.ID() != m.leaving.Workspace {
		return &shellError{code: codeMoveOther}
	}
	half := client.Config{Secrets: c.Secrets, Log: c.Log, Password: store.Argon2id(c.Password), Recovery: store.Argon2id(c.Recovery)}
	w, err := client.Open(ctx, r, half)
	if err != nil {
		return err
	}
	defer w.Close()
	ses, ch, err := w.SignIn(ctx, email, m.typed.Password)
	if err == nil && ch != nil {
		ses, err = takeFactor(ctx, ch, m.typed.Factor)
	}
	switch {
	case errors.Is(err, audit.ErrOlderLog), errors.Is(err, audit.ErrForkedLog):
		return errMoveBehind
	case service.IsCode(err, service.CodeLogNotAuthentic):
		return &shellError{code: codeMoveOther}
	case err != nil:
		return err
	}
	_ = ses.End(context.WithoutCancel(ctx)) // where it does not hear of that, it ends by itself
	return nil
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

// move locks the window, which stops what is being added, and changes what the folder has, while nobody can open it. Errors: move_behind, where
// something was done here until then.
func (m *moving) move() error {
	s := m.s
	s.opening.Lock()
	defer s.opening.Unlock()
	s.lock("asked")
	s.ending.Wait()
	secrets, err := s.openSecrets()
	if err == nil {
		err = joined.Move(s.context(), s.path(), secrets, m.at, m.leaving)
	}
	return errors.Join(err, s.closeOpened())
}

// alone sets the database aside while nobody can change it, in this process or another.
func (m *moving) alone(ctx context.Context, leave func() error) error {
	return service.Explain(m.from.store.Retire(ctx, m.still, leave))
}
