package workspace

import (
	"context"
	"errors"

	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// newCodes is a set that was shown and is not yet in force.
type newCodes struct {
	issued service.Issued
	set    store.Set
}

// BeginNewCodes begins Get new recovery codes: a step-up, then ten new codes to
// keep, which the client has made. The old set works until KeepNewCodes. Errors: those of a step-up,
// two_factor_off; keychain and folder.
func (s *Session) BeginNewCodes(ctx context.Context, made service.NewSet, proof service.Proof) (*service.Issued, error) {
	done, err := s.begin()
	if err != nil {
		return nil, err
	}
	defer done()
	p, on, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	if !on {
		return nil, refuse(service.CodeTwoFactorOff)
	}
	err = s.confirm(ctx, service.EachTime, proof, func(*confirmation) error {
		issued, set, err := s.issue(ctx, p, made, nil)
		if err == nil {
			s.newCodes = &newCodes{issued, set}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	issued := s.newCodes.issued
	return &issued, nil
}

// KeepNewCodes puts the new set in force; the old one is void with the same
// commit. Errors: enrolment_ended, two_factor_off; folder.
func (s *Session) KeepNewCodes(ctx context.Context) error {
	done, err := s.begin()
	if err != nil {
		return err
	}
	defer done()
	n := s.newCodes
	if n == nil {
		return refuse(service.CodeEnrolmentEnded)
	}
	now := s.w.now()
	err = s.w.update(ctx, func(tx store.WriteTx) error {
		if _, err := s.profile(tx); err != nil {
			return err
		}
		if _, err := tx.Factor(s.id); errors.Is(err, store.ErrNotFound) {
			return refuse(service.CodeTwoFactorOff)
		} else if err != nil {
			return err
		}
		if err := putInForce(tx, n.set, now); err != nil {
			return err
		}
		if err := reset(tx, s.id, false, store.KindRecovery); err != nil {
			return err
		}
		s.w.record(tx, now, eventCodesReplaced, s.id, s.id,
			map[string]string{"sheet": decimal(n.set.Sheet), "replaces": decimal(n.set.Replaces)})
		return nil
	})
	if err == nil || service.IsCode(err, service.CodeEnrolmentEnded) || service.IsCode(err, service.CodeTwoFactorOff) {
		s.newCodes = nil
	}
	return err
}

// CancelNewCodes drops the codes that were shown; the old set stays in force.
func (s *Session) CancelNewCodes(ctx context.Context) error {
	done, err := s.begin()
	if err != nil {
		return err
	}
	defer done()
	return s.dropNewCodes(ctx)
}

func (s *Session) dropNewCodes(ctx context.Context) error {
	if s.newCodes == nil {
		return nil
	}
	s.newCodes = nil
	return s.w.dropPendingSets(ctx, s.id)
}

// Showing says whose codes this session is showing now, for copying,
// printing and saving, or enrolment_ended where there are none.
func (s *Session) Showing(context.Context) (service.Issued, error) {
	done, err := s.beginEnrolling()
	if err != nil {
		return service.Issued{}, err
	}
	defer done()
	switch {
	case s.newCodes != nil:
		return s.newCodes.issued, nil
	case s.enrolment != nil && s.enrolment.issued != nil:
		return *s.enrolment.issued, nil
	}
	return service.Issued{}, refuse(service.CodeEnrolmentEnded)
}

// ShowingKey gives the key that this session is showing now, in base32, or
// enrolment_ended where there is none.
func (s *Session) ShowingKey(context.Context) (key secret.Text, err error) {
	done, err := s.beginEnrolling()
	if err != nil {
		return key, err
	}
	defer done()
	if s.enrolment == nil {
		return key, refuse(service.CodeEnrolmentEnded)
	}
	return secret.NewText(string(s.enrolment.item.Reveal())), nil
}
