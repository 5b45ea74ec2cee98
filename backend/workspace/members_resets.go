package workspace

import (
	"context"
	"errors"
	"time"

	"countersign/backend/service"
	"countersign/backend/store"
)

// allKinds are the kinds of guess that a profile can have counts of.
var allKinds = []store.Kind{store.KindPassword, store.KindCode, store.KindRecovery, store.KindConfirm, store.KindInvitation, store.KindHelp, store.KindCheckWord}

// endFactor takes the second factor of a profile away within tx: all its apps and
// an enrolment under way go, the recovery codes are void. The intents that it
// leaves are to be finished after the commit. The caller stores p.
func (w *Workspace) endFactor(tx store.WriteTx, p *store.Profile, now time.Time) (later []store.Intent, err error) {
	unfinished, err := markPendingForDeletion(tx, p.ID, now)
	if err != nil {
		return nil, err
	}
	if unfinished != nil {
		later = append(later, *unfinished)
	}
	if _, err := dropPending(tx, p.ID, now); err != nil {
		return nil, err
	}
	if set, err := tx.ActiveSet(p.ID); err == nil {
		if _, err := tx.MoveSet(set.ID, store.SetActive, store.SetVoided, now); err != nil {
			return nil, err
		}
	} else if !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	f, err := tx.Factor(p.ID)
	if errors.Is(err, store.ErrNotFound) {
		return later, nil
	}
	if err != nil {
		return nil, err
	}
	ok, err := tx.DeleteFactor(p.ID)
	if err := refuseUnless(ok, err, service.CodeTwoFactorOff); err != nil {
		return nil, err
	}
	gone, err := w.deleteLater(tx, p.ID, f.Apps, now)
	return append(later, gone...), err
}

// refuseUnless is err where the store has failed, and the refusal c only where it
// has answered no.
func refuseUnless(ok bool, err error, c service.Code) error {
	if err != nil || ok {
		return err
	}
	return refuse(c)
}

// Reset2FA turns somebody's 2FA off, with a step-up, and where the workspace
// asks for it with a second admin's approval: their sessions end, their recovery
// codes are void, and their password is still needed. Errors: forbidden,
// not_yourself, member_gone, two_factor_off, approval_*; those of a step-up;
// folder.
func (a *Admin) Reset2FA(ctx context.Context, id, approval string, proof service.Proof) error {
	w := a.s.w
	check := func(tx store.ReadTx) error {
		if _, _, err := a.target(tx, id, service.MayReset2FA); err != nil {
			return err
		}
		if _, err := tx.Factor(id); err != nil {
			return absent(err, service.CodeTwoFactorOff)
		}
		return a.checkApproval(tx, approval, store.ApproveReset2FA, []string{id})
	}
	var later []store.Intent
	err := a.change(ctx, stepUp(service.MemberActs, proof), check, func(tx store.WriteTx) error {
		if err := check(tx); err != nil {
			return err
		}
		_, target, err := a.target(tx, id, service.MayReset2FA)
		if err != nil {
			return err
		}
		now := w.now()
		if later, err = w.endFactor(tx, &target, now); err != nil {
			return err
		}
		target.Epoch++
		if err := tx.UpdateProfile(target); err != nil {
			return err
		}
		// What failed since the last sign-in is still to be told at the next one.
		if err := errors.Join(rebind(tx, id), reset(tx, id, false, store.KindRecovery, store.KindConfirm, store.KindHelp)); err != nil {
			return err
		}
		if err := a.useApproval(tx, approval); err != nil {
			return err
		}
		w.record(tx, now, eventFactorReset, a.s.id, id, nil)
		return nil
	})
	if err != nil {
		return err
	}
	for _, in := range later {
		w.finishLater(ctx, in)
	}
	return nil
}

// absent puts a row that is not there into words.
func absent(err error, c service.Code) error {
	if errors.Is(err, store.ErrNotFound) {
		return refuse(c)
	}
	return err
}

// ResetPassword gives out a one-time code with which somebody chooses a new
// password. The old one works until then, so that nobody is locked out by it; a
// second factor is still needed. For somebody who was invited it is a new
// invitation. The client has made the code. Errors: forbidden, not_yourself, member_gone, member_suspended,
// approval_*; those of a step-up; folder.
func (a *Admin) ResetPassword(ctx context.Context, id, approval string, code service.NewOneTime, proof service.Proof) (service.GivenOut, error) {
	return a.giveOut(ctx, id, approval, code, proof, service.MayResetPassword, store.ApproveResetPassword, func(target store.Profile) (store.OneTimeKind, string) {
		if target.State == store.ProfileInvited {
			return store.OneTimeInvitation, eventInvitedAgain
		}
		return store.OneTimeReset, eventPasswordReset
	})
}

// HelpCode gives out a one-time code that stands in for the second factor of
// somebody who has lost their phone, and leads straight to Change phone. Errors:
// forbidden, not_yourself, member_gone, member_suspended, two_factor_off,
// approval_*; those of a step-up; folder.
func (a *Admin) HelpCode(ctx context.Context, id, approval string, code service.NewOneTime, proof service.Proof) (service.GivenOut, error) {
	return a.giveOut(ctx, id, approval, code, proof, service.MayGiveHelpCode, store.ApproveHelpCode, func(store.Profile) (store.OneTimeKind, string) {
		return store.OneTimeHelp, eventHelpGiven
	})
}

func (a *Admin) giveOut(ctx context.Context, id, approval string, code service.NewOneTime, proof service.Proof, what service.MemberPermission, kind store.ApprovalKind,
	choose func(target store.Profile) (store.OneTimeKind, string)) (given service.GivenOut, err error) {
	var actor, target store.Profile
	check := func(tx store.ReadTx) (err error) {
		if actor, target, err = a.target(tx, id, what); err != nil {
			return err
		}
		if target.State == store.ProfileSuspended {
			return refuse(service.CodeMemberSuspended)
		}
		if what == service.MayGiveHelpCode {
			if _, err := tx.Factor(id); err != nil {
				return absent(err, service.CodeTwoFactorOff)
			}
		}
		if target.State == store.ProfileInvited { // nobody has this profile yet: no one's approval
			return nil
		}
		return a.checkApproval(tx, approval, kind, []string{id})
	}
	w := a.s.w
	err = a.change(ctx, stepUp(service.MemberActs, proof), check, func(tx store.WriteTx) error {
		if err := check(tx); err != nil {
			return err
		}
		kind, event := choose(target)
		made, out, err := w.newOneTime(kind, target, actor, code)
		if err != nil {
			return err
		}
		if err := made.insert(tx); err != nil {
			return err
		}
		if target.State != store.ProfileInvited {
			if err := a.useApproval(tx, approval); err != nil {
				return err
			}
		}
		given = out
		w.record(tx, made.code.IssuedAt, event, a.s.id, target.ID, nil)
		return nil
	})
	if err != nil {
		return service.GivenOut{}, err
	}
	return given, nil
}
