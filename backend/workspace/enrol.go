package workspace

import (
	"context"
	"errors"
	"time"

	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/totp"
)

// The reach of the search for a phone whose clock is off: the widest mistake
// people make is a time zone, 14 hours at most.
const clockReach = 14 * time.Hour

// latelyExpired is how old a code may be to be called expired, not a clock that
// is behind: somebody typed slowly.
const latelyExpired = 2 * time.Minute

// enrolment is a new authenticator app on its way: its secret is in the keychain
// and here, and in force nowhere.
type enrolment struct {
	intent store.Intent
	key    secret.Bytes
	item   secret.Bytes    // what the keychain item holds: the key in base32
	codes  bool            // new recovery codes come with it, and Continue ends it
	issued *service.Issued // these, after the right code
	set    store.Set
}

// BeginEnable begins Enable 2FA: a step-up with the password, then a new key in
// the keychain. 2FA stays off until Continue. An enrolment that was under way,
// here or in another window, ends. Errors: password_*, throttled, two_factor_on;
// keychain and folder.
func (s *Session) BeginEnable(ctx context.Context, proof service.Proof) (shown service.Shown, err error) {
	done, err := s.beginEnrolling()
	if err != nil {
		return service.Shown{}, err
	}
	defer done()
	_, on, err := s.currentBy(ctx, s.enrollee)
	if err != nil {
		return service.Shown{}, err
	}
	if on {
		return service.Shown{}, refuse(service.CodeTwoFactorOn)
	}
	err = s.confirmBy(ctx, service.EachTime, proof, s.enrollee, func(*confirmation) (err error) {
		s.setEnrolling(true) // the keychain may take its time, and the day may come meanwhile
		shown, err = s.beginEnrolment(ctx, store.Intent{Kind: store.IntentEnrol}, true)
		return err
	})
	return shown, err
}

// beginEnrolment writes the intent, then the item, and reads the item back. in says what is begun, and with which name or in the place of which app.
func (s *Session) beginEnrolment(ctx context.Context, in store.Intent, codes bool) (service.Shown, error) {
	if err := s.dropEnrolment(ctx); err != nil {
		return service.Shown{}, err
	}
	key, err := totp.NewKey(s.w.rand)
	if err != nil {
		return service.Shown{}, err
	}
	id, err := s.w.newID()
	if err != nil {
		return service.Shown{}, err
	}
	var p store.Profile
	var former *store.Intent
	in.ID, in.ProfileID, in.CreatedAt, in.HeldUntil = id, s.id, s.w.now(), s.lastsAtMost()
	err = s.w.update(ctx, func(tx store.WriteTx) (err error) {
		if p, err = s.enrollee(tx); err != nil {
			return err
		}
		if err = mayEnrol(tx, in); err != nil {
			return err
		}
		if former, err = markPendingForDeletion(tx, s.id, s.w.now()); err != nil {
			return err
		}
		p.Generation++
		in.Generation = p.Generation
		in.Item = s.w.item("totp/" + p.ID + "/" + decimal(p.Generation))
		if err := tx.UpdateProfile(p); err != nil {
			return err
		}
		if err := tx.InsertIntent(in); err != nil {
			return err
		}
		s.w.record(tx, s.w.now(), eventBegun, s.id, s.id, map[string]string{"enrolment": string(in.Kind)})
		return nil
	})
	if err != nil {
		return service.Shown{}, err
	}
	if former != nil {
		s.w.finishLater(ctx, *former)
	}
	item := secret.NewBytes([]byte(totp.Base32(key).Reveal()))
	if err := s.w.setSecret(ctx, in.Item, item); err != nil {
		return service.Shown{}, errors.Join(err, logLeftover(s.w, s.w.undo(ctx, in)))
	}
	label := totp.Label{Issuer: s.w.Name(), Account: p.Email}
	uri, fitted, err := totp.URI(key, label)
	if err != nil {
		return service.Shown{}, errors.Join(err, logLeftover(s.w, s.w.undo(ctx, in)))
	}
	s.enrolment = &enrolment{intent: in, key: key, item: item, codes: codes}
	return service.Shown{URI: uri, Groups: totp.Groups(key), Issuer: fitted.Issuer, Account: fitted.Account, Shortened: fitted.Shortens(label)}, nil
}

// mayEnrol refuses an enrolment that could not be ended as the profile's 2FA is now.
func mayEnrol(tx store.ReadTx, in store.Intent) error {
	f, err := tx.Factor(in.ProfileID)
	if in.Kind == store.IntentEnrol {
		return refuseUnless(err != nil, ignoreMissing(err), service.CodeTwoFactorOn)
	}
	if err != nil {
		return absent(err, service.CodeTwoFactorOff)
	}
	if in.Kind == store.IntentAddApp {
		return roomForApp(f, in.Name)
	}
	if in.Replaces == 0 { // all of them: see swapPhone
		return nil
	}
	_, is := f.App(in.Replaces)
	return refuseUnless(is, nil, service.CodeAppGone)
}

// markPendingForDeletion turns the profile's unfinished enrolment, if there is one, into
// an order to delete its item.
func markPendingForDeletion(tx store.WriteTx, profileID string, now time.Time) (*store.Intent, error) {
	former, err := tx.PendingEnrolment(profileID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if _, err := tx.MarkForDeletion(former.ID); err != nil {
		return nil, err
	}
	_, err = dropPending(tx, profileID, now)
	return &former, err
}

// Confirm takes the first code that the new phone shows. At Enable 2FA, and at a
// EnrolmentSession after a help code, it takes ten recovery codes that the client has made, and nothing is in force
// before Continue. At Change phone it swaps the old phone for the new one in one
// step, and at Add an app it adds it: both take no codes, and the result is nil. Errors: code_*, throttled, enrolment_ended,
// apps_full, app_name_taken, clock_wrong; keychain and folder.
func (s *Session) Confirm(ctx context.Context, input secret.Text, made service.NewSet) (*service.Issued, error) {
	done, err := s.beginEnrolling()
	if err != nil {
		return nil, err
	}
	defer done()
	e := s.enrolment
	if e == nil {
		return nil, refuse(service.CodeEnrolmentEnded)
	}
	if e.issued != nil {
		return e.issued, nil
	}
	code, err := parseCode(input)
	if err != nil {
		return nil, err
	}
	t, err := s.w.recordAttempt(ctx, s.id, store.KindConfirm)
	if err != nil {
		return nil, err
	}
	now := s.w.wall()
	steps, err := totp.Matches(e.key, code, now)
	if err != nil {
		return nil, service.Afterwards(clock(err), s.w.refund(ctx, t))
	}
	if len(steps) == 0 {
		return nil, s.explainWrong(ctx, t, code, now)
	}
	step := steps[len(steps)-1]
	if e.codes {
		return s.showCodes(ctx, t, step, made)
	}
	if err := s.checkItem(ctx); err != nil {
		return nil, service.Afterwards(err, s.w.refund(ctx, t))
	}
	if e.intent.Kind == store.IntentAddApp {
		return nil, s.addApp(ctx, step, t)
	}
	return nil, s.swapPhone(ctx, step, eventPhoneChanged, nil, func(tx store.WriteTx, _ time.Time) error { return clearFailures(tx, t) })
}

// explainWrong says why the code of a new phone might be wrong: it has run out,
// or the phone's clock is off.
func (s *Session) explainWrong(ctx context.Context, t attempt, code totp.Code, now time.Time) error {
	wrong := s.w.wrong(ctx, t, service.CodeCodeWrong).At("code")
	offset, found, err := totp.Locate(s.enrolment.key, code, now, clockReach)
	if err != nil {
		return clock(err)
	}
	if !found {
		return wrong
	}
	return ofAnotherTime(wrong, offset)
}

// ofAnotherTime says of a wrong code that it has expired, or how far the phone's clock is
// from this computer's.
func ofAnotherTime(wrong *service.Error, offset time.Duration) *service.Error {
	if offset < 0 && -offset <= latelyExpired {
		wrong.Code = service.CodeCodeExpired
		return wrong
	}
	direction := "ahead"
	if offset < 0 {
		direction, offset = "behind", -offset
	}
	wrong.Code = service.CodeCodeClock
	return wrong.With("direction", direction).With("minutes", int((offset+30*time.Second)/time.Minute))
}

// showCodes remembers the step of the right code and stores what the client has made.
func (s *Session) showCodes(ctx context.Context, t attempt, step int64, made service.NewSet) (*service.Issued, error) {
	p, on, err := s.currentBy(ctx, s.enrollee)
	if err != nil {
		return nil, err
	}
	e := s.enrolment
	switch {
	case on && e.intent.Kind == store.IntentEnrol:
		return nil, refuse(service.CodeTwoFactorOn)
	case !on && e.intent.Kind == store.IntentChangePhone:
		return nil, refuse(service.CodeTwoFactorOff)
	}
	issued, set, err := s.issue(ctx, p, made, s.stillEnrolling) // the codes of another enrolment stay
	if err != nil {
		return nil, err
	}
	err = s.w.update(ctx, func(tx store.WriteTx) error {
		if _, err := s.enrollee(tx); err != nil {
			return err
		}
		ok, err := tx.ConfirmIntent(e.intent.ID, step)
		if err != nil {
			return err
		}
		if !ok {
			return refuse(service.CodeEnrolmentEnded)
		}
		if err := clearFailures(tx, t); err != nil {
			return err
		}
		s.w.record(tx, s.w.now(), eventConfirmed, s.id, s.id, nil)
		return nil
	})
	if err != nil {
		return nil, err
	}
	e.intent.ConfirmedStep, e.issued, e.set = step, &issued, set
	return &issued, nil
}

// Continue ends an enrolment with codes: one transaction makes the factor active
// with the step of its first code used, puts the codes in force, drops the intent
// and writes the event. At a EnrolmentSession after a help code it is the one that swaps the
// phones, and the lost codes end with it. Errors: enrolment_unconfirmed,
// enrolment_ended, two_factor_on, two_factor_off; keychain and folder.
func (s *Session) Continue(ctx context.Context) error {
	done, err := s.beginEnrolling()
	if err != nil {
		return err
	}
	defer done()
	e := s.enrolment
	if e == nil || !e.codes {
		return refuse(service.CodeEnrolmentEnded)
	}
	if e.issued == nil {
		return refuse(service.CodeEnrolmentUnconfirmed)
	}
	if err := s.checkItem(ctx); err != nil {
		return err
	}
	if e.intent.Kind == store.IntentChangePhone {
		return s.swapPhoneAndCodes(ctx)
	}
	now := s.w.now()
	err = s.endingOthers(ctx, s.w.update, func(tx store.WriteTx, stay func(store.Profile)) error {
		p, err := s.enrollee(tx)
		if err != nil {
			return err
		}
		if ok, err := tx.DeleteIntent(e.intent.ID); err != nil {
			return err
		} else if !ok {
			return refuse(service.CodeEnrolmentEnded)
		}
		if _, err := tx.Factor(s.id); err == nil {
			return refuse(service.CodeTwoFactorOn)
		} else if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if err := tx.InsertFactor(store.Factor{ProfileID: s.id, Since: now, Apps: []store.App{{
			Generation: e.intent.Generation, Item: e.intent.Item, AddedAt: now,
			LastStep: e.intent.ConfirmedStep, LastUsedAt: now, LastUse: store.UseEnrolment,
		}}}); err != nil {
			return err
		}
		if err := putInForce(tx, e.set, now); err != nil {
			return err
		}
		if err := rebind(tx, s.id); err != nil {
			return err
		}
		p.Epoch++
		stay(p)
		if err := tx.UpdateProfile(p); err != nil {
			return err
		}
		s.w.record(tx, now, eventEnabled, s.id, s.id, map[string]string{"sheet": decimal(e.set.Sheet)})
		return nil
	})
	if err != nil {
		if service.IsCode(err, service.CodeEnrolmentEnded) {
			s.forgetEnrolment()
		}
		return err
	}
	s.turned(true)
	s.forgetEnrolment()
	return nil
}

// checkItem reads the new item back a last time before anything depends on it.
// An enrolment that was ended from elsewhere has no item any more, and says so.
func (s *Session) checkItem(ctx context.Context) error {
	e := s.enrolment
	err := s.w.view(ctx, s.stillEnrolling)
	if service.IsCode(err, service.CodeEnrolmentEnded) {
		s.forgetEnrolment()
	}
	if err != nil {
		return err
	}
	return s.w.checkSecret(ctx, e.intent.Item, e.item)
}

// stillEnrolling refuses where the session's enrolment was ended from elsewhere.
func (s *Session) stillEnrolling(tx store.ReadTx) error {
	in, err := tx.PendingEnrolment(s.id)
	if errors.Is(err, store.ErrNotFound) || (err == nil && in.ID != s.enrolment.intent.ID) {
		return refuse(service.CodeEnrolmentEnded)
	}
	return err
}

// CancelEnrolment ends Enable 2FA, Change phone or Add an app without a change, and leaves
// no secret behind. There being none is fine.
func (s *Session) CancelEnrolment(ctx context.Context) error {
	done, err := s.beginEnrolling()
	if err != nil {
		return err
	}
	defer done()
	return s.dropEnrolment(ctx)
}

func (s *Session) dropEnrolment(ctx context.Context) error {
	if s.enrolment == nil {
		return nil
	}
	in := s.enrolment.intent
	s.forgetEnrolment()
	return s.w.undo(ctx, in)
}

func (s *Session) forgetEnrolment() {
	if s.enrolment == nil {
		return
	}
	s.enrolment.key.Wipe()
	s.enrolment.item.Wipe()
	s.enrolment = nil
}
