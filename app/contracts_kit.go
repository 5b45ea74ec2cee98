package app

import (
	"context"

	"countersign/backend/client"
	"countersign/backend/qr"
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
	err = c.s.asAdminProving(session, proof, func(ctx context.Context, a *client.Admin, typed client.Proof) error {
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
	err = c.s.asAdmin(session, func(ctx context.Context, a *client.Admin) error {
		k, err := a.KitState(ctx)
		out = KitState{MadeAt: stamp(k.MadeAt), MadeBy: k.MadeBy, Current: k.Current}
		return err
	})
	return out, err
}
