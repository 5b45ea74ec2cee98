package workspace

import (
	"context"
	"errors"
	"strconv"

	"countersign/backend/service"
	"countersign/backend/store"
)

// Checklist reads it for the session's profile: what they may do, and what is done. Errors:
// session_ended; folder.
func (s *Session) Checklist(ctx context.Context) (c service.Checklist, err error) {
	done, err := s.begin()
	if err != nil {
		return c, err
	}
	defer done()
	err = s.w.view(ctx, func(tx store.ReadTx) error {
		p, err := s.profile(tx)
		if err != nil {
			return err
		}
		c = service.Checklist{Away: p.ChecklistAway}
		off, err := s.lacks2FA(tx)
		if err != nil {
			return err
		}
		_, err = tx.LatestSet(p.ID)
		if err := ignoreMissing(err); err != nil {
			return err
		}
		addStep(&c, service.StepTwoFactor, !off)
		addStep(&c, service.StepCodes, !off && !errors.Is(err, store.ErrNotFound))
		return addWorkspaceSteps(&c, tx, p)
	})
	return c, err
}

// PutChecklistAway hides the checklist from the session's profile, or shows it again. Errors:
// session_ended; folder.
func (s *Session) PutChecklistAway(ctx context.Context, away bool) error {
	done, err := s.begin()
	if err != nil {
		return err
	}
	defer done()
	return s.w.update(ctx, func(tx store.WriteTx) error {
		p, err := s.profile(tx)
		if err != nil || p.ChecklistAway == away {
			return err
		}
		p.ChecklistAway = away
		if err := tx.UpdateProfile(p); err != nil {
			return err
		}
		s.w.record(tx, s.w.now(), eventChecklist, s.id, s.id, map[string]string{"away": strconv.FormatBool(away)})
		return nil
	})
}

func addStep(c *service.Checklist, i service.ChecklistItem, done bool) {
	c.Steps = append(c.Steps, service.ChecklistStep{Item: i, Done: done})
}

// addWorkspaceSteps adds the steps that somebody can take for the whole workspace.
func addWorkspaceSteps(c *service.Checklist, tx store.ReadTx, p store.Profile) error {
	if !service.MayAdminister.Of(p.Role) {
		return nil
	}
	info, err := tx.Info()
	if err != nil {
		return err
	}
	members, err := tx.Members()
	if err != nil {
		return err
	}
	if service.MayManageKey.Of(p.Role) {
		addStep(c, service.StepKit, info.HasKit())
	}
	if service.MayBackUp.Of(p.Role) {
		addStep(c, service.StepBackup, !info.BackupAt.IsZero())
	}
	another := false
	for _, m := range members {
		another = another || service.MayApprove(p.ID, m)
	}
	addStep(c, service.StepMembers, len(members) > 1)
	addStep(c, service.StepSecondAdmin, another)
	return nil
}
