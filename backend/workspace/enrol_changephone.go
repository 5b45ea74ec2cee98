package workspace

import (
	"context"
	"errors"
	"time"

	"countersign/backend/service"
	"countersign/backend/store"
)

// BeginChangePhone begins Change phone: a step-up, then a new key beside the old
// one, which works until the new phone's code is right. Errors: those of a
// step-up, two_factor_off; keychain and folder.
func (s *Session) BeginChangePhone(ctx context.Context, proof service.Proof) (service.Shown, error) {
	return s.beginChangePhone(ctx, proof, false)
}

// beginChangePhone is BeginChangePhone. With newCodes the recovery codes are lost
// as well: Confirm then shows ten new ones, and Continue swaps phone and codes.
func (s *Session) beginChangePhone(ctx context.Context, proof service.Proof, newCodes bool) (shown service.Shown, err error) {
	done, err := s.begin()
	if err != nil {
		return service.Shown{}, err
	}
	defer done()
	_, on, err := s.current(ctx)
	if err != nil {
		return service.Shown{}, err
	}
	if !on {
		return service.Shown{}, refuse(service.CodeTwoFactorOff)
	}
	err = s.confirm(ctx, service.EachTime, proof, func(*confirmation) (err error) {
		shown, err = s.beginEnrolment(ctx, store.IntentChangePhone, newCodes)
		return err
	})
	return shown, err
}

// swapPhone moves the profile to the new phone: one transaction points the factor
// at the new item and leaves an intent to delete the old one. An authenticator
// app that was off is on again. The recovery codes stay, but for what also does
// in the same transaction, of which event and detail tell.
func (s *Session) swapPhone(ctx context.Context, step int64, event string, detail map[string]string, also func(tx store.WriteTx, now time.Time) error) error {
	e := s.enrolment
	id, err := s.w.newID()
	if err != nil {
		return err
	}
	now := s.w.now()
	var old store.Intent
	var committed func()
	err = s.w.update(ctx, func(tx store.WriteTx) error {
		p, err := s.profile(tx)
		if err != nil {
			return err
		}
		if ok, err := tx.DeleteIntent(e.intent.ID); err != nil {
			return err
		} else if !ok {
			return refuse(service.CodeEnrolmentEnded)
		}
		f, err := tx.Factor(s.id)
		if errors.Is(err, store.ErrNotFound) {
			return refuse(service.CodeTwoFactorOff)
		}
		if err != nil {
			return err
		}
		old = store.Intent{ID: id, Kind: store.IntentDelete, ProfileID: s.id, Item: f.Item, Generation: f.Generation, CreatedAt: now}
		from := f.Generation
		f.Generation, f.Item, f.PhoneSince = e.intent.Generation, e.intent.Item, now
		f.LastStep, f.LastUsedAt, f.LastUse = step, now, store.UsePhoneChange
		if ok, err := tx.SwapFactor(f, from); err != nil {
			return err
		} else if !ok {
			return refuse(service.CodeEnrolmentEnded)
		}
		if err := tx.InsertIntent(old); err != nil {
			return err
		}
		if err := errors.Join(rebind(tx, s.id), also(tx, now)); err != nil {
			return err
		}
		committed = s.endOthers(&p)
		if err := tx.UpdateProfile(p); err != nil {
			return err
		}
		return s.w.record(tx, now, event, s.id, s.id, detail)
	})
	if err != nil {
		if service.IsCode(err, service.CodeEnrolmentEnded) {
			s.forgetEnrolment()
		}
		return err
	}
	committed()
	s.forgetEnrolment()
	s.w.finishLater(ctx, old)
	return nil
}

// swapPhoneAndCodes is swapPhone with the codes that were shown: they take the
// place of the set that is lost with the phone, in the same transaction.
func (s *Session) swapPhoneAndCodes(ctx context.Context) error {
	e := s.enrolment
	detail := map[string]string{"sheet": decimal(e.set.Sheet), "replaces": decimal(e.set.Replaces)}
	return s.swapPhone(ctx, e.intent.ConfirmedStep, eventPhoneAndCodes, detail, func(tx store.WriteTx, now time.Time) error {
		return errors.Join(putInForce(tx, e.set, now), reset(tx, s.id, false, store.KindRecovery))
	})
}
