package workspace

import (
	"context"
	"errors"
)

// BeginChangePhone begins Change phone: a step-up, then a new key beside the old
// one, which works until the new phone's code is right. Errors: those of a
// step-up, two_factor_off; keychain and folder.
func (s *Session) BeginChangePhone(ctx context.Context, proof Proof) (shown Shown, err error) {
	done, err := s.begin()
	if err != nil {
		return Shown{}, err
	}
	defer done()
	_, on, err := s.current(ctx)
	if err != nil {
		return Shown{}, err
	}
	if !on {
		return Shown{}, refuse(CodeTwoFactorOff)
	}
	err = s.confirm(ctx, proof, func(*confirmation) (err error) {
		shown, err = s.beginEnrolment(ctx, IntentChangePhone)
		return err
	})
	return shown, err
}

// swapPhone moves the profile to the new phone: one transaction points the factor
// at the new item and leaves an intent to delete the old one. The recovery codes
// stay, and an authenticator app that was off is on again.
func (s *Session) swapPhone(ctx context.Context, t toll, step int64) error {
	e := s.enrolment
	if err := s.checkItem(ctx); err != nil {
		return errors.Join(err, s.w.refund(ctx, t))
	}
	id, err := s.w.newID()
	if err != nil {
		return err
	}
	now := s.w.now()
	var old Intent
	var committed func()
	err = s.w.update(ctx, func(tx Tx) error {
		p, err := s.profile(tx)
		if err != nil {
			return err
		}
		if ok, err := tx.DeleteIntent(e.intent.ID); err != nil {
			return err
		} else if !ok {
			return refuse(CodeEnrolmentEnded)
		}
		f, err := tx.Factor(s.id)
		if errors.Is(err, ErrNotFound) {
			return refuse(CodeTwoFactorOff)
		}
		if err != nil {
			return err
		}
		old = Intent{ID: id, Kind: IntentDelete, ProfileID: s.id, Item: f.Item, Generation: f.Generation, CreatedAt: now}
		from := f.Generation
		f.Generation, f.Item, f.PhoneSince = e.intent.Generation, e.intent.Item, now
		f.LastStep, f.LastUsedAt, f.LastUse = step, now, UsePhoneChange
		if ok, err := tx.SwapFactor(f, from); err != nil {
			return err
		} else if !ok {
			return refuse(CodeEnrolmentEnded)
		}
		if err := tx.InsertIntent(old); err != nil {
			return err
		}
		if err := errors.Join(rebind(tx, s.id), settle(tx, t)); err != nil {
			return err
		}
		committed = s.endOthers(&p)
		if err := tx.UpdateProfile(p); err != nil {
			return err
		}
		return s.w.record(tx, now, eventPhoneChanged, s.id, s.id, nil)
	})
	if err != nil {
		if IsCode(err, CodeEnrolmentEnded) {
			s.forgetEnrolment()
		}
		return err
	}
	committed()
	s.forgetEnrolment()
	s.w.finishLater(ctx, old)
	return nil
}
