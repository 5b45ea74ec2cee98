package workspace

import (
	"context"
	"errors"
	"time"

	"countersign/backend/service"
	"countersign/backend/store"
)

// BeginChangePhone begins Change phone: a step-up, then a new key beside the old
// one, which works until the new phone's code is right. It takes the place of one
// authenticator app; 0: of the only one. Errors: those of a
// step-up, two_factor_off, app_gone; keychain and folder.
func (s *Session) BeginChangePhone(ctx context.Context, app int, proof service.Proof) (service.Shown, error) {
	return s.beginChangePhone(ctx, app, proof, false)
}

// beginChangePhone is BeginChangePhone. With newCodes all apps and the recovery codes are lost:
// Confirm then shows ten new codes, and Continue swaps phone and codes.
func (s *Session) beginChangePhone(ctx context.Context, app int, proof service.Proof, newCodes bool) (shown service.Shown, err error) {
	done, err := s.begin()
	if err != nil {
		return service.Shown{}, err
	}
	defer done()
	in := store.Intent{Kind: store.IntentChangePhone, ProfileID: s.id}
	err = s.w.view(ctx, func(tx store.ReadTx) error {
		if _, err := s.profile(tx); err != nil {
			return err
		}
		f, err := tx.Factor(s.id)
		if err != nil {
			return absent(err, service.CodeTwoFactorOff)
		}
		if in.Replaces = app; app == 0 && !newCodes && len(f.Apps) == 1 {
			in.Replaces = f.Apps[0].Generation
		}
		return refuseUnless(newCodes || in.Replaces != 0, mayEnrol(tx, in), service.CodeAppGone)
	})
	if err != nil {
		return service.Shown{}, err
	}
	err = s.confirm(ctx, service.EachTime, proof, func(*confirmation) (err error) {
		shown, err = s.beginEnrolment(ctx, in, newCodes)
		return err
	})
	return shown, err
}

// swapPhone moves the profile to the new phone: one transaction puts the new app in the place
// of the old one, or of all of them where they are lost, and leaves an intent to delete each old item. An authenticator
// app that was off is on again. The recovery codes stay, but for what also does
// in the same transaction, of which event and detail tell.
func (s *Session) swapPhone(ctx context.Context, step int64, event string, detail map[string]string, also func(tx store.WriteTx, now time.Time) error) error {
	e := s.enrolment
	now := s.w.now()
	var later []store.Intent
	err := s.endingOthers(ctx, s.w.update, func(tx store.WriteTx, stay func(store.Profile)) error {
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
		if err != nil {
			return absent(err, service.CodeTwoFactorOff)
		}
		app := store.App{Generation: e.intent.Generation, Item: e.intent.Item, AddedAt: now, LastStep: step, LastUsedAt: now, LastUse: store.UsePhoneChange}
		gone := f.Apps
		if e.intent.Replaces != 0 {
			was, is := f.App(e.intent.Replaces)
			if !is {
				return refuse(service.CodeEnrolmentEnded)
			}
			app.Name, gone = was.Name, []store.App{was}
			ok, err := tx.SwapApp(s.id, app, was.Generation)
			if err := refuseUnless(ok, err, service.CodeEnrolmentEnded); err != nil {
				return err
			}
		} else if err := replaceAll(tx, f, app); err != nil {
			return err
		}
		if later, err = s.w.deleteLater(tx, s.id, gone, now); err != nil {
			return err
		}
		if err := errors.Join(rebind(tx, s.id), also(tx, now)); err != nil {
			return err
		}
		p.Epoch++
		stay(p)
		if err := tx.UpdateProfile(p); err != nil {
			return err
		}
		s.w.record(tx, now, event, s.id, s.id, detail)
		return nil
	})
	if err != nil {
		if service.IsCode(err, service.CodeEnrolmentEnded) {
			s.forgetEnrolment()
		}
		return err
	}
	s.forgetEnrolment()
	for _, in := range later {
		s.w.finishLater(ctx, in)
	}
	return nil
}

// replaceAll puts an app in the place of all that a profile has.
func replaceAll(tx store.WriteTx, f store.Factor, by store.App) error {
	for _, a := range f.Apps {
		ok, err := tx.DeleteApp(f.ProfileID, a.Generation)
		if err := refuseUnless(ok, err, service.CodeEnrolmentEnded); err != nil {
			return err
		}
	}
	return tx.InsertApp(f.ProfileID, by)
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
