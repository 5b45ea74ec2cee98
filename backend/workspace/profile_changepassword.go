package workspace

import (
	"context"
	"errors"

	"countersign/backend/password"
	"countersign/backend/secret"
	"countersign/backend/service"
)

// ChangePassword sets a new password. It asks for the current one and, where 2FA
// is on, for a second factor, unless one was right a moment ago (see StepUp).
// Every other session and challenge of the profile ends. The new password is
// looked at first, so that a weak one costs no code. Errors: password_*,
// those of a code, factor_required; keychain and folder.
func (s *Session) ChangePassword(ctx context.Context, current, next secret.Text, factor FactorInput) error {
	done, err := s.begin()
	if err != nil {
		return err
	}
	defer done()
	return s.taking(func(c *confirmation) error { return s.changePassword(ctx, c, current, next, factor) })
}

func (s *Session) changePassword(ctx context.Context, c *confirmation, current, next secret.Text, factor FactorInput) error {
	p, on, err := s.current(ctx)
	if err != nil {
		return err
	}
	if current.Empty() {
		return refuse(service.CodePasswordRequired).At("current")
	}
	if err := s.w.checkPassword(next, "next", s.w.Name(), p.Name, p.Email); err != nil {
		return err
	}
	asks := on && !c.proven()
	if asks && !factor.given() {
		return refuse(service.CodeFactorRequired).At("code")
	}
	t, err := s.provePassword(ctx, p, current, "current")
	if err != nil {
		return err
	}
	if current.Reveal() == next.Reveal() {
		return service.Afterwards(refuse(service.CodePasswordSame).At("next"), s.w.refund(ctx, t))
	}
	var use factorUse
	if asks {
		if err := s.w.refund(ctx, t); err != nil {
			return err
		}
		if use, _, err = s.w.matchFactorInput(ctx, s.id, factor, UseStepUp); err != nil {
			return err
		}
	}
	record, wrapping, err := s.w.newPassword(ctx, next)
	if err != nil {
		return err
	}
	defer wrapping.Wipe()
	now := s.w.now()
	var committed func()
	err = c.update(ctx, func(tx WriteTx) error {
		p, err := s.profile(tx)
		if err != nil {
			return err
		}
		if use != nil {
			if err := errors.Join(use.consume(tx), refundUse(tx, use)); err != nil {
				return err
			}
		} else if err := refundIn(tx, t); err != nil {
			return err
		}
		if err := reset(tx, s.id, false, KindPassword, KindCode, KindRecovery); err != nil {
			return err
		}
		p.Password = record
		committed = s.endOthers(&p)
		if err := errors.Join(tx.UpdateProfile(p), s.rewrap(tx, wrapping)); err != nil {
			return err
		}
		return s.w.record(tx, now, eventPasswordChanged, s.id, s.id, nil)
	})
	if err == nil {
		committed()
		s.mu.Lock()
		s.short = password.Short(next, password.MinLength)
		s.mu.Unlock()
	}
	return err
}
