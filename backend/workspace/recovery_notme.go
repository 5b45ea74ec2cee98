package workspace

import (
	"context"
	"errors"

	"countersign/backend/service"
	"countersign/backend/store"
)

// NotMe voids what is left of the recovery set: somebody else has used one of its
// codes. It asks for no proof, since it only takes away, and it ends every other
// session and challenge of the profile. Errors: recovery_none; folder.
func (s *Session) NotMe(ctx context.Context) error {
	done, err := s.begin()
	if err != nil {
		return err
	}
	defer done()
	now := s.w.now()
	var committed func()
	err = s.w.update(ctx, func(tx store.WriteTx) error {
		p, err := s.profile(tx)
		if err != nil {
			return err
		}
		set, err := tx.ActiveSet(s.id)
		if errors.Is(err, store.ErrNotFound) {
			return refuse(service.CodeRecoveryNone)
		}
		if err != nil {
			return err
		}
		left, err := codesLeft(tx, s.id)
		if err != nil {
			return err
		}
		if ok, err := tx.MoveSet(set.ID, store.SetActive, store.SetVoided, now); err != nil {
			return err
		} else if !ok {
			return refuse(service.CodeRecoveryNone)
		}
		committed = s.endOthers(&p)
		if err := tx.UpdateProfile(p); err != nil {
			return err
		}
		return s.w.record(tx, now, eventCodesVoided, s.id, s.id, map[string]string{"sheet": decimal(set.Sheet), "left": decimal(left)})
	})
	if err == nil {
		committed()
	}
	return err
}
