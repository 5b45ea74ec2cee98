package workspace

import (
	"context"
	"errors"
	"time"

	"countersign/backend/service"
	"countersign/backend/store"
)

// ChangePassword sets a new password. It asks for the current one and, where 2FA
// is on, for a second factor, unless one was right a moment ago (see StepUp).
// Every other session and challenge of the profile ends. With another share it comes with all computers of the person, as at RemoveComputers. Errors: password_required, password_wrong,
// those of a code, factor_required; keychain and folder.
func (s *Session) ChangePassword(ctx context.Context, current service.Proof, next service.NewPassword) error {
	done, err := s.begin()
	if err != nil {
		return err
	}
	defer done()
	return s.taking(ctx, service.EachTime, func(c *confirmation) error {
		return s.changePassword(ctx, c, current, next, passwordChange{
			field: "current",
			check: func(tx store.ReadTx, p store.Profile) error {
				if next.Share == p.Password.Share {
					return nil
				}
				known, err := tx.Computers(s.id)
				if err == nil && len(known) == 0 {
					err = store.ErrConflict
				}
				if err != nil {
					return err
				}
				return comesToAll(next, known)
			},
			record: func(tx store.WriteTx, now time.Time) { s.w.record(tx, now, eventPasswordChanged, s.id, s.id, nil) },
		})
	})
}

// passwordChange is what sets one use of changePassword apart from another: what is refused before a guess is charged, and in the transaction; and the events.
type passwordChange struct {
	field  string // of the password, in refusals
	check  func(store.ReadTx, store.Profile) error
	record func(store.WriteTx, time.Time)
}

func (s *Session) changePassword(ctx context.Context, c *confirmation, current service.Proof, next service.NewPassword, change passwordChange) error {
	if err := checkPassword(next); err != nil { // before a guess is charged
		return err
	}
	p, on, err := s.current(ctx)
	if err != nil {
		return err
	}
	if err := s.w.view(ctx, func(tx store.ReadTx) error { return change.check(tx, p) }); err != nil {
		return err
	}
	asks := on && !c.proven()
	if asks && !current.Factor.Given() {
		return refuse(service.CodeFactorRequired).At("code")
	}
	if err := s.provePassword(ctx, p, current, change.field); err != nil {
		return err
	}
	var use factorUse
	if asks {
		if use, _, err = s.w.matchFactorInput(ctx, s.id, current.Factor, store.UseStepUp); err != nil {
			return err
		}
	}
	now := s.w.now()
	var own service.OwnKeys
	err = s.endingOthers(ctx, c.update, func(tx store.WriteTx, stay func(store.Profile)) error {
		p, err := s.profile(tx)
		if err != nil {
			return err
		}
		if err := change.check(tx, p); err != nil {
			return err
		}
		if use != nil {
			if err := errors.Join(use.consume(tx), refundUse(tx, use)); err != nil {
				return err
			}
		}
		if err := reset(tx, s.id, false, store.KindPassword, store.KindCode, store.KindRecovery); err != nil {
			return err
		}
		if err := s.w.setPassword(tx, &p, next, nil); err != nil {
			return err
		}
		stay(p)
		if err := tx.UpdateProfile(p); err != nil {
			return err
		}
		if own, err = s.w.ownKeys(tx, p); err != nil {
			return err
		}
		change.record(tx, now)
		return nil
	})
	if err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.short = next.Short
		if !s.over {
			s.own = own
		}
	}
	return err
}
