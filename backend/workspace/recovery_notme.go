package workspace

import (
	"context"
	"errors"
	"time"

	"countersign/backend/service"
	"countersign/backend/store"
)

// NotMe ends every other session and challenge of the profile, and voids what is
// left of its recovery set, if there is one: somebody else has used one of its codes,
// or the password. It asks for no proof, since it only takes away. Errors:
// recovery_none where the set cannot be voided; folder.
func (s *Session) NotMe(ctx context.Context) error {
	done, err := s.begin()
	if err != nil {
		return err
	}
	defer done()
	now := s.w.now()
	err = s.endingOthers(ctx, s.w.update, func(tx store.WriteTx, stay func(store.Profile)) error {
		p, err := s.profile(tx)
		if err != nil {
			return err
		}
		kind, detail, err := s.voidCodes(tx, now)
		if err != nil {
			return err
		}
		p.Epoch++
		stay(p)
		if err := tx.UpdateProfile(p); err != nil {
			return err
		}
		s.w.record(tx, now, kind, s.id, s.id, detail)
		return nil
	})
	return err
}

// voidCodes voids the recovery set, and gives the event of that; or of what is left to do where there is none.
func (s *Session) voidCodes(tx store.WriteTx, now time.Time) (kind string, detail map[string]string, err error) {
	set, err := tx.ActiveSet(s.id)
	if errors.Is(err, store.ErrNotFound) {
		return eventOthersEnded, nil, nil
	}
	if err != nil {
		return "", nil, err
	}
	left, err := codesLeft(tx, s.id)
	if err != nil {
		return "", nil, err
	}
	ok, err := tx.MoveSet(set.ID, store.SetActive, store.SetVoided, now)
	return eventCodesVoided, map[string]string{"sheet": decimal(set.Sheet), "left": decimal(left)}, refuseUnless(ok, err, service.CodeRecoveryNone)
}
