package workspace

import (
	"context"
	"errors"
	"maps"
	"strconv"
	"time"

	"countersign/backend/secret"
)

// StepUpNeeds says what the next sensitive act will ask for.
type StepUpNeeds struct {
	Password         bool
	Factor           bool
	AuthenticatorOff bool // only a recovery code will do
}

// StepUp tells what a proof has to hold now. Right after a sign-in with a
// recovery code nothing is needed for one act: both were right a moment ago, and
// the phone that could show a code is the one that is lost.
func (s *Session) StepUp(ctx context.Context) (StepUpNeeds, error) {
	done, err := s.begin()
	if err != nil {
		return StepUpNeeds{}, err
	}
	defer done()
	if s.granted() {
		return StepUpNeeds{}, nil
	}
	n := StepUpNeeds{Password: true}
	err = s.w.view(ctx, func(tx Tx) error {
		if _, err := s.profile(tx); err != nil {
			return err
		}
		_, err := tx.Factor(s.id)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		n.Factor = err == nil
		if err != nil {
			return err
		}
		n.AuthenticatorOff, err = authenticatorOff(tx, s.id)
		return err
	})
	return n, err
}

// freshness is how long ago a sign-in may be that was made for one act.
const freshness = time.Minute

// ForOneAct takes the sign-in of a moment ago as the step-up of the one act that
// it was made for. It is for a command that signs in, acts and ends; a window
// that stays open asks again. On an older session it does nothing.
func (s *Session) ForOneAct() {
	s.mu.Lock()
	age := s.w.now().Sub(s.startedAt)
	s.mu.Unlock()
	if age >= 0 && age < freshness {
		s.grant()
	}
}

// grant lets one act go without a proof, for GrantLife.
func (s *Session) grant() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.grantedAt = s.w.now()
}

func (s *Session) granted() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.grantedAt.IsZero() {
		return false
	}
	age := s.w.now().Sub(s.grantedAt)
	return age >= 0 && age < GrantLife
}

// spend uses the grant up: its act has begun.
func (s *Session) spend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.grantedAt = time.Time{}
}

// Prove checks a step-up ahead of its act, so that a code cannot run out while
// somebody chooses a place for a file. The act that follows within GrantLife asks
// for nothing more. Errors: forbidden; those of a step-up.
func (a *Admin) Prove(ctx context.Context, proof Proof) error {
	done, err := a.s.begin()
	if err != nil {
		return err
	}
	defer done()
	err = a.s.w.view(ctx, func(tx Tx) error {
		_, err := a.profile(tx)
		return err
	})
	if err != nil {
		return err
	}
	return a.s.prove(ctx, proof)
}

// prove checks a step-up and leaves a grant for the act that follows, so that an
// act which then fails, say on a slow keychain, can be tried again without a
// second code. Errors: those of a password and of a code; factor_required.
func (s *Session) prove(ctx context.Context, proof Proof) error {
	return s.proveFor(ctx, proof, s.profile)
}

// proveFor is prove for a use case that reads the profile by read.
func (s *Session) proveFor(ctx context.Context, proof Proof, read func(Tx) (Profile, error)) error {
	if s.granted() {
		return nil
	}
	p, on, err := s.currentBy(ctx, read)
	if err != nil {
		return err
	}
	if on && (proof.Factor.Kind == FactorNone || proof.Factor.Kind == "") {
		return refuse(CodeFactorRequired).at("code")
	}
	t, err := s.provePassword(ctx, p, proof.Password, "password")
	if err != nil {
		return err
	}
	if !on {
		err := s.w.update(ctx, func(tx Tx) error {
			if _, err := read(tx); err != nil {
				return err
			}
			if err := settle(tx, t); err != nil {
				return err
			}
			return s.w.record(tx, s.w.now(), eventSteppedUp, s.id, s.id, map[string]string{"factor": "none"})
		})
		if err == nil {
			s.grant()
		}
		return err
	}
	if err := s.w.refund(ctx, t); err != nil {
		return err
	}
	use, detail, err := s.w.matchFactorInput(ctx, s.id, proof.Factor, UseStepUp)
	if err != nil {
		return err
	}
	err = s.w.update(ctx, func(tx Tx) error {
		if _, err := s.profile(tx); err != nil {
			return err
		}
		if err := use.consume(tx); err != nil {
			return err
		}
		if err := uncount(tx, use); err != nil {
			return err
		}
		if err := reset(tx, s.id, false, KindPassword, KindCode, KindRecovery); err != nil {
			return err
		}
		return s.w.record(tx, s.w.now(), eventSteppedUp, s.id, s.id, maps.Clone(detail))
	})
	if err == nil {
		s.grant()
	}
	return err
}

// provePassword charges for and checks the password of the session's profile.
func (s *Session) provePassword(ctx context.Context, p Profile, pw secret.Text, field string) (toll, error) {
	if pw.Empty() {
		return toll{}, refuse(CodePasswordRequired).at(field)
	}
	t, key, err := s.w.checkPasswordOf(ctx, p, p.EmailKey, pw, CodePasswordWrong)
	key.Wipe() // the session holds what it opens
	var e *Error
	if errors.As(err, &e) && e.Code == CodePasswordWrong {
		return t, e.at(field)
	}
	return t, err
}

// settle takes back the charge of a guess that was right, and with it the
// failures in a row before it: there was nothing more to prove.
func settle(tx Tx, t toll) error {
	if err := refundIn(tx, t); err != nil {
		return err
	}
	return reset(tx, t.subject, false, t.kind)
}

// uncount takes the charge of a use that turned out right off what the next
// sign-in will tell.
func uncount(tx Tx, use factorUse) error {
	switch u := use.(type) {
	case *codeUse:
		return refundIn(tx, u.toll)
	case *recoveryUse:
		return refundIn(tx, u.toll)
	}
	return nil
}

// current reads the profile and whether its 2FA is on.
func (s *Session) current(ctx context.Context) (p Profile, on bool, err error) {
	return s.currentBy(ctx, s.profile)
}

// currentBy is current with the profile as read gives it: profile, or enrollee.
func (s *Session) currentBy(ctx context.Context, read func(Tx) (Profile, error)) (p Profile, on bool, err error) {
	err = s.w.view(ctx, func(tx Tx) (err error) {
		if p, err = read(tx); err != nil {
			return err
		}
		_, err = tx.Factor(s.id)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		on = err == nil
		return err
	})
	return p, on, err
}

func recoveryDetail(number int) map[string]string {
	return map[string]string{"factor": "recovery", "number": strconv.Itoa(number)}
}
