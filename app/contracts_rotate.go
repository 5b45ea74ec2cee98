package app

import (
	"context"

	"countersign/backend/client"
	"countersign/backend/service"
)

// RotationView is where a rotation of the vault key stands, and the event "rotating".
type RotationView struct {
	Running  bool      `json:"running"` // not every contract is under the newest key
	Held     bool      `json:"held"`    // somebody has stopped it for now
	Done     int       `json:"done"`
	Total    int       `json:"total"`
	Finished bool      `json:"finished"` // this was the last event
	Error    *AppError `json:"error,omitempty"`
}

// RotationState tells how far it is.
func (c *Contracts) RotationState(session string) (RotationView, error) {
	in, err := c.s.use(session)
	if err != nil {
		return RotationView{}, err
	}
	return in.rotation()
}

func (in *signIn) rotation() (out RotationView, err error) {
	err = in.asAdmin(func(ctx context.Context, a *client.Admin) error {
		r, err := a.Rotation(ctx)
		out = RotationView{Running: r.Running, Held: r.Held, Done: r.Done, Total: r.Total}
		return err
	})
	return out, err
}

// Rotate makes a new vault key and encrypts the contracts anew in the background.
func (c *Contracts) Rotate(session string, proof Proof) error {
	in, err := c.s.use(session)
	if err != nil {
		return err
	}
	err = in.asAdminProving(proof, func(ctx context.Context, a *client.Admin, typed client.Proof) error {
		return a.BeginRotation(ctx, typed)
	})
	if err != nil {
		return err
	}
	return in.rotate()
}

// StopRotation stops it until ResumeRotation; what is done stays done.
func (c *Contracts) StopRotation(session string) error {
	in, err := c.s.use(session)
	if err != nil {
		return err
	}
	if err := in.asAdmin(func(ctx context.Context, a *client.Admin) error { return a.HoldRotation(ctx, true) }); err != nil {
		return err
	}
	in.stopJob(jobRotating)
	return nil
}

// ResumeRotation goes on with it.
func (c *Contracts) ResumeRotation(session string) error {
	in, err := c.s.use(session)
	if err != nil {
		return err
	}
	if err := in.asAdmin(func(ctx context.Context, a *client.Admin) error { return a.HoldRotation(ctx, false) }); err != nil {
		return err
	}
	return in.rotate()
}

// rotate goes on in the background, until it is done, stopped, or the session ends.
func (in *signIn) rotate() error {
	ctx, end, err := in.beginJob(jobRotating)
	if service.IsCode(err, service.CodeAlreadyAdding) {
		return nil
	}
	if err != nil {
		return err
	}
	go func() {
		p := RotationView{Running: true}
		var last int
		err := func() error {
			a, err := in.session.Admin(ctx)
			if err != nil {
				return err
			}
			return a.Rotate(ctx, func(done, total int64) {
				p.Done, p.Total = int(done), int(total)
				if p.Done != last { // nobody waits for it: it is no use of the session
					last = p.Done
					in.emit("rotating", p)
				}
			})
		}()
		end()
		if now, stateErr := in.rotation(); stateErr == nil {
			p = now
		}
		p.Finished = true
		if ctx.Err() == nil && err != nil {
			fault := in.s.present(in.after(err))
			p.Error = &fault
		}
		in.emit("rotating", p)
	}()
	return nil
}

// afterSignIn does what waits for somebody with the vault's key: the bin lets go of
// what is due, and a rotation that a crash or a lock has stopped goes on.
func (in *signIn) afterSignIn(me service.Overview) {
	ctx := in.s.context()
	in.tellLanguage(me.Profile.Language)
	if err := in.session.EmptyBin(ctx); err != nil {
		in.s.log().Warn("the bin was not emptied", "error", err.Error())
	}
	a, err := in.session.Watcher(ctx) // nobody asked for it
	if err != nil {
		return
	}
	if r, err := a.Rotation(ctx); err == nil && r.Running && !r.Held {
		_ = in.rotate()
	}
}
