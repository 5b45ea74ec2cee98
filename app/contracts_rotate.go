package app

import (
	"context"

	"countersign/backend/workspace"
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
func (c *Contracts) RotationState(session string) (out RotationView, err error) {
	err = c.s.asAdmin(session, func(ctx context.Context, a *workspace.Admin) error {
		r, err := a.Rotation(ctx)
		out = RotationView{Running: r.Running, Held: r.Held, Done: r.Done, Total: r.Total}
		return err
	})
	return out, err
}

// Rotate makes a new vault key and encrypts the contracts anew in the background.
func (c *Contracts) Rotate(session string, proof Proof) error {
	err := c.s.asAdminProving(session, proof, func(ctx context.Context, a *workspace.Admin, typed workspace.Proof) error {
		return a.BeginRotation(ctx, typed)
	})
	if err != nil {
		return err
	}
	return c.rotate(session)
}

// StopRotation stops it until ResumeRotation; what is done stays done.
func (c *Contracts) StopRotation(session string) error {
	err := c.s.asAdmin(session, func(ctx context.Context, a *workspace.Admin) error { return a.HoldRotation(ctx, true) })
	if err != nil {
		return err
	}
	return c.s.stopJob(session, jobRotating)
}

// ResumeRotation goes on with it.
func (c *Contracts) ResumeRotation(session string) error {
	err := c.s.asAdmin(session, func(ctx context.Context, a *workspace.Admin) error { return a.HoldRotation(ctx, false) })
	if err != nil {
		return err
	}
	return c.rotate(session)
}

// rotate goes on in the background, until it is done, stopped, or the session ends.
func (c *Contracts) rotate(session string) error {
	ses, ctx, end, err := c.s.beginJob(session, jobRotating)
	if workspace.IsCode(err, workspace.CodeAlreadyAdding) {
		return nil
	}
	if err != nil {
		return err
	}
	go func() {
		p := RotationView{Running: true}
		var last int
		err := func() error {
			a, err := ses.Admin(ctx)
			if err != nil {
				return err
			}
			return a.Rotate(ctx, func(done, total int64) {
				p.Done, p.Total = int(done), int(total)
				if p.Done != last { // nobody waits for it: it is no use of the session
					last = p.Done
					c.s.desktop.Emit("rotating", p)
				}
			})
		}()
		end()
		if now, stateErr := c.RotationState(session); stateErr == nil {
			p = now
		}
		p.Finished = true
		if ctx.Err() == nil && err != nil {
			fault := c.s.present(c.s.after(ses, err))
			p.Error = &fault
		}
		c.s.desktop.Emit("rotating", p)
	}()
	return nil
}

// afterSignIn does what waits for somebody with the vault's key: the bin lets go of
// what is due, and a rotation that a crash or a lock has stopped goes on.
func (s *shell) afterSignIn(token string, ses *workspace.Session) {
	ctx := s.context()
	if err := ses.EmptyBin(ctx); err != nil {
		s.log().Warn("the bin was not emptied", "error", err.Error())
	}
	a, err := ses.Admin(ctx)
	if err != nil {
		return
	}
	if r, err := a.Rotation(ctx); err == nil && r.Running && !r.Held {
		_ = (&Contracts{s}).rotate(token)
	}
}
