package workspace

import (
	"context"
	"errors"
	"slices"
)

// act is something that an owner or an admin may do to somebody.
type act int

const (
	actAdd     act = iota // a member
	actRole               // give another role, or add somebody with one
	actSuspend            // and let in again
	actRemove
	actResetPassword
	actReset2FA // the password is still needed
	actHelpCode // likewise
	actIssue    // recovery codes, for those with 2FA on
)

// may says whether an actor's role allows an act on somebody with a target's
// role. An admin looks after members; what only a second factor is touched by,
// an admin may do for anybody, so that one owner without a phone is not the end
// of a workspace: the owner's password is still needed. Nobody who is not an
// owner can both reset an owner's password and their second factor, which
// together would be a way in.
func (a act) may(actor, target Role) bool {
	switch {
	case actor == RoleOwner:
		return true
	case actor != RoleAdmin:
		return false
	case a == actReset2FA, a == actHelpCode:
		return true
	case a == actRole:
		return false
	}
	return target == RoleMember
}

// notOnOneself lists what nobody does to themselves: there is a screen of one's own
// for it, or it would lock oneself out.
var notOnOneself = []act{actSuspend, actRemove, actResetPassword, actReset2FA, actHelpCode}

// target reads whom an act is about, within tx, and refuses where the actor's
// role does not allow it. It is looked at in the transaction that acts.
func (a *Admin) target(tx ReadTx, id string, what act) (actor, target Profile, err error) {
	if actor, err = a.profile(tx); err != nil {
		return actor, target, err
	}
	target, err = tx.Profile(id)
	switch {
	case errors.Is(err, ErrNotFound) || err == nil && target.State == ProfileRemoved:
		return actor, target, refuse(CodeMemberGone)
	case err != nil:
		return actor, target, err
	case target.ID == actor.ID && slices.Contains(notOnOneself, what):
		return actor, target, refuse(CodeNotYourself)
	case target.ID == actor.ID && what == actIssue: // one's own sheet is printed with the others
	case !what.may(actor.Role, target.Role):
		return actor, target, refuse(CodeForbidden)
	}
	return actor, target, nil
}

// profile reads the admin's own profile within tx, and refuses who is none any more.
func (a *Admin) profile(tx ReadTx) (Profile, error) {
	p, err := a.s.profile(tx)
	if err == nil && p.Role != RoleOwner && p.Role != RoleAdmin {
		err = refuse(CodeForbidden)
	}
	return p, err
}

// keepAnOwner refuses a change after which nobody who can sign in is an owner.
func keepAnOwner(tx ReadTx) error {
	n, err := tx.CountOwners()
	if err == nil && n == 0 {
		err = refuse(CodeLastOwner)
	}
	return err
}

// change runs fn as one change of an admin, as one use of the session. proof may
// be nil for an act without step-up.
func (a *Admin) change(ctx context.Context, proof *Proof, check func(ReadTx) error, fn func(WriteTx) error) error {
	done, err := a.s.begin()
	if err != nil {
		return err
	}
	defer done()
	return a.changeNow(ctx, proof, check, fn)
}

// changeNow is change within a use of the session. check looks, before a code is
// spent, at what the change will look at again.
func (a *Admin) changeNow(ctx context.Context, proof *Proof, check func(ReadTx) error, fn func(WriteTx) error) error {
	if err := a.s.w.view(ctx, func(tx ReadTx) error {
		if _, err := a.profile(tx); err != nil || check == nil {
			return err
		}
		return check(tx)
	}); err != nil {
		return err
	}
	act := func(tx WriteTx) error {
		if _, err := a.profile(tx); err != nil {
			return err
		}
		return fn(tx)
	}
	if proof == nil {
		return a.s.w.update(ctx, act)
	}
	return a.s.confirm(ctx, *proof, func(c *confirmation) error { return c.update(ctx, act) })
}
