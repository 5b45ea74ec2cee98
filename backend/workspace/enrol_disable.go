package workspace

import (
	"context"
	"errors"

	"countersign/backend/service"
	"countersign/backend/store"
)

// Disable turns 2FA off. It asks for a second factor, which is consumed in the
// same transaction: the factor goes with all its apps, the recovery set is void, and an intent to
// delete each keychain item stays until that is done. Errors: those of a code,
// factor_required, two_factor_off, required_by_workspace; keychain and folder.
func (s *Session) Disable(ctx context.Context, in service.FactorInput) error {
	done, err := s.begin()
	if err != nil {
		return err
	}
	defer done()
	_, on, err := s.current(ctx)
	if err != nil {
		return err
	}
	if !on {
		return refuse(service.CodeTwoFactorOff)
	}
	if err := s.refuseWhereRequired(ctx); err != nil {
		return err
	}
	use, detail, err := s.w.matchFactorInput(ctx, s.id, in, store.UseDisable)
	if err != nil {
		return err
	}
	if err := s.dropNewCodes(ctx); err != nil {
		return err
	}
	now := s.w.now()
	var gone []store.Intent
	var unfinished *store.Intent
	err = s.endingOthers(ctx, s.w.update, func(tx store.WriteTx, stay func(store.Profile)) error {
		p, err := s.profile(tx)
		if err != nil {
			return err
		}
		if info, err := tx.Info(); err != nil {
			return err
		} else if info.Requires(now) {
			return refuse(service.CodeRequiredByWorkspace)
		}
		f, err := tx.Factor(s.id)
		if errors.Is(err, store.ErrNotFound) {
			return refuse(service.CodeTwoFactorOff)
		}
		if err != nil {
			return err
		}
		if err := use.consume(tx); err != nil {
			return err
		}
		if ok, err := tx.DeleteFactor(s.id); err != nil {
			return err
		} else if !ok {
			return refuse(service.CodeTwoFactorOff)
		}
		if set, err := tx.ActiveSet(s.id); err == nil {
			if _, err := tx.MoveSet(set.ID, store.SetActive, store.SetVoided, now); err != nil {
				return err
			}
		} else if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if gone, err = s.w.deleteLater(tx, s.id, f.Apps, now); err != nil {
			return err
		}
		if unfinished, err = markPendingForDeletion(tx, s.id, now); err != nil { // a change of phone under way
			return err
		}
		if err := errors.Join(refundUse(tx, use), rebind(tx, s.id), reset(tx, s.id, false, store.KindRecovery)); err != nil {
			return err
		}
		p.Epoch++
		stay(p)
		if err := tx.UpdateProfile(p); err != nil {
			return err
		}
		s.w.record(tx, now, eventDisabled, s.id, s.id, detail)
		return nil
	})
	if err != nil {
		return err
	}
	s.turned(false)
	s.unconfirm()
	s.forgetEnrolment()
	for _, in := range gone {
		s.w.finishLater(ctx, in)
	}
	if unfinished != nil {
		s.w.finishLater(ctx, *unfinished)
	}
	return nil
}

// refuseWhereRequired spares a code where the workspace's policy would refuse anyway.
func (s *Session) refuseWhereRequired(ctx context.Context) error {
	return s.w.view(ctx, func(tx store.ReadTx) error {
		info, err := tx.Info()
		if err == nil && info.Requires(s.w.now()) {
			return refuse(service.CodeRequiredByWorkspace)
		}
		return err
	})
}
