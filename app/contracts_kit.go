package app

import (
	"context"

	"countersign/backend/qr"
	"countersign/backend/rescue"
	"countersign/backend/workspace"
)

// KitView is an Emergency Kit, to be printed.
type KitView struct {
	Workspace  string   `json:"workspace"`
	By         string   `json:"by"`
	At         string   `json:"at"`
	Generation int      `json:"generation"`
	Identity   Envelope `json:"identity"` // AGE-SECRET-KEY-1…
	QR         QRView   `json:"qr"`       // of the identity
	Folder     string   `json:"folder"`   // where the documents lie
}

// KitState is what is known of the Emergency Kit.
type KitState struct {
	MadeAt  string `json:"madeAt,omitempty"` // empty: never
	MadeBy  string `json:"madeBy,omitempty"`
	Current bool   `json:"current"` // it opens what is added today
}

// MakeKit makes an Emergency Kit, for owners.
func (c *Contracts) MakeKit(session string, proof Proof, answer PublicKey) (KitView, error) {
	if _, err := c.s.use(session); err != nil {
		return KitView{}, err
	}
	to, err := answerTo(answer)
	if err != nil {
		return KitView{}, err
	}
	var out KitView
	err = c.s.asAdminProving(session, proof, func(ctx context.Context, a *workspace.Admin, typed workspace.Proof) error {
		kit, err := a.MakeKit(ctx, typed)
		if err != nil {
			return err
		}
		image, err := qr.Encode(kit.Identity, qr.Paper)
		if err != nil {
			return err
		}
		out = KitView{
			Workspace: kit.Workspace, By: kit.MadeBy, At: stamp(kit.MadeAt), Generation: kit.Generation,
			Folder: c.s.documentsPath(),
		}
		if out.Identity, err = to.close(holdsKit, []byte(kit.Identity.Reveal())); err != nil {
			return err
		}
		out.QR.Modules = image.Modules
		out.QR.Path, err = to.close(holdsQR, []byte(image.Path))
		return err
	})
	return out, err
}

// PrintKit opens the system's print dialog on the page, which shows the kit.
func (c *Contracts) PrintKit(session string) error {
	if _, err := c.s.use(session); err != nil {
		return err
	}
	c.s.desktop.Print()
	return nil
}

// KitState tells of the Emergency Kit.
func (c *Contracts) KitState(session string) (out KitState, err error) {
	err = c.s.asAdmin(session, func(ctx context.Context, a *workspace.Admin) error {
		k, err := a.KitState(ctx)
		out = KitState{MadeAt: stamp(k.MadeAt), MadeBy: k.MadeBy, Current: k.Current}
		return err
	})
	return out, err
}

// KitOwner is who comes in with an Emergency Kit.
type KitOwner struct {
	Workspace string   `json:"workspace"` // the name of the new one, where the old one does not open
	Name      string   `json:"name"`
	Email     string   `json:"email"`
	Password  Envelope `json:"password"` // a new password
	Kit       Envelope `json:"kit"`      // the key on the kit
}

// UseKit makes somebody an owner who has the Emergency Kit: of the workspace, or
// where that does not open any more of a new one with its contracts.
func (d *Door) UseKit(in KitOwner) (SignInResult, error) {
	at := d.s.current()
	pw, err := at.keys.open(holdsNewPassword, in.Password)
	if err != nil {
		return SignInResult{}, err
	}
	kit, err := at.keys.open(holdsKit, in.Kit)
	if err != nil {
		return SignInResult{}, err
	}
	w, err := d.s.ready()
	if err == nil && w.Created() {
		return at.afterPassword(w.UseKit(d.s.context(), workspace.NewOwner{Name: in.Name, Email: in.Email, Password: pw, Kit: kit}))
	}
	if err != nil && !canRescue(err) {
		return SignInResult{}, err
	}
	if err := d.s.rescue(rescue.Owner{Workspace: in.Workspace, Name: in.Name, Email: in.Email, Password: pw, Kit: kit}); err != nil {
		return SignInResult{}, err
	}
	if w, err = d.s.ready(); err != nil {
		return SignInResult{}, err
	}
	return at.afterPassword(w.SignIn(d.s.context(), in.Email, pw))
}

// canRescue is whether a workspace that does not open is one whose keys or whose
// database are lost, so that only its contracts can be saved.
func canRescue(err error) bool {
	return workspace.IsCode(err, workspace.CodeKeychainItemMissing) || workspace.IsCode(err, workspace.CodeDatabaseDamaged) ||
		workspace.IsCode(err, workspace.CodeNotAuthentic)
}

// rescue makes a new workspace of the contracts, while nothing is open.
func (s *shell) rescue(o rescue.Owner) error {
	s.opening.Lock()
	defer s.opening.Unlock()
	s.mu.Lock()
	open := s.opened
	s.opened = nil
	s.mu.Unlock()
	if open != nil {
		if err := open.close(); err != nil {
			return err
		}
	}
	if err := s.endReview(); err != nil {
		return err
	}
	secrets, err := s.keep()
	if err != nil {
		return err
	}
	err = rescue.WithKit(s.context(), s.path, secrets, o, func(c *workspace.Config) {
		c.Now, c.Log = s.now, s.log()
		if s.cost != nil {
			s.cost(c)
		}
	})
	return folderFault(err)
}
