package workspace

import (
	"context"
	"errors"

	"countersign/backend/service"
	"countersign/backend/store"
)

// target reads whom an act is about, within tx, and refuses where the actor's
// role does not allow it. It is looked at in the transaction that acts.
func (a *Admin) target(tx store.ReadTx, id string, what service.MemberPermission) (actor, target store.Profile, err error) {
	if actor, err = a.profile(tx); err != nil {
		return actor, target, err
	}
	target, err = tx.Profile(id)
	switch {
	case errors.Is(err, store.ErrNotFound) || err == nil && target.State == store.ProfileRemoved:
		return actor, target, refuse(service.CodeMemberGone)
	case err != nil:
		return actor, target, err
	}
	if code := what.Refused(actor.ID, actor.Role, target.ID, target.Role); code != "" {
		return actor, target, refuse(code)
	}
	return actor, target, nil
}

// profile reads the admin's own profile within tx, and refuses who is none any more.
func (a *Admin) profile(tx store.ReadTx) (store.Profile, error) {
	p, err := a.s.profile(tx)
	if err == nil && !service.MayAdminister.Of(p.Role) {
		err = refuse(service.CodeForbidden)
	}
	return p, err
}

// need refuses who has not a permission. Errors: forbidden.
func (a *Admin) need(tx store.ReadTx, p service.Permission) error {
	by, err := a.profile(tx)
	if err == nil && !p.Of(by.Role) {
		err = refuse(service.CodeForbidden)
	}
	return err
}

// keepAnOwner refuses a change of roles after which nobody who can sign in is an owner. No other
// change needs it: who suspends or removes an owner is another one, and still there.
func keepAnOwner(tx store.ReadTx) error {
	n, err := tx.CountOwners()
	if err == nil && n == 0 {
		err = refuse(service.CodeLastOwner)
	}
	return err
}

// step is a step-up: the proof, and the acts that it is good for.
type step struct {
	acts  service.Acts
	proof service.Proof
}

func stepUp(acts service.Acts, proof service.Proof) *step { return &step{acts, proof} }

// change runs fn as one change of an admin, as one use of the session. step is
// nil for an act without step-up.
func (a *Admin) change(ctx context.Context, step *step, check func(store.ReadTx) error, fn func(store.WriteTx) error) error {
	done, err := a.s.begin()
	if err != nil {
		return err
	}
	defer done()
	return a.changeNow(ctx, step, check, fn)
}

// changeNow is change within a use of the session. check looks, before a code is
// spent, at what the change will look at again.
func (a *Admin) changeNow(ctx context.Context, step *step, check func(store.ReadTx) error, fn func(store.WriteTx) error) error {
	if err := a.s.w.view(ctx, func(tx store.ReadTx) error {
		if _, err := a.profile(tx); err != nil || check == nil {
			return err
		}
		return check(tx)
	}); err != nil {
		return err
	}
	act := func(tx store.WriteTx) error {
		if _, err := a.profile(tx); err != nil {
			return err
		}
		return fn(tx)
	}
	if step == nil {
		return a.s.w.update(ctx, act)
	}
	return a.s.confirm(ctx, step.acts, step.proof, func(c *confirmation) error { return c.update(ctx, act) })
}
